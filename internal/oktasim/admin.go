// SPDX-License-Identifier: MPL-2.0

package oktasim

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
)

// adminPrefix begins the paths that Okta does not have. They are for anyone who runs the simulator as a program; they
// are not counted, not logged, and need no token.
const adminPrefix = "/_sim/"

// adminPath is a path of the console that programs use.
type adminPath struct {
	method, path string
	help         string
	do           func(o *Org, body []byte) (response, error)
}

// adminPaths are all of them. Help prints the list.
var adminPaths = []adminPath{
	{"GET", "requests", "list the requests so far", func(o *Org, _ []byte) (response, error) { return o.adminRequests() }},
	{"DELETE", "requests", "forget the requests so far", func(o *Org, _ []byte) (response, error) { o.ResetRequests(); return noContent() }},
	{"POST", "apps", `create an app: {"label":"shop","type":"web","auth_method":"client_secret_basic",` +
		`"client_id":"…","client_secret":"…","jwks_uri":"…","scopes":["okta.apps.read"],"super_admin":true,"dpop":true,` +
		`"catalog":"zoomus","inactive":true}`, (*Org).adminAddApp},
	{"POST", "api-services", "create an API service integration", func(o *Org, _ []byte) (response, error) { return created(o.AddAPIService()) }},
	{"POST", "refresh-tokens", `create a refresh token: {"app":"0oa…","scope":"openid offline_access"}`, (*Org).adminAddRefreshToken},
	{"GET", "clock", "show the org's clock", func(o *Org, _ []byte) (response, error) { return o.adminShowClock() }},
	{"PUT", "clock", `move it: {"now":"2026-01-31T12:00:00Z"} or {"advance":"90d"} (w, d, h, m, s)`, (*Org).adminMoveClock},
	{"GET", "log", "show the settings of the System Log", func(o *Org, _ []byte) (response, error) { return o.adminShowLog() }},
	{"PUT", "log", `replace them: {"delay_seconds":10,"retention_days":90,"max_events":50000,"without_secret_hash":true,` +
		`"other_secret_hash":true,"failed_without_hash":true,"refused_fields":["…"],"unknown_fields":["…"],"hidden_clients":["*"],"failed_client":"target"}`,
		(*Org).adminSetLog},
	{"GET", "org", "show the org's settings", func(o *Org, _ []byte) (response, error) { return o.adminShowOrg() }},
	{"PUT", "org", `change some: {"id":"00o…","wording":"spec"|"recorded","secret_management":true,"keep_last_service_secret":false,"api_nonce":false}`, (*Org).adminSetOrg},
	{"PUT", "limits", `set the rate limits: {"app":50,"apps":10,"logs":60,"token":150,"other":600,"window_seconds":60,"concurrency":3}`, (*Org).adminSetLimits},
	{"POST", "faults", `add a fault: {"kind":"drop_after","method":"POST","path":"/api/v1/apps/*/credentials/secrets","times":1}`, (*Org).adminInjectFault},
	{"DELETE", "faults", "remove all faults", func(o *Org, _ []byte) (response, error) { o.ClearFaults(); return noContent() }},
}

// serveAdmin answers the /_sim paths.
func (o *Org) serveAdmin(w http.ResponseWriter, r *http.Request, body []byte) {
	i := slices.IndexFunc(adminPaths, func(path adminPath) bool {
		return path.method == r.Method && adminPrefix+path.path == r.URL.Path
	})
	if i < 0 {
		http.NotFound(w, r)
		return
	}
	answer, err := adminPaths[i].do(o, body)
	if err != nil {
		answer = response{status: http.StatusBadRequest, body: map[string]string{"error": err.Error()}}
	}
	w.Header().Set("Date", o.Now().Format(http.TimeFormat))
	answer.writeTo(w)
}

func (o *Org) adminRequests() (response, error) {
	requests := o.Requests()
	if requests == nil {
		requests = []Request{}
	}
	return ok(requests)
}

// adminAddApp answers the app, and its first secret where it has one: the caller is the one who made it.
func (o *Org) adminAddApp(body []byte) (response, error) {
	var options AppOptions
	if err := unmarshal(body, &options); err != nil {
		return response{}, err
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	made, err := o.addApp(options)
	if err != nil {
		return response{}, err
	}
	answer := struct {
		App
		ClientSecret   string `json:"client_secret,omitempty"`
		ClientSecretID string `json:"client_secret_id,omitempty"`
	}{App: made.view()}
	if len(made.secrets) > 0 {
		answer.ClientSecret, answer.ClientSecretID = made.secrets[0].Value, made.secrets[0].ID
	}
	return created(answer)
}

func (o *Org) adminInjectFault(body []byte) (response, error) {
	var wanted Fault
	if err := unmarshal(body, &wanted); err != nil {
		return response{}, err
	}
	if err := o.injectFault(wanted); err != nil {
		return response{}, err
	}
	return noContent()
}

// adminAddRefreshToken takes {"app": an app's id, "scope": "openid offline_access"}.
func (o *Org) adminAddRefreshToken(body []byte) (response, error) {
	var wanted struct {
		App   string `json:"app"`
		Scope string `json:"scope"`
	}
	if err := unmarshal(body, &wanted); err != nil {
		return response{}, err
	}
	made := o.AddRefreshToken(wanted.App, strings.Fields(wanted.Scope)...)
	if made == "" {
		return response{}, fmt.Errorf("there is no app %q", wanted.App)
	}
	return created(map[string]string{"refresh_token": made})
}

func (o *Org) adminSetLimits(body []byte) (response, error) {
	var limits Limits
	if err := unmarshal(body, &limits); err != nil {
		return response{}, err
	}
	o.SetLimits(limits)
	return noContent()
}

// unmarshal is strict, so that a misspelt field is noticed.
func unmarshal(body []byte, into any) error {
	decoder := json.NewDecoder(strings.NewReader(string(body)))
	decoder.DisallowUnknownFields()
	return decoder.Decode(into)
}
