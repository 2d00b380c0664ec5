// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"regexp"

	"github.com/hashicorp/terraform-plugin-framework-validators/stringvalidator"
	"github.com/hashicorp/terraform-plugin-framework/resource/identityschema"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/booldefault"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/int64planmodifier"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/planmodifier"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/stringdefault"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/stringplanmodifier"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/oktacreds/terraform-provider-oktacreds/internal/okta"
)

// The attributes that several resources have, each with the same words.

// oktaID is what every id of Okta's looks like. Checked before anything is sent,
// because an id becomes part of a URL. Okta's have 20 characters [R]; the limit leaves room and keeps a key or a
// token that was pasted into the wrong place out of URLs and logs.
var oktaID = regexp.MustCompile(`^[A-Za-z0-9_-]{1,64}$`)

func isOktaID() validator.String {
	return stringvalidator.RegexMatches(oktaID, "must be an id of Okta's: letters and digits, such as 0oa1nkheCuDn82XVI0g4")
}

func appIDAttribute() schema.StringAttribute {
	return schema.StringAttribute{
		Required:            true,
		Validators:          []validator.String{isOktaID()},
		PlanModifiers:       []planmodifier.String{stringplanmodifier.RequiresReplace()},
		MarkdownDescription: "Id of the app. With `okta/okta`: `okta_app_oauth.NAME.id`. Changing it replaces the resource.",
	}
}

// computedString is a value of Okta's that remains for the life of the credential.
func computedString(description string) schema.StringAttribute {
	return schema.StringAttribute{
		Computed:            true,
		PlanModifiers:       []planmodifier.String{stringplanmodifier.UseStateForUnknown()},
		MarkdownDescription: description,
	}
}

func idAttribute(of string) schema.StringAttribute {
	return computedString("Okta's id of the " + of + ".")
}

func statusAttribute(of string) schema.StringAttribute {
	return schema.StringAttribute{
		Optional: true, Computed: true,
		Default:             stringdefault.StaticString(string(okta.StatusActive)),
		Validators:          []validator.String{stringvalidator.OneOf(string(okta.StatusActive), string(okta.StatusInactive))},
		MarkdownDescription: "`ACTIVE` or `INACTIVE`. Can be changed in place. Okta rejects an `INACTIVE` " + of + ", but you can reactivate it. Default: `ACTIVE`.",
	}
}

func rotateWhenChangedAttribute(of string) schema.MapAttribute {
	return schema.MapAttribute{
		Optional: true, ElementType: types.StringType,
		MarkdownDescription: "Arbitrary key/value pairs. Changing a value replaces the " + of + ". Adding the argument for the first time doesn't. " +
			"If you add or change it in the apply that imports the " + of + ", nothing is replaced: change it again in a later apply. Default: not set.",
	}
}

func rotateAfterAttribute(of string) schema.StringAttribute {
	return durationAttribute("", "Maximum age of the "+of+", such as `90d` or `2w`. The first plan after that replaces it. If you change `rotate_after`, apply once: "+
		"it takes effect in the next plan. Default: the "+of+" is not replaced because of its age.", durationValidator{aboveZero: true})
}

func onDestroyAttribute(of string) schema.StringAttribute {
	return schema.StringAttribute{
		Optional: true, Computed: true,
		Default:             stringdefault.StaticString(onDestroyDelete),
		Validators:          []validator.String{stringvalidator.OneOf(onDestroyDelete, onDestroyDeactivate, onDestroyRetain)},
		MarkdownDescription: "What happens to the " + of + " when it is replaced or destroyed. `delete`: deactivate, then delete. `deactivate`: keep it `INACTIVE` so that it can be reactivated. `retain`: leave it unchanged. A change applies from the next apply on, so make it in an apply before the one that replaces or destroys the " + of + ". Default: `delete`.",
	}
}

func allowLastCredentialDestroyAttribute(of string) schema.BoolAttribute {
	return schema.BoolAttribute{
		Optional: true, Computed: true,
		Default: booldefault.StaticBool(false),
		MarkdownDescription: "Allows revoking the app's last active " + of + ". By default, a replacement without `create_before_destroy` fails instead, and destroying the resource leaves the " + of + " in Okta with a warning. " +
			"If `true`, the provider first creates a placeholder " + of + " whose private value it discards, then revokes this one. The placeholder remains `ACTIVE` until you deactivate and delete it. Default: `false`.",
	}
}

// whenFullDescription is that of when_full, which two resources have.
const whenFullDescription = "What to do if there are already two secrets. `fail`: return an error. `delete_inactive`: delete an `INACTIVE` secret to make room. " +
	"`ACTIVE` secrets are never deleted. Default: `fail`."

func versionAttribute(of string) schema.Int64Attribute {
	return schema.Int64Attribute{
		Computed:            true,
		PlanModifiers:       []planmodifier.Int64{int64planmodifier.UseStateForUnknown()},
		MarkdownDescription: "Increases with every new " + of + " (normally the Unix time of its creation). Use it as the `…_wo_version` of the resource that receives the value.",
	}
}

// credentialIdentity is the identity of everything that belongs to an app.
func credentialIdentity(of string) identityschema.Schema {
	return identityschema.Schema{
		Attributes: map[string]identityschema.Attribute{
			"app_id": identityschema.StringAttribute{RequiredForImport: true, Description: "Id of the app."},
			"id":     identityschema.StringAttribute{RequiredForImport: true, Description: "Okta's id of the " + of + "."},
		},
	}
}

// credentialIdentityModel is the identity's data.
type credentialIdentityModel struct {
	AppID types.String `tfsdk:"app_id"`
	ID    types.String `tfsdk:"id"`
}
