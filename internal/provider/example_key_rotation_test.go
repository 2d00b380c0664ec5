// SPDX-License-Identifier: MPL-2.0

package provider_test

import (
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"testing"

	"github.com/hashicorp/terraform-plugin-testing/config"
	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/tfversion"

	"github.com/oktacreds/terraform-provider-oktacreds/internal/acctest"
	"github.com/oktacreds/terraform-provider-oktacreds/internal/oktasim"
)

// keyRotation is examples/key-rotation at work for one app.
type keyRotation struct {
	sim       *oktasim.Org
	app       *acctest.App
	directory string
}

func newKeyRotation(t *testing.T) *keyRotation {
	t.Helper()
	org := acctest.NewOrg(t)
	r := &keyRotation{sim: org.Sim(t), app: org.NewApp(t, "private_key_jwt"), directory: t.TempDir()}
	org.Setenv(t)
	t.Setenv("TF_ACC_PROVIDER_NAMESPACE", "oktacreds") // as the example's source says
	return r
}

func (r *keyRotation) step(rotation int) resource.TestStep {
	return resource.TestStep{
		ConfigDirectory: config.StaticDirectory("../../examples/key-rotation"),
		ConfigVariables: config.Variables{
			"app_id": config.StringVariable(r.app.ID), "directory": config.StringVariable(r.directory),
			"rotation": config.IntegerVariable(rotation), "pickup_seconds": config.IntegerVariable(0),
		},
	}
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

// Each interruption is one row of the example's table: what breaks, what the
// app uses then, and what is mended before the next apply.
func TestAccExampleKeyRotation_NoInterruptionBreaksALogin(t *testing.T) {
	const jwks = "/api/v1/apps/*/credentials/jwks"
	obstacle := func(r *keyRotation, name string) string { return filepath.Join(r.directory, name, "in the way") }
	interruptions := map[string]struct {
		breakIt func(*testing.T, *keyRotation)
		mendIt  func(*testing.T, *keyRotation)
		says    string
		uses    int // the rotation whose key the app uses after the interruption
	}{
		"before the pair is stored": {
			// A directory in the file's place: what mktemp makes can't be moved over it.
			breakIt: func(t *testing.T, r *keyRotation) { inTheWay(t, obstacle(r, "2.pub.pem")) },
			mendIt:  func(t *testing.T, r *keyRotation) { outOfTheWay(t, filepath.Join(r.directory, "2.pub.pem")) },
			says:    `local-exec`, uses: 1,
		},
		"after storing, before Okta has the key": {
			breakIt: func(_ *testing.T, r *keyRotation) {
				r.sim.InjectFault(oktasim.Fault{Kind: oktasim.FaultErrorBefore, Method: "POST", Path: jwks, Status: http.StatusForbidden})
			},
			says: `403`, uses: 1,
		},
		"after Okta has added it, the answer lost": {
			breakIt: func(_ *testing.T, r *keyRotation) {
				r.sim.InjectFault(oktasim.Fault{Kind: oktasim.FaultDropAfter, Method: "POST", Path: jwks})
				r.sim.InjectFault(oktasim.Fault{Kind: oktasim.FaultErrorBefore, Method: "GET", Path: "/api/v1/apps/*", Skip: 2, Status: http.StatusForbidden})
			},
			says: `Whether\s+the\s+JSON\s+Web\s+Key\s+was\s+created`, uses: 1,
		},
		"after adding, before the switch": {
			breakIt: func(t *testing.T, r *keyRotation) { inTheWay(t, obstacle(r, "current.next")) },
			mendIt:  func(t *testing.T, r *keyRotation) { outOfTheWay(t, filepath.Join(r.directory, "current.next")) },
			says:    `local-exec`, uses: 1,
		},
		"after the switch, before the old key's end": {
			breakIt: func(_ *testing.T, r *keyRotation) {
				r.sim.InjectFault(oktasim.Fault{Kind: oktasim.FaultErrorBefore, Method: "POST", Path: jwks + "/*/lifecycle/deactivate", Status: http.StatusForbidden})
			},
			says: `403`, uses: 2,
		},
		"between deactivation and deletion of the old key": {
			breakIt: func(_ *testing.T, r *keyRotation) {
				r.sim.InjectFault(oktasim.Fault{Kind: oktasim.FaultErrorBefore, Method: "DELETE", Path: jwks + "/*", Status: http.StatusForbidden})
			},
			says: `403`, uses: 2,
		},
	}
	for name, interruption := range interruptions {
		t.Run(name, func(t *testing.T) {
			r := newKeyRotation(t)
			first, interrupted, next, last := r.step(1), r.step(2), r.step(2), r.step(2)
			interrupted.PreConfig = func() {
				r.login(t, "at the beginning")
				interruption.breakIt(t, r)
			}
			interrupted.ExpectError = regexp.MustCompile(interruption.says)
			next.PreConfig = func() {
				r.sim.ClearFaults()
				r.login(t, "after the interruption")
				r.uses(t, interruption.uses)
				if interruption.mendIt != nil {
					interruption.mendIt(t, r)
				}
			}
			last.PreConfig = func() {
				r.login(t, "after the next apply")
				r.uses(t, 2)
				if keys := r.app.Keys(t); len(keys) != 2 { // with the one the app was born with
					t.Errorf("the app has %d keys, want its first one and the new one", len(keys))
				}
			}
			resource.Test(t, resource.TestCase{
				ProtoV6ProviderFactories: acctest.Factories(),
				TerraformVersionChecks:   []tfversion.TerraformVersionCheck{tfversion.SkipBelow(tfversion.Version1_11_0)},
				Steps:                    []resource.TestStep{first, interrupted, next, last},
			})
		})
	}
}

func inTheWay(t *testing.T, file string) {
	t.Helper()
	if err := os.MkdirAll(file, 0o700); err != nil {
		t.Fatal(err)
	}
}

func outOfTheWay(t *testing.T, path string) {
	t.Helper()
	if err := os.RemoveAll(path); err != nil {
		t.Fatal(err)
	}
}
