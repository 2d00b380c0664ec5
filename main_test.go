// SPDX-License-Identifier: MPL-2.0

package main

import (
	"os"
	"testing"
)

func TestSpare_TheFrameworkLogsItsStepsOnlyForSomebodyWhoAsked(t *testing.T) {
	for asked, want := range map[string]string{
		"": "WARN", "TF_LOG": "", "TF_LOG_PROVIDER": "", "TF_LOG_SDK": "TRACE",
	} {
		t.Run(asked, func(t *testing.T) {
			t.Setenv("GOGC", "100") // the test's own
			for _, variable := range []string{"TF_LOG", "TF_LOG_PROVIDER", "TF_LOG_SDK"} {
				t.Setenv(variable, "")
			}
			if asked != "" {
				t.Setenv(asked, "TRACE")
			}
			if err := spare(); err != nil {
				t.Fatal(err)
			}
			if level := os.Getenv("TF_LOG_SDK"); level != want {
				t.Errorf("TF_LOG_SDK is %q, want %q", level, want)
			}
		})
	}
}
