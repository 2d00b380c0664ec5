package compat

// allowed is where the traffic differs from the document and is right. Recorded traffic of real orgs [R] counts for
// more than the document [S].
var allowed = []allowance{
	// What the document doesn't describe
	{
		operation: `POST /oauth2/.*v1/(token|introspect)`, rule: ruleOperation,
		because: "the OAuth endpoints are in a document of their own, which the SDK doesn't contain [S]",
	},

	// Apps
	{
		operation: `POST /api/v1/apps/{appId}/lifecycle/(de)?activate`, part: "response 200", rule: ruleBody,
		because: "the document has no body here, orgs send {} [R]",
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
		operation: `PUT /api/v1/apps/{appId}`, part: "request", rule: "readOnly",
		because: "a PUT must repeat what GET returns, or it is lost; Okta ignores what can't be changed [R][S]",
	},
	{
		operation: `(GET|PUT) /api/v1/apps/{appId}`, where: `.*/(a member|another) of tomorrow`, rule: ruleMember,
		because: "acceptance tests put these into an app to see them survive",
	},

	// Client secrets
	{
		operation: `POST .*/credentials/secrets`, part: "request", rule: "nullable",
		because: "the Go SDK sends null for a body that is not given [C]",
	},
	{
		operation: `POST /integrations/.*/lifecycle/deactivate`, part: "response 400", rule: ruleStatus,
		because: "whether an integration's only secret can be deactivated is not documented; the simulator refuses [?]",
	},

	// Keys
	{
		where: `(/#)?(/settings/oauthClient/jwks)?(/keys/#)?/(crv|alg|use)`, rule: ruleMember,
		because: "the document describes keys without crv, and signing keys without use and alg; orgs have all three [R]",
	},
	{
		where: `(/#)?(/settings/oauthClient/jwks)?/keys/#`, rule: "discriminator",
		because: "the document tells keys apart by use, which orgs leave out or send as null for a key that was created without it [R]",
	},
	{
		operation: `.*/credentials/jwks.*`, rule: ruleSeveral,
		because: "in the document, an encryption key is also a valid signing key",
	},

	// System Log
	{
		operation: `GET /api/v1/logs`, rule: "nullable",
		where:   `/#/(actor/detailEntry|client/(id|geographicalContext)|legacyEventType|outcome/reason|request/ipChain/#/source)`,
		because: "events contain null for what is not known",
	},
}
