// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"context"
	"slices"
	"time"

	"github.com/hashicorp/terraform-plugin-framework-timeouts/resource/timeouts"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/oktacreds/terraform-provider-oktacreds/internal/okta"
)

func drainAttribute(of string) schema.StringAttribute {
	return durationAttribute("0s", "How long the replaced "+of+" remains valid after the new one was created, such as `15m`. The apply waits that long before it deactivates the old "+of+
		", so that consumers that cache it can pick up the new one. Counts toward `timeouts.delete`. A change applies from the next apply on, so make it in an apply before the one that replaces the "+of+". Default: `0s`.", durationValidator{})
}

// checkDrain refuses a drain that its timeout would end.
func checkDrain(ctx context.Context, drain types.String, limits timeouts.Value) (diags diag.Diagnostics) {
	if drain.IsNull() || drain.IsUnknown() || limits.IsUnknown() {
		return nil
	}
	var unreadable diag.Diagnostics // refused by their own validators
	limit, more := limits.Delete(ctx, defaultTimeout)
	unreadable.Append(more...)
	if wanted := durationOf(drain, &unreadable); !unreadable.HasError() && wanted >= limit {
		diags.AddAttributeError(path.Root("drain"), "drain must be shorter than timeouts.delete",
			"The destroy waits for drain within timeouts.delete, which is "+limit.String()+". Shorten drain, or set timeouts = { delete = \""+(wanted+defaultTimeout).String()+"\" }. "+
				"If consumers need hours or days, use oktacreds_app_client_secret_rotation, which spreads a rotation over several applies.")
	}
	return diags
}

// drained waits until the credential that replaces this one is as old as drain. Where everything ACTIVE is
// older than this one, nothing replaces it, and there is nothing to wait for.
func drained[C okta.Credential](ctx context.Context, c *configured, drain types.String, credentials *okta.Credentials[C], owner, id string) error {
	var unreadable diag.Diagnostics
	wanted := durationOf(drain, &unreadable)
	if wanted == 0 || unreadable.HasError() {
		return nil
	}
	present, err := credentials.List(ctx, owner) // a list has the times, which the app's document lacks
	switch {
	case okta.IsNotFound(err):
		return nil // it was deleted with all that it had
	case err != nil:
		return err
	}
	successor, ok := successorOf(present, id)
	if !ok {
		return nil
	}
	return c.wait(ctx, wanted-c.now().Sub(successor.Meta().Created))
}

// successorOf returns the newest of the other ACTIVE credentials, unless it is older than the one with the
// id. Okta's times have whole seconds [R]: one of the same second may have come later.
func successorOf[C okta.Credential](present []C, id string) (successor C, ok bool) {
	others := slices.DeleteFunc(active(present), func(credential C) bool { return credential.Meta().ID == id })
	old, found := find(present, id)
	successor, ok = newest(others)
	return successor, ok && found && !successor.Meta().Created.Before(old.Meta().Created)
}

// wait waits on a timer, or until the context is done.
func wait(ctx context.Context, d time.Duration) error {
	if d <= 0 {
		return ctx.Err()
	}
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}
