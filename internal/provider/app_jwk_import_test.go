// SPDX-License-Identifier: MPL-2.0

package provider_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/terraform"
	"github.com/hashicorp/terraform-plugin-testing/tfversion"

	"github.com/oktacreds/terraform-provider-oktacreds/internal/acctest"
)

func importAs(id func() string) resource.TestStep {
	return resource.TestStep{
		ResourceName: keyAddress, ImportState: true,
		ImportStateIdFunc: func(*terraform.State) (string, error) { return id(), nil },
	}
}

func TestAccAppJWK_Import(t *testing.T) {
	org := acctest.NewOrg(t)
	app := org.NewApp(t, "client_secret_basic")
	key := acctest.NewEC(t)
	kid := "a/kid: with everything"
	id := func() string { return app.Keys(t)[0].ID }
	verified := func(step resource.TestStep) resource.TestStep {
		step.ImportStateVerify = true
		step.ImportStateVerifyIgnore = []string{"jwk", "public_key_pem"} // it is given in one form or the other
		return step
	}
	refused := func(id, message string) resource.TestStep {
		step := importAs(func() string { return id })
		step.ExpectError = inWords(message)
		return step
	}

	testKeys(t,
		resource.TestStep{Config: keyConfig(org, app, inPEM(t, key), set("kid", kid), set("alg", "ES256"), set("status", "INACTIVE"))},
		verified(importAs(func() string { return app.ID + "/" + id() })),
		verified(importAs(func() string { return app.ID + "/kid:" + kid })),
		refused(app.ID+"/pksNone", `It has pks`),
		refused(app.ID+"/kid:none", `(INACTIVE) with kid "a/kid: with everything". Import one by `+app.ID+`/KEY_ID or `+app.ID+`/kid:KID.`),
		refused(app.ID, "doesn't have this key"),
		refused("0oaNone/pksNone", "The app does not exist in this org"),
		refused("no id/pksNone", "The import id must have the form APP_ID/ID"),
	)
}

// What was imported and is then given in whatever form is not changed in Okta.
func TestAccAppJWK_ImportedByBlock_IsTakenOverAsItIs(t *testing.T) {
	org := acctest.NewOrg(t)
	app := org.NewApp(t, "private_key_jwt")
	first := app.Keys(t)[0]
	key := acctest.NewEC(t)
	saved := app.AddKey(t, json.RawMessage(key.JWK(t, acctest.Members{"kid": key.Thumbprint(t), "use": "sig"})))
	config := keyConfig(org, app, inPEM(t, key), `rotate_when_changed = { on = "1" }`, "allow_last_credential_destroy = true") +
		"import {\n  to = " + keyAddress + "\n  id = \"" + app.ID + "/" + saved.ID + "\"\n}\n"

	testKeys(t, expectRequests(t, org, app, resource.TestStep{
		PreConfig:         func() { app.Delete(t, "jwks", first.ID) },
		Config:            config,
		ConfigStateChecks: then(loginWith(t, app, key, true)),
	}))
}

func TestAccAppJWK_ImportByIdentity(t *testing.T) {
	org := acctest.NewOrg(t)
	app := org.NewApp(t, "client_secret_basic")
	key := acctest.NewEC(t)
	config := keyConfig(org, app, set("jwk", key.JWK(t, acctest.Members{"kid": key.Thumbprint(t), "use": "sig"})))
	resource.ParallelTest(t, resource.TestCase{
		TerraformVersionChecks:   []tfversion.TerraformVersionCheck{tfversion.SkipBelow(tfversion.Version1_12_0)},
		ProtoV6ProviderFactories: acctest.Factories(),
		Steps: []resource.TestStep{
			{Config: config},
			{ResourceName: keyAddress, ImportState: true, ImportStateKind: resource.ImportBlockWithResourceIdentity},
		},
	})
}

// The identity follows a key to the id that an update of the app gives it.
func TestAppJWK_Identity(t *testing.T) {
	org := acctest.NewOrg(t)
	app := org.NewApp(t, "client_secret_basic")
	created := newProtocol(t, org).create(t, keyKind, map[string]any{"app_id": app.ID, "jwk": acctest.NewEC(t).JWK(t, nil)})
	want := map[string]any{"app_id": app.ID, "id": app.Keys(t)[0].ID}
	if diff := cmp.Diff(want, created.identity); diff != "" {
		t.Errorf("after create (-want +got):\n%s", diff)
	}

	replaceID(t, app)
	next := newProtocol(t, org) // another command
	read := next.read(t, created)
	want["id"] = app.Keys(t)[0].ID
	if diff := cmp.Diff(want, read.identity); diff != "" || read.said != "" {
		t.Errorf("after the id has changed, saying %q (-want +got):\n%s", read.said, diff)
	}
	for how, imported := range map[string]object{
		"identity": next.importIdentity(t, keyKind, want),
		"id":       next.importID(t, keyKind, fmt.Sprint(app.ID, "/", want["id"])),
		"kid":      next.importID(t, keyKind, fmt.Sprint(app.ID, "/kid:", read.values["kid"])),
	} {
		if diff := cmp.Diff(want, imported.identity); diff != "" || imported.said != "" {
			t.Errorf("imported by %s, saying %q (-want +got):\n%s", how, imported.said, diff)
		}
	}
}

// replaceID gives the app's only key another id, everything else being the same.
func replaceID(t *testing.T, app *acctest.App) {
	t.Helper()
	document := app.Document(t)
	settings := document["settings"].(map[string]any)["oauthClient"].(map[string]any)
	key := settings["jwks"].(map[string]any)["keys"].([]any)[0].(map[string]any)
	app.Delete(t, "jwks", key["id"].(string))
	delete(key, "id")
	app.AddKey(t, key)
}

// Terraform refreshes and plans also while the provider's own configuration
// comes from a resource that doesn't exist yet.
func TestAppJWK_WithTheProviderNotConfiguredYet(t *testing.T) {
	org := acctest.NewOrg(t)
	app := org.NewApp(t, "client_secret_basic")
	created := newProtocol(t, org).create(t, keyKind, map[string]any{"app_id": app.ID, "jwk": acctest.NewEC(t).JWK(t, nil)})

	unconfigured := newProtocol(t, nil)
	read := unconfigured.read(t, created)
	if diff := cmp.Diff(created.values, read.values); diff != "" || !strings.Contains(read.said, "Not refreshed") {
		t.Errorf("refreshed, saying %q (-want +got):\n%s", read.said, diff)
	}
	imported := unconfigured.importIdentity(t, keyKind, created.identity)
	if !strings.Contains(imported.said, "not configured yet") {
		t.Errorf("imported, saying %q", imported.said)
	}
}
