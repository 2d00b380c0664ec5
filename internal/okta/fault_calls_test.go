// SPDX-License-Identifier: MPL-2.0

package okta_test

import (
	"context"
	"errors"
	"slices"
	"testing"

	"github.com/oktacreds/terraform-provider-oktacreds/internal/okta"
	"github.com/oktacreds/terraform-provider-oktacreds/internal/oktasim"
)

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
			_, err := c.Secrets.SetStatus(ctx, s.app, s.idle, okta.StatusActive)
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
			_, err := c.Keys.SetStatus(ctx, s.app, s.idleKey, okta.StatusActive)
			return err
		},
		done: func(s *scene) bool { return s.keyIs(s.idleKey, "ACTIVE") }},
	{name: "Keys.Deactivate", method: "POST", path: keyPath + "/lifecycle/deactivate",
		run: func(ctx context.Context, s *scene, c *okta.Client) error {
			_, err := c.Keys.SetStatus(ctx, s.app, s.key, okta.StatusInactive)
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
			_, err := c.ServiceSecrets.SetStatus(ctx, s.service, s.idle, okta.StatusInactive)
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
	_, err := c.Secrets.SetStatus(ctx, s.app, s.idle, okta.StatusInactive)
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
