// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework/diag"

	"github.com/oktacreds/terraform-provider-oktacreds/internal/okta"
	"github.com/oktacreds/terraform-provider-oktacreds/internal/rotation"
)

// keyOrg is where private state remembers the org that the object is in.
const keyOrg = "org"

// otherOrg is the reason of the error that the provider is configured for another org.
const otherOrg rotation.Reason = "other_org"

// checkOrg tells whether the provider asks the org that the object is in. In another
// one, everything would be missing, and state would be written without it. An object
// that was never asked about remembers the org from now on, if into is given.
func (c *configured) checkOrg(ctx context.Context, private privateState, into privateWriter, diags *diag.Diagnostics) (ok bool) {
	remembered, found := getPrivate[okta.Org](ctx, private, keyOrg, diags)
	switch {
	case diags.HasError():
		return false
	case !found:
		if into != nil {
			c.rememberOrg(ctx, into, diags)
		}
		return !diags.HasError()
	case remembered.Host == c.client.Host():
		return true
	}
	current := c.client.Org(ctx)
	if !remembered.Same(current) {
		c.report(otherOrg, "", "")
		diags.AddError("The provider is configured for another Okta org",
			"This object is in the org "+remembered.String()+", and the provider is configured for "+current.String()+". Nothing was read or changed. "+
				"Check org_name, base_url and http_proxy, and the environment variables OKTA_ORG_NAME, OKTA_BASE_URL and OKTA_HTTP_PROXY. "+
				"To give the object up on purpose, run: terraform state rm ADDRESS")
		return false
	}
	return true
}

// rememberOrg notes the org that an object is in. It costs one request a run.
func (c *configured) rememberOrg(ctx context.Context, into privateWriter, diags *diag.Diagnostics) {
	setPrivate(ctx, into, keyOrg, c.client.Org(ctx), diags)
}
