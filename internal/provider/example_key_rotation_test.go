// SPDX-License-Identifier: MPL-2.0

package provider_test

import (
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"testing"

	"github.com/oktacreds/terraform-provider-oktacreds/internal/acctest"
	"github.com/oktacreds/terraform-provider-oktacreds/internal/oktasim"
)

// keyRotation is examples/key-rotation at work for one app.
type keyRotation struct {
	sim       *oktasim.Org
	app       *acctest.App
	cli       *cli
	directory string
}

func newKeyRotation(t *testing.T) *keyRotation {
	t.Helper()
	org := acctest.NewOrg(t)
	r := &keyRotation{sim: org.Sim(t), app: org.NewApp(t, "private_key_jwt"), cli: newCLIOf(t, org, requireWriteOnly)}
	r.directory = t.TempDir() // outside of the CLI's directory, which is searched for secrets at the end
	content, err := os.ReadFile("../../examples/key-rotation/main.tf")
	if err != nil {
		t.Fatal(err)
	}
	r.cli.write(t, "main.tf", string(content))
	r.cli.env = append(r.cli.env, "TF_VAR_app_id="+r.app.ID, "TF_VAR_directory="+r.directory, "TF_VAR_pickup_seconds=0")
	return r
}

func (r *keyRotation) apply(t *testing.T, rotation int) (said string, ok bool) {
	t.Helper()
	return r.cli.run(t, "apply", "-auto-approve", fmt.Sprintf("-var=rotation=%d", rotation))
}

// login fails the test unless the key that the app would use now is accepted.
func (r *keyRotation) login(t *testing.T, when string) {
	t.Helper()
	if !r.app.LoginWithKey(t, filepath.Join(r.directory, "current")) {
		t.Errorf("%s the app's key is refused", when)
	}
}

func (r *keyRotation) uses(t *testing.T, rotation int) {
	t.Helper()
	target, err := os.Readlink(filepath.Join(r.directory, "current"))
	if err != nil {
		t.Fatal(err)
	}
	if want := filepath.Join(r.directory, strconv.Itoa(rotation)+".pem"); target != want {
		t.Errorf("the app uses %s, want %s", target, want)
	}
}

// One rotation after the other is interrupted. Each interruption is one row of the
// example's table: what breaks, and whether the app uses the new key before the next apply.
func TestAccExampleKeyRotation_NoInterruptionBreaksALogin(t *testing.T) {
	const jwks = "/api/v1/apps/*/credentials/jwks"
	r := newKeyRotation(t)
	// A directory in a file's place: what mktemp or ln makes can't be moved over it.
	blocked := func(name string) string { return filepath.Join(r.directory, name, "in the way") }
	refused := func(method, path string) oktasim.Fault {
		return oktasim.Fault{Kind: oktasim.FaultErrorBefore, Method: method, Path: path, Status: http.StatusForbidden}
	}
	unreadable := refused("GET", "/api/v1/apps/*")
	unreadable.Skip = 2

	if said, ok := r.apply(t, 1); !ok {
		t.Fatal(said)
	}
	for i, interruption := range []struct {
		when     string
		faults   []oktasim.Fault
		obstacle string
		says     string
		switched bool // the app uses the new key after the interruption
	}{
		{when: "before the pair is stored", obstacle: blocked("2.pub.pem"), says: "local-exec"},
		{when: "after storing, before Okta has the key", faults: []oktasim.Fault{refused("POST", jwks)}, says: "403"},
		{
			when: "after Okta has added it, the answer lost", says: "Whether the JSON Web Key was created",
			faults: []oktasim.Fault{{Kind: oktasim.FaultDropAfter, Method: "POST", Path: jwks}, unreadable},
		},
		{when: "after adding, before the switch", obstacle: blocked("current.next"), says: "local-exec"},
		{when: "after the switch, before the old key's end", faults: []oktasim.Fault{refused("POST", jwks+"/*/lifecycle/deactivate")}, says: "403", switched: true},
		{when: "between deactivation and deletion of the old key", faults: []oktasim.Fault{refused("DELETE", jwks+"/*")}, says: "403", switched: true},
	} {
		before, after := i+1, i+2
		r.login(t, interruption.when+", at the beginning:")
		if interruption.obstacle != "" {
			if err := os.MkdirAll(interruption.obstacle, 0o700); err != nil {
				t.Fatal(err)
			}
		}
		for _, fault := range interruption.faults {
			r.sim.InjectFault(fault)
		}
		said, ok := r.apply(t, after)
		if ok {
			t.Errorf("%s: nothing was interrupted", interruption.when)
		}
		acctest.Says(t, said, interruption.says)
		r.sim.ClearFaults()

		r.login(t, interruption.when+", after the interruption:")
		if interruption.switched {
			r.uses(t, after)
		} else {
			r.uses(t, before)
		}
		if interruption.obstacle != "" {
			if err := os.RemoveAll(filepath.Dir(interruption.obstacle)); err != nil {
				t.Fatal(err)
			}
		}
		if said, ok := r.apply(t, after); !ok {
			t.Errorf("%s: the next apply fails: %s", interruption.when, said)
		}
		r.login(t, interruption.when+", after the next apply:")
		r.uses(t, after)
		if keys := r.app.Keys(t); len(keys) != 2 { // with the one the app was born with
			t.Errorf("%s: the app has %d keys, want its first one and the new one", interruption.when, len(keys))
		}
		if code := r.cli.exitCode(t, "plan", "-detailed-exitcode", fmt.Sprintf("-var=rotation=%d", after)); code != 0 {
			t.Errorf("%s: a plan after the next apply ends with %d", interruption.when, code)
		}
	}
	r.cli.must(t, "destroy", "-auto-approve", "-var=rotation=7")
}
