// SPDX-License-Identifier: MPL-2.0

package oktasim

import (
	"slices"
	"strconv"
	"time"
)

// Request is one entry of the request log. It names no query, header or body: a log is no place for secrets.
type Request struct {
	Method string `json:"method"`
	Path   string `json:"path"`
	// Status is what was answered; 0 when the connection was dropped by a fault.
	Status int       `json:"status"`
	Bucket string    `json:"bucket"`
	Time   time.Time `json:"time"`
}

// String is "METHOD path status".
func (r Request) String() string {
	return r.Method + " " + r.Path + " " + strconv.Itoa(r.Status)
}

// Requests returns the log: every request since the beginning or the last ResetRequests, in the order in which
// they took effect. What the console methods and /_sim paths do is not in it.
func (o *Org) Requests() []Request {
	o.mu.Lock()
	defer o.mu.Unlock()
	return slices.Clone(o.requests)
}

// ResetRequests empties the log.
func (o *Org) ResetRequests() {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.requests = nil
}

func (o *Org) log(c *call, status int) {
	o.requests = append(o.requests, Request{
		Method: c.Method, Path: c.URL.EscapedPath(), Status: status, Bucket: c.bucket, Time: c.now,
	})
}
