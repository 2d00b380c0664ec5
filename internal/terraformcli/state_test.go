// SPDX-License-Identifier: MPL-2.0

package terraformcli

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestWorkspace_Objects_AreThoseOfTheStateFile(t *testing.T) {
	w := Workspace{Dir: t.TempDir()}
	if all, err := w.Objects(); err != nil || all != nil {
		t.Errorf("without a file: %v, %v", all, err)
	}
	const state = `{"resources": [
		{"type": "terraform_data", "name": "sink", "instances": [{"attributes": {"id": "1", "input": null}, "status": "tainted"}]},
		{"type": "oktacreds_app_jwk", "name": "this", "instances": [
			{"index_key": 0, "attributes": {"id": "2"}}, {"index_key": 0, "deposed": "8a6d", "attributes": {"id": "3"}}, {"index_key": "a", "attributes": {"id": "4"}}
		]}
	]}`
	if err := os.WriteFile(filepath.Join(w.Dir, "terraform.tfstate"), []byte(state), 0o600); err != nil {
		t.Fatal(err)
	}
	want := []Object{
		{Address: "terraform_data.sink", Tainted: true, attributes: map[string]any{"id": "1", "input": nil}},
		{Address: "oktacreds_app_jwk.this[0]", attributes: map[string]any{"id": "2"}},
		{Address: "oktacreds_app_jwk.this[0]", Deposed: true, attributes: map[string]any{"id": "3"}},
		{Address: `oktacreds_app_jwk.this["a"]`, attributes: map[string]any{"id": "4"}},
	}
	all, err := w.Objects()
	if diff := cmp.Diff(want, all, cmp.AllowUnexported(Object{})); err != nil || diff != "" {
		t.Errorf("%v (-want +got):\n%s", err, diff)
	}
	if all[0].Attribute("id") != "1" || all[0].Attribute("input") != "" {
		t.Errorf("attributes %q, %q", all[0].Attribute("id"), all[0].Attribute("input"))
	}
}
