// SPDX-License-Identifier: MPL-2.0

package provider_test

import (
	"encoding/base64"
	"encoding/json"
	"net/http"
	"os"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/oktacreds/terraform-provider-oktacreds/internal/acctest"
)

// oldState is the state that Terraform 1.5.7 has written of the objects of newOldObjects. It has no identities, which
// came with 1.12. What differs from org to org (ids, hashes, times) stands there as a name in braces, in private state as
// well. The secret and the key were imported, and the rotation has created its current secret.
const oldState = "testdata/state-terraform-1.5.7.txt"

// oldObjects is the org of that state, and its configuration.
type oldObjects struct {
	org     *acctest.Org
	rotated *acctest.App
	config  string
	names   map[string]string // what each name of the state stands for
}

func newOldObjects(t *testing.T, org *acctest.Org) oldObjects {
	t.Helper()
	one, rotated := org.NewApp(t, "client_secret_basic"), org.NewApp(t, "client_secret_basic")
	o := oldObjects{org: org, rotated: rotated, names: map[string]string{"{secret app}": one.ID, "{rotation app}": rotated.ID}}
	// No two times are the same, so that each has one name.
	for i, app := range []*acctest.App{one, rotated} {
		org.Sim(t).Age(app.ID, time.Duration(i+1)*time.Hour)
		o.secret(t, []string{"secret", "previous"}[i], app, 0)
	}
	keyed, published := org.NewApp(t, "private_key_jwt"), org.NewApp(t, "client_secret_basic")
	first := keyed.Keys(t)[0].ID
	held := keyed.AddKey(t, json.RawMessage(strings.Replace(rfcEC, `"use":"enc"`, `"use":"sig"`, 1)))
	keyed.Delete(t, "jwks", first)
	published.SetJWKSURI(t, "https://keys.example/jwks.json")
	o.names["{key app}"], o.names["{key}"], o.names["{published app}"] = keyed.ID, held.ID, published.ID
	org.Sim(t).Age(keyed.ID, 3*time.Hour)
	o.created("key", org.Sim(t).Keys(keyed.ID)[0].Created)
	resp, err := http.Get(org.URL + wellKnownOrg)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = resp.Body.Close() }()
	var okta struct{ ID string }
	if err := json.NewDecoder(resp.Body).Decode(&okta); err != nil {
		t.Fatal(err)
	}
	o.names["{org}"], o.names["{host}"] = okta.ID, strings.TrimPrefix(org.URL, "http://")
	o.config = block("oktacreds_app_client_secret", one, "rotate_after = \"90d\"") +
		block("oktacreds_app_client_secrets_exclusive", one, "ids = [oktacreds_app_client_secret.test.id]") +
		block("oktacreds_app_client_secret_rotation", rotated, "rotate_after = \"90d\"") +
		block("oktacreds_app_jwk", keyed, "jwk = jsonencode("+strings.Replace(rfcEC, `"use":"enc"`, `"use":"sig"`, 1)+")") +
		block("oktacreds_app_jwks_exclusive", keyed, "ids = [oktacreds_app_jwk.test.id]") +
		block("oktacreds_app_client_auth", keyed, set("token_endpoint_auth_method", "private_key_jwt")) +
		block("oktacreds_app_jwks_uri", published, set("jwks_uri", "https://keys.example/jwks.json"))
	return o
}

// secret gives names to what is known of a secret of the app.
func (o oldObjects) secret(t *testing.T, name string, app *acctest.App, index int) {
	t.Helper()
	held := app.Secrets(t)[index]
	o.names["{"+name+"}"], o.names["{"+name+" hash}"] = held.ID, held.Hash
	o.created(name, o.org.Sim(t).Secrets(app.ID)[index].Created)
}

func (o oldObjects) created(name string, at time.Time) {
	o.names["{"+name+" created}"], o.names["{"+name+" version}"] = at.UTC().Format(time.RFC3339), strconv.FormatInt(at.Unix(), 10)
}

// private changes the private state of each object in a state file.
func private(t *testing.T, state string, change func(string) string) string {
	t.Helper()
	var file map[string]any
	if err := json.Unmarshal([]byte(state), &file); err != nil {
		t.Fatal(err)
	}
	for _, r := range file["resources"].([]any) {
		for _, i := range r.(map[string]any)["instances"].([]any) {
			instance := i.(map[string]any)
			content, err := base64.StdEncoding.DecodeString(instance["private"].(string))
			if err != nil {
				t.Fatal(err)
			}
			var members map[string][]byte // in base64 once more
			if err := json.Unmarshal(content, &members); err != nil {
				t.Fatal(err)
			}
			for name, member := range members {
				members[name] = []byte(change(string(member)))
			}
			instance["private"] = base64.StdEncoding.EncodeToString([]byte(acctest.Marshal(t, members)))
		}
	}
	return acctest.Marshal(t, file)
}

// A state outlives the CLI that has written it: a newer one, and OpenTofu, finds nothing to change in it, and destroys
// what it says.
func TestAccStateOfTerraform15_PlansToNothing(t *testing.T) {
	org := acctest.NewOrg(t)
	objects := newOldObjects(t, org)
	objects.rotated.AddSecret(t, "the current secret of the rotation") // which the recorded apply had created
	objects.secret(t, "current", objects.rotated, 1)
	recorded, err := os.ReadFile(oldState)
	if err != nil {
		t.Fatal(err)
	}
	var pairs []string
	for name, value := range objects.names {
		pairs = append(pairs, name, value)
	}
	fill := strings.NewReplacer(pairs...).Replace
	terraform := newAnyCLI(t, org)
	terraform.write(t, "objects.tf", objects.config)
	terraform.write(t, "terraform.tfstate", private(t, fill(string(recorded)), fill))
	if code := terraform.exitCode(t, "plan", "-detailed-exitcode"); code != 0 {
		t.Errorf("the exit code of the plan is %d: %s", code, terraform.must(t, "plan"))
	}
	terraform.must(t, "apply", "-auto-approve")
	if listed := terraform.must(t, "state", "list"); strings.Count(listed, "oktacreds_") != 7 {
		t.Errorf("the state has %s", listed)
	}
	terraform.must(t, "destroy", "-auto-approve")
}
