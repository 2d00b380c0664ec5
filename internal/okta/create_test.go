// SPDX-License-Identifier: MPL-2.0

package okta_test

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/oktacreds/terraform-provider-oktacreds/internal/okta"
	"github.com/oktacreds/terraform-provider-oktacreds/internal/oktasim"
)

// faultsOfACreate are all ways in which the answer to a create can fail to come.
var faultsOfACreate = map[string]struct {
	kind     oktasim.FaultKind
	happened bool
}{
	"dropped after the effect":  {oktasim.FaultDropAfter, true},
	"5xx after the effect":      {oktasim.FaultErrorAfter, true},
	"dropped before the effect": {oktasim.FaultDropBefore, false},
	"5xx before the effect":     {oktasim.FaultErrorBefore, false},
	"too late":                  {oktasim.FaultLatency, true},
}

func TestCreate_ExactlyOnceUnderEachFault(t *testing.T) {
	for name, fault := range faultsOfACreate {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := newSecretWorld(t)
				first := w.org.Secrets(w.app)[0].Value
				w.fault(oktasim.Fault{Kind: fault.kind, Method: "POST", Path: secretsPath, Times: 1, Delay: 65 * time.Second})
				wanted, value := w.wantedSecret(t)
				if fault.kind == oktasim.FaultLatency {
					// The request takes effect 65 s after it was sent, and the client waits for a minute
					// and then for a moment: that it must not post again is the limit's doing.
					w.client = w.newClient(t, func(c *okta.Config) { c.MinWait, c.MaxWait = 20*time.Second, time.Minute })
				}
				created, err := w.client.Secrets.Create(t.Context(), w.app, wanted)
				if err != nil {
					t.Fatal(err)
				}
				mustEqual(t, "the value", created.Value, value)
				w.mustHold(t, first+" ACTIVE", value+" ACTIVE")
				posts := 0
				for _, line := range w.log() {
					if strings.HasPrefix(line, "POST") {
						posts++
					}
				}
				mustEqual(t, "that it was sent once", posts == 1, fault.happened)
				<-time.After(time.Hour)
			})
		})
	}
}

// The create took effect after the list that found nothing: the second one is
// refused by Okta's limit, and what the first has made is found.
func TestCreate_ThatTakesEffectAfterTheQuestion(t *testing.T) {
	w := newSecretWorld(t)
	wanted, value := w.wantedSecret(t)
	w.fault(oktasim.Fault{Kind: oktasim.FaultDropBefore, Method: "POST", Path: secretsPath, Times: 1})
	posts := 0
	w.before = func(r *http.Request) {
		if r.Method == "POST" {
			if posts++; posts == 2 {
				w.addSecret(t, value, "")
			}
		}
	}
	created, err := w.client.Secrets.Create(t.Context(), w.app, wanted)
	if err != nil {
		t.Fatal(err)
	}
	mustEqual(t, "the value", created.Value, value)
	mustEqual(t, "the number of secrets", len(w.org.Secrets(w.app)), 2)
}

func TestCreate_UnsettledWhenTheListFailsToo(t *testing.T) {
	w := newSecretWorld(t)
	wanted, _ := w.wantedSecret(t)
	w.fault(oktasim.Fault{Kind: oktasim.FaultDropAfter, Method: "POST", Path: secretsPath})
	w.fault(oktasim.Fault{Kind: oktasim.FaultErrorBefore, Method: "GET", Path: secretsPath, Status: 503, Skip: 1})
	_, err := w.client.Secrets.Create(t.Context(), w.app, wanted)
	if _, ok := errors.AsType[*okta.UnsettledError](err); !ok {
		t.Fatalf("the error is %v, want an UnsettledError", err)
	}
	for _, part := range []string{"POST", "unexpected EOF", "GET", "503 Service Unavailable", "E0000010"} {
		if !strings.Contains(err.Error(), part) {
			t.Errorf("the error does not say %q: %v", part, err)
		}
	}
	mustEqual(t, "the number of secrets", len(w.org.Secrets(w.app)), 2)
}

func TestCreate_AppGoneWithTheAnswerIsNotUnsettled(t *testing.T) {
	w := newSecretWorld(t)
	wanted, _ := w.wantedSecret(t)
	if _, err := w.client.Secrets.Snapshot(t.Context(), w.app); err != nil {
		t.Fatal(err)
	}
	w.fault(oktasim.Fault{Kind: oktasim.FaultDropBefore, Method: "POST", Path: secretsPath})
	w.once("GET", "/secrets", func() { _ = w.org.RemoveApp(w.app) })
	_, err := w.client.Secrets.Create(t.Context(), w.app, wanted)
	var unsettled *okta.UnsettledError
	if !okta.IsAppNotFound(err) || errors.As(err, &unsettled) {
		t.Errorf("the error is %v, want that the app is gone", err)
	}
}

func TestCreate_GivesUpAfterMaxRetries_AndSaysThatNothingHappened(t *testing.T) {
	w := newSecretWorld(t)
	wanted, _ := w.wantedSecret(t)
	w.fault(oktasim.Fault{Kind: oktasim.FaultErrorBefore, Method: "POST", Path: secretsPath, Status: 500})
	_, err := w.client.Secrets.Create(t.Context(), w.app, wanted)
	if err == nil || !strings.HasPrefix(err.Error(), "not created: POST ") {
		t.Errorf("the error is %v", err)
	}
	mustEqual(t, "the number of secrets", len(w.org.Secrets(w.app)), 1)
	w.mustLog(t, "GET /secrets", "POST /secrets 500", "GET /secrets", "POST /secrets 500", "GET /secrets",
		"POST /secrets 500", "GET /secrets", "POST /secrets 500", "GET /secrets")
}

// A run that is cancelled while the answer is lost still learns what happened.
func TestCreate_CancelledMeanwhile_StillAsks(t *testing.T) {
	w := newSecretWorld(t)
	wanted, value := w.wantedSecret(t)
	ctx, cancel := context.WithCancel(t.Context())
	w.fault(oktasim.Fault{Kind: oktasim.FaultDropAfter, Method: "POST", Path: secretsPath})
	w.once("POST", "/secrets", cancel)
	created, err := w.client.Secrets.Create(ctx, w.app, wanted)
	if err != nil {
		t.Fatal(err)
	}
	mustEqual(t, "the value", created.Value, value)
}

// At a limit of one request a minute, and with others ahead in line, the question
// takes its time; as long as the run lasts, it may.
func TestCreate_QuestionThatHasToWaitForTheRateLimit(t *testing.T) {
	for _, test := range []struct {
		ahead   int
		cancel  bool
		settled bool
	}{{6, false, true}, {0, true, true}, {6, true, false}} {
		synctest.Test(t, func(t *testing.T) {
			w := newSecretWorld(t)
			w.org.SetLimits(oktasim.Limits{Apps: 1})
			wanted, value := w.wantedSecret(t)
			w.fault(oktasim.Fault{Kind: oktasim.FaultErrorAfter, Method: "POST", Path: secretsPath})
			ctx, cancel := context.WithCancel(t.Context())
			defer cancel()
			var all sync.WaitGroup
			w.once("POST", "/secrets", func() {
				for range test.ahead {
					all.Go(func() { _, _ = w.client.Secrets.List(t.Context(), w.app) })
				}
				synctest.Wait() // they stand in line now
				if test.cancel {
					cancel()
				}
			})
			created, err := w.client.Secrets.Create(ctx, w.app, wanted)
			_, unsettled := errors.AsType[*okta.UnsettledError](err)
			if unsettled == test.settled || test.settled && created.Value != value {
				t.Errorf("%d ahead, cancelled %t: it is %v with error %v", test.ahead, test.cancel, created, err)
			}
			all.Wait()
		})
	}
}

func TestCreate_CancelledBefore_SendsNothing(t *testing.T) {
	w := newSecretWorld(t)
	wanted, _ := w.wantedSecret(t)
	if _, err := w.client.Secrets.Create(cancelled(t), w.app, wanted); !errors.Is(err, context.Canceled) {
		t.Errorf("the error is %v, want a cancellation", err)
	}
	w.mustLog(t)
}

func TestCreate_Requests(t *testing.T) {
	t.Run("one list and one POST", func(t *testing.T) {
		w := newSecretWorld(t)
		wanted, _ := w.wantedSecret(t)
		if _, err := w.client.Secrets.Create(t.Context(), w.app, wanted); err != nil {
			t.Fatal(err)
		}
		w.mustLog(t, "GET /secrets 200", "POST /secrets 201")
	})
	t.Run("no list after a refresh", func(t *testing.T) {
		w := newSecretWorld(t)
		wanted, _ := w.wantedSecret(t)
		if _, err := w.client.Secrets.Snapshot(t.Context(), w.app); err != nil {
			t.Fatal(err)
		}
		if _, err := w.client.Secrets.Create(t.Context(), w.app, wanted); err != nil {
			t.Fatal(err)
		}
		w.mustLog(t, "GET /secrets 200", "POST /secrets 201")
	})
}

func TestCreate_OfWhatTheAppAlreadyHas_IsRefusedBeforeItIsSent(t *testing.T) {
	w := newSecretWorld(t)
	mine := w.addSecret(t, "a-value-of-my-own", "INACTIVE")
	_, err := w.client.Secrets.Create(t.Context(), w.app, wantedValue(mine.Value))
	var exists *okta.ExistsError
	if !errors.As(err, &exists) || exists.Existing.ID != mine.ID || exists.Existing.Status != okta.StatusInactive {
		t.Errorf("the error is %v, want an ExistsError that names %s", err, mine.ID)
	}
	w.mustLog(t, "GET /secrets 200")
}

func TestCreate_UnknownApp(t *testing.T) {
	w := newSecretWorld(t)
	wanted, _ := w.wantedSecret(t)
	if _, err := w.client.Secrets.Create(t.Context(), "0oaUnknown", wanted); !okta.IsAppNotFound(err) {
		t.Errorf("the error is %v, want that there is no such app", err)
	}
}
