// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"strings"
	"testing"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/oktacreds/terraform-provider-oktacreds/internal/okta"
	"github.com/oktacreds/terraform-provider-oktacreds/internal/rotation"
)

func TestPlannedValue(t *testing.T) {
	null, unknown, kept, own := types.StringNull(), types.StringUnknown(), types.StringValue("kept"), types.StringValue("own")
	for _, test := range []struct {
		name     string
		own, wo  types.String
		omit     types.Bool
		present  types.String
		expected types.String
	}{
		{"one's own", own, null, types.BoolValue(false), kept, own},
		{"one's own, unknown", unknown, null, types.BoolValue(false), kept, unknown},
		{"omitted", null, null, types.BoolValue(true), kept, null},
		{"write-only", null, own, types.BoolValue(false), kept, null},
		{"write-only, unknown", null, unknown, types.BoolValue(false), kept, null},
		{"generated and there", null, null, types.BoolValue(false), kept, kept},
		{"generated and yet to be", null, null, types.BoolValue(false), unknown, unknown},
		{"generated and not in state, as after an import", null, null, types.BoolValue(false), null, unknown},
	} {
		config := appClientSecretModel{ClientSecret: test.own, ClientSecretWO: test.wo}
		if got := plannedValue(config, appClientSecretModel{OmitSecret: test.omit}, test.present); !got.Equal(test.expected) {
			t.Errorf("%s: %s, want %s", test.name, got, test.expected)
		}
	}
}

// situation is what a plan is asked about: a generated secret in steady state, and what differs from that.
type situation struct {
	config, plan, state appClientSecretModel
	facts               secretFacts
}

func steady() situation {
	const value = "the secret that is there"
	state := appClientSecretModel{
		AppID: types.StringValue(testApp), ID: types.StringValue("self"), SecretHash: types.StringValue(okta.SecretHash(value)),
		ClientSecret: types.StringValue(value), RotateWhenChanged: types.MapNull(types.StringType), Status: types.StringValue("ACTIVE"),
		RotateAfter: types.StringNull(), WhenFull: types.StringValue(whenFullFail),
	}
	config := appClientSecretModel{AppID: state.AppID, RotateWhenChanged: state.RotateWhenChanged, RotateAfter: state.RotateAfter}
	return situation{
		config: config, plan: state, state: state,
		facts: secretFacts{Inventory: rotation.Inventory{App: testApp, Self: rotation.HeldSecret{ID: "self", Hash: state.SecretHash.ValueString(), Active: true, Created: noon}}},
	}
}

func generation(text string) types.Map {
	return types.MapValueMust(types.StringType, map[string]attr.Value{"generation": types.StringValue(text)})
}

func (s *situation) trigger() {
	s.state.RotateWhenChanged, s.plan.RotateWhenChanged = generation("1"), generation("2")
}

// reach lets the secret reach the age of an hour, which is rotate_after in state.
func (s *situation) reach(inPlan types.String) {
	s.facts.Reached = "1h-"
	s.state.RotateAfter, s.plan.RotateAfter = types.StringValue("1h"), inPlan
}

func (s *situation) own(value string) { s.config.ClientSecret = types.StringValue(value) }

// writeOnly gives the value with a version; that in state is 1.
func (s *situation) writeOnly(value string, version int64) {
	s.config.ClientSecretWO = types.StringValue(value)
	s.state.ClientSecretWOVersion, s.config.ClientSecretWOVersion = types.Int64Value(1), types.Int64Value(version)
}

func (s *situation) next(other rotation.HeldSecret) { s.facts.Others = append(s.facts.Others, other) }

func TestPlanReplacement(t *testing.T) {
	const there, another = "the secret that is there", "a new secret of my own"
	active := rotation.HeldSecret{ID: "other", Active: true, Origin: rotation.Foreign}
	inactive := rotation.HeldSecret{ID: "other", Origin: rotation.Foreign}
	unrecorded := rotation.HeldSecret{ID: "other", Active: true, Created: noon.Add(time.Hour), Origin: rotation.Successor, Follows: "self"}
	mine := rotation.HeldSecret{ID: "other", Active: true, Created: noon.Add(time.Hour), Origin: rotation.Foreign, Hash: okta.SecretHash(another)}
	hour := types.StringValue("1h")

	for _, test := range []struct {
		name     string
		differs  func(*situation)
		decision rotation.Action
		reason   rotation.Reason
		pending  bool
	}{
		{name: "nothing differs", differs: func(*situation) {}, decision: rotation.None},
		{name: "a trigger changed", differs: (*situation).trigger, decision: rotation.Create},
		{name: "a trigger was added", differs: func(s *situation) { s.plan.RotateWhenChanged = generation("1") }, decision: rotation.None},
		{name: "a trigger was removed", differs: func(s *situation) { s.state.RotateWhenChanged = generation("1") }, decision: rotation.None},
		{name: "its age is reached", differs: func(s *situation) { s.reach(hour) }, decision: rotation.Create},
		{name: "its age is reached, and is a longer one now", differs: func(s *situation) { s.reach(types.StringValue("2h")) }, decision: rotation.None},
		{name: "its age is reached, and no age counts any more", differs: func(s *situation) { s.reach(types.StringNull()) }, decision: rotation.None},
		{name: "a rotation is pending", differs: func(s *situation) { s.facts.Pending = true }, decision: rotation.Create, pending: true},

		{name: "no slot is free, nothing is asked", differs: func(s *situation) { s.next(active) }, decision: rotation.None},
		{name: "no slot is free, a trigger changed", differs: func(s *situation) { s.trigger(); s.next(active) }, decision: rotation.Refuse, reason: rotation.SlotActive, pending: true},
		{name: "no slot is free, its age is reached", differs: func(s *situation) { s.reach(hour); s.next(active) }, decision: rotation.Refuse, reason: rotation.SlotActive},
		{name: "no slot is free, still pending", differs: func(s *situation) { s.facts.Pending = true; s.next(active) }, decision: rotation.Refuse, reason: rotation.SlotActive, pending: true},
		{name: "an INACTIVE one is reclaimed", differs: func(s *situation) {
			s.trigger()
			s.next(inactive)
			s.plan.WhenFull = types.StringValue(whenFullDeleteInactive)
		}, decision: rotation.Create, reason: rotation.Reclaims},

		{name: "an unrecorded one, nothing is asked", differs: func(s *situation) { s.next(unrecorded) }, decision: rotation.None, reason: rotation.Unrecorded},
		{name: "an unrecorded one, a trigger changed", differs: func(s *situation) { s.trigger(); s.next(unrecorded) }, decision: rotation.Refuse, reason: rotation.Unrecorded, pending: true},
		{name: "an unrecorded one, declared", differs: func(s *situation) {
			s.trigger()
			s.next(unrecorded)
			s.plan.AdoptInterrupted = types.BoolValue(true)
		}, decision: rotation.Adopt, reason: rotation.Declared},
		{name: "an unrecorded one of a configured value", differs: func(s *situation) { s.own(another); s.next(mine) }, decision: rotation.Adopt, reason: rotation.SameHash},
		{name: "INACTIVE, while its successor is ACTIVE", differs: func(s *situation) {
			s.next(unrecorded)
			s.facts.Self.Active, s.facts.Deactivated, s.state.Status = false, true, types.StringValue("INACTIVE")
		}, decision: rotation.Refuse, reason: rotation.Unrecorded},
		{name: "INACTIVE as the configuration had it, while its successor is ACTIVE", differs: func(s *situation) {
			s.next(unrecorded)
			s.facts.Self.Active, s.state.Status = false, types.StringValue("INACTIVE")
		}, decision: rotation.None, reason: rotation.Unrecorded},

		{name: "a configured value that is there", differs: func(s *situation) { s.own(there) }, decision: rotation.None},
		{name: "a configured value, a new one", differs: func(s *situation) { s.own(another) }, decision: rotation.Create},
		{name: "a configured value, not known yet", differs: func(s *situation) { s.config.ClientSecret = types.StringUnknown() }, decision: rotation.Create},
		{name: "a configured value, not known yet, and no slot", differs: func(s *situation) { s.config.ClientSecret = types.StringUnknown(); s.next(active) }, decision: rotation.Refuse, reason: rotation.SlotActive},
		{name: "a configured value that is there, a trigger changed", differs: func(s *situation) { s.own(there); s.trigger() }, decision: rotation.Refuse, reason: rotation.SameValue, pending: true},
		{name: "a configured value that is there, its age is reached", differs: func(s *situation) { s.own(there); s.reach(hour) }, decision: rotation.Refuse, reason: rotation.SameValue},
		{name: "a configured value, a new one, and no slot", differs: func(s *situation) { s.own(another); s.next(active) }, decision: rotation.Refuse, reason: rotation.SlotActive},

		{name: "write-only, the same", differs: func(s *situation) { s.config.ClientSecretWO = types.StringValue(there) }, decision: rotation.None},
		{name: "write-only, another", differs: func(s *situation) { s.config.ClientSecretWO = types.StringValue(another) }, decision: rotation.Create},
		{name: "write-only, not known yet", differs: func(s *situation) { s.config.ClientSecretWO = types.StringUnknown() }, decision: rotation.None},
		{name: "write-only, another of the same version", differs: func(s *situation) { s.writeOnly(another, 1) }, decision: rotation.None},
		{name: "write-only, another of a new version", differs: func(s *situation) { s.writeOnly(another, 2) }, decision: rotation.Create},
		{name: "write-only, the same of a new version", differs: func(s *situation) { s.writeOnly(there, 2) }, decision: rotation.Refuse, reason: rotation.SameValue},
		{name: "write-only, not given, of the same version", differs: func(s *situation) {
			s.writeOnly("", 1)
			s.config.ClientSecretWO = types.StringNull()
		}, decision: rotation.None},
		{name: "write-only, not given, of a new version", differs: func(s *situation) {
			s.writeOnly("", 2)
			s.config.ClientSecretWO = types.StringNull()
		}, decision: rotation.Refuse, reason: noValue},
		{name: "write-only, not given, its age is reached", differs: func(s *situation) {
			s.writeOnly("", 1)
			s.config.ClientSecretWO = types.StringNull()
			s.reach(hour)
		}, decision: rotation.Refuse, reason: noValue},
		{name: "write-only, unknown of the same version", differs: func(s *situation) {
			s.writeOnly("", 1)
			s.config.ClientSecretWO = types.StringUnknown()
		}, decision: rotation.None},
		{name: "write-only, the first version of the same", differs: func(s *situation) { s.writeOnly(there, 1); s.state.ClientSecretWOVersion = types.Int64Null() }, decision: rotation.None},
		{name: "write-only, another of the same version, a trigger changed", differs: func(s *situation) { s.writeOnly(another, 1); s.trigger() }, decision: rotation.Create},

		{name: "not refreshed, nothing is asked", differs: func(s *situation) { s.facts = secretFacts{} }, decision: rotation.None},
		{name: "not refreshed, a trigger changed", differs: func(s *situation) { s.trigger(); s.facts = secretFacts{} }, decision: rotation.Refuse, reason: rotation.NotRefreshed, pending: true},
	} {
		t.Run(test.name, func(t *testing.T) {
			s := steady()
			test.differs(&s)
			planned := planReplacement(secretRequest(s.config, s.plan, s.state, s.facts), &s.facts)
			if planned.verdict.Action != test.decision || planned.verdict.Reason != test.reason {
				t.Errorf("the verdict is %s %q, want %s %q", planned.verdict.Action, planned.verdict.Reason, test.decision, test.reason)
			}
			if s.facts.Pending != test.pending {
				t.Errorf("pending is %t, want %t", s.facts.Pending, test.pending)
			}
			if s.facts.Replacing != planned.replaces() {
				t.Errorf("replacing is %t, want %t", s.facts.Replacing, planned.replaces())
			}
		})
	}
}

// Terraform prints the line of the configuration that a path leads to, and there the secret may stand.
func TestExplainVerdict_EveryReasonHasAMessageWithoutAPath(t *testing.T) {
	c := &configured{&data{}}
	for _, reason := range []rotation.Reason{
		rotation.Unrecorded, rotation.SameValue, rotation.ValueTaken, rotation.HeldByAnother, rotation.HasPredecessor, rotation.SlotActive, rotation.SlotInactive,
		rotation.SlotManaged, rotation.SlotPlaceholder, rotation.NotRefreshed, rotation.Reclaims, rotation.SameHash, rotation.Declared, noValue, knownOnlyNow,
	} {
		diags := c.explainVerdict(secretObject, rotation.Inventory{App: testApp}, rotation.Judgment{Action: rotation.Refuse, Reason: reason}, diag.SeverityError)
		if len(diags) != 1 || diags[0].Detail() == "" || strings.ContainsAny(diags[0].Summary()+diags[0].Detail(), "{}") {
			t.Errorf("%s: %v", reason, diags)
			continue
		}
		if _, pointing := diags[0].(diag.DiagnosticWithPath); pointing {
			t.Errorf("%s has a path, at which Terraform shows the secret", reason)
		}
	}
}
