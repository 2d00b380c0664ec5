// SPDX-License-Identifier: MPL-2.0

package jwk

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/pem"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// pemOf returns a new private key as PKCS#8.
func pemOf(t testing.TB, algorithm string) string {
	t.Helper()
	pair, err := Generate(algorithm)
	if err != nil {
		t.Fatal(err)
	}
	return pair.PrivatePEM
}

// relabel returns the same DER under another PEM label.
func relabel(t testing.TB, text, label string) string {
	t.Helper()
	block, _ := pem.Decode([]byte(text))
	if block == nil {
		t.Fatal("no PEM")
	}
	return string(pem.EncodeToMemory(&pem.Block{Type: label, Bytes: block.Bytes}))
}

// verifies reports whether the private key signs what the public key accepts.
func verifies(t *testing.T, private crypto.Signer, public Key) bool {
	t.Helper()
	digest := sha256.Sum256([]byte("assertion"))
	signature, err := private.Sign(rand.Reader, digest[:], crypto.SHA256)
	if err != nil {
		t.Fatal(err)
	}
	pub, err := public.Crypto()
	if err != nil {
		t.Fatal(err)
	}
	switch pub := pub.(type) {
	case *rsa.PublicKey:
		return rsa.VerifyPKCS1v15(pub, crypto.SHA256, digest[:], signature) == nil
	case *ecdsa.PublicKey:
		return ecdsa.VerifyASN1(pub, digest[:], signature)
	}
	return false
}

func TestGenerate_AllFormsAreOneKey(t *testing.T) {
	bits := map[string]int{"EC_P256": 256, "EC_P384": 384, "EC_P521": 521, "RSA_2048": 2048, "RSA_3072": 3072, "RSA_4096": 4096}
	if got, want := Algorithms(), []string{"EC_P256", "EC_P384", "EC_P521", "RSA_2048", "RSA_3072", "RSA_4096"}; !slices.Equal(got, want) {
		t.Fatalf("Algorithms: got %v, want %v", got, want)
	}
	for _, algorithm := range Algorithms() {
		t.Run(algorithm, func(t *testing.T) {
			pair, err := Generate(algorithm)
			if err != nil {
				t.Fatal(err)
			}
			if got := pair.Public.Bits(); got != bits[algorithm] {
				t.Errorf("%d bits", got)
			}
			if err := pair.Public.Check(); err != nil {
				t.Error(err)
			}
			if pair.Public.Kid != pair.Public.Thumbprint() {
				t.Errorf("kid %q is not the thumbprint", pair.Public.Kid)
			}
			if diff := cmp.Diff(pair.Public, mustParse(t, pair.PublicJWK)); diff != "" {
				t.Errorf("public JWK: %s", diff)
			}
			if !mustParse(t, pair.PublicPEM).SameMaterial(pair.Public) {
				t.Error("the public PEM is another key")
			}
			if !strings.HasPrefix(pair.PrivatePEM, "-----BEGIN PRIVATE KEY-----\n") {
				t.Error("the private PEM is not PKCS#8")
			}
			if want := `"kid":"` + pair.Public.Kid + `"`; !strings.Contains(pair.PrivateJWK, want) {
				t.Errorf("the private JWK lacks %s", want)
			}
			for form, text := range map[string]string{"PEM": pair.PrivatePEM, "JWK": pair.PrivateJWK} {
				private, err := ParsePrivate(text)
				if err != nil {
					t.Fatalf("private %s: %v", form, err)
				}
				if !verifies(t, private, pair.Public) {
					t.Errorf("private %s does not belong to the public half", form)
				}
			}
		})
	}
}

func TestGenerate_TwoPairs_Differ(t *testing.T) {
	first, err := Generate("EC_P256")
	if err != nil {
		t.Fatal(err)
	}
	second, err := Generate("EC_P256")
	if err != nil {
		t.Fatal(err)
	}
	if first.Public.SameMaterial(second.Public) {
		t.Error("the same key twice")
	}
}

func TestGenerate_UnknownAlgorithm_IsRefused(t *testing.T) {
	for _, algorithm := range []string{"", "RSA_1024", "EC_P256K", "rsa_2048"} {
		_, err := Generate(algorithm)
		wantError(t, err, "", "EC_P256, EC_P384, EC_P521, RSA_2048, RSA_3072, RSA_4096")
	}
}

func TestPair_Printed_ShowsNoPrivateKey(t *testing.T) {
	pair, err := Generate("EC_P256")
	if err != nil {
		t.Fatal(err)
	}
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x"} {
		for _, value := range []any{pair, &pair, struct{ Pair Pair }{pair}, []Pair{pair}} {
			printed := fmt.Sprintf(verb, value)
			if strings.Contains(printed, "PRIVATE") || strings.Contains(printed, `"d"`) || len(printed) > 200 {
				t.Errorf("%s shows %d characters", verb, len(printed))
			}
		}
	}
}
