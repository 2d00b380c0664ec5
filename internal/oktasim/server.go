// SPDX-License-Identifier: MPL-2.0

package oktasim

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"maps"
	"net/http"
	"strings"
	"time"
)

// maxBody is the largest request body that is read, in bytes. An app document with 50 keys has some 30 KiB.
const maxBody = 1 << 20

// call is one request after routing.
type call struct {
	*http.Request
	id     string // of the request
	route  route
	ids    map[string]string // what stood in the pattern's {names}
	body   []byte
	bucket string
	base   string // the org's address, as the client sees it
	now    time.Time
	actor  Party // whose API token or access token it is
	jwks   fetchedKeys
}

// response is what a handler answers. A nil body is an empty one.
type response struct {
	status int
	header http.Header
	body   any
}

func ok(body any) (response, error) { return response{status: http.StatusOK, body: body}, nil }
func created(body any) (response, error) {
	return response{status: http.StatusCreated, body: body}, nil
}
func noContent() (response, error) { return response{status: http.StatusNoContent}, nil }

// ServeHTTP answers as Okta would. It looks at the path alone, so the host may be anything: Okta's own provider
// sends absolute-form targets, with and without the port.
func (o *Org) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxBody))
	if err != nil {
		http.Error(w, "the request's body could not be read", http.StatusBadRequest)
		return
	}
	if strings.HasPrefix(r.URL.Path, adminPrefix) {
		o.serveAdmin(w, r, body)
		return
	}
	c := &call{Request: r, id: newRequestID(), body: body, bucket: bucketOf(r.URL.EscapedPath()), base: o.base(r), now: o.now()}
	var refusal failure
	c.route, c.ids, refusal = routeOf(r.Method, r.URL.EscapedPath())

	admission := o.admit(c)
	defer o.leave()
	// A client that hangs up meanwhile does not take its request back: it is carried out anyway.
	wait(r.Context(), admission.effects.latency)
	answer := admission.refused
	if answer == nil {
		c.now = o.now()
		c.jwks = o.fetchKeys(c)
		answer = o.handle(c, refusal, admission.effects)
	}
	header := w.Header()
	admission.setHeaders(header)
	header.Set("X-Okta-Request-Id", c.id) // [R]
	header.Set("Date", o.now().Format(http.TimeFormat))
	maps.Copy(header, answer.header)
	for _, change := range admission.effects.headers {
		change(header)
	}
	if recorded, ok := w.(*recordedResponse); ok {
		recorded.fault = admission.effects.changeResponse()
	}
	admission.effects.deliver(w, *answer)
}

// handle carries a request out as one transaction and logs it. The log has the requests in the order in which
// they took effect.
func (o *Org) handle(c *call, refusal failure, effects effects) *response {
	o.mu.Lock()
	defer o.mu.Unlock()
	answer := effects.instead
	if answer == nil {
		answer = o.dispatch(c, refusal, effects)
	}
	if effects.after != nil {
		answer = effects.after
	}
	status := answer.status
	if effects.drop {
		status = 0
	}
	o.log(c, status)
	return answer
}

func (o *Org) dispatch(c *call, refusal failure, effects effects) *response {
	answer, err := func() (response, error) {
		if refusal != nil {
			return response{}, refusal
		}
		if err := o.authorize(c); err != nil {
			return response{}, err
		}
		return c.route.handle(o, c)
	}()
	if err != nil {
		var failed failure
		if !errors.As(err, &failed) {
			failed = serverError(http.StatusInternalServerError)
		}
		answer = failed.response(o.options.Wording)
	}
	effects.rearrange(&answer)
	effects.edit(&answer)
	return &answer
}

func (answer response) writeTo(w http.ResponseWriter) {
	if raw, isRaw := answer.body.(rawText); isRaw {
		w.Header().Set("Content-Type", raw.contentType())
		w.WriteHeader(answer.status)
		_, _ = io.WriteString(w, string(raw)) // the client may have hung up; there is no one to tell
		return
	}
	if answer.body == nil {
		w.WriteHeader(answer.status)
		return
	}
	var text bytes.Buffer
	encoder := json.NewEncoder(&text)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(answer.body); err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(answer.status)
	_, _ = w.Write(text.Bytes()) // the client may have hung up; there is no one to tell
}

// decode reads a JSON body. Numbers keep their digits, so that a document survives being stored.
func (c *call) decode(into any) error {
	decoder := json.NewDecoder(bytes.NewReader(c.body))
	decoder.UseNumber()
	if err := decoder.Decode(into); err != nil {
		return malformedBody()
	}
	return nil
}

func (o *Org) base(r *http.Request) string {
	if o.options.URL != "" {
		return strings.TrimRight(o.options.URL, "/")
	}
	if r.TLS != nil {
		return "https://" + r.Host
	}
	return "http://" + r.Host
}
