// SPDX-License-Identifier: MPL-2.0

// Package jwk reads public keys in the forms people hold them in, checks what Okta takes, and writes them as the
// JSON Web Keys Okta stores. It also makes key pairs and reads the private key that signs client assertions.
//
// Everything here is a pure function of its input. No error ever contains a part of the input: a key that was
// put into the wrong place must not reach a log by way of the message that says so.
package jwk

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rsa"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"math"
	"math/big"
	"strings"

	jwx "github.com/lestrrat-go/jwx/v2/jwk"
)

// Key is a public key as Okta takes it: the members of RFC 7517 §4 and RFC 7518 §6 that Okta knows, with one
// spelling per key. What this package returns is always canonical: base64url without padding, N and E without
// leading zero octets, X and Y in the full length of their curve.
type Key struct {
	KTY string `json:"kty"`
	Kid string `json:"kid,omitempty"`
	Use string `json:"use,omitempty"`
	Alg string `json:"alg,omitempty"`
	N   string `json:"n,omitempty"`
	E   string `json:"e,omitempty"`
	Crv string `json:"crv,omitempty"`
	X   string `json:"x,omitempty"`
	Y   string `json:"y,omitempty"`
}

// family is what differs between the values of kty.
type family struct {
	public func(Key) (crypto.PublicKey, error)
	bits   func(Key) int
}

var families = map[string]family{
	"RSA": {public: rsaPublic, bits: rsaBits},
	"EC":  {public: ecPublic, bits: ecBits},
}

// curves are the elliptic curves that Okta takes [?], by their names in RFC 7518 §6.2.1.1.
var curves = map[string]elliptic.Curve{
	"P-256": elliptic.P256(),
	"P-384": elliptic.P384(),
	"P-521": elliptic.P521(),
}

// Crypto returns the key as *rsa.PublicKey or *ecdsa.PublicKey. It reads what a Key may hold when Okta returned it
// as someone else once sent it: padded base64, leading zeros in n, short coordinates, and an EC key without crv, which
// is what Okta has after an update by Okta's own provider [R]. An EC point is on its curve.
func (k Key) Crypto() (crypto.PublicKey, error) {
	if err := supported(k.KTY, k.Crv); err != nil {
		return nil, err
	}
	return families[k.KTY].public(k)
}

// Canonical returns the same key in the one spelling that this package uses; see Key.
func (k Key) Canonical() (Key, error) {
	pub, err := k.Crypto()
	if err != nil {
		return Key{}, err
	}
	canonical, err := fromCrypto(pub)
	if err != nil {
		return Key{}, err
	}
	canonical.Kid, canonical.Use, canonical.Alg = k.Kid, k.Use, k.Alg
	return canonical, nil
}

// Thumbprint returns the RFC 7638 thumbprint of the key: SHA-256, base64url without padding. It is empty for a
// Key that is not usable; all that this package returns are.
func (k Key) Thumbprint() string {
	pub, err := k.Crypto()
	if err != nil {
		return ""
	}
	converted, err := jwx.FromRaw(pub)
	if err != nil {
		return ""
	}
	sum, err := converted.Thumbprint(crypto.SHA256)
	if err != nil {
		return ""
	}
	return base64.RawURLEncoding.EncodeToString(sum)
}

// SameMaterial reports whether both are the same key: RSA keys by n and e, EC keys by x and y, which are on one curve only,
// so that a missing crv does not count. Neither do kid, use, alg and the spelling of the members. Two keys that cannot
// be read are the same if their members are equal.
func (k Key) SameMaterial(other Key) bool {
	return k.KTY != "" && k.material() == other.material()
}

func (k Key) material() Key {
	if canonical, err := k.Canonical(); err == nil {
		k = canonical
	}
	k.Kid, k.Use, k.Alg = "", "", ""
	return k
}

// PEM returns the key as SubjectPublicKeyInfo (RFC 7468 §13, "PUBLIC KEY"), ending in a newline.
func (k Key) PEM() (string, error) {
	pub, err := k.Crypto()
	if err != nil {
		return "", err
	}
	der, err := x509.MarshalPKIXPublicKey(pub)
	if err != nil {
		return "", unusable("", "this public key cannot be written as PEM")
	}
	return string(pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: der})), nil
}

// JSON returns the key as a JWK, its members in the order of Key.
func (k Key) JSON() string {
	text, err := json.Marshal(k)
	if err != nil { // A struct of strings always marshals.
		panic(fmt.Sprintf("jwk: %v", err))
	}
	return string(text)
}

// Bits returns the size of the key: of the modulus of an RSA key, of the field of an EC key. It is 0 for a Key
// that is no usable key.
func (k Key) Bits() int {
	if _, err := k.Crypto(); err != nil {
		return 0
	}
	return families[k.KTY].bits(k)
}

// fromCrypto returns the canonical Key of a public key of the standard library, without kid, use and alg.
func fromCrypto(pub crypto.PublicKey) (Key, error) {
	converted, err := jwx.FromRaw(pub)
	if err != nil {
		return Key{}, unsupportedKey("", "")
	}
	text, err := json.Marshal(converted)
	if err != nil {
		return Key{}, unsupportedKey("", "")
	}
	var k Key
	if err := json.Unmarshal(text, &k); err != nil {
		return Key{}, unsupportedKey("", "")
	}
	return k, nil
}

func rsaPublic(k Key) (crypto.PublicKey, error) {
	n, err := integer("n", k.N)
	if err != nil {
		return nil, err
	}
	e, err := integer("e", k.E)
	if err != nil {
		return nil, err
	}
	if n.Bit(0) == 0 {
		return nil, unusable("n", "the member n is not an RSA modulus, which is always odd: was it damaged while copying?")
	}
	// An even exponent or 1 does not make RSA; the upper end is that of crypto/rsa. Nearly every key has 65537.
	if e.Bit(0) == 0 || e.Cmp(big.NewInt(3)) < 0 || e.Cmp(big.NewInt(math.MaxInt32)) > 0 {
		return nil, unusable("e", "the member e is not an RSA public exponent: an odd number from 3 to 2147483647 is needed, usually 65537 (AQAB)")
	}
	return &rsa.PublicKey{N: n, E: int(e.Int64())}, nil
}

func rsaBits(k Key) int {
	n, err := integer("n", k.N)
	if err != nil {
		return 0
	}
	return n.BitLen()
}

func ecPublic(k Key) (crypto.PublicKey, error) {
	if k.Crv == "" {
		return inferCurve(k)
	}
	curve := curves[k.Crv]
	point := []byte{4} // SEC 1 §2.3.3: an uncompressed point.
	for _, member := range []struct{ name, value string }{{"x", k.X}, {"y", k.Y}} {
		octets, err := coordinate(member.name, member.value, curve)
		if err != nil {
			return nil, err
		}
		point = append(point, octets...)
	}
	pub, err := ecdsa.ParseUncompressedPublicKey(curve, point)
	if err != nil {
		return nil, unusable("x", "the members x and y are not a point on the curve that crv names: was one of them damaged while copying, or is crv another key's?")
	}
	return pub, nil
}

// inferCurve finds the curve that x and y are a point on; that there is a second one is as likely as guessing a key.
func inferCurve(k Key) (crypto.PublicKey, error) {
	for crv := range curves {
		k.Crv = crv
		if pub, err := ecPublic(k); err == nil {
			return pub, nil
		}
	}
	return nil, unusable("crv", "the member crv is missing, and x and y are not a point on P-256, P-384 or P-521")
}

func ecBits(k Key) int {
	pub, err := ecPublic(k)
	if err != nil {
		return 0
	}
	return pub.(*ecdsa.PublicKey).Params().BitSize
}

// coordinate decodes a field element or a private scalar into the curve's full length (RFC 7518 §6.2.1.2).
func coordinate(name, value string, curve elliptic.Curve) ([]byte, error) {
	number, err := integer(name, value)
	if err != nil {
		return nil, err
	}
	if number.BitLen() > curve.Params().BitSize {
		return nil, unusable(name, fmt.Sprintf("the member %s is too long for the curve that crv names", name))
	}
	return number.FillBytes(make([]byte, (curve.Params().BitSize+7)/8)), nil
}

// integer decodes base64url as RFC 7518 §2 (Base64urlUInt) has it, and what is seen in its place: with padding, as
// Okta's own examples have it [S], in the standard alphabet, with leading zeros.
func integer(name, value string) (*big.Int, error) {
	if value == "" {
		return nil, unusable(name, fmt.Sprintf("the member %s is missing or empty", name))
	}
	value = strings.NewReplacer("+", "-", "/", "_").Replace(strings.TrimRight(value, "="))
	octets, err := base64.RawURLEncoding.Strict().DecodeString(value)
	if err != nil {
		return nil, unusable(name, fmt.Sprintf("the member %s is not base64url: was it damaged or cut off while copying?", name))
	}
	return new(big.Int).SetBytes(octets), nil
}
