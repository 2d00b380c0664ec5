package oktasim

import (
	"encoding/json"
	"net/http"
	"strings"
)

// adminPrefix begins the paths that Okta does not have. They are for whoever runs the simulator as a program; they
// are not counted, not logged, and need no token.
const adminPrefix = "/_sim/"

// serveAdmin answers the /_sim paths.
func (o *Org) serveAdmin(w http.ResponseWriter, r *http.Request, body []byte) {
	actions := map[string]func(body []byte) (response, error){
		"GET requests":      func([]byte) (response, error) { return o.adminRequests() },
		"DELETE requests":   func([]byte) (response, error) { o.ResetRequests(); return noContent() },
		"POST apps":         o.adminAddApp,
		"POST api-services": func([]byte) (response, error) { return created(o.AddAPIService()) },
		"POST faults":       o.adminInjectFault,
		"DELETE faults":     func([]byte) (response, error) { o.ClearFaults(); return noContent() },
		"PUT limits":        o.adminSetLimits,
	}
	action, known := actions[r.Method+" "+strings.TrimPrefix(r.URL.Path, adminPrefix)]
	if !known {
		http.NotFound(w, r)
		return
	}
	answer, err := action(body)
	if err != nil {
		answer = response{status: http.StatusBadRequest, body: map[string]string{"error": err.Error()}}
	}
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
