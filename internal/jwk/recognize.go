// SPDX-License-Identifier: MPL-2.0

package jwk

import (
	"crypto/x509"
	"regexp"
	"strings"
	"unicode/utf8"
)

// want says which half of a key pair is needed.
type want int

const (
	wantPublic want = iota
	wantPrivate
)

// mistake is something that people give in the place of a key, with the remedy for either half.
type mistake struct {
	is              func(text string) bool
	what            string
	public, private string // Empty where the half is expected in this form, or where the form can't be given for it.
}

func matches(expression string) func(string) bool { return regexp.MustCompile(expression).MatchString }

// mistakes are tried in this order.
var mistakes = []mistake{
	{
		func(text string) bool { return text == "" },
		"the text is empty", "give a JWK or PEM (-----BEGIN PUBLIC KEY-----)", "give PEM (-----BEGIN PRIVATE KEY-----) or a JWK",
	},
	{
		func(text string) bool { return !utf8.ValidString(text) && strings.HasPrefix(text, "\x30") },
		"this is DER, which is binary", "`openssl pkey -pubin -inform DER -in key.der` prints PEM", "`openssl pkey -inform DER -in key.der` prints PEM",
	},
	{
		func(text string) bool { return strings.Contains(text, "\x00") || !utf8.ValidString(text) },
		"this is not UTF-8 text (it may be UTF-16)",
		"`iconv -f UTF-16 -t UTF-8 key.pem` prints the text in UTF-8", "`iconv -f UTF-16 -t UTF-8 key.pem` prints the text in UTF-8",
	},
	{
		matches(`^(ssh-[a-z0-9]+|ecdsa-sha2-[a-z0-9]+|sk-\S+@openssh\.com) `),
		"this is an OpenSSH public key", "`ssh-keygen -e -m PKCS8 -f key.pub` prints it as PEM", privateHalf,
	},
	{
		matches(`BEGIN SSH2 PUBLIC KEY`),
		"this is an SSH public key (RFC 4716)", "`ssh-keygen -i -f key.pub > openssh.pub && ssh-keygen -e -m PKCS8 -f openssh.pub` prints it as PEM", privateHalf,
	},
	{
		matches(`BEGIN OPENSSH PRIVATE KEY`),
		"this is an OpenSSH private key", "", "`ssh-keygen -p -N \"\" -m PKCS8 -f key` rewrites a copy of the file as PEM that can be read here",
	},
	{
		matches(`PuTTY-User-Key-File`),
		"this is a PuTTY key", "", "`puttygen key.ppk -O private-openssh -o key` and then `ssh-keygen -p -N \"\" -m PKCS8 -f key` write PEM that can be read here",
	},
	{
		matches(`BEGIN PGP `),
		"this is a PGP key", "make a key pair for Okta: `openssl genpkey -algorithm RSA -pkeyopt rsa_keygen_bits:2048 -out key.pem`", newPair,
	},
	{
		matches(`BEGIN (NEW )?CERTIFICATE REQUEST`),
		"this is a certificate request", "`openssl req -in request.pem -noout -pubkey` prints its public key", privateHalf,
	},
	{
		matches(`BEGIN (PKCS7|CMS)`),
		"this is a PKCS#7 bundle", "`openssl pkcs7 -in bundle.pem -print_certs` prints its certificates: give the first", privateHalf,
	},
	{
		matches(`BEGIN (TRUSTED|X509) CERTIFICATE`),
		"this is a certificate in an old form", "`openssl x509 -in certificate.pem` prints it in the form that is needed", privateHalf,
	},
	{
		matches(`BEGIN (DH |DSA |EC )?PARAMETERS-----[^-]*-----END [A-Z ]*-----\s*$`),
		"these are the parameters of a key and not a key", "give the block that follows them in the file", "give the block that follows them in the file",
	},
	{
		matches(`-----BEGIN ENCRYPTED PRIVATE KEY|DEK-Info:`),
		"this private key is encrypted with a passphrase", "", "`openssl pkey -in key.pem -out decrypted.pem` writes it without",
	},
	{
		matches(`-----BEGIN ((RSA )?PUBLIC KEY|CERTIFICATE)`),
		"this is a public key or a certificate, and a private key is needed", "", privateHalf,
	},
	{
		matches(`^[a-z]+://`),
		"this is a URL", "give the key itself, or give the URL of a JWKS to oktacreds_app_jwks_uri", "give the key itself or the path of its file",
	},
	{
		matches(`^eyJ[A-Za-z0-9_-]+\.[A-Za-z0-9_-]*\.`),
		"this is a token (JWT or JWE) and not a key", "give a JWK or PEM, and revoke the token if others can see this configuration",
		"give the key that signs, and revoke the token if others can see this configuration",
	},
	{
		isBase64(func(decoded string) bool {
			return strings.Contains(decoded, "-----BEGIN ") || isJSON(strings.Trim(decoded, whiteSpace))
		}),
		"this key is encoded in base64 once too often", "decode it with Terraform's base64decode function", "decode it with Terraform's base64decode function, or with `base64 -d`",
	},
	{
		isBase64(func(decoded string) bool {
			return readsAs(decoded, x509.ParsePKIXPublicKey, asAny(x509.ParsePKCS1PublicKey))
		}),
		"this is the base64 of a public key without the lines -----BEGIN PUBLIC KEY----- and -----END PUBLIC KEY-----", "add these lines", privateHalf,
	},
	{
		isBase64(func(decoded string) bool { return readsAs(decoded, certified) }),
		"this is the base64 of a certificate without the lines -----BEGIN CERTIFICATE----- and -----END CERTIFICATE-----", "add these lines", privateHalf,
	},
	{
		isBase64(func(decoded string) bool { return readsAs(decoded, privateEncodings...) }),
		"this is the base64 of a private key without the lines -----BEGIN PRIVATE KEY----- and -----END PRIVATE KEY-----", "", "add these lines",
	},
	{
		isBase64(func(decoded string) bool { return strings.HasPrefix(decoded, "\x30") }), // PKCS#12, encrypted PKCS#8 …: a DER SEQUENCE.
		"this is base64 of DER that can't be read here, such as PKCS#12 or an encrypted key",
		"`openssl pkcs12 -in key.p12 -clcerts -nokeys` prints the certificate in a PKCS#12 file, and `openssl pkey -pubin -inform DER -in key.der` a public key",
		"`openssl pkcs12 -in key.p12 -nocerts -nodes` prints the key in a PKCS#12 file, and `openssl pkey -inform DER -in key.der` one in another file",
	},
	{
		matches(`^[^\n{}"]+\.(pem|key|pub|der|crt|cer|json|jwk|jwks|p12|pfx)$`),
		"this is the path of a file", "give its content: file(\"PATH\")", "no such file can be read here",
	},
	{
		matches(`(?i)BEGIN[ +%_0-9A-Z]*(KEY|CERTIFICATE)`),
		"this is PEM whose first or last line is damaged", "the lines are -----BEGIN PUBLIC KEY----- and -----END PUBLIC KEY-----, with five hyphens on each side",
		"the lines are -----BEGIN PRIVATE KEY----- and -----END PRIVATE KEY-----, with five hyphens on each side",
	},
	{
		matches(`^"`),
		"this is a JSON string", "decode it with Terraform's jsondecode function", "decode it with Terraform's jsondecode function",
	},
}

const (
	newPair     = "make a key pair for Okta: `openssl genpkey -algorithm RSA -pkeyopt rsa_keygen_bits:2048 -out key.pem`"
	privateHalf = "give the private key that belongs to it, or " + newPair
)

func isBase64(of func(decoded string) bool) func(string) bool {
	return func(text string) bool {
		decoded, ok := decodeBase64(text)
		return ok && of(string(decoded))
	}
}

func readsAs(der string, encodings ...func([]byte) (any, error)) bool {
	for _, read := range encodings {
		if _, err := read([]byte(der)); err == nil {
			return true
		}
	}
	return false
}

// recognize names what the text is in the place of a key, and the way to what is needed. It returns nil when the text is
// nothing that it knows.
func recognize(text string, want want) error {
	for _, m := range mistakes {
		remedy := m.public
		if want == wantPrivate {
			remedy = m.private
		}
		if remedy != "" && m.is(text) {
			return unusable("", m.what+": "+remedy)
		}
	}
	return nil
}
