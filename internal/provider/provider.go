// SPDX-License-Identifier: MPL-2.0

// Package provider is Terraform's side of the project. One object is one or
// more files that begin with its name: app_client_secret_resource.go,
// app_client_secret_ephemeral.go. What several objects share has a file of its
// own: attributes.go, diagnostics.go, credential.go.
package provider

import (
	"context"
	"net/http"
	"sync/atomic"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/action"
	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/ephemeral"
	"github.com/hashicorp/terraform-plugin-framework/function"
	"github.com/hashicorp/terraform-plugin-framework/list"
	"github.com/hashicorp/terraform-plugin-framework/provider"
	"github.com/hashicorp/terraform-plugin-framework/resource"

	"github.com/oktacreds/terraform-provider-oktacreds/internal/okta"
	"github.com/oktacreds/terraform-provider-oktacreds/internal/rotation"
)

var (
	_ provider.Provider                       = (*Provider)(nil)
	_ provider.ProviderWithActions            = (*Provider)(nil)
	_ provider.ProviderWithEphemeralResources = (*Provider)(nil)
	_ provider.ProviderWithFunctions          = (*Provider)(nil)
	_ provider.ProviderWithListResources      = (*Provider)(nil)
	_ provider.ProviderWithValidateConfig     = (*Provider)(nil)
)

// Provider is the oktacreds provider.
type Provider struct {
	// Version is the release's, "dev" for a local build.
	Version string
	// Transport replaces the network, in tests; nil means the network.
	Transport http.RoundTripper
	// OnReason is told the reason of each decision that a diagnostic explains, and which credential of
	// which app it is about. It is for tests, which must not read texts; nil means no one is told.
	OnReason func(reason rotation.Reason, app, id string)
	// Wait replaces the timer that a drain waits for, in tests; nil means a real one.
	Wait func(ctx context.Context, d time.Duration) error
	// Now is the local clock; nil means [time.Now]. Ages are judged by the org's clock,
	// see [okta.Client.Now]; the local one counts until Okta has answered.
	Now func() time.Time

	notices notices
}

// data is what Configure hands to every object.
type data struct {
	client    *okta.Client
	transport http.RoundTripper // for what isn't Okta's; nil means the network
	now       func() time.Time
	wait      func(ctx context.Context, d time.Duration) error
	ledger    ledger
	onReason  func(reason rotation.Reason, app, id string)
	// logForbidden says that Okta doesn't show this run its System Log.
	logForbidden atomic.Bool
	// scopes are those of the access tokens that the provider gets for itself; nil if
	// it was given a token, whose scopes are not known.
	scopes []string
}

// Metadata names the provider: the prefix of its objects.
func (p *Provider) Metadata(_ context.Context, _ provider.MetadataRequest, resp *provider.MetadataResponse) {
	resp.TypeName = "oktacreds"
	resp.Version = p.Version
}

// Schema is in provider_config.go, next to the model it describes.
func (p *Provider) Schema(_ context.Context, _ provider.SchemaRequest, resp *provider.SchemaResponse) {
	resp.Schema = providerSchema()
}

// ValidateConfig finds contradictions before anything is sent.
func (p *Provider) ValidateConfig(ctx context.Context, req provider.ValidateConfigRequest, resp *provider.ValidateConfigResponse) {
	var model providerModel
	resp.Diagnostics.Append(req.Config.Get(ctx, &model)...)
	resp.Diagnostics.Append(model.validate()...)
}

// Configure builds the client that all objects share.
func (p *Provider) Configure(ctx context.Context, req provider.ConfigureRequest, resp *provider.ConfigureResponse) {
	var model providerModel
	resp.Diagnostics.Append(req.Config.Get(ctx, &model)...)
	if resp.Diagnostics.HasError() {
		return
	}
	shared := &data{now: p.Now, transport: p.Transport, onReason: p.OnReason}
	shared.ledger.onReason = p.OnReason
	if shared.now == nil {
		shared.now = time.Now
	}
	if shared.wait = p.Wait; shared.wait == nil {
		shared.wait = wait
	}
	// A configuration that comes from an object yet to be created is unknown
	// during plan: the objects then plan without asking Okta.
	if model.known() {
		config, diags := model.clientConfig(ctx)
		if resp.Diagnostics.Append(diags...); diags.HasError() {
			return
		}
		config.UserAgent = userAgent(p.Version, req.TerraformVersion)
		config.Transport = p.Transport
		config.Log = logWait
		config.Notify = p.notices.add
		config.Now = p.Now
		if config.PrivateKey != nil {
			shared.scopes = config.Scopes
		}
		client, err := okta.New(config)
		if err != nil {
			resp.Diagnostics.AddError("The oktacreds provider can't be configured", sentence(err.Error()))
			return
		}
		shared.client, shared.now = client, client.Now
	}
	resp.ResourceData = shared
	resp.DataSourceData = shared
	resp.EphemeralResourceData = shared
	resp.ListResourceData = shared
	resp.ActionData = shared
}

// Resources lists the managed resources.
func (p *Provider) Resources(context.Context) []func() resource.Resource {
	return []func() resource.Resource{
		newAppClientSecretResource,
		newAppClientSecretRotationResource,
		newAppClientSecretsExclusiveResource,
		newAppJWKResource,
		newAppJWKSURIResource,
		newAppJWKsExclusiveResource,
		newAppClientAuthResource,
		newAPIServiceIntegrationSecretResource,
	}
}

// DataSources lists the data sources.
func (p *Provider) DataSources(context.Context) []func() datasource.DataSource {
	return []func() datasource.DataSource{
		newAppDataSource,
		newAppsDataSource,
		newAppClientSecretsDataSource,
		newAppClientSecretUsageDataSource,
		newAppJWKsDataSource,
	}
}

// EphemeralResources lists the ephemeral resources.
func (p *Provider) EphemeralResources(context.Context) []func() ephemeral.EphemeralResource {
	return []func() ephemeral.EphemeralResource{
		newAppClientSecretEphemeral,
		newKeyPairEphemeral,
	}
}

// ListResources lists what `terraform query` can find.
func (p *Provider) ListResources(context.Context) []func() list.ListResource {
	return []func() list.ListResource{
		newAppClientSecretList,
		newAppJWKList,
	}
}

// Actions lists the actions.
func (p *Provider) Actions(context.Context) []func() action.Action {
	return []func() action.Action{
		newAppClientSecretActivateAction,
		newAppClientSecretDeactivateAction,
		newAppJWKActivateAction,
		newAppJWKDeactivateAction,
	}
}

// Functions lists the functions.
func (p *Provider) Functions(context.Context) []func() function.Function {
	return []func() function.Function{
		newJWKFromPEMFunction,
		newPEMFromJWKFunction,
		newJWKThumbprintFunction,
		newJWKSDocumentFunction,
		newClientSecretHashFunction,
	}
}
