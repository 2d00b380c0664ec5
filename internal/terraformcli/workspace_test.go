// SPDX-License-Identifier: MPL-2.0

package terraformcli

import (
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestOutput_Read(t *testing.T) {
	const output = `{"@level":"info","@message":"Terraform 1.11.4","type":"version"}
{"@level":"warn","type":"diagnostic","diagnostic":{"severity":"warning","summary":"Provider development overrides are in effect"}}
{"@level":"warn","type":"diagnostic","diagnostic":{"severity":"warning","summary":"It is gone","detail":"Deleted.","address":"oktacreds_app_client_secret.this"}}
{"@level":"info","type":"planned_change","change":{"resource":{"addr":"oktacreds_app_client_secret.this"},"action":"create"}}
not JSON
{"@level":"error","type":"diagnostic","diagnostic":{"severity":"error","summary":"No"}}
{"@level":"info","@message":"Plan: 1 to add, 0 to change, 0 to destroy.","type":"change_summary"}
`
	want := Said{
		Summary: "Plan: 1 to add, 0 to change, 0 to destroy.",
		Changes: []string{"oktacreds_app_client_secret.this: create"},
		Diagnostics: []Diagnostic{
			{Severity: "warning", Summary: "Provider development overrides are in effect"},
			{Severity: "warning", Summary: "It is gone", Detail: "Deleted.", Address: "oktacreds_app_client_secret.this"},
			{Severity: "error", Summary: "No"},
		},
	}
	if diff := cmp.Diff(want, Output{Text: []byte(output)}.Read()); diff != "" {
		t.Errorf("what was said (-want +got):\n%s", diff)
	}
}

func TestWorkspace_Leaks_NamesThePlacesInWhichASecretStands(t *testing.T) {
	dir := t.TempDir()
	for name, content := range map[string]string{"terraform.tfstate": "harmless", "sub/leaky": "x-secret-value-", "half": "secret-v"} {
		file := filepath.Join(dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(file), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	places, err := Workspace{Dir: dir}.Leaks([]string{"secret-value", "another-one"}, []byte("it is another-one."))
	if want := []string{"output", "half", "leaky"}; err != nil || !slices.Equal(places, want) {
		t.Errorf("leaks %q, %v, want %q", places, err, want)
	}
}
