// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"context"
	"fmt"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/action"
	"github.com/hashicorp/terraform-plugin-framework/action/schema"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/oktacreds/terraform-provider-oktacreds/internal/okta"
)

var _ action.ActionWithConfigure = (*credentialAction[okta.Key])(nil)

// credentialAction turns one credential on or off, at once and without a plan:
// the way out of an incident, and the way back. Each direction is an action of
// its own, so that what is typed into a terminal at night says what it does.
type credentialAction[C okta.Credential] struct {
	configured

	object string // the type of the resource that could manage the credential
	noun   string // "client secret"
	turn   turn
	note   string // what is special about it, for the documentation
	of     func(*okta.Client) *okta.Credentials[C]
}

// turn is what is done to a credential.
type turn struct {
	to      okta.Status
	verb    string
	doing   string
	outcome string
	back    string // the verb that undoes it
}

var (
	activation   = turn{okta.StatusActive, "activate", "Activating", "Okta accepts it", "deactivate"}
	deactivation = turn{okta.StatusInactive, "deactivate", "Deactivating", "Okta refuses it", "activate"}
)

func newAppClientSecretActivateAction() action.Action   { return secretAction(activation) }
func newAppClientSecretDeactivateAction() action.Action { return secretAction(deactivation) }
func newAppJWKActivateAction() action.Action            { return keyAction(activation) }
func newAppJWKDeactivateAction() action.Action          { return keyAction(deactivation) }

func secretAction(t turn) action.Action {
	return &credentialAction[okta.ClientSecret]{
		object: secretObject, noun: "client secret", turn: t,
		of: func(c *okta.Client) *okta.Credentials[okta.ClientSecret] { return c.Secrets },
	}
}

func keyAction(t turn) action.Action {
	note := " Okta keeps the last active key only of an app that authenticates with `private_key_jwt`."
	if t.to == okta.StatusActive {
		note = " An app has one active encryption key: activating one makes Okta deactivate the other."
	}
	return &credentialAction[okta.Key]{
		object: keyObject, noun: "key", turn: t, note: note,
		of: func(c *okta.Client) *okta.Credentials[okta.Key] { return c.Keys },
	}
}

type credentialActionModel struct {
	AppID types.String `tfsdk:"app_id"`
	ID    types.String `tfsdk:"id"`
}

func (a *credentialAction[C]) Metadata(_ context.Context, _ action.MetadataRequest, resp *action.MetadataResponse) {
	resp.TypeName = a.object + "_" + a.turn.verb
}

func (a *credentialAction[C]) Schema(_ context.Context, _ action.SchemaRequest, resp *action.SchemaResponse) {
	description := fmt.Sprintf("%ss a %s of an app: from then on, %s. Does nothing if it is `%s` already. `%s_%s` undoes it.",
		capital(a.turn.verb), a.noun, a.turn.outcome, a.turn.to, a.object, a.turn.back)
	if a.turn.to == okta.StatusInactive {
		description += fmt.Sprintf(" The only active %s is kept: activate or create another one first.", a.noun)
	}
	resp.Schema = schema.Schema{
		MarkdownDescription: description + a.note + fmt.Sprintf("\n\nRun it with `terraform apply -invoke=action.%s_%s.NAME`, which changes nothing else. "+
			"If the %s is managed by `%s`, set `status = \"%s\"` there as well, else its next apply undoes the action.",
			a.object, a.turn.verb, a.noun, a.object, a.turn.to),
		Attributes: map[string]schema.Attribute{
			"app_id": schema.StringAttribute{Required: true, Validators: []validator.String{isOktaID()}, MarkdownDescription: "Id of the app."},
			"id":     schema.StringAttribute{Required: true, Validators: []validator.String{isOktaID()}, MarkdownDescription: "Okta's id of the " + a.noun + "."},
		},
	}
}

func (a *credentialAction[C]) Configure(_ context.Context, req action.ConfigureRequest, resp *action.ConfigureResponse) {
	a.configure(req.ProviderData, &resp.Diagnostics)
}

func (a *credentialAction[C]) Invoke(ctx context.Context, req action.InvokeRequest, resp *action.InvokeResponse) {
	var config credentialActionModel
	resp.Diagnostics.Append(req.Config.Get(ctx, &config)...)
	if resp.Diagnostics.HasError() || !a.requireOrg(&resp.Diagnostics) {
		return
	}
	app, id := config.AppID.ValueString(), config.ID.ValueString()
	what := fmt.Sprintf("%s %s of app %s", a.noun, id, app)
	resp.SendProgress(action.InvokeProgressEvent{Message: a.turn.doing + " " + what})
	credential, err := a.of(a.client).SetStatus(ctx, app, id, a.turn.to)
	if err != nil {
		resp.Diagnostics.Append(a.failure(ctx, app, a.turn.verb+" "+what, err))
		return
	}
	resp.SendProgress(action.InvokeProgressEvent{
		Message: fmt.Sprintf("%s is %s: %s. %s_%s undoes it.", capital(what), credential.Meta().Status, a.turn.outcome, a.object, a.turn.back),
	})
}

// failure explains Okta's refusal to deactivate the only active credential for
// someone who has no resource at hand, and tells what the app has instead.
func (a *credentialAction[C]) failure(ctx context.Context, app, doing string, err error) diag.Diagnostic {
	if !okta.IsOnlyActive(err) {
		return failure(doing, err)
	}
	// The advice of explain is for resources.
	detail := fmt.Sprintf("%s\n\nIt is the app's only active %s, and Okta keeps it: without it, every login of this app would fail. "+
		"Activate another one (%s_activate) or create one, deliver it to the app's consumers, and then deactivate this one.", response(err), a.noun, a.object)
	if present, err := a.of(a.client).List(ctx, app); err == nil {
		detail += " The app has " + okta.HoldingsOf(present).String() + "."
	}
	return diag.NewErrorDiagnostic("Okta: can't "+doing, detail)
}

func capital(text string) string { return strings.ToUpper(text[:1]) + text[1:] }
