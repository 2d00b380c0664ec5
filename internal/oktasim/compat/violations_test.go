// SPDX-License-Identifier: MPL-2.0

package compat

import (
	"strings"
	"testing"

	"github.com/oktacreds/terraform-provider-oktacreds/internal/oktasim"
)

func TestViolations_NameWhatTheDocumentDoesNotAllow(t *testing.T) {
	const (
		jsonType = "application/json"
		app      = "/api/v1/apps/0oa1gjh63g214q0Hq0g4"
		secret   = `{"id":"ocs1","status":"ACTIVE","client_secret":"x"}`
	)
	create := func(edit func(*oktasim.Exchange)) oktasim.Exchange {
		exchange := oktasim.Exchange{
			Method: "POST", Target: app + "/credentials/secrets", RequestType: jsonType, Request: `{"status":"ACTIVE"}`,
			Status: 201, ResponseType: jsonType, Response: secret,
		}
		edit(&exchange)
		return exchange
	}
	const onCreate = "POST /api/v1/apps/{appId}/credentials/secrets: "
	contract := loadContract(t)
	for name, test := range map[string]struct {
		exchange oktasim.Exchange
		want     string
	}{
		"none":                           {create(func(*oktasim.Exchange) {}), ""},
		"none, no body":                  {create(func(e *oktasim.Exchange) { e.RequestType, e.Request = "", "" }), ""},
		"none, dropped connection":       {create(func(e *oktasim.Exchange) { e.Status, e.ResponseType, e.Response = 0, "", "" }), ""},
		"none, response made by a fault": {create(func(e *oktasim.Exchange) { e.Status, e.Fault, e.Response = 200, true, "<html>" }), ""},
		"unknown path":                   {create(func(e *oktasim.Exchange) { e.Target = app + "/secrets" }), "POST " + app + `/secrets: request: "": operation`},
		"unknown method":                 {create(func(e *oktasim.Exchange) { e.Method = "PATCH" }), "PATCH " + app + `/credentials/secrets: request: "": operation`},
		"unknown parameter":              {create(func(e *oktasim.Exchange) { e.Target += "?limit=1" }), onCreate + `request: "?limit": member`},
		"parameter of another type":      {oktasim.Exchange{Method: "GET", Target: "/api/v1/apps?limit=few"}, `GET /api/v1/apps: request: "?limit": parameter`},
		"unknown member":                 {create(func(e *oktasim.Exchange) { e.Request = `{"secret":"x"}` }), onCreate + `request: "/secret": member`},
		"value that is not listed":       {create(func(e *oktasim.Exchange) { e.Request = `{"status":"active"}` }), onCreate + `request: "/status": enum`},
		"form instead of JSON":           {create(func(e *oktasim.Exchange) { e.RequestType = "application/x-www-form-urlencoded" }), onCreate + `request: "": content type`},
		"body that is not JSON":          {create(func(e *oktasim.Exchange) { e.Request = "{" }), onCreate + `request: "": body`},
		"body without need": {
			oktasim.Exchange{Method: "DELETE", Target: app, RequestType: jsonType, Request: "{}"}, `DELETE /api/v1/apps/{appId}: request: "": body`,
		},
		"missing body": {
			oktasim.Exchange{Method: "PUT", Target: app}, `PUT /api/v1/apps/{appId}: request: "": body`,
		},
		"missing members": {
			oktasim.Exchange{Method: "PUT", Target: app, RequestType: jsonType, Request: `{"signOnMode":"OPENID_CONNECT","name":"oidc_client","label":"x","credentials":{}}`},
			`PUT /api/v1/apps/{appId}: request: "/settings": required`,
		},
		"read-only member": {
			oktasim.Exchange{Method: "PUT", Target: app, RequestType: jsonType, Request: `{"signOnMode":"OPENID_CONNECT","name":"oidc_client","label":"x","credentials":{},"settings":{},"id":"0oa1"}`},
			`PUT /api/v1/apps/{appId}: request: "/id": readOnly`,
		},
		"unknown status":               {create(func(e *oktasim.Exchange) { e.Status = 200 }), onCreate + `response 200: "": status`},
		"response of another type":     {create(func(e *oktasim.Exchange) { e.Response = `[]` }), onCreate + `response 201: "": type`},
		"null":                         {create(func(e *oktasim.Exchange) { e.Response = `{"id":null}` }), onCreate + `response 201: "/id": nullable`},
		"unknown member of a response": {create(func(e *oktasim.Exchange) { e.Response = `{"_links":{"self":{}}}` }), onCreate + `response 201: "/_links/self": member`},
		"empty response":               {create(func(e *oktasim.Exchange) { e.Response = "" }), onCreate + `response 201: "": body`},
		"HTML":                         {create(func(e *oktasim.Exchange) { e.ResponseType = "text/html" }), onCreate + `response 201: "": content type`},
		"unknown member in a list":     {oktasim.Exchange{Method: "GET", Target: app + "/credentials/secrets", Status: 200, ResponseType: jsonType, Response: `[{"hash":"x"}]`}, `GET /api/v1/apps/{appId}/credentials/secrets: response 200: "/#/hash": member`},
		"error with another body":      {create(func(e *oktasim.Exchange) { e.Status, e.Response = 400, `{"error":"x"}` }), onCreate + `response 400: "/error": member`},
		"response after a deletion":    {oktasim.Exchange{Method: "DELETE", Target: app, Status: 204, ResponseType: jsonType, Response: "{}"}, `DELETE /api/v1/apps/{appId}: response 204: "": body`},
	} {
		t.Run(name, func(t *testing.T) {
			found, err := contract.violations(t.Context(), test.exchange)
			if err != nil {
				t.Fatal(err)
			}
			var got []string
			for _, violation := range found {
				got = append(got, violation.String())
			}
			if text := strings.Join(got, "\n"); text != test.want {
				t.Errorf("got  %s\nwant %s", text, test.want)
			}
		})
	}
}

func TestBalance_TellsWhatIsOpenAndWhatIsNotNeeded(t *testing.T) {
	ledger := newLedger(loadContract(t))
	recording := `{"by":"a","method":"GET","target":"/one"}
{"by":"b","method":"GET","target":"/two"}
{"by":"c","method":"GET","target":"/two"}
`
	exchanges, distinct, err := ledger.read(t.Context(), strings.NewReader(recording))
	if exchanges != 3 || distinct != 2 || err != nil {
		t.Errorf("%d exchanges, %d distinct, %v", exchanges, distinct, err)
	}
	open, used := ledger.balance([]allowance{{operation: "GET /two"}, {operation: "GET /on"}})
	if len(open) != 1 || open[0].Operation != "GET /one" || used[0] != 2 || used[1] != 0 {
		t.Errorf("open %v, used %v", open, used)
	}
	if _, _, err := ledger.read(t.Context(), strings.NewReader(`{"by":`)); err == nil {
		t.Error("an incomplete line is not an error")
	}
}

func loadContract(t *testing.T) *contract {
	t.Helper()
	document, err := loadDocument(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	contract, err := newContract(document)
	if err != nil {
		t.Fatal(err)
	}
	return contract
}
