// SPDX-License-Identifier: MPL-2.0

package okta_test

import (
	"context"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/oktacreds/terraform-provider-oktacreds/internal/okta"
	"github.com/oktacreds/terraform-provider-oktacreds/internal/oktasim"
)

const apiToken = "00-api-token-of-the-simulated-org"

// world is a simulated org with one app, and a client of it.
type world struct {
	org    *oktasim.Org
	app    string
	client *okta.Client

	mu sync.Mutex
	// before runs before each request reaches the org: a second actor.
	before func(r *http.Request)
}

func newWorld(t testing.TB, options oktasim.Options, app oktasim.AppOptions) *world {
	t.Helper()
	options.APIToken = apiToken
	w := &world{org: oktasim.New(options)}
	w.app = w.org.AddApp(app).ID
	w.client = w.newClient(t)
	return w
}

// newSecretWorld has an app that was born with one secret.
func newSecretWorld(t testing.TB) *world {
	return newWorld(t, oktasim.Options{}, oktasim.AppOptions{AuthMethod: okta.AuthMethodSecretBasic})
}

// newClient makes another client, as another run of Terraform does.
func (w *world) newClient(t testing.TB, configure ...func(*okta.Config)) *okta.Client {
	t.Helper()
	config := okta.Config{
		HTTPProxy:  "http://127.0.0.1:1",
		APIToken:   apiToken,
		MaxRetries: 3,
		Transport:  okta.NewMemory(w),
	}
	for _, set := range configure {
		set(&config)
	}
	client, err := okta.New(config)
	if err != nil {
		t.Fatal(err)
	}
	return client
}

func (w *world) ServeHTTP(out http.ResponseWriter, r *http.Request) {
	w.mu.Lock()
	before := w.before
	w.mu.Unlock()
	if before != nil {
		before(r)
	}
	w.org.ServeHTTP(out, r)
}

// once runs f before the first request of that method whose path ends so.
func (w *world) once(method, suffix string, f func()) {
	var done sync.Once
	w.mu.Lock()
	defer w.mu.Unlock()
	w.before = func(r *http.Request) {
		if r.Method == method && strings.HasSuffix(r.URL.Path, suffix) {
			done.Do(f)
		}
	}
}

// log is the requests since the last call, without what they have in common.
func (w *world) log() []string {
	var lines []string
	for _, request := range w.org.Requests() {
		line := strings.ReplaceAll(request.String(), "/api/v1/apps/"+w.app+"/credentials", "")
		for _, secret := range w.org.Secrets(w.app) {
			line = strings.ReplaceAll(line, secret.ID, "{id}")
		}
		for _, key := range w.org.Keys(w.app) {
			line = strings.ReplaceAll(line, key.ID, "{id}")
		}
		lines = append(lines, line)
	}
	w.org.ResetRequests()
	return lines
}

// mustLog wants these requests, in this order; status texts may be left out.
func (w *world) mustLog(t testing.TB, want ...string) {
	t.Helper()
	got := w.log()
	if !slices.EqualFunc(got, want, func(g, w string) bool { return strings.HasPrefix(g, w) }) {
		t.Errorf("the requests are\n  %s\nwant\n  %s", strings.Join(got, "\n  "), strings.Join(want, "\n  "))
	}
}

// wantedSecret is a create of a generated secret, and its value.
func (w *world) wantedSecret(t testing.TB) (okta.Wanted[okta.ClientSecret], string) {
	t.Helper()
	value, err := w.client.GenerateSecret(w.app)
	if err != nil {
		t.Fatal(err)
	}
	return wantedValue(value), value
}

func wantedValue(value string) okta.Wanted[okta.ClientSecret] {
	hash := okta.SecretHash(value)
	return okta.Wanted[okta.ClientSecret]{
		Body: okta.NewClientSecret{Value: value, Status: okta.StatusActive},
		Is:   func(s okta.ClientSecret) bool { return s.Hash == hash },
	}
}

func (w *world) addSecret(t testing.TB, value, status string) oktasim.Secret {
	t.Helper()
	secret, err := w.org.AddSecret(w.app, value, status)
	if err != nil {
		t.Fatal(err)
	}
	return secret
}

// mustHold wants the app to hold exactly these secrets, by value, or by status
// where the value is nobody's business.
func (w *world) mustHold(t testing.TB, want ...string) {
	t.Helper()
	var got []string
	for _, secret := range w.org.Secrets(w.app) {
		got = append(got, secret.Value+" "+secret.Status)
	}
	if !slices.Equal(got, want) {
		t.Errorf("the app holds %q, want %q", got, want)
	}
}

func (w *world) fault(fault oktasim.Fault) { w.org.InjectFault(fault) }

// secretsPath matches the collection of secrets in a fault.
const (
	secretsPath = "/api/v1/apps/*/credentials/secrets"
	secretPath  = secretsPath + "/*"
	appPath     = "/api/v1/apps/*"
)

func mustEqual[T comparable](t testing.TB, what string, got, want T) {
	t.Helper()
	if got != want {
		t.Errorf("%s is %v, want %v", what, got, want)
	}
}

func cancelled(t testing.TB) context.Context {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	return ctx
}
