// SPDX-License-Identifier: MPL-2.0

package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
)

// TestInstall_InitFindsTheBuildNextToAnotherProvider runs `make install` in an empty
// home directory, and init there without a CLI configuration: the implied local mirror
// serves both providers, so a registry isn't asked.
func TestInstall_InitFindsTheBuildNextToAnotherProvider(t *testing.T) {
	cli, host := os.Getenv("TF_ACC_TERRAFORM_PATH"), os.Getenv("TF_ACC_PROVIDER_HOST")
	if cli == "" || host == "" {
		t.Skip("make test sets TF_ACC_TERRAFORM_PATH and TF_ACC_PROVIDER_HOST")
	}
	if runtime.GOOS == "windows" {
		t.Skip("a process can't move %APPDATA%, where the CLI looks on Windows")
	}
	home, configuration := t.TempDir(), t.TempDir()
	plugins := filepath.Join(home, ".terraform.d", "plugins")
	run := func(t *testing.T, dir, name string, arguments ...string) {
		t.Helper()
		command := exec.CommandContext(t.Context(), name, arguments...) //nolint:gosec // make, go and the CLI
		command.Dir = dir
		command.Env = []string{"PATH=" + os.Getenv("PATH"), "HOME=" + home, "CHECKPOINT_DISABLE=1", "GOFLAGS=-modcacherw"}
		for _, variable := range []string{"GOCACHE", "GOMODCACHE"} {
			value, err := exec.CommandContext(t.Context(), "go", "env", variable).Output() //nolint:gosec // two names
			if err != nil {
				t.Fatal(err)
			}
			command.Env = append(command.Env, variable+"="+strings.TrimSpace(string(value)))
		}
		if output, err := command.CombinedOutput(); err != nil {
			t.Fatalf("%s %s: %v\n%s", name, strings.Join(arguments, " "), err, output)
		}
	}

	run(t, ".", "make", "install")
	binaries, err := filepath.Glob(filepath.Join(plugins, host, "oktacreds", "oktacreds", "*", "*", "terraform-provider-oktacreds_v*"))
	if err != nil || len(binaries) != 1 {
		t.Fatalf("make install wrote %v for %s (%v)", binaries, host, err)
	}
	other := filepath.Join(plugins, host, "example", "other", "1.0.0", runtime.GOOS+"_"+runtime.GOARCH)
	if err := os.MkdirAll(other, 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.Link(binaries[0], filepath.Join(other, "terraform-provider-other_v1.0.0")); err != nil {
		t.Fatal(err)
	}
	const main = `
		terraform {
		  required_providers {
		    oktacreds = { source = "oktacreds/oktacreds" }
		    other     = { source = "example/other" }
		  }
		}
		data "oktacreds_app" "app" { label = "any" }`
	if err := os.WriteFile(filepath.Join(configuration, "main.tf"), []byte(main), 0o600); err != nil {
		t.Fatal(err)
	}
	run(t, configuration, cli, "init", "-no-color")
	run(t, configuration, cli, "validate", "-no-color")
	run(t, configuration, cli, "providers", "lock", "-fs-mirror="+plugins)

	run(t, ".", "make", "uninstall")
	if left, err := filepath.Glob(filepath.Join(plugins, "*", "oktacreds", "oktacreds")); err != nil || len(left) > 0 {
		t.Errorf("make uninstall left %v (%v)", left, err)
	}
}
