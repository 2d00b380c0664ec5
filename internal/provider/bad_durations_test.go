// SPDX-License-Identifier: MPL-2.0

package provider_test

import (
	"maps"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"
)

// durations are the attributes that take one, by resource. Those that can't be zero are marked.
var durations = map[string]map[string]bool{
	"oktacreds_app_client_secret":              {"rotate_after": true, "stagger": false, "drain": false},
	"oktacreds_app_client_secret_rotation":     {"rotate_after": true, "stagger": false, "overlap": false, "grace": false},
	"oktacreds_app_client_secrets_exclusive":   {"retire_after": false},
	"oktacreds_app_jwk":                        {"drain": false},
	"oktacreds_app_jwks_exclusive":             {"retire_after": false},
	"oktacreds_api_service_integration_secret": {"rotate_after": true, "stagger": false, "drain": false},
}

// looksLikeDuration finds the attributes that take a duration by their descriptions.
var looksLikeDuration = regexp.MustCompile("`(0s|[0-9]+[dwhm])`")

// errorsOf are the errors of a configuration, each with the attribute that it is about.
func errorsOf(t *testing.T, p *protocol, kind string, config map[string]any) (found map[string]string) {
	t.Helper()
	answer, err := p.server.ValidateResourceConfig(t.Context(), &tfprotov6.ValidateResourceConfigRequest{
		TypeName: kind, Config: dynamic(t, p.schemaOf(kind), config),
	})
	if err != nil {
		t.Fatal(err)
	}
	found = map[string]string{}
	for _, d := range answer.Diagnostics {
		if d.Severity == tfprotov6.DiagnosticSeverityError && d.Attribute != nil && len(d.Attribute.Steps()) > 0 {
			name, _ := d.Attribute.Steps()[0].(tftypes.AttributeName)
			found[string(name)] += d.Summary + ": " + d.Detail
		}
	}
	return found
}

// deleteWithin is a resource's argument timeouts.
func deleteWithin(t *testing.T, p *protocol, kind, limit string) map[string]tftypes.Value {
	t.Helper()
	object, _ := p.schemaOf(kind).(tftypes.Object)
	timeouts, _ := object.AttributeTypes["timeouts"].(tftypes.Object)
	values := map[string]tftypes.Value{}
	for name := range timeouts.AttributeTypes {
		values[name] = tftypes.NewValue(tftypes.String, nil)
	}
	values["delete"] = tftypes.NewValue(tftypes.String, limit)
	return values
}

func TestDurations_EveryAttributeRefusesABadOne_AndGivesAnExample(t *testing.T) {
	t.Parallel()
	p := newProtocol(t, nil)
	for kind, schema := range p.schemas.ResourceSchemas {
		var takes []string
		for _, attribute := range schema.Block.Attributes {
			if attribute.Optional && looksLikeDuration.MatchString(attribute.Description) {
				takes = append(takes, attribute.Name)
			}
		}
		slices.Sort(takes)
		if diff := cmp.Diff(slices.Sorted(maps.Keys(durations[kind])), takes); diff != "" {
			t.Errorf("%s takes other durations than this test knows (-want +got):\n%s", kind, diff)
		}
	}
	for kind, attributes := range durations {
		for attribute, aboveZero := range attributes {
			for value, bad := range map[string]bool{
				"90d": false, "1w2d": false, "36h": false, "0s": aboveZero,
				"": true, "90": true, "90 days": true, "1y": true, "P90D": true, "-24h": true, "999999w": true,
			} {
				config := map[string]any{attribute: value}
				switch attribute { // what each of them needs next to it
				case "stagger":
					config["rotate_after"] = "9999d"
				case "drain":
					config["timeouts"] = deleteWithin(t, p, kind, "9999h")
				}
				said, refused := errorsOf(t, p, kind, config)[attribute]
				if refused != bad {
					t.Errorf("%s: %s = %q is refused: %t, want %t: %s", kind, attribute, value, refused, bad, said)
				}
				if refused && !strings.Contains(said, "90d") {
					t.Errorf("%s: %s = %q is refused without an example: %s", kind, attribute, value, said)
				}
			}
		}
	}
}

func TestDurations_ThatContradictEachOther_AreRefusedByEveryResourceThatHasThem(t *testing.T) {
	t.Parallel()
	p := newProtocol(t, nil)
	for _, test := range []struct {
		config  map[string]any // all of it in one resource
		refused string         // the attribute
		says    []string       // what to change
	}{
		{map[string]any{"rotate_after": "7d", "overlap": "7d"}, "overlap", []string{"rotate_after", "overlap"}},
		{map[string]any{"rotate_after": "7d", "overlap": "2w"}, "overlap", []string{"rotate_after", "overlap"}},
		{map[string]any{"rotate_after": "12h"}, "overlap", []string{"rotate_after", "24h"}}, // the default
		{map[string]any{"rotate_after": "7d", "stagger": "8d"}, "stagger", []string{"7d", "rotate_after"}},
		{map[string]any{"stagger": "8d"}, "stagger", []string{"rotate_after"}},
		{map[string]any{"drain": "30m"}, "drain", []string{"timeouts", "delete"}},
	} {
		tried := 0
		for kind, attributes := range durations {
			if _, has := attributes[test.refused]; !has || slices.ContainsFunc(slices.Collect(maps.Keys(test.config)), func(name string) bool {
				_, has := attributes[name]
				return !has
			}) {
				continue
			}
			tried++
			said, refused := errorsOf(t, p, kind, test.config)[test.refused]
			if !refused {
				t.Errorf("%s accepts %v", kind, test.config)
			}
			for _, part := range test.says {
				if refused && !strings.Contains(said, part) {
					t.Errorf("%s refuses %v and doesn't name %s: %s", kind, test.config, part, said)
				}
			}
		}
		if tried == 0 {
			t.Errorf("no resource has %v", test.config)
		}
	}
}
