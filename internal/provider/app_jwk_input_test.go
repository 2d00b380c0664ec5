// SPDX-License-Identifier: MPL-2.0

package provider_test

import (
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"fmt"
	"maps"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"
	"github.com/hashicorp/terraform-plugin-testing/helper/resource"

	"github.com/oktacreds/terraform-provider-oktacreds/internal/acctest"
	"github.com/oktacreds/terraform-provider-oktacreds/internal/oktasim"
)

// Where a key can be given.
var keyInputs = []string{"jwk", "public_key_pem", "public_key_wo"}

// A private key is refused before anything is sent or stored, in whatever form
// and wherever it is given, and what is said does not repeat a line of it.
func TestAppJWK_PrivateKey_IsRefusedAndNotShown(t *testing.T) {
	org := acctest.NewOrg(t)
	app := org.NewApp(t, "client_secret_basic")
	provider := newProtocol(t, org)
	org.Sim(t).ResetRequests()
	private := map[string]string{}
	for name, key := range map[string]acctest.KeyPair{"RSA": acctest.NewRSA(t, 2048), "EC": acctest.NewEC(t)} {
		for label, text := range key.PrivatePEMs(t) {
			private[name+" "+label] = text
			private[name+" "+label+" beside its certificate"] = key.Certificate(t) + text
			private[name+" "+label+", cut off"] = text[:len(text)/2]
		}
		private[name+" JWK"] = key.PrivateJWK(t)
		private[name+" JWK without its end"] = strings.TrimSuffix(key.PrivateJWK(t), "}")
	}
	for name, text := range private {
		for _, input := range keyInputs {
			t.Run(name+" as "+input, func(t *testing.T) {
				said := provider.validate(t, keyKind, map[string]any{"app_id": app.ID, input: text})
				if !strings.HasPrefix(said, "ERROR: Unusable public key in "+input) {
					t.Errorf("it says %q", said)
				}
				if !strings.HasSuffix(name, "end") && !strings.Contains(said, "This is a private key, and a public key belongs here.") {
					t.Errorf("it does not say that this is a private key: %q", said)
				}
				for _, line := range strings.FieldsFunc(text, func(r rune) bool { return strings.ContainsRune("\n\" ,:{}", r) }) {
					if len(line) > 10 && strings.Contains(said, line) {
						t.Errorf("it repeats the input: %q", said)
					}
				}
			})
		}
	}
	if sent := requestsTo(t, app); len(sent) > 0 {
		t.Errorf("sent were %v", sent)
	}
}

// Terraform itself prints the lines of the configuration that a diagnostic's
// path leads to, and the values of the variables in them.
func TestAccAppJWK_PrivateKey_IsNotShownByTerraformEither(t *testing.T) {
	t.Parallel()
	org := acctest.NewOrg(t)
	app := org.NewApp(t, "client_secret_basic")
	key := acctest.NewEC(t)
	org.Sim(t).ResetRequests()
	inPEM := key.PrivatePEMs(t)["PRIVATE KEY"]
	var config strings.Builder
	for form, text := range map[string]string{"jwk": key.PrivateJWK(t), "pem": inPEM} {
		fmt.Fprintf(&config, "locals {\n  %s = %q\n}\n", form, text)
		for _, input := range keyInputs {
			for how, expression := range map[string]string{"literal": fmt.Sprintf("%q", text), "local": "local." + form} {
				fmt.Fprintf(&config, "resource %q %q {\n  app_id = %q\n  %s = %s\n}\n", keyKind, form+"_as_"+input+"_"+how, app.ID, input, expression)
			}
		}
	}
	said := acctest.Refused(t, resource.TestCase{
		ProtoV6ProviderFactories: acctest.Factories(),
		Steps:                    []resource.TestStep{{Config: org.Provider() + config.String(), PlanOnly: true}},
	})
	if refusals := strings.Count(said, "This is a private key"); refusals != 12 {
		t.Errorf("%d of 12 are refused: %s", refusals, said)
	}
	acctest.Hides(t, said, key.D(t), strings.Split(inPEM, "\n")[1])
	if sent := requestsTo(t, app); len(sent) > 0 {
		t.Errorf("sent were %v", sent)
	}
}

func TestAppJWK_BadInput_IsRefusedBeforeAnythingIsSent(t *testing.T) {
	org := acctest.NewOrg(t)
	app := org.NewApp(t, "client_secret_basic")
	provider := newProtocol(t, org)
	org.Sim(t).ResetRequests()
	good, short := acctest.NewEC(t), acctest.NewRSA(t, 1024)
	_, edwards, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	jwk := func(more acctest.Members) string { return good.JWK(t, more) }
	// What `openssl ecparam -name secp256k1 -genkey | openssl ec -pubout` printed.
	const secp256k1 = `-----BEGIN PUBLIC KEY-----
MFYwEAYHKoZIzj0CAQYFK4EEAAoDQgAEeb5mfvncu6xVoGKVzocLBwKb/NstzijZ
WfKBWxb4F5hIOtp3JqPEZV2k+/wOEQio/Re0SKaFVBmcR9CP+xDUuA==
-----END PUBLIC KEY-----
`
	for name, test := range map[string]struct {
		config map[string]any
		want   string
	}{
		"RSA 1024 as PEM":          {map[string]any{"public_key_pem": short.PEM(t)}, "1024 bits"},
		"RSA 1024 as PKCS#1":       {map[string]any{"public_key_pem": short.PKCS1(t)}, "1024 bits"},
		"RSA 1024 as JWK":          {map[string]any{"jwk": short.JWK(t, nil)}, "1024 bits"},
		"RSA 1024, write-only":     {map[string]any{"public_key_wo": short.PEM(t)}, "1024 bits"},
		"P-224":                    {map[string]any{"public_key_pem": acctest.NewECOn(t, elliptic.P224()).PEM(t)}, "P-224"},
		"P-256K as PEM":            {map[string]any{"public_key_pem": secp256k1}, "secp256k1"},
		"P-256K as JWK":            {map[string]any{"jwk": jwk(acctest.Members{"crv": "P-256K"})}, "secp256k1"},
		"Ed25519 as PEM":           {map[string]any{"public_key_pem": acctest.KeyPair{Signer: edwards}.PEM(t)}, "Okta takes RSA keys"},
		"Ed25519 as JWK":           {map[string]any{"jwk": `{"kty":"OKP","crv":"Ed25519","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}`}, "Ed25519"},
		"a symmetric key":          {map[string]any{"jwk": `{"kty":"oct","k":"c2VjcmV0"}`}, "private key"},
		"no point of the curve":    {map[string]any{"jwk": jwk(acctest.Members{"x": good.Members()["y"]})}, "not a point on the curve"},
		"no JSON":                  {map[string]any{"jwk": "{"}, "not valid JSON"},
		"JSON but no object":       {map[string]any{"jwk": `["a"]`}, "not an object"},
		"a JWKS":                   {map[string]any{"jwk": `{"keys":[]}`}, "a JWKS, and one key is needed"},
		"a JWK without kty":        {map[string]any{"jwk": `{"n":"AQAB"}`}, "kty is missing"},
		"PEM in jwk":               {map[string]any{"jwk": good.PEM(t)}, "but a JWK (a JSON object) is needed"},
		"JWK in public_key_pem":    {map[string]any{"public_key_pem": jwk(nil)}, "but PEM"},
		"PEM without its end":      {map[string]any{"public_key_pem": good.PEM(t)[:60]}, "PEM block is damaged"},
		"PEM with a hole":          {map[string]any{"public_key_pem": strings.Replace(good.PEM(t), "\nM", "\n", 1)}, "PEM block"},
		"text":                     {map[string]any{"public_key_wo": "ssh-rsa AAAA"}, "OpenSSH public key"},
		"nothing":                  {map[string]any{"public_key_pem": ""}, "text is empty"},
		"no key at all":            {map[string]any{}, "Exactly one form of the public key"},
		"two keys":                 {map[string]any{"jwk": jwk(nil), "public_key_pem": good.PEM(t)}, "Exactly one form of the public key"},
		"two kids":                 {map[string]any{"jwk": jwk(acctest.Members{"kid": "a"}), "kid": "b"}, "Two values for kid"},
		"no kid":                   {map[string]any{"jwk": jwk(nil), "kid": ""}, "The kid must not be empty"},
		"a private key as kid":     {map[string]any{"jwk": jwk(nil), "kid": acctest.PrivatePEM(t, acctest.RSA(t, 2048))}, "Invalid kid"},
		"a JWK as kid":             {map[string]any{"jwk": jwk(nil), "kid": jwk(nil)}, "Invalid kid"},
		"a kid that is too long":   {map[string]any{"jwk": jwk(nil), "kid": strings.Repeat("k", 256)}, "Invalid kid"},
		"a member in capitals":     {map[string]any{"jwk": strings.Replace(jwk(nil), `"kty"`, `"Kty"`, 1)}, "in capitals"},
		"a member that is unknown": {map[string]any{"jwk": jwk(acctest.Members{"client_secret": "hunter2"})}, "member that is not known"},
		"another use":              {map[string]any{"jwk": jwk(nil), "use": "signing"}, "use"},
		"another use in the JWK":   {map[string]any{"jwk": jwk(acctest.Members{"use": "signing"})}, `Use must be "sig"`},
		"an EC key to encrypt":     {map[string]any{"jwk": jwk(nil), "use": "enc"}, "must be an RSA key"},
		"alg of another kind":      {map[string]any{"jwk": jwk(nil), "alg": "RS256"}, "Alg does not fit"},
		"alg of another curve":     {map[string]any{"jwk": jwk(acctest.Members{"alg": "ES384"})}, "Alg does not fit"},
		"another status":           {map[string]any{"jwk": jwk(nil), "status": "DELETED"}, "status"},
		"another on_destroy":       {map[string]any{"jwk": jwk(nil), "on_destroy": "forget"}, "on_destroy"},
		"an app id that is a URL":  {map[string]any{"jwk": jwk(nil), "app_id": "../users/me"}, "must be an id of Okta's"},
	} {
		t.Run(name, func(t *testing.T) {
			if test.config["app_id"] == nil {
				test.config["app_id"] = app.ID
			}
			if said := provider.validate(t, keyKind, test.config); !strings.HasPrefix(said, "ERROR") || !strings.Contains(said, test.want) {
				t.Errorf("it says %q, want %q", said, test.want)
			}
		})
	}
	if sent := requestsTo(t, app); len(sent) > 0 {
		t.Errorf("sent were %v", sent)
	}
}

// What only Okta knows is found at plan.
func TestAccAppJWK_WhatTheAppIsAgainst_IsFoundAtPlan(t *testing.T) {
	org := acctest.NewOrg(t)
	app, byURI := org.NewApp(t, "client_secret_basic"), org.NewApp(t, "client_secret_basic")
	taken := acctest.NewEC(t)
	app.AddKey(t, withMembers(taken, acctest.Members{"kid": "taken"}))
	byURI.SetJWKSURI(t, "https://keys.example/jwks.json")
	unknown := &acctest.App{ID: "0oaUnknown"}
	key := inPEM(t, acctest.NewEC(t))
	refused := func(config, message string) resource.TestStep {
		return resource.TestStep{Config: config, PlanOnly: true, ExpectError: inWords(message)}
	}

	testKeys(t,
		resource.TestStep{Config: keyConfig(org, app, key, set("kid", "taken")), ExpectError: inWords("Another key of app " + app.ID + " has the configured kid")},
		resource.TestStep{Config: keyConfig(org, app, key, set("kid", "mine"))},
		refused(keyConfig(org, byURI, key), "App "+byURI.ID+" has the jwks_uri https://keys.example/jwks.json"),
		refused(keyConfig(org, unknown, key), "The app does not exist in this org"),
		refused(keyConfig(org, app, key, set("kid", "taken")), "Another key of app "+app.ID+" has the configured kid"),
		// the kid of the key that is replaced: neither order could work
		resource.TestStep{Config: keyConfig(org, app, inPEM(t, acctest.NewEC(t)), set("kid", "mine")), ExpectError: inWords("Another key of app " + app.ID + " has the configured kid")},
		resource.TestStep{Config: keyConfig(org, app, key, set("kid", "mine")), PlanOnly: true},
	)
}

func withMembers(key acctest.KeyPair, more acctest.Members) acctest.Members {
	members := key.Members()
	maps.Copy(members, more)
	return members
}

// Two keys of one configuration can't have one kid, nor two resources one key.
func TestAccAppJWK_TwiceInOneConfiguration(t *testing.T) {
	org := acctest.NewOrg(t)
	app := org.NewApp(t, "client_secret_basic")
	one, two := acctest.NewEC(t), acctest.NewEC(t)
	twice := func(first, second acctest.KeyPair) string {
		return keyConfig(org, app, inPEM(t, first), set("kid", "k")) + fmt.Sprintf(`
resource "oktacreds_app_jwk" "second" {
  app_id = %q
  kid    = "k"
  %s
  depends_on = [oktacreds_app_jwk.test]
}
`, app.ID, inPEM(t, second))
	}
	testKeys(t,
		resource.TestStep{Config: twice(one, two), ExpectError: inWords("has the configured kid")},
		resource.TestStep{Config: keyConfig(org, app, inPEM(t, one), set("kid", "k")), Destroy: true},
		resource.TestStep{Config: twice(one, one), ExpectError: inWords("Two resources give app " + app.ID + " the same key")},
		resource.TestStep{Config: keyConfig(org, app, inPEM(t, one), set("kid", "k")), PlanOnly: true},
	)
}

// Terraform shows the line of use or alg if an error is about it. It shows no line that could hold a key.
func TestAppJWK_ErrorAboutUseOrAlg_IsAtTheAttribute(t *testing.T) {
	ec, rsa := acctest.NewEC(t), acctest.NewRSA(t, 2048)
	provider := newProtocol(t, nil)
	for name, test := range map[string]struct {
		config map[string]any
		at     string
	}{
		"use that the key can't have":             {map[string]any{"jwk": ec.JWK(t, nil), "use": "enc"}, "use"},
		"use that Okta doesn't know":              {map[string]any{"jwk": ec.JWK(t, nil), "use": "wrap"}, "use"},
		"alg of another kind of key":              {map[string]any{"jwk": ec.JWK(t, nil), "alg": "RS256"}, "alg"},
		"alg of another use":                      {map[string]any{"jwk": rsa.JWK(t, nil), "alg": "RSA-OAEP-256"}, "alg"},
		"alg in the JWK":                          {map[string]any{"jwk": ec.JWK(t, acctest.Members{"alg": "RS256"})}, "jwk"},
		"use in the JWK and another as attribute": {map[string]any{"jwk": rsa.JWK(t, acctest.Members{"use": "enc"}), "use": "sig"}, "use"},
		"alg in the JWK and another as attribute": {map[string]any{"jwk": rsa.JWK(t, acctest.Members{"alg": "RS256"}), "alg": "RS512"}, "alg"},
		"kid in the JWK and another as attribute": {map[string]any{"jwk": rsa.JWK(t, acctest.Members{"kid": "one"}), "kid": "two"}, ""},
		"a private key":                           {map[string]any{"jwk": ec.PrivateJWK(t)}, ""},
	} {
		test.config["app_id"] = "0oaTest"
		resp, err := provider.server.ValidateResourceConfig(t.Context(), &tfprotov6.ValidateResourceConfigRequest{
			TypeName: keyKind, Config: dynamic(t, provider.schemas.ResourceSchemas[keyKind].ValueType(), test.config),
		})
		if err != nil || len(resp.Diagnostics) == 0 {
			t.Errorf("%s: there is no error (%v)", name, err)
			continue
		}
		at := ""
		if path := resp.Diagnostics[0].Attribute; path != nil {
			at = string(path.Steps()[0].(tftypes.AttributeName))
		}
		if at != test.at {
			t.Errorf("%s: the error is at %q, want %q", name, at, test.at)
		}
	}
}

// So is that of a change that Okta accepted and didn't make.
func TestAppJWK_AlgThatOktaDidNotTake_IsAnErrorAtTheAttribute(t *testing.T) {
	org := acctest.NewOrg(t)
	app := org.NewApp(t, "client_secret_basic")
	key := acctest.NewEC(t)
	p := newProtocol(t, org)
	known := p.create(t, keyKind, map[string]any{"app_id": app.ID, "jwk": key.JWK(t, nil)})
	org.Sim(t).InjectFault(oktasim.Fault{Kind: oktasim.FaultMember, Member: "alg", Edit: oktasim.EditRemove})
	schema := p.schemas.ResourceSchemas[keyKind].ValueType()
	planned := maps.Clone(known.values)
	maps.Copy(planned, map[string]any{"alg": "ES256"})
	resp, err := p.server.ApplyResourceChange(t.Context(), &tfprotov6.ApplyResourceChangeRequest{
		TypeName: keyKind, PriorState: known.state, PlannedIdentity: known.wireID,
		PlannedState: dynamic(t, schema, planned), Config: dynamic(t, schema, map[string]any{"app_id": app.ID, "jwk": key.JWK(t, nil), "alg": "ES256"}),
	})
	if err != nil {
		t.Fatal(err)
	}
	if len(resp.Diagnostics) != 1 || resp.Diagnostics[0].Attribute == nil {
		t.Fatalf("the diagnostics are %s", said(resp.Diagnostics))
	}
	if left := p.object(t, keyKind, resp.NewState, nil, nil); left.values["alg"] != nil {
		t.Errorf("state has the alg %v, which Okta doesn't have", left.values["alg"])
	}
}
