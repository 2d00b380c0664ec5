// SPDX-License-Identifier: MPL-2.0

package tfcore

import (
	"encoding/json"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestConfig_JSON_HasEveryBlock(t *testing.T) {
	t.Parallel()
	config := Config{
		Resources: []Resource{
			{Address: "oktacreds_app_jwk.one"}, {Address: "oktacreds_app_jwk.two"},
			{Address: `oktacreds_app_jwk.each["a"]`}, {Address: `oktacreds_app_jwk.each["b"]`},
		},
		Ephemerals: []Ephemeral{{Address: "oktacreds_app_client_secret.one"}, {Address: "oktacreds_app_client_secret.two"}},
	}
	text, err := config.JSON("true")
	if err != nil {
		t.Fatal(err)
	}
	var written map[string]map[string]map[string]any
	if err := json.Unmarshal(text, &written); err != nil {
		t.Fatal(err)
	}
	got := map[string]bool{}
	for _, kind := range []string{"resource", "ephemeral"} {
		for object, blocks := range written[kind] {
			for name := range blocks {
				got[kind+" "+object+"."+name] = true
			}
		}
	}
	want := map[string]bool{
		"resource oktacreds_app_jwk.one": true, "resource oktacreds_app_jwk.two": true, "resource oktacreds_app_jwk.each": true,
		"ephemeral oktacreds_app_client_secret.one": true, "ephemeral oktacreds_app_client_secret.two": true,
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}
