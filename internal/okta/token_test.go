// SPDX-License-Identifier: MPL-2.0

package okta

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"errors"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/lestrrat-go/jwx/v2/jwa"
	"github.com/lestrrat-go/jwx/v2/jwt"
)

var testKey = sync.OnceValue(func() *ecdsa.PrivateKey {
	key, err := ecdsa.GenerateKey(elliptic.P384(), rand.Reader)
	if err != nil {
		panic(err)
	}
	return key
})

func withOAuth(c *Config) {
	c.APIToken = ""
	c.ClientID, c.PrivateKey, c.PrivateKeyID, c.Scopes = "0oaService", testKey(), "my kid", []string{"okta.apps.manage", "okta.apps.read"}
}

// tokenAnd is an org: a token endpoint, and the rest.
type tokenAnd struct{ token, api http.HandlerFunc }

func (o tokenAnd) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.URL.Path == "/"+tokenPath {
		o.token(w, r)
		return
	}
	o.api(w, r)
}

func bearer(value string, seconds int) http.HandlerFunc {
	return answer(200, map[string]any{"token_type": "Bearer", "access_token": value, "expires_in": seconds})
}

// numbered issues "token-1", "token-2", and so on.
func numbered(issued *atomic.Int32, scheme string, seconds any) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		value := "token-" + string('0'+issued.Add(1))
		answer(200, map[string]any{"token_type": scheme, "access_token": value, "expires_in": seconds})(w, r)
	}
}

var invalidToken = answer(401, map[string]any{"errorCode": "E0000011", "errorSummary": "Invalid token provided"},
	"WWW-Authenticate", `Bearer error="invalid_token", error_description="The token has expired."`)

func TestToken_RequestIsAsOktaWantsIt(t *testing.T) {
	org := tokenAnd{api: succeed, token: func(w http.ResponseWriter, r *http.Request) {
		if err := r.ParseForm(); err != nil {
			t.Error(err)
		}
		mustEqual(t, "the method", r.Method, "POST")
		mustEqual(t, "Authorization", r.Header.Get("Authorization"), "")
		mustEqual(t, "DPoP", r.Header.Get("DPoP"), "")
		mustEqual(t, "Content-Type", r.Header.Get("Content-Type"), "application/x-www-form-urlencoded")
		mustEqual(t, "grant_type", r.PostForm.Get("grant_type"), "client_credentials")
		mustEqual(t, "scope", r.PostForm.Get("scope"), "okta.apps.manage okta.apps.read")
		mustEqual(t, "client_assertion_type", r.PostForm.Get("client_assertion_type"), "urn:ietf:params:oauth:client-assertion-type:jwt-bearer")
		assertion := r.PostForm.Get("client_assertion")
		token, err := jwt.Parse([]byte(assertion), jwt.WithKey(jwa.ES384, testKey().Public()), jwt.WithAudience("http://127.0.0.1:1/oauth2/v1/token"))
		if err != nil {
			t.Fatal(err)
		}
		mustEqual(t, "iss", token.Issuer(), "0oaService")
		mustEqual(t, "sub", token.Subject(), "0oaService")
		mustEqual(t, "that there is a jti", len(token.JwtID()) >= 20, true)
		mustEqual(t, "the lifetime", token.Expiration().Sub(token.IssuedAt()), 5*time.Minute)
		mustEqual(t, "kid", header(t, assertion)["kid"], "my kid")
		mustEqual(t, "aud, as text", claims(t, assertion)["aud"], "http://127.0.0.1:1/oauth2/v1/token")
		bearer("abc", 3600)(w, r)
	}}
	if _, err := newTestClient(t, org, withOAuth).App(t.Context(), "0oa1"); err != nil {
		t.Fatal(err)
	}
}

func TestToken_IsSentAsABearer(t *testing.T) {
	org := tokenAnd{token: bearer("abc", 3600), api: func(w http.ResponseWriter, r *http.Request) {
		mustEqual(t, "Authorization", r.Header.Get("Authorization"), "Bearer abc")
		mustEqual(t, "DPoP", r.Header.Get("DPoP"), "")
		succeed(w, r)
	}}
	if _, err := newTestClient(t, org, withOAuth).App(t.Context(), "0oa1"); err != nil {
		t.Fatal(err)
	}
}

func TestToken_Lifetime(t *testing.T) {
	for _, test := range []struct {
		expiresIn any
		good      time.Duration
	}{
		{3600, 59 * time.Minute},
		{90, 45 * time.Second},
		{nil, 59 * time.Minute},
		{-5, 59 * time.Minute},
	} {
		synctest.Test(t, func(t *testing.T) {
			var issued atomic.Int32
			client := newTestClient(t, tokenAnd{token: numbered(&issued, "bearer", test.expiresIn), api: succeed}, withOAuth)
			get := func() {
				if _, err := client.Secrets.Get(t.Context(), "0oa1", "ocs1"); err != nil {
					t.Fatal(err)
				}
			}
			get()
			<-time.After(test.good - 1)
			get()
			mustEqual(t, "the tokens before the renewal", issued.Load(), 1)
			<-time.After(1)
			get()
			mustEqual(t, "the tokens after it", issued.Load(), 2)
		})
	}
}

// A token that Okta took until now and takes no more: revoked, perhaps. It is
// renewed once, whatever the request, since a 401 comes before any effect.
func TestToken_RevokedMeanwhile(t *testing.T) {
	bodyOnly := refuse(401, "E0000011", "Invalid token provided")
	for name, refusal := range map[string]http.HandlerFunc{"with a challenge": invalidToken, "without one": bodyOnly} {
		for callName, call := range calls {
			t.Run(callName+" "+name, func(t *testing.T) {
				var issued, refused atomic.Int32
				org := tokenAnd{token: numbered(&issued, "Bearer", 3600), api: func(w http.ResponseWriter, r *http.Request) {
					if r.Header.Get("Authorization") == "Bearer token-1" && issued.Load() == 1 && refused.Load() > 0 || refused.Load() == 100 {
						refusal(w, r)
						return
					}
					succeed(w, r)
				}}
				client := newTestClient(t, org, withOAuth, func(c *Config) { c.MaxRetries = 0 })
				if err := call(t.Context(), client); err != nil {
					t.Fatal(err)
				}
				refused.Store(1)
				client.snapshots.apps.drop("0oa1")
				if err := call(t.Context(), client); err != nil {
					t.Fatal(err)
				}
				mustEqual(t, "the number of tokens", issued.Load(), 2)
				// One that is refused again is refused.
				refused.Store(100)
				client.snapshots.apps.drop("0oa1")
				if err := call(t.Context(), client); !IsInvalidToken(err) {
					t.Errorf("the error is %v, want an invalid token", err)
				}
				mustEqual(t, "the number of tokens at last", issued.Load(), 3)
			})
		}
	}
}

func TestToken_RevokedForManyAtOnce_IsRenewedOnce(t *testing.T) {
	var issued atomic.Int32
	var revoked atomic.Bool
	org := tokenAnd{token: numbered(&issued, "Bearer", 3600), api: func(w http.ResponseWriter, r *http.Request) {
		if revoked.Load() && r.Header.Get("Authorization") == "Bearer token-1" {
			invalidToken(w, r)
			return
		}
		succeed(w, r)
	}}
	client := newTestClient(t, org, withOAuth)
	for range 2 {
		var all sync.WaitGroup
		for range 20 {
			all.Go(func() {
				if _, err := client.Secrets.Get(t.Context(), "0oa1", "ocs1"); err != nil {
					t.Error(err)
				}
			})
		}
		all.Wait()
		revoked.Store(true)
	}
	mustEqual(t, "the number of tokens", issued.Load(), 2)
}

// A token that was never accepted is not followed by another such.
func TestToken_NeverAccepted_IsNotRenewed(t *testing.T) {
	var issued, asked atomic.Int32
	org := tokenAnd{token: numbered(&issued, "Bearer", 3600), api: func(w http.ResponseWriter, r *http.Request) {
		asked.Add(1)
		invalidToken(w, r)
	}}
	client := newTestClient(t, org, withOAuth)
	for range 2 {
		if _, err := client.App(t.Context(), "0oa1"); !IsInvalidToken(err) {
			t.Errorf("the error is %v, want an invalid token", err)
		}
	}
	mustEqual(t, "the number of tokens", issued.Load(), 1)
	mustEqual(t, "the number of requests", asked.Load(), 2)
}

// The request that a token is for has not been sent without one: that nothing
// happened is certain, and repeating is not up to it.
func TestToken_Failure(t *testing.T) {
	for name, test := range map[string]struct {
		answer   http.HandlerFunc
		requests int32
		says     string
	}{
		"refused":             {answer(401, `{"error":"invalid_client","error_description":"Bad."}`), 1, "invalid_client Bad."},
		"an org that is none": {answer(404, "<html>"), 1, "404 Not Found"},
		"Okta's own 404":      {refuse(404, "E0000007", "Not found: Resource not found: me (Org)"), 1, "E0000007"},
		"out of order":        {answer(503, nil), 3, "503"},
		"dropped":             {hangUp, 3, "no answer"},
		"without a token":     {answer(200, `{"token_type":"Bearer"}`), 1, "not the one that Okta documents"},
		"no JSON":             {answer(200, "access_token=abc"), 1, "not the one that Okta documents"},
	} {
		for callName, call := range calls {
			t.Run(callName+" "+name, func(t *testing.T) {
				var asked atomic.Int32
				org := tokenAnd{api: func(http.ResponseWriter, *http.Request) { t.Error("a request without a token") }, token: func(w http.ResponseWriter, r *http.Request) {
					asked.Add(1)
					test.answer(w, r)
				}}
				err := call(t.Context(), newTestClient(t, org, withOAuth))
				var token *TokenError
				if !errors.As(err, &token) || !strings.HasPrefix(err.Error(), "no access token: POST /oauth2/v1/token: ") || !strings.Contains(err.Error(), test.says) {
					t.Errorf("the error is %v", err)
				}
				if IsAmbiguous(err) || IsNotFound(err) {
					t.Errorf("%v: ambiguous %t, not found %t", err, IsAmbiguous(err), IsNotFound(err))
				}
				mustEqual(t, "the number of token requests", asked.Load(), test.requests)
			})
		}
	}
}

func TestToken_FailureIsSharedByAllWhoWait(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var asked atomic.Int32
		org := tokenAnd{api: succeed, token: func(w http.ResponseWriter, r *http.Request) {
			asked.Add(1)
			<-time.After(time.Second)
			answer(401, `{"error":"invalid_client"}`)(w, r)
		}}
		oauth := oauthOf(newTestClient(t, org, withOAuth))
		var all sync.WaitGroup
		for range 20 {
			all.Go(func() {
				if _, err := oauth.current(t.Context()); !IsInvalidClient(err) {
					t.Error(err)
				}
			})
		}
		all.Wait()
		mustEqual(t, "the number of token requests", asked.Load(), 1)
	})
}

// oauthOf is what the client gets its tokens from.
func oauthOf(client *Client) *oauthClient {
	return client.http.HTTPClient.Transport.(reauthorize).next.(*governor).next.(authorize).who.(*oauthClient)
}

// Who leaves takes nobody with him, not even the one who came first.
func TestToken_WaitsEndWithTheirOwnContext(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var asked atomic.Int32
		org := tokenAnd{api: succeed, token: func(w http.ResponseWriter, r *http.Request) {
			if asked.Add(1) == 1 {
				answer(503, nil)(w, r) // so that there is a pause, which a cancellation would end
				return
			}
			bearer("abc", 3600)(w, r)
		}}
		client := newTestClient(t, org, withOAuth, func(c *Config) { c.MinWait, c.MaxWait = time.Hour, time.Hour })
		var all sync.WaitGroup
		for range 5 {
			all.Go(func() {
				promptly(t, func(ctx context.Context) error { _, err := oauthOf(client).current(ctx); return err })
			})
			synctest.Wait() // the first of them has begun the fetch
		}
		all.Go(func() {
			if _, err := oauthOf(client).current(t.Context()); err != nil {
				t.Error(err)
			}
		})
		all.Wait()
		mustEqual(t, "the number of token requests", asked.Load(), 2)
	})
}

func TestToken_WhenTheLastOneLeavesTheFetchEnds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var asked atomic.Int32
		org := tokenAnd{api: succeed, token: func(w http.ResponseWriter, r *http.Request) { asked.Add(1); answer(503, nil)(w, r) }}
		client := newTestClient(t, org, withOAuth, func(c *Config) { c.MinWait, c.MaxWait = time.Hour, time.Hour })
		promptly(t, func(ctx context.Context) error { return calls["GET"](ctx, client) })
		<-time.After(24 * time.Hour)
		mustEqual(t, "the number of token requests", asked.Load(), 1)
	})
}
