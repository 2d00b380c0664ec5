// SPDX-License-Identifier: MPL-2.0

package jwk

import (
	"encoding/base64"
	"encoding/json"
	"regexp"
	"slices"
	"strings"
	"unicode"
)

// armoredPrivateKey also matches blocks that are damaged, encrypted, or of a tool that is not PEM's (OpenSSH, PGP, PuTTY).
var armoredPrivateKey = regexp.MustCompile(`BEGIN [A-Z0-9 ]*PRIVATE KEY|PuTTY-User-Key-File`)

// privateMembers are those of RFC 7518 §6.2.2, §6.3.2 and §6.4, and "priv", which newer key types use.
var privateMembers = []string{"d", "p", "q", "dp", "dq", "qi", "oth", "k", "priv"}

// maxNesting bounds the search of holdsPrivateKey: base64 of a JWKS whose key has PEM in a member needs three levels.
const maxNesting = 4

// holdsPrivateKey reports whether a private or symmetric key is anywhere in the text: as PEM, in a JWK at any depth and
// with member names in any case, or in base64 of one of these or of DER.
func holdsPrivateKey(text string) bool { return privateKeyWithin(text, maxNesting) }

func privateKeyWithin(text string, depth int) bool {
	if depth == 0 {
		return false
	}
	if armoredPrivateKey.MatchString(text) {
		return true
	}
	if text = strings.Trim(text, whiteSpace); isJSON(text) {
		decoder := json.NewDecoder(strings.NewReader(text))
		decoder.UseNumber() // A number that float64 can't hold must not end the search.
		var value any
		return decoder.Decode(&value) == nil && privateValueWithin(value, depth-1)
	}
	decoded, ok := decodeBase64(text)
	if !ok {
		return false
	}
	_, private := privateKey(decoded)
	return private || privateKeyWithin(string(decoded), depth-1)
}

func privateValueWithin(value any, depth int) bool {
	switch value := value.(type) {
	case map[string]any:
		for name, member := range value {
			if member != nil && isPrivateMember(name) || privateValueWithin(member, depth) {
				return true
			}
		}
	case []any:
		return slices.ContainsFunc(value, func(element any) bool { return privateValueWithin(element, depth) })
	case string:
		return privateKeyWithin(value, depth)
	}
	return false
}

func isPrivateMember(name string) bool {
	return slices.ContainsFunc(privateMembers, func(private string) bool { return strings.EqualFold(name, private) })
}

// minBase64 is less than any key takes, and more than a word that happens to be base64.
const minBase64 = 40

// decodeBase64 reads base64 in both alphabets, with or without padding and line breaks.
func decodeBase64(text string) (decoded []byte, ok bool) {
	text = withoutSpace(writtenBreak.ReplaceAllString(text, ""))
	if len(text) < minBase64 {
		return nil, false
	}
	text = strings.NewReplacer("-", "+", "_", "/").Replace(strings.TrimRight(text, "="))
	decoded, err := base64.RawStdEncoding.DecodeString(text)
	return decoded, err == nil
}

func withoutSpace(text string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsSpace(r) || r == '\ufeff' {
			return -1
		}
		return r
	}, text)
}
