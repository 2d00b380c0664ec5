// SPDX-License-Identifier: MPL-2.0

package oktasim_test

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/lestrrat-go/jwx/v2/jwk"

	"github.com/oktacreds/terraform-provider-oktacreds/internal/oktasim"
)

// The key pairs of these tests: made once, since RSA keys take their time.
var (
	rsaKey      = generateRSA(2048)
	otherRSAKey = generateRSA(2048)
	ecKey       = generateEC(elliptic.P256())
)

func generateRSA(bits int) crypto.Signer {
	key, err := rsa.GenerateKey(rand.Reader, bits)
	if err != nil {
		panic(err)
	}
	return key
}

func generateEC(curve elliptic.Curve) crypto.Signer {
	key, err := ecdsa.GenerateKey(curve, rand.Reader)
	if err != nil {
		panic(err)
	}
	return key
}

// members are the members of a key's public half.
func members(key any) object {
	if signer, private := key.(crypto.Signer); private {
		key = signer.Public()
	}
	parsed, err := jwk.FromRaw(key)
	if err != nil {
		panic(err)
	}
	text, err := json.Marshal(parsed)
	if err != nil {
		panic(err)
	}
	var all object
	if err := json.Unmarshal(text, &all); err != nil {
		panic(err)
	}
	return all
}

func keysPath(app oktasim.App) string { return "/api/v1/apps/" + app.ID + "/credentials/jwks" }

func TestKey_OnTheWire(t *testing.T) {
	sent := with(members(rsaKey), object{"kid": "first"})
	tests := []struct {
		name string
		sent object
		want object // besides id, kid, status, times and links
	}{
		{"RSA, neither use nor alg sent", sent, object{"kty": "RSA", "n": sent["n"], "e": sent["e"], "use": nil}},
		{"RSA, use and alg sent", with(sent, object{"use": "sig", "alg": "RS256"}),
			object{"kty": "RSA", "n": sent["n"], "e": sent["e"], "use": "sig", "alg": "RS256"}},
		{"EC, no crv sent", func() object {
			key := with(members(ecKey), object{"kid": "first"})
			delete(key, "crv")
			return key
		}(), with(members(ecKey), object{"crv": nil, "use": nil})},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			w := newWorld(t)
			app := w.AddApp(oktasim.AppOptions{AuthMethod: oktasim.PrivateKeyJWT})
			got := w.want(201, "POST", keysPath(app), test.sent).object(t)
			id, _ := got["id"].(string)
			if !regexp.MustCompile(`^pks[0-9A-Za-z]{17}$`).MatchString(id) {
				t.Errorf("id = %q", id)
			}
			inApp := with(test.want, object{"id": id, "kid": "first", "status": "ACTIVE"})
			self := w.server.URL + keysPath(app) + "/" + id
			want := with(inApp, object{
				"created": "2026-03-01T12:00:00.000Z", "lastUpdated": "2026-03-01T12:00:00.000Z",
				"_links": object{"deactivate": object{"href": self + "/lifecycle/deactivate", "hints": object{"allow": []any{"POST"}}}},
			})
			if diff := cmp.Diff(want, got); diff != "" {
				t.Error("created (-want +got):\n" + diff)
			}
			if diff := cmp.Diff(want, w.want(200, "GET", keysPath(app)+"/"+id, nil).object(t)); diff != "" {
				t.Error("read (-want +got):\n" + diff)
			}
			if diff := cmp.Diff([]any{want}, w.want(200, "GET", keysPath(app), nil).keys(t)); diff != "" {
				t.Error("listed (-want +got):\n" + diff)
			}
			if diff := cmp.Diff([]any{inApp}, at(w.document(app.ID), "settings", "oauthClient", "jwks", "keys")); diff != "" {
				t.Error("in the app's document (-want +got):\n" + diff)
			}
		})
	}
}

func TestKey_Lifecycle(t *testing.T) {
	w := newWorld(t)
	app := w.AddApp(oktasim.AppOptions{AuthMethod: oktasim.PrivateKeyJWT})
	var paths []string
	for i, key := range []any{rsaKey, ecKey} {
		made := w.want(201, "POST", keysPath(app), with(members(key), object{"kid": fmt.Sprint(i)})).object(t)
		paths = append(paths, keysPath(app)+"/"+made["id"].(string))
	}
	got := w.want(200, "POST", paths[0]+"/lifecycle/deactivate", nil).object(t)
	if got["status"] != "INACTIVE" || at(got, "_links", "delete") == nil || at(got, "_links", "activate") == nil {
		t.Errorf("deactivated: %v", got)
	}
	w.wantError(400, "E0000001", "POST", paths[1]+"/lifecycle/deactivate", nil, "Api validation failed: JsonWebKey",
		"Can't deactivate the only active JSON Web Key when the value for `token_endpoint_auth_method` is `private_key_jwt`.")
	w.wantError(400, "E0000001", "DELETE", paths[1], nil, "You can't delete an active JSON Web Key.")
	w.want(200, "POST", paths[0]+"/lifecycle/activate", nil)
	w.want(200, "POST", paths[1]+"/lifecycle/deactivate", nil)
	if got := w.want(204, "DELETE", paths[1], nil); got.text != "" {
		t.Errorf("DELETE answers %q", got.text)
	}
	w.wantError(404, "E0000007", "GET", paths[1], nil, "(JsonWebKey)")
	w.wantError(404, "E0000007", "DELETE", paths[1], nil, "(JsonWebKey)")
	if keys := w.Keys(app.ID); len(keys) != 1 || keys[0].Kid != "0" {
		t.Errorf("keys = %+v", keys)
	}
}

func TestKey_OnlyActiveOneMayGoWhereSecretsLogIn(t *testing.T) {
	w := newWorld(t)
	app := w.AddApp(oktasim.AppOptions{})
	made := w.want(201, "POST", keysPath(app), members(rsaKey)).object(t)
	path := keysPath(app) + "/" + made["id"].(string)
	w.want(200, "POST", path+"/lifecycle/deactivate", nil)
	w.want(204, "DELETE", path, nil)
}

func TestKey_Refusals(t *testing.T) {
	rsa1024 := object{"kty": "RSA", "kid": "new", "e": "AQAB", "n": strings.Repeat("x", 171)} // 1024 bits, no more is looked at
	rsaNew, ecNew := with(members(rsaKey), object{"kid": "new"}), with(members(ecKey), object{"kid": "new"})
	tests := []struct {
		name     string
		existing []object
		sent     any
		fragment string
	}{
		{"a kid that is taken", []object{with(rsaNew, object{})}, ecNew, "All keys in the 'jwks' must have a unique `kid`."},
		{"a second key without kid", []object{with(rsaNew, object{})}, members(ecKey), "Each key should have a unique kid"},
		{"a second key beside one without kid", []object{members(rsaKey)}, ecNew, "Each key should have a unique kid"},
		{"RSA of 1024 bits", nil, rsa1024, "less than '2,048' bits"},
		{"an EC encryption key", nil, with(ecNew, object{"use": "enc"}), "must be RSA"},
		{"P-256K", nil, with(ecNew, object{"crv": "secp256k1"}), "'P-256', 'P-384' or 'P-521'"},
		{"P-384 with the coordinates of P-256", nil, with(ecNew, object{"crv": "P-384"}), "not a point of its curve"},
		{"a point that is not on the curve", nil, with(ecNew, object{"x": ecNew["y"]}), "not a point of its curve"},
		{"a private key", nil, with(rsaNew, object{"d": "AQAB"}), "public keys only"},
		{"a symmetric key", nil, object{"kty": "oct", "k": "c2VjcmV0"}, "public keys only"},
		{"an unknown type", nil, object{"kty": "OKP", "crv": "Ed25519", "x": "AA"}, "'kty' of a key must be"},
		{"an unknown use", nil, with(rsaNew, object{"use": "tls"}), "'use' of a key must be"},
		{"RSA without modulus", nil, object{"kty": "RSA", "kid": "new"}, "less than '2,048' bits"},
		{"RSA without exponent", nil, with(rsaNew, object{"e": ""}), "must have 'n' and 'e'"},
		{"a second active encryption key", []object{with(rsaNew, object{"kid": "old", "use": "enc"})},
			with(members(otherRSAKey), object{"kid": "new", "use": "enc"}), "only one active encryption key"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			w := newWorld(t)
			app := w.AddApp(oktasim.AppOptions{})
			for _, key := range test.existing {
				w.want(201, "POST", keysPath(app), key)
			}
			before := w.Keys(app.ID)
			w.wantError(400, "E0000001", "POST", keysPath(app), test.sent, "Api validation failed: JsonWebKey", test.fragment)
			if diff := cmp.Diff(before, w.Keys(app.ID)); diff != "" {
				t.Error("the refusal changed something:\n" + diff)
			}
		})
	}
}

func TestKey_FiftyAndNoMore(t *testing.T) {
	w := newWorld(t)
	app := w.AddApp(oktasim.AppOptions{})
	for i := range 50 {
		if _, err := w.AddKey(app.ID, []byte(asJSON(t, with(members(ecKey), object{"kid": fmt.Sprint(i)})))); err != nil {
			t.Fatal(err)
		}
	}
	w.wantError(400, "E0000001", "POST", keysPath(app), with(members(ecKey), object{"kid": "one more"}), "maximum number of keys allowed (50)")
}

func TestKey_EncryptionKeys(t *testing.T) {
	w := newWorld(t)
	app := w.AddApp(oktasim.AppOptions{})
	add := func(key any, kid, status string) string {
		t.Helper()
		sent := with(members(key), object{"kid": kid, "use": "enc", "status": status})
		return w.want(201, "POST", keysPath(app), sent).object(t)["id"].(string)
	}
	signing := w.want(201, "POST", keysPath(app), with(members(ecKey), object{"kid": "signing"})).object(t)["id"].(string)
	old, next := add(rsaKey, "old", "ACTIVE"), add(otherRSAKey, "new", "INACTIVE")
	w.wantError(400, "E0000001", "POST", keysPath(app)+"/"+old+"/lifecycle/deactivate", nil, "You can't deactivate the active encryption key.")
	if links := w.want(200, "GET", keysPath(app)+"/"+old, nil).object(t)["_links"]; links != nil {
		t.Errorf("nothing can be done with the active encryption key, but its links are %v", links)
	}
	if err := w.SetAuthMethod(app.ID, oktasim.PrivateKeyJWT); err != nil {
		t.Fatal(err)
	}
	w.wantError(400, "E0000001", "POST", keysPath(app)+"/"+signing+"/lifecycle/deactivate", nil, "only active JSON Web Key")
	w.want(200, "POST", keysPath(app)+"/"+next+"/lifecycle/activate", nil)
	statuses := map[string]string{}
	for _, key := range w.Keys(app.ID) {
		statuses[key.ID] = key.Status
	}
	if diff := cmp.Diff(map[string]string{signing: "ACTIVE", old: "INACTIVE", next: "ACTIVE"}, statuses); diff != "" {
		t.Error("activating one must deactivate the other:\n" + diff)
	}
}

func TestKey_LastOneForRequestObjectsIsKept(t *testing.T) {
	w := newWorld(t)
	app := w.AddApp(oktasim.AppOptions{})
	doc := w.document(app.ID)
	doc["settings"].(object)["oauthClient"].(object)["request_object_signing_alg"] = "ES256"
	w.want(200, "PUT", "/api/v1/apps/"+app.ID, doc)
	ec := w.want(201, "POST", keysPath(app), with(members(ecKey), object{"kid": "ec"})).object(t)["id"].(string)
	rs := w.want(201, "POST", keysPath(app), with(members(rsaKey), object{"kid": "rsa"})).object(t)["id"].(string)
	w.wantError(400, "E0000001", "POST", keysPath(app)+"/"+ec+"/lifecycle/deactivate", nil, "request_object_signature_algorithm")
	w.want(200, "POST", keysPath(app)+"/"+rs+"/lifecycle/deactivate", nil)
}

func TestKey_SavingOneReplacesTheURI(t *testing.T) {
	w := newWorld(t)
	app := w.AddApp(oktasim.AppOptions{AuthMethod: oktasim.PrivateKeyJWT, JWKSURI: "https://keys.example.com"})
	w.want(201, "POST", keysPath(app), members(rsaKey))
	if now, _ := w.App(app.ID); now.JWKSURI != "" {
		t.Errorf("jwks_uri = %q", now.JWKSURI)
	}
}

func TestCurves(t *testing.T) {
	w := newWorld(t)
	app := w.AddApp(oktasim.AppOptions{})
	for i, curve := range []elliptic.Curve{elliptic.P256(), elliptic.P384(), elliptic.P521()} {
		key := with(members(generateEC(curve)), object{"kid": fmt.Sprint(i)})
		w.want(201, "POST", keysPath(app), key)
		delete(key, "crv")
		w.want(201, "POST", keysPath(app), with(key, object{"kid": "without crv " + fmt.Sprint(i)}))
	}
	kids := []string{}
	for _, key := range w.Keys(app.ID) {
		kids = append(kids, key.Kid)
	}
	if len(kids) != 6 || !slices.Contains(kids, "without crv 2") {
		t.Errorf("kids = %v", kids)
	}
}
