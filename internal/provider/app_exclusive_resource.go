// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/hashicorp/terraform-plugin-framework-timeouts/resource/timeouts"
	"github.com/hashicorp/terraform-plugin-framework-validators/setvalidator"
	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/oktacreds/terraform-provider-oktacreds/internal/okta"
)

var (
	_ resource.ResourceWithConfigure   = (*appExclusiveResource[okta.Key])(nil)
	_ resource.ResourceWithIdentity    = (*appExclusiveResource[okta.Key])(nil)
	_ resource.ResourceWithImportState = (*appExclusiveResource[okta.Key])(nil)
	_ resource.ResourceWithModifyPlan  = (*appExclusiveResource[okta.Key])(nil)
)

// appExclusiveResource says which credentials of a kind an app may have. It is
// the same for client secrets and for keys.
type appExclusiveResource[C okta.Credential] struct {
	configured

	object string // the resource's type
	noun   string // "client secret"
	of     func(*okta.Client) *okta.Credentials[C]
}

func newAppClientSecretsExclusiveResource() resource.Resource {
	return &appExclusiveResource[okta.ClientSecret]{
		object: secretsExclusiveObject, noun: "client secret",
		of: func(c *okta.Client) *okta.Credentials[okta.ClientSecret] { return c.Secrets },
	}
}

func newAppJWKsExclusiveResource() resource.Resource {
	return &appExclusiveResource[okta.Key]{
		object: keysExclusiveObject, noun: "key",
		of: func(c *okta.Client) *okta.Credentials[okta.Key] { return c.Keys },
	}
}

type appExclusiveModel struct {
	ID          types.String   `tfsdk:"id"`
	AppID       types.String   `tfsdk:"app_id"`
	IDs         types.Set      `tfsdk:"ids"`
	RetireAfter types.String   `tfsdk:"retire_after"`
	Unlisted    types.Map      `tfsdk:"unlisted"`
	Timeouts    timeouts.Value `tfsdk:"timeouts"`
}

// unlisted is a credential that exists and is not on the list, as a plan shows it.
type unlisted struct {
	Status  string `tfsdk:"status"`
	Created string `tfsdk:"created"`
	Retire  bool   `tfsdk:"retire"`
}

// unlistedType is its type.
var unlistedType = types.ObjectType{AttrTypes: map[string]attr.Type{"status": types.StringType, "created": types.StringType, "retire": types.BoolType}}

func (r *appExclusiveResource[C]) Metadata(_ context.Context, _ resource.MetadataRequest, resp *resource.MetadataResponse) {
	resp.TypeName = r.object
}

func (r *appExclusiveResource[C]) IdentitySchema(_ context.Context, _ resource.IdentitySchemaRequest, resp *resource.IdentitySchemaResponse) {
	resp.IdentitySchema = appIdentity()
}

func (r *appExclusiveResource[C]) Schema(ctx context.Context, _ resource.SchemaRequest, resp *resource.SchemaResponse) {
	resp.Schema = schema.Schema{
		MarkdownDescription: "The complete list of " + r.noun + "s an app may have. Any other " + r.noun + " appears in the plan (with status and creation time), and applying that plan **deactivates and deletes it immediately**. " +
			"An apply only deletes " + r.noun + "s that its plan listed: those created since, and all unlisted ones when the resource is first created, are reported in a warning and appear in the next plan. " +
			"A " + r.noun + " that another resource of the configuration still holds is left to that resource. " +
			"Destroying the resource doesn't change the app.",
		Attributes: map[string]schema.Attribute{
			"app_id": appIDAttribute(),
			"ids": schema.SetAttribute{
				Required: true, ElementType: types.StringType,
				Validators:          []validator.Set{setvalidator.SizeAtLeast(1), setvalidator.ValueStringsAre(isOktaID())},
				MarkdownDescription: "Ids of the " + r.noun + "s that may exist. If you remove an id from the list, the resource that manages it can still delete it; otherwise the next plan does.",
			},
			"retire_after": durationAttribute("0s", "How old an unlisted "+r.noun+" must be before a plan retires it, such as `7d`. Until then it is only reported. Default: `0s`.", durationValidator{}),
			"unlisted": schema.MapAttribute{
				Computed: true, ElementType: unlistedType,
				MarkdownDescription: "The " + r.noun + "s that exist and are not listed, by id: `status`, `created` (RFC 3339) and `retire`, whether this resource retires them: they are old enough, and no other resource holds them. " +
					"Applying a plan that removes one from here deactivates and deletes it.",
			},
			"id":       schema.StringAttribute{Computed: true, MarkdownDescription: "Same as `app_id`."},
			"timeouts": timeoutsAttribute(ctx, timeouts.Opts{Create: true, Update: true}),
		},
	}
}

func (r *appExclusiveResource[C]) Create(ctx context.Context, req resource.CreateRequest, resp *resource.CreateResponse) {
	var plan appExclusiveModel
	resp.Diagnostics.Append(req.Plan.Get(ctx, &plan)...)
	ctx, end, ok := r.creating(ctx, r.object, plan.AppID.ValueString(), plan.Timeouts.Create, resp.Private, &resp.Diagnostics)
	defer end()
	if !ok {
		return
	}
	// Nothing is retired yet: what the plan has warned of can't be known here. Of the
	// plan of a new object an apply gets planned values alone, and those of unlisted
	// would have to hold until then.
	app, listed := plan.AppID.ValueString(), elements(plan.IDs)
	present := r.look(ctx, app, listed, &resp.Diagnostics)
	plan.ID, plan.Unlisted = plan.AppID, r.describe(ctx, app, present, listed, plan.RetireAfter, &resp.Diagnostics)
	if resp.Diagnostics.HasError() {
		return
	}
	resp.Diagnostics.Append(resp.State.Set(ctx, plan)...)
	resp.Diagnostics.Append(resp.Identity.Set(ctx, appIdentityModel{AppID: plan.AppID})...)
}

// look reads what is there, and refuses a list that would leave an app's
// consumers nothing.
func (r *appExclusiveResource[C]) look(ctx context.Context, app string, listed []string, diags *diag.Diagnostics) []C {
	present, err := r.present(ctx, app, listed)
	if err == nil {
		err = checkSurvivor(present, listed)
	}
	if err != nil {
		diags.Append(failure("look for unlisted "+r.noun+"s of app "+app, err))
	}
	return present
}

// enforce retires what is not listed and was shown in the plan. What left the list
// is being replaced by its own resource, whose consumers may not have the new one
// yet: its end is not ours to hurry.
func (r *appExclusiveResource[C]) enforce(ctx context.Context, plan, state appExclusiveModel) (diags diag.Diagnostics) {
	app, listed := plan.AppID.ValueString(), elements(plan.IDs)
	present := r.look(ctx, app, listed, &diags)
	if diags.HasError() {
		return diags
	}
	shown := r.shown(ctx, state, &diags)
	var unseen []string
	for _, id := range unlistedIDs(present, append(elements(state.IDs), listed...)) {
		credential, _ := find(present, id)
		if !isAsShown(credential.Meta(), shown) {
			unseen = append(unseen, id)
		} else if err := r.of(r.client).Retire(ctx, app, id, okta.Retirement{}); err != nil {
			diags.Append(failure("retire unlisted "+r.noun+" "+id+" of app "+app, err))
		}
	}
	diags.Append(r.staying(app, present, unseen)...)
	return diags
}

// shown is what the refreshed state has shown as unlisted.
func (r *appExclusiveResource[C]) shown(ctx context.Context, state appExclusiveModel, diags *diag.Diagnostics) (shown map[string]unlisted) {
	diags.Append(state.Unlisted.ElementsAs(ctx, &shown, false)...)
	return shown
}

// isAsShown tells whether the plan has shown the credential as it is now, and as one to be retired. One
// that has been activated since may be in use again.
func isAsShown(meta okta.Metadata, shown map[string]unlisted) bool {
	seen, ok := shown[meta.ID]
	return ok && seen.Retire && (meta.Status != okta.StatusActive || seen.Status == string(okta.StatusActive))
}

// staying says what an apply leaves to the next plan.
func (r *appExclusiveResource[C]) staying(app string, present []C, ids []string) (diags diag.Diagnostics) {
	var names []string
	for _, id := range ids {
		if credential, ok := find(present, id); ok {
			names = append(names, id+" ("+statusAndAge(credential.Meta(), r.now())+")")
		}
	}
	if len(names) > 0 {
		diags.AddWarning("This apply leaves unlisted "+r.noun+"s of app "+app+" to the next plan",
			"Not on the list, as far as it is known: "+strings.Join(names, "; ")+". An apply retires only what its plan has shown under unlisted. "+
				"The next plan shows what is still there and not listed, and its apply deactivates and deletes it.")
	}
	return diags
}

// unlistedIDs are the ids of what is present and not listed; INACTIVE ones come
// first, since their end can break nothing.
func unlistedIDs[C okta.Credential](present []C, listed []string) (ids []string) {
	for _, status := range []okta.Status{okta.StatusInactive, okta.StatusActive} {
		for _, credential := range present {
			if meta := credential.Meta(); meta.Status == status && !slices.Contains(listed, meta.ID) {
				ids = append(ids, meta.ID)
			}
		}
	}
	return ids
}

// checkSurvivor refuses to retire active credentials when none of those that may
// remain is active: consumers would have nothing left.
func checkSurvivor[C okta.Credential](present []C, listed []string) error {
	working := active(present)
	survives := slices.ContainsFunc(working, func(c C) bool { return slices.Contains(listed, c.Meta().ID) })
	if len(working) == 0 || survives {
		return nil
	}
	return errors.New("none of the listed ids is active, so that retiring the rest would lock the app's consumers out; present are " + okta.HoldingsOf(present).String())
}

func (r *appExclusiveResource[C]) Read(ctx context.Context, req resource.ReadRequest, resp *resource.ReadResponse) {
	var state appExclusiveModel
	resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	if resp.Diagnostics.HasError() || !r.refreshing(ctx, appIdentityModel{AppID: state.AppID}, resp) {
		return
	}

	app := state.AppID.ValueString()
	present, err := r.present(ctx, app, elements(state.IDs))
	switch {
	case okta.IsNotFound(err):
		r.missing(ctx, app, appMissing(r.noun+"s", app), resp)
		return
	case err != nil:
		resp.Diagnostics.Append(failure("read the "+r.noun+"s of app "+app, err))
		return
	}
	if state.IDs.IsNull() { // after an import: what is there is what may be
		ids, diags := types.SetValueFrom(ctx, types.StringType, unlistedIDs(present, nil))
		resp.Diagnostics.Append(diags...)
		state.IDs = ids
	}
	state.ID, state.Unlisted = state.AppID, r.describe(ctx, app, present, elements(state.IDs), state.RetireAfter, &resp.Diagnostics)
	resp.Diagnostics.Append(resp.State.Set(ctx, state)...)
}

// present reads what is there. The cheapest way to a key does not bring its
// age, so that the list is asked when there is something to tell of.
func (r *appExclusiveResource[C]) present(ctx context.Context, app string, listed []string) ([]C, error) {
	present, err := r.of(r.client).Snapshot(ctx, app)
	if err != nil || listed == nil || len(unlistedIDs(present, listed)) == 0 || !present[0].Meta().Created.IsZero() {
		return present, err
	}
	return r.of(r.client).List(ctx, app)
}

// describe tells of each unlisted credential its status, its age and whether it is to be retired. One that another
// object of the state holds is retired by that object, when its consumers have the new one: a deposed one, or the
// previous one of a rotation.
func (r *appExclusiveResource[C]) describe(ctx context.Context, app string, present []C, listed []string, retireAfter types.String, diags *diag.Diagnostics) types.Map {
	age := durationOf(retireAfter, diags)
	all := map[string]unlisted{}
	for _, id := range unlistedIDs(present, listed) {
		credential, _ := find(present, id)
		meta := credential.Meta()
		all[id] = unlisted{Status: string(meta.Status), Created: timestamp(meta.Created).ValueString(), Retire: r.now().Sub(meta.Created) >= age && !r.ledger.managed(app, id)}
	}
	value, more := types.MapValueFrom(ctx, unlistedType, all)
	diags.Append(more...)
	return value
}

func statusAndAge(meta okta.Metadata, now time.Time) string {
	if meta.Created.IsZero() {
		return string(meta.Status)
	}
	days := int(now.Sub(meta.Created).Hours() / 24)
	return fmt.Sprintf("%s, %d days old, created %s", meta.Status, days, meta.Created.UTC().Format(time.RFC3339))
}

func (r *appExclusiveResource[C]) Update(ctx context.Context, req resource.UpdateRequest, resp *resource.UpdateResponse) {
	var plan, state appExclusiveModel
	resp.Diagnostics.Append(req.Plan.Get(ctx, &plan)...)
	resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	ctx, end, ok := r.changing(ctx, plan.Timeouts.Update, req.Private, &resp.Diagnostics)
	defer end()
	if !ok {
		return
	}
	if resp.Diagnostics.Append(r.enforce(ctx, plan, state)...); resp.Diagnostics.HasError() {
		return
	}
	resp.Diagnostics.Append(resp.State.Set(ctx, plan)...)
	resp.Diagnostics.Append(resp.Identity.Set(ctx, appIdentityModel{AppID: plan.AppID})...)
}

// Delete gives up the claim and changes nothing in Okta.
func (r *appExclusiveResource[C]) Delete(context.Context, resource.DeleteRequest, *resource.DeleteResponse) {
}

// ImportState takes APP_ID or the identity; what the app has then is the list.
func (r *appExclusiveResource[C]) ImportState(ctx context.Context, req resource.ImportStateRequest, resp *resource.ImportStateResponse) {
	importOfApp(ctx, req, resp, map[string]any{"retire_after": "0s"})
}

// elements are a set's strings, as far as they are known; nil if it is null.
func elements(set types.Set) []string {
	if set.IsNull() {
		return nil
	}
	known := []string{}
	for _, value := range set.Elements() {
		if text, ok := value.(types.String); ok && !text.IsUnknown() {
			known = append(known, text.ValueString())
		}
	}
	return known
}

// allKnown tells whether a set and everything in it is known.
func allKnown(set types.Set) bool {
	return !set.IsUnknown() && !slices.ContainsFunc(set.Elements(), func(v attr.Value) bool { return v.IsUnknown() })
}
