// SPDX-License-Identifier: MPL-2.0

package jwk

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestParsePublic_EveryForm(t *testing.T) {
	withoutKid := func(k Key) Key { k.Kid = ""; return k }
	rsa, ec := withoutKid(expected(t, "rsa2048.json")), withoutKid(expected(t, "p256.json"))
	indented := strings.ReplaceAll("\n"+fixture(t, "p256.pem"), "\n", "\n    ")
	for name, test := range map[string]struct {
		text string
		want Key
	}{
		"PEM, SubjectPublicKeyInfo, RSA":        {fixture(t, "rsa2048.pem"), rsa},
		"PEM, SubjectPublicKeyInfo, P-256":      {fixture(t, "p256.pem"), ec},
		"PEM, SubjectPublicKeyInfo, P-384":      {fixture(t, "p384.pem"), withoutKid(expected(t, "p384.json"))},
		"PEM, SubjectPublicKeyInfo, P-521":      {fixture(t, "p521.pem"), withoutKid(expected(t, "p521.json"))},
		"PEM, PKCS#1":                           {fixture(t, "rsa2048-pkcs1.pem"), rsa},
		"PEM, certificate, RSA":                 {fixture(t, "rsa2048-cert.pem"), rsa},
		"PEM, certificate, P-256":               {fixture(t, "p256-cert.pem"), ec},
		"PEM with CRLF":                         {strings.ReplaceAll(fixture(t, "p256.pem"), "\n", "\r\n"), ec},
		"PEM with a byte order mark":            {"\ufeff" + fixture(t, "p256.pem"), ec},
		"PEM with text around it":               {"Subject: CN=example\n" + fixture(t, "p256.pem") + "that was it", ec},
		"PEM after EC PARAMETERS":               {"-----BEGIN EC PARAMETERS-----\nBggqhkjOPQMBBw==\n-----END EC PARAMETERS-----\n" + fixture(t, "p256.pem"), ec},
		"PEM indented as in a heredoc":          {indented, ec},
		"PEM whose line breaks are written \\n": {strings.ReplaceAll(fixture(t, "p256.pem"), "\n", `\n`), ec},
		"JWK":                                   {fixture(t, "p256.json"), expected(t, "p256.json")},
		"JWK with white space around it":        {"\n\t " + fixture(t, "p256.json") + " \r\n", expected(t, "p256.json")},
		"JWK with a byte order mark":            {"\ufeff" + fixture(t, "p256.json"), expected(t, "p256.json")},
		"JWK, RFC 7517 appendix A.1, RSA": {toJSON(t, document(t, "rfc7517-a1-public.json")[1]), Key{
			KTY: "RSA", Kid: "2011-04-29", Alg: "RS256", E: "AQAB",
			N: document(t, "rfc7517-a1-public.json")[1]["n"].(string),
		}},
		"JWK, RFC 7517 appendix A.1, EC": {toJSON(t, document(t, "rfc7517-a1-public.json")[0]), Key{
			KTY: "EC", Kid: "1", Use: "enc", Crv: "P-256",
			X: "MKBCTNIcKUSDii11ySs3526iDZ8AiTo7Tu6KPAqv7D4", Y: "4Etl6SRW2YiLUrN5vfvVHuhp7x8PxltmWWlbbM4IFyM",
		}},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := ParsePublic(test.text)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestParseJWK_OtherMembers_AreDropped(t *testing.T) {
	// As Okta answers, with null for what was not set, and as other tools write.
	text := edit(t, document(t, "rfc7517-a1-public.json")[1], map[string]any{
		"id": "pks2f50kZB0cITmYU0g4", "status": "ACTIVE", "created": "2023-04-06T21:32:33.000Z", "lastUpdated": 1,
		"_links": map[string]any{"deactivate": map[string]any{"href": "https://example.com"}},
		"x5c":    []string{"MIIB"}, "x5t": "AA", "key_ops": []string{"verify"}, "ext": true,
	})
	text = strings.Replace(text, "{", `{"use":null,"crv":null,"d":null,`, 1)
	got, err := ParseJWK(text)
	if err != nil {
		t.Fatal(err)
	}
	want := Key{KTY: "RSA", Kid: "2011-04-29", Alg: "RS256", E: "AQAB", N: document(t, "rfc7517-a1-public.json")[1]["n"].(string)}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestParse_PrivateKey_IsRefusedWhateverItsForm(t *testing.T) {
	private := document(t, "rfc7517-a2-private.json")
	public := document(t, "rfc7517-a1-public.json")
	texts := map[string]string{
		"RFC 7517 appendix A.2, EC":                 toJSON(t, private[0]),
		"RFC 7517 appendix A.2, RSA":                toJSON(t, private[1]),
		"RFC 7517 appendix A.3, symmetric":          `{"kty":"oct","alg":"A128KW","k":"GawgguFyGrWKav7AX4VKUg"}`,
		"RFC 8037 appendix A.1":                     `{"kty":"OKP","crv":"Ed25519","d":"nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}`,
		"a private member spelled with an escape":   strings.Replace(toJSON(t, private[0]), `"d"`, `"\u0064"`, 1),
		"a private member that is no string":        edit(t, public[1], map[string]any{"d": 1}),
		"a private member that is empty":            edit(t, public[1], map[string]any{"d": ""}),
		"PEM within JSON":                           `{"private_key":"-----BEGIN PRIVATE KEY-----\nMIIB\n-----END PRIVATE KEY-----"}`,
		"OpenSSH":                                   "-----BEGIN OPENSSH PRIVATE KEY-----\nb3BlbnNzaA==\n-----END OPENSSH PRIVATE KEY-----",
		"PGP":                                       "-----BEGIN PGP PRIVATE KEY BLOCK-----\n\nAAAA\n-----END PGP PRIVATE KEY BLOCK-----",
		"PKCS#8, encrypted":                         "-----BEGIN ENCRYPTED PRIVATE KEY-----\nMIIB\n-----END ENCRYPTED PRIVATE KEY-----",
		"PKCS#1, encrypted":                         "-----BEGIN RSA PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\nDEK-Info: AES-128-CBC,00\n\nMIIB\n-----END RSA PRIVATE KEY-----",
		"PEM that breaks off":                       "-----BEGIN PRIVATE KEY-----\nMIIB",
		"PEM in one line":                           "-----BEGIN EC PRIVATE KEY----- MIIB -----END EC PRIVATE KEY-----",
		"a certificate and, after it, its key":      fixture(t, "p256-cert.pem") + "-----BEGIN PRIVATE KEY-----\nMIIB\n-----END PRIVATE KEY-----",
		"PEM indented as in a heredoc":              "  -----BEGIN PRIVATE KEY-----\n  MIIB\n  -----END PRIVATE KEY-----",
		"PEM whose line breaks are written \\n":     `-----BEGIN PRIVATE KEY-----\nMIIB\n-----END PRIVATE KEY-----`,
		"a private key that calls itself public":    relabel(t, pemOf(t, "EC_P256"), "PUBLIC KEY"),
		"a private key that calls itself something": relabel(t, pemOf(t, "RSA_2048"), "DATA"),
	}
	for _, member := range []string{"d", "p", "q", "dp", "dq", "qi", "oth", "k", "priv"} {
		texts["a member "+member] = edit(t, public[1], map[string]any{member: "AQAB"})
	}
	for name, text := range texts {
		t.Run(name, func(t *testing.T) {
			for form, parse := range map[string]func(string) (Key, error){"ParsePublic": ParsePublic, "ParseJWK": ParseJWK, "ParsePEM": ParsePEM} {
				k, err := parse(text)
				if !errors.Is(err, ErrPrivateKey) || k != (Key{}) {
					t.Errorf("%s: got key %v and error %v", form, k, err)
				}
				checkSilent(t, text, err)
			}
		})
	}
	t.Run("and the error says how to get the public half", func(t *testing.T) {
		if !strings.Contains(ErrPrivateKey.Error(), "openssl pkey -in key.pem -pubout") {
			t.Error(ErrPrivateKey)
		}
	})
}

func TestParse_BadInput_SaysWhatIsWrong(t *testing.T) {
	jwk, pem := fixture(t, "p256.json"), fixture(t, "p256.pem")
	members := document(t, "rfc7517-a1-public.json")[1]
	all := []func(string) (Key, error){ParsePublic, ParseJWK, ParsePEM}
	anyForm, onlyJWK, onlyPEM := all[:1], all[1:2], all[2:]
	for name, test := range map[string]struct {
		parsers []func(string) (Key, error)
		text    string
		member  string
		words   []string
	}{
		"nothing":                    {all, " \n", "", []string{"empty", "JWK or PEM"}},
		"neither form":               {all, "hunter2", "", []string{"not a public key", "is needed"}},
		"PEM for a JWK":              {onlyJWK, pem, "", []string{"this is PEM", "a JWK (a JSON object) is needed"}},
		"JWK for PEM":                {onlyPEM, jwk, "", []string{"this is a JWK", "PEM (-----BEGIN PUBLIC KEY-----"}},
		"JSON that breaks off":       {anyForm, jwk[:40], "", []string{"not valid JSON", "near byte"}},
		"JSON with a comma too much": {anyForm, `{"kty":"RSA",}`, "", []string{"not valid JSON"}},
		"JSON with a comma missing":  {anyForm, `{"kty":"RSA" "e":"AQAB"}`, "", []string{"not valid JSON"}},
		"JSON with a name unquoted":  {anyForm, `{kty:"RSA"}`, "", []string{"not valid JSON"}},
		"JSON that is not UTF-8":     {anyForm, "{\"kid\":\"\xff\"}", "", []string{"not UTF-8"}},
		"text after the JWK":         {anyForm, jwk + jwk, "", []string{"something follows"}},
		"a brace after the JWK":      {anyForm, jwk + "}", "", []string{"something follows"}},
		"an array":                   {anyForm, "[" + jwk + "]", "", []string{"not an object"}},
		"a JWKS":                     {anyForm, fixture(t, "rfc7517-a1-public.json"), "", []string{"this is a JWKS", "jq"}},
		"a member twice":             {anyForm, `{"kty":"RSA","e":"AQAB","e":"Aw"}`, "", []string{"occurs twice"}},
		"an unknown member twice":    {anyForm, `{"kty":"RSA","a":1,"a":1}`, "", []string{"occurs twice"}},
		"a member twice by escape":   {anyForm, `{"kty":"RSA","e":"AQAB","\u0065":"Aw"}`, "", []string{"occurs twice"}},
		"no members":                 {anyForm, `{}`, "kty", []string{"kty is missing"}},
		"no kty":                     {anyForm, edit(t, members, map[string]any{"kty": nil}), "kty", []string{"kty is missing"}},
		"names in capitals":          {anyForm, `{"KTY":"RSA"}`, "kty", []string{"in capitals", "kty, kid"}},
		"kty in small letters":       {anyForm, edit(t, members, map[string]any{"kty": "rsa"}), "kty", []string{"Okta takes RSA"}},
		"n is a number":              {anyForm, edit(t, members, map[string]any{"n": 1e300}), "n", []string{"must be a JSON string"}},
		"e is a number":              {anyForm, edit(t, members, map[string]any{"e": 65537}), "e", []string{"must be a JSON string"}},
		"kid is a number":            {anyForm, edit(t, members, map[string]any{"kid": 7}), "kid", []string{"must be a JSON string"}},
		"use is an array":            {anyForm, edit(t, members, map[string]any{"use": []string{"sig"}}), "use", []string{"must be a JSON string"}},
		"no n":                       {anyForm, edit(t, members, map[string]any{"n": nil}), "n", []string{"missing"}},
		"a huge e":                   {anyForm, edit(t, members, map[string]any{"e": strings.Repeat("_", 4000)}), "e", []string{"2147483647"}},
		"RFC 8037 appendix A.2":      {anyForm, `{"kty":"OKP","crv":"Ed25519","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}`, "kty", []string{"Ed25519", "RFC 8037", oktaTakes}},
		"P-256K":                     {anyForm, `{"kty":"EC","crv":"P-256K","x":"AA","y":"AA"}`, "crv", []string{"P-256K", "secp256k1", oktaTakes}},
		"secp256k1":                  {anyForm, `{"kty":"EC","crv":"secp256k1","x":"AA","y":"AA"}`, "crv", []string{"P-256K", "secp256k1"}},
		"a curve nobody knows":       {anyForm, `{"kty":"EC","crv":"P-257","x":"AA","y":"AA"}`, "crv", []string{oktaTakes}},
		"a symmetric key, no k":      {anyForm, `{"kty":"oct"}`, "kty", []string{"a symmetric key"}},

		"PEM that breaks off":             {anyForm, pem[:90], "", []string{"damaged", "-----END"}},
		"PEM with no base64 in it":        {anyForm, "-----BEGIN PUBLIC KEY-----\n!!!!\n-----END PUBLIC KEY-----", "", []string{"damaged"}},
		"PEM with no key in it":           {anyForm, "-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----", "", []string{"damaged"}},
		"PEM of another kind":             {anyForm, relabel(t, pem, "SOMETHING"), "", []string{"not hold a public key", "CERTIFICATE, PUBLIC KEY, RSA PUBLIC KEY"}},
		"a certificate that is none":      {anyForm, relabel(t, pem, "CERTIFICATE"), "", []string{"does not hold what its first line says"}},
		"two PEM blocks":                  {anyForm, pem + fixture(t, "p384.pem"), "", []string{"2 PEM blocks"}},
		"PEM, secp256k1":                  {anyForm, fixture(t, "secp256k1.pem"), "", []string{"secp256k1"}},
		"PEM, a certificate on secp256k1": {anyForm, fixture(t, "secp256k1-cert.pem"), "", []string{"secp256k1"}},
		"PEM, brainpool":                  {anyForm, fixture(t, "brainpoolP256r1.pem"), "", []string{oktaTakes}},
		"PEM, P-224":                      {anyForm, fixture(t, "p224.pem"), "", []string{"P-224"}},
		"PEM, Ed25519":                    {anyForm, fixture(t, "ed25519.pem"), "kty", []string{"Ed25519"}},
		"PEM, a certificate on Ed25519":   {anyForm, fixture(t, "ed25519-cert.pem"), "kty", []string{"Ed25519"}},
		"PEM, X25519":                     {anyForm, fixture(t, "x25519.pem"), "", []string{"X25519"}},
		"PEM, DSA":                        {anyForm, fixture(t, "dsa.pem"), "", []string{"DSA"}},
		"PEM, RSA for PSS alone":          {anyForm, fixture(t, "rsapss.pem"), "", []string{"restricted to PSS"}},
	} {
		t.Run(name, func(t *testing.T) {
			for _, parse := range test.parsers {
				k, err := parse(test.text)
				if k != (Key{}) {
					t.Errorf("got a key: %v", k)
				}
				wantError(t, err, test.member, test.words...)
			}
		})
	}
}

// TestErrors_NeverEcho puts a canary into every value of an input that is refused.
func TestErrors_NeverEcho(t *testing.T) {
	const canary = "c4n4ry-Value_0123"
	var texts []string
	for _, member := range []string{"kty", "kid", "use", "alg", "n", "e", "crv", "x", "y", "d", "k"} {
		for _, base := range document(t, "rfc7517-a1-public.json") {
			texts = append(texts, edit(t, base, map[string]any{member: canary}), edit(t, base, map[string]any{member: []string{canary}}))
		}
	}
	texts = append(texts, canary, `{"`+canary+`":1,"`+canary+`":2}`, `{"kty":"`+canary, `{"kty":"RSA"}`+canary, `{`+canary+`}`,
		"-----BEGIN "+canary+"-----\nMIIB\n-----END "+canary+"-----", "-----BEGIN PUBLIC KEY-----\n"+canary+"\n-----END PUBLIC KEY-----",
		"-----BEGIN PRIVATE KEY-----\n"+canary+"\n-----END PRIVATE KEY-----")
	for _, text := range texts {
		errs := []error{}
		k, err := ParsePublic(text)
		errs = append(errs, err, k.Check())
		_, err = ParsePrivate(text)
		errs = append(errs, err)
		_, err = ParseDocument([]byte(`{"keys":[` + text + `]}`))
		errs = append(errs, err)
		_, err = Generate(text)
		errs = append(errs, err)
		for _, err := range slices.DeleteFunc(errs, func(err error) bool { return err == nil }) {
			if strings.Contains(err.Error(), canary[:5]) {
				t.Errorf("an error echoes its input: %v", err)
			}
		}
	}
}
