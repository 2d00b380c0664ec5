// SPDX-License-Identifier: MPL-2.0

package terraformcli

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

func TestFind_NoneThere_SaysHowToNameOne(t *testing.T) {
	t.Setenv("PATH", t.TempDir())
	for _, name := range []string{"", "tofu"} {
		_, err := Find(t.Context(), name)
		if err == nil || !strings.Contains(err.Error(), "TERRAFORM=") {
			t.Errorf("Find(%q): %v, want an error that says how to name another", name, err)
		}
	}
}

func TestFind_AsksForTheVersion(t *testing.T) {
	file := filepath.Join(t.TempDir(), "tofu")
	for said, want := range map[string]CLI{
		"OpenTofu v1.12.0\non linux_amd64": {Path: file, Version: "OpenTofu v1.12.0", Minor: 12},
		"Terraform v1.17.0-alpha20261104":  {Path: file, Version: "Terraform v1.17.0-alpha20261104", Minor: 17},
		"Something else":                   {},
	} {
		if err := os.WriteFile(file, fmt.Appendf(nil, "#!/bin/sh\necho '%s'\n", said), 0o700); err != nil { //nolint:gosec // is run
			t.Fatal(err)
		}
		if got, err := Find(t.Context(), file); got != want || (err != nil) != (want.Path == "") {
			t.Errorf("%s: %+v, %v, want %+v", said, got, err, want)
		}
	}
}

func TestEnvironment_LeavesOutWhatWouldSteerTheCLI(t *testing.T) {
	t.Setenv("TF_CLI_ARGS_apply", "-refresh=false")
	t.Setenv("OKTA_ORG_NAME", "production")
	t.Setenv("HOME", "/home/user")
	got := Environment("OKTA_API_TOKEN=token")
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

func TestOverride_NamesTheFolderForBothRegistries(t *testing.T) {
	dir := t.TempDir()
	env, err := Override(dir)
	if err != nil {
		t.Fatal(err)
	}
	content, err := os.ReadFile(strings.TrimPrefix(env, "TF_CLI_CONFIG_FILE="))
	if err != nil {
		t.Fatal(err)
	}
	for _, registry := range []string{"registry.terraform.io", "registry.opentofu.org"} {
		if want := `"` + registry + `/oktacreds/oktacreds" = "` + filepath.ToSlash(dir) + `"`; !strings.Contains(string(content), want) {
			t.Errorf("%s is missing in %s", want, content)
		}
	}
}

func TestOverride_Again_LeavesTheFileThatACLIMayBeReading(t *testing.T) {
	dir := t.TempDir()
	first, err := Override(dir)
	if err != nil {
		t.Fatal(err)
	}
	second, err := Override(dir)
	if err != nil {
		t.Fatal(err)
	}
	if first == second {
		t.Errorf("both calls write %s", first)
	}
}
