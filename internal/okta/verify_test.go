// SPDX-License-Identifier: MPL-2.0

package okta_test

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/oktacreds/terraform-provider-oktacreds/internal/okta"
	"github.com/oktacreds/terraform-provider-oktacreds/internal/oktasim"
)

var secretMethods = []string{okta.AuthMethodSecretBasic, okta.AuthMethodSecretPost, okta.AuthMethodSecretJWT}

func (w *world) mustApp(t testing.TB) okta.App {
	t.Helper()
	app, err := w.client.App(t.Context(), w.app)
	if err != nil {
		t.Fatal(err)
	}
	return app
}

func TestVerify_AcceptsAGoodSecret(t *testing.T) {
	for _, method := range secretMethods {
		w := newWorld(t, oktasim.Options{}, oktasim.AppOptions{AuthMethod: method, ClientID: "my client/ü"})
		// Everything that a form or a header could garble.
		secret := w.addSecret(t, `a:b%20c+d e&f=g"h'i\j/k?l#m~n!o`+"{}", "")
		app := w.mustApp(t)
		w.log()
		if err := w.client.Verify(t.Context(), app, secret.Value); err != nil {
			t.Errorf("%s: %v", method, err)
		}
		w.mustLog(t, "POST /oauth2/v1/introspect 200")
	}
}

// A new secret is accepted by all of Okta's servers some seconds late.
func TestVerify_WaitsForANewSecret(t *testing.T) {
	for _, method := range secretMethods {
		t.Run(method, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := newWorld(t, oktasim.Options{}, oktasim.AppOptions{AuthMethod: method})
				w.fault(oktasim.Fault{Kind: oktasim.FaultSlowSecret, Delay: 10 * time.Second})
				wanted, value := w.wantedSecret(t)
				if _, err := w.client.Secrets.Create(t.Context(), w.app, wanted); err != nil {
					t.Fatal(err)
				}
				start := time.Now()
				if err := w.client.Verify(t.Context(), w.mustApp(t), value); err != nil {
					t.Fatal(err)
				}
				if took := time.Since(start); took < 10*time.Second || took > 14*time.Second {
					t.Errorf("it took %v, want 10 s and at most a pause more", took)
				}
			})
		})
	}
}

func TestVerify_GivesUpWithTheContext(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newSecretWorld(t)
		app := w.mustApp(t)
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		err := w.client.Verify(ctx, app, "a-secret-of-nobody")
		if !okta.IsInvalidClient(err) || !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("the error is %v, want Okta's refusal and the deadline", err)
		}
		if strings.Contains(err.Error(), "a-secret-of-nobody") {
			t.Errorf("the error repeats the secret: %v", err)
		}
		if n := len(w.log()); n > 30 {
			t.Errorf("it asked %d times in a minute", n)
		}
	})
}

func TestVerify_MethodWithoutSecret(t *testing.T) {
	w := newSecretWorld(t)
	for _, method := range []string{okta.AuthMethodPrivateKeyJWT, okta.AuthMethodNone, ""} {
		if err := w.client.Verify(t.Context(), okta.App{AuthMethod: method}, "secret"); err == nil {
			t.Errorf("%q: it is no error", method)
		}
	}
	w.mustLog(t)
}

// The org's own token has no business in a request that speaks for an app.
func TestVerify_SendsTheAppsAuthenticationAlone(t *testing.T) {
	w := newWorld(t, oktasim.Options{}, oktasim.AppOptions{AuthMethod: okta.AuthMethodSecretPost})
	app := w.mustApp(t)
	w.before = func(r *http.Request) { mustEqual(t, "the Authorization header", r.Header.Get("Authorization"), "") }
	if err := w.client.Verify(t.Context(), app, w.org.Secrets(w.app)[0].Value); err != nil {
		t.Error(err)
	}
}

// RFC 6749 §2.3.1 wants both halves form-encoded before they are put together.
// Servers forgive their absence, but not a colon in the client id.
func TestVerify_BasicAuthenticationIsFormEncoded(t *testing.T) {
	w := newSecretWorld(t)
	app := okta.App{ClientID: "client:1", AuthMethod: okta.AuthMethodSecretBasic}
	ctx, cancel := context.WithCancel(t.Context())
	w.before = func(r *http.Request) {
		id, secret, _ := r.BasicAuth()
		mustEqual(t, "the client id", id, "client%3A1")
		mustEqual(t, "the secret", secret, "a%2Bb+c%25%3A%C3%BC")
		cancel() // once is enough
	}
	if err := w.client.Verify(ctx, app, "a+b c%:ü"); !okta.IsInvalidClient(err) {
		t.Errorf("the error is %v, want Okta's refusal", err)
	}
}
