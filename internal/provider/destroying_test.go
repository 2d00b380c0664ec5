// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"strings"
	"testing"
)

func TestIsRefreshedApply(t *testing.T) {
	t.Parallel()
	for line, want := range map[string]bool{
		"apply":                           true,
		"-chdir=web apply -auto-approve":  true,
		"apply -refresh=true plan.out":    true,
		"apply -refresh=false":            false,
		"apply -auto-approve --refresh=0": false,
		"plan":                            false,
		"plan -out=apply":                 false,
		"plan -var apply":                 false,
		"destroy":                         false,
		"":                                false,
	} {
		if got := isRefreshedApply(strings.Fields(line)); got != want {
			t.Errorf("terraform %s: got %t, want %t", line, got, want)
		}
	}
}

func TestIsOnlyPlan(t *testing.T) {
	t.Parallel()
	for line, want := range map[string]bool{
		"plan":                     true,
		"-chdir=web plan -out=x":   true,
		"plan -refresh=false":      true,
		"apply":                    false,
		"apply plan":               false,
		"-chdir=my plan apply":     false, // a folder with a space, taken apart
		"destroy":                  false,
		"import plan.this 0oa/ocs": false,
		"":                         false,
	} {
		if got := isOnlyPlan(strings.Fields(line)); got != want {
			t.Errorf("terraform %s: %t, want %t", line, got, want)
		}
	}
}

func TestIsDestroy(t *testing.T) {
	t.Parallel()
	for line, want := range map[string]bool{
		"destroy":                             true,
		"-chdir=web destroy -auto-approve":    true,
		"plan -destroy":                       true,
		"apply --destroy=true":                true,
		"plan":                                false,
		"apply -auto-approve plan.out":        false,
		"plan -destroy=false":                 false,
		"plan -var destroy":                   false,
		"plan -target=module.destroy -out=-x": false,
		"":                                    false,
	} {
		if got := isDestroy(strings.Fields(line)); got != want {
			t.Errorf("terraform %s: got %t, want %t", line, got, want)
		}
	}
}
