// SPDX-License-Identifier: MPL-2.0

package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/oktacreds/terraform-provider-oktacreds/internal/terraformcli"
)

// fleet is the example at work.
type fleet struct{ terraformcli.Workspace }

// newFleet copies the example into a folder. bin is where the provider was built.
func newFleet(cli terraformcli.CLI, bin, example, dir, url string) (fleet, error) {
	if err := os.CopyFS(dir, os.DirFS(example)); err != nil {
		return fleet{}, err
	}
	override, err := terraformcli.Override(bin)
	return fleet{terraformcli.Workspace{
		CLI: cli, Dir: dir, Env: terraformcli.Environment(override, "OKTA_HTTP_PROXY="+url, "OKTA_API_TOKEN="+apiToken),
	}}, err
}

// apply plans and applies, as a scheduled pipeline does.
func (f fleet) apply(ctx context.Context) error {
	_, err := f.Must(ctx, "apply", "-auto-approve", "-input=false", "-no-color")
	return err
}

// output reads one of the example's outputs.
func (f fleet) output(ctx context.Context, name string, into any) error {
	said, err := f.Command(ctx, "output", "-json", name).Output()
	if err != nil {
		return fmt.Errorf("terraform output: %w", err)
	}
	return json.Unmarshal(said, into)
}

// hides fails if a file that Terraform wrote, such as its state, contains one of the values.
func (f fleet) hides(values []string) error {
	return filepath.WalkDir(f.Dir, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || !entry.Type().IsRegular() {
			return err
		}
		content, err := os.ReadFile(path) //nolint:gosec // a file of the simulation
		for _, value := range values {
			// Half of a secret is too much already, and short enough for the fast search of package bytes.
			if bytes.Contains(content, []byte(value[:len(value)/2])) {
				return fmt.Errorf("%s contains a secret", path)
			}
		}
		return err
	})
}
