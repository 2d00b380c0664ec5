// SPDX-License-Identifier: MPL-2.0

package provider_test

import (
	"crypto/elliptic"
	"fmt"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/knownvalue"
	"github.com/hashicorp/terraform-plugin-testing/plancheck"
	"github.com/hashicorp/terraform-plugin-testing/statecheck"
	"github.com/hashicorp/terraform-plugin-testing/tfjsonpath"

	"github.com/oktacreds/terraform-provider-oktacreds/internal/acctest"
	"github.com/oktacreds/terraform-provider-oktacreds/internal/tfcore"
)

const (
	keyKind    = "oktacreds_app_jwk"
	keyAddress = keyKind + ".test"
)

// keyConfig is a key that is replaced in the right order.
func keyConfig(org *acctest.Org, app *acctest.App, attributes ...string) string {
	return plainKeyConfig(org, app, append(attributes, `lifecycle {
    create_before_destroy = true
  }`)...)
}

// plainKeyConfig is a key that is replaced in Terraform's own order: the old one
// goes first.
func plainKeyConfig(org *acctest.Org, app *acctest.App, attributes ...string) string {
	return org.Provider() + fmt.Sprintf(`
resource "oktacreds_app_jwk" "test" {
  app_id = %q
  %s
}
`, app.ID, strings.Join(attributes, "\n  "))
}

func testKeys(t *testing.T, steps ...resource.TestStep) {
	t.Helper()
	resource.ParallelTest(t, resource.TestCase{ProtoV6ProviderFactories: acctest.Factories(), Steps: steps})
}

// known wants a plan to tell the value already.
func known(address string, attribute tfjsonpath.Path) plancheck.PlanCheck {
	return plancheck.ExpectKnownValue(address, attribute, knownvalue.NotNull())
}

// The guide's steps for a key: generate a key pair of 2048 bits, give its public
// half as PEM, add it, and both keys are accepted.
func TestAccAppJWK_Guide_AddAKeyPairOf2048BitsAsPEM(t *testing.T) {
	org := acctest.NewOrg(t)
	app := org.NewApp(t, "private_key_jwt")
	key := acctest.NewRSA(t, 2048)
	members := key.Members()

	testKeys(t, expectRequests(t, org, app, resource.TestStep{
		Config:           keyConfig(org, app, inPEM(t, key)),
		ConfigPlanChecks: foreseen(known),
		ConfigStateChecks: []statecheck.StateCheck{
			expectKey("kid", key.Thumbprint(t)), expectKey("thumbprint", key.Thumbprint(t)),
			expectKey("kty", "RSA"), expectKey("n", members["n"]), expectKey("e", "AQAB"), expectKey("crv", nil), expectKey("x", nil), expectKey("y", nil),
			expectKey("use", "sig"), expectKey("alg", nil), expectKey("status", "ACTIVE"), expectKey("jwk", nil),
			statecheck.ExpectKnownValue(keyAddress, tfjsonpath.New("id"), knownvalue.NotNull()),
			statecheck.ExpectKnownValue(keyAddress, tfjsonpath.New("created"), knownvalue.NotNull()),
			statecheck.ExpectKnownValue(keyAddress, tfjsonpath.New("version"), knownvalue.NotNull()),
			acctest.Do(loginWith(t, app, key, true)),
		},
	}, "GET app", "POST jwks"))

	if keys := app.Keys(t); len(keys) != 1 || keys[0].Kid != "first" {
		t.Errorf("after destroy the app has %v, want its first key alone", keys)
	}
}

func TestAccAppJWK_Guide_YourOwnKid(t *testing.T) {
	org := acctest.NewOrg(t)
	app := org.NewApp(t, "private_key_jwt")
	key, next := acctest.NewEC(t), acctest.NewEC(t)
	accepted := func(key acctest.KeyPair, kid string) []statecheck.StateCheck {
		return append(then(func() {
			if !app.LoginWithPair(t, key, kid) {
				t.Errorf("login with kid %s is refused", kid)
			}
		}), expectKey("kid", kid))
	}

	testKeys(t,
		resource.TestStep{Config: keyConfig(org, app, inPEM(t, key), set("kid", "2026-01")), ConfigStateChecks: accepted(key, "2026-01")},
		resource.TestStep{ // the same key under another kid is another key
			Config:            keyConfig(org, app, inPEM(t, key), set("kid", "2026-02")),
			ConfigPlanChecks:  plannedKey(plancheck.ResourceActionCreateBeforeDestroy),
			ConfigStateChecks: accepted(key, "2026-02"),
		},
		resource.TestStep{ // a kid in the JWK counts as well
			Config:            keyConfig(org, app, set("jwk", next.JWK(t, acctest.Members{"kid": "2026-03"}))),
			ConfigPlanChecks:  plannedKey(plancheck.ResourceActionCreateBeforeDestroy),
			ConfigStateChecks: accepted(next, "2026-03"),
		},
	)
}

// A rotation: the new key is accepted before the old one is retired, and costs
// no more requests than it must.
func TestAccAppJWK_Guide_RetireAKey_ByRotation(t *testing.T) {
	org := acctest.NewOrg(t)
	app := org.NewApp(t, "private_key_jwt")
	first := app.Keys(t)[0]
	one, two := acctest.NewEC(t), acctest.NewEC(t)

	testKeys(t,
		resource.TestStep{Config: keyConfig(org, app, inPEM(t, one), "allow_last_credential_destroy = true")},
		expectRequests(t, org, app, resource.TestStep{
			PreConfig:        func() { app.Delete(t, "jwks", first.ID) }, // now it is the only one
			Config:           keyConfig(org, app, inPEM(t, two), "allow_last_credential_destroy = true"),
			ConfigPlanChecks: plannedKey(plancheck.ResourceActionCreateBeforeDestroy),
			ConfigStateChecks: then(func() {
				loginWith(t, app, one, false)()
				loginWith(t, app, two, true)()
				if keys := app.Keys(t); len(keys) != 1 {
					t.Errorf("the app has %v, want the new key alone", keys)
				}
			}),
		}, "GET app", "POST jwks", "POST jwks/lifecycle/deactivate", "DELETE jwks"),
	)
}

// Retired means deactivated first: a way back until it is deleted.
func TestAccAppJWK_Guide_RetireAKey_BothWays(t *testing.T) {
	org := acctest.NewOrg(t)
	app := org.NewApp(t, "private_key_jwt")
	key := acctest.NewEC(t)
	inactive := keyConfig(org, app, inPEM(t, key), set("status", "INACTIVE"))

	testKeys(t,
		resource.TestStep{Config: inactive, ConfigStateChecks: then(loginWith(t, app, key, false))},
		expectRequests(t, org, app, resource.TestStep{
			Config:            keyConfig(org, app, inPEM(t, key)),
			ConfigPlanChecks:  plannedKey(plancheck.ResourceActionUpdate),
			ConfigStateChecks: then(loginWith(t, app, key, true)),
		}, "POST jwks/lifecycle/activate"),
		expectRequests(t, org, app, resource.TestStep{
			Config:            inactive,
			ConfigPlanChecks:  plannedKey(plancheck.ResourceActionUpdate),
			ConfigStateChecks: then(loginWith(t, app, key, false)),
		}, "POST jwks/lifecycle/deactivate"),
	)
}

// The documented way from secrets to keys: first the key, then the method, at
// which Okta deletes the secrets.
func TestAccAppJWK_Guide_MethodSwitch_FromSecretsToTheKey(t *testing.T) {
	org := acctest.NewOrg(t)
	app := org.NewApp(t, "client_secret_basic")
	key := acctest.NewEC(t)
	config := keyConfig(org, app, inPEM(t, key), "allow_last_credential_destroy = true")

	testKeys(t,
		resource.TestStep{Config: config, ConfigStateChecks: then(loginWith(t, app, key, false))},
		resource.TestStep{
			PreConfig: func() {
				app.SetAuthMethod(t, "private_key_jwt")
				loginWith(t, app, key, true)()
				if secrets := app.Secrets(t); len(secrets) > 0 {
					t.Errorf("the app still has the secrets %v", secrets)
				}
			},
			Config: config, PlanOnly: true,
		},
	)
}

func TestAccAppJWK_EveryCurve(t *testing.T) {
	org := acctest.NewOrg(t)
	app := org.NewApp(t, "client_secret_basic")
	var config strings.Builder
	var checks []statecheck.StateCheck
	for _, curve := range []elliptic.Curve{elliptic.P256(), elliptic.P384(), elliptic.P521()} {
		key := acctest.NewECOn(t, curve)
		for form, text := range map[string]string{"jwk": key.JWK(t, nil), "public_key_pem": key.PEM(t)} {
			name := form + "_" + curve.Params().Name
			fmt.Fprintf(&config, "resource %q %q {\n  app_id = %q\n  kid = %q\n  %s\n}\n", keyKind, name, app.ID, name, set(form, text))
			for attribute, value := range key.Members() {
				checks = append(checks, statecheck.ExpectKnownValue(keyKind+"."+name, tfjsonpath.New(attribute), knownvalue.StringExact(value)))
			}
		}
	}
	testKeys(t, resource.TestStep{Config: org.Provider() + config.String(), ConfigStateChecks: checks})
}

func TestAppJWK_UseAndAlg_ChangeInPlace(t *testing.T) {
	t.Parallel()
	org := acctest.NewOrg(t)
	app := org.NewApp(t, "private_key_jwt")
	key := acctest.NewRSA(t, 2048)
	s := newAppStory(t, org, app, keyAddress)
	jwk := func(more acctest.Members) values { return values{"jwk": key.JWK(t, more)} }
	expect := func(alg string) {
		t.Helper()
		if s.held(s.address, "alg") != alg || s.held(s.address, "use") != "sig" {
			t.Errorf("alg is %q and use %q, want %q and sig", s.held(s.address, "alg"), s.held(s.address, "use"), alg)
		}
	}
	update := func(alg string, arguments values) {
		t.Helper()
		wantRequests(t, s.apply(t, tfcore.Update, arguments), "GET app", "PUT app")
		expect(alg)
	}

	s.apply(t, tfcore.Create, jwk(acctest.Members{"alg": "RS256"}))
	expect("RS256")
	update("RS512", jwk(acctest.Members{"alg": "RS512", "use": "sig"}))
	update("PS256", values{"jwk": key.JWK(t, nil), "alg": "PS256"})
	update("", jwk(nil))
	if !s.core.State.Current(s.address).Value.GetAttr("alg").IsNull() {
		t.Error("alg is not null")
	}
	s.destroy(t, tfcore.Options{})
	if keys := app.Keys(t); len(keys) != 1 || keys[0].Kid != "first" || keys[0].Use != "sig" {
		t.Errorf("the app has %+v, want its first key as it was", keys)
	}
}

func TestAppJWK_RotateWhenChanged(t *testing.T) {
	t.Parallel()
	org := acctest.NewOrg(t)
	one, two := acctest.NewEC(t).PEM(t), acctest.NewEC(t).PEM(t)
	s := newAppStory(t, org, org.NewApp(t, "client_secret_basic"), keyAddress)
	asks := func(key string, n int) values {
		all := generationMap(n)
		all["public_key_pem"] = key
		return all
	}
	s.apply(t, tfcore.Create, values{"public_key_pem": one})
	// Recorded, but no rotation: nothing has changed yet.
	wantRequests(t, s.apply(t, tfcore.Update, asks(one, 1)))
	s.refuse(t, asks(one, 2), "the configured key is the current one")
	s.apply(t, tfcore.CreateThenDelete, asks(two, 2))
}
