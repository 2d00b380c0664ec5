// SPDX-License-Identifier: MPL-2.0

package okta

import (
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/oktacreds/terraform-provider-oktacreds/internal/jwk"
)

// appJSON is an OIDC app as Okta lists it.
func appJSON(id, label, clientID string) map[string]any {
	return map[string]any{
		"id": id, "name": "oidc_client", "label": label, "status": "ACTIVE",
		"credentials": map[string]any{"oauthClient": map[string]any{"client_id": clientID, "token_endpoint_auth_method": "private_key_jwt"}},
		"settings":    map[string]any{"oauthClient": map[string]any{"jwks": map[string]any{"keys": []any{map[string]any{"id": "pks" + id, "kty": "RSA"}}}}},
	}
}

// appsOf reads all apps of a sequence.
func appsOf(t testing.TB, client *Client) (ids []string, err error) {
	t.Helper()
	for app, err := range client.OIDCApps(t.Context()) {
		if err != nil {
			return ids, err
		}
		ids = append(ids, app.ID)
	}
	return ids, nil
}

// asked remembers the queries of the requests that a handler answers.
func asked(queries *[]url.Values, handler http.HandlerFunc) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		*queries = append(*queries, r.URL.Query())
		handler(w, r)
	}
}

const nextLink = `<http://127.0.0.1:1/api/v1/apps?after=opaque%2F%3D1&limit=200&filter=f>; rel="next"`

func TestOIDCApps_FollowsNextLinksToTheEnd(t *testing.T) {
	var queries []url.Values
	org := newScript(t,
		asked(&queries, answer(200, []any{appJSON("1", "one", "1"), appJSON("2", "two", "2")}, "Link", nextLink)),
		asked(&queries, answer(200, []any{appJSON("3", "three", "3")}, "Link", `<http://127.0.0.1:1/api/v1/apps?limit=200>; rel="self"`)),
	)
	ids, err := appsOf(t, newTestClient(t, org))
	if err != nil {
		t.Fatal(err)
	}
	if want := []string{"1", "2", "3"}; !slices.Equal(ids, want) {
		t.Errorf("the apps are %v, want %v", ids, want)
	}
	want := []url.Values{
		{"limit": {"200"}, "filter": {`name eq "oidc_client"`}},
		{"limit": {"200"}, "filter": {"f"}, "after": {"opaque/=1"}},
	}
	if diff := cmp.Diff(want, queries); diff != "" {
		t.Errorf("the queries differ from the wanted ones (-want +got):\n%s", diff)
	}
}

func TestOIDCApps_CarryTheirKeys(t *testing.T) {
	org := newScript(t, answer(200, []any{appJSON("1", "one", "client")}))
	for app, err := range newTestClient(t, org).OIDCApps(t.Context()) {
		if err != nil {
			t.Fatal(err)
		}
		want := App{
			ID: "1", Name: "oidc_client", Label: "one", Status: StatusActive, ClientID: "client", HasCredentials: true, AuthMethod: AuthMethodPrivateKeyJWT,
			Keys: []Key{{Metadata: Metadata{ID: "pks1"}, Key: jwk.Key{KTY: "RSA"}}},
		}
		if diff := cmp.Diff(want, app); diff != "" {
			t.Errorf("(-want +got):\n%s", diff)
		}
	}
}

func TestOIDCApps_WhoeverStopsReadingCausesNoFurtherRequest(t *testing.T) {
	org := newScript(t, answer(200, []any{appJSON("1", "one", "1"), appJSON("2", "two", "2")}, "Link", nextLink))
	for _, err := range newTestClient(t, org).OIDCApps(t.Context()) {
		if err != nil {
			t.Error(err)
		}
		break
	}
	mustEqual(t, "the number of requests", org.count(), 1)
}

func TestOIDCApps_TheTokenStaysAtHomeWhateverTheNextLinkSays(t *testing.T) {
	for _, target := range []string{
		"https://evil.example/api/v1/apps?after=1", "http://127.0.0.1:2/api/v1/apps?after=1", "//evil.example/?after=1", "/elsewhere?after=1", "?after=1",
	} {
		var hosts, paths []string
		note := func(handler http.HandlerFunc) http.HandlerFunc {
			return func(w http.ResponseWriter, r *http.Request) {
				hosts, paths = append(hosts, r.URL.Scheme+"://"+r.URL.Host), append(paths, r.URL.Path)
				handler(w, r)
			}
		}
		org := newScript(t, note(answer(200, []any{}, "Link", "<"+target+`>; rel="next"`)), note(answer(200, []any{})))
		if _, err := appsOf(t, newTestClient(t, org)); err != nil {
			t.Fatal(err)
		}
		if want := []string{"http://127.0.0.1:1", "http://127.0.0.1:1"}; !slices.Equal(hosts, want) {
			t.Errorf("with the next link %s the requests went to %v", target, hosts)
		}
		if want := []string{"/api/v1/apps", "/api/v1/apps"}; !slices.Equal(paths, want) {
			t.Errorf("with the next link %s the requests went to %v", target, paths)
		}
	}
}

func TestOIDCApps_APageThatFollowsItselfEndsTheList(t *testing.T) {
	page := answer(200, []any{appJSON("1", "one", "1")}, "Link", `<http://127.0.0.1:1/api/v1/apps?after=1>; rel="next"`)
	org := newScript(t, page, page)
	ids, err := appsOf(t, newTestClient(t, org))
	if !errors.Is(err, errSamePage) {
		t.Errorf("the error is %v", err)
	}
	mustEqual(t, "the number of apps before it", len(ids), 1)
}

func TestOIDCApps_WhatIsNoListOfAppsIsAnError(t *testing.T) {
	for name, body := range map[string]string{
		"null": "null", "an object": `{"id":"1"}`, "an app without id": `[{"label":"one"}]`, "HTML": "<html>",
	} {
		t.Run(name, func(t *testing.T) {
			ids, err := appsOf(t, newTestClient(t, newScript(t, answer(200, body))))
			var transport *TransportError
			if !errors.As(err, &transport) || !errors.Is(err, errUnexpected) {
				t.Errorf("the error is %v", err)
			}
			mustEqual(t, "the number of apps", len(ids), 0)
		})
	}
}

func TestOIDCApps_OktasRefusalIsTheLastThatComes(t *testing.T) {
	org := newScript(t,
		answer(200, []any{appJSON("1", "one", "1")}, "Link", nextLink),
		refuse(403, "E0000006", "You do not have permission to perform the requested action"),
	)
	ids, err := appsOf(t, newTestClient(t, org))
	if !IsForbidden(err) {
		t.Errorf("the error is %v", err)
	}
	mustEqual(t, "the number of apps before it", len(ids), 1)
}

func TestOIDCApps_APageIsAskedForAgainWhereThatMayHelp(t *testing.T) {
	org := newScript(t, refuse(503, "E0000010", "read-only"), hangUp, answer(200, []any{appJSON("1", "one", "1")}))
	ids, err := appsOf(t, newTestClient(t, org))
	if err != nil || len(ids) != 1 {
		t.Errorf("%v, %v", ids, err)
	}
}

func TestOIDCAppsByLabel_FindsTheLabelAndNotWhatOnlyBeginsSo(t *testing.T) {
	apps := []any{
		appJSON("1", "Billing", "1"), appJSON("2", "Billing (test)", "2"), appJSON("3", "Billing", "3"),
		appJSON("4", "Bed &amp; Breakfast", "4"), appJSON("5", "Bed & Breakfast", "5"), appJSON("6", "billing", "6"),
	}
	for _, test := range []struct {
		label, q string
		want     []string
	}{
		{"Billing", "Billing", []string{"1", "3"}},
		{"Billing (test)", "Billing (test)", []string{"2"}},
		{"Bed & Breakfast", "Bed ", []string{"4", "5"}},
		{"Bed &amp; Breakfast", "Bed ", []string{"4"}},
		{"& Sons", "", nil},
		{"Bill", "Bill", nil},
	} {
		var queries []url.Values
		found, err := newTestClient(t, newScript(t, asked(&queries, answer(200, apps)))).OIDCAppsByLabel(t.Context(), test.label)
		if err != nil {
			t.Fatal(err)
		}
		var ids []string
		for _, app := range found {
			ids = append(ids, app.ID)
		}
		if !slices.Equal(ids, test.want) {
			t.Errorf("%q finds %v, want %v", test.label, ids, test.want)
		}
		mustEqual(t, "q for "+test.label, queries[0].Get("q"), test.q)
	}
}

func TestOIDCAppsByLabelPrefix_FindsLabelsThatBeginSoAsTheCallerComesToThem(t *testing.T) {
	page := []any{appJSON("1", "Shop EU", "1"), appJSON("2", "shop", "2"), appJSON("3", "The Shop", "3"), appJSON("4", "Shop &amp; Co", "4")}
	for _, test := range []struct {
		prefix, q string
		want      []string
	}{
		{"Shop", "Shop", []string{"1", "4"}},
		{"Shop & C", "Shop ", []string{"4"}},
		{"", "", []string{"1", "2", "3", "4"}},
		{"None", "None", nil},
	} {
		var queries []url.Values
		var ids []string
		for app, err := range newTestClient(t, newScript(t, asked(&queries, answer(200, page)))).OIDCAppsByLabelPrefix(t.Context(), test.prefix) {
			if err != nil {
				t.Fatal(err)
			}
			ids = append(ids, app.ID)
		}
		if !slices.Equal(ids, test.want) {
			t.Errorf("%q finds %v, want %v", test.prefix, ids, test.want)
		}
		mustEqual(t, "q for "+test.prefix, queries[0].Get("q"), test.q)
	}
	org := newScript(t, answer(200, page, "Link", nextLink), refuse(403, "E0000006", "Not allowed"))
	last := error(nil)
	for _, err := range newTestClient(t, org).OIDCAppsByLabelPrefix(t.Context(), "Shop") {
		last = err
	}
	if !IsForbidden(last) {
		t.Errorf("the error is %v", last)
	}
}

func TestApp_OneFromTheCatalogHasCredentialsAndNothingElseIsKnownOfThem(t *testing.T) {
	for name, test := range map[string]struct {
		links any
		want  bool
	}{
		"a link":       {map[string]any{"clientCredentials": []any{map[string]any{"name": "secrets"}}}, true},
		"null":         {map[string]any{"clientCredentials": nil}, false},
		"another link": {map[string]any{"deactivate": map[string]any{}}, false},
		"no links":     {nil, false},
	} {
		org := newScript(t, answer(200, map[string]any{"id": "1", "name": "zoomus", "label": "Zoom", "status": "ACTIVE", "_links": test.links}))
		app, err := newTestClient(t, org).App(t.Context(), "1")
		if err != nil || app.ClientID != "" || app.HasCredentials != test.want {
			t.Errorf("%s: %+v, %v", name, app, err)
		}
	}
}

func TestOIDCAppByClientID(t *testing.T) {
	missing := refuse(404, "E0000007", "Not found: Resource not found: x (AppInstance)")
	t.Run("the app's own id costs one request", func(t *testing.T) {
		org := newScript(t, answer(200, appJSON("1", "one", "1")))
		app, ok, err := newTestClient(t, org).OIDCAppByClientID(t.Context(), "1")
		if err != nil || !ok || app.ID != "1" {
			t.Errorf("%v, %v, %v", app.ID, ok, err)
		}
	})
	t.Run("a client id of its creator's is searched for, and no further than needed", func(t *testing.T) {
		org := newScript(t, missing, answer(200, []any{appJSON("1", "one", "1"), appJSON("2", "two", "chosen")}, "Link", nextLink))
		app, ok, err := newTestClient(t, org).OIDCAppByClientID(t.Context(), "chosen")
		if err != nil || !ok || app.ID != "2" {
			t.Errorf("%v, %v, %v", app.ID, ok, err)
		}
	})
	t.Run("an app whose id is another's client id is not mistaken for that one", func(t *testing.T) {
		org := newScript(t, answer(200, appJSON("1", "one", "other")), answer(200, []any{appJSON("2", "two", "1")}))
		app, ok, err := newTestClient(t, org).OIDCAppByClientID(t.Context(), "1")
		if err != nil || !ok || app.ID != "2" {
			t.Errorf("%v, %v, %v", app.ID, ok, err)
		}
	})
	t.Run("there is none", func(t *testing.T) {
		org := newScript(t, missing, answer(200, []any{appJSON("1", "one", "1")}))
		if app, ok, err := newTestClient(t, org).OIDCAppByClientID(t.Context(), "x"); err != nil || ok {
			t.Errorf("%v, %v, %v", app.ID, ok, err)
		}
	})
	t.Run("a refusal is no absence", func(t *testing.T) {
		org := newScript(t, refuse(403, "E0000006", "no"))
		if _, ok, err := newTestClient(t, org).OIDCAppByClientID(t.Context(), "1"); !IsForbidden(err) || ok {
			t.Errorf("%v, %v", ok, err)
		}
	})
	t.Run("nor is one in the search", func(t *testing.T) {
		org := newScript(t, missing, refuse(403, "E0000006", "no"))
		if _, ok, err := newTestClient(t, org).OIDCAppByClientID(t.Context(), "1"); !IsForbidden(err) || ok {
			t.Errorf("%v, %v", ok, err)
		}
	})
}

func TestNextPage(t *testing.T) {
	for _, test := range []struct {
		links []string
		want  string
	}{
		{nil, ""},
		{[]string{`<https://a/b?x=1>; rel="self"`}, ""},
		{[]string{`<https://a/b?x=1>; rel="self"`, `<https://a/b?x=2>; rel="next"`}, "x=2"},
		{[]string{`<https://a/b?x=1>; rel="self", <https://a/b?x=2,3>; rel="next"`}, "x=2%2C3"},
		{[]string{`<https://a/b?x=2>;rel=next`}, "x=2"},
		{[]string{`<https://a/b?x=2>; title="rel"; REL="prev Next"`}, "x=2"},
		{[]string{`<https://a/b?x=2>; rel="nextish"`}, ""},
		{[]string{`<https://a/next?rel="next">; rel="self"`}, ""},
		{[]string{`https://a/b?x=2; rel="next"`}, ""},
	} {
		next, err := nextPage(http.Header{"Link": test.links})
		if err != nil {
			t.Errorf("%q: %v", test.links, err)
		}
		mustEqual(t, "the next page of "+strings.Join(test.links, " "), next.Encode(), test.want)
	}
	for _, broken := range []string{`<https://a/b>; rel="next"`, `<:>; rel="next"`, `<?&>; rel="next"`} {
		if next, err := nextPage(http.Header{"Link": {broken}}); err == nil {
			t.Errorf("%q gives %v and no error", broken, next)
		}
	}
}

// FuzzNextPage: whatever a server says, a page that is found can be asked for.
func FuzzNextPage(f *testing.F) {
	for _, seed := range []string{nextLink, `<a?b>;rel=next`, `<<<>;;rel="`, `<?%zz>; rel=next`, `<?&>; rel=next`} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, header string) {
		next, err := nextPage(http.Header{"Link": {header}})
		if err != nil && next != nil || next != nil && len(next) == 0 {
			t.Errorf("%v, %v", next, err)
		}
	})
}
