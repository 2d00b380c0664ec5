// SPDX-License-Identifier: MPL-2.0

package okta

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"slices"
)

// Okta's bounds for a client secret, in characters of printable ASCII [S].
const (
	MinSecretLength    = 14
	MaxSecretLength    = 100
	MinJWTSecretLength = 32 // when the app authenticates with client_secret_jwt
	MaxSecrets         = 2  // per app, INACTIVE ones included
)

// ClientSecret is one of an app's client secrets. Okta returns the value with
// every read.
type ClientSecret struct {
	Metadata

	Value string `json:"client_secret,omitempty"`
	Hash  string `json:"secret_hash,omitempty"`
}

func (s ClientSecret) String() string { return "client secret " + s.Holding().String() }

// Format keeps the value out of formatted output, with every verb.
func (s ClientSecret) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, s.String()) }

// CheckedValue returns the value if it is the secret's own: if its hash is
// secret_hash. What a response carries may be masked, as it is for API service
// integrations [S], cut off or missing; delivered, it would lock consumers out.
//
// Errors: [*ValueError].
func (s ClientSecret) CheckedValue() (string, error) {
	if s.Value == "" || SecretHash(s.Value) != s.Hash {
		return "", &ValueError{ID: s.ID, Hash: s.Hash, Missing: s.Value == ""}
	}
	return s.Value, nil
}

// ValueError says that a response has something else in the place of a client
// secret's value.
type ValueError struct {
	ID      string
	Hash    string // the secret's secret_hash
	Missing bool   // the value is missing, otherwise it is another one
}

func (e *ValueError) Error() string {
	if e.Missing {
		return fmt.Sprintf("the response doesn't contain the value of client secret %s", e.ID)
	}
	return fmt.Sprintf("the response doesn't contain the value of client secret %s: what it has there, masked or cut off, doesn't match secret_hash %q", e.ID, e.Hash)
}

// NewClientSecret is the body of a create. The value is ours even when no one
// chose one: Okta generates a value if none is sent, but a value we know lets a
// list tell whether a create happened whose answer was lost.
type NewClientSecret struct {
	Value  string `json:"client_secret"`
	Status Status `json:"status"`
}

// Format keeps the value out of formatted output, with every verb.
func (s NewClientSecret) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, "new client secret") }

func newSecrets(client *Client) *Credentials[ClientSecret] {
	return secretsAt("api/v1/apps/*/credentials/secrets", client, &client.snapshots.secrets)
}

// secretsAt are the client secrets of apps, or of API service integrations.
func secretsAt(path string, client *Client, snapshots *snapshot[[]ClientSecret]) *Credentials[ClientSecret] {
	secrets := &Credentials[ClientSecret]{
		client:  client,
		noun:    "client secret",
		limit:   MaxSecrets,
		path:    path,
		confirm: confirmSecret,
		changed: snapshots.drop,
		update: func(owner string, change func([]ClientSecret) []ClientSecret) {
			snapshots.update(owner, func(all []ClientSecret) ([]ClientSecret, bool) {
				return withValues(change(slices.Clone(all)), all), true
			})
		},
		known: snapshots.has,
		decodeList: func(answer json.RawMessage) (secrets []ClientSecret, err error) {
			if err = decode(answer, &secrets); err == nil && secrets == nil {
				err = errUnexpected // null
			}
			return secrets, err
		},
	}
	secrets.snapshot = func(ctx context.Context, owner string) ([]ClientSecret, error) {
		return snapshots.get(ctx, owner, secrets.List)
	}
	return secrets
}

// confirmSecret checks that the secret in the response is the one that was sent. The
// hash decides: the value in a response may be masked.
func confirmSecret(body any, created ClientSecret) error {
	sent, ok := body.(NewClientSecret)
	if !ok {
		_, err := created.CheckedValue() // Okta made it, and doesn't show it again
		return err
	}
	return mismatch(created.ID, "secret_hash", SecretHash(sent.Value), created.Hash)
}

// withValues completes secrets with values that are known already: the response to a
// change of status may come without [?].
func withValues(secrets, known []ClientSecret) []ClientSecret {
	for i, secret := range secrets {
		j := slices.IndexFunc(known, func(k ClientSecret) bool { return k.ID == secret.ID && k.Hash == secret.Hash })
		if _, err := secret.CheckedValue(); err != nil && j >= 0 {
			secrets[i].Value = known[j].Value
		}
	}
	return secrets
}

// SecretHash is Okta's secret_hash: the first 16 bytes of SHA-256, in base64url
// without padding [R].
func SecretHash(value string) string {
	sum := sha256.Sum256([]byte(value))
	return base64.RawURLEncoding.EncodeToString(sum[:16])
}

const (
	randomLength = 48 // characters, 288 bits
	markLength   = 16 // characters, 96 bits
)

// GenerateSecret makes a client secret of 64 characters of base64url, the form
// of Okta's own. The first 48 are random. The rest is a mark computed from
// them and from the purpose, which tells no one anything about them but lets
// [GeneratedFor] recognize the secret later. It sends nothing.
//
// Errors: that of the source of randomness.
func (c *Client) GenerateSecret(purpose ...string) (string, error) {
	random := make([]byte, randomLength*6/8)
	if _, err := io.ReadFull(c.rand, random); err != nil {
		return "", fmt.Errorf("reading randomness for a client secret: %w", err)
	}
	text := base64.RawURLEncoding.EncodeToString(random)
	return text + mark(text, purpose), nil
}

// GeneratedFor tells whether [Client.GenerateSecret] made the value for this
// purpose. It is how a run recognizes a secret whose creation an earlier run
// could not record, because it was killed or lost its network in between.
func GeneratedFor(value string, purpose ...string) bool {
	return hasMark(value, func(random string) string { return mark(random, purpose) })
}

// Generated tells whether [Client.GenerateSecret] made the value, for any purpose.
func Generated(value string) bool { return hasMark(value, origin) }

// hasMark tells whether the value's mark begins with what want computes from its random part.
func hasMark(value string, want func(random string) string) bool {
	if len(value) != randomLength+markLength {
		return false
	}
	wanted := want(value[:randomLength])
	return hmac.Equal([]byte(value[randomLength:randomLength+len(wanted)]), []byte(wanted))
}

// mark is the origin of a value, and what its purpose is.
func mark(random string, purpose []string) string {
	return origin(random) + digest(random, append([]string{"oktacreds client secret"}, purpose...))[:markLength/2]
}

// origin is the half of a mark that every generated value has.
func origin(random string) string {
	return digest(random, []string{"oktacreds"})[:markLength/2]
}

func digest(random string, parts []string) string {
	mac := hmac.New(sha256.New, []byte(random))
	for _, part := range parts {
		_, _ = fmt.Fprintf(mac, "%d:%s", len(part), part) // a hash takes anything
	}
	return base64.RawURLEncoding.EncodeToString(mac.Sum(nil))
}
