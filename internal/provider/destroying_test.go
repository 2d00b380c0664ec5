// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"strings"
	"testing"
)

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
