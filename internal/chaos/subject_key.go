// SPDX-License-Identifier: MPL-2.0

package main

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"strconv"
	"time"

	"github.com/hashicorp/terraform-plugin-go/tftypes"
)

// keySubject is an oktacreds_app_jwk. Its dependent object hands the consumer the
// private key.
type keySubject struct {
	life      *life
	kids      bool // kids of one's own
	onDestroy string

	rotation int
	key      *ecdsa.PrivateKey
	pairs    map[string]*ecdsa.PrivateKey // all there ever were, by rotation
}

func newKeySubject(l *life) *keySubject {
	k := &keySubject{life: l, kids: l.random.IntN(2) == 0, onDestroy: pick(l.random, "delete", "delete", "deactivate")}
	k.pairs = map[string]*ecdsa.PrivateKey{}
	k.rotate()
	return k
}

// newKey makes a key pair that is the same whenever the seed is: what Go
// generates never is.
func newKey(random *rand.Rand) *ecdsa.PrivateKey {
	for {
		var scalar []byte
		for range 4 {
			scalar = binary.BigEndian.AppendUint64(scalar, random.Uint64())
		}
		if key, err := ecdsa.ParseRawPrivateKey(elliptic.P256(), scalar); err == nil {
			return key
		}
	}
}

func (k *keySubject) String() string {
	return fmt.Sprintf("key own_kid=%t on_destroy=%s", k.kids, k.onDestroy)
}

func (k *keySubject) rotate() {
	k.rotation++
	k.key = newKey(k.life.random)
	k.pairs[strconv.Itoa(k.rotation)] = k.key
}

func (k *keySubject) config() map[string]tftypes.Value {
	config := map[string]tftypes.Value{
		"app_id": stringValue(k.life.app.ID), "jwk": stringValue(publicJWK(k.key, "")), "on_destroy": stringValue(k.onDestroy),
		"timeouts": k.life.timeouts(),
	}
	if k.kids {
		config["kid"] = stringValue(fmt.Sprintf("kid-%d", k.rotation))
	}
	return config
}

// publicJWK is the public half as a JWK (RFC 7518 §6.2.1).
func publicJWK(key *ecdsa.PrivateKey, kid string) string {
	point, err := key.PublicKey.Bytes() // uncompressed, SEC 1 §2.3.3
	if err != nil {
		panic(err) // a key of P-256 has a point
	}
	number := base64.RawURLEncoding.EncodeToString
	members := map[string]string{"kty": "EC", "crv": "P-256", "x": number(point[1:33]), "y": number(point[33:])}
	if kid != "" {
		members["kid"] = kid
	}
	encoded, err := json.Marshal(members)
	if err != nil {
		panic(err) // strings can be encoded
	}
	return string(encoded)
}

func (k *keySubject) trigger(value tftypes.Value) string { return text(value, "kid") }

func (k *keySubject) credential(_ *terraform, _ *process, value tftypes.Value) (credential, diagnostics) {
	return credential{id: text(value, "id"), key: k.key, kid: text(value, "kid")}, nil
}

func (k *keySubject) sink(resource string) sinkConfig {
	return sinkConfig{trigger: resource + ".kid}", id: resource + ".id}", kid: resource + ".kid}", key: strconv.Itoa(k.rotation)}
}

func (k *keySubject) known(value tftypes.Value) []known {
	return []known{{id: text(value, "id"), status: text(value, "status"), digest: text(value, "kid")}}
}

func (k *keySubject) stages() []time.Duration { return nil }
func (k *keySubject) pickup() time.Duration   { return 0 }
func (k *keySubject) patience() time.Duration { return 0 }
func (k *keySubject) hurry() time.Duration    { return 1 << 62 } // the old one stays until the new one is delivered
func (k *keySubject) keeps() bool             { return k.onDestroy == "deactivate" }
func (k *keySubject) reclaims() bool          { return false }
