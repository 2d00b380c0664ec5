package provider

import (
	"fmt"
	"slices"
	"sync"

	"github.com/hashicorp/terraform-plugin-framework/diag"
)

// claim is what one object of the configuration says about an app while it is
// planned.
type claim struct {
	object string   // its type
	id     string   // of the credential it manages; empty if it is yet to be created
	only   []string // the ids that may exist, for an object that is exclusive
}

func (c claim) String() string {
	if c.id == "" {
		return c.object
	}
	return c.object + " (" + c.id + ")"
}

// The objects that make claims.
const (
	secretObject            = "oktacreds_app_client_secret"
	rotationObject          = "oktacreds_app_client_secret_rotation"
	secretsExclusiveObject  = "oktacreds_app_client_secrets_exclusive"
	keyObject               = "oktacreds_app_jwk"
	keysExclusiveObject     = "oktacreds_app_jwks_exclusive"
	jwksURIObject           = "oktacreds_app_jwks_uri"
	exclusiveAdvice         = "Add the id to the list of the exclusive resource, or remove the other resource."
	rotationAndSecretAdvice = "The rotation manages both places of the app. Keep one of the two; to give a secret over to the rotation, remove its resource with on_destroy = \"retain\" " +
		"or with a removed block."
)

// conflicts are the pairs that fight over an app. Each pair is looked up both
// ways round.
var conflicts = []struct {
	one, other string
	fight      func(one, other claim) bool
	advice     string
}{
	{rotationObject, secretObject, func(claim, claim) bool { return true }, rotationAndSecretAdvice},
	{secretsExclusiveObject, secretObject, isLeftOut, exclusiveAdvice},
	{keysExclusiveObject, keyObject, isLeftOut, exclusiveAdvice},
}

func isLeftOut(exclusive, credential claim) bool {
	return credential.id != "" && !slices.Contains(exclusive.only, credential.id)
}

// claims collects what the objects of one run say, so that two that fight over
// an app are found in the plan, whichever of them is planned last. It lives as
// long as the provider's process, which Terraform starts for every command.
type claims struct {
	mu    sync.Mutex
	byApp map[string][]claim
}

// add records a claim and returns an error that names both sides if another
// object stands against it.
func (c *claims) add(app string, added claim) (diags diag.Diagnostics) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.byApp == nil {
		c.byApp = map[string][]claim{}
	}
	for _, held := range c.byApp[app] {
		for _, pair := range conflicts {
			if pair.one == added.object && pair.other == held.object && pair.fight(added, held) ||
				pair.one == held.object && pair.other == added.object && pair.fight(held, added) {
				diags.AddError("Two resources fight over app "+app,
					fmt.Sprintf("%s and %s can't both have their way. %s", added, held, pair.advice))
			}
		}
	}
	c.byApp[app] = append(c.byApp[app], added)
	return diags
}

// any tells whether one of the objects has been planned for the app.
func (c *claims) any(app string, objects ...string) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return slices.ContainsFunc(c.byApp[app], func(held claim) bool { return slices.Contains(objects, held.object) })
}
