// SPDX-License-Identifier: MPL-2.0

package provider_test

import (
	"net/http"
	"testing"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"

	"github.com/oktacreds/terraform-provider-oktacreds/internal/acctest"
	"github.com/oktacreds/terraform-provider-oktacreds/internal/provider"
)

// terraformRun is a state of one resource and what Terraform does with it,
// create_before_destroy and all, but without Terraform: what the order of
// requests decides can't be left to processes and chance.
type terraformRun struct {
	org       *acctest.Org
	transport http.RoundTripper // nil: the network
	kind      string
	like      *protocol // whose schemas are those of every other provider process
	// current is the object in state, nil if there is none; deposed, one that
	// was replaced and could not be destroyed.
	current, deposed *instance
	// deliver is what depends on the object: it gets a new client_secret before
	// the object that was replaced is destroyed.
	deliver   func(secret string)
	delivered string // last
}

// instance is what state holds of an object.
type instance struct {
	state    *tfprotov6.DynamicValue
	private  []byte
	identity *tfprotov6.ResourceIdentityData
}

// newRun is a run with an empty state.
func newRun(t testing.TB, org *acctest.Org, kind string, deliver func(secret string)) *terraformRun {
	t.Helper()
	return &terraformRun{org: org, kind: kind, like: newProtocol(t, org), deliver: deliver}
}

// provider is a provider's process: Terraform starts one for a plan, and another
// one for an apply. Unlike Terraform it does not ask for the schema each time.
func (r *terraformRun) provider(t testing.TB) *protocol {
	t.Helper()
	p := *r.like
	p.server = provider.NewServer(&provider.Provider{Version: "test", Transport: r.transport})
	settings := map[string]any{"http_proxy": r.org.URL, "api_token": r.org.Token(), "min_wait_seconds": 0, "max_wait_seconds": 0}
	resp, err := p.server.ConfigureProvider(t.Context(), &tfprotov6.ConfigureProviderRequest{
		Config: dynamic(t, p.schemas.Provider.ValueType(), settings),
	})
	if err != nil || len(resp.Diagnostics) > 0 {
		t.Fatal(err, said(resp.Diagnostics))
	}
	return &p
}

// apply is `terraform apply`. It returns what was said; failed and changed tell
// how it ended.
func (r *terraformRun) apply(t testing.TB, config map[string]any) (text string, failed, changed bool) {
	t.Helper()
	plan, failed := r.plan(t, config)
	if failed || plan.action == noAction && r.deposed == nil {
		return plan.said, failed, false
	}
	text, failed = r.finish(t, plan)
	return plan.said + text, failed, true
}

// finish is `terraform apply` of a saved plan.
func (r *terraformRun) finish(t testing.TB, plan plannedRun) (text string, failed bool) {
	t.Helper()
	p := r.provider(t)
	if plan.action != noAction {
		text, failed = r.carryOut(t, p, plan)
	}
	// Terraform ends what earlier applies could not, unless this one fails first.
	if !failed && r.deposed != nil {
		var more string
		more, failed = r.destroyDeposed(t, p)
		text += more
	}
	return text, failed
}

// What a plan does.
type plannedAction int

const (
	noAction plannedAction = iota
	update
	create
	replace
)

// plannedRun is a plan that was saved.
type plannedRun struct {
	action  plannedAction
	config  *tfprotov6.DynamicValue
	planned *tfprotov6.PlanResourceChangeResponse
	said    string
}

// plan is `terraform plan`: it refreshes the state and plans.
func (r *terraformRun) plan(t testing.TB, given map[string]any) (plan plannedRun, failed bool) {
	t.Helper()
	p := r.provider(t)
	for _, held := range []**instance{&r.current, &r.deposed} {
		if *held == nil {
			continue
		}
		diagnostics := p.refresh(t, r.kind, held)
		if plan.said += said(diagnostics); anyError(diagnostics) {
			return plan, true
		}
	}
	plan.config = dynamic(t, p.schemaOf(r.kind), given)
	plan.planned = p.planChange(t, r.kind, r.current, plan.config, nil)
	plan.said += said(plan.planned.Diagnostics)
	if anyError(plan.planned.Diagnostics) {
		return plan, true
	}
	switch {
	case r.current == nil:
		plan.action = create
	case len(plan.planned.RequiresReplace) > 0:
		// Terraform plans the new object again, as one without a prior state.
		plan.action = replace
		plan.planned = p.planChange(t, r.kind, nil, plan.config, plan.planned.PlannedPrivate)
		failed = anyError(plan.planned.Diagnostics)
	case !p.same(t, r.kind, r.current.state, plan.planned.PlannedState):
		plan.action = update
	}
	return plan, failed
}

// carryOut does what was planned. What a replacement has replaced is deposed then.
func (r *terraformRun) carryOut(t testing.TB, p *protocol, plan plannedRun) (text string, failed bool) {
	t.Helper()
	prior := r.current
	if plan.action == replace {
		prior = nil
	}
	// Terraform plans once more, and wants the same.
	again := p.planChange(t, r.kind, prior, plan.config, nil)
	if anyError(again.Diagnostics) {
		return said(again.Diagnostics), true
	}
	made, diagnostics := p.applyChange(t, r.kind, prior, plan.config, plan.planned)
	if anyError(diagnostics) { // what was to be replaced stays the current object
		if plan.action == update {
			r.current = made
		}
		return said(diagnostics), true
	}
	if plan.action == replace {
		if r.deposed != nil {
			t.Fatal("a second deposed object is more than this can do")
		}
		r.deposed = r.current
	}
	r.current = made
	if secret, _ := plain(t, p.schemaOf(r.kind), made.state)["client_secret"].(string); secret != r.delivered {
		r.delivered = secret
		r.deliver(secret)
	}
	return said(diagnostics), false
}

func (r *terraformRun) destroyDeposed(t testing.TB, p *protocol) (text string, failed bool) {
	t.Helper()
	none := p.none(t, r.kind)
	_, diagnostics := p.applyChange(t, r.kind, r.deposed, none, &tfprotov6.PlanResourceChangeResponse{
		PlannedState: none, PlannedPrivate: r.deposed.private, PlannedIdentity: r.deposed.identity,
	})
	if failed = anyError(diagnostics); !failed {
		r.deposed = nil
	}
	return said(diagnostics), failed
}

// The calls of the protocol that it takes.

func (p *protocol) schemaOf(kind string) tftypes.Type {
	return p.schemas.ResourceSchemas[kind].ValueType()
}

func (p *protocol) none(t testing.TB, kind string) *tfprotov6.DynamicValue {
	t.Helper()
	value, err := tfprotov6.NewDynamicValue(p.schemaOf(kind), tftypes.NewValue(p.schemaOf(kind), nil))
	if err != nil {
		t.Fatal(err)
	}
	return &value
}

// refresh reads the instance, and forgets it if it is gone.
func (p *protocol) refresh(t testing.TB, kind string, held **instance) []*tfprotov6.Diagnostic {
	t.Helper()
	was := *held
	read, err := p.server.ReadResource(t.Context(), &tfprotov6.ReadResourceRequest{
		TypeName: kind, CurrentState: was.state, CurrentIdentity: was.identity, Private: was.private,
	})
	if err != nil {
		t.Fatal(err)
	}
	*held = &instance{read.NewState, read.Private, read.NewIdentity}
	if p.same(t, kind, read.NewState, p.none(t, kind)) {
		*held = nil
	}
	return read.Diagnostics
}

func (p *protocol) planChange(t testing.TB, kind string, prior *instance, config *tfprotov6.DynamicValue, private []byte) *tfprotov6.PlanResourceChangeResponse {
	t.Helper()
	if prior == nil {
		prior = &instance{state: p.none(t, kind), private: private}
	}
	planned, err := p.server.PlanResourceChange(t.Context(), &tfprotov6.PlanResourceChangeRequest{
		TypeName: kind, Config: config, PriorState: prior.state, PriorPrivate: prior.private, PriorIdentity: prior.identity,
		ProposedNewState: p.propose(t, kind, prior.state, config),
	})
	if err != nil {
		t.Fatal(err)
	}
	return planned
}

func (p *protocol) applyChange(t testing.TB, kind string, prior *instance, config *tfprotov6.DynamicValue, plan *tfprotov6.PlanResourceChangeResponse) (*instance, []*tfprotov6.Diagnostic) {
	t.Helper()
	if prior == nil {
		prior = &instance{state: p.none(t, kind)}
	}
	applied, err := p.server.ApplyResourceChange(t.Context(), &tfprotov6.ApplyResourceChangeRequest{
		TypeName: kind, Config: config, PriorState: prior.state,
		PlannedState: plan.PlannedState, PlannedPrivate: plan.PlannedPrivate, PlannedIdentity: plan.PlannedIdentity,
	})
	if err != nil {
		t.Fatal(err)
	}
	return &instance{applied.NewState, applied.Private, applied.NewIdentity}, applied.Diagnostics
}

// propose is what Terraform proposes as the new state: the configuration, and the
// prior values of what it leaves to the provider.
func (p *protocol) propose(t testing.TB, kind string, prior, config *tfprotov6.DynamicValue) *tfprotov6.DynamicValue {
	t.Helper()
	before, proposed := p.members(t, kind, prior), p.members(t, kind, config)
	for _, attribute := range p.schemas.ResourceSchemas[kind].Block.Attributes {
		if prior, ok := before[attribute.Name]; ok && attribute.Computed && proposed[attribute.Name].IsNull() {
			proposed[attribute.Name] = prior
		}
	}
	value, err := tfprotov6.NewDynamicValue(p.schemaOf(kind), tftypes.NewValue(p.schemaOf(kind), proposed))
	if err != nil {
		t.Fatal(err)
	}
	return &value
}

// members are the attributes of an object on the wire, nil if it is null.
func (p *protocol) members(t testing.TB, kind string, wire *tfprotov6.DynamicValue) map[string]tftypes.Value {
	t.Helper()
	value, err := wire.Unmarshal(p.schemaOf(kind))
	if err != nil {
		t.Fatal(err)
	}
	return as[map[string]tftypes.Value](t, value)
}

func (p *protocol) same(t testing.TB, kind string, one, other *tfprotov6.DynamicValue) bool {
	t.Helper()
	left, leftErr := one.Unmarshal(p.schemaOf(kind))
	right, rightErr := other.Unmarshal(p.schemaOf(kind))
	if leftErr != nil || rightErr != nil {
		t.Fatal(leftErr, rightErr)
	}
	return left.Equal(right)
}

func anyError(diagnostics []*tfprotov6.Diagnostic) bool {
	for _, d := range diagnostics {
		if d.Severity == tfprotov6.DiagnosticSeverityError {
			return true
		}
	}
	return false
}
