// SPDX-License-Identifier: MPL-2.0

package okta_test

import (
	"context"
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/lestrrat-go/jwx/v2/jwk"

	"github.com/oktacreds/terraform-provider-oktacreds/internal/okta"
	"github.com/oktacreds/terraform-provider-oktacreds/internal/oktasim"
)

// signers are the kinds of keys that a service app may have.
var signers = sync.OnceValue(func() map[string]crypto.Signer {
	rsaKey, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		panic(err)
	}
	all := map[string]crypto.Signer{"RSA": rsaKey}
	for _, curve := range []elliptic.Curve{elliptic.P256(), elliptic.P384(), elliptic.P521()} {
		key, err := ecdsa.GenerateKey(curve, rand.Reader)
		if err != nil {
			panic(err)
		}
		all[curve.Params().Name] = key
	}
	return all
})

// service is an API service app of the org, and its key.
type service struct {
	app    oktasim.App
	key    crypto.Signer
	scopes []string
}

func (w *world) addService(t testing.TB, kind string, dpop bool, scopes ...string) service {
	t.Helper()
	return w.addServiceOf(t, kind, oktasim.AppOptions{DPoP: dpop, Scopes: scopes})
}

func (w *world) addServiceOf(t testing.TB, kind string, options oktasim.AppOptions) service {
	t.Helper()
	if options.Scopes == nil {
		options.Scopes = []string{"okta.apps.manage", "okta.apps.read"}
	}
	options.Type, options.AuthMethod, options.SuperAdmin = "service", okta.AuthMethodPrivateKeyJWT, true
	app := w.org.AddApp(options)
	w.saveKey(t, app.ID, signers()[kind], kind)
	return service{app: app, key: signers()[kind], scopes: options.Scopes}
}

func (w *world) saveKey(t testing.TB, app string, key crypto.Signer, kid string) {
	t.Helper()
	public, err := jwk.FromRaw(key.Public())
	if err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(public.Set(jwk.KeyIDKey, kid), public.Set(jwk.KeyUsageKey, "sig")); err != nil {
		t.Fatal(err)
	}
	encoded, err := json.Marshal(public)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := w.org.AddKey(app, encoded); err != nil {
		t.Fatal(err)
	}
}

func (s service) configure(c *okta.Config) {
	c.APIToken = ""
	c.ClientID, c.PrivateKey, c.Scopes = s.app.ClientID, s.key, s.scopes
}

// tokenRequests counts the requests for a token, and those that were granted.
func (w *world) tokenRequests() (all, granted int) {
	for _, request := range w.org.Requests() {
		if request.Path == "/oauth2/v1/token" {
			all++
			if request.Status == 200 {
				granted++
			}
		}
	}
	return all, granted
}

func TestOAuth_EveryKindOfKey(t *testing.T) {
	for kind := range signers() {
		for _, dpop := range []bool{false, true} {
			t.Run(kind+map[bool]string{false: " Bearer", true: " DPoP"}[dpop], func(t *testing.T) {
				w := newSecretWorld(t)
				client := w.newClient(t, w.addService(t, kind, dpop).configure)
				wanted, value := w.wantedSecret(t)
				created, err := client.Secrets.Create(t.Context(), w.app, wanted)
				if err != nil {
					t.Fatal(err)
				}
				mustEqual(t, "the value", created.Value, value)
				if err := client.Secrets.Retire(t.Context(), w.app, created.ID, okta.Retirement{}); err != nil {
					t.Fatal(err)
				}
				want := []string{"POST /oauth2/v1/token 200"}
				if dpop { // as it is recorded: a proof is wanted, then a nonce
					want = []string{"POST /oauth2/v1/token 400", "POST /oauth2/v1/token 400", "POST /oauth2/v1/token 200"}
				}
				w.mustLog(t, append(want, "GET /secrets 200", "POST /secrets 201", "POST /secrets/", "DELETE /secrets/")...)
			})
		}
	}
}

func TestOAuth_OneTokenForAll(t *testing.T) {
	for _, dpop := range []bool{false, true} {
		w := newSecretWorld(t)
		client := w.newClient(t, w.addService(t, "P-256", dpop).configure)
		var all sync.WaitGroup
		for range 30 {
			all.Go(func() {
				if _, err := client.Secrets.List(t.Context(), w.app); err != nil {
					t.Error(err)
				}
				if _, err := client.App(t.Context(), w.app); err != nil {
					t.Error(err)
				}
			})
		}
		all.Wait()
		_, granted := w.tokenRequests()
		mustEqual(t, "the number of tokens", granted, 1)
	}
}

func TestOAuth_TokenIsRenewedBeforeItEnds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newSecretWorld(t)
		client := w.newClient(t, w.addService(t, "P-256", true).configure)
		for _, step := range []struct {
			after  time.Duration
			tokens int
		}{
			{0, 1},
			{58 * time.Minute, 1},
			{time.Minute + 59*time.Second, 2}, // a second before it ends
			{58 * time.Minute, 2},
			{24 * time.Hour, 3},
		} {
			<-time.After(step.after)
			if _, err := client.Secrets.List(t.Context(), w.app); err != nil {
				t.Fatal(err)
			}
			_, granted := w.tokenRequests()
			mustEqual(t, "the number of tokens", granted, step.tokens)
		}
		for _, request := range w.org.Requests() {
			if request.Status == 401 {
				t.Errorf("%s: an old token was sent", request)
			}
		}
	})
}

func TestOAuth_NonceThatIsRenewed(t *testing.T) {
	for _, apiNonce := range []bool{false, true} {
		w := newWorld(t, oktasim.Options{APINonce: apiNonce}, oktasim.AppOptions{AuthMethod: okta.AuthMethodSecretBasic})
		client := w.newClient(t, w.addService(t, "RSA", true).configure, func(c *okta.Config) { c.MaxRetries = 0 })
		for range 3 {
			wanted, _ := w.wantedSecret(t)
			created, err := client.Secrets.Create(t.Context(), w.app, wanted)
			if err != nil {
				t.Fatal(err)
			}
			w.org.RotateNonce()
			w.org.RotateNonce()
			if err := client.Secrets.Retire(t.Context(), w.app, created.ID, okta.Retirement{}); err != nil {
				t.Fatal(err)
			}
		}
		_, granted := w.tokenRequests()
		mustEqual(t, "the number of tokens", granted, 1)
		refused := 0
		for _, request := range w.org.Requests() {
			if request.Status == 401 {
				refused++
			}
		}
		want := 0
		if apiNonce {
			want = 1 + 3 // the first of all, and one after each renewal
		}
		mustEqual(t, "the number of requests refused for their nonce", refused, want)
	}
}

// Every attempt brings an assertion and a proof of its own: the org takes each
// once, also where the answer was lost.
func TestOAuth_Faults(t *testing.T) {
	for _, kind := range []oktasim.FaultKind{oktasim.FaultDropBefore, oktasim.FaultDropAfter, oktasim.FaultErrorBefore, oktasim.FaultErrorAfter, oktasim.FaultRateLimit, oktasim.FaultConcurrency} {
		for _, dpop := range []bool{false, true} {
			for _, path := range []string{"/oauth2/v1/token", secretsPath} {
				t.Run(string(kind)+" "+path, func(t *testing.T) {
					synctest.Test(t, func(t *testing.T) {
						w := newSecretWorld(t)
						client := w.newClient(t, w.addService(t, "P-256", dpop).configure)
						w.fault(oktasim.Fault{Kind: kind, Path: path, Times: 2, Status: 503})
						if _, err := client.Secrets.List(t.Context(), w.app); err != nil {
							t.Error(err)
						}
						for _, request := range w.org.Requests() {
							if request.Status == 401 {
								t.Errorf("%s: something was used twice", request)
							}
						}
					})
				})
			}
		}
	}
}

func TestOAuth_SeveralKeysNeedAKeyID(t *testing.T) {
	w := newSecretWorld(t)
	service := w.addService(t, "P-256", false)
	w.saveKey(t, service.app.ID, signers()["RSA"], "another")
	for kid, good := range map[string]bool{"P-256": true, "": false, "another": false, "unknown": false} {
		client := w.newClient(t, service.configure, func(c *okta.Config) { c.PrivateKeyID = kid })
		_, err := client.Secrets.List(t.Context(), w.app)
		if good != (err == nil) {
			t.Errorf("kid %q: the error is %v", kid, err)
		}
		if !good && !okta.IsInvalidClient(err) {
			t.Errorf("kid %q: %v is not that of a client that is refused", kid, err)
		}
	}
}

func TestOAuth_ErrorsAreInOktasWords(t *testing.T) {
	for _, test := range []struct {
		name    string
		prepare func(*okta.Config)
		says    string
		is      func(error) bool
	}{
		{"an unknown client", func(c *okta.Config) { c.ClientID = "0oaUnknown" },
			"no access token: POST /oauth2/v1/token: 401 Unauthorized: invalid_client Invalid value for 'client_id' parameter.", okta.IsInvalidClient},
		{"another's key", func(c *okta.Config) { c.PrivateKey = signers()["P-384"] },
			"no access token: POST /oauth2/v1/token: 401 Unauthorized: invalid_client The client_assertion signature is invalid.", okta.IsInvalidClient},
		{"a scope that was not granted", func(c *okta.Config) { c.Scopes = []string{"okta.users.manage"} },
			"no access token: POST /oauth2/v1/token: 400 Bad Request: consent_required You are not allowed any of the requested scopes.", okta.IsInsufficientScope},
		{"a scope that doesn't exist", func(c *okta.Config) { c.Scopes = []string{"okta.nonsense"} },
			"no access token: POST /oauth2/v1/token: 400 Bad Request: invalid_scope", okta.IsInsufficientScope},
	} {
		t.Run(test.name, func(t *testing.T) {
			w := newSecretWorld(t)
			client := w.newClient(t, w.addService(t, "P-256", false).configure, test.prepare)
			_, err := client.App(t.Context(), w.app)
			var token *okta.TokenError
			if !errors.As(err, &token) || !test.is(err) || !strings.HasPrefix(err.Error(), test.says) {
				t.Errorf("the error is %v, want %s", err, test.says)
			}
			all, _ := w.tokenRequests()
			mustEqual(t, "the number of token requests", all, 1)
		})
	}
}

func TestOAuth_ScopeThatDoesNotSuffice(t *testing.T) {
	w := newSecretWorld(t)
	client := w.newClient(t, w.addService(t, "P-256", true, "okta.apps.read").configure)
	if _, err := client.Secrets.List(t.Context(), w.app); err != nil {
		t.Error(err)
	}
	if _, err := client.Secrets.Create(t.Context(), w.app, wantedValue("a-value-of-my-own")); !okta.IsInsufficientScope(err) {
		t.Errorf("the error is %v, want that the scope does not suffice", err)
	}
}

// The machine's clock may be wrong by days: the refusal of the first assertion tells the org's time, by which the
// assertions and proofs are dated from then on.
func TestOAuth_MachineWithAWrongClock_LogsInByTheOrgsClock(t *testing.T) {
	for _, wrong := range []time.Duration{72 * time.Hour, -72 * time.Hour} {
		for _, dpop := range []bool{false, true} {
			t.Run(fmt.Sprint(wrong, " DPoP ", dpop), func(t *testing.T) {
				w := newSecretWorld(t)
				w.org.Advance(-wrong)
				client := w.newClient(t, w.addService(t, "P-256", dpop).configure, func(c *okta.Config) { c.MaxRetries = 0 })
				if _, err := client.Secrets.List(t.Context(), w.app); err != nil {
					t.Fatal(err)
				}
				want := []string{"POST /oauth2/v1/token 401"}
				if dpop {
					want = append(want, "POST /oauth2/v1/token 400", "POST /oauth2/v1/token 400")
				}
				w.mustLog(t, append(want, "POST /oauth2/v1/token 200", "GET /secrets 200")...)
			})
		}
	}
}

// An assertion of the secret itself (client_secret_jwt) is dated by the org's clock as well.
func TestVerify_MachineWithAWrongClock(t *testing.T) {
	w := newWorld(t, oktasim.Options{}, oktasim.AppOptions{AuthMethod: okta.AuthMethodSecretJWT})
	w.org.Advance(-72 * time.Hour)
	app, err := w.client.App(t.Context(), w.app)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), time.Second)
	defer cancel()
	if err := w.client.Verify(ctx, app, w.org.Secrets(w.app)[0].Value); err != nil {
		t.Error(err)
	}
}
