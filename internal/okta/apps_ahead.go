// SPDX-License-Identifier: MPL-2.0

package okta

import (
	"context"
	"net/url"
)

// A run that reads many apps reads pages of the org's list instead of one app after
// the other. A page costs a request of a rate limit that is five times smaller than
// the one of single reads [R], so pages are read as they pay off.
const (
	// singleReads is how many apps a run reads one by one.
	singleReads = 10
	// readsPerPage is how many apps a run must have asked for, for each page.
	readsPerPage = 5
)

// appsAhead is how far the list has been read.
type appsAhead struct {
	turn keyedLock // one page at a time; it guards the rest

	asked map[string]bool // apps that this run has asked Okta for
	next  url.Values      // of the page that comes next; nil before the first
	pages int
	done  bool // there is no further page, or the list can't be read
}

// readApp reads an app that isn't known: from the list, if that pays off and has it,
// otherwise by itself. The list has no apps of the OIN catalog, and that an app is
// missing there says nothing.
func (c *Client) readApp(ctx context.Context, id string) (app App, err error) {
	unlock, err := c.ahead.turn.lock(ctx, "")
	if err != nil {
		return app, err
	}
	if c.ahead.asked == nil {
		c.ahead.asked = map[string]bool{}
	}
	c.ahead.asked[id] = true
	app, ok := c.snapshots.apps.peek(id) // a page has brought it meanwhile
	for !ok && c.morePages() {
		c.readPage(ctx)
		app, ok = c.snapshots.apps.peek(id)
	}
	unlock()
	if ok {
		return app, nil
	}
	err = c.do(ctx, appRequest(id, &app), &app)
	return app, err
}

// morePages tells whether another page would pay off. One that had to wait for the
// rate limit, which a run's lists of secrets share, does not.
func (c *Client) morePages() bool {
	return !c.ahead.done && c.limits.free("/api/v1/apps") && len(c.ahead.asked) > singleReads && c.ahead.pages < len(c.ahead.asked)/readsPerPage
}

// readPage reads the next page. What this client writes meanwhile is newer than it.
func (c *Client) readPage(ctx context.Context) {
	if c.ahead.next == nil {
		c.ahead.next = oidcAppsQuery()
	}
	before := c.snapshots.apps.state()
	page, next, err := c.appsPage(ctx, c.ahead.next)
	c.ahead.pages++
	c.ahead.next, c.ahead.done = next, err != nil || next == nil
	for _, app := range page {
		c.snapshots.apps.storeSince(before, app.ID, app)
	}
}
