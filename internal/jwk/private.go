// SPDX-License-Identifier: MPL-2.0

package jwk

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"math/big"
	"slices"
	"strings"
)

// privateBlocks are the PEM labels of RFC 7468 §10, PKCS#1 and RFC 5915 that hold a private key in the clear.
var privateBlocks = []string{"PRIVATE KEY", "RSA PRIVATE KEY", "EC PRIVATE KEY"}

// privateEncodings are what such a block holds, in that order. No text is valid in two of them, so that a wrong label
// (PKCS#8 under "RSA PRIVATE KEY" is often seen) need not be an error.
var privateEncodings = []func(der []byte) (any, error){
	x509.ParsePKCS8PrivateKey,
	asAny(x509.ParsePKCS1PrivateKey),
	asAny(x509.ParseECPrivateKey),
}

// privateJWKs read the private members by kty: RFC 7518 §6.2.2 and §6.3.2.
var privateJWKs = map[string]func(crypto.PublicKey, map[string]json.RawMessage) (crypto.Signer, error){
	"RSA": rsaPrivate,
	"EC":  ecPrivate,
}

// privateKey returns the private key that der holds in any encoding.
func privateKey(der []byte) (key any, ok bool) {
	for _, read := range privateEncodings {
		if key, err := read(der); err == nil {
			return key, true
		}
	}
	return nil, false
}

// ParsePrivate reads the private key that signs client assertions, from a JWK or from PEM: PKCS#8, PKCS#1 or SEC 1, in
// the clear, with any certificates and public keys next to it. The key is *rsa.PrivateKey or *ecdsa.PrivateKey,
// consistent in itself, and one whose public half passes Check.
func ParsePrivate(text string) (crypto.Signer, error) {
	text = strings.Trim(text, whiteSpace)
	read := readPrivatePEM
	if isJSON(text) {
		read = readPrivateJWK
	}
	key, err := read(text)
	if err != nil {
		return nil, err
	}
	public, err := fromCrypto(key.Public())
	if err != nil {
		return nil, err
	}
	if err := public.Check(); err != nil {
		return nil, err
	}
	return key, nil
}

func readPrivatePEM(text string) (crypto.Signer, error) {
	if !formPEM.matches(text) {
		if err := recognize(text, wantPrivate); err != nil {
			return nil, err
		}
		return nil, unusable("", "this is not a private key: PEM (-----BEGIN PRIVATE KEY-----, RSA PRIVATE KEY or EC PRIVATE KEY) or a JWK is needed")
	}
	blocks, rest := pemBlocks(text)
	blocks = slices.DeleteFunc(blocks, func(b *pem.Block) bool { return !slices.Contains(privateBlocks, b.Type) || b.Headers != nil })
	switch {
	case len(blocks) > 1:
		return nil, unusable("", fmt.Sprintf("there are %d private keys, and exactly one is needed", len(blocks)))
	case len(blocks) == 0 && strings.Contains(rest, "-----BEGIN "):
		return nil, damagedPEM()
	case len(blocks) == 0:
		if err := recognize(text, wantPrivate); err != nil {
			return nil, err
		}
		return nil, unusable("", "there is not a complete PEM block with a private key: "+strings.Join(privateBlocks, ", "))
	}
	key, ok := privateKey(blocks[0].Bytes)
	if !ok {
		return nil, unreadable(blocks[0].Bytes, wantPrivate)
	}
	signer, ok := key.(crypto.Signer)
	if !ok { // X25519 agrees on keys and cannot sign.
		return nil, unreadable(blocks[0].Bytes, wantPrivate)
	}
	return signer, nil
}

func readPrivateJWK(text string) (crypto.Signer, error) {
	members, err := object([]byte(text))
	if err != nil {
		return nil, err
	}
	k, err := publicMembers(members)
	if err != nil {
		return nil, err
	}
	k.Kid, k.Use, k.Alg = "", "", "" // What it is used for is the caller's business.
	if err := k.Check(); err != nil {
		return nil, err
	}
	public, err := k.Crypto()
	if err != nil {
		return nil, err
	}
	if !present(members["d"]) {
		return nil, unusable("d", "this is a public key (it does not have the member d), and a private key is needed: "+privateHalf)
	}
	return privateJWKs[k.KTY](public, members)
}

func rsaPrivate(public crypto.PublicKey, members map[string]json.RawMessage) (crypto.Signer, error) {
	if present(members["oth"]) {
		return nil, unusable("oth", "this is an RSA key with more than two primes, which is not supported: make a new key")
	}
	d, err := integerMember(members, "d")
	if err != nil {
		return nil, err
	}
	key := &rsa.PrivateKey{PublicKey: *public.(*rsa.PublicKey), D: d}
	// A key with d alone is valid, only slower (RFC 7518 §6.3.2). Of the rest, p and q suffice.
	for _, name := range []string{"p", "q"} {
		if !present(members["p"]) && !present(members["q"]) {
			break
		}
		prime, err := integerMember(members, name)
		if err != nil {
			return nil, err
		}
		key.Primes = append(key.Primes, prime)
	}
	key.Precompute()
	// Signing finds out whether all members belong together: crypto/rsa checks the primes and verifies what it signed.
	// PrivateKey.Validate would refuse a key with d alone.
	digest := sha256.Sum256(nil)
	if _, err := key.Sign(rand.Reader, digest[:], crypto.SHA256); err != nil {
		return nil, inconsistent()
	}
	return key, nil
}

func ecPrivate(public crypto.PublicKey, members map[string]json.RawMessage) (crypto.Signer, error) {
	pub := public.(*ecdsa.PublicKey)
	value, err := stringMember(members, "d")
	if err != nil {
		return nil, err
	}
	scalar, err := coordinate("d", value, pub.Curve)
	if err != nil {
		return nil, err
	}
	key, err := ecdsa.ParseRawPrivateKey(pub.Curve, scalar)
	if err != nil || !pub.Equal(key.Public()) {
		return nil, inconsistent()
	}
	return key, nil
}

func integerMember(members map[string]json.RawMessage, name string) (*big.Int, error) {
	value, err := stringMember(members, name)
	if err != nil {
		return nil, err
	}
	return integer(name, value)
}

func inconsistent() error {
	return unusable("d", "the private and public members of this JWK do not belong together: was one of them damaged while copying, or taken from another key?")
}
