package main

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestReadOutput(t *testing.T) {
	const output = `{"@level":"info","@message":"Terraform 1.11.4","type":"version"}
{"@level":"warn","type":"diagnostic","diagnostic":{"severity":"warning","summary":"Provider development overrides are in effect"}}
{"@level":"warn","type":"diagnostic","diagnostic":{"severity":"warning","summary":"It is gone","detail":"Deleted.","address":"oktacreds_app_client_secret.this"}}
{"@level":"info","type":"planned_change","change":{"resource":{"addr":"oktacreds_app_client_secret.this"},"action":"create"}}
not JSON
{"@level":"error","type":"diagnostic","diagnostic":{"severity":"error","summary":"No"}}
{"@level":"info","@message":"Plan: 1 to add, 0 to change, 0 to destroy.","type":"change_summary"}
`
	want := result{
		summary: "Plan: 1 to add, 0 to change, 0 to destroy.",
		changes: []string{"oktacreds_app_client_secret.this: create"},
		diagnostics: []diagnostic{
			{Severity: "warning", Summary: "It is gone", Detail: "Deleted.", Address: "oktacreds_app_client_secret.this"},
			{Severity: "error", Summary: "No"},
		},
	}
	if diff := cmp.Diff(want, readOutput([]byte(output)), cmp.AllowUnexported(result{})); diff != "" {
		t.Errorf("result (-want +got):\n%s", diff)
	}
}

func TestFindCLI_NoneThere_SaysHowToNameOne(t *testing.T) {
	t.Setenv("PATH", t.TempDir())
	for _, name := range []string{"", "tofu"} {
		_, err := findCLI(t.Context(), name)
		if err == nil || !strings.Contains(err.Error(), "TERRAFORM=") {
			t.Errorf("findCLI(%q): %v, want an error that says how to name another", name, err)
		}
	}
}

func TestEnvironment_LeavesOutWhatWouldSteerTheCLI(t *testing.T) {
	t.Setenv("TF_CLI_ARGS_apply", "-refresh=false")
	t.Setenv("OKTA_ORG_NAME", "production")
	t.Setenv("HOME", "/home/user")
	got := environment("OKTA_API_TOKEN=token")
	for _, variable := range got {
		if strings.HasPrefix(variable, "TF_CLI_ARGS") || strings.HasPrefix(variable, "OKTA_ORG_NAME") {
			t.Errorf("%s is still there", variable)
		}
	}
	for _, want := range []string{"HOME=/home/user", "OKTA_API_TOKEN=token"} {
		if !slices.Contains(got, want) {
			t.Errorf("%s is missing", want)
		}
	}
}
