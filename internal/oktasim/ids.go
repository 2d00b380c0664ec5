// SPDX-License-Identifier: MPL-2.0

package oktasim

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"time"
)

const alphanumerics = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"

// newID makes an id of Okta's form: a prefix that names the kind, and 17 alphanumerics [R].
func newID(prefix string) string {
	return prefix + randomText(17, alphanumerics)
}

// newSecretValue makes a secret as Okta generates them: 64 characters of the base64url alphabet [R].
func newSecretValue() string {
	return randomText(64, alphanumerics+"-_")
}

func randomText(length int, alphabet string) string {
	text := make([]byte, 0, length)
	random := make([]byte, length)
	// Bytes at or above the largest multiple of the alphabet's size are skipped, so that no character is favoured.
	fair := 256 - 256%len(alphabet)
	for len(text) < length {
		_, _ = rand.Read(random) // never fails
		for _, b := range random {
			if int(b) < fair && len(text) < length {
				text = append(text, alphabet[int(b)%len(alphabet)])
			}
		}
	}
	return string(text)
}

// secretHash is Okta's secret_hash: base64url, without padding, of the first 16 bytes of SHA-256 [R].
func secretHash(value string) string {
	sum := sha256.Sum256([]byte(value))
	return base64.RawURLEncoding.EncodeToString(sum[:16])
}

// timestamp writes a time as Okta does: RFC 3339, whole seconds with milliseconds that are always .000 [R].
func timestamp(t time.Time) string {
	return t.UTC().Format("2006-01-02T15:04:05") + ".000Z"
}

// newRequestID makes the id of a request, which is the id of its transaction in the System Log as well [R].
func newRequestID() string { return randomText(26, alphanumerics) }

// newUUID makes an id of the form that events have.
func newUUID() string {
	text := randomText(32, "0123456789abcdef")
	return text[:8] + "-" + text[8:12] + "-" + text[12:16] + "-" + text[16:20] + "-" + text[20:]
}
