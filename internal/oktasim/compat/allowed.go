// SPDX-License-Identifier: MPL-2.0

package compat

// allowed lists where correct traffic differs from the document. Recorded traffic of real orgs [R] takes precedence
// over the document [S].
var allowed = []allowance{
	// OAuth
	{
		operation: `POST /oauth2/.*v1/(token|introspect)`, rule: ruleOperation,
		because: "Okta describes the OAuth endpoints in another document, which the SDK doesn't contain [S]",
	},

	// Apps
	{
		operation: `POST /api/v1/apps/{appId}/lifecycle/(de)?activate`, part: "response 200", rule: ruleBody,
		because: "the document has no response body, orgs send {} [R]",
	},
	{
		operation: `(GET|POST|PUT) /api/v1/apps(/{appId})?`, where: `(/#)?/_links/(clientCredentials|policies|uploadLogo)`, rule: ruleMember,
		because: "links of recorded apps that the document leaves out [R]",
	},
	{
		operation: `(GET|POST|PUT) /api/v1/apps(/{appId})?`, where: `(/#)?/settings/manualProvisioning`, rule: ruleMember,
		because: "a member of recorded apps that the document leaves out [R]",
	},
	{
		operation: `(GET|POST|PUT) /api/v1/apps(/{appId})?`, rule: "nullable",
		where:   `(/#)?(/accessibility/(error|login)RedirectUrl|/settings/notes/(admin|enduser)|/settings/notifications/vpn/(helpUrl|message)|/settings/oauthClient/(client|logo)_uri|/universalLogout)`,
		because: "orgs send null for what is not set, and a PUT sends it back [R]",
	},
	{
		operation: `(GET|POST|PUT) /api/v1/apps(/{appId})?`, where: `(/#)?/name`, rule: "enum",
		because: "the document names every OIDC app oidc_client, catalog apps have names of their own [R]",
	},
	{
		operation: `PUT /api/v1/apps/{appId}`, part: "request", rule: "readOnly",
		because: "a PUT repeats every member that GET returned, because Okta clears the ones it leaves out [R]; Okta ignores read-only members [S]",
	},
	{
		operation: `(GET|PUT) /api/v1/apps/{appId}`, where: `.*/(a member|another) of tomorrow`, rule: ruleMember,
		because: "acceptance tests add these members to check that a PUT keeps them",
	},

	{
		operation: `(GET|POST) /api/v1/internal/.*`, rule: ruleOperation,
		because: "Okta's own provider calls this path, which is not public [R]",
	},

	// Client secrets
	{
		operation: `POST .*/credentials/secrets`, part: "request", rule: "nullable",
		because: "the Go SDK sends null if no body is set [C]",
	},
	{
		operation: `GET /.well-known/okta-organization`, where: `/(cell|settings)`, rule: ruleMember,
		because: "members of recorded orgs that the document leaves out [R]",
	},
	{
		operation: `(POST|PUT) /api/v1/apps(/{appId})?`, part: "request", where: `/credentials/oauthClient/client_secret`, rule: "minLength",
		because: "Okta's own provider sends an empty client_secret, which keeps the secrets as they are [R]",
	},

	// Keys
	{
		where: `(/#)?(/settings/oauthClient/jwks)?(/keys/#)?/(crv|alg|use)`, rule: ruleMember,
		because: "the document leaves out crv, and use and alg of signing keys; orgs return all three [R]",
	},
	{
		where: `(/#)?(/settings/oauthClient/jwks)?/keys/#`, rule: "discriminator",
		because: "the document distinguishes keys by use, which is missing or null for a key that was created without it [R]",
	},
	{
		operation: `.*/credentials/jwks.*`, rule: ruleSeveral,
		because: "an encryption key also matches the document's schema of signing keys [S]",
	},

	// System Log
	{
		operation: `GET /api/v1/logs`, rule: "nullable",
		where:   `/#/((actor|target/#)/(alternateId|displayName|detailEntry)|client/(id|geographicalContext|userAgent/rawUserAgent)|legacyEventType|outcome/reason|request/ipChain/#/source)`,
		because: "published events have null where there is no value [C]",
	},
}
