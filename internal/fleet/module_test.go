// SPDX-License-Identifier: MPL-2.0

package main

import (
	"context"
	"fmt"
	"maps"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/oktacreds/terraform-provider-oktacreds/internal/oktasim"
)

// module is the example with its own variables and a few apps, the first of which has a secret that is a year old.
type module struct {
	fleet
	t   *testing.T
	org *org
}

func newModule(t *testing.T, apps int) *module {
	t.Helper()
	terraform := commandLine(t)
	dir := t.TempDir()
	organization, err := newOrg(plan{apps: apps, rotateAfter: 90 * day, overlap: 6 * day, grace: 6 * day}, filepath.Join(dir, "store"))
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(organization)
	t.Cleanup(server.Close)
	work, err := newFleet(terraform, filepath.Join("..", "..", "examples", "fleet"), filepath.Join(dir, "fleet"), server.URL)
	if err != nil {
		t.Fatal(err)
	}
	return &module{work, t, organization}
}

// apply applies the example to the apps, each with what the configuration says about it, and to variables.
func (m *module) apply(apps map[string]map[string]any, variables map[string]any) {
	m.t.Helper()
	receivers := map[string]any{}
	for _, app := range m.org.apps {
		if apps[app.name] != nil {
			apps[app.name]["app_id"] = app.ID
			receivers[app.name] = map[string]any{"app": app.name, "path": app.file}
		}
	}
	all := map[string]any{"apps": apps, "receivers": receivers}
	maps.Copy(all, variables)
	if err := m.SetVariables(all); err != nil {
		m.t.Fatal(err)
	}
	if err := m.fleet.apply(m.t.Context()); err != nil {
		m.t.Fatal(err)
	}
}

// read reads an output.
func read[T any](m *module, output string) (value T) {
	m.t.Helper()
	if err := m.output(m.t.Context(), output, &value); err != nil {
		m.t.Fatal(err)
	}
	return value
}

// holds are how many secrets each app has, and whether its receiver has the newest.
func (m *module) holds() (found []string) {
	m.t.Helper()
	for _, app := range m.org.apps {
		secrets := m.org.sim.Secrets(app.ID)
		stored, err := os.ReadFile(app.file)
		if err != nil {
			m.t.Fatal(err)
		}
		newest := slices.MaxFunc(secrets, func(a, b oktasim.Secret) int { return a.Created.Compare(b.Created) })
		found = append(found, fmt.Sprintf("%s %d %t", app.name, len(secrets), string(stored) == newest.Value))
	}
	return found
}

func (m *module) expect(when string, want ...string) {
	m.t.Helper()
	if diff := cmp.Diff(want, m.holds()); diff != "" {
		m.t.Errorf("%s: apps, how many secrets each has, and whether its receiver has the newest (-want +got):\n%s", when, diff)
	}
}

func TestAccExampleFleet_AnAppThatIsHeld_DoesNotRotateUntilItIsReleased(t *testing.T) {
	t.Parallel()
	m := newModule(t, 3) // a year, eight months and four months old
	m.apply(map[string]map[string]any{"app-00": {"hold": true}, "app-01": {}, "app-02": {"rotate_after": "30w"}}, nil)
	m.expect("one is held, and one has a longer age", "app-00 1 true", "app-01 2 true", "app-02 1 true")
	if diff := cmp.Diff([]string{"app-00"}, read[[]string](m, "overdue")); diff != "" {
		t.Errorf("overdue (-want +got):\n%s", diff)
	}
	m.apply(map[string]map[string]any{"app-00": {}, "app-01": {}, "app-02": {"rotate_after": "30w"}}, nil)
	m.expect("it is released", "app-00 2 true", "app-01 2 true", "app-02 1 true")
	if overdue := read[[]string](m, "overdue"); len(overdue) > 0 {
		t.Errorf("%q are overdue", overdue)
	}
}

func TestAccExampleFleet_WithoutImport_TheFirstApplyReplacesYoungSecretsToo(t *testing.T) {
	t.Parallel()
	m := newModule(t, 2)
	m.org.sim.SetNow(m.org.sim.Secrets(m.org.apps[1].ID)[0].Created.Add(day)) // no secret of app-01 is older
	m.apply(map[string]map[string]any{"app-01": {}}, nil)
	m.expect("with import", "app-00 1 true", "app-01 1 true")
	m.apply(map[string]map[string]any{"app-00": {"rotate_after": "500d"}, "app-01": {}}, map[string]any{"import_existing": false})
	m.expect("without", "app-00 2 true", "app-01 1 true")
}

func TestAccExampleFleet_OutputsSayWhatIsBlockedUnmanagedAndNext(t *testing.T) {
	t.Parallel()
	m := newModule(t, 3)
	other := m.org.sim.AddApp(oktasim.AppOptions{Label: "app-with-keys", AuthMethod: "private_key_jwt"})
	off := m.org.sim.AddApp(oktasim.AppOptions{Label: "app-that-is-off"})
	m.org.sim.AddApp(oktasim.AppOptions{Label: "another-team"})
	if err := m.org.sim.SetAppStatus(off.ID, "INACTIVE"); err != nil {
		t.Fatal(err)
	}
	apps := map[string]map[string]any{"app-00": {}, "app-02": {"rotate_after": "300d"}}
	m.apply(apps, map[string]any{"label_prefix": "app-"})
	if _, err := m.org.sim.AddSecret(m.org.apps[2].ID, "", ""); err != nil { // somebody, in the Admin Console
		t.Fatal(err)
	}
	m.apply(apps, map[string]any{"label_prefix": "app-"})

	unmanaged := m.org.apps[1]
	if diff := cmp.Diff(map[string]string{fmt.Sprintf("app-01 (%s)", unmanaged.ID): unmanaged.ID}, read[map[string]string](m, "unmanaged")); diff != "" {
		t.Errorf("unmanaged, without %s and %s (-want +got):\n%s", other.ID, off.ID, diff)
	}
	next := read[map[string]*string](m, "next")
	if next["app-00"] == nil || next["app-02"] != nil || len(next) != 2 {
		t.Errorf("next is %v, want a time for app-00, and none for app-02, which is blocked", next)
	}
	blocked := read[map[string]string](m, "blocked")
	if len(blocked) != 1 || blocked["app-02"] == "" {
		t.Errorf("blocked is %q, want app-02", blocked)
	}
	want := []string{
		"| App | Phase | Secret created | Rotates at | Overdue | Blocked by |", "|---|---|---|---|---|---|",
		"app-00;overlap;no;-", "app-02;steady;no;" + blocked["app-02"],
	}
	report := strings.Split(strings.TrimSuffix(m.report(), "\n"), "\n")
	for i := 2; i < len(report); i++ { // times differ from run to run
		cells := strings.Split(strings.Trim(report[i], "| "), " | ")
		if len(cells) != 6 || cells[2] == "-" || cells[3] == "-" {
			t.Fatalf("a row of the report: %q", report[i])
		}
		report[i] = strings.Join(slices.Delete(cells, 2, 4), ";")
	}
	if diff := cmp.Diff(want, report); diff != "" {
		t.Errorf("report (-want +got):\n%s", diff)
	}
	if leaks, err := m.Leaks(m.org.sim.Values(), nil); err != nil || len(leaks) > 0 {
		t.Errorf("a secret stands in %q (%v)", leaks, err)
	}
}

// report is what the README says to print.
func (m *module) report() string {
	m.t.Helper()
	said, err := m.Command(context.WithoutCancel(m.t.Context()), "output", "-raw", "report").Output()
	if err != nil {
		m.t.Fatal(err)
	}
	return string(said)
}
