// SPDX-License-Identifier: MPL-2.0

package jwk

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"maps"
	"slices"
	"strings"

	jwx "github.com/lestrrat-go/jwx/v2/jwk"
)

// Pair is a new key pair, both halves in both forms. The kid of both JWKs is the thumbprint of Public.
type Pair struct {
	Public     Key
	PublicPEM  string // SubjectPublicKeyInfo
	PublicJWK  string
	PrivatePEM string // PKCS#8, in the clear
	PrivateJWK string
}

// Format keeps the private half out of everything that prints a Pair.
func (p Pair) Format(f fmt.State, _ rune) { _, _ = fmt.Fprintf(f, "key pair %s", p.Public.Kid) }

var generators = map[string]func() (crypto.Signer, error){
	"RSA_2048": newRSA(2048),
	"RSA_3072": newRSA(3072),
	"RSA_4096": newRSA(4096),
	"EC_P256":  newEC(elliptic.P256()),
	"EC_P384":  newEC(elliptic.P384()),
	"EC_P521":  newEC(elliptic.P521()),
}

// Since Go 1.26 key generation ignores the reader it is given, so there is none to inject; a test that needs the same key
// twice has testing/cryptotest.

func newRSA(bits int) func() (crypto.Signer, error) {
	return func() (crypto.Signer, error) { return rsa.GenerateKey(rand.Reader, bits) }
}

func newEC(curve elliptic.Curve) func() (crypto.Signer, error) {
	return func() (crypto.Signer, error) { return ecdsa.GenerateKey(curve, rand.Reader) }
}

// Algorithms are the kinds of key pair that Generate makes, sorted: EC_P256 … RSA_4096.
func Algorithms() []string { return slices.Sorted(maps.Keys(generators)) }

// Generate makes a key pair of one of Algorithms.
func Generate(algorithm string) (Pair, error) {
	generate, ok := generators[algorithm]
	if !ok {
		return Pair{}, unusable("", "this key algorithm is not known: it must be one of "+strings.Join(Algorithms(), ", "))
	}
	private, err := generate()
	if err != nil {
		return Pair{}, fmt.Errorf("generating a key pair: %w", err)
	}
	public, err := fromCrypto(private.Public())
	if err != nil {
		return Pair{}, err
	}
	public.Kid = public.Thumbprint()
	pair := Pair{Public: public, PublicJWK: public.JSON()}
	if pair.PublicPEM, err = public.PEM(); err != nil {
		return Pair{}, err
	}
	if pair.PrivatePEM, err = pkcs8(private); err != nil {
		return Pair{}, err
	}
	if pair.PrivateJWK, err = privateJWK(private, public.Kid); err != nil {
		return Pair{}, err
	}
	return pair, nil
}

func pkcs8(private crypto.Signer) (string, error) {
	der, err := x509.MarshalPKCS8PrivateKey(private)
	if err != nil {
		return "", fmt.Errorf("writing a new private key as PKCS#8: %w", err)
	}
	return string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der})), nil
}

func privateJWK(private crypto.Signer, kid string) (string, error) {
	key, err := jwx.FromRaw(private)
	if err != nil {
		return "", fmt.Errorf("writing a new private key as a JWK: %w", err)
	}
	if err := key.Set(jwx.KeyIDKey, kid); err != nil {
		return "", fmt.Errorf("writing a new private key as a JWK: %w", err)
	}
	text, err := json.Marshal(key)
	if err != nil {
		return "", fmt.Errorf("writing a new private key as a JWK: %w", err)
	}
	return string(text), nil
}
