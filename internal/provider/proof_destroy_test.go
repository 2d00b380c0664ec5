// SPDX-License-Identifier: MPL-2.0

package provider_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/oktacreds/terraform-provider-oktacreds/internal/acctest"
	"github.com/oktacreds/terraform-provider-oktacreds/internal/oktasim"
)

// brokenPlan is a configuration that was applied, and what makes every plan of it fail afterwards.
type brokenPlan struct {
	applied, planned string
	between          func() // what happens in Okta meanwhile
	taint            string
}

// brokenPlans are the ways in which a plan can fail, on an app with client secrets and one with keys.
func brokenPlans(t *testing.T, sim *oktasim.Org, secrets, keys *acctest.App) map[string]brokenPlan {
	t.Helper()
	one, two := acctest.NewEC(t), acctest.NewEC(t)
	secret := rotatedSecret("test", secrets, "allow_last_credential_destroy = true")
	overdue := rotatedSecret("test", secrets, "rotate_after = \"30d\"\n  on_blocked = \"error\"")
	key := oneKey(t, "test", keys, one, "")
	next := oneKey(t, "test", keys, two, "")
	const uri = "https://keys.example/jwks.json"
	counted := func(keys ...string) string { return `["` + strings.Join(keys, `", "`) + `"][count.index]` }
	count := func(texts string, number int) string {
		return managedKeys(t, "test", keys, fmt.Sprintf("count = %d", number), texts, true, "")
	}
	oneText, twoText := strings.ReplaceAll(one.PEM(t), "\n", `\n`), strings.ReplaceAll(two.PEM(t), "\n", `\n`)
	given := func(version int, value string) string {
		return fmt.Sprintf("resource \"oktacreds_app_client_secret\" \"test\" {\n  app_id = %q\n  client_secret_wo = %s\n  client_secret_wo_version = %d\n  allow_last_credential_destroy = true\n}\n",
			secrets.ID, value, version)
	}
	return map[string]brokenPlan{
		"a key renamed":                     {applied: key, planned: oneKey(t, "renamed", keys, one, "")},
		"the keys of a count":               {applied: count(counted(oneText, twoText), 2), planned: count(counted(twoText), 1)},
		"a tainted key":                     {applied: key, planned: key, taint: "oktacreds_app_jwk.test"},
		"a value twice":                     {applied: given(1, fmt.Sprintf("%q", ownFirst)), planned: given(1, fmt.Sprintf("%q", ownFirst)), taint: "oktacreds_app_client_secret.test"},
		"no value":                          {applied: given(1, fmt.Sprintf("%q", ownFirst)), planned: given(2, "null"), taint: "oktacreds_app_client_secret.test"},
		"no slot":                           {applied: secret, planned: secret, taint: "oktacreds_app_client_secret.test"},
		"an overdue rotation":               {applied: overdue, planned: overdue, between: func() { sim.Advance(31 * 24 * hour) }},
		"an unrecorded key":                 {applied: key, planned: next, between: func() { keys.AddKey(t, withMembers(two, acctest.Members{"kid": two.Thumbprint(t)})) }},
		"a kid of another key":              {applied: key, planned: next, between: func() { keys.AddKey(t, withMembers(acctest.NewEC(t), acctest.Members{"kid": two.Thumbprint(t)})) }},
		"a key without kid":                 {applied: secret, planned: secret + next, between: func() { keys.DropKid(t, keys.Keys(t)[0].ID) }},
		"a URI instead of keys":             {applied: key, planned: key, between: func() { keys.SetJWKSURI(t, uri) }},
		"keys and a URI":                    {applied: key, planned: key + block("oktacreds_app_jwks_uri", "test", keys, set("jwks_uri", uri), "allow_key_deletion = true")},
		"two rotations":                     {applied: block("oktacreds_app_client_secret_rotation", "one", secrets), planned: block("oktacreds_app_client_secret_rotation", "one", secrets) + block("oktacreds_app_client_secret_rotation", "two", secrets)},
		"a rotation and a secret":           {applied: secret, planned: secret + block("oktacreds_app_client_secret_rotation", "test", secrets)},
		"an exclusive list that leaves out": {applied: secret, planned: secret + block("oktacreds_app_client_secrets_exclusive", "test", secrets, `ids = ["ocs0000000000000"]`)},
		"a method that deletes secrets":     {applied: secret, planned: secret + block("oktacreds_app_client_auth", "test", secrets, set("token_endpoint_auth_method", "private_key_jwt"), "allow_secret_deletion = true")},
		"a method without keys":             {applied: block("oktacreds_app_client_auth", "test", secrets, set("token_endpoint_auth_method", "client_secret_post")), planned: block("oktacreds_app_client_auth", "test", secrets, set("token_endpoint_auth_method", "private_key_jwt"))},
		"an app that is gone":               {applied: key + secret, planned: key + secret, between: func() { keys.Remove(t); secrets.Remove(t) }},
		"no own key":                        {applied: key, planned: fmt.Sprintf("resource \"oktacreds_app_jwk\" \"test\" {\n  app_id = %q\n  public_key_wo = null\n  public_key_wo_version = 2\n}\n", keys.ID)},
	}
}

// Terraform plans the configuration once on the way to a destroy, and stops where that fails.
func TestAccProof_Destroy_WorksWhateverThePlanSays(t *testing.T) {
	for name := range brokenPlans(t, nil, &acctest.App{}, &acctest.App{}) {
		t.Run(name, func(t *testing.T) {
			skipWithoutCLI(t)
			org := acctest.NewOrg(t)
			sim := org.Sim(t)
			secrets, keys := org.NewApp(t, "client_secret_basic"), org.NewApp(t, "private_key_jwt")
			broken := brokenPlans(t, sim, secrets, keys)[name]
			c := workspace(t, org, proofConfig(broken.applied))
			c.must(t, "apply", "-auto-approve")
			if broken.between != nil {
				broken.between()
			}
			if broken.taint != "" {
				c.must(t, "taint", broken.taint)
			}
			c.write(t, "main.tf", proofConfig(broken.planned))
			c.fails(t, "apply", "-auto-approve")
			c.must(t, "plan", "-destroy", "-refresh=false")
			c.must(t, "destroy", "-auto-approve")
			if current, deposed := heldIDs(t, c); len(current) > 0 || len(deposed) > 0 {
				t.Errorf("state still holds %v and deposed %v", current, deposed)
			}
		})
	}
}
