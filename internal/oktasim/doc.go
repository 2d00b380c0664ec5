// SPDX-License-Identifier: MPL-2.0

// Package oktasim is an Okta org in memory: the part of one that has to do with the credentials of apps, faithful
// enough that Okta's own Node.js SDK and Okta's own Terraform provider work against it unmodified.
//
//	org := oktasim.New(oktasim.Options{APIToken: "my-token"})
//	server := httptest.NewServer(org)
//	app := org.AddApp(oktasim.AppOptions{Label: "shop"})
//	// … point a client at server.URL, let it rotate the secret of app.ID …
//	fmt.Println(org.Secrets(app.ID), org.Requests())
//
// The program oktasim, in cmd/oktasim, serves the same org to anything that speaks HTTP.
//
// # What is there
//
//   - Apps, those of the catalog (OIN) included: create, read, list, replace, activate, deactivate, delete, with what a change of authentication method,
//     jwks_uri, keys or client_secret does to the credentials.
//   - Client secrets and JSON web keys: list, get, create, activate, deactivate, delete, with every limit and refusal.
//   - API service integrations and their secrets.
//   - /oauth2/v1/token and /oauth2/v1/introspect, for client_secret_basic, client_secret_post, client_secret_jwt and
//     private_key_jwt, with saved keys or with a jwks_uri that is really fetched; also under /oauth2/{server}/v1.
//     Grants by client credentials and by refresh token.
//   - The System Log, with the events of token grants and of the life cycle of credentials.
//   - Authorization by API token (SSWS), by Bearer token and by DPoP token, with scopes.
//   - Rate limits with their headers: two buckets for apps, one each for the System Log and the org's
//     token endpoint, one for the rest, and the limit on concurrency.
//   - What Okta's own Terraform provider asks next to that: who am I, which org is this, policies, ID token settings.
//
// # Where each rule comes from
//
// Every rule in the code names its source: [R] recorded traffic of real orgs, [S] Okta's OpenAPI document, [D] Okta's
// documentation, [C] Okta's SDKs and what their users report, [T] Okta's own acceptance tests, which run against real
// orgs, [L] what someone else tried on a real org, [?] an inference. A client should do well with a rule
// marked [?] and with its opposite; a test that leans on one proves nothing about Okta.
//
// # The world around the org
//
// Nothing but a request changes an org, and the methods of [Org]. Those that are named like the buttons of the console
// (AddSecret, SetKeyStatus, SetAuthMethod, RemoveApp …) are someone else who changes it; they keep Okta's rules. Age
// moves credentials into the past. Options.Now is the clock that everything reads (times, windows, tokens, nonces,
// events), and [Org.Advance] and [Org.SetNow] move it.
//
// [Org.Requests] lists what clients asked, for tests that count requests. [Org.Values] is everything that must not be
// found in anyone's state, plan or log. [Org.SetLog] changes how the System Log behaves.
//
// [Org.InjectFault] makes things fail; see [FaultKind].
//
// # The paths that Okta does not have
//
// Programs that can't call Go use paths under /_sim. They need no token, count against no limit, and don't appear in
// the list of requests. Their bodies are JSON. [Help] describes them, as does oktasim -help.
package oktasim
