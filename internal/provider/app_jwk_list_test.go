// SPDX-License-Identifier: MPL-2.0

package provider_test

import (
	"crypto/elliptic"
	"fmt"
	"maps"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/oktacreds/terraform-provider-oktacreds/internal/acctest"
	"github.com/oktacreds/terraform-provider-oktacreds/internal/oktasim"
)

const keyObject = "oktacreds_app_jwk"

// keyring is an org in which the app Jobs has an old key and a new one, and
// others have none.
type keyring struct {
	org        *acctest.Org
	sim        *oktasim.Org
	jobs       string
	old, young oktasim.Key
}

func newKeyring(t *testing.T) *keyring {
	t.Helper()
	k := &keyring{org: acctest.NewOrg(t)}
	k.sim = k.org.Sim(t)
	k.sim.AddApp(oktasim.AppOptions{Label: "Shop"})
	k.jobs = k.sim.AddApp(oktasim.AppOptions{Label: "Jobs", AuthMethod: "private_key_jwt"}).ID
	k.sim.AddApp(oktasim.AppOptions{Label: "Elsewhere", AuthMethod: "private_key_jwt", JWKSURI: "https://example.com/keys"})
	k.add(t, acctest.PublicJWK(t, acctest.RSA(t, 2048), "first"))
	k.sim.Age(k.jobs, 100*24*time.Hour)
	k.add(t, gives(t, "jwk_from_pem", acctest.PublicPEM(t, acctest.EC(t, elliptic.P256()))))
	k.old, k.young = k.sim.Keys(k.jobs)[0], k.sim.Keys(k.jobs)[1]
	k.sim.ResetRequests()
	return k
}

func (k *keyring) add(t *testing.T, jwk string) {
	t.Helper()
	if _, err := k.sim.AddKey(k.jobs, []byte(jwk)); err != nil {
		t.Fatal(err)
	}
}

func TestAppJWKList_OfTheOrg_CostsNothingButThePages(t *testing.T) {
	k := newKeyring(t)
	found := newProtocol(t, k.org).listAll(t, query{object: keyObject, include: true})
	if len(found) != 2 || found[0].said+found[1].said != "" {
		t.Errorf("it finds %v", found)
	}
	mustAsk(t, k.sim, "GET /api/v1/apps 200")
}

func TestAppJWKList_ByAge_AsksTheAppsThatHaveKeys(t *testing.T) {
	k := newKeyring(t)
	found := newProtocol(t, k.org).listAll(t, query{object: keyObject, config: map[string]any{"older_than": "2160h"}})
	mustFind(t, found, k.old.ID)
	mustAsk(t, k.sim, "GET /api/v1/apps 200", "GET /api/v1/apps/"+k.jobs+"/credentials/jwks 200")
	want := "Jobs: " + k.old.ID + " (kid first) ACTIVE, 100 days old, created " + k.old.Created.UTC().Format(time.RFC3339)
	if found[0].name != want {
		t.Errorf("it is called %q, want %q", found[0].name, want)
	}
}

func TestAppJWKList_OfOneApp_CostsOneRequest(t *testing.T) {
	k := newKeyring(t)
	found := newProtocol(t, k.org).listAll(t, query{object: keyObject, config: map[string]any{"app_id": k.jobs, "status": "ACTIVE"}})
	if len(found) != 2 {
		t.Errorf("it finds %v", found)
	}
	mustAsk(t, k.sim, "GET /api/v1/apps/"+k.jobs+" 200")
}

func TestAppJWKList_AKeyWithoutKidIsNamedAllTheSame(t *testing.T) {
	org := acctest.NewOrg(t)
	sim := org.Sim(t)
	app := sim.AddApp(oktasim.AppOptions{Label: "Jobs", AuthMethod: "private_key_jwt"}).ID
	key, err := sim.AddKey(app, fmt.Appendf(nil, `{"kty":"RSA","e":"AQAB","n":%q}`, rfcModulus))
	if err != nil {
		t.Fatal(err)
	}
	found := newProtocol(t, org).listAll(t, query{object: keyObject, include: true})
	mustFind(t, found, key.ID)
	if want := "Jobs: " + key.ID + " ACTIVE"; found[0].name != want {
		t.Errorf("it is called %q, want %q", found[0].name, want)
	}
}

func TestAppJWKList_TheResourceIsWhatAnImportMakesOfIt(t *testing.T) {
	k := newKeyring(t)
	resources := map[any]map[string]any{}
	for _, found := range newProtocol(t, k.org).listAll(t, query{object: keyObject, include: true}) {
		resources[found.identity["id"]] = found.resource
	}
	common := map[string]any{"app_id": k.jobs, "status": "ACTIVE", "on_destroy": "delete", "allow_last_credential_destroy": false, "adopt_interrupted": false, "drain": "0s"}
	rsa := map[string]any{
		"id": k.old.ID, "kid": "first", "kty": "RSA", "use": "sig", "n": k.old.N, "e": "AQAB",
		"jwk":        fmt.Sprintf(`{"kty":"RSA","kid":"first","use":"sig","n":%q,"e":"AQAB"}`, k.old.N),
		"thumbprint": gives(t, "jwk_thumbprint", fmt.Sprintf(`{"kty":"RSA","n":%q,"e":"AQAB"}`, k.old.N)),
	}
	ec := map[string]any{
		"id": k.young.ID, "kid": k.young.Kid, "kty": "EC", "crv": "P-256", "x": k.young.X, "y": k.young.Y, "thumbprint": k.young.Kid,
		"jwk": fmt.Sprintf(`{"kty":"EC","kid":%q,"crv":"P-256","x":%q,"y":%q}`, k.young.Kid, k.young.X, k.young.Y),
	}
	for _, want := range []map[string]any{rsa, ec} {
		maps.Copy(want, common)
		if diff := cmp.Diff(want, resources[want["id"]]); diff != "" {
			t.Errorf("(-want +got):\n%s", diff)
		}
	}
}
