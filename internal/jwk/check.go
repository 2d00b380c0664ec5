// SPDX-License-Identifier: MPL-2.0

package jwk

import (
	"cmp"
	"encoding/asn1"
	"fmt"
	"slices"
	"strings"
	"unicode"
)

// minRSABits is the shortest modulus that Okta takes [R], and maxRSABits the longest that OpenSSL verifies with.
const (
	minRSABits = 2048
	maxRSABits = 16384
)

// maxKid is far above every kid that was seen: Okta's have 43 characters, and its documentation gives no limit.
const maxKid = 255

// oktaTakes ends every refusal of a kind of key.
const oktaTakes = "Okta takes RSA keys from 2048 bits and EC keys on P-256, P-384 or P-521"

// refused names the kinds of key that are met in practice and that Okta does not take, by kty, crv or OID name.
var refused = map[string]string{
	"OKP":       "an OKP key (Ed25519, Ed448, X25519 or X448; RFC 8037)",
	"oct":       "a symmetric key",
	"RSA-HSM":   `an RSA key of an Azure Key Vault HSM: write its kty as "RSA", and keep n and e`,
	"EC-HSM":    `an EC key of an Azure Key Vault HSM: write its kty as "EC", and keep crv, x and y`,
	"P-224":     "an EC key on P-224",
	"P-256K":    "an EC key on P-256K (secp256k1)",
	"secp256k1": "an EC key on secp256k1 (P-256K)",
	"DSA":       "a DSA key",
	"RSA-PSS":   "an RSA key restricted to PSS (for PS256, use a plain RSA key and set alg)",
	"X448":      "an X448 key",
	"X25519":    "an X25519 key",
	"Ed448":     "an Ed448 key",
}

// refusedOIDs are those of refused that Go or jwx cannot read from DER.
var refusedOIDs = []struct {
	oid  asn1.ObjectIdentifier
	name string
}{
	{asn1.ObjectIdentifier{1, 3, 132, 0, 10}, "secp256k1"},
	{asn1.ObjectIdentifier{1, 3, 132, 0, 33}, "P-224"},
	{asn1.ObjectIdentifier{1, 2, 840, 10040, 4, 1}, "DSA"},
	{asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 1, 10}, "RSA-PSS"},
	{asn1.ObjectIdentifier{1, 3, 101, 110}, "X25519"},
	{asn1.ObjectIdentifier{1, 3, 101, 111}, "X448"},
	{asn1.ObjectIdentifier{1, 3, 101, 113}, "Ed448"},
}

// purpose is what decides which algorithms fit a key: RFC 7518 §3.1 and §4.1.
type purpose struct{ kty, crv, use string }

// algorithms has no entry for EC and "enc": encryption keys are RSA only [S]. The list is a little wider than what
// Okta documents, as it is Okta that decides; it exists to catch an alg of the wrong family, curve or use.
var algorithms = map[purpose][]string{
	{kty: "RSA", use: "sig"}:              {"RS256", "RS384", "RS512", "PS256", "PS384", "PS512"},
	{kty: "RSA", use: "enc"}:              {"RSA-OAEP", "RSA-OAEP-256", "RSA-OAEP-384", "RSA-OAEP-512"},
	{kty: "EC", crv: "P-256", use: "sig"}: {"ES256"},
	{kty: "EC", crv: "P-384", use: "sig"}: {"ES384"},
	{kty: "EC", crv: "P-521", use: "sig"}: {"ES512"},
}

// Check returns what Okta would refuse the key for, as an *Error. No use means "sig"; no alg means any that fits.
func (k Key) Check() error {
	k, err := k.Canonical()
	if err != nil {
		return err
	}
	if err := CheckKid(k.Kid); err != nil {
		return err
	}
	if k.Use != "" && k.Use != "sig" && k.Use != "enc" {
		return unusable("use", `use must be "sig" (signing, the default) or "enc" (encryption)`)
	}
	use := cmp.Or(k.Use, "sig")
	fitting, ok := algorithms[purpose{k.KTY, k.Crv, use}]
	if !ok {
		return unusable("use", `an encryption key (use "enc") must be an RSA key: Okta encrypts tokens with RSA keys only`)
	}
	if bits := k.Bits(); k.KTY == "RSA" && (bits < minRSABits || bits > maxRSABits) {
		return unusable("n", fmt.Sprintf("this RSA key has %d bits, and %d to %d are possible (2048 to 4096 are usual). "+
			"`openssl genpkey -algorithm RSA -pkeyopt rsa_keygen_bits:2048` makes one", bits, minRSABits, maxRSABits))
	}
	if k.Use == "" && slices.Contains(algorithms[purpose{k.KTY, k.Crv, "enc"}], k.Alg) {
		return unusable("use", `this alg is for encryption, and without use the key is for signing: add use "enc", or remove alg`)
	}
	if k.Alg != "" && !slices.Contains(fitting, k.Alg) {
		return unusable("alg", fmt.Sprintf("alg does not fit: with a key of type %s and use %q, alg must be left out or one of %s",
			strings.TrimSpace(k.KTY+" "+k.Crv), use, strings.Join(fitting, ", ")))
	}
	return nil
}

// CheckKid refuses what can't be meant as the name of a key, as an *Error, and a private key as ErrPrivateKey. A kid may
// be empty.
func CheckKid(kid string) error {
	switch {
	case holdsPrivateKey(kid):
		return ErrPrivateKey
	case strings.Contains(kid, "-----BEGIN ") || isJSON(strings.Trim(kid, whiteSpace)):
		return unusable("kid", "the kid is itself a key: give the name of the key, or leave it out for the key's thumbprint")
	case len(kid) > maxKid:
		return unusable("kid", fmt.Sprintf("the kid is longer than %d bytes: give the name of the key, or leave it out for the key's thumbprint", maxKid))
	case kid != strings.TrimSpace(kid) || strings.ContainsFunc(kid, func(r rune) bool { return !unicode.IsPrint(r) }):
		return unusable("kid", "the kid begins or ends with white space, or contains a character that is not printable, such as a line break")
	}
	return nil
}

// supported refuses a type of key or a curve that Okta does not take.
func supported(kty, crv string) error {
	if kty == "" {
		return unusable("kty", `the member kty is missing: "RSA" or "EC" is needed`)
	}
	if _, ok := families[kty]; !ok {
		return unsupportedKey("kty", kty)
	}
	if _, ok := curves[crv]; kty == "EC" && crv != "" && !ok {
		return unsupportedKey("crv", crv)
	}
	return nil
}

// unsupportedKey refuses a kind of key, with its name where it is known.
func unsupportedKey(member, name string) error {
	kind, ok := refused[name]
	if !ok {
		kind = "not a kind of key that Okta takes"
	}
	return unusable(member, fmt.Sprintf("this is %s; %s", kind, oktaTakes))
}
