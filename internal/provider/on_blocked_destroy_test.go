// SPDX-License-Identifier: MPL-2.0

package provider_test

import (
	"os"
	"testing"
	"time"
)

// The provider reads on the command line of its parent that everything is destroyed: this takes the real CLI, and a
// process of the provider's own.
func TestAccOnBlocked_Error_FailsThePlanAndTheApply_AndNeverTheDestroy(t *testing.T) {
	if os.Getenv("TF_ACC") == "" {
		t.Skip("runs Terraform, with TF_ACC set")
	}
	for kind, newKind := range scheduledKinds() {
		t.Run(kind, func(t *testing.T) {
			t.Parallel()
			s := newKind(t)
			c := workspace(t, s.org, "terraform {\n  required_providers {\n    oktacreds = { source = \"oktacreds/oktacreds\" }\n  }\n}\n"+
				s.config("rotate_after = \"30d\"\non_blocked = \"error\""))
			foreign := s.sim.Secrets(s.owner)[0].ID
			c.must(t, "apply", "-auto-approve", "-input=false")
			s.sim.Advance(31 * 24 * time.Hour)
			for _, test := range []struct {
				arguments []string
				exit      int
			}{
				{[]string{"plan", "-detailed-exitcode", "-input=false"}, 1},
				{[]string{"apply", "-auto-approve", "-input=false"}, 1},
				{[]string{"plan", "-destroy", "-detailed-exitcode", "-input=false"}, 2},
				{[]string{"destroy", "-auto-approve", "-input=false"}, 0},
			} {
				if got := c.exitCode(t, test.arguments...); got != test.exit {
					t.Errorf("%v: exit code %d, want %d", test.arguments, got, test.exit)
				}
			}
			if left := s.sim.Secrets(s.owner); len(left) != 1 || left[0].ID != foreign {
				t.Errorf("%d secrets exist, want the one that Terraform doesn't manage", len(left))
			}
		})
	}
}
