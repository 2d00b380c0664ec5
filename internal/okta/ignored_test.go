// SPDX-License-Identifier: MPL-2.0

package okta

import (
	"encoding/json"
	"errors"
	"net/http"
	"testing"
)

// Okta answers 200 to changes that it doesn't make, of an app from the OIN catalog [R].
func TestUpdateApp_WhatOktaIgnoresIsAnError(t *testing.T) {
	method := []string{"credentials", "oauthClient", "token_endpoint_auth_method"}
	uri := []string{"settings", "oauthClient", "jwks_uri"}
	const before = `{"id":"0oa1","settings":{"oauthClient":{"jwks_uri":"https://before.example"}}}`
	for name, test := range map[string]struct {
		edit     func(*Document) error
		response string
		ignored  string // the member; empty for none
	}{
		"nothing is taken": {
			func(d *Document) error { return d.Set(AuthMethodPrivateKeyJWT, method...) }, before, "credentials.oauthClient.token_endpoint_auth_method",
		},
		"it is taken": {
			func(d *Document) error { return d.Set(AuthMethodPrivateKeyJWT, method...) },
			`{"id":"0oa1","credentials":{"oauthClient":{"token_endpoint_auth_method":"private_key_jwt"}}}`, "",
		},
		"something else is": {
			func(d *Document) error { return d.Set(AuthMethodPrivateKeyJWT, method...) },
			`{"id":"0oa1","credentials":{"oauthClient":{"token_endpoint_auth_method":"client_secret_basic"}}}`, "credentials.oauthClient.token_endpoint_auth_method",
		},
		"a removal is not taken":       {func(d *Document) error { return d.Remove(uri...) }, before, "settings.oauthClient.jwks_uri"},
		"a removal is":                 {func(d *Document) error { return d.Remove(uri...) }, `{"id":"0oa1","settings":{"oauthClient":{}}}`, ""},
		"a removal leaves null":        {func(d *Document) error { return d.Remove(uri...) }, `{"id":"0oa1","settings":{"oauthClient":{"jwks_uri":null}}}`, ""},
		"what is no scalar may differ": {func(d *Document) error { return d.Set([]string{"a"}, "visibility", "hide") }, before, ""},
	} {
		org := newScript(t, answer(http.StatusOK, before), answer(http.StatusOK, test.response))
		_, err := newTestClient(t, org).UpdateApp(t.Context(), "0oa1", func(_ App, d *Document) error { return test.edit(d) })
		var ignored *IgnoredError
		if errors.As(err, &ignored); ignored == nil && (err != nil || test.ignored != "") || ignored != nil && ignored.Member != test.ignored {
			t.Errorf("%s: the error is %v, want that %q is ignored", name, err, test.ignored)
		}
		if !json.Valid([]byte(test.response)) {
			t.Error(name)
		}
	}
}
