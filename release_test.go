// SPDX-License-Identifier: MPL-2.0

package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"testing"
)

func TestReleaseNotes_ATagReleasesTheNewestDatedVersionOfTheChangelog(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("releases are made on Linux")
	}
	for name, test := range map[string]struct {
		changelog, want string
	}{
		"dated":          {"# Changelog\n\n## 1.2.3 (2027-01-31)\n\n- new\n\n## 1.2.2 (2027-01-01)\n\n- old\n", "- new\n"},
		"the only one":   {"## 1.2.3 (2027-01-31)\n- new\n- newer\n", "- new\n- newer\n"},
		"not dated":      {"## 1.2.3 (Unreleased)\n\n- new\n", ""},
		"no date at all": {"## 1.2.3\n\n- new\n", ""},
		"another newest": {"## 1.3.0 (2027-02-01)\n\n- newer\n\n## 1.2.3 (2027-01-31)\n\n- new\n", ""},
		"empty section":  {"## 1.2.3 (2027-01-31)\n\n## 1.2.2 (2027-01-01)\n\n- old\n", ""},
		"no version":     {"# Changelog\n", ""},
	} {
		t.Run(name, func(t *testing.T) {
			changelog := filepath.Join(t.TempDir(), "CHANGELOG.md")
			if err := os.WriteFile(changelog, []byte(test.changelog), 0o600); err != nil {
				t.Fatal(err)
			}
			notes, err := exec.CommandContext(t.Context(), ".github/release-notes", "v1.2.3", changelog).Output() //nolint:gosec // our own script
			if string(notes) != test.want || (err == nil) != (test.want != "") {
				t.Errorf("got %q, %v; want %q", notes, err, test.want)
			}
		})
	}
}
