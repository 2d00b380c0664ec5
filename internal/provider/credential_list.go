// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"cmp"
	"context"
	"fmt"
	"iter"
	"slices"
	"time"

	"github.com/hashicorp/terraform-plugin-framework-timetypes/timetypes"
	"github.com/hashicorp/terraform-plugin-framework-validators/stringvalidator"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/list"
	"github.com/hashicorp/terraform-plugin-framework/list/schema"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/oktacreds/terraform-provider-oktacreds/internal/okta"
)

var _ list.ListResourceWithConfigure = (*credentialList[okta.Key, appJWKModel])(nil)

// credentialList finds credentials of one app or of the whole org, for
// `terraform query`. It is the same for client secrets and for keys; M is the
// model of the resource that a find can be imported as.
type credentialList[C okta.Credential, M any] struct {
	configured

	object string // the resource's type
	noun   string // "client secret"
	cost   string // of a query of the whole org, for the documentation
	// read reads the credentials of an app; ages says that it matters when they
	// were created.
	read func(ctx context.Context, client *okta.Client, app okta.App, ages bool) ([]C, error)
	// name is what is shown of one.
	name func(C) string
	// describe fills the resource in as an import does.
	describe func(*M, C)
}

type credentialListModel struct {
	AppID     types.String         `tfsdk:"app_id"`
	Status    types.String         `tfsdk:"status"`
	OlderThan timetypes.GoDuration `tfsdk:"older_than"`
}

func (l *credentialList[C, M]) Metadata(_ context.Context, _ resource.MetadataRequest, resp *resource.MetadataResponse) {
	resp.TypeName = l.object
}

func (l *credentialList[C, M]) ListResourceConfigSchema(_ context.Context, _ list.ListResourceSchemaRequest, resp *list.ListResourceSchemaResponse) {
	resp.Schema = schema.Schema{
		MarkdownDescription: "Finds " + l.noun + "s, of one app or of the whole org, to look through them or to import them. " +
			"Terraform stops after 100, with a warning, unless the block sets another `limit`. " + l.cost,
		Attributes: map[string]schema.Attribute{
			"app_id": schema.StringAttribute{
				Optional: true, Validators: []validator.String{isOktaID()},
				MarkdownDescription: "Id of an app. Default: every OIDC app that the provider's credentials may see.",
			},
			"status": schema.StringAttribute{
				Optional:            true,
				Validators:          []validator.String{stringvalidator.OneOf(string(okta.StatusActive), string(okta.StatusInactive))},
				MarkdownDescription: "Only those that are `ACTIVE`, or only those that are `INACTIVE`. Default: both.",
			},
			"older_than": schema.StringAttribute{
				Optional: true, CustomType: timetypes.GoDurationType{}, Validators: []validator.String{positiveDuration{}},
				MarkdownDescription: "Only credentials at least this old, such as `2160h` (90 days). Default: any age.",
			},
		},
	}
}

func (l *credentialList[C, M]) List(ctx context.Context, req list.ListRequest, stream *list.ListResultsStream) {
	var config credentialListModel
	diags := req.Config.Get(ctx, &config)
	filter, more := config.filter()
	diags.Append(more...)
	if diags.HasError() || !l.requireOrg(&diags) {
		stream.Results = list.ListResultsStreamDiagnostics(diags)
		return
	}
	filter.now = l.now()
	stream.Results = func(push func(list.ListResult) bool) {
		wanted := req.Limit // 0 for all
		for found := range l.find(ctx, config.AppID.ValueString(), filter) {
			result := list.ListResult{Diagnostics: found.diags}
			if len(found.diags) == 0 {
				result = l.result(ctx, req, found)
				if wanted--; wanted == 0 && req.Limit > 0 {
					// With the last result, because Terraform reads nothing after it.
					result.Diagnostics.Append(limitReached(l.noun, req.Limit))
				}
			}
			if !push(result) || wanted == 0 && req.Limit > 0 {
				return
			}
		}
	}
}

// found is a credential of an app, or what went wrong.
type found[C okta.Credential] struct {
	app        okta.App
	credential C
	diags      diag.Diagnostics
}

// find reads app after app, each when those before it have been taken. An error
// ends it. In a query of the whole org, an app that is out of reach does not.
func (l *credentialList[C, M]) find(ctx context.Context, id string, filter credentialFilter) iter.Seq[found[C]] {
	return func(yield func(found[C]) bool) {
		for app, err := range l.apps(ctx, id) {
			if err != nil {
				yield(found[C]{diags: diag.Diagnostics{failure("read the apps that may have "+l.noun+"s", err)}})
				return
			}
			credentials, err := l.read(ctx, l.client, app, filter.olderThan > 0)
			whole := id == ""
			switch {
			case whole && okta.IsNotFound(err): // deleted since it was listed
			case whole && okta.IsForbidden(err): // an admin role can be limited to certain apps
				if !yield(found[C]{diags: diag.Diagnostics{leftOut(l.noun, app, err)}}) {
					return
				}
			case err != nil:
				yield(found[C]{diags: diag.Diagnostics{failure("list the "+l.noun+"s of app "+app.ID, err)}})
				return
			}
			for _, credential := range newestFirst(credentials) {
				if filter.matches(credential.Meta()) && !yield(found[C]{app: app, credential: credential}) {
					return
				}
			}
		}
	}
}

// apps are the one with the id, or all.
func (l *credentialList[C, M]) apps(ctx context.Context, id string) iter.Seq2[okta.App, error] {
	if id == "" {
		return l.client.OIDCApps(ctx)
	}
	return func(yield func(okta.App, error) bool) { yield(l.client.App(ctx, id)) }
}

func leftOut(noun string, app okta.App, err error) diag.Diagnostic {
	d := failure(fmt.Sprintf("list the %ss of app %s (%s), which is left out", noun, app.ID, app.Label), err)
	return diag.NewWarningDiagnostic(d.Summary(), d.Detail())
}

// limitReached says that a list may not be whole. Whether it is would take more
// requests.
func limitReached(noun string, limit int64) diag.Diagnostic {
	return diag.NewWarningDiagnostic("The query stopped at its limit",
		fmt.Sprintf("It found %d %ss, which is the limit of the list block, so there may be more. To find them, set a higher limit in the block, "+
			"or narrow the query with app_id, status or older_than.", limit, noun))
}

// result is what Terraform is told of a find.
func (l *credentialList[C, M]) result(ctx context.Context, req list.ListRequest, found found[C]) list.ListResult {
	result := req.NewListResult(ctx)
	meta := found.credential.Meta()
	result.DisplayName = found.app.Label + ": " + l.name(found.credential) + " " + statusAndAge(meta, l.now())
	result.Diagnostics.Append(result.Identity.Set(ctx, credentialIdentityModel{AppID: types.StringValue(found.app.ID), ID: types.StringValue(meta.ID)})...)
	// The framework leaves the resource out where no one asked for it.
	//
	// Setting one attribute makes all others null, each of its own type.
	result.Diagnostics.Append(result.Resource.SetAttribute(ctx, path.Root("app_id"), found.app.ID)...)
	var model M
	result.Diagnostics.Append(result.Resource.Get(ctx, &model)...)
	l.describe(&model, found.credential)
	result.Diagnostics.Append(result.Resource.Set(ctx, model)...)
	return result
}

// credentialFilter says which credentials are wanted.
type credentialFilter struct {
	status    string        // empty for any
	olderThan time.Duration // zero for any age
	now       time.Time
}

func (m credentialListModel) filter() (filter credentialFilter, diags diag.Diagnostics) {
	filter.status = m.Status.ValueString()
	if !m.OlderThan.IsNull() {
		filter.olderThan, diags = m.OlderThan.ValueGoDuration()
	}
	return filter, diags
}

// matches: a credential of unknown age may be an old one.
func (f credentialFilter) matches(meta okta.Metadata) bool {
	return (f.status == "" || f.status == string(meta.Status)) &&
		(f.olderThan == 0 || f.now.Sub(meta.Created) >= f.olderThan)
}

// newestFirst sorts credentials: Okta promises no order [D]. The id decides
// between those of one second; those of unknown age come last.
func newestFirst[C okta.Credential](credentials []C) []C {
	return slices.SortedFunc(slices.Values(credentials), func(a, b C) int {
		return cmp.Or(b.Meta().Created.Compare(a.Meta().Created), cmp.Compare(a.Meta().ID, b.Meta().ID))
	})
}
