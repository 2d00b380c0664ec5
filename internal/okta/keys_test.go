// SPDX-License-Identifier: MPL-2.0

package okta_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"encoding/base64"
	"encoding/json"
	"errors"
	"slices"
	"testing"

	"github.com/oktacreds/terraform-provider-oktacreds/internal/jwk"
	"github.com/oktacreds/terraform-provider-oktacreds/internal/okta"
	"github.com/oktacreds/terraform-provider-oktacreds/internal/oktasim"
)

// publicKey is a new EC key's public half.
func publicKey(kid string) okta.Key {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		panic(err)
	}
	point, err := key.PublicKey.Bytes() // 0x04, X, Y
	if err != nil {
		panic(err)
	}
	coordinate := base64.RawURLEncoding.EncodeToString
	return okta.Key{Key: jwk.Key{KTY: "EC", Kid: kid, Use: "sig", Crv: "P-256", X: coordinate(point[1:33]), Y: coordinate(point[33:])}}
}

func wantedKey(kid string) okta.Wanted[okta.Key] {
	key := publicKey(kid)
	return okta.Wanted[okta.Key]{Body: key, Is: func(k okta.Key) bool { return k.Kid == kid && k.X == key.X && k.Y == key.Y }}
}

// addKey has somebody else add a key.
func (w *world) addKey(t testing.TB, kid string) (id string) {
	t.Helper()
	encoded, err := json.Marshal(publicKey(kid))
	if err != nil {
		t.Fatal(err)
	}
	key, err := w.org.AddKey(w.app, encoded)
	if err != nil {
		t.Fatal(err)
	}
	return key.ID
}

func newKeyWorld(t testing.TB) *world {
	return newWorld(t, oktasim.Options{}, oktasim.AppOptions{Type: "service", AuthMethod: okta.AuthMethodPrivateKeyJWT})
}

func TestKeys_Lifecycle(t *testing.T) {
	w := newKeyWorld(t)
	first, err := w.client.Keys.Create(t.Context(), w.app, wantedKey("one"))
	if err != nil {
		t.Fatal(err)
	}
	id := first.ID
	if err := w.client.Keys.Retire(t.Context(), w.app, id, okta.Retirement{}); !okta.IsOnlyActive(err) {
		t.Errorf("the error is %v, want Okta's refusal", err)
	}
	if _, err := w.client.Keys.Create(t.Context(), w.app, wantedKey("two")); err != nil {
		t.Fatal(err)
	}
	if err := w.client.Keys.Retire(t.Context(), w.app, id, okta.Retirement{}); err != nil {
		t.Fatal(err)
	}
	if _, err := w.client.Keys.Get(t.Context(), w.app, id); !okta.IsNotFound(err) || okta.IsAppNotFound(err) {
		t.Errorf("the error is %v, want that there is no such key", err)
	}
	keys, err := w.client.Keys.Snapshot(t.Context(), w.app)
	if err != nil {
		t.Fatal(err)
	}
	if len(keys) != 1 || keys[0].Kid != "two" {
		t.Errorf("the keys are %v", keys)
	}
}

func TestKeys_CreateExactlyOnce(t *testing.T) {
	for name, fault := range faultsOfACreate {
		if fault.kind == oktasim.FaultLatency {
			continue
		}
		t.Run(name, func(t *testing.T) {
			w := newKeyWorld(t)
			w.addKey(t, "first")
			w.fault(oktasim.Fault{Kind: fault.kind, Method: "POST", Times: 1})
			created, err := w.client.Keys.Create(t.Context(), w.app, wantedKey("mine"))
			if err != nil {
				t.Fatal(err)
			}
			mustEqual(t, "the kid", created.Kid, "mine")
			mustEqual(t, "the number of keys", len(w.org.Keys(w.app)), 2)
		})
	}
}

func TestKeys_KidOfAnotherKey_IsRefused(t *testing.T) {
	w := newKeyWorld(t)
	w.addKey(t, "mine")
	wanted := wantedKey("mine")
	if _, err := w.client.Keys.Create(t.Context(), w.app, wanted); !okta.IsDuplicateKid(err) {
		t.Errorf("the error is %v, want that the kid is taken", err)
	}
}

// Another run has created the same key meanwhile: Okta calls it a duplicate.
func TestKeys_SameKey_IsNotCreatedTwice(t *testing.T) {
	w := newKeyWorld(t)
	wanted := wantedKey("mine")
	if _, err := w.client.Keys.Snapshot(t.Context(), w.app); err != nil {
		t.Fatal(err)
	}
	first, err := w.newClient(t).Keys.Create(t.Context(), w.app, wanted)
	if err != nil {
		t.Fatal(err)
	}
	_, err = w.client.Keys.Create(t.Context(), w.app, wanted)
	var exists *okta.ExistsError
	if !errors.As(err, &exists) || exists.Existing.ID != first.ID {
		t.Errorf("the error is %v, want an ExistsError that names %s", err, first.ID)
	}
}

func TestKeys_FiftyAreTheLimit(t *testing.T) {
	w := newKeyWorld(t)
	for i := range okta.MaxKeys {
		w.addKey(t, string(rune('a'+i%26))+string(rune('a'+i/26)))
	}
	wanted := wantedKey("one too many")
	_, err := w.client.Keys.Create(t.Context(), w.app, wanted)
	var limit *okta.LimitError
	if !errors.As(err, &limit) || len(limit.Present) != okta.MaxKeys {
		t.Errorf("the error is %v, want a LimitError that names 50 keys", err)
	}
}

func TestKeys_ListsOfAllShapesAndOrders(t *testing.T) {
	w := newKeyWorld(t)
	want := []string{w.addKey(t, "one"), w.addKey(t, "two"), w.addKey(t, "three")}
	slices.Sort(want)
	for _, shape := range []string{oktasim.ShapeArray, oktasim.ShapeKeys, oktasim.ShapeJWKS} {
		for _, order := range []string{oktasim.OrderCreated, oktasim.OrderReversed, oktasim.OrderShuffled} {
			w.org.ClearFaults()
			w.fault(oktasim.Fault{Kind: oktasim.FaultKeyShape, Shape: shape})
			w.fault(oktasim.Fault{Kind: oktasim.FaultListOrder, Order: order})
			keys, err := w.client.Keys.List(t.Context(), w.app)
			if err != nil {
				t.Fatalf("%s: %v", shape, err)
			}
			var got []string
			for _, key := range keys {
				got = append(got, key.ID)
			}
			slices.Sort(got)
			if !slices.Equal(got, want) {
				t.Errorf("%s: the keys are %v, want %v", shape, got, want)
			}
		}
	}
}

// The app's document has the keys as their own list has them, but for the dates.
func TestKeys_SnapshotSaysWhatTheListSays(t *testing.T) {
	w := newKeyWorld(t)
	w.addKey(t, "one")
	id := w.addKey(t, "two")
	if _, err := w.client.Keys.SetStatus(t.Context(), w.app, id, okta.StatusInactive); err != nil {
		t.Fatal(err)
	}
	listed, err := w.client.Keys.List(t.Context(), w.app)
	if err != nil {
		t.Fatal(err)
	}
	snapshot, err := w.client.Keys.Snapshot(t.Context(), w.app)
	if err != nil {
		t.Fatal(err)
	}
	for _, keys := range [][]okta.Key{listed, snapshot} {
		for i := range keys {
			keys[i].Metadata = okta.Metadata{ID: keys[i].ID, Status: keys[i].Status}
		}
	}
	if !slices.Equal(listed, snapshot) {
		t.Errorf("the snapshot is\n%+v\nthe list is\n%+v", snapshot, listed)
	}
}

func TestUpdateKey(t *testing.T) {
	w := newKeyWorld(t)
	w.addKey(t, "one")
	id := w.addKey(t, "two")
	before := w.org.Keys(w.app)
	for _, alg := range []string{"ES256", ""} {
		key, err := w.client.UpdateKey(t.Context(), w.app, id, okta.KeyMembers{Use: "sig", Alg: alg})
		if err != nil {
			t.Fatal(err)
		}
		mustEqual(t, "the alg", key.Alg, alg)
		mustEqual(t, "the id", key.ID, id)
		if after := w.org.Keys(w.app); after[0] != before[0] {
			t.Errorf("the other key was changed: %+v", after[0])
		}
	}
	w.log()
	if _, err := w.client.UpdateKey(t.Context(), w.app, id, okta.KeyMembers{Use: "sig", Alg: ""}); err != nil {
		t.Fatal(err)
	}
	w.mustLog(t, "GET /api/v1/apps/"+w.app+" 200") // nothing to change, nothing to send
	var missing *okta.MissingKeyError
	if _, err := w.client.UpdateKey(t.Context(), w.app, "pksUnknown", okta.KeyMembers{Use: "sig", Alg: ""}); !errors.As(err, &missing) {
		t.Errorf("the error is %v, want that there is no such key", err)
	}
}

// A 200 that ignored the change is an error.
func TestUpdateKey_WhatOktaDidNotTake_IsNamed(t *testing.T) {
	for member, answered := range map[string]any{"use": nil, "alg": "ES384", "kid": "another"} {
		w := newKeyWorld(t)
		id := w.addKey(t, "one")
		w.fault(oktasim.Fault{Kind: oktasim.FaultMember, Method: "PUT", Path: appPath, Member: member, Edit: oktasim.EditSet, Value: answered})
		_, err := w.client.UpdateKey(t.Context(), w.app, id, okta.KeyMembers{Use: "sig", Alg: "ES256", Kid: "two"})
		if ignored, ok := errors.AsType[*okta.MismatchError](err); !ok || ignored.ID != id || ignored.Name != member {
			t.Errorf("%s: the error is %v", member, err)
		}
	}
}

func TestKeys_Create_FoundInTheAppAfterALostAnswer_IsReadInFull(t *testing.T) {
	w := newKeyWorld(t)
	w.fault(oktasim.Fault{Kind: oktasim.FaultDropAfter, Method: "POST", Path: "/api/v1/apps/*/credentials/jwks", Times: 1})
	created, err := w.client.Keys.Create(t.Context(), w.app, wantedKey("one"))
	if err != nil {
		t.Fatal(err)
	}
	if created.Created.IsZero() {
		t.Error("the creation time, which the app's document lacks, is not there")
	}
}
