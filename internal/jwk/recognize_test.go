// SPDX-License-Identifier: MPL-2.0

package jwk

import (
	"crypto/rand"
	"crypto/x509"
	"encoding/asn1"
	"encoding/base64"
	"encoding/pem"
	"errors"
	"maps"
	"slices"
	"strings"
	"testing"
)

// injuries are what environment variables, CI systems, YAML and editors do to the line breaks of PEM.
var injuries = map[string]func(text string) string{
	"nothing":                         func(text string) string { return text },
	"CRLF":                            replaceBreaks("\r\n"),
	"CR":                              replaceBreaks("\r"),
	"\\n as text":                     replaceBreaks(`\n`),
	"\\r\\n as text":                  replaceBreaks(`\r\n`),
	"\\n as text, escaped twice":      replaceBreaks(`\\n`),
	"blanks":                          replaceBreaks(" "),
	"tabs":                            replaceBreaks("\t"),
	"one line":                        replaceBreaks(""),
	"empty lines":                     replaceBreaks("\n\n"),
	"indentation":                     replaceBreaks("\n        "),
	"no-break spaces":                 replaceBreaks("\u00a0"),
	"no padding":                      func(text string) string { return strings.ReplaceAll(text, "=", "") },
	"quotation marks and white space": func(text string) string { return "\n \"" + text + "\" \n" },
	"a byte order mark":               func(text string) string { return "\ufeff" + text },
	"lines of 1000":                   func(text string) string { return rewrapped(text, 1000) },
	"lines of 10":                     func(text string) string { return rewrapped(text, 10) },
}

func replaceBreaks(with string) func(string) string {
	return func(text string) string { return strings.ReplaceAll(text, "\n", with) }
}

func rewrapped(text string, width int) string {
	lines := strings.Split(strings.TrimSpace(text), "\n")
	body := strings.Join(lines[1:len(lines)-1], "")
	wrapped := []string{lines[0]}
	for chunk := range slices.Chunk([]byte(body), width) {
		wrapped = append(wrapped, string(chunk))
	}
	return strings.Join(append(wrapped, lines[len(lines)-1]), "\n") + "\n"
}

func TestPEM_LostLineBreaks_AreRestored(t *testing.T) {
	for name, injure := range injuries {
		for _, kind := range []string{"rsa2048", "rsa2048-pkcs1", "rsa2048-cert", "p256", "p521"} {
			t.Run("public, "+kind+", "+name, func(t *testing.T) {
				text := fixture(t, kind+".pem")
				got, err := ParsePublic(injure(text))
				if err != nil || got != mustParse(t, text) {
					t.Errorf("got %v and the error %v", got, err)
				}
			})
		}
		for _, algorithm := range []string{"RSA_2048", "EC_P384"} {
			t.Run("private, "+algorithm+", "+name, func(t *testing.T) {
				pair, err := Generate(algorithm)
				if err != nil {
					t.Fatal(err)
				}
				injured := injure(pair.PrivatePEM)
				key, err := ParsePrivate(injured)
				if err != nil {
					t.Fatal(err)
				}
				if !verifies(t, key, pair.Public) {
					t.Error("it is another key")
				}
				if _, err := ParsePublic(injured); !errors.Is(err, ErrPrivateKey) {
					t.Errorf("as a public key: %v", err)
				}
			})
		}
	}
}

func base64Of(text string) string { return base64.StdEncoding.EncodeToString([]byte(text)) }

// derOf is the content of a PEM block.
func derOf(t testing.TB, text string) string {
	t.Helper()
	block, _ := pem.Decode([]byte(text))
	if block == nil {
		t.Fatal("no PEM")
	}
	return string(block.Bytes)
}

// derSequence is DER that is nothing in particular, as PKCS#12 is for this package.
func derSequence(t testing.TB) string {
	t.Helper()
	der, err := asn1.Marshal(struct {
		Version int
		Content []byte
	}{3, make([]byte, 100)})
	if err != nil {
		t.Fatal(err)
	}
	return string(der)
}

func certificateRequest(t testing.TB) string {
	t.Helper()
	key, err := newEC(curves["P-256"])()
	if err != nil {
		t.Fatal(err)
	}
	der, err := x509.CreateCertificateRequest(rand.Reader, &x509.CertificateRequest{}, key)
	if err != nil {
		t.Fatal(err)
	}
	return armored("CERTIFICATE REQUEST", der)
}

const (
	jwt = "eyJhbGciOiJSUzI1NiJ9.eyJpc3MiOiIwb2FleGFtcGxlIn0.c2lnbmF0dXJlLTEyMzQ1Njc4OTA"
	jwe = "eyJhbGciOiJSU0EtT0FFUCJ9.OKOawDo13gRp2ojaHV7LFpZcgV7T6DVZ.48V1_ALb6US04U3b.5eym8TW_c8SuK0ltJ3rpYIzOeDQz7TAL.XFBoMYUZodetZdvTiFvSkQ"
)

// TestParse_WhatIsNoKey_IsNamed shows that each form that a key is not accepted in gets its name and a remedy.
func TestParse_WhatIsNoKey_IsNamed(t *testing.T) {
	ec, rsa := fixture(t, "p256.pem"), fixture(t, "rsa2048.pem")
	request := certificateRequest(t)
	private := pemOf(t, "EC_P256")
	const needsPair = "openssl genpkey"
	for name, test := range map[string]struct {
		text    string
		public  string // What the error of ParsePublic says; empty where it is ErrPrivateKey.
		private string // What the error of ParsePrivate says; empty where it accepts the text.
	}{
		"nothing":                       {"", "empty", "empty"},
		"white space":                   {"\n\t \ufeff", "empty", "empty"},
		"an OpenSSH public key":         {fixture(t, "p256.pub"), "ssh-keygen -e -m PKCS8 -f key.pub", needsPair},
		"an OpenSSH public key, RSA":    {"ssh-rsa AAAAB3NzaC1yc2EAAAADAQABAAAAgQ== me@example", "ssh-keygen -e", needsPair},
		"an OpenSSH public key, DSA":    {"ssh-dss AAAAB3NzaC1kc3MAAACBAA== me@example", "ssh-keygen -e", needsPair},
		"an SSH public key, RFC 4716":   {"---- BEGIN SSH2 PUBLIC KEY ----\nComment: \"me\"\nAAAAE2Vj\n---- END SSH2 PUBLIC KEY ----", "ssh-keygen -i -f", needsPair},
		"an OpenSSH private key":        {"-----BEGIN OPENSSH PRIVATE KEY-----\nb3BlbnNzaA==\n-----END OPENSSH PRIVATE KEY-----", "", "ssh-keygen -p -N \"\" -m PKCS8"},
		"a PuTTY key":                   {"PuTTY-User-Key-File-3: ecdsa-sha2-nistp256\nEncryption: none", "", "puttygen"},
		"a PGP public key":              {"-----BEGIN PGP PUBLIC KEY BLOCK-----\n\nmQENBF\n-----END PGP PUBLIC KEY BLOCK-----", needsPair, needsPair},
		"a certificate request":         {request, "openssl req -in request.pem -noout -pubkey", needsPair},
		"a certificate request, old":    {strings.ReplaceAll(request, "CERTIFICATE", "NEW CERTIFICATE"), "openssl req", needsPair},
		"PKCS#7":                        {relabel(t, ec, "PKCS7"), "openssl pkcs7", needsPair},
		"a trusted certificate":         {relabel(t, fixture(t, "p256-cert.pem"), "TRUSTED CERTIFICATE"), "openssl x509", needsPair},
		"EC parameters alone":           {"-----BEGIN EC PARAMETERS-----\nBggqhkjOPQMBBw==\n-----END EC PARAMETERS-----\n", "damaged", "parameters"},
		"PKCS#8, encrypted":             {"-----BEGIN ENCRYPTED PRIVATE KEY-----\nMIIB\n-----END ENCRYPTED PRIVATE KEY-----", "", "openssl pkey -in key.pem -out decrypted.pem"},
		"PKCS#1, encrypted, in a line":  {"-----BEGIN RSA PRIVATE KEY----- Proc-Type: 4,ENCRYPTED DEK-Info: AES-128-CBC,00 MIIB -----END RSA PRIVATE KEY-----", "", "openssl pkey -in key.pem -out decrypted.pem"},
		"a public key for a private":    {ec, "-", "this is a public key"},
		"a certificate for a private":   {fixture(t, "rsa2048-cert.pem"), "-", "this is a public key or a certificate"},
		"a JWK, public":                 {fixture(t, "p256.json"), "-", needsPair},
		"a JWKS":                        {fixture(t, "rfc7517-a1-public.json"), "jq '.keys[0]'", "jq '.keys[0]'"},
		"a JWKS, private":               {fixture(t, "rfc7517-a2-private.json"), "", "jq '.keys[0]'"},
		"a JWE in JSON":                 {`{"protected":"eyJlbmMiOiJBMTI4R0NNIn0","ciphertext":"Qx0pmsDa8KnJc9Jo"}`, "JWE", "JWE"},
		"a URL":                         {"https://example.com/.well-known/jwks.json", "oktacreds_app_jwks_uri", "the path of its file"},
		"a JWT":                         {jwt, "token", "token"},
		"a JWE":                         {jwe, "token", "token"},
		"the path of a file":            {"./keys/public.pem", "file(", "no such file"},
		"the path of a file, Windows":   {`C:\keys\okta new.pem`, "file(", "no such file"},
		"base64 of a PEM":               {base64Of(ec), "base64decode", "base64decode"},
		"base64 of a JWK":               {base64Of(fixture(t, "p256.json")), "base64decode", "base64decode"},
		"base64 of a private PEM":       {base64Of(private), "", "base64decode"},
		"base64 of DER":                 {base64Of(derOf(t, rsa)), "-----BEGIN PUBLIC KEY-----", needsPair},
		"base64 of DER, wrapped":        {strings.Join(strings.Split(rsa, "\n")[1:8], "\n"), "-----BEGIN PUBLIC KEY-----", needsPair},
		"base64 of DER, a certificate":  {base64Of(derOf(t, fixture(t, "p256-cert.pem"))), "-----BEGIN CERTIFICATE-----", needsPair},
		"base64 of DER, a private key":  {base64Of(derOf(t, private)), "", "-----BEGIN PRIVATE KEY-----"},
		"base64 of other DER":           {base64Of(derSequence(t)), "openssl pkcs12 -in key.p12 -clcerts", "openssl pkcs12 -in key.p12 -nocerts"},
		"DER":                           {derOf(t, rsa), "openssl pkey -pubin -inform DER", "openssl pkey -inform DER"},
		"UTF-16":                        {"\xff\xfe-\x00-\x00-\x00-\x00-\x00B\x00", "iconv", "iconv"},
		"UTF-16 without its mark":       {strings.Join(strings.Split(ec, ""), "\x00"), "iconv", "iconv"},
		"four hyphens":                  {strings.ReplaceAll(ec, "-----", "----"), "five hyphens", "five hyphens"},
		"dashes of a word processor":    {strings.ReplaceAll(ec, "-----", "—"), "five hyphens", "five hyphens"},
		"PEM in small letters":          {strings.ToLower(ec), "damaged", "damaged"},
		"PEM in percent encoding":       {strings.NewReplacer(" ", "%20", "\n", "%0A").Replace(ec), "damaged", "damaged"},
		"a JSON string":                 {`"{\"kty\":\"EC\"}"`, "jsondecode", "jsondecode"},
		"explicit EC parameters":        {fixture(t, "p256-explicit.pem"), "openssl pkey -pubin -in key.pem -ec_param_enc named_curve", "-"},
		"explicit EC parameters, P-521": {fixture(t, "p521-explicit.pem"), "-ec_param_enc named_curve", "-"},
		"explicit EC parameters, private": {
			relabel(t, fixture(t, "p256-explicit.pem"), "EC PRIVATE KEY"), "", "openssl pkey -in key.pem -ec_param_enc named_curve",
		},
		"a compressed point, P-256":  {fixture(t, "p256-compressed.pem"), "openssl pkey -pubin -in key.pem -ec_conv_form uncompressed", "-"},
		"a compressed point, P-384":  {fixture(t, "p384-compressed.pem"), "-ec_conv_form uncompressed", "-"},
		"a compressed point, P-521":  {fixture(t, "p521-compressed.pem"), "-ec_conv_form uncompressed", "-"},
		"an RSA key of an HSM":       {`{"kty":"RSA-HSM","n":"AQAB","e":"AQAB"}`, `"RSA"`, `"RSA"`},
		"an EC key of an HSM":        {`{"kty":"EC-HSM","crv":"P-256","x":"AA","y":"AA"}`, `"EC"`, `"EC"`},
		"a key that lost its lines":  {ec + strings.Join(strings.Split(rsa, "\n")[1:3], ""), "before or after", "-"},
		"a second block, broken off": {ec + rsa[:200], "damaged", "-"},
		"labels that differ":         {strings.Replace(ec, "END PUBLIC", "END RSA PUBLIC", 1), "damaged", "-"},
		"header lines":               {strings.Replace(ec, "KEY-----\n", "KEY-----\nComment: mine\n\n", 1), "damaged", "-"},
		"data after the DER":         {armored("PUBLIC KEY", append([]byte(derOf(t, ec)), 0)), "damaged", "-"},
	} {
		t.Run(name, func(t *testing.T) {
			if test.public != "-" {
				k, err := ParsePublic(test.text)
				if test.public == "" {
					if !errors.Is(err, ErrPrivateKey) {
						t.Errorf("as a public key: %v, want ErrPrivateKey", err)
					}
				} else {
					wantNamed(t, err, test.public)
				}
				if k != (Key{}) {
					t.Error("got a key")
				}
				checkSilent(t, test.text, err)
			}
			if test.private != "-" {
				key, err := ParsePrivate(test.text)
				wantNamed(t, err, test.private)
				if key != nil {
					t.Error("got a private key")
				}
				checkSilent(t, test.text, err)
			}
		})
	}
}

// wantNamed fails unless err is an *Error that gives the remedy.
func wantNamed(t *testing.T, err error, remedy string) {
	t.Helper()
	if _, ok := errors.AsType[*Error](err); !ok {
		t.Fatalf("got %v, want an *Error", err)
	}
	if !strings.Contains(err.Error(), remedy) {
		t.Errorf("%q does not say %q", err, remedy)
	}
}

func TestParse_HiddenPrivateKey_IsFound(t *testing.T) {
	private := document(t, "rfc7517-a2-private.json")
	public := document(t, "rfc7517-a1-public.json")[1]
	secret := pemOf(t, "RSA_2048")
	texts := map[string]string{
		"a JWKS":                          fixture(t, "rfc7517-a2-private.json"),
		"an array":                        "[" + toJSON(t, private[0]) + "]",
		"a JWK followed by text":          toJSON(t, private[0]) + "\n# mine",
		"base64 of a JWK":                 base64Of(toJSON(t, private[0])),
		"base64url of a JWK":              base64.RawURLEncoding.EncodeToString([]byte(toJSON(t, private[1]))),
		"base64 of a JWKS":                base64Of(fixture(t, "rfc7517-a2-private.json")),
		"base64 of DER, in lines":         strings.Join(strings.Split(secret, "\n")[1:27], "\n"),
		"base64 of DER, \\n as text":      strings.Join(strings.Split(secret, "\n")[1:27], `\n`),
		"base64 of base64 of PEM":         base64Of(base64Of(secret)),
		"next to a number that overflows": strings.Replace(toJSON(t, private[0]), "{", `{"iat":1e999,`, 1),
		"in a JSON string with escapes":   edit(t, public, map[string]any{"x5u": strings.ReplaceAll(secret, "-", "\u002d")}),
	}
	for _, member := range []string{"kid", "x5c", "x5t", "_links", "comment"} {
		texts["PEM in "+member] = edit(t, public, map[string]any{member: secret})
		texts["a JWK in "+member] = edit(t, public, map[string]any{member: toJSON(t, private[0])})
		texts["a JWK as the value of "+member] = edit(t, public, map[string]any{member: private[0]})
		texts["DER in "+member] = edit(t, public, map[string]any{member: []string{base64Of(derOf(t, secret))}})
	}
	for _, member := range privateMembers {
		texts["in capitals, "+member] = edit(t, public, map[string]any{strings.ToUpper(member): "AQAB"})
	}
	for name, text := range texts {
		t.Run(name, func(t *testing.T) {
			_, err := ParsePublic(text)
			if !errors.Is(err, ErrPrivateKey) {
				t.Errorf("ParsePublic: %v", err)
			}
			checkSilent(t, text, err)
			if strings.HasPrefix(text, `{"`) && !strings.Contains(text, "keys") && !strings.Contains(text, "#") {
				_, err = ParseDocument([]byte(`{"keys":[` + text + `]}`))
				if !errors.Is(err, ErrPrivateKey) {
					t.Errorf("ParseDocument: %v", err)
				}
				checkSilent(t, text, err)
			}
		})
	}
}

func TestParseJWK_OtherCapitalsAndUnknownMembers_AreRefused(t *testing.T) {
	for _, members := range document(t, "rfc7517-a1-public.json") {
		for _, name := range slices.Sorted(maps.Keys(members)) {
			renamed := maps.Clone(members)
			delete(renamed, name)
			renamed[strings.ToUpper(name[:1])+name[1:]] = members[name]
			_, err := ParseJWK(toJSON(t, renamed))
			wantError(t, err, name, "in capitals")
			_, err = ParseDocument([]byte(toJSON(t, map[string]any{"keys": []any{renamed}})))
			wantError(t, err, name, "in capitals")
		}
		for _, name := range []string{"client_secret", "password", "token", "privateKey", "", "x5c ", "kty\u0000"} {
			_, err := ParseJWK(edit(t, members, map[string]any{name: "hunter2"}))
			wantError(t, err, "", "is not known")
			if strings.Contains(err.Error(), "hunter2") {
				t.Errorf("the error repeats the value: %v", err)
			}
		}
		if _, err := ParseJWK(strings.Replace(toJSON(t, members), "{", `{"comment":null,`, 1)); err != nil {
			t.Errorf("a member that is null: %v", err)
		}
	}
}

func TestCheck_Kid(t *testing.T) {
	k := expected(t, "p256.json")
	pair, err := Generate("EC_P256")
	if err != nil {
		t.Fatal(err)
	}
	for _, kid := range []string{"", k.Kid, "2011-04-29", "my key", "schlüssel/1", "0", strings.Repeat("k", maxKid)} {
		k.Kid = kid
		if err := k.Check(); err != nil {
			t.Errorf("the kid %q: %v", kid, err)
		}
	}
	for name, kid := range map[string]string{
		"a public JWK": pair.PublicJWK, "a public PEM": pair.PublicPEM, "too long": strings.Repeat("k", maxKid+1),
		"a line break at the end": "one\n", "a blank at the start": " one", "NUL": "a\x00b", "a byte order mark": "\ufeffone", "a line break": "a\nb",
	} {
		t.Run(name, func(t *testing.T) {
			k.Kid = kid
			err := k.Check()
			wantError(t, err, "kid")
			checkSilent(t, kid, err)
			_, err = ParseJWK(k.JSON())
			wantError(t, err, "kid")
			_, err = Document(k)
			wantError(t, err, "kid", "keys[0]:")
		})
	}
	for name, kid := range map[string]string{
		"a private JWK": pair.PrivateJWK, "a private PEM": pair.PrivatePEM, "base64 of a private JWK": base64Of(pair.PrivateJWK),
		"a JWKS": `{"keys":[` + pair.PrivateJWK + `]}`, "the first line of a private PEM": "-----BEGIN PRIVATE KEY-----",
	} {
		t.Run(name, func(t *testing.T) {
			k.Kid = kid
			for _, err := range []error{k.Check(), second(ParseJWK(k.JSON())), second(Document(k))} {
				if !errors.Is(err, ErrPrivateKey) {
					t.Errorf("got %v, want ErrPrivateKey", err)
				}
				checkSilent(t, kid, err)
			}
		})
	}
}

func second[T any](_ T, err error) error { return err }

func TestParseDocument_OnlyKeysThatOktaCanUse_Count(t *testing.T) {
	good := expected(t, "p256.json")
	short := mustParse(t, fixture(t, "rsa1024.pem"))
	short.Kid = "short"
	wrongAlg := expected(t, "rsa2048.json")
	wrongAlg.Alg = "HS256"
	for name, unusable := range map[string]Key{"RSA 1024": short, "an alg that does not fit": wrongAlg} {
		t.Run(name, func(t *testing.T) {
			keys, err := ParseDocument([]byte(`{"keys":[` + unusable.JSON() + `,` + good.JSON() + `]}`))
			if err != nil || len(keys) != 1 || keys[0] != good {
				t.Errorf("next to one that is usable: %v, %v", keys, err)
			}
			_, err = ParseDocument([]byte(`{"keys":[` + unusable.JSON() + `]}`))
			wantError(t, err, "keys", "not hold a key that Okta can use", "keys[0]:")
		})
	}
	t.Run("a byte order mark is named", func(t *testing.T) {
		_, err := ParseDocument([]byte("\ufeff" + `{"keys":[` + good.JSON() + `]}`))
		wantError(t, err, "", "byte order mark")
	})
	t.Run("crv must be there", func(t *testing.T) {
		good.Crv = ""
		_, err := ParseDocument([]byte(`{"keys":[` + good.JSON() + `]}`))
		wantError(t, err, "crv", "keys[0]:", "crv is missing")
	})
}

func TestParse_UnusualRSA(t *testing.T) {
	rsa := expected(t, "rsa2048.json")
	for name, test := range map[string]struct {
		bits int
		ok   bool
	}{"16384 bits": {maxRSABits, true}, "16392 bits": {maxRSABits + 8, false}, "a million bits": {1 << 20, false}} {
		t.Run(name, func(t *testing.T) {
			modulus := make([]byte, test.bits/8)
			modulus[0], modulus[len(modulus)-1] = 0x80, 1
			k := rsa
			k.N = base64.RawURLEncoding.EncodeToString(modulus)
			if err := k.Check(); (err == nil) != test.ok {
				t.Errorf("got %v", err)
			}
		})
	}
}
