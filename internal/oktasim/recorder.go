// SPDX-License-Identifier: MPL-2.0

package oktasim

import (
	"bufio"
	"bytes"
	"encoding/json"
	"io"
	"net"
	"net/http"
	"strings"
	"sync"
)

// Exchange is one request and its response, as they went over the wire.
type Exchange struct {
	// By names the test or the program that sent the request.
	By     string `json:"by"`
	Method string `json:"method"`
	// Target is the escaped path with the query.
	Target      string `json:"target"`
	RequestType string `json:"request_type,omitempty"`
	Request     string `json:"request,omitempty"`
	// Status is 0 if a fault dropped the connection.
	Status int `json:"status"`
	// Fault says that a fault made or changed the response.
	Fault        bool   `json:"fault,omitempty"`
	ResponseType string `json:"response_type,omitempty"`
	Response     string `json:"response,omitempty"`
}

// Recorder writes the exchanges of simulated orgs as JSON, one per line and one per Write. A recording contains
// every secret in plain text; only simulated orgs can be recorded.
type Recorder struct {
	mu  sync.Mutex
	out io.Writer
}

// NewRecorder returns a Recorder that writes to out.
func NewRecorder(out io.Writer) *Recorder { return &Recorder{out: out} }

// Record returns a handler that responds as the org does and records each exchange under the name by. It doesn't
// record calls to /_sim paths.
func (r *Recorder) Record(by string, org *Org) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, request *http.Request) {
		if strings.HasPrefix(request.URL.Path, adminPrefix) {
			org.ServeHTTP(w, request)
			return
		}
		body, err := io.ReadAll(http.MaxBytesReader(w, request.Body, maxBody))
		if err != nil {
			http.Error(w, "the request's body could not be read", http.StatusBadRequest)
			return
		}
		request.Body = io.NopCloser(bytes.NewReader(body))
		seen := &recordedResponse{ResponseWriter: w, status: http.StatusOK}
		org.ServeHTTP(seen, request)
		r.write(Exchange{
			By: by, Method: request.Method, Target: request.URL.RequestURI(),
			RequestType: request.Header.Get("Content-Type"), Request: string(body),
			Status: seen.status, Fault: seen.fault, ResponseType: w.Header().Get("Content-Type"), Response: seen.body.String(),
		})
	})
}

func (r *Recorder) write(exchange Exchange) {
	line, err := json.Marshal(exchange)
	if err != nil {
		panic(err) // strings and a number
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if _, err := r.out.Write(append(line, '\n')); err != nil {
		panic(err) // an incomplete recording looks like a complete one
	}
}

// recordedResponse keeps a copy of what is written.
type recordedResponse struct {
	http.ResponseWriter
	status int
	fault  bool
	body   bytes.Buffer
}

func (w *recordedResponse) WriteHeader(status int) {
	w.status = status
	w.ResponseWriter.WriteHeader(status)
}

func (w *recordedResponse) Write(content []byte) (int, error) {
	w.body.Write(content)
	return w.ResponseWriter.Write(content)
}

// Hijack hands over the connection to a fault that drops it.
func (w *recordedResponse) Hijack() (net.Conn, *bufio.ReadWriter, error) {
	w.status = 0
	return http.NewResponseController(w.ResponseWriter).Hijack()
}
