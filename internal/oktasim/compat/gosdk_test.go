// SPDX-License-Identifier: MPL-2.0

package compat

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"errors"
	"net"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/okta/okta-sdk-golang/v6/okta"

	"github.com/oktacreds/terraform-provider-oktacreds/internal/oktasim"
)

// goSDK runs Okta's Go SDK against the org behind the server.
func goSDK(t *testing.T, org *oktasim.Org, server *httptest.Server) {
	client := newClient(t, server, okta.WithToken(apiToken))
	t.Run("client secrets", func(t *testing.T) { clientSecrets(t, client) })
	t.Run("keys", func(t *testing.T) { jsonWebKeys(t, client) })
	t.Run("apps", func(t *testing.T) { apps(t, client) })
	t.Run("API service integrations", func(t *testing.T) { serviceSecrets(t, client, org.AddAPIService()) })
	t.Run("System Log", func(t *testing.T) { systemLog(t, client) })
	for name, dpop := range map[string]bool{"private key": false, "private key and DPoP": true} {
		t.Run(name, func(t *testing.T) { privateKey(t, org, server, dpop) })
	}
}

// newClient returns a client with the login. The SDK drops the port of the org's URL, so the transport connects to
// the server for every URL.
func newClient(t *testing.T, server *httptest.Server, login ...okta.ConfigSetter) *okta.APIClient {
	t.Helper()
	transport := &http.Transport{DialContext: func(ctx context.Context, network, _ string) (net.Conn, error) {
		return new(net.Dialer).DialContext(ctx, network, server.Listener.Addr().String())
	}}
	t.Cleanup(transport.CloseIdleConnections)
	configuration, err := okta.NewConfiguration(append(login,
		okta.WithOrgUrl("http://org.example.com"), okta.WithTestingDisableHttpsCheck(true), okta.WithCache(false),
		okta.WithHttpClientPtr(&http.Client{Transport: transport}))...)
	if err != nil {
		t.Fatal(err)
	}
	return okta.NewAPIClient(configuration)
}

func clientSecrets(t *testing.T, client *okta.APIClient) {
	ctx, secrets := t.Context(), client.ApplicationSSOPublicKeysAPI
	app := createApp(t, client, "secrets", "client_secret_basic").GetId()
	listed := must(secrets.ListOAuth2ClientSecrets(ctx, app).Execute())(t)
	equal(t, "secrets of a new app", len(listed), 1)
	first := listed[0].GetId()
	created := must(secrets.CreateOAuth2ClientSecret(ctx, app).Execute())(t)
	second := created.GetId()
	equal(t, "length of the generated value", len(created.GetClientSecret()), 64)
	equal(t, "value", must(secrets.GetOAuth2ClientSecret(ctx, app, second).Execute())(t).GetClientSecret(), created.GetClientSecret())
	_, _, err := secrets.CreateOAuth2ClientSecret(ctx, app).Execute()
	refused(t, err, "E0000001")

	_, err = secrets.DeleteOAuth2ClientSecret(ctx, app, first).Execute()
	refused(t, err, "E0000001")
	equal(t, "status", must(secrets.DeactivateOAuth2ClientSecret(ctx, app, first).Execute())(t).GetStatus(), "INACTIVE")
	_, _, err = secrets.DeactivateOAuth2ClientSecret(ctx, app, second).Execute()
	refused(t, err, "E0000001")
	equal(t, "status", must(secrets.ActivateOAuth2ClientSecret(ctx, app, first).Execute())(t).GetStatus(), "ACTIVE")
	must(secrets.DeactivateOAuth2ClientSecret(ctx, app, first).Execute())(t)
	done(secrets.DeleteOAuth2ClientSecret(ctx, app, first).Execute())(t)
	_, _, err = secrets.GetOAuth2ClientSecret(ctx, app, first).Execute()
	refused(t, err, "E0000007")

	mine := okta.OAuth2ClientSecretRequestBody{ClientSecret: new("a secret that I brought with me"), Status: new("INACTIVE")}
	brought := must(secrets.CreateOAuth2ClientSecret(ctx, app).OAuth2ClientSecretRequestBody(mine).Execute())(t)
	equal(t, "value", brought.GetClientSecret(), *mine.ClientSecret)
	equal(t, "status", brought.GetStatus(), "INACTIVE")
	deleteApp(t, client, app)
}

func jsonWebKeys(t *testing.T, client *okta.APIClient) {
	ctx, keys := t.Context(), client.ApplicationSSOPublicKeysAPI
	pair := newRSAPair(t)
	first := okta.OAuth2ClientJsonWebKeyRsaResponse{
		Kty: new("RSA"), Kid: *okta.NewNullableString(new("first")), N: new(pair.n()), E: new("AQAB"),
	}
	app := createApp(t, client, "keys", "private_key_jwt", okta.OpenIdConnectApplicationSettingsClientKeysKeysInner{
		OAuth2ClientJsonSigningKeyResponse: &okta.OAuth2ClientJsonSigningKeyResponse{OAuth2ClientJsonWebKeyRsaResponse: &first},
	}).GetId()

	added := readKey(t)(keys.AddJwk(ctx, app).AddJwkRequest(newECKey(t, "second")).Execute())
	equal(t, "kid", added.GetKid(), "second")
	listed := must(keys.ListJwk(ctx, app).Execute())(t).Keys
	equal(t, "keys", len(listed), 2)
	old := listed[0].OAuth2ClientJsonSigningKeyResponse.OAuth2ClientJsonWebKeyRsaResponse.GetId()
	equal(t, "x", must(keys.GetJwk(ctx, app, added.GetId()).Execute())(t).OAuth2ClientJsonWebKeyECResponse.GetX(), added.GetX())

	_, err := keys.Deletejwk(ctx, app, old).Execute()
	refused(t, err, "E0000001")
	off := must(keys.DeactivateOAuth2ClientJsonWebKey(ctx, app, old).Execute())(t)
	equal(t, "status", off.OAuth2ClientJsonWebKeyRsaResponse.GetStatus(), "INACTIVE")
	_, _, err = keys.DeactivateOAuth2ClientJsonWebKey(ctx, app, added.GetId()).Execute()
	refused(t, err, "E0000001")
	equal(t, "status", readKey(t)(keys.ActivateOAuth2ClientJsonWebKey(ctx, app, old).Execute()).GetStatus(), "ACTIVE")
	must(keys.DeactivateOAuth2ClientJsonWebKey(ctx, app, old).Execute())(t)
	done(keys.Deletejwk(ctx, app, old).Execute())(t)
	_, _, err = keys.GetJwk(ctx, app, old).Execute()
	refused(t, err, "E0000007")
	deleteApp(t, client, app)
}

// readKey reads the response itself, because the SDK can't: for every key, it reports that the data matches more
// than one schema of AddJwk201Response.
func readKey(t *testing.T) func(*okta.AddJwk201Response, *okta.APIResponse, error) *okta.OAuth2ClientJsonWebKeyECResponse {
	return func(_ *okta.AddJwk201Response, response *okta.APIResponse, err error) *okta.OAuth2ClientJsonWebKeyECResponse {
		t.Helper()
		var key okta.OAuth2ClientJsonWebKeyECResponse
		if response == nil || response.StatusCode >= http.StatusMultipleChoices {
			t.Fatal(err)
		}
		if err := json.NewDecoder(response.Body).Decode(&key); err != nil {
			t.Fatal(err)
		}
		return &key
	}
}

func apps(t *testing.T, client *okta.APIClient) {
	ctx := t.Context()
	one, two := createApp(t, client, "page one", "client_secret_post"), createApp(t, client, "page two", "client_secret_jwt")
	listed := pages(client.ApplicationAPI.ListApplications(ctx).Q("page").Limit(1).Execute())(t)
	equal(t, "apps", len(listed), 2)

	app := must(client.ApplicationAPI.GetApplication(ctx, one.GetId()).Execute())(t).OpenIdConnectApplication
	app.Settings.OauthClient.JwksUri = new("https://example.com/jwks.json")
	app.Credentials.OauthClient.TokenEndpointAuthMethod = new("private_key_jwt")
	document := okta.ListApplications200ResponseInner{OpenIdConnectApplication: app}
	replaced := must(client.ApplicationAPI.ReplaceApplication(ctx, one.GetId()).Application(document).Execute())(t).OpenIdConnectApplication
	equal(t, "jwks_uri", replaced.Settings.OauthClient.GetJwksUri(), "https://example.com/jwks.json")
	equal(t, "method", replaced.Credentials.OauthClient.GetTokenEndpointAuthMethod(), "private_key_jwt")
	for _, app := range []*okta.OpenIdConnectApplication{one, two} {
		deleteApp(t, client, app.GetId())
	}
}

func serviceSecrets(t *testing.T, client *okta.APIClient, service oktasim.APIService) {
	ctx, integrations := t.Context(), client.ApiServiceIntegrationsAPI
	listed := must(integrations.ListApiServiceIntegrationInstanceSecrets(ctx, service.ID).Execute())(t)
	equal(t, "secrets", len(listed), 1)
	old := listed[0].GetId()
	created := must(integrations.CreateApiServiceIntegrationInstanceSecret(ctx, service.ID).Execute())(t)
	if listed := must(integrations.ListApiServiceIntegrationInstanceSecrets(ctx, service.ID).Execute())(t); listed[1].GetClientSecret() == created.GetClientSecret() {
		t.Error("a list shows the plain value")
	}
	_, _, err := integrations.CreateApiServiceIntegrationInstanceSecret(ctx, service.ID).Execute()
	refused(t, err, "E0000001")
	equal(t, "status", must(integrations.DeactivateApiServiceIntegrationInstanceSecret(ctx, service.ID, old).Execute())(t).GetStatus(), "INACTIVE")
	equal(t, "status", must(integrations.ActivateApiServiceIntegrationInstanceSecret(ctx, service.ID, old).Execute())(t).GetStatus(), "ACTIVE")
	must(integrations.DeactivateApiServiceIntegrationInstanceSecret(ctx, service.ID, old).Execute())(t)
	done(integrations.DeleteApiServiceIntegrationInstanceSecret(ctx, service.ID, old).Execute())(t)
	equal(t, "secrets", len(must(integrations.ListApiServiceIntegrationInstanceSecrets(ctx, service.ID).Execute())(t)), 1)
}

func systemLog(t *testing.T, client *okta.APIClient) {
	ctx := t.Context()
	app := createApp(t, client, "log", "client_secret_basic").GetId()
	created := must(client.ApplicationSSOPublicKeysAPI.CreateOAuth2ClientSecret(ctx, app).Execute())(t)
	must(client.ApplicationSSOPublicKeysAPI.DeactivateOAuth2ClientSecret(ctx, app, created.GetId()).Execute())(t)
	filter := `target.id eq "` + app + `" and eventType sw "app.oauth2.credentials.lifecycle."`
	now := time.Now().UTC()
	events := pages(client.SystemLogAPI.ListLogEvents(ctx).Filter(filter).Limit(1).SortOrder("DESCENDING").
		Since(now.Add(-time.Hour).Format(time.RFC3339)).Until(now.Add(time.Hour).Format(time.RFC3339)).Execute())(t)
	if len(events) < 2 {
		t.Fatalf("%d events", len(events))
	}
	equal(t, "last event", events[0].GetEventType(), "app.oauth2.credentials.lifecycle.deactivate")
	equal(t, "event before", events[1].GetEventType(), "app.oauth2.credentials.lifecycle.create")
	equal(t, "secret_hash", events[0].GetTarget()[0].DetailEntry["clientsecret"], any(created.GetSecretHash()))
	deleteApp(t, client, app)
}

// privateKey logs the SDK in with the private key of an app.
func privateKey(t *testing.T, org *oktasim.Org, server *httptest.Server, dpop bool) {
	pair := newRSAPair(t)
	app := org.AddApp(oktasim.AppOptions{Type: "service", AuthMethod: "private_key_jwt", Scopes: []string{"okta.apps.read"}, DPoP: dpop})
	if _, err := org.AddKey(app.ID, []byte(`{"kty":"RSA","e":"AQAB","kid":"login","n":"`+pair.n()+`"}`)); err != nil {
		t.Fatal(err)
	}
	client := newClient(t, server, okta.WithAuthorizationMode("PrivateKey"), okta.WithClientId(app.ClientID),
		okta.WithScopes([]string{"okta.apps.read"}), okta.WithPrivateKey(pair.pem()), okta.WithPrivateKeyId("login"))
	found := must(client.ApplicationAPI.GetApplication(t.Context(), app.ID).Execute())(t)
	equal(t, "app", found.OpenIdConnectApplication.GetId(), app.ID)
	_, err := client.ApplicationAPI.DeactivateApplication(t.Context(), app.ID).Execute()
	refused(t, err, "E0000006")
	if err := org.RemoveApp(app.ID); err != nil {
		t.Fatal(err)
	}
}

func createApp(t *testing.T, client *okta.APIClient, label, method string, keys ...okta.OpenIdConnectApplicationSettingsClientKeysKeysInner) *okta.OpenIdConnectApplication {
	t.Helper()
	settings := okta.OpenIdConnectApplicationSettingsClient{
		ApplicationType: new("service"), GrantTypes: []string{"client_credentials"}, ResponseTypes: []string{"token"},
	}
	if len(keys) > 0 {
		settings.Jwks = &okta.OpenIdConnectApplicationSettingsClientKeys{Keys: keys}
	}
	app := okta.NewOpenIdConnectApplication(
		okta.OAuthApplicationCredentials{OauthClient: &okta.ApplicationCredentialsOAuthClient{TokenEndpointAuthMethod: &method}},
		"oidc_client", okta.OpenIdConnectApplicationSettings{OauthClient: &settings}, label, "OPENID_CONNECT")
	created := must(client.ApplicationAPI.CreateApplication(t.Context()).Application(
		okta.ListApplications200ResponseInner{OpenIdConnectApplication: app}).Execute())(t)
	return created.OpenIdConnectApplication
}

func deleteApp(t *testing.T, client *okta.APIClient, app string) {
	t.Helper()
	_, err := client.ApplicationAPI.DeleteApplication(t.Context(), app).Execute()
	refused(t, err, "E0000056")
	done(client.ApplicationAPI.DeactivateApplication(t.Context(), app).Execute())(t)
	done(client.ApplicationAPI.DeleteApplication(t.Context(), app).Execute())(t)
	_, _, err = client.ApplicationAPI.GetApplication(t.Context(), app).Execute()
	refused(t, err, "E0000007")
}

// must returns the call's result. It fails the test if the call failed.
func must[T any](value T, _ *okta.APIResponse, err error) func(*testing.T) T {
	return func(t *testing.T) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return value
	}
}

// pages returns the items of the call's page and of all pages after it.
func pages[T any](page []T, response *okta.APIResponse, err error) func(*testing.T) []T {
	return func(t *testing.T) []T {
		t.Helper()
		all := must(page, response, err)(t)
		for response.HasNextPage() {
			var next []T
			if response, err = response.Next(&next); err != nil {
				t.Fatal(err)
			}
			all = append(all, next...)
		}
		return all
	}
}

// done is must for a call without a result.
func done(_ *okta.APIResponse, err error) func(*testing.T) {
	return func(t *testing.T) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
}

// refused fails the test unless the call failed with Okta's error code.
func refused(t *testing.T, err error, code string) {
	t.Helper()
	var failed *okta.GenericOpenAPIError
	var body okta.Error
	if !errors.As(err, &failed) || json.Unmarshal(failed.Body(), &body) != nil || body.GetErrorCode() != code {
		t.Fatalf("want %s, got %v", code, err)
	}
}

func equal[T comparable](t *testing.T, what string, got, want T) {
	t.Helper()
	if got != want {
		t.Errorf("%s: got %v, want %v", what, got, want)
	}
}

type rsaPair struct{ *rsa.PrivateKey }

func newRSAPair(t *testing.T) rsaPair {
	t.Helper()
	pair, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	return rsaPair{pair}
}

// n is the modulus as in a JWK.
func (pair rsaPair) n() string { return base64.RawURLEncoding.EncodeToString(pair.N.Bytes()) }

func (pair rsaPair) pem() string {
	return string(pem.EncodeToMemory(&pem.Block{Type: "RSA PRIVATE KEY", Bytes: x509.MarshalPKCS1PrivateKey(pair.PrivateKey)}))
}

// newECKey returns a new public key. The SDK's type lacks crv because Okta's document does.
func newECKey(t *testing.T, kid string) okta.AddJwkRequest {
	t.Helper()
	pair, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	point, err := pair.PublicKey.Bytes()
	if err != nil {
		t.Fatal(err)
	}
	key := okta.OAuth2ClientJsonWebKeyECRequest{
		Kty: new("EC"), Kid: *okta.NewNullableString(&kid), AdditionalProperties: map[string]any{"crv": "P-256"},
		X: new(base64.RawURLEncoding.EncodeToString(point[1:33])), Y: new(base64.RawURLEncoding.EncodeToString(point[33:])),
	}
	return okta.AddJwkRequest{OAuth2ClientJsonSigningKeyRequest: &okta.OAuth2ClientJsonSigningKeyRequest{OAuth2ClientJsonWebKeyECRequest: &key}}
}
