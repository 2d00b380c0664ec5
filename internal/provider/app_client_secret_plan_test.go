package provider

import (
	"strconv"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-framework-timetypes/timetypes"
	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/oktacreds/terraform-provider-oktacreds/internal/okta"
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

// situation is what decideReplacement is asked about: a generated secret in
// steady state, and what differs from that.
type situation struct {
	config, plan, state appClientSecretModel
	facts               secretFacts
	pending             bool
}

func steady() situation {
	const value = "the secret that is there"
	state := appClientSecretModel{
		AppID: types.StringValue(testApp), ID: types.StringValue("self"), SecretHash: types.StringValue(okta.SecretHash(value)),
		ClientSecret: types.StringValue(value), RotateWhenChanged: types.MapNull(types.StringType),
		RotateAfter: timetypes.NewGoDurationNull(), WhenFull: types.StringValue(whenFullFail),
	}
	config := appClientSecretModel{AppID: state.AppID, RotateWhenChanged: state.RotateWhenChanged, RotateAfter: state.RotateAfter}
	return situation{
		config: config, plan: state, state: state,
		facts: secretFacts{App: testApp, ID: "self", Hash: state.SecretHash.ValueString()},
	}
}

func generation(text string) types.Map {
	return types.MapValueMust(types.StringType, map[string]attr.Value{"generation": types.StringValue(text)})
}

func (s *situation) trigger() {
	s.state.RotateWhenChanged, s.plan.RotateWhenChanged = generation("1"), generation("2")
}

// reach lets the secret reach the age of an hour, which is rotate_after in state.
func (s *situation) reach(inPlan timetypes.GoDuration) {
	s.facts.Reached = "1h"
	s.state.RotateAfter, s.plan.RotateAfter = hours(1), inPlan
}

func hours(n int) timetypes.GoDuration {
	return timetypes.NewGoDurationValueFromStringMust(strconv.Itoa(n) + "h")
}

func (s *situation) own(value string) { s.config.ClientSecret = types.StringValue(value) }

// writeOnly gives the value with a version; that in state is 1.
func (s *situation) writeOnly(value string, version int64) {
	s.config.ClientSecretWO = types.StringValue(value)
	s.state.ClientSecretWOVersion, s.config.ClientSecretWOVersion = types.Int64Value(1), types.Int64Value(version)
}

func (s *situation) beside(other otherSecret) { s.facts.Others = append(s.facts.Others, other) }

func TestDecideReplacement(t *testing.T) {
	const there, another = "the secret that is there", "a new secret of my own"
	active := otherSecret{ID: "other", Status: "ACTIVE"}
	inactive := otherSecret{ID: "other", Status: "INACTIVE"}
	leftover := otherSecret{ID: "other", Status: "ACTIVE", Leftover: true, Generated: true, Hash: okta.SecretHash(another)}

	for _, test := range []struct {
		name    string
		differs func(*situation)
		want    string // replace, hold, hold asked; empty for neither
		says    string // the summary of the one diagnostic, with its severity
	}{
		{name: "nothing differs", differs: func(*situation) {}},
		{name: "a trigger changed", differs: (*situation).trigger, want: "replace"},
		{name: "a trigger was added", differs: func(s *situation) { s.plan.RotateWhenChanged = generation("1") }},
		{name: "a trigger was removed", differs: func(s *situation) { s.state.RotateWhenChanged = generation("1") }},
		{name: "its age is reached", differs: func(s *situation) { s.reach(hours(1)) }, want: "replace"},
		{name: "its age is reached, and is a longer one now", differs: func(s *situation) { s.reach(hours(2)) }},
		{name: "its age is reached, and no age counts any more", differs: func(s *situation) { s.reach(timetypes.NewGoDurationNull()) }},
		{name: "a rotation was held back", differs: func(s *situation) { s.pending = true }, want: "replace"},

		{name: "a place is taken, nothing is asked", differs: func(s *situation) { s.beside(active) }},
		{name: "a place is taken, a trigger changed", differs: func(s *situation) { s.trigger(); s.beside(active) }, want: "hold asked", says: "Warning: Rotation of client secret self is held back"},
		{name: "a place is taken, its age is reached", differs: func(s *situation) { s.reach(hours(1)); s.beside(active) }, want: "hold", says: "Warning: Rotation of client secret self is held back"},
		{name: "a place is taken, still held back", differs: func(s *situation) { s.pending = true; s.beside(active) }, want: "hold asked", says: "Warning: Rotation of client secret self is held back"},
		{name: "an INACTIVE one gives way", differs: func(s *situation) {
			s.trigger()
			s.beside(inactive)
			s.plan.WhenFull = types.StringValue(whenFullDeleteInactive)
		}, want: "replace"},

		{name: "left by an interrupted run, nothing is asked", differs: func(s *situation) { s.beside(leftover) }, says: "Warning: App 0oaApp has a client secret that is not in this resource's state"},
		{name: "left by an interrupted run, which is asked for again", differs: func(s *situation) { s.trigger(); s.beside(leftover) }, want: "replace", says: "Warning: Client secret other of app 0oaApp will be taken over"},
		{name: "one's own, left by an interrupted run", differs: func(s *situation) { s.own(another); s.beside(leftover) }, want: "replace", says: "Warning: Client secret other of app 0oaApp will be taken over"},

		{name: "one's own that is there", differs: func(s *situation) { s.own(there) }},
		{name: "one's own, a new one", differs: func(s *situation) { s.own(another) }, want: "replace"},
		{name: "one's own, not known yet", differs: func(s *situation) { s.config.ClientSecret = types.StringUnknown() }, want: "replace"},
		{name: "one's own that is there, a trigger changed", differs: func(s *situation) { s.own(there); s.trigger() }, says: "Error: A rotation to the same secret"},
		{name: "one's own that is there, its age is reached", differs: func(s *situation) { s.own(there); s.reach(hours(1)) }, says: "Warning: Client secret self of app 0oaApp has reached rotate_after"},
		{name: "one's own that is there again, after a rotation was held back", differs: func(s *situation) { s.own(there); s.pending = true }},
		{name: "one's own, a new one, and no place", differs: func(s *situation) { s.own(another); s.beside(active) }, want: "hold asked", says: "Error: Both places of app 0oaApp are taken"},

		{name: "write-only, the same", differs: func(s *situation) { s.config.ClientSecretWO = types.StringValue(there) }},
		{name: "write-only, another", differs: func(s *situation) { s.config.ClientSecretWO = types.StringValue(another) }, want: "replace"},
		{name: "write-only, another, and no place", differs: func(s *situation) { s.config.ClientSecretWO = types.StringValue(another); s.beside(active) }, want: "hold asked", says: "Warning: Rotation of client secret self is held back"},
		{name: "write-only, not known yet", differs: func(s *situation) { s.config.ClientSecretWO = types.StringUnknown() }, says: "Error: client_secret_wo is not known yet"},
		{name: "write-only, another of the same version", differs: func(s *situation) { s.writeOnly(another, 1) }},
		{name: "write-only, another of a new version", differs: func(s *situation) { s.writeOnly(another, 2) }, want: "replace"},
		{name: "write-only, the same of a new version", differs: func(s *situation) { s.writeOnly(there, 2) }, says: "Error: A rotation to the same secret"},
		{name: "write-only, unknown of the same version", differs: func(s *situation) {
			s.writeOnly("", 1)
			s.config.ClientSecretWO = types.StringUnknown()
		}},
		{name: "write-only, the first version of the same", differs: func(s *situation) { s.writeOnly(there, 1); s.state.ClientSecretWOVersion = types.Int64Null() }},
		{name: "write-only, another of the same version, a trigger changed", differs: func(s *situation) { s.writeOnly(another, 1); s.trigger() }, want: "replace"},
	} {
		t.Run(test.name, func(t *testing.T) {
			s := steady()
			test.differs(&s)
			d := decideReplacement(s.config, s.plan, s.state, s.facts, s.pending)
			var got []string
			for word, is := range map[string]bool{"replace": d.replace, "hold": d.hold && !d.asked, "hold asked": d.hold && d.asked} {
				if is {
					got = append(got, word)
				}
			}
			if strings.Join(got, ", ") != test.want {
				t.Errorf("decideReplacement() = %q, want %q", got, test.want)
			}
			if says := summaries(d.diags); says != test.says {
				t.Errorf("it says %q, want %q", says, test.says)
			}
			for _, diagnostic := range d.diags {
				if _, pointing := diagnostic.(diag.DiagnosticWithPath); pointing {
					t.Errorf("%q has a path, at which Terraform shows the secret", diagnostic.Summary())
				}
			}
		})
	}
}

func summaries(diags diag.Diagnostics) string {
	var said []string
	for _, d := range diags {
		said = append(said, d.Severity().String()+": "+d.Summary())
	}
	return strings.Join(said, "; ")
}

func TestCheckPlaces(t *testing.T) {
	active := otherSecret{ID: "active", Status: "ACTIVE", Hash: "of active"}
	inactive := otherSecret{ID: "inactive", Status: "INACTIVE", Hash: "of inactive"}
	leftover := otherSecret{ID: "leftover", Status: "ACTIVE", Leftover: true, Generated: true, Hash: "of leftover"}
	for _, test := range []struct {
		name          string
		facts         secretFacts
		own, whenFull string
		says          string
	}{
		{name: "an app without secrets"},
		{name: "a place is free", facts: secretFacts{Others: []otherSecret{active}}},
		{name: "none is free", facts: secretFacts{Others: []otherSecret{active, inactive}}, says: "Error: App 0oaApp already has two client secrets"},
		{name: "one gives way", facts: secretFacts{Others: []otherSecret{active, inactive}}, whenFull: whenFullDeleteInactive},
		{name: "one is left by an interrupted run", facts: secretFacts{Others: []otherSecret{active, leftover}}, says: "Warning: Client secret leftover of app 0oaApp will be taken over"},
		{name: "a replacement, and the other place is taken", facts: secretFacts{ID: "self", Others: []otherSecret{active}}, says: "Error: App 0oaApp already has two client secrets"},
		{name: "a replacement that takes over, of which the first call has warned", facts: secretFacts{ID: "self", Others: []otherSecret{leftover}}},
		{name: "a replacement by the same value", facts: secretFacts{ID: "self", Hash: "of self"}, own: "of self", says: "Error: App 0oaApp already has this client secret"},
		{name: "a value that is there", facts: secretFacts{Others: []otherSecret{active}}, own: "of active", says: "Error: App 0oaApp already has this client secret"},
		{name: "a value that isn't known yet", facts: secretFacts{Others: []otherSecret{active}}, own: unknownHash},
	} {
		t.Run(test.name, func(t *testing.T) {
			test.facts.App = testApp
			plan := appClientSecretModel{AppID: types.StringValue(testApp), WhenFull: types.StringValue(test.whenFull)}
			if says := summaries(checkPlaces(plan, test.own, test.facts)); says != test.says {
				t.Errorf("it says %q, want %q", says, test.says)
			}
		})
	}
}

// The list that a takeover is planned from may be older than what a refresh
// beside it has come to know.
func TestAnnounce_TakeoverOfASecretInState_IsRefused(t *testing.T) {
	r := &appClientSecretResource{configured{&data{}}}
	other := otherSecret{ID: "other", Status: "ACTIVE", Leftover: true}
	if says := summaries(r.announce(testApp, other)); says != "" {
		t.Errorf("of a secret that no state holds it says %q", says)
	}
	r.recorded.add(other.ID)
	if says := summaries(r.announce(testApp, other)); says != "Error: App 0oaApp already has two client secrets" {
		t.Errorf("of a secret in state it says %q", says)
	}
}
