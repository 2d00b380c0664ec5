// SPDX-License-Identifier: MPL-2.0

package okta_test

import (
	"bytes"
	"context"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/oktacreds/terraform-provider-oktacreds/internal/okta"
	"github.com/oktacreds/terraform-provider-oktacreds/internal/oktasim"
)

// eavesdropper notes every value of a request that is nobody's business, and
// sometimes answers as a broken gateway does: with a page that repeats all of it.
type eavesdropper struct {
	next http.Handler

	mu     sync.Mutex
	random *rand.Rand
	values map[string]bool
	pages  int
}

func (e *eavesdropper) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	r.Body = io.NopCloser(bytes.NewReader(body))
	e.mu.Lock()
	_, credential, _ := strings.Cut(r.Header.Get("Authorization"), " ")
	for _, value := range []string{credential, r.Header.Get("DPoP")} {
		if value != "" {
			e.values[value] = true
		}
	}
	broken := e.random.IntN(12) == 0
	if broken {
		e.pages++
	}
	status := []int{200, 201, 400, 401, 403, 404, 429, 500, 502}[e.random.IntN(9)]
	e.mu.Unlock()
	if !broken {
		e.next.ServeHTTP(w, r)
		return
	}
	w.Header().Set("X-Echo", r.Header.Get("Authorization"))
	w.WriteHeader(status)
	_, _ = fmt.Fprintf(w, "<html>%d %s %s %v %s</html>", status, r.Method, r.URL, r.Header, body)
}

// Everything the package says in a run in which much goes wrong, searched for
// everything it must not say.
func TestSecrecy_NoSecretInAnyErrorOrLog(t *testing.T) {
	for _, name := range []string{"SSWS", "Bearer", "DPoP"} {
		t.Run(name, func(t *testing.T) {
			for seed := range uint64(3) {
				synctest.Test(t, func(t *testing.T) { searchRun(t, name, seed) })
			}
		})
	}
}

func searchRun(t *testing.T, name string, seed uint64) {
	w := newWorld(t, oktasim.Options{APINonce: true, Limits: oktasim.Limits{Apps: 50, App: 250}}, oktasim.AppOptions{AuthMethod: okta.AuthMethodSecretBasic})
	gateway := &eavesdropper{next: w, random: rand.New(rand.NewPCG(seed, 7)), values: map[string]bool{}}
	said := &transcript{}
	configure := []func(*okta.Config){func(c *okta.Config) {
		c.Transport, c.Log, c.MaxRetries = okta.NewMemory(gateway), said.log, 2
		c.MinWait, c.MaxWait = 10*time.Millisecond, time.Second
	}}
	if name != "SSWS" {
		configure = append(configure, w.addService(t, "P-256", name == "DPoP").configure)
	}
	client := w.newClient(t, configure...)
	for i, kind := range []oktasim.FaultKind{oktasim.FaultDropBefore, oktasim.FaultDropAfter, oktasim.FaultErrorBefore, oktasim.FaultErrorAfter, oktasim.FaultRateLimit, oktasim.FaultConcurrency} {
		w.fault(oktasim.Fault{Kind: kind, Probability: 0.08, Seed: seed*100 + uint64(i), Status: 503})
	}
	succeeded := rummage(t, w, client, gateway, said, seed)
	w.org.ClearFaults()

	for _, value := range w.org.Values() {
		gateway.values[value] = true
	}
	if name != "SSWS" {
		der, err := x509.MarshalPKCS8PrivateKey(signers()["P-256"])
		if err != nil {
			t.Fatal(err)
		}
		gateway.values[base64.StdEncoding.EncodeToString(der)[:48]] = true
	}
	text := said.text.String()
	for value := range gateway.values {
		if strings.Contains(text, value) {
			t.Errorf("seed %d: %q was said", seed, value)
		}
	}
	if succeeded == 0 || said.errors < 10 || said.logs < 10 || gateway.pages < 5 || len(gateway.values) < 10 {
		t.Errorf("seed %d tells little: %d successes, %d errors, %d log entries, %d pages, %d values", seed, succeeded, said.errors, said.logs, gateway.pages, len(gateway.values))
	}
}

// rummage calls everything there is, over and over.
func rummage(t *testing.T, w *world, client *okta.Client, gateway *eavesdropper, said *transcript, seed uint64) (succeeded int) {
	random := rand.New(rand.NewPCG(seed, 8))
	secrets, ctx := client.Secrets, t.Context()
	for range 60 {
		wanted, value := w.wantedSecret(t)
		wanted.ReclaimInactive = true
		gateway.values[value] = true
		id := w.org.Secrets(w.app)[0].ID
		app := okta.App{ClientID: w.app, AuthMethod: secretMethods[random.IntN(3)]}
		var err error
		switch random.IntN(8) {
		case 0:
			_, err = secrets.Create(ctx, w.app, wanted)
		case 1:
			err = secrets.Retire(ctx, w.app, id, okta.Retirement{Placeholder: func() (any, error) { return wanted.Body, nil }})
		case 2:
			_, err = secrets.List(ctx, w.app)
		case 3:
			_, err = secrets.Get(ctx, w.app, id)
		case 4:
			_, err = secrets.SetStatus(ctx, w.app, id, okta.StatusActive)
		case 5:
			err = briefly(ctx, func(ctx context.Context) error { return client.Verify(ctx, app, value) })
		case 6:
			_, err = client.UpdateApp(ctx, w.app, func(_ okta.App, d *okta.Document) error { return d.Set(random.Int(), "profile", "n") })
		case 7:
			_, err = client.Keys.Create(ctx, w.app, wantedKey(fmt.Sprint(random.Int())))
		}
		if err == nil {
			succeeded++
		}
		said.error(err)
	}
	return succeeded
}

func briefly(ctx context.Context, f func(context.Context) error) error {
	ctx, cancel := context.WithTimeout(ctx, 3*time.Second)
	defer cancel()
	return f(ctx)
}

// transcript is all that was said.
type transcript struct {
	mu           sync.Mutex
	text         strings.Builder
	errors, logs int
}

func (s *transcript) log(_ context.Context, message string, fields map[string]any) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.logs++
	encoded, _ := json.Marshal(fields)
	fmt.Fprintf(&s.text, "%s %v %s\n", message, fields, encoded)
}

func (s *transcript) error(err error) {
	if err == nil {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.errors++
	encoded, _ := json.Marshal(err)
	fmt.Fprintf(&s.text, "%v %+v %#v %q %s\n", err, err, err, err, encoded)
}
