// SPDX-License-Identifier: MPL-2.0

package okta

import (
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

func TestURL_EscapesEverySegment(t *testing.T) {
	client := newTestClient(t, http.NotFoundHandler())
	for _, test := range []struct{ id, path string }{
		{"0oa1", "/api/v1/apps/0oa1"},
		{"a/b", "/api/v1/apps/a%2Fb"},
		{"../../users/me", "/api/v1/apps/..%2F..%2Fusers%2Fme"},
		{"%2e%2e", "/api/v1/apps/%252e%252e"},
		{"100%", "/api/v1/apps/100%25"},
		{"a?b#c", "/api/v1/apps/a%3Fb%23c"},
		{"ключ", "/api/v1/apps/%D0%BA%D0%BB%D1%8E%D1%87"},
		{"a b\n", "/api/v1/apps/a%20b%0A"},
		{"a;b", "/api/v1/apps/a%3Bb"},
		{"...", "/api/v1/apps/..."},
	} {
		got, err := client.url(segments("api/v1/apps/*", test.id), nil)
		if err != nil {
			t.Errorf("%q: %v", test.id, err)
			continue
		}
		mustEqual(t, fmt.Sprintf("the URL of %q", test.id), got.String(), "http://127.0.0.1:1"+test.path)
	}
}

func TestURL_RefusesSegmentsThatChangeThePath(t *testing.T) {
	sent := newScript(t)
	client := newTestClient(t, sent)
	for _, id := range []string{"", ".", ".."} {
		if _, err := client.App(t.Context(), id); err == nil {
			t.Errorf("app id %q is accepted", id)
		}
		if _, err := client.Secrets.Get(t.Context(), "0oa1", id); err == nil {
			t.Errorf("secret id %q is accepted", id)
		}
	}
	mustEqual(t, "the number of requests", sent.count(), 0)
}

func TestURL_ServerSeesOneSegment(t *testing.T) {
	server := newScript(t, refuse(404, "E0000007", "Not found"))
	_, err := newTestClient(t, server).App(t.Context(), "../users/me")
	mustEqual(t, "the request", server.log()[0], "GET /api/v1/apps/..%2Fusers%2Fme")
	if want := "GET /api/v1/apps/..%2Fusers%2Fme: 404"; !strings.HasPrefix(err.Error(), want) {
		t.Errorf("the error is %q, want it to begin with %q", err, want)
	}
}

// A redirect is somebody else's answer: the token must not follow it, and a
// create that met one has not happened.
func TestDo_RefusesRedirects(t *testing.T) {
	for _, status := range []int{301, 302, 303, 307, 308} {
		t.Run(http.StatusText(status), func(t *testing.T) {
			var reached []string
			elsewhere := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
				reached = append(reached, r.Header.Get("Authorization"))
			}))
			defer elsewhere.Close()
			requests := 0
			org := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				requests++
				mustEqual(t, "the Authorization header", r.Header.Get("Authorization"), "SSWS "+testToken)
				http.Redirect(w, r, elsewhere.URL+"/stolen?q=1", status)
			}))
			defer org.Close()
			client := newTestClient(t, nil, func(c *Config) { c.HTTPProxy, c.Transport = org.URL, nil })

			_, err := client.App(t.Context(), "0oa1")
			if !errors.Is(err, errRedirect) || !strings.Contains(err.Error(), strings.TrimPrefix(elsewhere.URL, "http://")) {
				t.Errorf("the error of a GET is %v, want one that names the other host", err)
			}
			_, err = client.Secrets.post(t.Context(), "0oa1", NewClientSecret{})
			if !errors.Is(err, errRedirect) || IsAmbiguous(err) {
				t.Errorf("the error of a POST is %v, want a redirect that is not ambiguous", err)
			}
			if len(reached) > 0 {
				t.Errorf("the other host was asked, with Authorization %q", reached)
			}
			mustEqual(t, "the number of requests", requests, 2) // not repeated
		})
	}
}

func TestDo_RefusesARedirectToTheSameHost(t *testing.T) {
	server := newScript(t, func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, "/login", http.StatusFound)
	})
	if _, err := newTestClient(t, server).App(t.Context(), "0oa1"); !errors.Is(err, errRedirect) {
		t.Errorf("the error is %v, want a refused redirect", err)
	}
}

// 200 with something else than an app must not pass for an app without keys, nor
// a 200 without a list for an app without credentials.
func TestDo_RefusesAnswersThatAreNotOktas(t *testing.T) {
	const secret = "s3cret-that-must-not-be-repeated"
	for _, body := range []string{"", "<html>" + secret, `{"login":"` + secret + `"}`, "null", `"` + secret + `"`, `{"id":7,"x":"` + secret + `"}`, "[{}]", `[{"status":"ACTIVE"}]`} {
		handler := answer(http.StatusOK, body)
		client := newTestClient(t, handler)
		calls := map[string]func() error{
			"App":    func() error { _, err := client.App(t.Context(), "0oa1"); return err },
			"Get":    func() error { _, err := client.Keys.Get(t.Context(), "0oa1", "pks1"); return err },
			"List":   func() error { _, err := client.Secrets.List(t.Context(), "0oa1"); return err },
			"Keys":   func() error { _, err := client.Keys.List(t.Context(), "0oa1"); return err },
			"Update": func() error { _, err := client.UpdateApp(t.Context(), "0oa1", nil); return err },
		}
		for name, call := range calls {
			err := call()
			if err == nil {
				t.Errorf("%s takes %q", name, body)
			} else if strings.Contains(err.Error(), secret) {
				t.Errorf("%s repeats the body: %v", name, err)
			}
		}
	}
}

func TestDo_SendsWhatOktaExpects(t *testing.T) {
	server := newScript(t, func(w http.ResponseWriter, r *http.Request) {
		mustEqual(t, "Accept", r.Header.Get("Accept"), "application/json")
		mustEqual(t, "Content-Type", r.Header.Get("Content-Type"), "application/json")
		mustEqual(t, "User-Agent", r.Header.Get("User-Agent"), "test/1")
		mustEqual(t, "Authorization", r.Header.Get("Authorization"), "SSWS "+testToken)
		answer(http.StatusCreated, secretJSON("ocs1", StatusActive, "v"))(w, r)
	})
	client := newTestClient(t, server, func(c *Config) { c.UserAgent = "test/1" })
	if _, err := client.Secrets.post(t.Context(), "0oa1", NewClientSecret{Value: "v"}); err != nil {
		t.Fatal(err)
	}
}

func TestDo_AccessTokenIsABearer(t *testing.T) {
	server := newScript(t, func(w http.ResponseWriter, r *http.Request) {
		mustEqual(t, "Authorization", r.Header.Get("Authorization"), "Bearer eyJ.a.b")
		answer(http.StatusOK, map[string]any{"id": "0oa1"})(w, r)
	})
	client := newTestClient(t, server, func(c *Config) { c.AccessToken = "eyJ.a.b" })
	if _, err := client.App(t.Context(), "0oa1"); err != nil {
		t.Fatal(err)
	}
}

func TestFormat_NeverShowsSecrets(t *testing.T) {
	const value = "the-secret-value"
	secret := ClientSecret{Metadata: Metadata{ID: "ocs1", Status: StatusActive}, Value: value, Hash: SecretHash(value)}
	body := NewClientSecret{Value: value}
	config := Config{OrgName: "dev-1", APIToken: value, AccessToken: value}
	client := newTestClient(t, http.NotFoundHandler(), func(c *Config) { c.APIToken = value })
	for _, shown := range []any{
		secret, &secret, []ClientSecret{secret}, map[string]ClientSecret{"a": secret}, ExistsError{Existing: secret.Holding()},
		&ExistsError{Existing: secret.Holding()}, body, &body, Wanted[ClientSecret]{Body: body}, config, &config, client, client.Secrets,
	} {
		for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%d"} {
			text := fmt.Sprintf(verb, shown)
			if strings.Contains(text, value) || strings.Contains(text, fmt.Sprintf("%x", value)) {
				t.Errorf("%s of %T shows the secret: %s", verb, shown, text)
			}
		}
	}
	mustEqual(t, "%v of a secret", fmt.Sprint(secret), "client secret ocs1 (ACTIVE)")
}
