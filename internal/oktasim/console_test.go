// SPDX-License-Identifier: MPL-2.0

package oktasim_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/oktacreds/terraform-provider-oktacreds/internal/oktasim"
)

func TestConsole_Secrets(t *testing.T) {
	w := newWorld(t)
	app := w.AddApp(oktasim.AppOptions{})
	first := w.Secrets(app.ID)[0]
	if err := w.RemoveSecret(app.ID, first.ID); err == nil {
		t.Error("the only active secret was removed")
	}
	if _, err := w.AddSecret(app.ID, "short", ""); err == nil || !strings.Contains(err.Error(), "at least '14'") {
		t.Errorf("a short secret: %v", err)
	}
	second, err := w.AddSecret(app.ID, "a-secret-of-my-own", "")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := w.AddSecret(app.ID, "", ""); err == nil {
		t.Error("a third secret was added")
	}
	if err := w.RemoveSecret(app.ID, first.ID); err != nil {
		t.Error(err)
	}
	if left := w.Secrets(app.ID); len(left) != 1 || left[0].ID != second.ID {
		t.Errorf("left = %v", left)
	}
}

func TestConsole_Keys(t *testing.T) {
	w := newWorld(t)
	app := w.AddApp(oktasim.AppOptions{AuthMethod: oktasim.PrivateKeyJWT})
	var keys []oktasim.Key
	for kid, pair := range map[string]any{"rsa": rsaKey, "ec": ecKey} {
		key, err := w.AddKey(app.ID, []byte(asJSON(t, with(members(pair), object{"kid": kid}))))
		if err != nil {
			t.Fatal(err)
		}
		keys = append(keys, key)
	}
	if err := w.RemoveKey(app.ID, keys[0].ID); err != nil {
		t.Error(err)
	}
	if err := w.RemoveKey(app.ID, keys[1].ID); err == nil {
		t.Error("the only active key was removed")
	}
	if err := w.SetJWKSURI(app.ID, "https://keys.example.com"); err != nil {
		t.Error(err)
	}
	if now, _ := w.App(app.ID); now.JWKSURI != "https://keys.example.com" || len(w.Keys(app.ID)) != 0 {
		t.Errorf("jwks_uri %q, %d keys", now.JWKSURI, len(w.Keys(app.ID)))
	}
	if err := w.SetJWKSURI(app.ID, ""); err == nil {
		t.Error("private_key_jwt was left without key and URI")
	}
	if _, err := w.AddKey(app.ID, []byte("{")); err == nil {
		t.Error("a key that is no JSON was added")
	}
}

func TestConsole_Apps(t *testing.T) {
	w := newWorld(t)
	app := w.AddApp(oktasim.AppOptions{JWKSURI: "https://keys.example.com"})
	if err := w.SetAuthMethod(app.ID, oktasim.PrivateKeyJWT); err != nil {
		t.Error(err)
	}
	if now, _ := w.App(app.ID); now.AuthMethod != oktasim.PrivateKeyJWT || len(w.Secrets(app.ID)) != 0 {
		t.Errorf("%+v, %d secrets", now, len(w.Secrets(app.ID)))
	}
	if err := w.SetAuthMethod(app.ID, "password"); err == nil {
		t.Error("an unknown method was set")
	}
	if err := w.SetProfile(app.ID, map[string]any{"cost": "center"}); err != nil {
		t.Error(err)
	}
	if doc, _ := w.Document(app.ID); at(doc, "profile", "cost") != "center" {
		t.Errorf("profile = %v", doc["profile"])
	}
	if err := w.SetAppStatus(app.ID, oktasim.StatusInactive); err != nil {
		t.Error(err)
	}
	if all := w.Apps(); len(all) != 1 || all[0].Status != oktasim.StatusInactive {
		t.Errorf("apps = %+v", all)
	}
	if err := w.RemoveApp(app.ID); err != nil {
		t.Error(err)
	}
	if _, known := w.App(app.ID); known || w.RemoveApp(app.ID) == nil {
		t.Error("the app is still there")
	}
	if _, known := w.Document(app.ID); known || w.Secrets(app.ID) != nil || w.Keys(app.ID) != nil {
		t.Error("something of it is still there")
	}
}

func TestConsole_IsNeitherCountedNorLogged(t *testing.T) {
	w := newWorld(t)
	w.SetLimits(oktasim.Limits{Apps: 1})
	app := w.AddApp(oktasim.AppOptions{})
	for range 3 {
		if err := w.SetProfile(app.ID, nil); err != nil {
			t.Fatal(err)
		}
	}
	if requests := w.Requests(); len(requests) != 0 {
		t.Errorf("requests = %v", requests)
	}
	w.want(200, "GET", secretsPath(app), nil)
}

func TestAddApp_PanicsWhenOptionsContradict(t *testing.T) {
	defer func() {
		if recover() == nil {
			t.Error("it did not panic")
		}
	}()
	newWorld(t).AddApp(oktasim.AppOptions{AuthMethod: "password"})
}

func TestAge_MovesCredentialsIntoThePast(t *testing.T) {
	w := newWorld(t)
	app := w.AddApp(oktasim.AppOptions{})
	w.want(201, "POST", keysPath(app), members(ecKey))
	w.Age(app.ID, 90*24*time.Hour)
	secret, key := w.want(200, "GET", secretsPath(app), nil).list(t)[0], w.want(200, "GET", keysPath(app), nil).keys(t)[0]
	for _, credential := range []any{secret, key} {
		for _, field := range []string{"created", "lastUpdated"} {
			if got := at(credential, field); got != "2025-12-01T12:00:00.000Z" {
				t.Errorf("%s = %v", field, got)
			}
		}
	}
}

func TestValues_HasWhatMustNotLeak(t *testing.T) {
	w := newWorld(t)
	app := w.AddApp(oktasim.AppOptions{})
	gone, err := w.AddSecret(app.ID, "", "")
	if err != nil {
		t.Fatal(err)
	}
	if err := w.RemoveSecret(app.ID, gone.ID); err != nil {
		t.Fatal(err)
	}
	first := w.Secrets(app.ID)[0].Value
	token := wantOAuth(t, w.post(tokenPath, credentials(""), basic(app.ClientID, first)), 200, "", "")["access_token"].(string)
	values := w.Values()
	for name, value := range map[string]string{
		"API token": apiToken, "secret": first, "deleted secret": gone.Value, "access token": token,
	} {
		if !slices.Contains(values, value) {
			t.Errorf("the %s is missing", name)
		}
	}
}
