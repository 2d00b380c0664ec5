// SPDX-License-Identifier: MPL-2.0

package acctest

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"maps"
	"math/big"
	"sync"
	"testing"
)

// FirstKey is the key that a private_key_jwt app of [Org.NewApp] is born with.
func FirstKey() map[string]string { return maps.Clone(firstKey()) }

var firstKey = sync.OnceValue(func() map[string]string {
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		panic(err)
	}
	return map[string]string{
		"kty": "RSA", "kid": "first", "use": "sig", "e": "AQAB",
		"n": base64.RawURLEncoding.EncodeToString(key.N.Bytes()),
	}
})

// RSA makes a key pair of that many bits.
func RSA(t testing.TB, bits int) *rsa.PrivateKey {
	t.Helper()
	if bits < 1024 { // to be refused; such a test can't run in parallel
		t.Setenv("GODEBUG", "rsa1024min=0")
	}
	key, err := rsa.GenerateKey(rand.Reader, bits)
	if err != nil {
		t.Fatal(err)
	}
	return key
}

// EC makes a key pair on the curve.
func EC(t testing.TB, curve elliptic.Curve) *ecdsa.PrivateKey {
	t.Helper()
	key, err := ecdsa.GenerateKey(curve, rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	return key
}

// PublicPEM is the public half in SPKI form.
func PublicPEM(t testing.TB, key crypto.Signer) string {
	t.Helper()
	der, err := x509.MarshalPKIXPublicKey(key.Public())
	if err != nil {
		t.Fatal(err)
	}
	return string(pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: der}))
}

// PrivatePEM is the whole pair in PKCS#8 form.
func PrivatePEM(t testing.TB, key crypto.Signer) string {
	t.Helper()
	der, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	return string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der}))
}

// PublicJWK is the public half of an RSA pair as a JWK with the kid.
func PublicJWK(t testing.TB, key *rsa.PrivateKey, kid string) string {
	t.Helper()
	return Marshal(t, map[string]string{
		"kty": "RSA", "kid": kid, "use": "sig", "n": number(key.N), "e": number(big.NewInt(int64(key.E))),
	})
}

// PrivateJWK is an RSA pair as a JWK: what must never be sent.
func PrivateJWK(t testing.TB, key *rsa.PrivateKey, kid string) string {
	t.Helper()
	return Marshal(t, map[string]string{
		"kty": "RSA", "kid": kid, "n": number(key.N), "e": number(big.NewInt(int64(key.E))),
		"d": number(key.D), "p": number(key.Primes[0]), "q": number(key.Primes[1]),
	})
}

func number(n *big.Int) string { return base64.RawURLEncoding.EncodeToString(n.Bytes()) }

// Marshal is the value as JSON.
func Marshal(t testing.TB, value any) string {
	t.Helper()
	encoded, err := json.Marshal(value)
	if err != nil {
		t.Fatal(err)
	}
	return string(encoded)
}

// Thumbprint is the RFC 7638 SHA-256 thumbprint of an RSA key.
func Thumbprint(t testing.TB, key *rsa.PrivateKey) string {
	t.Helper()
	sum := sha256.Sum256([]byte(Marshal(t, map[string]string{ // sorted, without white space
		"e": number(big.NewInt(int64(key.E))), "kty": "RSA", "n": number(key.N),
	})))
	return base64.RawURLEncoding.EncodeToString(sum[:])
}
