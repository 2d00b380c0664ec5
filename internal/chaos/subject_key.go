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
)

// keySubject is an oktacreds_app_jwk. Its dependent object hands the consumer the
// private key.
type keySubject struct {
	holder    *holder
	kids      bool // kids of one's own
	onDestroy string

	rotation int
	key      *ecdsa.PrivateKey
}

func newKeySubject(h *holder) *keySubject {
	random := h.life.random
	k := &keySubject{holder: h, kids: random.IntN(2) == 0, onDestroy: pick(random, "delete", "delete", "deactivate")}
	k.rotate()
	return k
}

// newKey makes a key pair that is the same whenever the seed is: what Go generates
// never is.
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
	return fmt.Sprintf("key own_kid=%t on_destroy=%s adopt_interrupted=%t", k.kids, k.onDestroy, k.holder.adopts)
}

func (k *keySubject) rotate() {
	k.rotation++
	k.key = newKey(k.holder.life.random)
	k.holder.life.pairs[k.pair()] = k.key
}

// pair names the key pair in what is delivered.
func (k *keySubject) pair() string { return k.holder.number() + "-" + strconv.Itoa(k.rotation) }

func (k *keySubject) values() map[string]any {
	values := map[string]any{
		"app_id": k.holder.life.app.ID, "jwk": publicJWK(k.key, ""), "on_destroy": k.onDestroy, "timeouts": k.holder.life.timeouts(),
		"adopt_interrupted": k.holder.adopts,
	}
	if k.kids {
		values["kid"] = "kid-" + k.pair()
	}
	return values
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

func (k *keySubject) delivery(address string) (trigger any, environment map[string]any) {
	return of(address, "kid"), map[string]any{"ID": of(address, "id"), "KID": of(address, "kid"), "KEY": k.pair()}
}

// isOf tells whether an object in state is the configured key.
func (k *keySubject) isOf(attribute func(string) string) bool {
	var members struct{ X string }
	err := json.Unmarshal([]byte(publicJWK(k.key, "")), &members)
	return err == nil && attribute("x") == members.X
}

func (k *keySubject) known(attribute func(string) string) []known {
	return []known{{id: attribute("id"), status: attribute("status"), digest: attribute("kid")}}
}

func (k *keySubject) importID(id string) string { return k.holder.life.app.ID + "/" + id }

func (k *keySubject) traits() traits {
	return traits{remedies: keyRemedies, keeps: k.onDestroy == "deactivate"}
}
