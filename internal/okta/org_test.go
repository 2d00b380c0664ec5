// SPDX-License-Identifier: MPL-2.0

package okta_test

import (
	"encoding/base64"
	"errors"
	"strings"
	"testing"

	"github.com/oktacreds/terraform-provider-oktacreds/internal/jwk"
	"github.com/oktacreds/terraform-provider-oktacreds/internal/okta"
	"github.com/oktacreds/terraform-provider-oktacreds/internal/oktasim"
)

func TestOrg_CostsOneRequest(t *testing.T) {
	w := newSecretWorld(t)
	for range 3 {
		if org := w.client.Org(t.Context()); org.ID == "" || org.Host != "127.0.0.1:1" {
			t.Errorf("the org is %v", org)
		}
	}
	w.mustLog(t, "GET /.well-known/okta-organization 200")
}

func TestOrg_Same(t *testing.T) {
	w, other := newSecretWorld(t), newSecretWorld(t)
	custom := w.newClient(t, func(c *okta.Config) { c.HTTPProxy = "http://localhost:2" })
	here, there := w.client.Org(t.Context()), other.client.Org(t.Context())
	mustEqual(t, "that a custom domain is the same org", here.Same(custom.Org(t.Context())), true)
	mustEqual(t, "that another org at the same host is the same", here.Same(there), false)
	w.fault(oktasim.Fault{Kind: oktasim.FaultErrorBefore, Path: "/.well-known/okta-organization", Status: 404})
	mustEqual(t, "that the host decides without an id", here.Same(w.newClient(t).Org(t.Context())), true)
	unknown := w.newClient(t, func(c *okta.Config) { c.HTTPProxy = "http://localhost:2" }).Org(t.Context())
	mustEqual(t, "that another host without an id is the same", here.Same(unknown), false)
}

func TestKeys_AnOwnAppThatTheRoleDoesNotReach_IsAskedForOnce(t *testing.T) {
	w := newSecretWorld(t)
	service := w.addService(t, "P-256", false)
	w.saveKey(t, w.app, signers()["RSA"], "one")
	w.saveKey(t, w.app, signers()["P-256"], "two")
	w.fault(oktasim.Fault{Kind: oktasim.FaultErrorBefore, Path: "/api/v1/apps/" + service.app.ID, Status: 403})
	client := w.newClient(t, service.configure)
	for _, key := range w.org.Keys(w.app) {
		if err := client.Keys.Retire(t.Context(), w.app, key.ID, okta.Retirement{}); err != nil {
			t.Fatal(err)
		}
	}
	asked := 0
	for _, request := range w.org.Requests() {
		if request.Method == "GET" && request.Path == "/api/v1/apps/"+service.app.ID {
			asked++
		}
	}
	mustEqual(t, "how often the own app is asked for", asked, 1)
}

func TestKeys_TheOneTheClientLogsInWithIsKept(t *testing.T) {
	w := newSecretWorld(t)
	service := w.addService(t, "P-256", false)
	chosen := w.addServiceOf(t, "P-256", oktasim.AppOptions{ClientID: "chosen"})
	client := w.newClient(t, service.configure)
	own := w.org.Keys(service.app.ID)[0]
	for name, end := range map[string]func() error{
		"Retire": func() error { return client.Keys.Retire(t.Context(), service.app.ID, own.ID, okta.Retirement{}) },
		"Delete": func() error { return client.Keys.Delete(t.Context(), service.app.ID, own.ID) },
		"Deactivate": func() error {
			_, err := client.Keys.SetStatus(t.Context(), service.app.ID, own.ID, okta.StatusInactive)
			return err
		},
		"UpdateKey to encryption": func() error {
			_, err := client.UpdateKey(t.Context(), service.app.ID, own.ID, okta.KeyMembers{Use: "enc"})
			return err
		},
	} {
		if err := end(); !errors.As(err, new(*okta.OwnKeyError)) {
			t.Errorf("the error of %s is %v", name, err)
		}
	}
	for _, request := range w.org.Requests() {
		if strings.Contains(request.Path, "/lifecycle/") || request.Method == "DELETE" || request.Method == "PUT" {
			t.Errorf("%s was sent", request)
		}
	}
	own = w.org.Keys(chosen.app.ID)[0]
	_, err := w.newClient(t, chosen.configure).Keys.SetStatus(t.Context(), chosen.app.ID, own.ID, okta.StatusInactive)
	_, changed := w.newClient(t, chosen.configure).UpdateKey(t.Context(), chosen.app.ID, own.ID, okta.KeyMembers{Use: "enc"})
	if !errors.As(err, new(*okta.OwnKeyError)) || !errors.As(changed, new(*okta.OwnKeyError)) {
		t.Errorf("the errors of an app with a client id of its creator's choice are %v and %v", err, changed)
	}
	if _, err := client.UpdateKey(t.Context(), service.app.ID, w.org.Keys(service.app.ID)[0].ID, okta.KeyMembers{Use: "sig", Alg: "ES256"}); err != nil {
		t.Errorf("a change with which the client still logs in is refused: %v", err)
	}

	w.saveKey(t, service.app.ID, signers()["RSA"], "other")
	other := w.org.Keys(service.app.ID)[1]
	withKid := w.newClient(t, service.configure, func(c *okta.Config) { c.PrivateKeyID = "P-256" })
	if err := withKid.Keys.Retire(t.Context(), service.app.ID, other.ID, okta.Retirement{}); err != nil {
		t.Errorf("another key is not retired: %v", err)
	}
	w.saveKey(t, service.app.ID, signers()["RSA"], "third")
	if _, err := withKid.UpdateKey(t.Context(), service.app.ID, w.org.Keys(service.app.ID)[1].ID, okta.KeyMembers{Use: "enc"}); err != nil {
		t.Errorf("another key is not made one for encryption: %v", err)
	}
	keys, err := client.Keys.List(t.Context(), service.app.ID)
	if err != nil {
		t.Fatal(err)
	}
	key := keys[0]
	for kid, want := range map[string]bool{"P-256": true, "": true, "another": false} { // the same key
		key.Kid = kid
		mustEqual(t, "that the key under the kid "+kid+" logs in with the kid P-256", withKid.LogsInWith(service.app.ID, key), want)
		mustEqual(t, "that the key under the kid "+kid+" logs in without one", client.LogsInWith(service.app.ID, key), true)
	}
	token := w.newClient(t, func(c *okta.Config) {
		c.APIToken, c.AccessToken = "", "header."+base64.RawURLEncoding.EncodeToString([]byte(`{"cid":"`+service.app.ID+`"}`))+".signature"
	})
	mustEqual(t, "that an access token is known to be the app's", token.LogsInAs(service.app.ID), true)
	mustEqual(t, "that an access token knows no key of its own", token.LogsInWith(service.app.ID, okta.Key{}), false)
	mustEqual(t, "that a token knows no key of its own", w.client.LogsInWith(service.app.ID, okta.Key{Key: jwk.Key{Kid: "P-256"}}), false)
}
