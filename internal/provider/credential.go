package provider

import (
	"context"
	"crypto"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strings"
	"sync"
	"time"

	"github.com/hashicorp/terraform-plugin-framework-timetypes/timetypes"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/oktacreds/terraform-provider-oktacreds/internal/jwk"
	"github.com/oktacreds/terraform-provider-oktacreds/internal/okta"
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

// Configure takes over the provider's client.
func (c *configured) Configure(_ context.Context, req resource.ConfigureRequest, resp *resource.ConfigureResponse) {
	c.configure(req.ProviderData, &resp.Diagnostics)
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

// refreshing begins a refresh; it can go on if there is an org to ask. Else the
// object stays as it is in state: it can neither be looked at nor be given up.
func (c *configured) refreshing(ctx context.Context, identity any, resp *resource.ReadResponse) (ok bool) {
	// Before anything may remove the resource: see CONTRIBUTING.md.
	resp.Diagnostics.Append(resp.Identity.Set(ctx, identity)...)
	c.refreshed.Store(true)
	if !c.ready() {
		resp.Diagnostics.AddWarning("Not refreshed: the oktacreds provider is not configured yet",
			"Its configuration depends on something that is known only after apply. This plan is made from the state alone; plan again after the apply.")
	}
	return c.ready()
}

// vanish gives up an object that was found gone: the warning says why.
func (c *configured) vanish(ctx context.Context, app string, warning diag.Diagnostic, resp *resource.ReadResponse) {
	c.vanished.add(app)
	resp.Diagnostics.Append(warning)
	resp.State.RemoveResource(ctx)
	// Terraform hands the private state on to the plan that makes the object
	// anew, which would take it for a replacement.
	for _, key := range []string{keyFacts, keyPending} {
		resp.Diagnostics.Append(resp.Private.SetKey(ctx, key, nil)...)
	}
}

// soften makes warnings of what a plan finds wrong with creating an object that
// this run has just found gone. Terraform plans it anew even on the way to
// `terraform destroy`, which an error would stop for everything; an apply, which
// refreshes nothing, meets the error itself.
func (c *configured) soften(app string, found diag.Diagnostics) (diags diag.Diagnostics) {
	for _, d := range found {
		if d.Severity() == diag.SeverityError && c.data != nil && c.vanished.has(app) {
			d = diag.NewWarningDiagnostic(d.Summary(), d.Detail())
		}
		diags.Append(d)
	}
	return diags
}

// idSet is a set of ids, safe for concurrent use.
type idSet struct{ ids sync.Map }

func (s *idSet) add(id string) { s.ids.Store(id, true) }

func (s *idSet) has(id string) bool {
	_, ok := s.ids.Load(id)
	return ok
}

// What becomes of a credential at the end of its resource.
const (
	onDestroyDelete     = "delete"
	onDestroyDeactivate = "deactivate"
	onDestroyRetain     = "retain"
)

// What a create may do when all places are taken.
const (
	whenFullFail           = "fail"
	whenFullDeleteInactive = "delete_inactive"
)

// privateState is the part of a resource's private state an operation can read;
// the framework's type is internal.
type privateState interface {
	GetKey(ctx context.Context, key string) ([]byte, diag.Diagnostics)
}

// privateWriter is the part it can write.
type privateWriter interface {
	SetKey(ctx context.Context, key string, value []byte) diag.Diagnostics
}

// getPrivate reads a value of private state; found is false if there is none.
func getPrivate[T any](ctx context.Context, private privateState, key string, diags *diag.Diagnostics) (value T, found bool) {
	encoded, more := private.GetKey(ctx, key)
	diags.Append(more...)
	if more.HasError() || len(encoded) == 0 {
		return value, false
	}
	if err := json.Unmarshal(encoded, &value); err != nil {
		diags.AddError("Unreadable private state", fmt.Sprintf("The private state %q is not what this provider writes: %v", key, err))
		return value, false
	}
	return value, true
}

func setPrivate(ctx context.Context, private privateWriter, key string, value any, diags *diag.Diagnostics) {
	encoded, err := json.Marshal(value)
	if err != nil {
		diags.AddError("Unwritable private state", err.Error())
		return
	}
	diags.Append(private.SetKey(ctx, key, encoded)...)
}

// reached returns the age if something created then has it by now, else nothing;
// no age is never reached.
func reached(age timetypes.GoDuration, created, now time.Time, diags *diag.Diagnostics) string {
	if age.IsNull() || age.IsUnknown() {
		return ""
	}
	duration, more := age.ValueGoDuration()
	diags.Append(more...)
	if more.HasError() || now.Sub(created) < duration {
		return ""
	}
	return age.ValueString()
}

// rotationAsked tells whether rotate_when_changed asks for a rotation. That it
// was added or removed does not: an imported credential has none, and is not to
// be rotated by being written down.
func rotationAsked(plan, state types.Map) bool {
	return !plan.IsNull() && !state.IsNull() && !plan.Equal(state)
}

// timestamp renders Okta's time for state: RFC 3339, null if there is none.
func timestamp(t time.Time) types.String {
	if t.IsZero() {
		return types.StringNull()
	}
	return types.StringValue(t.UTC().Format(time.RFC3339))
}

// stringOrNull is a value Okta may leave out.
func stringOrNull(s string) types.String {
	if s == "" {
		return types.StringNull()
	}
	return types.StringValue(s)
}

// importID reads what was given to import: the identity, APP_ID/ID, or APP_ID
// alone, for which id is empty.
func importID(ctx context.Context, req resource.ImportStateRequest) (app, id string, diags diag.Diagnostics) {
	if req.ID == "" {
		var identity credentialIdentityModel
		diags.Append(req.Identity.Get(ctx, &identity)...)
		return identity.AppID.ValueString(), identity.ID.ValueString(), diags
	}
	app, id, _ = strings.Cut(req.ID, "/")
	if !oktaID.MatchString(app) {
		diags.AddError("Unusable import id", "It must have the form APP_ID/ID.")
	}
	return app, id, diags
}

// importAppID reads what was given to import an object that an app has one of:
// the identity, or APP_ID.
func importAppID(ctx context.Context, req resource.ImportStateRequest) (app string, diags diag.Diagnostics) {
	app = req.ID
	if app == "" {
		var identity appIdentityModel
		diags.Append(req.Identity.Get(ctx, &identity)...)
		app = identity.AppID.ValueString()
	}
	if !oktaID.MatchString(app) {
		diags.AddError("Unusable import id", "It must be the id of an app.")
	}
	return app, diags
}

// holdings lists credentials for a message.
func holdings[C okta.Credential](credentials []C) string {
	if len(credentials) == 0 {
		return "none"
	}
	names := make([]string, len(credentials))
	for i, credential := range credentials {
		names[i] = credential.Meta().Holding().String()
	}
	return strings.Join(names, ", ")
}

// readPrivateKey reads a PEM text, or the file that the text names.
func readPrivateKey(text string) (crypto.Signer, error) {
	if !strings.Contains(text, "-----BEGIN") && !strings.HasPrefix(strings.TrimSpace(text), "{") {
		content, err := os.ReadFile(text) //nolint:gosec // the file that the configuration names is the feature
		if err != nil {
			if pathError, ok := errors.AsType[*fs.PathError](err); ok {
				err = pathError.Err // the path may be a mangled key
			}
			return nil, fmt.Errorf("private_key is neither PEM nor the path of a readable file: %w", err)
		}
		text = string(content)
	}
	return jwk.ParsePrivate(text)
}

// newest returns the credential created last; ok is false if there is none.
func newest[C okta.Credential](credentials []C) (last C, ok bool) {
	for _, credential := range credentials {
		if !ok || credential.Meta().Created.After(last.Meta().Created) {
			last, ok = credential, true
		}
	}
	return last, ok
}

// find returns the credential with the id.
func find[C okta.Credential](credentials []C, id string) (C, bool) {
	for _, credential := range credentials {
		if credential.Meta().ID == id {
			return credential, true
		}
	}
	var none C
	return none, false
}

// active returns the ACTIVE ones.
func active[C okta.Credential](credentials []C) (out []C) {
	for _, credential := range credentials {
		if credential.Meta().Status == okta.StatusActive {
			out = append(out, credential)
		}
	}
	return out
}
