// SPDX-License-Identifier: MPL-2.0

package provider_test

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"
	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/knownvalue"
	"github.com/hashicorp/terraform-plugin-testing/plancheck"
	"github.com/hashicorp/terraform-plugin-testing/statecheck"
	"github.com/hashicorp/terraform-plugin-testing/tfjsonpath"

	"github.com/oktacreds/terraform-provider-oktacreds/internal/acctest"
)

func set(name, value string) string { return fmt.Sprintf("%s = %q", name, value) }

func inPEM(t *testing.T, key acctest.KeyPair) string {
	t.Helper()
	return set("public_key_pem", key.PEM(t))
}

// expectKey wants an attribute of the key to have the value; nil wants null.
func expectKey(attribute string, value any) statecheck.StateCheck {
	var check knownvalue.Check = knownvalue.Null()
	switch value := value.(type) {
	case string:
		check = knownvalue.StringExact(value)
	case int:
		check = knownvalue.Int64Exact(int64(value))
	}
	return statecheck.ExpectKnownValue(keyAddress, tfjsonpath.New(attribute), check)
}

// planned wants the plan to do this to the key.
func plannedKey(action plancheck.ResourceActionType) resource.ConfigPlanChecks {
	return resource.ConfigPlanChecks{PreApply: []plancheck.PlanCheck{plancheck.ExpectResourceAction(keyAddress, action)}}
}

// then runs a check between an apply and the plans after it.
func then(check func()) []statecheck.StateCheck {
	return []statecheck.StateCheck{acctest.Do(check)}
}

// loginWith wants the org to accept or refuse the key.
func loginWith(t *testing.T, app *acctest.App, key acctest.KeyPair, accepted bool) func() {
	t.Helper()
	return func() {
		if app.LoginWithPair(t, key, key.Thumbprint(t)) != accepted {
			t.Errorf("login with key %s: accepted %v, want %v", key.Thumbprint(t), !accepted, accepted)
		}
	}
}

// keyID is what the id of a key looks like in a path.
var keyID = regexp.MustCompile("/pks[^/]+")

// requestsTo is the request log of the app in short, without the ids of keys:
// "GET app", "POST jwks/lifecycle/deactivate". That a run identifies the org once
// is left out: see TestOrg_CostsOneRequest.
func requestsTo(t *testing.T, app *acctest.App) (requests []string) {
	t.Helper()
	for _, request := range app.Requests(t) {
		if request == "GET "+wellKnownOrg {
			continue
		}
		requests = append(requests, keyID.ReplaceAllString(request, ""))
	}
	return requests
}

// expectRequests wants the apply of the step to send these requests and no
// others.
func expectRequests(t *testing.T, org *acctest.Org, app *acctest.App, step resource.TestStep, want ...string) resource.TestStep {
	t.Helper()
	sim := org.Sim(t)
	step.ConfigPlanChecks.PreApply = append(step.ConfigPlanChecks.PreApply, acctest.Do(sim.ResetRequests))
	// First of the checks: the others may send requests of their own.
	step.ConfigStateChecks = slices.Insert(step.ConfigStateChecks, 0, statecheck.StateCheck(acctest.Do(func() {
		if diff := cmp.Diff(want, requestsTo(t, app)); diff != "" {
			t.Errorf("requests of the apply (-want +got):\n%s", diff)
		}
	})))
	return step
}

// inWords finds a message in what Terraform prints, wherever it breaks the lines.
func inWords(message string) *regexp.Regexp {
	parts := strings.Fields(message)
	for i, part := range parts {
		parts[i] = regexp.QuoteMeta(part)
	}
	return regexp.MustCompile(strings.Join(parts, `[\s│]+`))
}

// object is a resource as it comes over the wire.
type object struct {
	kind     string
	values   map[string]any
	identity map[string]any
	said     string // diagnostics

	state  *tfprotov6.DynamicValue
	wireID *tfprotov6.ResourceIdentityData
}

func (p *protocol) object(t *testing.T, kind string, state *tfprotov6.DynamicValue, identity *tfprotov6.ResourceIdentityData, diagnostics []*tfprotov6.Diagnostic) object {
	t.Helper()
	read := object{kind: kind, state: state, wireID: identity, said: said(diagnostics)}
	if schema := p.schemas.ResourceSchemas[kind].ValueType(); state != nil && !isNull(t, schema, state) {
		read.values = plain(t, schema, state)
	}
	if identity != nil && identity.IdentityData != nil {
		read.identity = plain(t, p.identities[kind].ValueType(), identity.IdentityData)
	}
	return read
}

func isNull(t *testing.T, schema tftypes.Type, wire *tfprotov6.DynamicValue) bool {
	t.Helper()
	value, err := wire.Unmarshal(schema)
	if err != nil {
		t.Fatal(err)
	}
	return value.IsNull()
}

// validate says what is wrong with a configuration.
func (p *protocol) validate(t *testing.T, kind string, config map[string]any) string {
	t.Helper()
	resp, err := p.server.ValidateResourceConfig(t.Context(), &tfprotov6.ValidateResourceConfigRequest{
		TypeName: kind, Config: dynamic(t, p.schemas.ResourceSchemas[kind].ValueType(), config),
	})
	if err != nil {
		t.Fatal(err)
	}
	return said(resp.Diagnostics)
}

// planNew plans a new resource, of which there is no prior state.
func (p *protocol) planNew(t *testing.T, kind string, config map[string]any) (none, given *tfprotov6.DynamicValue, planned *tfprotov6.PlanResourceChangeResponse) {
	t.Helper()
	schema := p.schemas.ResourceSchemas[kind].ValueType()
	prior, err := tfprotov6.NewDynamicValue(schema, tftypes.NewValue(schema, nil))
	if err != nil {
		t.Fatal(err)
	}
	given = dynamic(t, schema, config)
	planned, err = p.server.PlanResourceChange(t.Context(), &tfprotov6.PlanResourceChangeRequest{
		TypeName: kind, PriorState: &prior, ProposedNewState: given, Config: given,
	})
	if err != nil {
		t.Fatal(err)
	}
	return &prior, given, planned
}

// plan says what the plan of a new resource says.
func (p *protocol) plan(t *testing.T, kind string, config map[string]any) string {
	t.Helper()
	_, _, planned := p.planNew(t, kind, config)
	return said(planned.Diagnostics)
}

// change says what the plan of a change says.
func (p *protocol) change(t *testing.T, known object, config map[string]any) string {
	t.Helper()
	schema := p.schemas.ResourceSchemas[known.kind].ValueType()
	proposed := maps.Clone(known.values)
	maps.Copy(proposed, config)
	planned, err := p.server.PlanResourceChange(t.Context(), &tfprotov6.PlanResourceChangeRequest{
		TypeName: known.kind, PriorState: known.state, PriorIdentity: known.wireID,
		ProposedNewState: dynamic(t, schema, proposed), Config: dynamic(t, schema, config),
	})
	if err != nil {
		t.Fatal(err)
	}
	return said(planned.Diagnostics)
}

// create plans and applies a new resource.
func (p *protocol) create(t *testing.T, kind string, config map[string]any) object {
	t.Helper()
	none, given, planned := p.planNew(t, kind, config)
	if len(planned.Diagnostics) > 0 {
		t.Fatalf("plan: %s", said(planned.Diagnostics))
	}
	applied, err := p.server.ApplyResourceChange(t.Context(), &tfprotov6.ApplyResourceChangeRequest{
		TypeName: kind, PriorState: none, PlannedState: planned.PlannedState, Config: given,
		PlannedPrivate: planned.PlannedPrivate, PlannedIdentity: planned.PlannedIdentity,
	})
	if err != nil || len(applied.Diagnostics) > 0 {
		t.Fatalf("apply: %v %s", err, said(applied.Diagnostics))
	}
	return p.object(t, kind, applied.NewState, applied.NewIdentity, nil)
}

// read refreshes a resource; without values it has left the state.
func (p *protocol) read(t *testing.T, known object) object {
	t.Helper()
	resp, err := p.server.ReadResource(t.Context(), &tfprotov6.ReadResourceRequest{
		TypeName: known.kind, CurrentState: known.state, CurrentIdentity: known.wireID,
	})
	if err != nil {
		t.Fatal(err)
	}
	return p.object(t, known.kind, resp.NewState, resp.NewIdentity, resp.Diagnostics)
}

// importID imports a resource by its import id.
func (p *protocol) importID(t *testing.T, kind, id string) object {
	t.Helper()
	return p.imported(t, &tfprotov6.ImportResourceStateRequest{TypeName: kind, ID: id})
}

// importIdentity imports a resource by its identity.
func (p *protocol) importIdentity(t *testing.T, kind string, identity map[string]any) object {
	t.Helper()
	return p.imported(t, &tfprotov6.ImportResourceStateRequest{
		TypeName: kind, Identity: &tfprotov6.ResourceIdentityData{IdentityData: dynamic(t, p.identities[kind].ValueType(), identity)},
	})
}

func (p *protocol) imported(t *testing.T, req *tfprotov6.ImportResourceStateRequest) object {
	t.Helper()
	resp, err := p.server.ImportResourceState(t.Context(), req)
	if err != nil {
		t.Fatal(err)
	}
	if len(resp.ImportedResources) != 1 {
		return object{said: said(resp.Diagnostics)}
	}
	return p.object(t, req.TypeName, resp.ImportedResources[0].State, resp.ImportedResources[0].Identity, resp.Diagnostics)
}
