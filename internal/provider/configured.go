// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"context"
	"fmt"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/resource"
)

// configured is what Configure leaves in every object.
type configured struct{ *data }

// configure takes the provider's data; there is none yet when Terraform only
// validates.
func (c *configured) configure(providerData any, diags *diag.Diagnostics) {
	if providerData == nil {
		return
	}
	shared, ok := providerData.(*data)
	if !ok {
		diags.AddError("Unexpected provider data", fmt.Sprintf("The provider handed over %T. This is a bug of the provider.", providerData))
		return
	}
	c.data = shared
}

// Configure adopts the provider's client.
func (c *configured) Configure(_ context.Context, req resource.ConfigureRequest, resp *resource.ConfigureResponse) {
	c.configure(req.ProviderData, &resp.Diagnostics)
}

// dataSource is what Configure leaves in every data source.
type dataSource struct{ configured }

// Configure adopts the provider's client.
func (d *dataSource) Configure(_ context.Context, req datasource.ConfigureRequest, resp *datasource.ConfigureResponse) {
	d.configure(req.ProviderData, &resp.Diagnostics)
}

// ready tells whether Okta can be asked: not while the provider's own
// configuration is still unknown.
func (c *configured) ready() bool { return c.data != nil && c.client != nil }

// requireOrg adds an error while the provider's own configuration is unknown, for
// an operation that can't do without Okta.
func (c *configured) requireOrg(diags *diag.Diagnostics) bool {
	if !c.ready() {
		diags.AddError("The oktacreds provider is not configured yet",
			"Its configuration depends on something that is known only after apply, and this has to ask Okta. "+
				"Apply that first: terraform apply -target=ADDRESS.")
	}
	return c.ready()
}

// defaultTimeout is long because a rate limit of ten requests a minute, shared by
// the apps of a run, is waited for within it.
const defaultTimeout = 20 * time.Minute

// begin bounds an operation by the time-out that its timeouts give. It may go on
// (ok) if nothing was found wrong so far and there is an org to ask.
func (c *configured) begin(
	ctx context.Context, given func(context.Context, time.Duration) (time.Duration, diag.Diagnostics), diags *diag.Diagnostics,
) (bounded context.Context, end context.CancelFunc, ok bool) {
	timeout, more := given(ctx, defaultTimeout)
	diags.Append(more...)
	if diags.HasError() || !c.requireOrg(diags) {
		return ctx, func() {}, false
	}
	bounded, end = context.WithTimeout(ctx, timeout)
	return bounded, end, true
}

// creating is begin for a create of an object of the type: not if its plan has found a conflict that it could not
// fail for. It notes the org that the object will be in.
func (c *configured) creating(
	ctx context.Context, object, app string, given func(context.Context, time.Duration) (time.Duration, diag.Diagnostics), into privateWriter, diags *diag.Diagnostics,
) (bounded context.Context, end context.CancelFunc, ok bool) {
	if bounded, end, ok = c.begin(ctx, given, diags); ok {
		c.rememberOrg(bounded, into, diags)
		diags.Append(c.ledger.refusal(app, object)...)
	}
	return bounded, end, ok && !diags.HasError()
}

// changing is begin for a change of an object in state: only in the org that the object is in. With
// -refresh=false nothing else has looked.
func (c *configured) changing(
	ctx context.Context, given func(context.Context, time.Duration) (time.Duration, diag.Diagnostics), private privateState, diags *diag.Diagnostics,
) (bounded context.Context, end context.CancelFunc, ok bool) {
	bounded, end, ok = c.begin(ctx, given, diags)
	return bounded, end, ok && c.checkOrg(bounded, private, nil, diags)
}

// refreshing begins a refresh; it can go on if there is an org to ask. Else the
// object remains as it is in state: it can neither be looked at nor be given up.
func (c *configured) refreshing(ctx context.Context, identity any, resp *resource.ReadResponse) (ok bool) {
	// Before anything may remove the resource: see CONTRIBUTING.md.
	resp.Diagnostics.Append(resp.Identity.Set(ctx, identity)...)
	resp.Diagnostics.Append(c.ledger.refresh()...)
	if !c.ready() {
		resp.Diagnostics.AddWarning("Not refreshed: the oktacreds provider is not configured yet",
			"Its configuration depends on something that is known only after apply. This plan is made from the state alone; plan again after the apply.")
	}
	return c.ready() && c.checkOrg(ctx, resp.Private, resp.Private, &resp.Diagnostics)
}

// missing gives up an object that doesn't exist any more: the warning says why.
func (c *configured) missing(ctx context.Context, app string, warning diag.Diagnostic, resp *resource.ReadResponse) {
	c.ledger.miss(app)
	resp.Diagnostics.Append(warning)
	resp.State.RemoveResource(ctx)
	// Terraform hands the private state on to the plan that creates the object again, which would
	// take it for a replacement.
	resp.Diagnostics.Append(resp.Private.SetKey(ctx, keyFacts, nil)...)
}

// planErrors returns what a plan finds wrong with a new object. The errors remain errors only with
// proof that this is a plan, see [ledger.planning], and never for an app of which an object was found
// missing, see [ledger.isMissing]. Otherwise they become warnings, and Create refuses before it sends
// anything.
func (c *configured) planErrors(app string, proof bool, found diag.Diagnostics) (diags diag.Diagnostics) {
	as := unlessDestroying
	switch {
	case c.ledger.isMissing(app):
		as = asWarning
	case !proof:
		as = c.ledger.planError
	}
	for _, d := range found {
		if d.Severity() == diag.SeverityError {
			d = as(d)
		}
		diags.Append(d)
	}
	return diags
}
