// SPDX-License-Identifier: MPL-2.0

package jwk

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rsa"
	"encoding/base64"
	"math/big"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestThumbprint(t *testing.T) {
	t.Run("is that of RFC 7638 §3.1 for its key, whose kid and alg do not count", func(t *testing.T) {
		k := mustParse(t, toJSON(t, document(t, "rfc7517-a1-public.json")[1]))
		if got, want := k.Thumbprint(), "NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs"; got != want {
			t.Errorf("got %s, want %s", got, want)
		}
	})
	for _, name := range []string{"rsa2048", "p256", "p384", "p521"} {
		t.Run("is the kid that was computed apart for "+name, func(t *testing.T) {
			if got, want := mustParse(t, fixture(t, name+".pem")).Thumbprint(), expected(t, name+".json").Kid; got != want {
				t.Errorf("got %s, want %s", got, want)
			}
		})
	}
	t.Run("is empty for no key", func(t *testing.T) {
		if got := (Key{KTY: "RSA"}).Thumbprint(); got != "" {
			t.Errorf("got %q", got)
		}
	})
}

func TestPEM_IsWhatOpensslWrites(t *testing.T) {
	for _, name := range []string{"rsa2048", "p256", "p384", "p521"} {
		t.Run(name, func(t *testing.T) {
			got, err := expected(t, name+".json").PEM()
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(fixture(t, name+".pem"), got); diff != "" {
				t.Error(diff)
			}
		})
	}
	t.Run("no key has none", func(t *testing.T) {
		_, err := Key{KTY: "EC", Crv: "P-256", X: "AA", Y: "AA"}.PEM()
		wantError(t, err, "x", "not a point on the curve")
	})
}

func TestBitsAndCrypto(t *testing.T) {
	for name, want := range map[string]int{"rsa2048": 2048, "rsa1024": 1024, "p256": 256, "p384": 384, "p521": 521} {
		k := mustParse(t, fixture(t, name+".pem"))
		if got := k.Bits(); got != want {
			t.Errorf("%s: %d bits, want %d", name, got, want)
		}
		pub, err := k.Crypto()
		if err != nil {
			t.Fatal(err)
		}
		var bits int
		switch pub := pub.(type) {
		case *rsa.PublicKey:
			bits = pub.N.BitLen()
		case *ecdsa.PublicKey:
			bits = pub.Params().BitSize
		}
		if bits != want {
			t.Errorf("%s: Crypto gave a %T of %d bits", name, pub, bits)
		}
	}
	if got := (Key{}).Bits(); got != 0 {
		t.Errorf("no key has %d bits", got)
	}
}

// shortCoordinates finds a point on P-256 whose x and y both begin with a zero octet: one in 65,536 does.
func shortCoordinates(t *testing.T) (x, y []byte) {
	t.Helper()
	curve := elliptic.P256().Params()
	for candidate := new(big.Int).Rsh(curve.P, 8); ; candidate.Sub(candidate, big.NewInt(1)) {
		// y² = x³ - 3x + b
		square := new(big.Int).Exp(candidate, big.NewInt(3), curve.P)
		square.Sub(square, new(big.Int).Lsh(candidate, 1)).Sub(square, candidate).Add(square, curve.B).Mod(square, curve.P)
		root := new(big.Int).ModSqrt(square, curve.P)
		if root == nil {
			continue
		}
		for _, y := range []*big.Int{root, new(big.Int).Sub(curve.P, root)} {
			if y.BitLen() <= 248 {
				return candidate.Bytes(), y.Bytes()
			}
		}
	}
}

func TestCanonical_OneSpellingPerKey(t *testing.T) {
	encode := base64.RawURLEncoding.EncodeToString
	modulus, err := base64.RawURLEncoding.DecodeString(expected(t, "rsa2048.json").N)
	if err != nil {
		t.Fatal(err)
	}
	x, y := shortCoordinates(t)
	full := func(octets []byte) string { return encode(append(make([]byte, 32-len(octets)), octets...)) }
	short := Key{KTY: "EC", Crv: "P-256", X: full(x), Y: full(y)}

	for name, test := range map[string]struct{ odd, canonical Key }{
		"a leading zero in n, as in Okta's examples (AJnc…)": {
			Key{KTY: "RSA", E: "AQAB", N: encode(append([]byte{0}, modulus...))}, Key{KTY: "RSA", E: "AQAB", N: encode(modulus)},
		},
		"padding": {
			Key{KTY: "RSA", E: "AQAB", N: base64.URLEncoding.EncodeToString(modulus)}, Key{KTY: "RSA", E: "AQAB", N: encode(modulus)},
		},
		"the standard alphabet": {
			Key{KTY: "RSA", E: "AQAB", N: base64.StdEncoding.EncodeToString(modulus)}, Key{KTY: "RSA", E: "AQAB", N: encode(modulus)},
		},
		"leading zeros in e": {
			Key{KTY: "RSA", E: "AAABAAE", N: encode(modulus)}, Key{KTY: "RSA", E: "AQAB", N: encode(modulus)},
		},
		"short x and y":             {Key{KTY: "EC", Crv: "P-256", X: encode(x), Y: encode(y)}, short},
		"no crv":                    {Key{KTY: "EC", X: short.X, Y: short.Y}, short},
		"no crv, and short x and y": {Key{KTY: "EC", X: encode(x), Y: encode(y)}, short},
		"long x and y": {
			Key{KTY: "EC", Crv: "P-256", X: encode(append(make([]byte, 5), x...)), Y: encode(append(make([]byte, 9), y...))}, short,
		},
		"members of another type of key": {
			Key{KTY: "RSA", E: "AQAB", N: encode(modulus), Crv: "P-256", X: "AA"}, Key{KTY: "RSA", E: "AQAB", N: encode(modulus)},
		},
	} {
		t.Run(name, func(t *testing.T) {
			test.odd.Kid, test.odd.Use, test.odd.Alg = "a", "sig", "any"
			got, err := test.odd.Canonical()
			if err != nil {
				t.Fatal(err)
			}
			want := test.canonical
			want.Kid, want.Use, want.Alg = "a", "sig", "any"
			if diff := cmp.Diff(want, got); diff != "" {
				t.Error(diff)
			}
			if !test.odd.SameMaterial(test.canonical) || !test.canonical.SameMaterial(test.odd) {
				t.Error("both spellings are one key, but SameMaterial denies it")
			}
			if got, want := test.odd.Thumbprint(), test.canonical.Thumbprint(); got != want {
				t.Errorf("thumbprint %s, want %s", got, want)
			}
			if parsed := mustParse(t, toJSON(t, test.odd)); parsed != want {
				t.Errorf("parsed: %s", cmp.Diff(want, parsed))
			}
		})
	}
}

func TestSameMaterial(t *testing.T) {
	ec, rsa := expected(t, "p256.json"), expected(t, "rsa2048.json")
	unreadable := Key{KTY: "OKP", Crv: "Ed25519", X: "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}
	with := func(k Key, change func(*Key)) Key { change(&k); return k }
	for name, test := range map[string]struct {
		a, b Key
		want bool
	}{
		"kid, use and alg do not count":                {ec, with(ec, func(k *Key) { k.Kid, k.Use, k.Alg = "b", "sig", "ES256" }), true},
		"a missing crv does not count":                 {ec, with(ec, func(k *Key) { k.Crv = "" }), true},
		"a missing crv does not count, P-521":          {expected(t, "p521.json"), with(expected(t, "p521.json"), func(k *Key) { k.Crv = "" }), true},
		"two that lack crv":                            {with(ec, func(k *Key) { k.Crv = "" }), with(ec, func(k *Key) { k.Crv, k.Kid = "", "b" }), true},
		"another point without crv":                    {ec, with(expected(t, "p384.json"), func(k *Key) { k.Crv = "" }), false},
		"a wrong crv":                                  {ec, with(ec, func(k *Key) { k.Crv = "P-384" }), false},
		"another type":                                 {ec, rsa, false},
		"another modulus":                              {rsa, with(rsa, func(k *Key) { k.N = k.N[:len(k.N)-1] + "w" }), false},
		"another exponent":                             {rsa, with(rsa, func(k *Key) { k.E = "Aw" }), false},
		"another point":                                {ec, expected(t, "p384.json"), false},
		"no key is not itself":                         {Key{}, Key{}, false},
		"what cannot be read is compared as it stands": {unreadable, with(unreadable, func(k *Key) { k.Kid = "b" }), true},
		"and differs as it stands":                     {unreadable, with(unreadable, func(k *Key) { k.X = "AA" }), false},
	} {
		t.Run(name, func(t *testing.T) {
			if got := test.a.SameMaterial(test.b); got != test.want {
				t.Errorf("got %v", got)
			}
		})
	}
}

func TestCrypto_DamagedMembers_AreRefused(t *testing.T) {
	rsa, ec := expected(t, "rsa2048.json"), expected(t, "p256.json")
	with := func(k Key, change func(*Key)) Key { change(&k); return k }
	for name, test := range map[string]struct {
		key    Key
		member string
		words  []string
	}{
		"no kty":                    {Key{}, "kty", []string{"missing"}},
		"no n":                      {with(rsa, func(k *Key) { k.N = "" }), "n", []string{"missing"}},
		"no e":                      {with(rsa, func(k *Key) { k.E = "" }), "e", []string{"missing"}},
		"no y":                      {with(ec, func(k *Key) { k.Y = "" }), "y", []string{"missing"}},
		"no crv, on no curve":       {with(ec, func(k *Key) { k.Crv, k.Y = "", k.X }), "crv", []string{"P-256, P-384 or P-521"}},
		"no crv, no y":              {with(ec, func(k *Key) { k.Crv, k.Y = "", "" }), "crv", []string{"missing"}},
		"n with a space in it":      {with(rsa, func(k *Key) { k.N = k.N[:8] + " " + k.N[8:] }), "n", []string{"not base64url"}},
		"n cut off":                 {with(rsa, func(k *Key) { k.N = k.N[:len(k.N)-1] }), "n", []string{"cut off"}},
		"n cut off within an octet": {with(rsa, func(k *Key) { k.N = k.N[:len(k.N)-1] + "_" }), "n", []string{"cut off"}},
		"n even":                    {with(rsa, func(k *Key) { k.N += "AA" }), "n", []string{"always odd"}},
		"e even":                    {with(rsa, func(k *Key) { k.E = "AQAA" }), "e", []string{"AQAB"}},
		"e is 1":                    {with(rsa, func(k *Key) { k.E = "AQ" }), "e", []string{"AQAB"}},
		"e is huge":                 {with(rsa, func(k *Key) { k.E = strings.Repeat("_", 400) }), "e", []string{"2147483647"}},
		"x of a longer curve":       {with(ec, func(k *Key) { k.X = expected(t, "p521.json").X }), "x", []string{"too long"}},
		"x and y swapped":           {with(ec, func(k *Key) { k.X, k.Y = k.Y, k.X }), "x", []string{"not a point on the curve"}},
		"y of another key":          {with(ec, func(k *Key) { k.Y = "4Etl6SRW2YiLUrN5vfvVHuhp7x8PxltmWWlbbM4IFyM" }), "x", []string{"not a point"}},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := test.key.Crypto()
			wantError(t, err, test.member, test.words...)
		})
	}
}
