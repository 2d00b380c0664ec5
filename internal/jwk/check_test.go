// SPDX-License-Identifier: MPL-2.0

package jwk

import "testing"

func TestCheck(t *testing.T) {
	key := func(name, use, alg string) Key {
		k := mustParse(t, fixture(t, name+".pem"))
		k.Use, k.Alg = use, alg
		return k
	}
	for name, test := range map[string]struct {
		key    Key
		member string // Empty for a key that Okta takes.
		words  []string
	}{
		"RSA 2048, no use, no alg":        {key("rsa2048", "", ""), "", nil},
		"RSA, RS256 without a use":        {key("rsa2048", "", "RS256"), "", nil},
		"RSA, sig, RS512":                 {key("rsa2048", "sig", "RS512"), "", nil},
		"RSA, sig, PS384":                 {key("rsa2048", "sig", "PS384"), "", nil},
		"RSA, enc":                        {key("rsa2048", "enc", ""), "", nil},
		"RSA, enc, RSA-OAEP":              {key("rsa2048", "enc", "RSA-OAEP"), "", nil},
		"RSA, enc, RSA-OAEP-512":          {key("rsa2048", "enc", "RSA-OAEP-512"), "", nil},
		"P-256, sig, ES256":               {key("p256", "sig", "ES256"), "", nil},
		"P-384, ES384":                    {key("p384", "", "ES384"), "", nil},
		"P-521, ES512":                    {key("p521", "sig", "ES512"), "", nil},
		"RSA 1024":                        {key("rsa1024", "", ""), "n", []string{"1024 bits", "2048 to 16384", "openssl genpkey"}},
		"RSA 1024 for encryption":         {key("rsa1024", "enc", ""), "n", []string{"1024 bits"}},
		"P-256, enc":                      {key("p256", "enc", ""), "use", []string{"must be an RSA key"}},
		"P-256, enc, ES256":               {key("p256", "enc", "ES256"), "use", []string{"must be an RSA key"}},
		"another use":                     {key("rsa2048", "signature", ""), "use", []string{`"sig"`, `"enc"`}},
		"RSA, ES256":                      {key("rsa2048", "sig", "ES256"), "alg", []string{"RS256", "PS512"}},
		"RSA, sig, RSA-OAEP":              {key("rsa2048", "sig", "RSA-OAEP"), "alg", []string{`RSA and use "sig"`}},
		"RSA, RSA-OAEP without a use":     {key("rsa2048", "", "RSA-OAEP"), "use", []string{"for encryption", `add use "enc"`}},
		"RSA, RSA-OAEP-256 without a use": {key("rsa2048", "", "RSA-OAEP-256"), "use", []string{"for encryption", `add use "enc"`}},
		"RSA, enc, RS256":                 {key("rsa2048", "enc", "RS256"), "alg", []string{`RSA and use "enc"`, "RSA-OAEP"}},
		"RSA, enc, RSA1_5":                {key("rsa2048", "enc", "RSA1_5"), "alg", []string{"RSA-OAEP"}},
		"P-256, ES384":                    {key("p256", "", "ES384"), "alg", []string{"EC P-256", "one of ES256"}},
		"P-521, ES256":                    {key("p521", "sig", "ES256"), "alg", []string{"EC P-521", "one of ES512"}},
		"HS256":                           {key("rsa2048", "sig", "HS256"), "alg", []string{"RS256"}},
		"none":                            {key("rsa2048", "sig", "none"), "alg", []string{"RS256"}},
		"an alg in small letters":         {key("rsa2048", "sig", "rs256"), "alg", []string{"RS256"}},
		"an OKP key":                      {Key{KTY: "OKP", Crv: "Ed25519", X: "AA"}, "kty", []string{"Ed25519"}},
		"P-256K":                          {Key{KTY: "EC", Crv: "P-256K", X: "AA", Y: "AA"}, "crv", []string{"secp256k1"}},
		"a point that is not on P-256":    {Key{KTY: "EC", Crv: "P-256", X: "AQ", Y: "AQ"}, "x", []string{"not a point"}},
		"RFC 7517 appendix A.1, EC enc":   {mustParse(t, toJSON(t, document(t, "rfc7517-a1-public.json")[0])), "use", []string{"must be an RSA key"}},
		"RFC 7517 appendix A.1, RSA":      {mustParse(t, toJSON(t, document(t, "rfc7517-a1-public.json")[1])), "", nil},
		"RSA with a curve left over":      {Key{KTY: "RSA", N: key("rsa2048", "", "").N, E: "AQAB", Crv: "P-256"}, "", nil},
	} {
		t.Run(name, func(t *testing.T) {
			err := test.key.Check()
			if test.words == nil {
				if err != nil {
					t.Error(err)
				}
				return
			}
			wantError(t, err, test.member, test.words...)
		})
	}
}
