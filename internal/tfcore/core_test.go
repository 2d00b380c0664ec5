// SPDX-License-Identifier: MPL-2.0

package tfcore

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"
	"github.com/zclconf/go-cty/cty"
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

func (s schema) of(optional, both, computed, secret any) cty.Value {
	return evaluate(s.objectType, map[string]any{"optional": optional, "both": both, "computed": computed, "secret": secret}, func(Ref) cty.Value {
		return cty.DynamicVal
	})
}

func TestProposedNew(t *testing.T) {
	s := testSchema()
	tests := map[string]struct{ prior, config, want cty.Value }{
		"a new object is as configured":                      {s.null(), s.of("a", "b", nil, nil), s.of("a", "b", nil, nil)},
		"what is computed stays, what is optional does not":  {s.of("a", "b", "c", nil), s.of(nil, nil, nil, nil), s.of(nil, "b", "c", nil)},
		"the configuration comes before what there was":      {s.of("a", "b", "c", nil), s.of("A", "B", nil, nil), s.of("A", "B", "c", nil)},
		"write-only arguments are in the configuration only": {s.null(), s.of(nil, nil, nil, "x"), s.of(nil, nil, nil, nil)},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			if got := s.proposedNew(test.prior, test.config); !got.RawEquals(test.want) {
				t.Errorf("got %#v, want %#v", got, test.want)
			}
		})
	}
}

// A provider that keeps Terraform's rules can't show that they are enforced.
func TestRules_APlanOrResultThatBreaksThem_IsAnError(t *testing.T) {
	s := testSchema()
	prior, config := s.of("a", "b", "c", nil), s.of("A", nil, nil, "x")
	unknown := Ref{}
	planned := func(a Action) Change { return Change{Action: a, After: s.of("A", "b", unknown, nil)} }
	for name, test := range map[string]struct {
		err  error
		want bool
	}{
		"a plan as configured":                    {s.invalidPlan(prior, config, s.of("A", "b", unknown, nil)), false},
		"a plan that keeps the prior values":      {s.invalidPlan(prior, config, s.of("a", "b", "c", nil)), false},
		"a plan that is neither":                  {s.invalidPlan(prior, config, s.of("x", "b", "c", nil)), true},
		"a plan with a write-only value":          {s.invalidPlan(prior, config, s.of("A", "b", "c", "x")), true},
		"a result that fills in what is unknown":  {s.incompatible(s.of("A", "b", unknown, nil), s.of("A", "b", "c", nil)), false},
		"a result that is not as planned":         {s.incompatible(s.of("A", "b", "c", nil), s.of("A", "b", "d", nil)), true},
		"nothing where an object was planned":     {s.incompatible(s.of("A", "b", "c", nil), s.null()), true},
		"an update that turns out to be needless": {s.inconsistent(planned(Update), planned(NoOp)), false},
		"an update that becomes a replacement":    {s.inconsistent(planned(Update), planned(CreateThenDelete)), true},
	} {
		if (test.err != nil) != test.want {
			t.Errorf("%s: %v", name, test.err)
		}
	}
}

func TestState_ADeposedObject_BecomesCurrentIfNothingIsInItsPlace(t *testing.T) {
	const at = "test.this"
	old, latest := &Object{}, &Object{Tainted: true}
	s := &State{}
	s.setCurrent(at, old)
	deposed := s.depose(at)
	if s.Current(at) != nil || len(s.Deposed(at)) != 1 {
		t.Fatalf("deposed: %+v", s)
	}
	replaced := s.Clone()
	replaced.setCurrent(at, latest)
	replaced.restore(at, deposed)
	if replaced.Current(at) != latest || len(replaced.Deposed(at)) != 1 {
		t.Errorf("with another in its place: %+v", replaced)
	}
	s.restore(at, deposed)
	if s.Current(at) != old || len(s.Deposed(at)) != 0 {
		t.Errorf("with nothing in its place: %+v", s)
	}
}

func TestWrite_ARemoteBackend_LosesTheLast20Seconds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := &Core{State: &State{}, Remote: true}
		working, since := &State{}, time.Time{}
		for i, test := range []struct {
			after time.Duration
			last  bool
			want  int // the serial
		}{{0, false, 0}, {19 * time.Second, false, 0}, {time.Second, false, 1}, {19 * time.Second, false, 1}, {0, true, 2}, {0, true, 2}} {
			<-time.After(test.after)
			if !test.last || i == 4 {
				working.setCurrent("test.this", &Object{Value: testSchema().null(), Private: []byte{byte(i)}})
			}
			if c.write(working, &since, test.last); c.State.Serial != test.want {
				t.Errorf("write %d: serial %d, want %d", i, c.State.Serial, test.want)
			}
		}
	})
}
