// SPDX-License-Identifier: MPL-2.0

package oktasim_test

import (
	"context"
	"net/http"
	"strconv"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/oktacreds/terraform-provider-oktacreds/internal/oktasim"
)

func TestBuckets(t *testing.T) {
	w := newWorld(t)
	tests := []struct{ path, bucket string }{
		{"/api/v1/apps", oktasim.BucketApps},
		{"/api/v1/apps?limit=1", oktasim.BucketApps},
		{"/api/v1/apps/0oax", oktasim.BucketApp},
		{"/api/v1/apps/0oax?expand=user", oktasim.BucketApp},
		{"/api/v1/apps/0oax/credentials/secrets", oktasim.BucketApps},
		{"/api/v1/apps/0oax/lifecycle/activate", oktasim.BucketApps},
		{"/api/v1/appstore", oktasim.BucketOther},
		{"/api/v1/users/me", oktasim.BucketOther},
		{"/api/v1/logs?limit=1", oktasim.BucketLogs},
		{"/oauth2/v1/token", oktasim.BucketToken},
		{"/oauth2/v1/introspect", oktasim.BucketOther},
		{"/oauth2/aus1/v1/token", oktasim.BucketOther},
		{"/api/v1/internal/apps/0oax/settings/oauth/idToken", oktasim.BucketOther},
		{"/integrations/api/v1/api-services/0oax/credentials/secrets", oktasim.BucketOther},
	}
	for _, test := range tests {
		w.ResetRequests()
		w.call("GET", test.path, nil)
		if log := w.Requests(); len(log) != 1 || log[0].Bucket != test.bucket {
			t.Errorf("%s: %v, want bucket %s", test.path, log, test.bucket)
		}
	}
}

// limits reads the rate-limit headers.
func limits(t *testing.T, header http.Header) (limit, remaining int, reset time.Time) {
	t.Helper()
	var numbers []int
	for _, name := range []string{"X-Rate-Limit-Limit", "X-Rate-Limit-Remaining", "X-Rate-Limit-Reset"} {
		number, err := strconv.Atoi(header.Get(name))
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		numbers = append(numbers, number)
	}
	return numbers[0], numbers[1], time.Unix(int64(numbers[2]), 0).UTC()
}

func TestRateLimit(t *testing.T) {
	w := newWorld(t)
	app := w.AddApp(oktasim.AppOptions{})
	w.SetLimits(oktasim.Limits{App: 2, Apps: 1})
	begin := w.Now().Truncate(time.Second)

	for i, want := range []int{200, 200, 429} {
		got := w.call("GET", "/api/v1/apps/"+app.ID, nil)
		limit, remaining, reset := limits(t, got.header)
		if got.status != want || limit != 2 || remaining != max(0, 1-i) || !reset.Equal(begin.Add(time.Minute)) {
			t.Errorf("request %d: %d, limit %d, remaining %d, reset %s", i, got.status, limit, remaining, reset)
		}
		if date := got.header.Get("Date"); date != "Sun, 01 Mar 2026 12:00:00 GMT" {
			t.Errorf("Date = %s, which is not the org's clock", date)
		}
		if got.header.Get("Retry-After") != "" {
			t.Error("Okta sends no Retry-After")
		}
		w.Advance(100 * time.Millisecond)
	}
	w.wantError(429, "E0000047", "GET", "/api/v1/apps/"+app.ID, nil, "API call exceeded rate limit due to too many requests.")

	// The other bucket has its own budget, and its window begins with the first request in it.
	w.Advance(20 * time.Second)
	got := w.want(200, "GET", secretsPath(app), nil)
	if _, _, reset := limits(t, got.header); !reset.Equal(begin.Add(80 * time.Second)) {
		t.Errorf("reset = %s", reset)
	}
	w.want(429, "GET", "/api/v1/apps", nil)
	w.want(200, "GET", "/api/v1/users/me", nil)

	// At the reset there is a new window.
	w.Advance(begin.Add(time.Minute).Sub(w.Now()) - time.Millisecond)
	w.want(429, "GET", "/api/v1/apps/"+app.ID, nil)
	w.Advance(time.Millisecond)
	w.want(200, "GET", "/api/v1/apps/"+app.ID, nil)
	w.want(429, "GET", "/api/v1/apps", nil)
}

func TestRateLimit_ARefusalChangesNothing(t *testing.T) {
	w := newWorld(t)
	app := w.AddApp(oktasim.AppOptions{})
	w.SetLimits(oktasim.Limits{Apps: 1, Window: 10 * time.Second})
	w.want(201, "POST", secretsPath(app), "")
	first := w.Secrets(app.ID)[0].ID
	w.want(429, "POST", secretsPath(app)+"/"+first+"/lifecycle/deactivate", nil)
	if now := w.Secrets(app.ID)[0].Status; now != oktasim.StatusActive {
		t.Errorf("status = %s", now)
	}
	w.Advance(10 * time.Second)
	w.want(200, "POST", secretsPath(app)+"/"+first+"/lifecycle/deactivate", nil)
}

func TestConcurrencyLimit_OneAfterTheOtherIsFine(t *testing.T) {
	w := newWorld(t)
	w.SetLimits(oktasim.Limits{Concurrency: 1})
	for range 5 {
		w.want(200, "GET", "/api/v1/apps", nil)
	}
}

func TestConcurrencyLimit(t *testing.T) {
	w := newWorld(t)
	w.SetLimits(oktasim.Limits{Concurrency: 2})
	w.InjectFault(oktasim.Fault{Kind: oktasim.FaultLatency, Path: "/api/v1/users/me", Delay: time.Minute})
	ctx, cancel := context.WithCancel(t.Context())
	var pending sync.WaitGroup
	for range 2 {
		pending.Go(func() {
			request := w.request("GET", "/api/v1/users/me", "").WithContext(ctx)
			if response, err := w.server.Client().Do(request); err == nil {
				_ = response.Body.Close()
			}
		})
	}
	for { // until both are under way
		got := w.call("GET", "/api/v1/apps", nil)
		if got.status == 200 {
			continue
		}
		if limit, remaining, _ := limits(t, got.header); got.status != 429 || limit != 0 || remaining != 0 {
			t.Errorf("%d, limit %d, remaining %d", got.status, limit, remaining)
		}
		break
	}
	cancel()
	pending.Wait()
}

func TestRequestLog(t *testing.T) {
	w := newWorld(t)
	app := w.AddApp(oktasim.AppOptions{})
	w.call("GET", "/api/v1/apps/"+app.ID+"?expand=secret", nil)
	w.call("GET", "/api/v1/apps/a%2Fb", nil)
	w.Advance(time.Second)
	w.call("POST", secretsPath(app), "")
	at := time.Date(2026, 3, 1, 12, 0, 0, 123456789, time.UTC)
	want := []oktasim.Request{
		{Method: "GET", Path: "/api/v1/apps/" + app.ID, Status: 200, Bucket: oktasim.BucketApp, Time: at},
		{Method: "GET", Path: "/api/v1/apps/a%2Fb", Status: 404, Bucket: oktasim.BucketApp, Time: at},
		{Method: "POST", Path: secretsPath(app), Status: 201, Bucket: oktasim.BucketApps, Time: at.Add(time.Second)},
	}
	if diff := cmp.Diff(want, w.Requests()); diff != "" {
		t.Error("log (-want +got):\n" + diff)
	}
	if got := want[1].String(); got != "GET /api/v1/apps/a%2Fb 404" {
		t.Errorf("String = %q", got)
	}
	w.ResetRequests()
	if log := w.Requests(); len(log) != 0 {
		t.Errorf("after ResetRequests: %v", log)
	}
}
