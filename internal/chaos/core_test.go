// SPDX-License-Identifier: MPL-2.0

package main

import (
	"encoding/base64"
	"encoding/json"
	"testing"
	"time"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"
)

// testSchema has one attribute of each kind that core treats in its own way.
func testSchema() schema {
	return newSchema("test", &tfprotov6.Schema{Block: &tfprotov6.SchemaBlock{Attributes: []*tfprotov6.SchemaAttribute{
		{Name: "optional", Type: tftypes.String, Optional: true},
		{Name: "both", Type: tftypes.String, Optional: true, Computed: true},
		{Name: "computed", Type: tftypes.String, Computed: true},
		{Name: "secret", Type: tftypes.String, Optional: true, WriteOnly: true},
	}}})
}

func (s schema) of(optional, both, computed, secret any) tftypes.Value {
	return tftypes.NewValue(s.objectType, map[string]tftypes.Value{
		"optional": tftypes.NewValue(tftypes.String, optional), "both": tftypes.NewValue(tftypes.String, both),
		"computed": tftypes.NewValue(tftypes.String, computed), "secret": tftypes.NewValue(tftypes.String, secret),
	})
}

func TestProposedNew(t *testing.T) {
	s := testSchema()
	tests := map[string]struct{ prior, config, want tftypes.Value }{
		"a new object is as configured":                      {s.null(), s.of("a", "b", nil, nil), s.of("a", "b", nil, nil)},
		"what is computed stays, what is optional goes":      {s.of("a", "b", "c", nil), s.of(nil, nil, nil, nil), s.of(nil, "b", "c", nil)},
		"the configuration comes before what there was":      {s.of("a", "b", "c", nil), s.of("A", "B", nil, nil), s.of("A", "B", "c", nil)},
		"write-only arguments are in the configuration only": {s.null(), s.of(nil, nil, nil, "x"), s.of(nil, nil, nil, nil)},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			if got := s.proposedNew(test.prior, test.config); !got.Equal(test.want) {
				t.Errorf("got %s, want %s", got, test.want)
			}
		})
	}
}

func TestInvalidPlanAndIncompatible(t *testing.T) {
	s := testSchema()
	prior, config := s.of("a", "b", "c", nil), s.of("A", nil, nil, "x")
	unknown := tftypes.UnknownValue
	for name, test := range map[string]struct {
		err  error
		want bool
	}{
		"a plan as configured":                   {s.invalidPlan(prior, config, s.of("A", "b", unknown, nil)), false},
		"a plan that keeps what there was":       {s.invalidPlan(prior, config, s.of("a", "b", "c", nil)), false},
		"a plan that is neither":                 {s.invalidPlan(prior, config, s.of("x", "b", "c", nil)), true},
		"a plan with a write-only value":         {s.invalidPlan(prior, config, s.of("A", "b", "c", "x")), true},
		"a result that fills in what is unknown": {s.incompatible(s.of("A", "b", unknown, nil), s.of("A", "b", "c", nil)), false},
		"a result that is not as planned":        {s.incompatible(s.of("A", "b", "c", nil), s.of("A", "b", "d", nil)), true},
		"nothing where something was planned":    {s.incompatible(s.of("A", "b", "c", nil), s.null()), true},
	} {
		if (test.err != nil) != test.want {
			t.Errorf("%s: %v", name, test.err)
		}
	}
}

func TestState_ADeposedObject_ComesBackIfNothingIsInItsPlace(t *testing.T) {
	old, latest := &object{}, &object{}
	s := state{current: old}
	deposed := s.depose()
	if s.current != nil || len(s.deposed) != 1 {
		t.Fatalf("deposed: %+v", s)
	}
	replaced := s.clone()
	replaced.current = latest
	replaced.restore(deposed)
	if replaced.current != latest || len(replaced.deposed) != 1 {
		t.Errorf("with another in its place: %+v", replaced)
	}
	s.restore(deposed)
	if s.current != old || len(s.deposed) != 0 {
		t.Errorf("with nothing in its place: %+v", s)
	}
}

func TestAgePrivate_WhatTheProviderNotedOfItsClock_GrowsOlder(t *testing.T) {
	pack := func(adopted string) string {
		packed, err := json.Marshal(map[string][]byte{"facts": []byte(`{"AdoptedAt":"` + adopted + `","CurrentID":"a"}`), "pending": []byte("true")})
		if err != nil {
			t.Fatal(err)
		}
		return base64.StdEncoding.EncodeToString(packed)
	}
	for _, test := range []struct{ adopted, want string }{
		{"2026-11-23T12:00:00Z", "2026-11-23T10:00:00Z"},
		{"0001-01-01T00:00:00Z", "0001-01-01T00:00:00Z"}, // never
	} {
		if got, err := agePrivate(pack(test.adopted), 2*time.Hour); err != nil || got != pack(test.want) {
			t.Errorf("%s: %q, %v", test.adopted, got, err)
		}
	}
}

func TestReadOutput(t *testing.T) {
	said := readOutput([]byte(`not JSON
{"type":"diagnostic","diagnostic":{"severity":"warning","summary":"Provider development overrides are in effect"}}
{"type":"change_summary","changes":{"add":0,"change":0,"remove":0,"operation":"plan"}}
{"type":"diagnostic","diagnostic":{"severity":"error","summary":"It failed","detail":"for\na reason"}}
`))
	if want := "ERROR: It failed: for a reason | "; said.plan != want || !said.converged {
		t.Errorf("got %+v", said)
	}
	if readOutput(nil).converged {
		t.Error("a run that said nothing has converged")
	}
}
