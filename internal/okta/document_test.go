// SPDX-License-Identifier: MPL-2.0

package okta

import (
	"bytes"
	"encoding/json"
	"errors"
	"net/http"
	"strings"
	"testing"
)

func parseDocument(t testing.TB, text string) *Document {
	t.Helper()
	document := &Document{}
	if err := json.Unmarshal([]byte(text), &document.root); err != nil {
		t.Fatal(err)
	}
	return document
}

func (d *Document) text(t testing.TB) string {
	t.Helper()
	encoded, err := json.Marshal(d.root)
	if err != nil {
		t.Fatal(err)
	}
	return string(encoded)
}

func TestDocument(t *testing.T) {
	set := func(value any, path ...string) func(*Document) error {
		return func(d *Document) error { return d.Set(value, path...) }
	}
	remove := func(path ...string) func(*Document) error {
		return func(d *Document) error { return d.Remove(path...) }
	}
	for _, test := range []struct {
		name    string
		before  string
		edit    func(*Document) error
		after   string
		changed bool
	}{
		{"set a member", `{"a":1}`, set("x", "b"), `{"a":1,"b":"x"}`, true},
		{"replace a member", `{"a":1}`, set(2, "a"), `{"a":2}`, true},
		{"set what is there", `{"a":1}`, set(1, "a"), `{"a":1}`, false},
		{"set in depth", `{"a":{"b":{"c":1}}}`, set(2, "a", "b", "d"), `{"a":{"b":{"c":1,"d":2}}}`, true},
		{"set on new ground", `{}`, set(2, "a", "b", "c"), `{"a":{"b":{"c":2}}}`, true},
		{"set under null", `{"a":null}`, set(2, "a", "b"), `{"a":{"b":2}}`, true},
		{"set null", `{"a":1}`, set(nil, "a"), `{"a":null}`, true},
		{"set null where there is nothing", `{}`, set(nil, "a"), `{"a":null}`, true},
		{"set null where there is null", `{"a":null}`, set(nil, "a"), `{"a":null}`, false},
		{"set an object in another order", `{"a":{"x":1,"y":2}}`, set(json.RawMessage(`{ "y": 2, "x": 1 }`), "a"), `{"a":{"x":1,"y":2}}`, false},
		{"set a list in another order", `{"a":[1,2]}`, set([]int{2, 1}, "a"), `{"a":[2,1]}`, true},
		{"set in an empty document", `null`, set(1, "a"), `{"a":1}`, true},
		{"remove a member", `{"a":1,"b":2}`, remove("a"), `{"b":2}`, true},
		{"remove in depth", `{"a":{"b":1,"c":2}}`, remove("a", "b"), `{"a":{"c":2}}`, true},
		{"remove what is not there", `{"a":1}`, remove("b"), `{"a":1}`, false},
		{"remove below what is not there", `{"a":1}`, remove("b", "c"), `{"a":1}`, false},
		{"keep digits", `{"a":12345678901234567890.000,"b":1e400}`, set(1, "c"), `{"a":12345678901234567890.000,"b":1e400,"c":1}`, true},
		{"keep what is deep", `{"a":{"n":12345678901234567890,"b":1}}`, set(2, "a", "b"), `{"a":{"b":2,"n":12345678901234567890}}`, true},
		{"tell big numbers apart", `{"a":12345678901234567890}`, set(json.Number("12345678901234567891"), "a"), `{"a":12345678901234567891}`, true},
	} {
		t.Run(test.name, func(t *testing.T) {
			document := parseDocument(t, test.before)
			if err := test.edit(document); err != nil {
				t.Fatal(err)
			}
			mustEqual(t, "the document", document.text(t), test.after)
			mustEqual(t, "that it changed", document.changed, test.changed)
		})
	}
}

func TestDocument_Errors(t *testing.T) {
	const secret = "the-secret"
	for name, edit := range map[string]func(*Document) error{
		"below a string":    func(d *Document) error { return d.Set(1, "s", "x") },
		"below a list":      func(d *Document) error { return d.Remove("l", "x") },
		"a value like that": func(d *Document) error { return d.Set(func() {}, "a") },
		"nowhere":           func(d *Document) error { return d.Set(1) },
		"remove nowhere":    func(d *Document) error { return d.Remove() },
	} {
		document := parseDocument(t, `{"s":"`+secret+`","l":["`+secret+`"]}`)
		err := edit(document)
		if err == nil || strings.Contains(err.Error(), secret) {
			t.Errorf("%s: the error is %v", name, err)
		}
		mustEqual(t, name+": that it changed", document.changed, false)
	}
}

// Whatever the document: a member beside it that is set and removed again leaves
// every value as it was.
func FuzzDocument_KeepsWhatItDoesNotKnow(f *testing.F) {
	f.Add([]byte(`{"a":12345678901234567890,"b":[1.0,{"c":null}],"profile":{"ü":"<&>"}}`))
	f.Add([]byte(`{"credentials":{"oauthClient":{"x":1e400}}}`))
	f.Fuzz(func(t *testing.T, text []byte) {
		var root map[string]json.RawMessage
		if json.Unmarshal(text, &root) != nil || root == nil {
			return
		}
		document := parseDocument(t, string(text))
		path := []string{"settings", "oauthClient", "added by the test"}
		if document.Set(1, path...) != nil {
			return // one of them is no object
		}
		if err := document.Remove(path...); err != nil {
			t.Fatal(err)
		}
		for name, value := range root {
			if name != "settings" && !SameJSON(value, document.root[name]) {
				t.Errorf("member %q is %s, was %s", name, document.root[name], value)
			}
		}
	})
}

const appDocument = `{
  "id": "0oa1", "label": "<b>App</b> & co", "big": 12345678901234567890, "tiny": 1.000000000000000000001,
  "profile": {"nested": {"deep": [1, 2.50, {"unknown": null}]}},
  "credentials": {"oauthClient": {"client_id": "0oa1", "token_endpoint_auth_method": "client_secret_basic", "autoKeyRotation": true}},
  "settings": {"oauthClient": {"jwks": {"keys": [{"id": "pks1", "kid": "k", "kty": "RSA", "use": null, "crv": null, "n": "AQAB", "e": "AQAB", "status": "ACTIVE", "x5c": ["unknown"]}]}}}
}`

func TestUpdateApp_SendsEverythingElseAsItCame(t *testing.T) {
	var sent []byte
	server := newScript(t, answer(200, appDocument), func(w http.ResponseWriter, r *http.Request) {
		var body bytes.Buffer
		if _, err := body.ReadFrom(r.Body); err != nil {
			t.Error(err)
		}
		sent = body.Bytes()
		_, _ = w.Write(sent)
	})
	updated, err := newTestClient(t, server).UpdateApp(t.Context(), "0oa1", func(app App, document *Document) error {
		mustEqual(t, "the app's method", app.AuthMethod, AuthMethodSecretBasic)
		return document.Set(AuthMethodPrivateKeyJWT, "credentials", "oauthClient", "token_endpoint_auth_method")
	})
	if err != nil {
		t.Fatal(err)
	}
	mustEqual(t, "the updated method", updated.AuthMethod, AuthMethodPrivateKeyJWT)
	want := strings.Replace(appDocument, "client_secret_basic", "private_key_jwt", 1)
	if !SameJSON(json.RawMessage(sent), json.RawMessage(want)) {
		t.Errorf("it sent\n%s\nwant\n%s", sent, want)
	}
	for _, digits := range []string{"12345678901234567890", "1.000000000000000000001", "2.50"} {
		if !bytes.Contains(sent, []byte(digits)) {
			t.Errorf("%s was not kept", digits)
		}
	}
}

func TestUpdateApp_NothingChanged_NothingSent(t *testing.T) {
	server := newScript(t, answer(200, appDocument))
	app, err := newTestClient(t, server).UpdateApp(t.Context(), "0oa1", func(_ App, document *Document) error {
		return errors.Join(
			document.Set(AuthMethodSecretBasic, "credentials", "oauthClient", "token_endpoint_auth_method"),
			document.Remove("settings", "oauthClient", "jwks_uri"),
		)
	})
	if err != nil {
		t.Fatal(err)
	}
	mustEqual(t, "the app's id", app.ID, "0oa1")
}

func TestUpdateApp_EditThatFails_SendsNothing(t *testing.T) {
	failed := errors.New("no")
	server := newScript(t, answer(200, appDocument))
	_, err := newTestClient(t, server).UpdateApp(t.Context(), "0oa1", func(_ App, document *Document) error {
		return errors.Join(document.Set("x", "label"), failed)
	})
	if !errors.Is(err, failed) {
		t.Errorf("the error is %v, want %v", err, failed)
	}
}

func TestApp_Members(t *testing.T) {
	var app App
	if err := decode([]byte(appDocument), &app); err != nil {
		t.Fatal(err)
	}
	mustEqual(t, "the client id", app.ClientID, "0oa1")
	mustEqual(t, "the label", app.Label, "<b>App</b> & co")
	mustEqual(t, "the number of keys", len(app.Keys), 1)
	key := app.Keys[0]
	mustEqual(t, "use, of null", key.Use, "")
	mustEqual(t, "crv, of null", key.Crv, "")
	mustEqual(t, "alg, of nothing", key.Alg, "")
	mustEqual(t, "the status", key.Status, StatusActive)
	mustEqual(t, "that there is no date", key.Created.IsZero(), true)
}

func TestDecodeKeys(t *testing.T) {
	for _, test := range []struct {
		text  string
		count int // -1: an error
	}{
		{`[{"id":"pks1","kty":"RSA","use":null,"crv":null}]`, 1},
		{`{"keys":[{"id":"pks1"},{"id":"pks2"}]}`, 2},
		{`{"jwks":{"keys":[{"id":"pks1"}]}}`, 1},
		{`[]`, 0},
		{`{"keys":[]}`, 0},
		{`{"jwks":{"keys":[]}}`, 0},
		{`{}`, -1},
		{`null`, -1},
		{`{"jwks":{}}`, -1},
		{`{"keys":null}`, -1},
		{`{"errorCode":"E0000009"}`, -1},
		{`"keys"`, -1},
	} {
		keys, err := decodeKeys(json.RawMessage(test.text))
		if test.count < 0 {
			if err == nil {
				t.Errorf("%s is a list of keys", test.text)
			}
			continue
		}
		if err != nil {
			t.Errorf("%s: %v", test.text, err)
		}
		mustEqual(t, "the number of keys in "+test.text, len(keys), test.count)
	}
}
