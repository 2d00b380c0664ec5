// SPDX-License-Identifier: MPL-2.0

// Command schemajson prints the provider's schema in the format of `terraform
// providers schema -json`, from which the documentation is generated.
//
// It asks the provider itself and needs no Terraform: a Terraform before 1.14
// leaves list resources and actions out without a word, and OpenTofu has none.
package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log"
	"os"

	tfjson "github.com/hashicorp/terraform-json"
	"github.com/hashicorp/terraform-plugin-go/tfprotov6"

	"github.com/oktacreds/terraform-provider-oktacreds/internal/provider"
)

func main() {
	log.SetFlags(0)
	server := provider.NewServer(&provider.Provider{Version: "dev"})
	if err := write(context.Background(), os.Stdout, server); err != nil {
		log.Fatalf("schemajson: %v", err)
	}
}

// write asks the provider for its schemas and writes them to w.
func write(ctx context.Context, w io.Writer, server tfprotov6.ProviderServer) error {
	schemas, err := server.GetProviderSchema(ctx, &tfprotov6.GetProviderSchemaRequest{})
	if err != nil {
		return fmt.Errorf("GetProviderSchema: %w", err)
	}
	identities, err := server.GetResourceIdentitySchemas(ctx, &tfprotov6.GetResourceIdentitySchemasRequest{})
	if err != nil {
		return fmt.Errorf("GetResourceIdentitySchemas: %w", err)
	}
	if err := errors.Join(failures(schemas.Diagnostics), failures(identities.Diagnostics)); err != nil {
		return err
	}

	encoder := json.NewEncoder(w)
	encoder.SetIndent("", "  ")
	// tfplugindocs looks the provider up by its bare name.
	return encoder.Encode(tfjson.ProviderSchemas{
		FormatVersion: "1.0",
		Schemas:       map[string]*tfjson.ProviderSchema{"oktacreds": newProviderSchema(schemas, identities)},
	})
}

// failures joins the errors among diagnostics; nil when there are none.
func failures(diagnostics []*tfprotov6.Diagnostic) error {
	var errs []error
	for _, d := range diagnostics {
		if d.Severity == tfprotov6.DiagnosticSeverityError {
			errs = append(errs, fmt.Errorf("%s: %s", d.Summary, d.Detail))
		}
	}
	return errors.Join(errs...)
}
