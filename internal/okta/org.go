// SPDX-License-Identifier: MPL-2.0

package okta

import (
	"context"
	"net/http"
	"sync"
)

// Org identifies an Okta org.
type Org struct {
	// ID is Okta's own, the same at every domain of the org; empty if it can't be read.
	ID string `json:"id,omitempty"`
	// Host is where the client asks.
	Host string `json:"host"`
}

// Same tells whether both are the same org, as far as is known: by their ids, or by
// their hosts where one of the ids is missing.
func (o Org) Same(other Org) bool {
	if o.ID != "" && other.ID != "" {
		return o.ID == other.ID
	}
	return o.Host == other.Host
}

func (o Org) String() string {
	if o.ID == "" {
		return o.Host
	}
	return o.Host + " (" + o.ID + ")"
}

// Host is the host that the client asks. It sends nothing.
func (c *Client) Host() string { return c.origin.Host }

// Org identifies the org. The first call costs one request, the others none. An id
// that can't be read is missing.
func (c *Client) Org(ctx context.Context) Org {
	c.org.mu.Lock()
	defer c.org.mu.Unlock()
	if !c.org.asked {
		var answer organization
		err := c.do(ctx, request{method: http.MethodGet, path: segments(".well-known/okta-organization"), as: speaksForItself}, &answer)
		c.org.asked = ctx.Err() == nil
		if err == nil {
			c.org.id = answer.ID
		}
	}
	return Org{ID: c.org.id, Host: c.origin.Host}
}

// orgIdentity is what the org has said of itself.
type orgIdentity struct {
	mu    sync.Mutex
	asked bool
	id    string
}

// organization is the part of the response that matters [R].
type organization struct {
	ID string `json:"id"`
}

func (o *organization) check() error {
	if o.ID == "" {
		return errUnexpected
	}
	return nil
}
