// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"context"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"unicode"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"

	"github.com/oktacreds/terraform-provider-oktacreds/internal/okta"
)

// The errors about URLs and about the org's name don't repeat the value and don't have an attribute path, because
// Terraform prints the line that a path leads to: people paste URLs with a password or a token in them.

// httpsURL checks a URL that Okta fetches keys from.
type httpsURL struct{}

func (httpsURL) Description(context.Context) string { return "an https URL" }

func (v httpsURL) MarkdownDescription(ctx context.Context) string { return v.Description(ctx) }

func (httpsURL) ValidateString(_ context.Context, req validator.StringRequest, resp *validator.StringResponse) {
	if req.ConfigValue.IsNull() || req.ConfigValue.IsUnknown() {
		return
	}
	if summary, detail := checkJWKSURL(req.ConfigValue.ValueString()); summary != "" {
		resp.Diagnostics.AddError(summary, detail)
	}
}

// checkJWKSURL says what is wrong with a URL that Okta is to fetch keys from. The summary is empty if nothing is.
func checkJWKSURL(text string) (summary, detail string) {
	text = trimmedURL(text)
	parsed, err := url.Parse(text)
	switch {
	case err != nil || parsed.Hostname() == "" || strings.ContainsFunc(text, unicode.IsSpace):
		return "Not a URL", "Set jwks_uri to the URL of the JWKS document, such as https://example.com/.well-known/jwks.json."
	case parsed.User != nil || hasToken(parsed):
		return "The URL contains a credential", "Remove the user, password, token or signature from jwks_uri: Terraform stores and shows the URL, " +
			"and so does Okta. The document holds only public keys, so serve it without a login."
	case strings.Contains(text, "#"):
		return "The URL has a fragment", "Remove # and what follows from jwks_uri: it is not sent to the server."
	case parsed.Scheme != "https" && (parsed.Scheme != "http" || !okta.IsLoopback(parsed.Hostname())):
		return "Not an https URL", "The URL in jwks_uri must use https: keys served over plain http can be tampered with."
	}
	return "", ""
}

// trimmedURL removes the white space that a file or a copied cell leaves around a URL.
func trimmedURL(text string) string { return strings.TrimSpace(text) }

var (
	// tokenText matches a JWT, and an API token of Okta's [D].
	tokenText = regexp.MustCompile(`eyJ[A-Za-z0-9_-]{8,}\.|(^|[^A-Za-z0-9_-])00[A-Za-z0-9_-]{40}($|[^A-Za-z0-9_-])`)
	// tokenParameters are the endings of the names of query parameters that carry a credential, in lower case and
	// without hyphens and underscores: access_token, X-Amz-Signature and subscription-key.
	tokenParameters = []string{"token", "secret", "password", "passwd", "pwd", "signature", "apikey", "accesskey", "subscriptionkey", "credential", "jwt", "auth"}
	// tokenNames are such names that would match too much as endings: Azure's sig and code.
	tokenNames = []string{"sig", "key", "code"}
)

// hasToken reports whether a URL carries what looks like a credential outside of its user information.
func hasToken(u *url.URL) bool {
	for name := range u.Query() {
		name = strings.NewReplacer("-", "", "_", "").Replace(strings.ToLower(name))
		if slices.Contains(tokenNames, name) || slices.ContainsFunc(tokenParameters, func(end string) bool { return strings.HasSuffix(name, end) }) {
			return true
		}
	}
	return tokenText.MatchString(u.Path) || tokenText.MatchString(u.RawQuery) || tokenText.MatchString(u.Fragment)
}

var (
	// hostLabel is a part of a host name (RFC 1123 §2.1).
	hostLabel  = regexp.MustCompile(`^[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?$`)
	hostDomain = regexp.MustCompile(`^[A-Za-z0-9-]{1,63}(\.[A-Za-z0-9-]{1,63})*$`)
)

// checkOrgAddress refuses an org_name or a base_url that is not part of a host name, from wherever it comes. Empty ones
// are the client's business.
func checkOrgAddress(orgName, baseURL string) (diags diag.Diagnostics) {
	if orgName != "" && (!hostLabel.MatchString(orgName) || tokenText.MatchString(orgName)) {
		diags.AddError("Invalid org_name", "org_name (or OKTA_ORG_NAME) must be the org's subdomain alone, such as dev-123456: "+
			"without scheme, domain, path, user or token. The domain belongs in base_url (or OKTA_BASE_URL).")
	}
	if baseURL != "" && (!hostDomain.MatchString(baseURL) || tokenText.MatchString(baseURL)) {
		diags.AddError("Invalid base_url", "base_url (or OKTA_BASE_URL) must be a domain alone, such as okta.com or oktapreview.com: "+
			"without scheme, port, path, user or token.")
	}
	return diags
}
