// SPDX-License-Identifier: MPL-2.0

package okta_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"path"
	"slices"
	"strings"
	"testing"

	"github.com/oktacreds/terraform-provider-oktacreds/internal/okta"
	"github.com/oktacreds/terraform-provider-oktacreds/internal/oktasim"
)

// Everything that can come back in place of a response, for every call there is. A
// call may succeed only if the org shows that it did; otherwise its error is of the
// type that the fault has.

// fault is what comes back in place of the org's response.
type fault struct {
	name string
	// spoil changes the org's response, or replaces it if the request never got there.
	spoil func(response *httptest.ResponseRecorder, r *http.Request) *httptest.ResponseRecorder
	// typed tells whether the error is of the right type.
	typed func(error) bool
	// edits says that there has to be a response to spoil.
	edits bool
}

// reply is a response of its own.
func reply(status int, body string, header ...string) func(*httptest.ResponseRecorder, *http.Request) *httptest.ResponseRecorder {
	return func(*httptest.ResponseRecorder, *http.Request) *httptest.ResponseRecorder {
		recorder := httptest.NewRecorder()
		for i := 0; i < len(header); i += 2 {
			recorder.Header().Set(header[i], header[i+1])
		}
		recorder.WriteHeader(status)
		_, _ = io.WriteString(recorder, body)
		return recorder
	}
}

// edited is the org's response with every object in it changed.
func edited(change func(object map[string]any)) func(*httptest.ResponseRecorder, *http.Request) *httptest.ResponseRecorder {
	return func(response *httptest.ResponseRecorder, r *http.Request) *httptest.ResponseRecorder {
		var body any
		if json.Unmarshal(response.Body.Bytes(), &body) != nil {
			return response // there is nothing to change, in that of a DELETE
		}
		visit(body, change)
		encoded, err := json.Marshal(body)
		if err != nil {
			panic(err)
		}
		return reply(response.Code, string(encoded))(response, r)
	}
}

// visit calls change for each object that has an id, but for links.
func visit(value any, change func(map[string]any)) {
	switch value := value.(type) {
	case []any:
		for _, element := range value {
			visit(element, change)
		}
	case map[string]any:
		for name, member := range value {
			if name != "_links" {
				visit(member, change)
			}
		}
		if value["id"] != nil {
			change(value)
		}
	}
}

func withStatus(status any) func(map[string]any) {
	return func(object map[string]any) {
		if _, app := object["label"]; app {
			return
		}
		if object["status"] = status; status == nil {
			delete(object, "status")
		}
	}
}

func isA[E error](err error) bool {
	_, ok := errors.AsType[E](err)
	return ok
}

func answeredWith(status int) func(error) bool {
	return func(err error) bool {
		answer, ok := errors.AsType[*okta.APIError](err)
		return ok && answer.Status == status
	}
}

const errorBody = `{"errorCode":"E0000009","errorSummary":"Internal Server Error","errorId":"oae1","errorCauses":[]}`

var allFaults = []fault{
	{"200 with a page", reply(200, "<html>Log in</html>"), okta.IsUnexpectedResponse, false},
	{"200 with {}", reply(200, "{}"), okta.IsUnexpectedResponse, false},
	{"200 with []", reply(200, "[]"), okta.IsUnexpectedResponse, false},
	{"200 with null", reply(200, "null"), okta.IsUnexpectedResponse, false},
	{"200 with nothing", reply(200, ""), okta.IsUnexpectedResponse, false},
	{"200 with an error", reply(200, errorBody), okta.IsUnexpectedResponse, false},
	{"202 with nothing", reply(202, ""), okta.IsUnexpectedResponse, false},
	{"half of a body", func(response *httptest.ResponseRecorder, r *http.Request) *httptest.ResponseRecorder {
		return reply(200, "{"+response.Body.String()[:response.Body.Len()/2])(response, r)
	}, okta.IsUnexpectedResponse, true},
	{"another id", edited(func(object map[string]any) { object["id"] = "0oaAnother" }), isA[*okta.MismatchError], true},
	{"another hash", edited(func(object map[string]any) {
		if object["secret_hash"] != nil {
			object["secret_hash"] = okta.SecretHash("another")
		}
	}), func(err error) bool { return isA[*okta.MismatchError](err) || isA[*okta.ValueError](err) }, true},
	{"another key", edited(func(object map[string]any) {
		if object["kty"] != nil {
			object["x"] = object["y"]
		}
	}), isA[*okta.MismatchError], true},
	{"another status", edited(func(object map[string]any) {
		was := object["status"]
		withStatus(map[any]string{"ACTIVE": "INACTIVE", "INACTIVE": "ACTIVE"}[was])(object)
	}), isA[*okta.MismatchError], true},
	{"no status", edited(withStatus(nil)), isA[*okta.StatusError], true},
	{"status PENDING", edited(withStatus("PENDING")), isA[*okta.StatusError], true},
	{"status EXPIRED", edited(withStatus("EXPIRED")), isA[*okta.StatusError], true},
	{"status in lower case", edited(withStatus("active")), isA[*okta.StatusError], true},
	{"status that is a number", edited(withStatus(1)), okta.IsUnexpectedResponse, true},
	{"a masked value", edited(func(object map[string]any) {
		if object["client_secret"] != nil {
			object["client_secret"] = "***DhOW"
		}
	}), isA[*okta.ValueError], true},
	{"no value", edited(func(object map[string]any) { delete(object, "client_secret") }), isA[*okta.ValueError], true},
	{"a redirect", reply(302, "", "Location", "https://login.example/"), isA[*okta.TransportError], false},
	{"404 of a proxy", reply(404, "<html>"), answeredWith(404), false},
	{"401 of a proxy", reply(401, "<html>"), answeredWith(401), false},
	{"500", reply(500, errorBody), answeredWith(500), false},
	{"503 of a proxy", reply(503, "<html>"), answeredWith(503), false},
	{"a dropped connection", func(*httptest.ResponseRecorder, *http.Request) *httptest.ResponseRecorder {
		panic(http.ErrAbortHandler)
	}, isA[*okta.TransportError], false},
}

// spoiler puts a fault into every response to one request.
type spoiler struct {
	org          http.Handler
	method, path string
	fault        fault
	reaches      bool // the org carries the request out

	hits int
}

func (s *spoiler) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if matched, err := path.Match(s.path, r.URL.Path); err != nil || !matched || r.Method != s.method {
		s.org.ServeHTTP(w, r)
		return
	}
	s.hits++
	response := httptest.NewRecorder()
	if s.reaches {
		body, _ := io.ReadAll(r.Body)
		r.Body = io.NopCloser(bytes.NewReader(body))
		s.org.ServeHTTP(response, r)
	}
	spoiled := s.fault.spoil(response, r)
	maps.Copy(w.Header(), spoiled.Header())
	w.WriteHeader(spoiled.Code)
	_, _ = w.Write(spoiled.Body.Bytes())
}

// scene is an app with two secrets and two keys, the second of each INACTIVE, or an
// API service integration.
type scene struct {
	*world

	secret, idle string // ids
	key, idleKey string
	service      string
	created      string // id that a create returned
}

func newScene(t *testing.T) *scene {
	t.Helper()
	s := &scene{world: newSecretWorld(t)}
	s.secret = s.org.Secrets(s.app)[0].ID
	s.key, s.idleKey = s.addKey(t, "one"), s.addKey(t, "two")
	if err := s.org.SetKeyStatus(s.app, s.idleKey, "INACTIVE"); err != nil {
		t.Fatal(err)
	}
	s.service = s.org.AddAPIService().ID
	return s
}

// second adds an INACTIVE second secret to the owner.
func (s *scene) second(owner string) {
	added, err := s.org.AddSecret(owner, "", "INACTIVE")
	if err != nil {
		panic(err)
	}
	s.idle = added.ID
}

func (s *scene) secretIs(owner, id, status string) bool {
	return slices.ContainsFunc(s.org.Secrets(owner), func(secret oktasim.Secret) bool { return secret.ID == id && secret.Status == status })
}

func (s *scene) keyIs(id, status string) bool {
	return slices.ContainsFunc(s.org.Keys(s.app), func(key oktasim.Key) bool { return key.ID == id && key.Status == status })
}

// faultCall is a call of the client and the request that the fault hits.
type faultCall struct {
	name, method, path string

	prepare func(*scene)
	// run makes the call. A read compares what it got with the org.
	run func(context.Context, *scene, *okta.Client) error
	// done tells whether the org shows that the call did its work; nil for a read.
	done func(*scene) bool
}

// errWrong is what a read returns that got something else than the org has.
var errWrong = errors.New("WRONG: the call returned what the org does not have")

func want(ok bool, err error) error {
	if err == nil && !ok {
		return errWrong
	}
	return err
}

const (
	keysPath = "/api/v1/apps/*/credentials/jwks"
	keyPath  = keysPath + "/*"
)

var faultCalls = []faultCall{
	{name: "App", method: "GET", path: appPath, run: func(ctx context.Context, s *scene, c *okta.Client) error {
		app, err := c.App(ctx, s.app)
		return want(app.ID == s.app && app.ClientID == s.app, err)
	}},
	{name: "OIDCApps", method: "GET", path: "/api/v1/apps", run: func(ctx context.Context, _ *scene, c *okta.Client) error {
		n := 0
		for _, err := range c.OIDCApps(ctx) {
			if n++; err != nil {
				return err
			}
		}
		return want(n == 1, nil)
	}},
	{name: "UpdateApp, reading", method: "GET", path: appPath, run: setLabel, done: isLabeled},
	{name: "UpdateApp, writing", method: "PUT", path: appPath, run: setLabel, done: isLabeled},
	{name: "Secrets.List", method: "GET", path: secretsPath, run: func(ctx context.Context, s *scene, c *okta.Client) error {
		all, err := c.Secrets.List(ctx, s.app)
		return readSecrets(s, s.app, all, err)
	}},
	{name: "Secrets.Snapshot", method: "GET", path: secretsPath, run: func(ctx context.Context, s *scene, c *okta.Client) error {
		all, err := c.Secrets.Snapshot(ctx, s.app)
		return readSecrets(s, s.app, all, err)
	}},
	{name: "Secrets.Get", method: "GET", path: secretPath, run: func(ctx context.Context, s *scene, c *okta.Client) error {
		one, err := c.Secrets.Get(ctx, s.app, s.secret)
		return readSecrets(s, s.app, []okta.ClientSecret{one}, err)
	}},
	{name: "Secrets.Create", method: "POST", path: secretsPath, run: func(ctx context.Context, s *scene, c *okta.Client) error {
		value, err := c.GenerateSecret(s.app)
		if err != nil {
			return err
		}
		created, err := c.Secrets.Create(ctx, s.app, wantedValue(value))
		s.created = created.ID
		return err
	}, done: func(s *scene) bool { return len(s.org.Secrets(s.app)) == 2 && s.secretIs(s.app, s.created, "ACTIVE") }},
	{name: "Secrets.Activate", method: "POST", path: secretPath + "/lifecycle/activate", prepare: func(s *scene) { s.second(s.app) },
		run: func(ctx context.Context, s *scene, c *okta.Client) error {
			_, err := c.Secrets.Activate(ctx, s.app, s.idle)
			return err
		},
		done: func(s *scene) bool { return s.secretIs(s.app, s.idle, "ACTIVE") }},
	{name: "Secrets.Deactivate", method: "POST", path: secretPath + "/lifecycle/deactivate", prepare: withTwoActive, run: deactivate, done: isDeactivated},
	{name: "Secrets.Delete", method: "DELETE", path: secretPath, prepare: func(s *scene) { s.second(s.app) },
		run:  func(ctx context.Context, s *scene, c *okta.Client) error { return c.Secrets.Delete(ctx, s.app, s.idle) },
		done: func(s *scene) bool { return len(s.org.Secrets(s.app)) == 1 }},
	{name: "Secrets.Retire, deactivating", method: "POST", path: secretPath + "/lifecycle/deactivate", prepare: withTwoActive, run: retire, done: isRetired},
	{name: "Secrets.Retire, deleting", method: "DELETE", path: secretPath, prepare: withTwoActive, run: retire, done: isRetired},
	{name: "Keys.List", method: "GET", path: keysPath, run: func(ctx context.Context, s *scene, c *okta.Client) error {
		all, err := c.Keys.List(ctx, s.app)
		return readKeys(s, all, err)
	}},
	{name: "Keys.Snapshot", method: "GET", path: appPath, run: func(ctx context.Context, s *scene, c *okta.Client) error {
		all, err := c.Keys.Snapshot(ctx, s.app)
		return readKeys(s, all, err)
	}},
	{name: "Keys.Get", method: "GET", path: keyPath, run: func(ctx context.Context, s *scene, c *okta.Client) error {
		one, err := c.Keys.Get(ctx, s.app, s.key)
		return readKeys(s, []okta.Key{one}, err)
	}},
	{name: "Keys.Create", method: "POST", path: keysPath, run: func(ctx context.Context, s *scene, c *okta.Client) error {
		created, err := c.Keys.Create(ctx, s.app, wantedKey("three"))
		s.created = created.ID
		return err
	}, done: func(s *scene) bool { return len(s.org.Keys(s.app)) == 3 && s.keyIs(s.created, "ACTIVE") }},
	{name: "Keys.Activate", method: "POST", path: keyPath + "/lifecycle/activate",
		run: func(ctx context.Context, s *scene, c *okta.Client) error {
			_, err := c.Keys.Activate(ctx, s.app, s.idleKey)
			return err
		},
		done: func(s *scene) bool { return s.keyIs(s.idleKey, "ACTIVE") }},
	{name: "Keys.Deactivate", method: "POST", path: keyPath + "/lifecycle/deactivate",
		run: func(ctx context.Context, s *scene, c *okta.Client) error {
			_, err := c.Keys.Deactivate(ctx, s.app, s.key)
			return err
		},
		done: func(s *scene) bool { return s.keyIs(s.key, "INACTIVE") }},
	{name: "Keys.Delete", method: "DELETE", path: keyPath,
		run:  func(ctx context.Context, s *scene, c *okta.Client) error { return c.Keys.Delete(ctx, s.app, s.idleKey) },
		done: func(s *scene) bool { return len(s.org.Keys(s.app)) == 1 }},
	{name: "UpdateKey", method: "PUT", path: appPath,
		run: func(ctx context.Context, s *scene, c *okta.Client) error {
			_, err := c.UpdateKey(ctx, s.app, s.key, okta.KeyMembers{Use: "sig", Alg: "ES256"})
			return err
		},
		done: func(s *scene) bool {
			return slices.ContainsFunc(s.org.Keys(s.app), func(key oktasim.Key) bool { return key.ID == s.key && key.Alg == "ES256" })
		}},
	{name: "ServiceSecrets.List", method: "GET", path: serviceSecretsPath, run: func(ctx context.Context, s *scene, c *okta.Client) error {
		all, err := c.ServiceSecrets.List(ctx, s.service)
		return want(len(all) == 1 && s.secretIs(s.service, all[0].ID, string(all[0].Status)), err)
	}},
	{name: "CreateServiceSecret", method: "POST", path: serviceSecretsPath, run: func(ctx context.Context, s *scene, c *okta.Client) error {
		created, err := c.CreateServiceSecret(ctx, s.service, false)
		s.created = created.ID
		return err
	}, done: func(s *scene) bool { return s.secretIs(s.service, s.created, "ACTIVE") }},
	{name: "ServiceSecrets.Deactivate", method: "POST", path: serviceSecretsPath + "/*/lifecycle/deactivate",
		prepare: func(s *scene) { s.second(s.service); _ = s.org.SetSecretStatus(s.service, s.idle, "ACTIVE") },
		run: func(ctx context.Context, s *scene, c *okta.Client) error {
			_, err := c.ServiceSecrets.Deactivate(ctx, s.service, s.idle)
			return err
		},
		done: func(s *scene) bool { return s.secretIs(s.service, s.idle, "INACTIVE") }},
	{name: "ServiceSecrets.Delete", method: "DELETE", path: serviceSecretsPath + "/*", prepare: func(s *scene) { s.second(s.service) },
		run: func(ctx context.Context, s *scene, c *okta.Client) error {
			return c.ServiceSecrets.Delete(ctx, s.service, s.idle)
		},
		done: func(s *scene) bool { return len(s.org.Secrets(s.service)) == 1 }},
	{name: "Verify", method: "POST", path: "/oauth2/v1/introspect", run: func(ctx context.Context, s *scene, c *okta.Client) error {
		return c.Verify(ctx, okta.App{ClientID: s.app, AuthMethod: okta.AuthMethodSecretBasic}, s.org.Secrets(s.app)[0].Value)
	}},
	{name: "a token", method: "POST", path: "/oauth2/v1/token", run: func(ctx context.Context, s *scene, c *okta.Client) error {
		_, err := c.App(ctx, s.app)
		return err
	}},
}

func setLabel(ctx context.Context, s *scene, c *okta.Client) error {
	_, err := c.UpdateApp(ctx, s.app, func(_ okta.App, document *okta.Document) error { return document.Set("renamed", "label") })
	return err
}

func isLabeled(s *scene) bool {
	app, _ := s.org.App(s.app)
	return app.Label == "renamed"
}

func withTwoActive(s *scene) {
	s.second(s.app)
	if err := s.org.SetSecretStatus(s.app, s.idle, "ACTIVE"); err != nil {
		panic(err)
	}
}

func deactivate(ctx context.Context, s *scene, c *okta.Client) error {
	_, err := c.Secrets.Deactivate(ctx, s.app, s.idle)
	return err
}

func isDeactivated(s *scene) bool { return s.secretIs(s.app, s.idle, "INACTIVE") }

func retire(ctx context.Context, s *scene, c *okta.Client) error {
	return c.Secrets.Retire(ctx, s.app, s.idle, okta.Retirement{})
}

func isRetired(s *scene) bool { return len(s.org.Secrets(s.app)) == 1 }

// readSecrets compares what was read, the values as they would be delivered.
func readSecrets(s *scene, owner string, got []okta.ClientSecret, err error) error {
	for _, secret := range got {
		if err != nil {
			return err
		}
		var value string
		if value, err = secret.CheckedValue(); err == nil {
			err = want(slices.ContainsFunc(s.org.Secrets(owner), func(held oktasim.Secret) bool { return held.Value == value }), nil)
		}
	}
	return want(len(got) > 0, err)
}

func readKeys(s *scene, got []okta.Key, err error) error {
	return want(err != nil || len(got) > 0 && s.keyIs(got[0].ID, string(got[0].Status)), err)
}

// untold are the faults that a call can't know of: a list that names other objects,
// or none, is as good as any other.
var untold = map[string][]string{
	"another id":       {"OIDCApps", "Secrets.List", "Secrets.Snapshot", "Keys.List", "Keys.Snapshot", "ServiceSecrets.List", "Secrets.Create", "Keys.Create", "CreateServiceSecret"},
	"another status":   {"Secrets.List", "Secrets.Snapshot", "Secrets.Get", "Keys.List", "Keys.Snapshot", "Keys.Get", "ServiceSecrets.List", "Secrets.Create", "Keys.Create", "CreateServiceSecret", "UpdateKey"},
	"200 with nothing": {"Secrets.Delete", "Secrets.Retire, deleting", "Keys.Delete", "ServiceSecrets.Delete"},
	"200 with []":      {"OIDCApps", "Secrets.List", "Secrets.Snapshot", "Keys.List", "ServiceSecrets.List"},
	"another key":      {"UpdateApp, reading", "Keys.List", "Keys.Snapshot", "Keys.Get", "UpdateKey"},
	"another hash":     {"ServiceSecrets.List", "ServiceSecrets.Deactivate", "Secrets.Deactivate", "Secrets.Activate", "Secrets.Retire, deactivating"},
}

func TestFaults_NothingPassesForDoneThatIsNot(t *testing.T) {
	tried, failed := 0, 0
	for _, f := range allFaults {
		for _, call := range faultCalls {
			for _, reaches := range []bool{true, false} {
				if f.edits && !reaches {
					continue
				}
				s := newScene(t)
				if call.prepare != nil {
					call.prepare(s)
				}
				spoiled := &spoiler{org: s.world, method: call.method, path: call.path, fault: f, reaches: reaches}
				configure := []func(*okta.Config){func(c *okta.Config) { c.Transport, c.MaxRetries = okta.NewMemory(spoiled), 1 }}
				if call.name == "a token" {
					configure = append(configure, s.addService(t, "P-256", false).configure)
				}
				err := call.run(t.Context(), s, s.newClient(t, configure...))
				tried++
				if err != nil {
					failed++
				}
				name := fmt.Sprintf("%s: %s (carried out: %t)", call.name, f.name, reaches)
				switch {
				case spoiled.hits == 0 || spoiled.hits > 4:
					t.Errorf("%s: %d requests, error %v", name, spoiled.hits, err)
				case slices.Contains(untold[f.name], call.name):
				case err == nil && call.done != nil && !call.done(s):
					t.Errorf("%s passes for done", name)
				case errors.Is(err, errWrong):
					t.Errorf("%s: %v", name, err)
				case err != nil && !f.typed(err) && (reaches || !okta.IsUnexpectedResponse(err)):
					t.Errorf("%s: the error is %T %v", name, err, err)
				case err != nil && strings.Contains(err.Error(), s.org.Secrets(s.app)[0].Value):
					t.Errorf("%s: the error repeats a secret", name)
				}
			}
		}
	}
	t.Logf("%d calls × %d faults, carried out or not: %d tried, %d ended in an error of the right type, the others did what was asked",
		len(faultCalls), len(allFaults), tried, failed)
}
