// SPDX-License-Identifier: MPL-2.0

package provider_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/tfversion"

	"github.com/oktacreds/terraform-provider-oktacreds/internal/acctest"
	"github.com/oktacreds/terraform-provider-oktacreds/internal/oktasim"
)

// twins is an org with an app that has two ACTIVE credentials of a kind.
type twins struct {
	org    *acctest.Org
	sim    *oktasim.Org
	object string // the type whose actions are tested
	noun   string
	path   string // of the credentials in Okta's API
	app    string
	a, b   string
}

func secretTwins(t *testing.T) *twins {
	t.Helper()
	w := &twins{org: acctest.NewOrg(t), object: secretObject, noun: "client secret"}
	w.sim = w.org.Sim(t)
	w.app = w.sim.AddApp(oktasim.AppOptions{}).ID
	second, err := w.sim.AddSecret(w.app, "", "")
	if err != nil {
		t.Fatal(err)
	}
	w.a, w.b, w.path = w.sim.Secrets(w.app)[0].ID, second.ID, "/api/v1/apps/"+w.app+"/credentials/secrets"
	return w
}

func keyTwins(t *testing.T) *twins {
	t.Helper()
	w := &twins{org: acctest.NewOrg(t), object: keyObject, noun: "key"}
	w.sim = w.org.Sim(t)
	w.app = w.sim.AddApp(oktasim.AppOptions{AuthMethod: "private_key_jwt"}).ID
	for _, jwk := range []string{acctest.PublicJWK(t, acctest.RSA(t, 2048), "a"), `{"kid":"b",` + strings.TrimPrefix(rfcBob, "{")} {
		if _, err := w.sim.AddKey(w.app, []byte(jwk)); err != nil {
			t.Fatal(err)
		}
	}
	w.a, w.b, w.path = w.sim.Keys(w.app)[0].ID, w.sim.Keys(w.app)[1].ID, "/api/v1/apps/"+w.app+"/credentials/jwks"
	return w
}

// statuses are those of a and b.
func (w *twins) statuses() (statuses string) {
	for _, secret := range w.sim.Secrets(w.app) {
		statuses += secret.Status + "/"
	}
	for _, key := range w.sim.Keys(w.app) {
		statuses += key.Status + "/"
	}
	return strings.TrimSuffix(statuses, "/")
}

func (w *twins) must(t *testing.T, statuses string) {
	t.Helper()
	if got := w.statuses(); got != statuses {
		t.Errorf("the %ss are %s, want %s", w.noun, got, statuses)
	}
}

// do invokes the action on the credential and returns what it says.
func (w *twins) do(t *testing.T, verb, id string) (progress []string, end string) {
	t.Helper()
	w.sim.ResetRequests()
	return newProtocol(t, w.org).invoke(t, w.object+"_"+verb, map[string]any{"app_id": w.app, "id": id})
}

// bothKinds runs the test with secrets and with keys.
func bothKinds(t *testing.T, test func(t *testing.T, w *twins)) {
	t.Helper()
	t.Run("secrets", func(t *testing.T) { test(t, secretTwins(t)) })
	t.Run("keys", func(t *testing.T) { test(t, keyTwins(t)) })
}

func TestAction_TurnsOneCredentialOffAndOnAgainInOneRequestEach(t *testing.T) {
	bothKinds(t, func(t *testing.T, w *twins) {
		for _, step := range []struct{ verb, statuses, doing, done string }{
			{"deactivate", "INACTIVE/ACTIVE", "Deactivating", "is INACTIVE: Okta refuses it. " + w.object + "_activate undoes it."},
			{"activate", "ACTIVE/ACTIVE", "Activating", "is ACTIVE: Okta accepts it. " + w.object + "_deactivate undoes it."},
		} {
			progress, end := w.do(t, step.verb, w.a)
			w.must(t, step.statuses)
			mustAsk(t, w.sim, "POST "+w.path+"/"+w.a+"/lifecycle/"+step.verb+" 200")
			what := w.noun + " " + w.a + " of app " + w.app
			if len(progress) != 2 || end != "" {
				t.Fatalf("it reports %q and ends with %q", progress, end)
			}
			acctest.Says(t, progress[0], step.doing+" "+what)
			acctest.Says(t, strings.ToLower(progress[1]), strings.ToLower(what+" "+step.done))
			acctest.Hides(t, strings.Join(progress, ""), w.sim.Values()...)
		}
	})
}

func TestAction_OnACredentialThatIsThereAlready_IsNoError(t *testing.T) {
	bothKinds(t, func(t *testing.T, w *twins) {
		for verb, id := range map[string]string{"activate": w.b, "deactivate": w.a} {
			for range 2 {
				if _, end := w.do(t, verb, id); end != "" {
					t.Errorf("%s says %s", verb, end)
				}
			}
		}
		w.must(t, "INACTIVE/ACTIVE")
	})
}

func TestAction_OnlyActive_IsRefusedAndSaysWhatElseThereIs(t *testing.T) {
	for _, wording := range []oktasim.Wording{oktasim.WordingSpec, oktasim.WordingRecorded} {
		bothKinds(t, func(t *testing.T, w *twins) {
			w.sim.SetWording(wording)
			w.do(t, "deactivate", w.a)
			progress, end := w.do(t, "deactivate", w.b)
			w.must(t, "INACTIVE/ACTIVE")
			acctest.Says(t, end, "ERROR", "can't deactivate "+w.noun+" "+w.b+" of app "+w.app, "Okta answered 400: E0000001", "errorId",
				"the app's only active "+w.noun, w.object+"_activate", "The app has ", w.a+" (INACTIVE", w.b+" (ACTIVE")
			acctest.Hides(t, end, append(w.sim.Values(), "create_before_destroy", "allow_last_credential_destroy")...) // advice for resources
			if len(progress) != 1 {
				t.Errorf("it reports %q", progress)
			}
		})
	}
}

func TestAction_OnlyActive_IsExplainedEvenWhenTheRestCanNotBeRead(t *testing.T) {
	w := secretTwins(t)
	w.do(t, "deactivate", w.a)
	w.sim.InjectFault(oktasim.Fault{Kind: oktasim.FaultErrorBefore, Method: "GET", Status: 403})
	_, end := w.do(t, "deactivate", w.b)
	acctest.Says(t, end, "Okta answered 400: E0000001", "the app's only active client secret")
}

func TestAction_ActivatingAnEncryptionKeyTurnsTheOtherOff(t *testing.T) {
	w := keyTwins(t)
	for _, kid := range []string{"c", "d"} {
		key := acctest.PublicJWK(t, acctest.RSA(t, 2048), kid)
		status := map[string]string{"c": "ACTIVE", "d": "INACTIVE"}[kid]
		if _, err := w.sim.AddKey(w.app, []byte(strings.Replace(key, `"use":"sig"`, `"use":"enc","status":"`+status+`"`, 1))); err != nil {
			t.Fatal(err)
		}
	}
	if _, end := w.do(t, "activate", w.sim.Keys(w.app)[3].ID); end != "" {
		t.Error(end)
	}
	w.must(t, "ACTIVE/ACTIVE/INACTIVE/ACTIVE")
}

func TestAction_WhatOktaRefusesOtherwiseIsSaidWithWhatToDo(t *testing.T) {
	bothKinds(t, func(t *testing.T, w *twins) {
		t.Run("there is no such credential", func(t *testing.T) {
			for _, verb := range []string{"activate", "deactivate"} {
				_, end := w.do(t, verb, "nobody")
				acctest.Says(t, end, "ERROR", "can't "+verb+" "+w.noun+" nobody of app "+w.app, "404", "E0000007", "It does not exist in this org")
			}
		})
		t.Run("the app is gone", func(t *testing.T) {
			_, end := newProtocol(t, w.org).invoke(t, w.object+"_activate", map[string]any{"app_id": "0oaGone", "id": w.a})
			acctest.Says(t, end, "E0000007", "The app does not exist in this org")
		})
		t.Run("the role is too small", func(t *testing.T) {
			w.sim.InjectFault(oktasim.Fault{Kind: oktasim.FaultErrorBefore, Status: 403})
			_, end := w.do(t, "deactivate", w.a)
			acctest.Says(t, end, "403", "Super Admin")
		})
	})
}

func TestAction_ALostAnswerIsAskedForAgain(t *testing.T) {
	bothKinds(t, func(t *testing.T, w *twins) {
		w.sim.InjectFault(oktasim.Fault{Kind: oktasim.FaultDropAfter, Method: "POST", Times: 1})
		if _, end := w.do(t, "deactivate", w.a); end != "" {
			t.Error(end)
		}
		w.must(t, "INACTIVE/ACTIVE")
	})
}

func TestAction_BadInputIsRefusedBeforeAnythingIsSent(t *testing.T) {
	w := secretTwins(t)
	w.sim.ResetRequests()
	for _, given := range []map[string]any{{"app_id": "../users", "id": w.a}, {"app_id": w.app, "id": "a/b"}, {"app_id": w.app, "id": ""}} {
		_, end := newProtocol(t, w.org).invoke(t, secretObject+"_deactivate", given)
		acctest.Says(t, end, "ERROR", "must be an id of Okta's")
	}
	mustAsk(t, w.sim)
}

func TestAction_WithoutAnOrg_SaysSo(t *testing.T) {
	_, end := newProtocol(t, nil).invoke(t, keyObject+"_activate", map[string]any{"app_id": "0oa1", "id": "pks1"})
	acctest.Says(t, end, "provider is not configured yet")
}

func (w *twins) block(verb, id string) string {
	return fmt.Sprintf(`
action "%s_%s" "test" {
  config {
    app_id = %q
    id     = %q
  }
}
`, w.object, verb, w.app, id)
}

func TestAccAction_InvokedFromTheCommandLineChangesNothingElse(t *testing.T) {
	bothKinds(t, func(t *testing.T, w *twins) {
		terraform := newCLI(t, w.org)
		terraform.write(t, "incident.tf", w.block("deactivate", w.a)+w.block("activate", w.a)+`resource "terraform_data" "untouched" {}`)
		for _, step := range []struct{ verb, statuses string }{{"deactivate", "INACTIVE/ACTIVE"}, {"activate", "ACTIVE/ACTIVE"}} {
			address := "action." + w.object + "_" + step.verb + ".test"
			acctest.Says(t, terraform.must(t, "apply", "-auto-approve", "-invoke="+address),
				w.noun+" "+w.a+" of app "+w.app, "0 added, 0 changed, 0 destroyed. Actions: 1 invoked.")
			w.must(t, step.statuses)
		}
		if err := w.sim.RemoveSecret(w.app, w.b); err != nil {
			if err := w.sim.RemoveKey(w.app, w.b); err != nil {
				t.Fatal(err)
			}
		}
		said, ok := terraform.run(t, "apply", "-auto-approve", "-invoke=action."+w.object+"_deactivate.test")
		if ok {
			t.Error("the only active one is turned off")
		}
		acctest.Says(t, said, "the app's only active "+w.noun)
		w.must(t, "ACTIVE")
	})
}

func TestAccAction_TriggeredByAResource(t *testing.T) {
	w := secretTwins(t)
	resource.Test(t, resource.TestCase{
		TerraformVersionChecks:   []tfversion.TerraformVersionCheck{tfversion.SkipBelow(tfversion.Version1_14_0)},
		ProtoV6ProviderFactories: acctest.Factories(),
		Steps: []resource.TestStep{{Config: w.org.Provider() + w.block("deactivate", w.a) + `
resource "terraform_data" "incident" {
  lifecycle {
    action_trigger {
      events  = [after_create]
      actions = [action.oktacreds_app_client_secret_deactivate.test]
    }
  }
}
`}},
	})
	w.must(t, "INACTIVE/ACTIVE")
}
