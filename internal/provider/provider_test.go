// SPDX-License-Identifier: MPL-2.0

package provider_test

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rsa"
	"crypto/x509"
	"encoding/pem"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/lestrrat-go/jwx/v2/jwk"

	"github.com/oktacreds/terraform-provider-oktacreds/internal/acctest"
	"github.com/oktacreds/terraform-provider-oktacreds/internal/oktasim"
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

func TestAccProvider_LogsInWithEveryKindOfPrivateKey(t *testing.T) {
	rsaKey, ecKey := acctest.RSA(t, 2048), acctest.EC(t, elliptic.P256())
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
		"RSA, PKCS#1":       {key: rsaKey, text: pkcs1(rsaKey)},
		"EC, PKCS#8":        {key: ecKey, text: acctest.PrivatePEM(t, ecKey)},
		"EC, SEC 1":         {key: ecKey, text: sec1(t, ecKey)},
		"EC P-521":          {key: acctest.EC(t, elliptic.P521())},
		"a file":            {key: rsaKey, text: file},
		"RSA, with DPoP":    {key: rsaKey, text: acctest.PrivatePEM(t, rsaKey), dpop: true},
		"EC P-384 and DPoP": {key: acctest.EC(t, elliptic.P384()), dpop: true},
	} {
		t.Run(name, func(t *testing.T) {
			org := acctest.NewOrg(t)
			sim := org.Sim(t)
			if test.text == "" {
				test.text = acctest.PrivatePEM(t, test.key)
			}
			client := serviceApp(t, sim, test.key, test.dpop, "okta.apps.read", "okta.apps.manage")
			app := sim.AddApp(oktasim.AppOptions{Label: "managed"})
			resource.ParallelTest(t, resource.TestCase{
				ProtoV6ProviderFactories: acctest.Factories(),
				Steps:                    []resource.TestStep{{Config: oauthConfig(org, client.ClientID, test.text, appScopes, app.ID)}},
			})
		})
	}
}

func pkcs1(key *rsa.PrivateKey) string {
	return string(pem.EncodeToMemory(&pem.Block{Type: "RSA PRIVATE KEY", Bytes: x509.MarshalPKCS1PrivateKey(key)}))
}

func sec1(t *testing.T, key *ecdsa.PrivateKey) string {
	t.Helper()
	der, err := x509.MarshalECPrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	return string(pem.EncodeToMemory(&pem.Block{Type: "EC PRIVATE KEY", Bytes: der}))
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

func TestAccProvider_RefusalsAreInOktasWords(t *testing.T) {
	org := acctest.NewOrg(t)
	sim := org.Sim(t)
	key := acctest.RSA(t, 2048)
	reader := serviceApp(t, sim, key, false, "okta.users.read")
	app := sim.AddApp(oktasim.AppOptions{})
	secret := acctest.PrivatePEM(t, key)
	for name, test := range map[string]struct{ config, says string }{
		"no scope granted": {
			oauthConfig(org, reader.ClientID, secret, appScopes, app.ID), `consent_required[^"]*You\s+are\s+not\s+allowed\s+any\s+of\s+the\s+requested\s+scopes`,
		},
		"a scope too few": {
			oauthConfig(org, reader.ClientID, secret, `"okta.users.read"`, app.ID), `The\s+access\s+token\s+lacks\s+a\s+scope`,
		},
		"an unknown client": {
			oauthConfig(org, "0oaUnknown", secret, appScopes, app.ID), `invalid_client`,
		},
		"another key": {
			oauthConfig(org, reader.ClientID, acctest.PrivatePEM(t, acctest.RSA(t, 2048)), appScopes, app.ID), `invalid_client`,
		},
		"no scopes": {
			oauthConfig(org, reader.ClientID, secret, "", app.ID), `scopes`,
		},
		"no file": {
			oauthConfig(org, reader.ClientID, "/nowhere/key.pem", appScopes, app.ID), `neither\s+PEM\s+nor\s+the\s+path`,
		},
		"a public key": {
			oauthConfig(org, reader.ClientID, acctest.PublicPEM(t, key), appScopes, app.ID), `This\s+is\s+a\s+public\s+key`,
		},
		"plain http": {
			strings.ReplaceAll(oauthConfig(org, reader.ClientID, secret, appScopes, app.ID), org.URL, "http://okta.example.com"), `only\s+https\s+is\s+allowed`,
		},
	} {
		t.Run(name, func(t *testing.T) {
			resource.ParallelTest(t, resource.TestCase{
				ProtoV6ProviderFactories: acctest.Factories(),
				Steps:                    []resource.TestStep{{Config: test.config, PlanOnly: true, ExpectError: regexp.MustCompile(test.says)}},
			})
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
