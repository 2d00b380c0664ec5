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
	"encoding/pem"
	"maps"
	"math/big"
	"testing"
	"time"
)

// KeyPair is a key pair in every form that people hold one in. It is written
// here with the standard library alone and shares no code with what is tested.
type KeyPair struct{ crypto.Signer }

// NewRSA makes an RSA key pair of that many bits. Unlike EC pairs they take a
// noticeable time to make.
func NewRSA(t testing.TB, bits int) KeyPair {
	t.Helper()
	key, err := rsa.GenerateKey(rand.Reader, bits)
	if err != nil {
		t.Fatal(err)
	}
	return KeyPair{key}
}

// NewEC makes a key pair on P-256.
func NewEC(t testing.TB) KeyPair {
	t.Helper()
	return NewECOn(t, elliptic.P256())
}

// NewECOn makes a key pair on the curve.
func NewECOn(t testing.TB, curve elliptic.Curve) KeyPair {
	t.Helper()
	key, err := ecdsa.GenerateKey(curve, rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	return KeyPair{key}
}

// PEM is the public half as SubjectPublicKeyInfo.
func (k KeyPair) PEM(t testing.TB) string {
	t.Helper()
	return block(t, "PUBLIC KEY", func() ([]byte, error) { return x509.MarshalPKIXPublicKey(k.Public()) })
}

// PKCS1 is the public half of an RSA pair as PKCS#1.
func (k KeyPair) PKCS1(t testing.TB) string {
	t.Helper()
	return block(t, "RSA PUBLIC KEY", func() ([]byte, error) { return x509.MarshalPKCS1PublicKey(k.Public().(*rsa.PublicKey)), nil })
}

// Certificate is a self-signed certificate of the key.
func (k KeyPair) Certificate(t testing.TB) string {
	t.Helper()
	template := &x509.Certificate{SerialNumber: big.NewInt(1), NotBefore: time.Unix(0, 0), NotAfter: time.Unix(1<<32, 0)}
	return block(t, "CERTIFICATE", func() ([]byte, error) {
		return x509.CreateCertificate(rand.Reader, template, template, k.Public(), k.Signer)
	})
}

// PrivatePEMs are the whole pair in the forms that a file may hold it in, by
// their labels: what must never be sent or shown.
func (k KeyPair) PrivatePEMs(t testing.TB) map[string]string {
	t.Helper()
	forms := map[string]string{
		"PRIVATE KEY": block(t, "PRIVATE KEY", func() ([]byte, error) { return x509.MarshalPKCS8PrivateKey(k.Signer) }),
	}
	switch key := k.Signer.(type) {
	case *rsa.PrivateKey:
		forms["RSA PRIVATE KEY"] = block(t, "RSA PRIVATE KEY", func() ([]byte, error) { return x509.MarshalPKCS1PrivateKey(key), nil })
	case *ecdsa.PrivateKey:
		forms["EC PRIVATE KEY"] = block(t, "EC PRIVATE KEY", func() ([]byte, error) { return x509.MarshalECPrivateKey(key) })
	}
	return forms
}

func block(t testing.TB, label string, der func() ([]byte, error)) string {
	t.Helper()
	content, err := der()
	if err != nil {
		t.Fatal(err)
	}
	return string(pem.EncodeToMemory(&pem.Block{Type: label, Bytes: content}))
}

// Members are the members of a JWK.
type Members map[string]string

// Members are the public half as RFC 7518 §6.2.1 and §6.3.1 have it.
func (k KeyPair) Members() Members {
	switch key := k.Public().(type) {
	case *rsa.PublicKey:
		return Members{"kty": "RSA", "n": number(key.N), "e": number(big.NewInt(int64(key.E)))}
	case *ecdsa.PublicKey:
		size := (key.Curve.Params().BitSize + 7) / 8
		point, err := key.Bytes() // SEC 1 §2.3.3: 4, x, y
		if err != nil {
			panic(err) // made by this file, on a curve that has the encoding
		}
		return Members{"kty": "EC", "crv": key.Curve.Params().Name, "x": octets(point[1 : 1+size]), "y": octets(point[1+size:])}
	default:
		panic("neither RSA nor EC")
	}
}

// JWK is the public half as a JWK, with more members such as kid.
func (k KeyPair) JWK(t testing.TB, more Members) string {
	t.Helper()
	members := k.Members()
	maps.Copy(members, more)
	return Marshal(t, members)
}

// PrivateJWK is the pair as a JWK: what must never be sent or shown.
func (k KeyPair) PrivateJWK(t testing.TB) string {
	t.Helper()
	return k.JWK(t, Members{"d": k.D(t)})
}

// D is the private member of the JWK.
func (k KeyPair) D(t testing.TB) string {
	t.Helper()
	switch key := k.Signer.(type) {
	case *rsa.PrivateKey:
		return number(key.D)
	case *ecdsa.PrivateKey:
		d, err := key.Bytes()
		if err != nil {
			t.Fatal(err)
		}
		return octets(d)
	default:
		panic("neither RSA nor EC")
	}
}

// Thumbprint is the RFC 7638 SHA-256 thumbprint: of the required members alone,
// sorted, without white space, as encoding/json writes a map.
func (k KeyPair) Thumbprint(t testing.TB) string {
	t.Helper()
	sum := sha256.Sum256([]byte(k.JWK(t, nil)))
	return octets(sum[:])
}

func octets(content []byte) string { return base64.RawURLEncoding.EncodeToString(content) }
