// SPDX-License-Identifier: MPL-2.0

package jwk

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
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
		matches: isJSON,
		read:    readJWK,
	}
	formPEM = &form{
		name:    "PEM (-----BEGIN PUBLIC KEY-----, RSA PUBLIC KEY or CERTIFICATE)",
		matches: func(text string) bool { return strings.Contains(text, "-----BEGIN ") },
		read:    readPEM,
	}
)

func isJSON(text string) bool { return strings.HasPrefix(text, "{") || strings.HasPrefix(text, "[") }

// ParsePublic reads a public key in any form that ParseJWK or ParsePEM reads.
func ParsePublic(text string) (Key, error) { return parse(text, formJWK, formPEM) }

// ParseJWK reads a public key from a JWK (RFC 7517 §4). A JWK that holds any private or symmetric member is
// ErrPrivateKey. The members that Key has must be strings or, as Okta writes what is not set [R], null. The other
// public members that are known (key_ops, x5c, x5t, Okta's id and status …) are dropped: the members of Key alone say
// which key it is. A member that is not known is an error although RFC 7517 §4 has it ignored, because Terraform would
// write it into its state; a member that occurs twice is one, too.
func ParseJWK(text string) (Key, error) { return parse(text, formJWK) }

// ParsePEM reads a public key from one PEM block: SubjectPublicKeyInfo ("PUBLIC KEY"), PKCS#1 ("RSA PUBLIC KEY") or
// a certificate, of which only the key counts. A private key anywhere in the text is ErrPrivateKey.
func ParsePEM(text string) (Key, error) { return parse(text, formPEM) }

// parse looks for a private key before all else, so that anyone who put one into the wrong attribute, or next to a
// certificate, hears about that and not about the form.
func parse(text string, accepted ...*form) (Key, error) {
	if holdsPrivateKey(text) {
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
	if err := recognize(text, wantPublic); err != nil {
		return Key{}, err
	}
	return Key{}, unusable("", fmt.Sprintf("this is not a public key: %s is needed", names(accepted)))
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
	k, err := publicMembers(members)
	if err != nil {
		return Key{}, err
	}
	if slices.ContainsFunc(slices.Collect(maps.Keys(members)), func(name string) bool {
		return present(members[name]) && !slices.Contains(keyMembers, name) && !slices.Contains(ignoredMembers, name)
	}) {
		return Key{}, unusable("", "this JWK has a member that is not known, and which could hold a secret. Give only "+strings.Join(keyMembers, ", "))
	}
	if err := CheckKid(k.Kid); err != nil {
		return Key{}, err
	}
	return k.Canonical()
}

// keyMembers are the members of Key.
var keyMembers = []string{"kty", "kid", "use", "alg", "n", "e", "crv", "x", "y"}

// ignoredMembers are the other public ones of RFC 7517 §4 and its registry, and those that Okta adds [R].
var ignoredMembers = []string{
	"key_ops", "x5u", "x5c", "x5t", "x5t#S256", "ext", "iat", "nbf", "exp",
	"id", "status", "created", "lastUpdated", "_links",
}

// checkSpelling refuses a member of Key whose name is in other capitals: a reader that ignores case would see another key
// than one that doesn't.
func checkSpelling(members map[string]json.RawMessage) error {
	for name := range members {
		for _, known := range slices.Concat(keyMembers, privateMembers) {
			if name != known && strings.EqualFold(name, known) {
				return unusable(known, "a member of this JWK is written in capitals: the names are "+strings.Join(keyMembers, ", "))
			}
		}
	}
	return nil
}

// publicMembers returns the public members of a JWK as they stand. It ignores all others: the caller has looked for
// private members, or needs them.
func publicMembers(members map[string]json.RawMessage) (Key, error) {
	switch {
	case present(members["kty"]):
	case present(members["keys"]):
		return Key{}, unusable("", "this is a JWKS, and one key is needed: `jq '.keys[0]' jwks.json` prints the first")
	case present(members["ciphertext"]):
		return Key{}, unusable("", "this is a JWE, and a key that is not encrypted is needed")
	}
	if err := checkSpelling(members); err != nil {
		return Key{}, err
	}
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
	switch {
	case bytes.HasPrefix(data, []byte("\ufeff")): // RFC 8259 §8.1; jackson and Go's own reader fail, others don't.
		return nil, unusable("", "this JSON begins with a byte order mark (BOM), at which many readers fail: save it as UTF-8 without BOM")
	case !utf8.Valid(data):
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
		return nil, unusable("", "this is JSON but not an object: it must begin with { and end with }")
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
