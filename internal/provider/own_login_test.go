// SPDX-License-Identifier: MPL-2.0

package provider_test

import (
	"fmt"
	"maps"
	"testing"

	"github.com/oktacreds/terraform-provider-oktacreds/internal/acctest"
	"github.com/oktacreds/terraform-provider-oktacreds/internal/oktasim"
	"github.com/oktacreds/terraform-provider-oktacreds/internal/rotation"
	"github.com/oktacreds/terraform-provider-oktacreds/internal/tfcore"
)

const (
	ownKey    rotation.Reason = "own_key"
	ownSecret rotation.Reason = "own_secret"
	ownURI    rotation.Reason = "own_uri"
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
	return newOwnAppOf(t, acctest.NewOrg(t), acctest.NewEC(t))
}

func newOwnAppOf(t *testing.T, org *acctest.Org, one acctest.KeyPair) ownApp {
	t.Helper()
	service := org.Sim(t).AddApp(oktasim.AppOptions{
		Type: "service", AuthMethod: "private_key_jwt", SuperAdmin: true, Scopes: []string{"okta.apps.read", "okta.apps.manage"},
	})
	own := ownApp{org: org, app: org.App(service.ID), one: one, two: acctest.NewEC(t), private: map[acctest.KeyPair]string{}}
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

// config logs in with the key. The first key is imported where it is managed.
func (o ownApp) config(t *testing.T, key acctest.KeyPair, resources ...tfcore.Resource) tfcore.Config {
	t.Helper()
	config := tfcore.Config{Provider: o.provider(t, key), Resources: resources}
	if len(resources) > 0 && resources[0].Address == keyAddress {
		config.Imports = []tfcore.Import{{To: keyAddress, ID: o.app.ID + "/kid:" + o.one.Thumbprint(t)}}
	}
	return config
}

// key is the first key.
func (o ownApp) key(t *testing.T, more values) tfcore.Resource {
	t.Helper()
	all := values{"public_key_pem": o.one.PEM(t)}
	maps.Copy(all, more)
	return of(keyAddress, "app_id", o.app.ID, all)
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

// The key that the provider logs in with is retired, or made one for encryption, only when the provider logs in with
// another.
func TestOwnKey_ItsEndIsForeseenAndRefused(t *testing.T) {
	t.Parallel()
	for name, object := range map[string]func(t *testing.T, own ownApp) (before, after []tfcore.Resource){
		"the key's own resource": func(t *testing.T, own ownApp) (before, after []tfcore.Resource) {
			t.Helper()
			return []tfcore.Resource{own.key(t, nil)}, nil
		},
		"status": func(t *testing.T, own ownApp) (before, after []tfcore.Resource) {
			t.Helper()
			return []tfcore.Resource{own.key(t, nil)}, []tfcore.Resource{own.key(t, values{"status": "INACTIVE"})}
		},
		"use": func(t *testing.T, own ownApp) (before, after []tfcore.Resource) {
			t.Helper()
			return []tfcore.Resource{own.key(t, nil)}, []tfcore.Resource{own.key(t, values{"use": "enc"})}
		},
		"the exclusive list": func(t *testing.T, own ownApp) (before, after []tfcore.Resource) {
			t.Helper()
			listed := []tfcore.Resource{of(keysExclusiveKind+".test", "app_id", own.app.ID, values{"ids": []any{idOf(t, own.app, own.two)}})}
			return listed, listed
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			own := newOwnAppOf(t, acctest.NewOrg(t), acctest.NewRSA(t, 2048)) // a key for encryption is one of RSA
			before, after := object(t, own)
			var given reasons
			core := newCore(t, nil, &given)
			mustRun(t, core, own.config(t, own.one, before...), tfcore.Options{})
			given.forget()
			if run := core.Run(t.Context(), own.config(t, own.one, after...), tfcore.Options{}); !run.Failed() || run.Plan.Failed() != (name == "use") {
				t.Errorf("the apply fails: %t, and its plan %t", run.Failed(), run.Plan.Failed())
			}
			given.includes(t, ownKey)
			own.both(t)
			if plan := core.Plan(t.Context(), own.config(t, own.one, after...), tfcore.Options{NoRefresh: true}); plan.Failed() != (name == "use") {
				t.Errorf("the plan without a refresh fails: %t", plan.Failed())
			}

			mustRun(t, core, own.config(t, own.two, after...), tfcore.Options{})
			if own.app.LoginWithPair(t, own.one, own.one.Thumbprint(t)) || !own.app.LoginWithPair(t, own.two, own.two.Thumbprint(t)) {
				t.Error("not the second key alone logs in")
			}
		})
	}
}

// The same key under another kid is another one: when the provider names that, the first is retired.
func TestOwnKey_ItsKidChanges_InTwoApplies(t *testing.T) {
	t.Parallel()
	own := newOwnApp(t)
	var given reasons
	core := newCore(t, nil, &given)
	renamed := own.config(t, own.one, own.key(t, values{"kid": "renamed"}))
	mustRun(t, core, own.config(t, own.one, own.key(t, nil)), tfcore.Options{})
	mustRun(t, core, own.config(t, own.one, own.key(t, values{"alg": "ES256"})), tfcore.Options{}) // it still logs in
	given.expect(t)
	if run := core.Run(t.Context(), renamed, tfcore.Options{}); !run.Failed() {
		t.Error("the provider retires the kid that it logs in with")
	}
	given.expect(t, ownKey)
	renamed.Provider["private_key_id"] = "renamed"
	mustRun(t, core, renamed, tfcore.Options{})
	given.expect(t)
	if got := statuses(t, own.app); got["renamed"] != "ACTIVE" || got[own.one.Thumbprint(t)] != "" {
		t.Errorf("the app has %v, want the new kid alone", got)
	}
}

// Okta takes an app's keys from its JWKS URI alone, which may well serve the provider's.
func TestOwnKey_AURIOfItsApp_IsWarnedOf(t *testing.T) {
	t.Parallel()
	own := newOwnApp(t)
	another := own.org.NewApp(t, "client_secret_basic")
	var given reasons
	core := newCore(t, nil, &given)
	plan := func(app *acctest.App, uri string) string {
		t.Helper()
		r := of(uriAddress, "app_id", app.ID, values{"jwks_uri": uri, "allow_key_deletion": true})
		planned := core.Plan(t.Context(), own.config(t, own.one, r), tfcore.Options{})
		if planned.Failed() {
			t.Error(planned.Diagnostics)
		}
		return planned.Diagnostics.String()
	}
	plan(another, someURI)
	given.expect(t)
	plan(own.app, someURI)
	given.expect(t, ownURI)

	// Whoever serves the provider's key there imports the URI, and changes it later.
	served := acctest.ServeJWKS(t, own.one).URL
	own.app.SetJWKSURI(t, served)
	config := own.config(t, own.one, of(uriAddress, "app_id", own.app.ID, values{"jwks_uri": served}))
	config.Imports = []tfcore.Import{{To: uriAddress, ID: own.app.ID}}
	mustRun(t, core, config, tfcore.Options{})
	given.expect(t)
	plan(own.app, someURI)
	given.expect(t, ownURI)

	core = newCore(t, nil, &given)
	mustRun(t, core, own.config(t, own.one, of(uriAddress, "app_id", another.ID, values{"jwks_uri": served})), tfcore.Options{})
	acctest.Says(t, plan(own.app, served), "The provider logs in with a key of app "+own.app.ID) // moved to this app
}

// With another method, the provider's key is worth nothing. An access token says nothing of a key.
func TestOwnKey_TheMethodOfItsApp_IsNotChanged(t *testing.T) {
	t.Parallel()
	own := newOwnApp(t)
	var given reasons
	core := newCore(t, nil, &given)
	method := func(method string) tfcore.Config {
		return own.config(t, own.one, of(clientAuthKind+".test", "app_id", own.app.ID, values{"token_endpoint_auth_method": method}))
	}
	mustRun(t, core, method("private_key_jwt"), tfcore.Options{})
	if plan := core.Plan(t.Context(), method("client_secret_basic"), tfcore.Options{}); !plan.Failed() {
		t.Error("the method is switched")
	}
	given.expect(t, ownKey)

	token, app := own.org.AccessTokenOf(t, "okta.apps.read okta.apps.manage")
	config := coreConfig(own.org, of(clientAuthKind+".test", "app_id", app.ID, values{"token_endpoint_auth_method": "client_secret_post"}))
	config.Provider = values{"http_proxy": own.org.URL, "access_token": token}
	mustRun(t, newCore(t, nil, &given), config, tfcore.Options{})
	given.expect(t)
}

// The provider can be given an access token that was obtained with a client secret. It doesn't need that any more,
// but whatever obtains the next one does.
func TestOwnSecret_ItsRotationIsToldInThePlan(t *testing.T) {
	t.Parallel()
	for kind, needs := range map[string]values{secretObject: nil, rotationKind: {"overlap": "0s", "grace": "0s"}} {
		for _, isOwn := range []bool{true, false} {
			t.Run(fmt.Sprint(kind, " own ", isOwn), func(t *testing.T) {
				t.Parallel()
				org := acctest.NewOrg(t)
				token, app := org.AccessTokenOf(t, "okta.apps.read okta.apps.manage")
				if !isOwn {
					app = org.NewApp(t, "client_secret_basic")
				}
				var given reasons
				core := newCore(t, nil, &given)
				config := func(generation string) tfcore.Config {
					c := coreConfig(org, of(kind+".test", "app_id", app.ID, values{"rotate_when_changed": values{"generation": generation}}))
					maps.Copy(c.Resources[0].Values, needs)
					c.Provider = map[string]any{"http_proxy": org.URL, "access_token": token}
					return c
				}
				initial := app.Secrets(t)[0].ID
				mustRun(t, core, config("1"), tfcore.Options{})
				if kind == secretObject {
					app.Delete(t, "secrets", initial) // to make room
				}
				given.forget()
				if plan := core.Plan(t.Context(), config("2"), tfcore.Options{}); plan.Failed() {
					t.Fatal(plan.Diagnostics)
				}
				if isOwn {
					given.includes(t, ownSecret)
				} else {
					given.excludes(t, ownSecret)
				}
			})
		}
	}
}
