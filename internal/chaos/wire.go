// SPDX-License-Identifier: MPL-2.0

package main

import (
	"bytes"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"syscall"

	"github.com/oktacreds/terraform-provider-oktacreds/internal/oktasim"
)

// wire carries the requests of a provider in this process to an org in this
// process.
type wire struct {
	org     *oktasim.Org
	process *process // whose requests these are
	// carry is called with every request and what carries it out.
	carry func(req *http.Request, carryOut func())
}

var (
	errReset = &net.OpError{Op: "read", Net: "tcp", Err: syscall.ECONNRESET}
	errGone  = errors.New("a dead process sends nothing")
)

func (w *wire) RoundTrip(req *http.Request) (resp *http.Response, err error) {
	process := w.process
	if process.dead {
		return nil, errGone
	}
	w.carry(req, func() {
		if !process.dead {
			resp, err = serve(w.org, req) //nolint:bodyclose // the client closes it
		}
	})
	if process.dead {
		return nil, errGone
	}
	return resp, err
}

// serve lets the org answer. A connection that a fault drops is reset; a client
// whose time is up has no answer, though the org carries the request out.
func serve(org *oktasim.Org, req *http.Request) (resp *http.Response, err error) {
	body := []byte{}
	if req.Body != nil {
		if body, err = io.ReadAll(req.Body); err != nil {
			return nil, err
		}
		_ = req.Body.Close() // it is in memory
	}
	received := req.Clone(req.Context())
	received.Body = io.NopCloser(bytes.NewReader(body))
	recorder := httptest.NewRecorder()
	defer func() {
		switch cause := recover(); {
		case cause == nil:
		case cause == http.ErrAbortHandler: //nolint:errorlint // panicked with as it is
			resp, err = nil, errReset
		default:
			panic(cause)
		}
	}()
	org.ServeHTTP(recorder, received)
	if err := req.Context().Err(); err != nil {
		return nil, err
	}
	return recorder.Result(), nil
}
