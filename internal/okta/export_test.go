// SPDX-License-Identifier: MPL-2.0

package okta

import "net/http"

// What tests from outside, against the simulated org, need of this package.

// NewMemory returns a network without sockets that leads to the handler.
func NewMemory(handler http.Handler) http.RoundTripper { return memory{handler} }
