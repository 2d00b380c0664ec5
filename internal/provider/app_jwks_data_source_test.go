// SPDX-License-Identifier: MPL-2.0

package provider_test

import (
	"crypto/elliptic"
	"encoding/json"
	"fmt"
	"testing"
	"time"

	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/knownvalue"
	"github.com/hashicorp/terraform-plugin-testing/statecheck"

	"github.com/oktacreds/terraform-provider-oktacreds/internal/acctest"
	"github.com/oktacreds/terraform-provider-oktacreds/internal/oktasim"
)

func keysConfig(org *acctest.Org, app string) string {
	return org.Provider() + fmt.Sprintf(`
data "oktacreds_app_jwks" "test" { app_id = %q }
output "keys" { value = data.oktacreds_app_jwks.test.keys }
`, app)
}

func TestAccAppJWKs_TellsAllMembersNewestFirstInEveryShape(t *testing.T) {
	org := acctest.NewOrg(t)
	sim := org.Sim(t)
	app := sim.AddApp(oktasim.AppOptions{AuthMethod: "private_key_jwt"}).ID
	if _, err := sim.AddKey(app, []byte(acctest.PublicJWK(t, acctest.RSA(t, 2048), "old"))); err != nil {
		t.Fatal(err)
	}
	sim.Age(app, 48*time.Hour)
	text := gives(t, "jwk_from_pem", acctest.PublicPEM(t, acctest.EC(t, elliptic.P384())))
	var jwk map[string]string
	if err := json.Unmarshal([]byte(text), &jwk); err != nil {
		t.Fatal(err)
	}
	ec, err := sim.AddKey(app, []byte(text))
	if err != nil {
		t.Fatal(err)
	}
	rsa := sim.Keys(app)[0]
	is, null := knownvalue.StringExact, knownvalue.Null()
	created := func(key oktasim.Key) knownvalue.Check { return is(key.Created.UTC().Format(time.RFC3339)) }
	want := knownvalue.ListExact([]knownvalue.Check{
		knownvalue.ObjectExact(map[string]knownvalue.Check{
			"id": is(ec.ID), "status": is("ACTIVE"), "kid": is(jwk["kid"]), "kty": is("EC"), "use": null, "alg": null, "n": null, "e": null,
			"crv": is("P-384"), "x": is(jwk["x"]), "y": is(jwk["y"]), "thumbprint": is(jwk["kid"]), "created": created(ec),
		}),
		knownvalue.ObjectExact(map[string]knownvalue.Check{
			"id": is(rsa.ID), "status": is("ACTIVE"), "kid": is("old"), "kty": is("RSA"), "use": is("sig"), "alg": null, "n": is(rsa.N), "e": is("AQAB"),
			"crv": null, "x": null, "y": null, "created": created(rsa),
			"thumbprint": is(gives(t, "jwk_thumbprint", fmt.Sprintf(`{"kty":"RSA","n":%q,"e":"AQAB"}`, rsa.N))),
		}),
	})
	resource.ParallelTest(t, resource.TestCase{
		ProtoV6ProviderFactories: acctest.Factories(),
		Steps: []resource.TestStep{{
			Config: keysConfig(org, app), ConfigStateChecks: []statecheck.StateCheck{statecheck.ExpectKnownOutputValue("keys", want)},
		}},
	})
	told := func() string {
		return fmt.Sprint(newProtocol(t, org).data(t, "oktacreds_app_jwks", values{"app_id": app})["keys"])
	}
	usual := told()
	for _, shape := range []string{oktasim.ShapeKeys, oktasim.ShapeArray, oktasim.ShapeJWKS} {
		sim.ClearFaults()
		sim.InjectFault(oktasim.Fault{Kind: oktasim.FaultKeyShape, Shape: shape})
		if got := told(); got != usual {
			t.Errorf("as %s the keys are %s, want %s", shape, got, usual)
		}
	}
}

func TestAccAppJWKs_OfAnAppWithoutAny_IsAnEmptyList(t *testing.T) {
	org := acctest.NewOrg(t)
	app := org.NewApp(t, "client_secret_basic")
	resource.ParallelTest(t, resource.TestCase{
		ProtoV6ProviderFactories: acctest.Factories(),
		Steps: []resource.TestStep{{
			Config:            keysConfig(org, app.ID),
			ConfigStateChecks: []statecheck.StateCheck{statecheck.ExpectKnownOutputValue("keys", knownvalue.ListExact(nil))},
		}},
	})
}

func TestAccAppJWKs_OfAnAppThatIsGone_SaysWhichAndWhatOktaAnswered(t *testing.T) {
	org := acctest.NewOrg(t)
	org.Sim(t)
	text := acctest.Refused(t, resource.TestCase{
		ProtoV6ProviderFactories: acctest.Factories(),
		Steps:                    []resource.TestStep{{Config: keysConfig(org, "0oaGone")}},
	})
	acctest.Says(t, text, "can't read the keys of app 0oaGone", "404", "E0000007")
}
