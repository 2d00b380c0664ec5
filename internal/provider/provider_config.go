// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"
	"syscall"
	"time"

	"github.com/hashicorp/terraform-plugin-framework-validators/int64validator"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/provider/schema"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"
	"github.com/hashicorp/terraform-plugin-log/tflog"

	"github.com/oktacreds/terraform-provider-oktacreds/internal/jwk"
	"github.com/oktacreds/terraform-provider-oktacreds/internal/okta"
)

// providerModel has the names and the environment variables of Okta's own
// provider, so that one set of credentials serves both.
type providerModel struct {
	OrgName        types.String `tfsdk:"org_name"`
	BaseURL        types.String `tfsdk:"base_url"`
	HTTPProxy      types.String `tfsdk:"http_proxy"`
	APIToken       types.String `tfsdk:"api_token"`
	AccessToken    types.String `tfsdk:"access_token"`
	ClientID       types.String `tfsdk:"client_id"`
	Scopes         types.Set    `tfsdk:"scopes"`
	PrivateKey     types.String `tfsdk:"private_key"`
	PrivateKeyID   types.String `tfsdk:"private_key_id"`
	MinWait        types.Int64  `tfsdk:"min_wait_seconds"`
	MaxWait        types.Int64  `tfsdk:"max_wait_seconds"`
	MaxRetries     types.Int64  `tfsdk:"max_retries"`
	RequestTimeout types.Int64  `tfsdk:"request_timeout"`
	MaxAPICapacity types.Int64  `tfsdk:"max_api_capacity"`
}

// Defaults of the provider's numbers, in seconds and attempts.
const (
	defaultMinWait        = 1
	defaultMaxWait        = 300
	defaultMaxRetries     = 5
	defaultRequestTimeout = 60
)

func providerSchema() schema.Schema {
	return schema.Schema{
		MarkdownDescription: "Rotates the client credentials of Okta OIDC apps: client secrets, JSON Web Keys, the JWKS URI and the client authentication method. " +
			"No login is refused if every client picks up the new credential before the old one is deactivated.",
		Attributes: map[string]schema.Attribute{
			"org_name": schema.StringAttribute{
				Optional:            true,
				MarkdownDescription: "Subdomain of the org, such as `dev-123456`. Or `OKTA_ORG_NAME`.",
			},
			"base_url": schema.StringAttribute{
				Optional:            true,
				MarkdownDescription: "Domain of the org, such as `okta.com`, `oktapreview.com` or `okta-emea.com`. Or `OKTA_BASE_URL`. Default: `okta.com`.",
			},
			"http_proxy": schema.StringAttribute{
				Optional: true,
				MarkdownDescription: "URL to use instead of the org's URL, for example a simulator. Not an HTTP CONNECT proxy (use `HTTPS_PROXY` for that). " +
					"`https` only, except on loopback. Or `OKTA_HTTP_PROXY`.",
			},
			"api_token": schema.StringAttribute{
				Optional: true, Sensitive: true,
				MarkdownDescription: "API token (SSWS). Or `OKTA_API_TOKEN`.",
			},
			"access_token": schema.StringAttribute{
				Optional: true, Sensitive: true,
				MarkdownDescription: "An OAuth 2.0 access token that you obtained outside Terraform. Or `OKTA_ACCESS_TOKEN`.",
			},
			"client_id": schema.StringAttribute{
				Optional: true,
				MarkdownDescription: "Client id of an API service app, for OAuth 2.0 with `private_key_jwt`; needs `private_key` and `scopes`. " +
					"Or `OKTA_API_CLIENT_ID`.",
			},
			"scopes": schema.SetAttribute{
				Optional: true, ElementType: types.StringType,
				MarkdownDescription: "Scopes to ask for: `okta.apps.manage` to change credentials, `okta.apps.read` is enough to read and plan. " +
					"Or `OKTA_API_SCOPES`, separated by commas.",
			},
			"private_key": schema.StringAttribute{
				Optional: true, Sensitive: true,
				MarkdownDescription: "Private key of the API service app, RSA or EC: PEM (PKCS#1, PKCS#8, SEC 1) or a JWK, or the path of a file that holds it. Line breaks of PEM that were lost or written as `\\n` are restored. " +
					"Or `OKTA_API_PRIVATE_KEY`.",
			},
			"private_key_id": schema.StringAttribute{
				Optional:            true,
				MarkdownDescription: "`kid` of the private key; needed when the app has several keys. Or `OKTA_API_PRIVATE_KEY_ID`.",
			},
			"min_wait_seconds": schema.Int64Attribute{
				Optional: true, Validators: []validator.Int64{int64validator.AtLeast(0)},
				MarkdownDescription: "Minimum delay before a failed request is retried, in seconds. It doubles with every attempt. Default: `1`.",
			},
			"max_wait_seconds": schema.Int64Attribute{
				Optional: true, Validators: []validator.Int64{int64validator.AtLeast(0)},
				MarkdownDescription: "Maximum delay between retries, in seconds. Doesn't limit waits for a rate limit, whose length Okta sets. Default: `300`.",
			},
			"max_retries": schema.Int64Attribute{
				Optional: true, Validators: []validator.Int64{int64validator.Between(0, 100)},
				MarkdownDescription: "Maximum number of retries for requests that are safe to retry. Default: `5`.",
			},
			"request_timeout": schema.Int64Attribute{
				Optional: true, Validators: []validator.Int64{int64validator.Between(0, 300)},
				MarkdownDescription: "Timeout of one attempt at a request, in seconds. Default: `60`.",
			},
			"max_api_capacity": schema.Int64Attribute{
				Optional: true, Validators: []validator.Int64{int64validator.Between(1, 100)},
				MarkdownDescription: "Maximum percentage (1 to 100) of each Okta rate limit that the provider may use. Default: `100`.",
			},
		},
	}
}

// known tells whether everything that a client needs is known.
func (m providerModel) known() bool {
	for _, value := range []interface{ IsUnknown() bool }{
		m.OrgName, m.BaseURL, m.HTTPProxy, m.APIToken, m.AccessToken, m.ClientID, m.PrivateKey, m.PrivateKeyID,
		m.MinWait, m.MaxWait, m.MaxRetries, m.RequestTimeout, m.MaxAPICapacity,
	} {
		if value.IsUnknown() {
			return false
		}
	}
	return allKnown(m.Scopes)
}

// validate finds contradictions in the configuration alone: the environment may
// complete it.
func (m providerModel) validate() diag.Diagnostics {
	var diags diag.Diagnostics
	set := func(value types.String) bool { return !value.IsNull() && !value.IsUnknown() }
	if set(m.APIToken) && set(m.AccessToken) {
		diags.AddError("Two credentials", "api_token and access_token exclude each other: remove the one that isn't meant.")
	}
	return diags
}

// clientConfig completes the configuration with the environment. Credentials
// are taken from one place: those of the configuration hide the environment's,
// so that a variable meant for another tool can't win over what is written.
func (m providerModel) clientConfig(ctx context.Context) (okta.Config, diag.Diagnostics) {
	var diags diag.Diagnostics
	config := okta.Config{
		OrgName:        stringOr(m.OrgName, "OKTA_ORG_NAME"),
		BaseURL:        stringOr(m.BaseURL, "OKTA_BASE_URL"),
		HTTPProxy:      stringOr(m.HTTPProxy, "OKTA_HTTP_PROXY"),
		MinWait:        seconds(m.MinWait, defaultMinWait),
		MaxWait:        seconds(m.MaxWait, defaultMaxWait),
		MaxRetries:     int(int64Or(m.MaxRetries, defaultMaxRetries)),
		RequestTimeout: seconds(m.RequestTimeout, defaultRequestTimeout),
		MaxAPICapacity: int(int64Or(m.MaxAPICapacity, 100)),
	}
	diags.Append(checkOrgAddress(config.OrgName, config.BaseURL)...)
	switch {
	case !m.AccessToken.IsNull():
		config.AccessToken = m.AccessToken.ValueString()
		return config, diags
	case !m.APIToken.IsNull():
		config.APIToken = m.APIToken.ValueString()
		return config, diags
	case m.PrivateKey.IsNull() && m.ClientID.IsNull():
		diags.Append(warnOfSeveralCredentials()...)
		if config.AccessToken = os.Getenv("OKTA_ACCESS_TOKEN"); config.AccessToken != "" {
			return config, diags
		}
		if config.APIToken = os.Getenv("OKTA_API_TOKEN"); config.APIToken != "" {
			return config, diags
		}
	}
	config.ClientID = stringOr(m.ClientID, "OKTA_API_CLIENT_ID")
	config.PrivateKeyID = stringOr(m.PrivateKeyID, "OKTA_API_PRIVATE_KEY_ID")
	if m.Scopes.IsNull() {
		config.Scopes = strings.FieldsFunc(os.Getenv("OKTA_API_SCOPES"), func(r rune) bool { return r == ',' || r == ' ' })
	} else {
		diags.Append(m.Scopes.ElementsAs(ctx, &config.Scopes, false)...)
	}
	if text := stringOr(m.PrivateKey, "OKTA_API_PRIVATE_KEY"); text != "" {
		key, err := readPrivateKey(text)
		if err != nil {
			// Without the attribute's path: Terraform prints the line of the
			// configuration that a path leads to, and there the key may stand.
			diags.AddError("The provider's private key can't be read", sentence(nameKey(text, err).Error()))
		}
		config.PrivateKey = key
	}
	return config, diags
}

// warnOfSeveralCredentials warns when the environment has more than one credential: the first of
// these is used, and it may be meant for another tool.
func warnOfSeveralCredentials() (diags diag.Diagnostics) {
	var set []string
	for _, name := range []string{"OKTA_ACCESS_TOKEN", "OKTA_API_TOKEN", "OKTA_API_PRIVATE_KEY"} {
		if os.Getenv(name) != "" {
			set = append(set, name)
		}
	}
	if len(set) > 1 {
		diags.AddWarning("Several credentials in the environment", "The provider uses "+set[0]+" and ignores "+strings.Join(set[1:], " and ")+
			". Unset the ones that aren't meant for it, or set a credential in the provider block.")
	}
	return diags
}

// nameKey adds what the text is, such as a key in base64, to the error that it is not the path of a readable file.
func nameKey(text string, err error) error {
	if _, unreadable := errors.AsType[syscall.Errno](err); !unreadable {
		return err
	}
	if _, named := jwk.ParsePrivate(text); named != nil {
		return fmt.Errorf("%w; %w", err, named)
	}
	return err
}

func stringOr(value types.String, variable string) string {
	if !value.IsNull() {
		return value.ValueString()
	}
	return os.Getenv(variable)
}

func int64Or(value types.Int64, fallback int64) int64 {
	if value.IsNull() {
		return fallback
	}
	return value.ValueInt64()
}

func seconds(value types.Int64, fallback int64) time.Duration {
	return time.Duration(int64Or(value, fallback)) * time.Second
}

func userAgent(version, terraformVersion string) string {
	return "terraform-provider-oktacreds/" + version + " terraform/" + terraformVersion
}

// logWait passes on what the client says while it waits.
func logWait(ctx context.Context, message string, fields map[string]any) {
	tflog.Info(ctx, message, fields)
}
