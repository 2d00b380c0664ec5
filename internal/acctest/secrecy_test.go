// SPDX-License-Identifier: MPL-2.0

package acctest

import (
	"archive/zip"
	"bytes"
	"encoding/base64"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/oktacreds/terraform-provider-oktacreds/internal/oktasim"
)

// A search that finds nothing proves nothing unless it would find something.
func TestSearch_FindsWhatIsPlanted(t *testing.T) {
	org := oktasim.New(oktasim.Options{})
	secret := org.Secrets(org.AddApp(oktasim.AppOptions{}).ID)[0].Value
	remember(t.Name(), org)
	remember(t.Name(), oktasim.New(oktasim.Options{APIToken: "~tiny~"}))
	usual := many
	t.Cleanup(func() { many = usual })
	for way, limit := range map[string]int{"one by one": 1000, "by their beginnings": 0} {
		many = limit
		t.Run(way, func(t *testing.T) { findsWhatIsPlanted(t, secret) })
	}
}

func findsWhatIsPlanted(t *testing.T, secret string) {
	t.Helper()
	name, _, _ := strings.Cut(t.Name(), "/")
	state := func(attributes, more string) string {
		return fmt.Sprintf(`{"resources":[{"type":"oktacreds_app_client_secret","instances":[{"attributes":{%s}%s}]}]}`, attributes, more)
	}
	held := state(fmt.Sprintf(`"client_secret":%q`, secret), "")
	for what, test := range map[string]struct {
		files map[string]string
		leaks int
	}{
		"the log of the test":                  {map[string]string{name + ".log": "[TRACE] " + secret}, 1},
		"the log of a part of the test":        {map[string]string{name + "__part.log": secret}, 1},
		"the log of a command":                 {map[string]string{"run1/terraform.log": secret}, 1},
		"a private key in a log":               {map[string]string{"x.log": "-----BEGIN RSA PRIVATE KEY-----"}, 1},
		"the org's token in a log":             {map[string]string{"x.log": "SSWS " + simToken}, 1},
		"a short token, at the end of a log":   {map[string]string{"x.log": "SSWS ~tiny~"}, 1},
		"a log that has it twice":              {map[string]string{"x.log": secret + secret}, 1},
		"a state where it may be":              {map[string]string{"terraform.tfstate": held}, 0},
		"a state in another attribute":         {map[string]string{"terraform.tfstate": state(fmt.Sprintf(`"secret_hash":%q`, secret), "")}, 1},
		"a state that omits it":                {map[string]string{"terraform.tfstate": state(fmt.Sprintf(`"client_secret":%q,"omit_secret":true`, secret), "")}, 1},
		"an output":                            {map[string]string{"terraform.tfstate": fmt.Sprintf(`{"outputs":{"x":{"value":%q}}}`, secret)}, 1},
		"private state":                        {map[string]string{"terraform.tfstate": state("", fmt.Sprintf(`,"private":"%s"`, encoded(secret)))}, 1},
		"a backup of the state":                {map[string]string{"terraform.tfstate.backup": fmt.Sprintf(`{"outputs":{"x":{"value":%q}}}`, secret)}, 1},
		"a plan":                               {map[string]string{"tfplan": planned(t, map[string]string{"tfplan": secret})}, 1},
		"a plan whose state may have it":       {map[string]string{"tfplan": planned(t, map[string]string{"tfplan": secret, "tfstate": held})}, 0},
		"a plan, after whose apply it may be":  {map[string]string{"tfplan": planned(t, map[string]string{"tfplan": secret}), "terraform.tfstate": held}, 0},
		"a plan's copy of the configuration":   {map[string]string{"tfplan": planned(t, map[string]string{"tfconfig/m-/main.tf": secret})}, 0},
		"what Terraform and we did not write":  {map[string]string{"main.tf": secret}, 0},
		"two files":                            {map[string]string{"a/terraform.log": secret, "b/terraform.log": secret}, 2},
		"a state that is none of Terraform's":  {map[string]string{"terraform.tfstate": "no JSON"}, 1},
		"a plan that is none of Terraform's":   {map[string]string{"tfplan": "no archive"}, 1},
		"nothing but what it should look like": {map[string]string{"x.log": "all is well", "terraform.tfstate": state(`"id":"ocs1"`, "")}, 0},
	} {
		dir := t.TempDir()
		for file, content := range test.files {
			path := filepath.Join(dir, file)
			if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
				t.Fatal(err)
			}
		}
		leaks, _, _ := search(dir)
		if len(leaks) != test.leaks {
			t.Errorf("%s: %d leaks, want %d: %q", what, len(leaks), test.leaks, leaks)
		}
		if strings.Contains(fmt.Sprint(leaks), secret) {
			t.Errorf("%s: it prints the secret that has leaked", what)
		}
	}
}

// encoded is how a state holds a resource's private part.
func encoded(text string) string { return base64.StdEncoding.EncodeToString([]byte(text)) }

// planned is a saved plan with these parts.
func planned(t *testing.T, parts map[string]string) string {
	t.Helper()
	var out bytes.Buffer
	archive := zip.NewWriter(&out)
	for name, content := range parts {
		part, err := archive.Create(name)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := part.Write([]byte(content)); err != nil {
			t.Fatal(err)
		}
	}
	if err := archive.Close(); err != nil {
		t.Fatal(err)
	}
	return out.String()
}
