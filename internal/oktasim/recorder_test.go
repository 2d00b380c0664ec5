// SPDX-License-Identifier: MPL-2.0

package oktasim_test

import (
	"bytes"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/oktacreds/terraform-provider-oktacreds/internal/oktasim"
)

func TestRecorder_WritesWhatWentOverTheWire(t *testing.T) {
	org := oktasim.New(oktasim.Options{APIToken: apiToken})
	app := org.AddApp(oktasim.AppOptions{Type: "service"})
	org.InjectFault(oktasim.Fault{Kind: oktasim.FaultDropAfter, Method: http.MethodDelete})
	var recording bytes.Buffer
	recorder := oktasim.NewRecorder(&recording).Record("this test", org)
	var running sync.WaitGroup // a dropped connection is closed before its exchange is written, and no Close waits for it
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		running.Add(1)
		defer running.Done()
		recorder.ServeHTTP(w, r)
	}))
	secrets := "/api/v1/apps/" + app.ID + "/credentials/secrets"
	send := func(method, target, body string) (answer string) {
		request, err := http.NewRequest(method, server.URL+target, strings.NewReader(body))
		if err != nil {
			t.Fatal(err)
		}
		request.Header.Set("Authorization", "SSWS "+apiToken)
		request.Header.Set("Content-Type", "application/json")
		response, err := http.DefaultClient.Do(request)
		if err != nil {
			return ""
		}
		defer func() { _ = response.Body.Close() }()
		var text bytes.Buffer
		if _, err := text.ReadFrom(response.Body); err != nil {
			t.Fatal(err)
		}
		return text.String()
	}
	created := send(http.MethodPost, secrets+"?a=%2F", `{"client_secret":"my own value of a secret"}`)
	send(http.MethodGet, "/_sim/requests", "")
	send(http.MethodDelete, secrets+"/ocs1", "")
	server.Close()
	running.Wait()

	var got []oktasim.Exchange
	for line := range strings.Lines(recording.String()) {
		var exchange oktasim.Exchange
		if err := json.Unmarshal([]byte(line), &exchange); err != nil {
			t.Fatal(err)
		}
		got = append(got, exchange)
	}
	want := []oktasim.Exchange{
		{
			By: "this test", Method: http.MethodPost, Target: secrets + "?a=%2F",
			RequestType: "application/json", Request: `{"client_secret":"my own value of a secret"}`,
			Status: http.StatusCreated, ResponseType: "application/json", Response: created,
		},
		{By: "this test", Method: http.MethodDelete, Target: secrets + "/ocs1", RequestType: "application/json", Fault: true},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("recording (-want +got):\n%s", diff)
	}
}
