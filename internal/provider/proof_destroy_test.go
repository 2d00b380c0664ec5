// SPDX-License-Identifier: MPL-2.0

package provider_test

import (
	"maps"
	"slices"
	"testing"

	"github.com/oktacreds/terraform-provider-oktacreds/internal/acctest"
	"github.com/oktacreds/terraform-provider-oktacreds/internal/tfcore"
)

// brokenPlan is a configuration that was applied, and what makes every plan of it fail afterwards.
type brokenPlan struct {
	applied, planned []tfcore.Resource
	between          func() // what happens in Okta meanwhile
	taint            string
	provider         map[string]any // nil: with an API token
}

// of is a resource with create_before_destroy.
func of(address, owner, id string, values map[string]any) tfcore.Resource {
	all := map[string]any{owner: id}
	maps.Copy(all, values)
	return tfcore.Resource{Address: address, Values: all, CreateBeforeDestroy: true}
}

// brokenPlans are the ways in which a plan can fail, on an app with client secrets, one with keys, and an API service
// integration.
func brokenPlans(t *testing.T, org *acctest.Org) map[string]brokenPlan {
	t.Helper()
	type values = map[string]any
	const secretAt, keyAt, rotationAt, uri = secretObject + ".test", keyKind + ".test", rotationKind + ".test", "https://keys.example/jwks.json"
	sim := org.Sim(t)
	secrets, keys, own := org.NewApp(t, "client_secret_basic"), org.NewApp(t, "private_key_jwt"), newOwnAppOf(t, org, acctest.NewEC(t))
	service := sim.AddAPIService().ID
	one, two := acctest.NewEC(t), acctest.NewEC(t)
	secret := func(v values) tfcore.Resource { return of(secretAt, "app_id", secrets.ID, v) }
	key := func(address string, pair acctest.KeyPair) tfcore.Resource {
		return of(address, "app_id", keys.ID, values{"public_key_pem": pair.PEM(t)})
	}
	other := func(kind, name string, v values) tfcore.Resource { return of(kind+"."+name, "app_id", secrets.ID, v) }
	given := func(version int, value any) []tfcore.Resource {
		return []tfcore.Resource{secret(values{"client_secret_wo": value, "client_secret_wo_version": version, "allow_last_credential_destroy": true})}
	}
	all := func(resources ...tfcore.Resource) []tfcore.Resource { return resources }
	generated, first := secret(values{"allow_last_credential_destroy": true}), key(keyAt, one)
	overdue := values{"rotate_after": "30d", "on_blocked": "error"}
	rotation, overdueRotation := other(rotationKind, "test", values{"overlap": "1d"}), other(rotationKind, "test", overdue)
	unused := other(rotationKind, "test", values{"overlap": "1d", "retire_when": "unused"})
	overdueService := of(serviceAddress, "api_service_integration_id", service, overdue)
	privateKeyJWT := other("oktacreds_app_client_auth", "test", values{"token_endpoint_auth_method": "private_key_jwt", "allow_secret_deletion": true})
	month := func() { sim.Advance(31 * 24 * hour) }
	ownProvider := own.provider(t, own.one)
	return map[string]brokenPlan{
		"a key renamed":                  {applied: all(first), planned: all(key(keyKind+".renamed", one))},
		"the keys of a count":            {applied: all(key(keyAt+"[0]", one), key(keyAt+"[1]", two)), planned: all(key(keyAt+"[0]", two))},
		"a tainted key":                  {applied: all(first), planned: all(first), taint: keyAt},
		"a value twice":                  {applied: given(1, ownFirst), planned: given(1, ownFirst), taint: secretAt},
		"no value":                       {applied: given(1, ownFirst), planned: given(2, nil), taint: secretAt},
		"no slot":                        {applied: all(generated), planned: all(generated), taint: secretAt},
		"an initial secret in state":     {applied: given(1, ownFirst), planned: append(given(1, ownFirst), other(secretObject, "new", values{"initial_secret": "replace"}))},
		"an overdue secret":              {applied: all(secret(overdue)), planned: all(secret(overdue)), between: month},
		"an overdue secret of a service": {applied: all(overdueService), planned: all(overdueService), between: month},
		"an overdue rotation": {applied: all(overdueRotation), planned: all(overdueRotation), between: func() {
			secrets.Delete(t, "secrets", secrets.Secrets(t)[0].ID) // the previous one
			secrets.AddSecret(t, ownFirst)
			month()
		}},
		"an unrecorded key":                 {applied: all(first), planned: all(key(keyAt, two)), between: func() { keys.AddKey(t, withMembers(two, acctest.Members{"kid": two.Thumbprint(t)})) }},
		"a kid of another key":              {applied: all(first), planned: all(key(keyAt, two)), between: func() { keys.AddKey(t, withMembers(acctest.NewEC(t), acctest.Members{"kid": two.Thumbprint(t)})) }},
		"a key without kid":                 {applied: all(generated), planned: all(generated, key(keyAt, two)), between: func() { keys.DropKid(t, keys.Keys(t)[0].ID) }},
		"a URI instead of keys":             {applied: all(first), planned: all(first), between: func() { keys.SetJWKSURI(t, uri) }},
		"keys and a URI":                    {applied: all(first), planned: all(first, of(uriAddress, "app_id", keys.ID, values{"jwks_uri": uri, "allow_key_deletion": true}))},
		"two rotations":                     {applied: all(rotation), planned: all(rotation, other(rotationKind, "two", nil))},
		"a rotation and a secret":           {applied: all(generated), planned: all(generated, other(rotationKind, "test", nil))},
		"an exclusive list that leaves out": {applied: all(generated), planned: all(generated, other("oktacreds_app_client_secrets_exclusive", "test", values{"ids": []any{"ocs0000000000000"}}))},
		"a method that deletes secrets":     {applied: all(generated), planned: all(generated, privateKeyJWT)},
		"a method without keys":             {applied: all(other("oktacreds_app_client_auth", "test", values{"token_endpoint_auth_method": "client_secret_post"})), planned: all(privateKeyJWT)},
		"an app that is gone":               {applied: all(first, generated), planned: all(first, generated), between: func() { keys.Remove(t); secrets.Remove(t) }},
		"no own key":                        {applied: all(first), planned: all(of(keyAt, "app_id", keys.ID, values{"public_key_wo": nil, "public_key_wo_version": 2}))},
		"a log that can't be read":          {applied: all(rotation), planned: all(unused), provider: ownProvider},
		"a log that can't be read, at once": {applied: all(generated), planned: all(unused), provider: ownProvider},
	}
}

// Terraform plans the configuration once on the way to a destroy, and stops where that fails. The provider knows from
// the command line, of which TF_CLI_ARGS is a part.
func TestProof_Destroy_WorksWhateverThePlanSays(t *testing.T) {
	t.Setenv("TF_CLI_ARGS", "")
	for _, name := range slices.Sorted(maps.Keys(brokenPlans(t, acctest.NewOrg(t)))) {
		t.Run(name, func(t *testing.T) {
			org := acctest.NewOrg(t)
			broken := brokenPlans(t, org)[name]
			config := func(resources []tfcore.Resource) tfcore.Config {
				c := coreConfig(org, resources...)
				if broken.provider != nil {
					c.Provider = broken.provider
				}
				return c
			}
			core := newCore(t, nil, &reasons{})
			mustRun(t, core, config(broken.applied), tfcore.Options{})
			if broken.between != nil {
				broken.between()
			}
			if broken.taint != "" {
				if err := core.State.Taint(broken.taint, true); err != nil {
					t.Fatal(err)
				}
			}
			planned := config(broken.planned)
			if run := core.Run(t.Context(), planned, tfcore.Options{}); !run.Failed() {
				t.Error("the apply doesn't fail")
			}
			if plan := core.Plan(t.Context(), planned, tfcore.Options{Destroy: true, NoRefresh: true}); plan.Failed() {
				t.Errorf("without a refresh, a destroy can't be planned: %v", plan.Diagnostics)
			}
			t.Setenv("TF_CLI_ARGS", "-destroy")
			mustRun(t, core, planned, tfcore.Options{Destroy: true})
			if left := core.State.Addresses(); len(left) > 0 {
				t.Errorf("state still holds %v", left)
			}
		})
	}
}
