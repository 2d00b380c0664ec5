package provider_test

import (
	"net/http"

	"github.com/oktacreds/terraform-provider-oktacreds/internal/oktasim"
)

const secretsPath = "/api/v1/apps/*/credentials/secrets"

// forbid makes the org refuse everything that concerns secrets.
func forbid(sim *oktasim.Org) {
	sim.InjectFault(oktasim.Fault{Kind: oktasim.FaultErrorBefore, Path: secretsPath, Status: http.StatusForbidden})
}
