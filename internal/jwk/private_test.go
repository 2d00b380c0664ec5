// SPDX-License-Identifier: MPL-2.0

package jwk

import (
	"crypto/ecdsa"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/pem"
	"strings"
	"testing"
)

func armored(label string, der []byte) string {
	return string(pem.EncodeToMemory(&pem.Block{Type: label, Bytes: der}))
}

func TestParsePrivate_EveryForm(t *testing.T) {
	private := document(t, "rfc7517-a2-private.json")
	public := document(t, "rfc7517-a1-public.json")
	rsaJWK, ecJWK := toJSON(t, private[1]), toJSON(t, private[0])
	signer := func(text string) any {
		key, err := ParsePrivate(text)
		if err != nil {
			t.Fatal(err)
		}
		return key
	}
	rsaKey, ecKey := signer(rsaJWK).(*rsa.PrivateKey), signer(ecJWK).(*ecdsa.PrivateKey)
	sec1, err := x509.MarshalECPrivateKey(ecKey)
	if err != nil {
		t.Fatal(err)
	}
	pkcs1 := x509.MarshalPKCS1PrivateKey(rsaKey)
	pkcs8RSA, err := x509.MarshalPKCS8PrivateKey(rsaKey)
	if err != nil {
		t.Fatal(err)
	}
	parameters := "-----BEGIN EC PARAMETERS-----\nBggqhkjOPQMBBw==\n-----END EC PARAMETERS-----\n"

	for name, test := range map[string]struct {
		text string
		want map[string]any
	}{
		"JWK, RFC 7517 appendix A.2, RSA":       {rsaJWK, public[1]},
		"JWK, RFC 7517 appendix A.2, EC":        {ecJWK, public[0]},
		"JWK, RSA with d alone":                 {edit(t, private[1], map[string]any{"p": nil, "q": nil, "dp": nil, "dq": nil, "qi": nil}), public[1]},
		"JWK, RSA with p and q alone":           {edit(t, private[1], map[string]any{"dp": nil, "dq": nil, "qi": nil}), public[1]},
		"PKCS#1":                                {armored("RSA PRIVATE KEY", pkcs1), public[1]},
		"PKCS#8":                                {armored("PRIVATE KEY", pkcs8RSA), public[1]},
		"PKCS#8 labelled PKCS#1":                {armored("RSA PRIVATE KEY", pkcs8RSA), public[1]},
		"SEC 1":                                 {armored("EC PRIVATE KEY", sec1), public[0]},
		"SEC 1 after EC PARAMETERS":             {parameters + armored("EC PRIVATE KEY", sec1), public[0]},
		"beside a certificate":                  {fixture(t, "p256-cert.pem") + armored("EC PRIVATE KEY", sec1), public[0]},
		"PEM whose line breaks are written \\n": {strings.ReplaceAll(armored("PRIVATE KEY", pkcs8RSA), "\n", `\n`), public[1]},
		"PEM with white space around it":        {"\n\n  " + armored("PRIVATE KEY", pkcs8RSA) + "\n ", public[1]},
	} {
		t.Run(name, func(t *testing.T) {
			key, err := ParsePrivate(test.text)
			if err != nil {
				t.Fatal(err)
			}
			if !verifies(t, key, mustParse(t, toJSON(t, test.want))) {
				t.Error("it is another key")
			}
		})
	}
}

func TestParsePrivate_RFC7515AppendixA4_P521(t *testing.T) {
	const x, y = "AekpBQ8ST8a8VcfVOTNl353vSrDCLLJXmPk06wTjxrrjcBpXp5EOnYG_NjFZ6OvLFV1jSfS9tsz4qUxcWceqwQGk",
		"ADSmRA43Z1DSNx_RvcLI87cdL07l6jQyyBXMoxVg_l2Th-x3S1WDhjDly79ajL4Kkd0AZMaZmh9ubmf63e3kyMj2"
	key, err := ParsePrivate(`{"kty":"EC","crv":"P-521","x":"` + x + `","y":"` + y +
		`","d":"AY5pb7A0UFiB3RELSD64fTLOSV_jazdF7fLYyuTw8lOfRhWg6Y6rUrPAxerEzgdRhajnu0ferB0d53vM9mE15j2C"}`)
	if err != nil {
		t.Fatal(err)
	}
	if !verifies(t, key, Key{KTY: "EC", Crv: "P-521", X: x, Y: y}) {
		t.Error("it is another key")
	}
}

func TestParsePrivate_Refuses(t *testing.T) {
	private := document(t, "rfc7517-a2-private.json")
	ec, rsa := private[0], private[1]
	small := rsa1024PEM(t)
	for name, test := range map[string]struct {
		text, member string
		words        []string
	}{
		"nothing":                        {"", "", []string{"empty", "PRIVATE KEY"}},
		"a path":                         {"/etc/keys/okta.pem", "", []string{"path of a file"}},
		"a public key, PEM":              {fixture(t, "p256.pem"), "", []string{"this is a public key", "openssl genpkey"}},
		"a public key, JWK":              {fixture(t, "p256.json"), "d", []string{"this is a public key"}},
		"PEM that breaks off":            {pemOf(t, "EC_P256")[:80], "", []string{"damaged"}},
		"PEM with no key in it":          {"-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----", "", []string{"damaged"}},
		"two private keys":               {pemOf(t, "EC_P256") + pemOf(t, "EC_P256"), "", []string{"2 private keys"}},
		"PKCS#8, encrypted":              {"-----BEGIN ENCRYPTED PRIVATE KEY-----\nMIIB\n-----END ENCRYPTED PRIVATE KEY-----", "", []string{"encrypted", "openssl pkey -in key.pem"}},
		"PKCS#1, encrypted":              {"-----BEGIN RSA PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\nDEK-Info: AES-128-CBC,00\n\nMIIB\n-----END RSA PRIVATE KEY-----", "", []string{"encrypted", "openssl pkey"}},
		"RSA 1024, PEM":                  {small, "n", []string{"1024 bits"}},
		"RSA 1024, JWK":                  {toJSON(t, mustParse(t, fixture(t, "rsa1024.pem"))), "n", []string{"1024 bits"}},
		"Ed25519, PEM":                   {"-----BEGIN PRIVATE KEY-----\nMC4CAQAwBQYDK2VwBCIEIJ1hsZ3v/VpguoRK9JLsLMREScVpezJpGXA7rAMcrn9g\n-----END PRIVATE KEY-----", "kty", []string{"Ed25519"}},
		"X25519, PEM":                    {"-----BEGIN PRIVATE KEY-----\nMC4CAQAwBQYDK2VuBCIEIJ1hsZ3v/VpguoRK9JLsLMREScVpezJpGXA7rAMcrn9g\n-----END PRIVATE KEY-----", "", []string{"X25519"}},
		"Ed25519, RFC 8037 appendix A.1": {`{"kty":"OKP","crv":"Ed25519","d":"nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}`, "kty", []string{"Ed25519"}},
		"a symmetric key":                {`{"kty":"oct","k":"AA"}`, "kty", []string{"symmetric"}},
		"EC, d of another key":           {edit(t, ec, map[string]any{"d": "jpsQnnGQmL-YBIffH1136cspYG6-0iY7X1fCE9-E9LI"}), "d", []string{"do not belong together"}},
		"EC, d is 0":                     {edit(t, ec, map[string]any{"d": "AA"}), "d", []string{"do not belong together"}},
		"EC, d too long":                 {edit(t, ec, map[string]any{"d": strings.Repeat("_", 80)}), "d", []string{"too long"}},
		"EC, d is a number":              {edit(t, ec, map[string]any{"d": 1}), "d", []string{"JSON string"}},
		"RSA, d damaged":                 {edit(t, rsa, map[string]any{"d": "!"}), "d", []string{"base64url"}},
		"RSA, d of another key":          {edit(t, rsa, map[string]any{"d": "AQAB"}), "d", []string{"do not belong together"}},
		"RSA, d of another key, alone":   {edit(t, rsa, map[string]any{"d": rsa["n"].(string)[:300], "p": nil, "q": nil}), "d", []string{"do not belong together"}},
		"RSA, p of another key":          {edit(t, rsa, map[string]any{"p": rsa["q"]}), "d", []string{"do not belong together"}},
		"RSA, p is 0":                    {edit(t, rsa, map[string]any{"p": "AA"}), "d", []string{"do not belong together"}},
		"RSA, p without q":               {edit(t, rsa, map[string]any{"q": nil}), "q", []string{"missing"}},
		"RSA, three primes":              {edit(t, rsa, map[string]any{"oth": []any{}}), "oth", []string{"more than two primes"}},
		"JSON that breaks off":           {toJSON(t, rsa)[:200], "", []string{"not valid JSON"}},
		"d twice":                        {strings.Replace(toJSON(t, ec), "{", `{"d":"AA",`, 1), "", []string{"occurs twice"}},
	} {
		t.Run(name, func(t *testing.T) {
			key, err := ParsePrivate(test.text)
			if key != nil {
				t.Error("got a key")
			}
			wantError(t, err, test.member, test.words...)
			checkSilent(t, test.text, err)
		})
	}
}

func rsa1024PEM(t *testing.T) string {
	t.Helper()
	key, err := rsa.GenerateKey(rand.Reader, 1024)
	if err != nil {
		t.Fatal(err)
	}
	der, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	return armored("PRIVATE KEY", der)
}
