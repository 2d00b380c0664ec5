// SPDX-License-Identifier: MPL-2.0

package provider_test

import (
	"crypto"
	"crypto/elliptic"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/lestrrat-go/jwx/v2/jwk"

	"github.com/oktacreds/terraform-provider-oktacreds/internal/acctest"
	"github.com/oktacreds/terraform-provider-oktacreds/internal/oktasim"
	"github.com/oktacreds/terraform-provider-oktacreds/internal/tfcore"
)

// serviceApp is an API service app that may manage apps, with one key.
func serviceApp(t *testing.T, sim *oktasim.Org, key crypto.Signer, dpop bool, scopes ...string) oktasim.App {
	t.Helper()
	app := sim.AddApp(oktasim.AppOptions{Label: "terraform", Type: "service", AuthMethod: "private_key_jwt", Scopes: scopes, DPoP: dpop})
	public, err := jwk.FromRaw(key.Public())
	if err != nil {
		t.Fatal(err)
	}
	if err := public.Set("kid", "terraform"); err != nil {
		t.Fatal(err)
	}
	if _, err := sim.AddKey(app.ID, []byte(acctest.Marshal(t, public))); err != nil {
		t.Fatal(err)
	}
	return app
}

// oauthConfig reads one app, as the service app.
func oauthConfig(org *acctest.Org, clientID, privateKey, scopes, appID string) string {
	return fmt.Sprintf(`
provider "oktacreds" {
  http_proxy       = %q
  client_id        = %q
  private_key      = %q
  private_key_id   = "terraform"
  scopes           = [%s]
  min_wait_seconds = 0
  max_wait_seconds = 0
}

data "oktacreds_app" "test" {
  id = %q
}
`, org.URL, clientID, privateKey, scopes, appID)
}

const appScopes = `"okta.apps.read", "okta.apps.manage"`

// oauthProvider is the same provider for the small core.
func oauthProvider(org *acctest.Org, clientID, privateKey string, scopes ...any) values {
	return values{
		"http_proxy": org.URL, "client_id": clientID, "private_key": privateKey, "private_key_id": "terraform", "scopes": scopes,
		"min_wait_seconds": 0, "max_wait_seconds": 0,
	}
}

func TestProvider_LogsInWithEveryKindOfPrivateKey(t *testing.T) {
	t.Parallel()
	rsaPair, ecPair := acctest.NewRSA(t, 2048), acctest.NewEC(t)
	rsaKey, ecKey := rsaPair.Signer, ecPair.Signer
	file := filepath.Join(t.TempDir(), "key.pem")
	if err := os.WriteFile(file, []byte(acctest.PrivatePEM(t, rsaKey)), 0o600); err != nil {
		t.Fatal(err)
	}
	for name, test := range map[string]struct {
		key  crypto.Signer
		text string
		dpop bool
	}{
		"RSA, PKCS#8":       {key: rsaKey, text: acctest.PrivatePEM(t, rsaKey)},
		"RSA, PKCS#1":       {key: rsaKey, text: rsaPair.PrivatePEMs(t)["RSA PRIVATE KEY"]},
		"EC, PKCS#8":        {key: ecKey, text: acctest.PrivatePEM(t, ecKey)},
		"EC, SEC 1":         {key: ecKey, text: ecPair.PrivatePEMs(t)["EC PRIVATE KEY"]},
		"EC P-521":          {key: acctest.EC(t, elliptic.P521())},
		"a file":            {key: rsaKey, text: file},
		"RSA, with DPoP":    {key: rsaKey, text: acctest.PrivatePEM(t, rsaKey), dpop: true},
		"EC P-384 and DPoP": {key: acctest.EC(t, elliptic.P384()), dpop: true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			org := acctest.NewOrg(t)
			if test.text == "" {
				test.text = acctest.PrivatePEM(t, test.key)
			}
			client := serviceApp(t, org.Sim(t), test.key, test.dpop, "okta.apps.read", "okta.apps.manage")
			s := newStory(t, org)
			s.provider = oauthProvider(org, client.ClientID, test.text, "okta.apps.read", "okta.apps.manage")
			s.applies(t, tfcore.Create, testSecret(org.NewApp(t, "client_secret_basic"), nil))
		})
	}
}

func TestAccProvider_ManyResourcesShareOneToken(t *testing.T) {
	org := acctest.NewOrg(t)
	sim := org.Sim(t)
	key := acctest.RSA(t, 2048)
	client := serviceApp(t, sim, key, true, "okta.apps.read", "okta.apps.manage")
	config := oauthConfig(org, client.ClientID, acctest.PrivatePEM(t, key), appScopes, sim.AddApp(oktasim.AppOptions{}).ID)
	for i := range 10 {
		config += fmt.Sprintf("\ndata \"oktacreds_app\" \"more_%d\" {\n  id = %q\n}\n", i, sim.AddApp(oktasim.AppOptions{}).ID)
	}
	tokens := func() (granted int) {
		for _, request := range sim.Requests() {
			if strings.HasSuffix(request.Path, "/token") && request.Status == 200 {
				granted++
			}
		}
		return granted
	}
	resource.Test(t, resource.TestCase{
		ProtoV6ProviderFactories: acctest.Factories(),
		Steps: []resource.TestStep{{
			Config: config, PlanOnly: true,
			PreConfig: sim.ResetRequests,
		}},
	})
	// Terraform starts the provider anew for each of the commands of a step; none
	// of them asks for more than one token.
	if commands := 6; tokens() == 0 || tokens() > commands {
		t.Errorf("%d tokens were granted for 11 objects in at most %d runs", tokens(), commands)
	}
}

func TestProvider_RefusalsAreInOktasWords(t *testing.T) {
	t.Parallel()
	org := acctest.NewOrg(t)
	key := acctest.NewRSA(t, 2048).Signer
	reader := serviceApp(t, org.Sim(t), key, false, "okta.users.read")
	app := org.NewApp(t, "client_secret_basic")
	private := acctest.PrivatePEM(t, key)
	needed := []any{"okta.apps.read", "okta.apps.manage"}
	insecure := oauthProvider(org, reader.ClientID, private, needed...)
	insecure["http_proxy"] = "http://okta.example.com"
	for name, test := range map[string]struct {
		provider values
		says     []string
	}{
		"no scope granted": {
			oauthProvider(org, reader.ClientID, private, needed...), []string{"consent_required", "You are not allowed any of the requested scopes"},
		},
		"a scope too few":   {oauthProvider(org, reader.ClientID, private, "okta.users.read"), []string{"The access token lacks a scope"}},
		"an unknown client": {oauthProvider(org, "0oaUnknown", private, needed...), []string{"invalid_client"}},
		"another key": {
			oauthProvider(org, reader.ClientID, acctest.PrivatePEM(t, acctest.NewRSA(t, 2048).Signer), needed...), []string{"invalid_client"},
		},
		"no scopes":    {oauthProvider(org, reader.ClientID, private), []string{"scopes"}},
		"no file":      {oauthProvider(org, reader.ClientID, "/nowhere/key.pem", needed...), []string{"neither PEM nor the path"}},
		"a public key": {oauthProvider(org, reader.ClientID, acctest.PublicPEM(t, key), needed...), []string{"This is a public key"}},
		"plain http":   {insecure, []string{"only https is allowed"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newStory(t, org)
			s.provider = test.provider
			said := s.fails(t, testSecret(app, nil))
			acctest.Says(t, said, test.says...)
			acctest.Hides(t, said, private)
		})
	}
}

func TestAccProvider_TakesTheEnvironmentOfOktasProvider(t *testing.T) {
	org := acctest.NewOrg(t)
	sim := org.Sim(t)
	key := acctest.RSA(t, 2048)
	client := serviceApp(t, sim, key, false, "okta.apps.read", "okta.apps.manage")
	app := sim.AddApp(oktasim.AppOptions{})
	for name, value := range map[string]string{
		"OKTA_HTTP_PROXY": org.URL, "OKTA_API_CLIENT_ID": client.ClientID, "OKTA_API_PRIVATE_KEY": acctest.PrivatePEM(t, key),
		"OKTA_API_PRIVATE_KEY_ID": "terraform", "OKTA_API_SCOPES": "okta.apps.read,okta.apps.manage",
	} {
		t.Setenv(name, value)
	}
	resource.Test(t, resource.TestCase{
		ProtoV6ProviderFactories: acctest.Factories(),
		Steps:                    []resource.TestStep{{Config: fmt.Sprintf("data \"oktacreds_app\" \"test\" {\n  id = %q\n}\n", app.ID)}},
	})
}
