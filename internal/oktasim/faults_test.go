// SPDX-License-Identifier: MPL-2.0

package oktasim_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/oktacreds/terraform-provider-oktacreds/internal/oktasim"
)

// try calls without requiring that there is an answer; 0 is a broken connection.
func (w *world) try(method, path string) int {
	w.t.Helper()
	request := w.request(method, path, "")
	request.Header.Set("Authorization", "SSWS "+apiToken)
	transport := &http.Transport{DisableKeepAlives: true} // which repeats nothing by itself
	response, err := transport.RoundTrip(request)
	if err != nil {
		return 0
	}
	_ = response.Body.Close()
	return response.StatusCode
}

func TestFault_BeforeAndAfterTheEffect(t *testing.T) {
	tests := []struct {
		fault   oktasim.Fault
		status  int // 0: the connection breaks
		secrets int // that the app has afterwards
	}{
		{oktasim.Fault{Kind: oktasim.FaultErrorBefore}, 500, 1},
		{oktasim.Fault{Kind: oktasim.FaultErrorBefore, Status: 503}, 503, 1},
		{oktasim.Fault{Kind: oktasim.FaultErrorAfter, Status: 502}, 502, 2},
		{oktasim.Fault{Kind: oktasim.FaultDropBefore}, 0, 1},
		{oktasim.Fault{Kind: oktasim.FaultDropAfter}, 0, 2},
		{oktasim.Fault{Kind: oktasim.FaultRateLimit}, 429, 1},
		{oktasim.Fault{Kind: oktasim.FaultConcurrency}, 429, 1},
	}
	for _, test := range tests {
		t.Run(fmt.Sprintf("%s %d", test.fault.Kind, test.fault.Status), func(t *testing.T) {
			w := newWorld(t)
			app := w.AddApp(oktasim.AppOptions{})
			test.fault.Times = 1
			w.InjectFault(test.fault)
			if got := w.try("POST", secretsPath(app)); got != test.status {
				t.Errorf("status = %d, want %d", got, test.status)
			}
			if got := len(w.Secrets(app.ID)); got != test.secrets {
				t.Errorf("%d secrets, want %d", got, test.secrets)
			}
			if log := w.Requests(); len(log) != 1 || log[0].Status != test.status {
				t.Errorf("log = %v", log)
			}
			if got := w.try("GET", secretsPath(app)); got != 200 {
				t.Errorf("afterwards: %d", got)
			}
		})
	}
}

func TestFault_DropWithoutHijacker(t *testing.T) {
	org := oktasim.New(oktasim.Options{})
	org.InjectFault(oktasim.Fault{Kind: oktasim.FaultDropBefore})
	defer func() {
		if err, _ := recover().(error); !errors.Is(err, http.ErrAbortHandler) {
			t.Errorf("recovered %v", err)
		}
	}()
	org.ServeHTTP(httptest.NewRecorder(), httptest.NewRequestWithContext(t.Context(), "GET", "/api/v1/apps", nil))
}

func TestFault_RateLimitKindsDiffer(t *testing.T) {
	w := newWorld(t)
	w.InjectFault(oktasim.Fault{Kind: oktasim.FaultRateLimit, Times: 1})
	w.InjectFault(oktasim.Fault{Kind: oktasim.FaultConcurrency, Times: 1})
	for _, want := range []int{6000, 0} {
		got := w.wantError(429, "E0000047", "GET", "/api/v1/apps", nil)
		if limit, remaining, _ := limits(t, got.header); limit != want || remaining != 0 {
			t.Errorf("limit %d, remaining %d, want limit %d", limit, remaining, want)
		}
	}
}

func TestFault_Matching(t *testing.T) {
	const path = "/api/v1/apps/0oax/credentials/secrets"
	tests := []struct {
		name  string
		fault oktasim.Fault
		want  string // the outcome of six GETs: x is hit
	}{
		{"everything", oktasim.Fault{}, "xxxxxx"},
		{"the method", oktasim.Fault{Method: "GET"}, "xxxxxx"},
		{"another method", oktasim.Fault{Method: "POST"}, "......"},
		{"the path", oktasim.Fault{Path: path}, "xxxxxx"},
		{"a pattern", oktasim.Fault{Path: "/api/v1/apps/*/credentials/*"}, "xxxxxx"},
		{"a pattern of fewer segments", oktasim.Fault{Path: "/api/v1/apps/*"}, "......"},
		{"everything beneath", oktasim.Fault{Path: "/api/v1/apps/**"}, "xxxxxx"},
		{"everything beneath any app", oktasim.Fault{Path: "/api/v1/apps/*/**"}, "xxxxxx"},
		{"everything beneath, but not itself", oktasim.Fault{Path: path + "/**"}, "......"},
		{"twice", oktasim.Fault{Times: 2}, "xx...."},
		{"after three", oktasim.Fault{Skip: 3}, "...xxx"},
		{"the third only", oktasim.Fault{Skip: 2, Times: 1}, "..x..."},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			w := newWorld(t)
			test.fault.Kind, test.fault.Status = oktasim.FaultErrorBefore, 500
			w.InjectFault(test.fault)
			if got := w.outcomes(6, path); got != test.want {
				t.Errorf("got %s, want %s", got, test.want)
			}
			w.ClearFaults()
			if got := w.outcomes(1, path); got != "." {
				t.Error("ClearFaults left a fault")
			}
		})
	}
}

func (w *world) outcomes(n int, path string) string {
	w.t.Helper()
	text := ""
	for range n {
		text += map[bool]string{true: "x", false: "."}[w.try("GET", path) == 500]
	}
	return text
}

func TestFault_ProbabilityIsRepeatable(t *testing.T) {
	run := func(seed uint64) string {
		w := newWorld(t)
		w.InjectFault(oktasim.Fault{Kind: oktasim.FaultErrorBefore, Probability: 0.5, Seed: seed})
		return w.outcomes(40, "/api/v1/users/me")
	}
	first := run(1)
	if first != run(1) || first == run(2) {
		t.Error("the seed decides, and nothing else")
	}
	if hits := strings.Count(first, "x"); hits < 10 || hits > 30 {
		t.Errorf("%d of 40 were hit at a probability of 0.5", hits)
	}
}

func TestFault_Latency(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		org := oktasim.New(oktasim.Options{})
		app := org.AddApp(oktasim.AppOptions{})
		org.InjectFault(oktasim.Fault{Kind: oktasim.FaultLatency, Delay: 3 * time.Second, Times: 1})
		request := httptest.NewRequestWithContext(t.Context(), "POST", secretsPath(app), nil)
		request.Header.Set("Authorization", "SSWS any")
		begin := time.Now()
		org.ServeHTTP(httptest.NewRecorder(), request)
		if took := time.Since(begin); took != 3*time.Second {
			t.Errorf("took %s", took)
		}
		if created := org.Secrets(app.ID)[1].Created; created.Before(begin.Add(3 * time.Second)) {
			t.Error("latency passes before the effect, not after it")
		}
	})
}

func TestFault_AClientThatHangsUpTakesNothingBack(t *testing.T) {
	w := newWorld(t)
	app := w.AddApp(oktasim.AppOptions{})
	w.InjectFault(oktasim.Fault{Kind: oktasim.FaultLatency, Delay: time.Hour})
	request := w.request("POST", secretsPath(app), "")
	request.Header.Set("Authorization", "SSWS "+apiToken)
	impatient := &http.Client{Timeout: 50 * time.Millisecond}
	if response, err := impatient.Do(request); err == nil {
		_ = response.Body.Close()
		t.Fatal("the request did not time out")
	}
	w.server.Close() // waits for what is under way
	if got := len(w.Secrets(app.ID)); got != 2 {
		t.Errorf("%d secrets, want 2", got)
	}
}

func TestFault_SlowSecret(t *testing.T) {
	w := newWorld(t)
	app := w.AddApp(oktasim.AppOptions{})
	w.Advance(time.Hour)
	w.InjectFault(oktasim.Fault{Kind: oktasim.FaultSlowSecret, Delay: 4 * time.Second})
	second, err := w.AddSecret(app.ID, "", "")
	if err != nil {
		t.Fatal(err)
	}
	if !w.accepts(app.ClientID, w.Secrets(app.ID)[0].Value) || w.accepts(app.ClientID, second.Value) {
		t.Error("the new secret, and it alone, must not be accepted yet")
	}
	w.Advance(3999 * time.Millisecond)
	if w.accepts(app.ClientID, second.Value) {
		t.Error("accepted too early")
	}
	w.Advance(time.Millisecond)
	if !w.accepts(app.ClientID, second.Value) {
		t.Error("accepted too late")
	}
}

func TestFault_ListOrder(t *testing.T) {
	w := newWorld(t)
	app := w.AddApp(oktasim.AppOptions{})
	var created []string
	for i := range 8 {
		kid := fmt.Sprint(i)
		created = append(created, kid)
		if _, err := w.AddKey(app.ID, []byte(asJSON(t, with(members(ecKey), object{"kid": kid})))); err != nil {
			t.Fatal(err)
		}
	}
	list := func() []string {
		var kids []string
		for _, key := range w.want(200, "GET", keysPath(app), nil).keys(t) {
			kids = append(kids, at(key, "kid").(string))
		}
		return kids
	}
	reversed := slices.Clone(created)
	slices.Reverse(reversed)
	for order, want := range map[string][]string{oktasim.OrderCreated: created, oktasim.OrderReversed: reversed} {
		w.ClearFaults()
		w.InjectFault(oktasim.Fault{Kind: oktasim.FaultListOrder, Order: order})
		if diff := cmp.Diff(want, list()); diff != "" {
			t.Errorf("%s (-want +got):\n%s", order, diff)
		}
	}
	w.ClearFaults()
	w.InjectFault(oktasim.Fault{Kind: oktasim.FaultListOrder, Order: oktasim.OrderShuffled, Seed: 7})
	first, second := list(), list()
	if slices.Equal(first, second) || slices.Equal(first, created) {
		t.Error("shuffled lists must differ")
	}
	slices.Sort(first)
	if !slices.Equal(first, created) {
		t.Errorf("shuffling lost something: %v", first)
	}
	if secrets := w.want(200, "GET", secretsPath(app), nil).list(t); len(secrets) != 1 {
		t.Errorf("secrets = %v", secrets)
	}
}

func TestFault_KeyShape(t *testing.T) {
	w := newWorld(t)
	app := w.AddApp(oktasim.AppOptions{})
	w.want(201, "POST", keysPath(app), members(ecKey))
	keys := w.want(200, "GET", keysPath(app), nil).keys(t)
	for shape, want := range map[string]any{
		oktasim.ShapeArray: keys, oktasim.ShapeKeys: object{"keys": keys}, oktasim.ShapeJWKS: object{"jwks": object{"keys": keys}},
	} {
		w.ClearFaults()
		w.InjectFault(oktasim.Fault{Kind: oktasim.FaultKeyShape, Shape: shape})
		var got any
		if err := json.Unmarshal([]byte(w.want(200, "GET", keysPath(app), nil).text), &got); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", shape, diff)
		}
		w.want(200, "GET", secretsPath(app), nil).list(t)
	}
}

func TestFault_ThatMakesNoSense(t *testing.T) {
	for _, fault := range []oktasim.Fault{
		{}, {Kind: "fire"}, {Kind: oktasim.FaultLatency}, {Kind: oktasim.FaultSlowSecret}, {Kind: oktasim.FaultListOrder},
		{Kind: oktasim.FaultListOrder, Order: "random"}, {Kind: oktasim.FaultKeyShape}, {Kind: oktasim.FaultErrorBefore, Status: 200},
		{Kind: oktasim.FaultDropAfter, Path: "["},
	} {
		func() {
			defer func() {
				if recover() == nil {
					t.Errorf("%+v was taken", fault)
				}
			}()
			oktasim.New(oktasim.Options{}).InjectFault(fault)
		}()
	}
}
