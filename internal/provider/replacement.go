// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/oktacreds/terraform-provider-oktacreds/internal/okta"
	"github.com/oktacreds/terraform-provider-oktacreds/internal/rotation"
)

// What the credentials that rotate by replacement share.

// What happens to a credential when its resource is replaced or destroyed.
const (
	onDestroyDelete     = "delete"
	onDestroyDeactivate = "deactivate"
	onDestroyRetain     = "retain"
)

// What a create may do when no slot is free.
const (
	whenFullFail           = "fail"
	whenFullDeleteInactive = "delete_inactive"
)

// keyFacts is where private state keeps what a refresh saw.
const keyFacts = "facts"

// lastCredential is the reason why a credential is left in Okta when its object is destroyed.
const lastCredential rotation.Reason = "last_credential"

// keyDestroy is where private state says whether a plan destroys the object for good, or replaces it by
// one of another app. Terraform asks for a plan of a destroy, and of the destroy of a deposed object,
// but not for one of the destroy half of a replacement, so that Delete can tell them apart. Each plan of
// an object in state says it, because a destroy that failed leaves it there.
const keyDestroy = "destroy"

// rotationAsked tells whether rotate_when_changed asks for a rotation. Adding or removing it doesn't:
// an imported credential has none, and writing it down must not rotate it.
func rotationAsked(plan, state types.Map) bool {
	return !plan.IsNull() && !state.IsNull() && !plan.Equal(state)
}

// lateArguments is the reason why a plan warns of an argument that changes too late.
const lateArguments rotation.Reason = "late_arguments"

// credentialEnd are the arguments that say how a credential ends.
type credentialEnd struct{ onDestroy, drain types.String }

// warnOfLateArguments warns of arguments that change in the plan that replaces the credential. Terraform deletes
// the old object with the arguments that are in state, and the provider isn't told of others.
func (c *configured) warnOfLateArguments(object, app, id string, state, plan credentialEnd) (diags diag.Diagnostics) {
	retains := state.onDestroy.ValueString() == onDestroyRetain
	for _, argument := range []struct {
		name        string
		matters     bool
		state, plan types.String
	}{{"on_destroy", true, state.onDestroy, plan.onDestroy}, {"drain", !retains, state.drain, plan.drain}} {
		if !argument.matters || argument.plan.Equal(argument.state) {
			continue
		}
		c.report(lateArguments, app, id)
		diags.AddWarning("The change of "+argument.name+" is too late for "+id+" of "+ownerOf(object).noun+" "+app,
			"This plan also replaces "+id+". The old credential is retired with the value that is in the state: "+argument.name+" = \""+argument.state.ValueString()+
				"\". If that isn't what you want, apply the change of "+argument.name+" first, and replace the credential in another apply.")
	}
	return diags
}

// retirement says how a credential is retired, by the arguments of its resource. placeholder makes what
// takes the place of the last active one where allowLast permits that.
func retirement(onDestroy types.String, allowLast types.Bool, placeholder func() (any, error)) okta.Retirement {
	how := okta.Retirement{KeepInactive: onDestroy.ValueString() == onDestroyDeactivate}
	if allowLast.ValueBool() {
		how.Placeholder = placeholder
	}
	return how
}

// mayRetire tells whether a destroyed object may take its credential along. It may not if this process
// has created or adopted that very credential for the object that replaces it. A process without a
// client has done neither.
func (c *configured) mayRetire(app, id string) bool {
	return c.data == nil || !c.ledger.isCurrent(app, id)
}

// retired turns the outcome of a retirement into a diagnostic. The last active credential, which Okta
// keeps, is left where the object is destroyed for good: it is deleted with its app, and refusing it
// would keep `terraform destroy` from reaching the app. In a replacement it is refused: there, the new
// credential has to come first.
func (c *configured) retired(ctx context.Context, object, noun, app, id string, err error, isLast bool, private privateState) (diags diag.Diagnostics) {
	forGood, _ := getPrivate[bool](ctx, private, keyDestroy, &diags)
	owner := ownerOf(object).noun
	switch {
	case err == nil:
	case isLast && forGood:
		c.report(lastCredential, app, id)
		diags.AddWarning("The last active "+noun+" of "+owner+" "+app+" was left in Okta",
			id+" is still valid. Okta deletes it together with the "+owner+". If you keep it and the "+noun+" must be revoked, import it, set allow_last_credential_destroy = true, apply, and destroy it:\n\n"+
				"  terraform import ADDRESS "+app+"/"+id)
	default:
		diags.Append(failure("retire "+noun+" "+id+" of "+owner+" "+app, err))
	}
	return diags
}
