package provider

import (
	"cmp"
	"context"
	"crypto/rand"
	"fmt"
	"slices"
	"strings"
	"sync"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/resource"
)

// claim is what one object of the configuration says about an app while it is
// planned.
type claim struct {
	object string   // its type
	id     string   // of the credential it manages; empty if it is yet to be created
	value  string   // what it sets, where it manages no credential
	only   []string // the ids that may exist, for an object that is exclusive; nil while they are not known
	logsIn bool     // with what it brings, a client can log in under private_key_jwt
	again  bool     // the object has claimed before in this run, see [claims.again]
}

func (c claim) String() string {
	if what := cmp.Or(c.id, c.value, strings.Join(c.only, ", ")); what != "" {
		return c.object + " (" + what + ")"
	}
	return c.object
}

// The objects that make claims.
const (
	secretObject            = "oktacreds_app_client_secret"
	rotationObject          = "oktacreds_app_client_secret_rotation"
	secretsExclusiveObject  = "oktacreds_app_client_secrets_exclusive"
	keyObject               = "oktacreds_app_jwk"
	keysExclusiveObject     = "oktacreds_app_jwks_exclusive"
	jwksURIObject           = "oktacreds_app_jwks_uri"
	clientAuthObject        = "oktacreds_app_client_auth"
	exclusiveAdvice         = "Add the id to the list of the exclusive resource, or remove the other resource."
	rotationAndSecretAdvice = "The rotation manages both places of the app. Keep one of the two; to give a secret over to the rotation, remove its resource with on_destroy = \"retain\" " +
		"or with a removed block."
	keyAndURIAdvice = "Okta keeps either a JWKS URI or saved keys, and deletes the saved keys when it gets the URI. Keep one of the two; " +
		"to go over to the URI, publish the key there and remove its resource."
	oneOfAKindAdvice = "An app has room for one of this kind. Look for its app_id in the configuration, and remove one of the two."
)

// conflicts are the pairs that fight over an app. Each pair is looked up both
// ways round.
var conflicts = []struct {
	one, other string
	fight      func(one, other claim) bool
	advice     string
}{
	{rotationObject, secretObject, always, rotationAndSecretAdvice},
	{secretsExclusiveObject, secretObject, isLeftOut, exclusiveAdvice},
	{keysExclusiveObject, keyObject, isLeftOut, exclusiveAdvice},
	{jwksURIObject, keyObject, always, keyAndURIAdvice},
	{rotationObject, rotationObject, always, oneOfAKindAdvice},
	{secretsExclusiveObject, secretsExclusiveObject, always, oneOfAKindAdvice},
	{keysExclusiveObject, keysExclusiveObject, always, oneOfAKindAdvice},
	{jwksURIObject, jwksURIObject, always, oneOfAKindAdvice},
	{clientAuthObject, clientAuthObject, always, oneOfAKindAdvice},
}

func always(claim, claim) bool { return true }

func isLeftOut(exclusive, credential claim) bool {
	return exclusive.only != nil && credential.id != "" && !slices.Contains(exclusive.only, credential.id)
}

// claims collects what the objects of one run say, so that two that fight over
// an app are found in the plan, whichever of them is planned last. Only what is
// to exist after the apply makes a claim: what is destroyed makes none. It lives
// as long as the provider's process, which Terraform starts for every command.
type claims struct {
	mu    sync.Mutex
	run   string // names this run in private state
	byApp map[string][]claim
}

// keyClaimedIn is where private state keeps the run in which an object has made
// its claim.
const keyClaimedIn = "claimed_in"

// again tells whether the object has made its claim in this run already, for
// objects of which an app has one.
//
// Terraform plans an object once. A replacement (by a changed app_id, or asked
// for with -replace) it plans twice: with the prior state, and then as if new,
// but with the private state that the first call has planned. So the first call
// leaves the name of the run there. What a new object, a tainted one, or one
// that was found gone comes with is nothing, or the name of an earlier run. At
// apply, another run, each object is planned once.
func (c *claims) again(ctx context.Context, req resource.ModifyPlanRequest, resp *resource.ModifyPlanResponse) bool {
	c.mu.Lock()
	if c.run == "" {
		c.run = rand.Text()
	}
	run := c.run
	c.mu.Unlock()
	if !req.State.Raw.IsNull() {
		setPrivate(ctx, resp.Private, keyClaimedIn, run, &resp.Diagnostics)
		return false
	}
	claimedIn, _ := getPrivate[string](ctx, req.Private, keyClaimedIn, &resp.Diagnostics)
	return claimedIn == run
}

// add records a claim and returns an error that names both sides if another
// object stands against it.
func (c *claims) add(app string, added claim) (diags diag.Diagnostics) {
	if added.again {
		return nil
	}
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

// logIn tells whether something is planned for the app with which a client can
// log in under private_key_jwt.
func (c *claims) logIn(app string) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return slices.ContainsFunc(c.byApp[app], func(held claim) bool { return held.logsIn })
}
