// SPDX-License-Identifier: MPL-2.0

package provider_test

import (
	"fmt"
	"testing"

	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/plancheck"

	"github.com/oktacreds/terraform-provider-oktacreds/internal/acctest"
	"github.com/oktacreds/terraform-provider-oktacreds/internal/oktasim"
	"github.com/oktacreds/terraform-provider-oktacreds/internal/rotation"
)

const (
	ownKey    rotation.Reason = "own_key"
	ownSecret rotation.Reason = "own_secret"
)

// ownApp is the API service app that the provider logs in as, with two keys, the first of them its own.
type ownApp struct {
	org     *acctest.Org
	app     *acctest.App
	private map[acctest.KeyPair]string
	one     acctest.KeyPair
	two     acctest.KeyPair
}

func newOwnApp(t *testing.T) ownApp {
	t.Helper()
	return newOwnAppOf(t, acctest.NewOrg(t))
}

func newOwnAppOf(t *testing.T, org *acctest.Org) ownApp {
	t.Helper()
	service := org.Sim(t).AddApp(oktasim.AppOptions{
		Type: "service", AuthMethod: "private_key_jwt", SuperAdmin: true, Scopes: []string{"okta.apps.read", "okta.apps.manage"},
	})
	own := ownApp{org: org, app: org.App(service.ID), one: acctest.NewEC(t), two: acctest.NewEC(t), private: map[acctest.KeyPair]string{}}
	for _, key := range []acctest.KeyPair{own.one, own.two} {
		for label, text := range key.PrivatePEMs(t) {
			if label == "PRIVATE KEY" {
				own.private[key] = text
			}
		}
		if _, err := org.Sim(t).AddKey(service.ID, []byte(key.JWK(t, acctest.Members{"kid": key.Thumbprint(t), "use": "sig"}))); err != nil {
			t.Fatal(err)
		}
	}
	return own
}

// config logs in with the key.
func (o ownApp) config(t *testing.T, key acctest.KeyPair, more string) string {
	t.Helper()
	return o.org.ProviderWith(fmt.Sprintf("client_id = %q\n  private_key = %q\n  private_key_id = %q\n  scopes = [%s]",
		o.app.ClientID, o.private[key], key.Thumbprint(t), appScopes)) + more
}

// provider is the provider block of [tfcore.Config] that logs in with the key.
func (o ownApp) provider(t *testing.T, key acctest.KeyPair) map[string]any {
	t.Helper()
	return map[string]any{
		"http_proxy": o.org.URL, "client_id": o.app.ClientID, "private_key": o.private[key], "private_key_id": key.Thumbprint(t),
		"scopes": []any{"okta.apps.read", "okta.apps.manage"},
	}
}

// both wants both keys to be ACTIVE.
func (o ownApp) both(t *testing.T) {
	t.Helper()
	if got := statuses(t, o.app); got[o.one.Thumbprint(t)] != "ACTIVE" || got[o.two.Thumbprint(t)] != "ACTIVE" {
		t.Errorf("the app has %v, want both keys ACTIVE", got)
	}
}

// The key that the provider logs in with is retired only when the provider logs in with another.
func TestAccOwnKey_ItsEndIsForeseenAndRefused(t *testing.T) {
	for name, object := range map[string]func(t *testing.T, own ownApp) (before, after string){
		"the key's own resource": func(t *testing.T, own ownApp) (string, string) {
			t.Helper()
			return block(keyKind, own.app, inPEM(t, own.one)+fmt.Sprintf("\n}\nimport {\n  to = %s\n  id = \"%s/kid:%s\"", keyAddress, own.app.ID, own.one.Thumbprint(t))), ""
		},
		"status": func(t *testing.T, own ownApp) (string, string) {
			t.Helper()
			config := func(status string) string {
				return block(keyKind, own.app, inPEM(t, own.one)+"\n  "+set("status", status)+"\n  adopt_interrupted = true\n  on_destroy = \"retain\"")
			}
			return config("ACTIVE"), config("INACTIVE")
		},
		"the exclusive list": func(t *testing.T, own ownApp) (string, string) {
			t.Helper()
			listed := block("oktacreds_app_jwks_exclusive", own.app, fmt.Sprintf("ids = [%q]", idOf(t, own.app, own.two)))
			return listed, listed
		},
	} {
		t.Run(name, func(t *testing.T) {
			own := newOwnApp(t)
			before, after := object(t, own)
			var given reasons
			resource.ParallelTest(t, resource.TestCase{
				ProtoV6ProviderFactories: acctest.Factories(given.watch),
				Steps: []resource.TestStep{
					{Config: own.config(t, own.one, before), ExpectNonEmptyPlan: before == after},
					{
						PreConfig:   given.forget,
						Config:      own.config(t, own.one, after),
						ExpectError: anyFailure,
						ConfigPlanChecks: resource.ConfigPlanChecks{PreApply: []plancheck.PlanCheck{acctest.Do(func() {
							given.includes(t, ownKey)
						})}},
					},
					{ // logged in with the other one, it succeeds
						PreConfig: func() { own.both(t) },
						Config:    own.config(t, own.two, after),
						ConfigStateChecks: then(func() {
							if got := statuses(t, own.app); got[own.one.Thumbprint(t)] == "ACTIVE" || got[own.two.Thumbprint(t)] != "ACTIVE" {
								t.Errorf("the app has %v, want the second key alone", got)
							}
						}),
					},
				},
			})
		})
	}
}

// The provider can be given an access token that was obtained with a client secret. It doesn't need that any more,
// but whatever obtains the next one does.
func TestAccOwnSecret_ItsRotationIsToldInThePlan(t *testing.T) {
	for kind, attributes := range map[string]string{
		"oktacreds_app_client_secret":          createBeforeDestroy,
		"oktacreds_app_client_secret_rotation": "overlap = \"0s\"\n  grace = \"0s\"",
	} {
		for _, isOwn := range []bool{true, false} {
			t.Run(fmt.Sprint(kind, " own ", isOwn), func(t *testing.T) {
				org := acctest.NewOrg(t)
				token, app := org.AccessTokenOf(t, "okta.apps.read okta.apps.manage")
				if !isOwn {
					app = org.NewApp(t, "client_secret_basic")
				}
				config := func(generation string) string {
					return org.ProviderWith(fmt.Sprintf("access_token = %q", token)) +
						block(kind, app, "rotate_when_changed = { generation = "+generation+" }", attributes)
				}
				var given reasons
				initial := app.Secrets(t)[0].ID
				resource.ParallelTest(t, resource.TestCase{
					ProtoV6ProviderFactories: acctest.Factories(given.watch),
					Steps: []resource.TestStep{
						{Config: config("1"), ExpectNonEmptyPlan: kind != secretObject},
						{
							PreConfig: func() {
								if kind == secretObject {
									app.Delete(t, "secrets", initial) // to make room
								}
								given.forget()
							},
							Config: config("2"),
							ConfigPlanChecks: resource.ConfigPlanChecks{PreApply: []plancheck.PlanCheck{acctest.Do(func() {
								if isOwn {
									given.includes(t, ownSecret)
								} else {
									given.excludes(t, ownSecret)
								}
							})}},
							ExpectNonEmptyPlan: kind != secretObject, // the next apply retires the previous one
						},
					},
				})
			})
		}
	}
}
