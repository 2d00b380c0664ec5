// SPDX-License-Identifier: MPL-2.0

package acctest

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/provider"
	"github.com/hashicorp/terraform-plugin-framework/provider/schema"
	"github.com/hashicorp/terraform-plugin-framework/providerserver"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/types"
	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
)

// OktaProvider runs, as "okta", a provider whose one resource, okta_app_oauth,
// asks Okta for what Okta's own provider (6.12) was seen to ask for. It is
// written from those observations alone, and shares no code with the client
// under test.
func OktaProvider() func() (tfprotov6.ProviderServer, error) {
	return providerserver.NewProtocol6WithError(&oktaProvider{})
}

// OktaProvider is the block that configures it for the org.
func (o *Org) OktaProvider() string {
	return fmt.Sprintf("\nprovider \"okta\" {\n  http_proxy = %q\n  api_token  = %q\n}\n", o.URL, o.token)
}

type oktaProvider struct{}

func (*oktaProvider) Metadata(_ context.Context, _ provider.MetadataRequest, resp *provider.MetadataResponse) {
	resp.TypeName = "okta"
}

func (*oktaProvider) Schema(_ context.Context, _ provider.SchemaRequest, resp *provider.SchemaResponse) {
	resp.Schema = schema.Schema{Attributes: map[string]schema.Attribute{
		"http_proxy": schema.StringAttribute{Required: true, Description: "URL of the org."},
		"api_token":  schema.StringAttribute{Required: true, Sensitive: true, Description: "API token."},
	}}
}

// Configure asks twice who the token belongs to, as each of its two SDKs does [R].
func (*oktaProvider) Configure(ctx context.Context, req provider.ConfigureRequest, resp *provider.ConfigureResponse) {
	var config struct {
		URL   types.String `tfsdk:"http_proxy"`
		Token types.String `tfsdk:"api_token"`
	}
	resp.Diagnostics.Append(req.Config.Get(ctx, &config)...)
	client := &oktaClient{url: config.URL.ValueString(), token: config.Token.ValueString()}
	for range 2 {
		client.do(ctx, &resp.Diagnostics, http.MethodGet, "/api/v1/users/me", nil, nil)
	}
	resp.ResourceData = client
}

func (*oktaProvider) Resources(context.Context) []func() resource.Resource {
	return []func() resource.Resource{func() resource.Resource { return &oktaApp{} }}
}

func (*oktaProvider) DataSources(context.Context) []func() datasource.DataSource { return nil }

// oktaClient sends requests with an API token.
type oktaClient struct{ url, token string }

// do sends a request, decodes the response into out unless that is nil, and
// returns its status. Any status but 2xx and 404 is an error.
func (c *oktaClient) do(ctx context.Context, diags *diag.Diagnostics, method, path string, body, out any) (status int) {
	status, err := c.send(ctx, method, path, body, out)
	if err != nil {
		diags.AddError(method+" "+path, err.Error())
	}
	return status
}

func (c *oktaClient) send(ctx context.Context, method, path string, body, out any) (status int, err error) {
	content := []byte{}
	if body != nil {
		if content, err = json.Marshal(body); err != nil {
			return 0, err
		}
	}
	req, err := http.NewRequestWithContext(ctx, method, strings.TrimSuffix(c.url, "/")+path, bytes.NewReader(content))
	if err != nil {
		return 0, err
	}
	req.Header.Set("Authorization", "SSWS "+c.token)
	req.Header.Set("Content-Type", "application/json")
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return 0, err
	}
	defer func() { _ = resp.Body.Close() }()
	answer, err := io.ReadAll(resp.Body)
	switch {
	case err != nil || resp.StatusCode == http.StatusNotFound:
		return resp.StatusCode, err
	case resp.StatusCode >= http.StatusMultipleChoices:
		return resp.StatusCode, fmt.Errorf("%d %s", resp.StatusCode, answer)
	case out != nil:
		err = json.Unmarshal(answer, out)
	}
	return resp.StatusCode, err
}
