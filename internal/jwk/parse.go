package jwk

import (
	"bytes"
	"crypto/x509"
	"encoding/asn1"
	"encoding/json"
	"encoding/pem"
	"errors"
	"fmt"
	"io"
	"maps"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"
)

// form is a way to write a public key down.
type form struct {
	name    string
	matches func(text string) bool
	read    func(text string) (Key, error)
}

var (
	formJWK = &form{
		name:    "a JWK (a JSON object)",
		matches: func(text string) bool { return strings.HasPrefix(text, "{") || strings.HasPrefix(text, "[") },
		read:    readJWK,
	}
	formPEM = &form{
		name:    "PEM (-----BEGIN PUBLIC KEY-----, RSA PUBLIC KEY or CERTIFICATE)",
		matches: func(text string) bool { return strings.Contains(text, "-----BEGIN ") },
		read:    readPEM,
	}
)

// ParsePublic reads a public key in any form that ParseJWK or ParsePEM reads.
func ParsePublic(text string) (Key, error) { return parse(text, formJWK, formPEM) }

// ParseJWK reads a public key from a JWK (RFC 7517 §4). A JWK that holds any private or symmetric member is
// ErrPrivateKey. The members that Key has must be strings or, as Okta writes what is not set [R], null. All other
// members (key_ops, x5c, x5t, Okta's id and status …) are dropped: RFC 7517 §4 has unknown members ignored, and the
// key members alone say which key it is. A member that occurs twice is an error.
func ParseJWK(text string) (Key, error) { return parse(text, formJWK) }

// ParsePEM reads a public key from one PEM block: SubjectPublicKeyInfo ("PUBLIC KEY"), PKCS#1 ("RSA PUBLIC KEY") or
// a certificate, of which only the key counts. A private key anywhere in the text is ErrPrivateKey.
func ParsePEM(text string) (Key, error) { return parse(text, formPEM) }

// parse looks for a private key before all else, so that whoever put one into the wrong attribute, or next to a
// certificate, hears about that and not about the form.
func parse(text string, accepted ...*form) (Key, error) {
	if armoredPrivateKey.MatchString(text) {
		return Key{}, ErrPrivateKey
	}
	text = strings.Trim(text, whiteSpace)
	for _, f := range []*form{formJWK, formPEM} {
		if !f.matches(text) {
			continue
		}
		k, err := f.read(text)
		if !slices.Contains(accepted, f) && !errors.Is(err, ErrPrivateKey) {
			return Key{}, unusable("", fmt.Sprintf("this is %s, but %s is needed", f.name, accepted[0].name))
		}
		return k, err
	}
	return Key{}, unusable("", fmt.Sprintf("this is no public key: %s is needed", names(accepted)))
}

// whiteSpace includes the byte order mark that some editors put first.
const whiteSpace = "\ufeff \t\r\n"

func names(forms []*form) string {
	var list []string
	for _, f := range forms {
		list = append(list, f.name)
	}
	return strings.Join(list, " or ")
}

func readJWK(text string) (Key, error) {
	members, err := object([]byte(text))
	if err != nil {
		return Key{}, err
	}
	k, err := publicKey(members)
	if err != nil {
		return Key{}, err
	}
	return k.Canonical()
}

// privateMembers are those of RFC 7518 §6.2.2, §6.3.2 and §6.4, and "priv", which newer key types use.
var privateMembers = []string{"d", "p", "q", "dp", "dq", "qi", "oth", "k", "priv"}

// publicKey returns the key of a JWK as it stands. All of its members must be public.
func publicKey(members map[string]json.RawMessage) (Key, error) {
	if slices.ContainsFunc(privateMembers, func(name string) bool { return present(members[name]) }) {
		return Key{}, ErrPrivateKey
	}
	if present(members["keys"]) && !present(members["kty"]) {
		return Key{}, unusable("", "this is a JWKS, and one key is needed: give one element of its keys")
	}
	return publicMembers(members)
}

// publicMembers returns the public members as they stand, whatever else there is.
func publicMembers(members map[string]json.RawMessage) (Key, error) {
	var k Key
	for _, member := range []struct {
		name  string
		value *string
	}{
		{"kty", &k.KTY}, {"kid", &k.Kid}, {"use", &k.Use}, {"alg", &k.Alg}, {"n", &k.N}, {"e", &k.E},
		{"crv", &k.Crv}, {"x", &k.X}, {"y", &k.Y},
	} {
		var err error
		if *member.value, err = stringMember(members, member.name); err != nil {
			return Key{}, err
		}
	}
	return k, nil
}

// stringMember returns "" for a member that is absent or null.
func stringMember(members map[string]json.RawMessage, name string) (string, error) {
	if !present(members[name]) {
		return "", nil
	}
	var value string
	if err := json.Unmarshal(members[name], &value); err != nil {
		return "", unusable(name, fmt.Sprintf("the member %s must be a JSON string", name))
	}
	return value, nil
}

func present(value json.RawMessage) bool { return len(value) > 0 && string(value) != "null" }

// object decodes exactly one JSON object whose member names are unique. encoding/json would take the last of two
// equal names, match names in any case and ignore what follows; each of these would make two readers of one text
// see two keys.
func object(data []byte) (map[string]json.RawMessage, error) {
	if !utf8.Valid(data) {
		return nil, unusable("", "this is not valid JSON: it is not UTF-8")
	}
	decoder := json.NewDecoder(bytes.NewReader(data))
	invalid := func() error {
		return unusable("", fmt.Sprintf("this is not valid JSON: there is an error near byte %d", decoder.InputOffset()))
	}
	start, err := decoder.Token()
	if err != nil {
		return nil, invalid()
	}
	if start != json.Delim('{') {
		return nil, unusable("", "this is JSON but no object: it must begin with { and end with }")
	}
	members := map[string]json.RawMessage{}
	for decoder.More() {
		token, err := decoder.Token()
		name, ok := token.(string)
		if err != nil || !ok {
			return nil, invalid()
		}
		var value json.RawMessage
		if err := decoder.Decode(&value); err != nil {
			return nil, invalid()
		}
		if _, twice := members[name]; twice {
			return nil, unusable("", "a member occurs twice in this JSON object: which one counts is not defined, so remove one")
		}
		members[name] = value
	}
	if _, err := decoder.Token(); err != nil {
		return nil, invalid()
	}
	if _, err := decoder.Token(); !errors.Is(err, io.EOF) {
		return nil, unusable("", fmt.Sprintf("something follows the JSON object, which ends before byte %d: remove it", decoder.InputOffset()))
	}
	return members, nil
}

// armoredPrivateKey also matches blocks that are damaged, encrypted, or of a tool that is not PEM's (OpenSSH, PGP).
var armoredPrivateKey = regexp.MustCompile(`BEGIN [A-Z0-9 ]*PRIVATE KEY`)

// publicBlocks are the PEM labels of RFC 7468 (§5, §13) and PKCS#1 that hold a public key.
var publicBlocks = map[string]func(der []byte) (any, error){
	"PUBLIC KEY":     x509.ParsePKIXPublicKey,
	"RSA PUBLIC KEY": asAny(x509.ParsePKCS1PublicKey),
	"CERTIFICATE":    certified,
}

func asAny[K any](parse func([]byte) (K, error)) func([]byte) (any, error) {
	return func(der []byte) (any, error) { return parse(der) }
}

// certified may return nil without an error: the certificate is good, and its key of a type that Go does not know.
func certified(der []byte) (any, error) {
	certificate, err := x509.ParseCertificate(der)
	if err != nil {
		return nil, err
	}
	return certificate.PublicKey, nil
}

func readPEM(text string) (Key, error) {
	blocks := pemBlocks(text)
	if len(blocks) == 0 {
		return Key{}, unusable("", "this PEM block is damaged: was the -----END line or a part of the text cut off while copying?")
	}
	for _, block := range blocks {
		if _, ok := privateKey(block.Bytes); ok { // Whatever its label says.
			return Key{}, ErrPrivateKey
		}
	}
	if len(blocks) > 1 {
		return Key{}, unusable("", fmt.Sprintf("there are %d PEM blocks, and one is needed: of a certificate chain, give the first", len(blocks)))
	}
	block := blocks[0]
	read, ok := publicBlocks[block.Type]
	if !ok {
		return Key{}, unusable("", "this PEM block holds no public key; these do: "+strings.Join(slices.Sorted(maps.Keys(publicBlocks)), ", "))
	}
	pub, err := read(block.Bytes)
	if err != nil {
		return Key{}, unreadable(block.Bytes)
	}
	k, err := fromCrypto(pub)
	if err != nil {
		return Key{}, unreadable(block.Bytes)
	}
	return k.Canonical() // Its checks count here too: crypto/x509 lets an even modulus pass, for one.
}

// pemBlocks returns the blocks in the text other than EC PARAMETERS, which only repeat what a key says. It mends two
// common injuries: a heredoc's indentation, and line breaks that came through an environment variable as \n.
func pemBlocks(text string) []*pem.Block {
	var lines []string
	for line := range strings.Lines(strings.ReplaceAll(text, `\n`, "\n")) {
		lines = append(lines, strings.Trim(line, whiteSpace))
	}
	var blocks []*pem.Block
	for rest := []byte(strings.Join(lines, "\n")); ; {
		var block *pem.Block
		if block, rest = pem.Decode(rest); block == nil {
			return blocks
		}
		if block.Type != "EC PARAMETERS" {
			blocks = append(blocks, block)
		}
	}
}

// unreadable refuses DER that Go cannot read, or can and jwx cannot, by the name of the first kind of key that it
// mentions, be it in a certificate or in SubjectPublicKeyInfo.
func unreadable(der []byte) error {
	for _, kind := range refusedOIDs {
		if oid, err := asn1.Marshal(kind.oid); err == nil && bytes.Contains(der, oid) {
			return unsupportedKey("", kind.name)
		}
	}
	return unusable("", "this PEM block does not hold what its first line says, or is damaged; "+oktaTakes)
}
