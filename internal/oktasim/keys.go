// SPDX-License-Identifier: MPL-2.0

package oktasim

import (
	"crypto/ecdh"
	"encoding/base64"
	"encoding/json"
	"math/big"
	"slices"
	"strings"
	"time"
)

const (
	maxKeys    = 50   // per app [S]
	minRSABits = 2048 // [R]

	keyKind = "JsonWebKey" // what Okta's errors call a key [S][D]
)

// Key is a public key that is saved in Okta.
type Key struct {
	ID     string
	Status string
	Kid    string // "" when it has none
	Kty    string // RSA or EC
	Use    string // sig, enc, or "" when it was not sent
	Alg    string
	N, E   string // RSA
	X, Y   string // EC
	Crv    string // "" when it was not sent

	Created     time.Time // whole seconds
	LastUpdated time.Time
}

// keyRequest is a key as a client sends it.
type keyRequest struct {
	ID     string `json:"id"`
	Status string `json:"status"`
	Kid    string `json:"kid"`
	Kty    string `json:"kty"`
	Use    string `json:"use"`
	Alg    string `json:"alg"`
	N      string `json:"n"`
	E      string `json:"e"`
	X      string `json:"x"`
	Y      string `json:"y"`
	Crv    string `json:"crv"`

	// The members of private keys, RFC 7518 §6.2.2, §6.3.2 and §6.4.1.
	D json.RawMessage `json:"d"`
	P json.RawMessage `json:"p"`
	Q json.RawMessage `json:"q"`
	K json.RawMessage `json:"k"`
}

// curves are the curves that Okta takes [?], with the size of a coordinate in bytes.
var curves = []struct {
	name  string
	size  int
	curve ecdh.Curve
}{
	{"P-256", 32, ecdh.P256()},
	{"P-384", 48, ecdh.P384()},
	{"P-521", 66, ecdh.P521()},
}

// check refuses what is no key that Okta takes.
func (k keyRequest) check() error {
	if err := checkStatus(keyKind, k.Status); err != nil {
		return err
	}
	switch {
	case k.D != nil || k.P != nil || k.Q != nil || k.K != nil:
		return validationError(keyKind, "The 'jwks' must contain public keys only.") // [?]
	case k.Use != "" && k.Use != "sig" && k.Use != "enc":
		return validationError(keyKind, "The 'use' of a key must be 'sig' or 'enc'.") // [?]
	case k.Kty == "RSA":
		return k.checkRSA()
	case k.Kty == "EC" && k.Use == "enc":
		return validationError(keyKind, "Encryption keys in the 'jwks' must be RSA keys.") // the rule [S], its words [?]
	case k.Kty == "EC":
		return k.checkEC()
	}
	return validationError(keyKind, "The 'kty' of a key must be 'RSA' or 'EC'.") // [?]
}

func (k keyRequest) checkRSA() error {
	modulus, err := decodeNumber(k.N)
	if err != nil || k.N != "" && k.E == "" {
		return validationError(keyKind, "RSA keys in the 'jwks' must have 'n' and 'e'.") // [?]
	}
	// A key without n is a short one [R].
	if new(big.Int).SetBytes(modulus).BitLen() < minRSABits {
		return validationError(keyKind, "RSA key length in the 'jwks' is less than '2,048' bits for the given key.") // [S][R]
	}
	return nil
}

func (k keyRequest) checkEC() error {
	x, errX := decodeNumber(k.X)
	y, errY := decodeNumber(k.Y)
	if errX != nil || errY != nil {
		return validationError(keyKind, "EC keys in the 'jwks' must have 'x' and 'y'.") // [?]
	}
	for _, curve := range curves {
		// Without crv the size of the coordinates tells [R: keys without crv are stored].
		if k.Crv != curve.name && (k.Crv != "" || len(x) != curve.size) {
			continue
		}
		point := slices.Concat([]byte{4}, x, y) // uncompressed, SEC 1 §2.3.3
		if _, err := curve.curve.NewPublicKey(point); err != nil {
			return validationError(keyKind, "The given EC key in the 'jwks' is not a point of its curve.") // [?]
		}
		return nil
	}
	return validationError(keyKind, "EC keys in the 'jwks' must use 'P-256', 'P-384' or 'P-521'.") // [?]
}

// decodeNumber reads base64url; Okta's own examples have padding in places, which it ignores.
func decodeNumber(text string) ([]byte, error) {
	return base64.RawURLEncoding.DecodeString(strings.TrimRight(text, "="))
}

func (k keyRequest) key(now time.Time) Key {
	status := k.Status
	if status == "" {
		status = StatusActive // [S]
	}
	second := now.Truncate(time.Second)
	return Key{
		ID: newID("pks"), Status: status, Kid: k.Kid, Kty: k.Kty, Use: k.Use, Alg: k.Alg,
		N: k.N, E: k.E, X: k.X, Y: k.Y, Crv: k.Crv, Created: second, LastUpdated: second,
	}
}

func (k Key) encrypts() bool { return k.Use == "enc" }
func (k Key) active() bool   { return k.Status == StatusActive }

// sameMembers says whether both are the same public key under the same kid.
func (k Key) sameMembers(other keyRequest) bool {
	return k.Kid == other.Kid && k.Kty == other.Kty && k.N == other.N && k.E == other.E && k.X == other.X && k.Y == other.Y
}

// keySet is the saved keys of an app, in the order of their creation.
type keySet []Key

func (s keySet) find(id string) (int, error) {
	i := slices.IndexFunc(s, func(key Key) bool { return key.ID == id })
	if i < 0 {
		return i, notFound(id, keyKind)
	}
	return i, nil
}

func (s keySet) count(matches func(Key) bool) int {
	count := 0
	for _, key := range s {
		if matches(key) {
			count++
		}
	}
	return count
}

// check refuses a set of keys that cannot be [S].
func (s keySet) check() error {
	kids, ids := map[string]bool{}, map[string]bool{}
	for _, key := range s {
		if key.Kid == "" && len(s) > 1 {
			return validationError(keyKind, "Each key should have a unique kid when adding multiple keys. Use the Apps API to "+
				"update the JWKS to add a kid for the existing key, or delete the existing key and re-add the key with a kid "+
				"using the JWKS APIs.")
		}
		if kids[key.Kid] {
			return validationError(keyKind, "All keys in the 'jwks' must have a unique `kid`.")
		}
		if ids[key.ID] {
			return validationError(keyKind, "All keys in the 'jwks' must have a unique `id`.") // [?]
		}
		kids[key.Kid], ids[key.ID] = true, true
	}
	if len(s) > maxKeys {
		return validationError(keyKind, "You can't create a new key. You have reached the maximum number of keys allowed (50). "+
			"To add another key, you must first delete an existing one.")
	}
	if s.count(func(key Key) bool { return key.encrypts() && key.active() }) > 1 {
		return validationError(keyKind, "The client can have only one active encryption key in the 'jwks'.")
	}
	return nil
}

// replacement is the key that stands for a wanted one when a document replaces the set: one that was there, by id or
// else by kid and members, keeps its id and its age [?].
func (s keySet) replacement(wanted keyRequest, now time.Time) Key {
	key := wanted.key(now)
	known := slices.IndexFunc(s, func(old Key) bool { return wanted.ID != "" && old.ID == wanted.ID })
	if known < 0 {
		known = slices.IndexFunc(s, func(old Key) bool { return old.sameMembers(wanted) })
	}
	if known < 0 {
		return key
	}
	old := s[known]
	key.ID, key.Created, key.LastUpdated = old.ID, old.Created, old.LastUpdated
	if key != old {
		key.LastUpdated = now.Truncate(time.Second)
	}
	return key
}

// addKey is POST …/jwks. Here and below, a nil call is the console.
func (o *Org) addKey(by *call, app *app, wanted keyRequest) (Key, error) {
	if err := wanted.check(); err != nil {
		return Key{}, err
	}
	key := wanted.key(o.now())
	keys := append(slices.Clone(app.keys), key)
	if err := keys.check(); err != nil {
		return Key{}, err
	}
	app.keys = keys
	// An app has saved keys or a URI, not both: the console offers a choice of one [D]; that saving a key makes
	// the choice is [?].
	app.jwksURI = ""
	o.logCredential(by, app, lifecycleCreate, key.detail())
	return key, nil
}

// setKeyStatus activates or deactivates a key. Asking for the status that it has changes nothing [?].
func (o *Org) setKeyStatus(by *call, app *app, id, status string) (Key, error) {
	key, err := app.setKeyStatus(id, status, o.now())
	if err == nil {
		o.logCredential(by, app, turned(status), key.detail())
	}
	return key, err
}

func (app *app) setKeyStatus(id, status string, now time.Time) (Key, error) {
	i, err := app.keys.find(id)
	if err != nil {
		return Key{}, err
	}
	key := &app.keys[i]
	if key.Status == status {
		return *key, nil
	}
	if status == StatusInactive {
		if err := app.checkDeactivation(*key); err != nil {
			return Key{}, err
		}
	}
	second := now.Truncate(time.Second)
	if status == StatusActive && key.encrypts() {
		// Activating an encryption key deactivates the active one by itself [S].
		for j := range app.keys {
			if other := &app.keys[j]; other.encrypts() && other.active() {
				other.Status, other.LastUpdated = StatusInactive, second
			}
		}
	}
	key.Status, key.LastUpdated = status, second
	return *key, nil
}

// checkDeactivation refuses to deactivate what the app cannot do without [S].
func (app *app) checkDeactivation(key Key) error {
	if key.encrypts() {
		return validationError(keyKind, "You can't deactivate the active encryption key.")
	}
	others := slices.DeleteFunc(slices.Clone(app.keys), func(other Key) bool {
		return other.ID == key.ID || other.encrypts() || !other.active()
	})
	if app.authMethod == PrivateKeyJWT && len(others) == 0 {
		return validationError(keyKind, "Can't deactivate the only active JSON Web Key when the value for "+
			"`token_endpoint_auth_method` is `private_key_jwt`.")
	}
	alg := app.doc.text("settings", "oauthClient", "request_object_signing_alg")
	if alg != "" && key.signs(alg) && others.count(func(other Key) bool { return other.signs(alg) }) == 0 {
		return validationError(keyKind, "The `jwks` must contain at least one key with an algorithm matching the "+
			"`request_object_signature_algorithm`.")
	}
	return nil
}

// signs says whether the key can make signatures of the algorithm.
func (k Key) signs(alg string) bool {
	if k.Alg != "" {
		return k.Alg == alg
	}
	return k.Kty == "EC" == strings.HasPrefix(alg, "ES")
}

// removeKey deletes an INACTIVE key; an ACTIVE one is refused [S].
func (o *Org) removeKey(by *call, app *app, id string) error {
	i, err := app.keys.find(id)
	if err != nil {
		return err
	}
	if app.keys[i].active() {
		return validationError(keyKind, "You can't delete an active JSON Web Key. Deactivate the key before deleting it.")
	}
	removed := app.keys[i]
	app.keys = slices.Delete(slices.Clone(app.keys), i, i+1)
	o.logCredential(by, app, lifecycleDelete, removed.detail())
	return nil
}
