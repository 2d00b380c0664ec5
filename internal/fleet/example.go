// SPDX-License-Identifier: MPL-2.0

package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"

	"github.com/oktacreds/terraform-provider-oktacreds/internal/terraformcli"
)

// fleet is the example at work.
type fleet struct{ terraformcli.Workspace }

// newFleet copies the example into a folder.
func newFleet(terraform terraformcli.Workspace, example, dir, url string) (fleet, error) {
	work := terraform.In(dir, "OKTA_HTTP_PROXY="+url, "OKTA_API_TOKEN="+apiToken)
	return fleet{work}, os.CopyFS(dir, os.DirFS(example))
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
