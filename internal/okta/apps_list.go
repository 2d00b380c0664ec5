// SPDX-License-Identifier: MPL-2.0

package okta

import (
	"context"
	"errors"
	"fmt"
	"html"
	"iter"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
)

// OIDCApps reads the org's OIDC apps, a page of 200 at a time as the caller
// comes to it. An error is the last that comes. A page carries of each app what
// [Client.App] reads of one, the keys included [R].
//
// https://developer.okta.com/docs/api/openapi/okta-management/management/application/listapplications
//
// Errors: those every call can end with, see [Credentials].
func (c *Client) OIDCApps(ctx context.Context) iter.Seq2[App, error] { return c.listApps(ctx, "") }

// OIDCAppsByLabel reads the OIDC apps that have the label: none, one or several,
// since Okta lets apps share a label.
//
// https://developer.okta.com/docs/api/openapi/okta-management/management/application/listapplications
//
// Errors: those of [Client.OIDCApps].
func (c *Client) OIDCAppsByLabel(ctx context.Context, label string) (found []App, err error) {
	for app, err := range c.OIDCAppsByLabelPrefix(ctx, label) {
		if err != nil {
			return nil, err
		}
		if app.Label == label || html.UnescapeString(app.Label) == label {
			found = append(found, app)
		}
	}
	return found, nil
}

// OIDCAppsByLabelPrefix reads the OIDC apps whose label begins with the prefix,
// capitals included, a page at a time as [Client.OIDCApps] does.
//
// https://developer.okta.com/docs/api/openapi/okta-management/management/application/listapplications
//
// Errors: those of [Client.OIDCApps].
func (c *Client) OIDCAppsByLabelPrefix(ctx context.Context, prefix string) iter.Seq2[App, error] {
	// Okta has no filter for labels, only q: labels and names that begin so [S].
	// It has been seen to keep & < > " ' as HTML entities (okta/terraform-provider-okta
	// issue 1907), so that only what comes before one of them is asked for.
	begin := prefix
	if i := strings.IndexAny(prefix, `&<>"'`); i >= 0 {
		begin = prefix[:i]
	}
	return func(yield func(App, error) bool) {
		for app, err := range c.listApps(ctx, begin) {
			matches := err != nil || strings.HasPrefix(app.Label, prefix) || strings.HasPrefix(html.UnescapeString(app.Label), prefix)
			if matches && !yield(app, err) {
				return
			}
		}
	}
}

// OIDCAppByClientID reads the OIDC app with the client id; ok is false if there
// is none. The client id is the app's id unless its creator chose another [R]:
// only then the org's apps are searched.
//
// https://developer.okta.com/docs/api/openapi/okta-management/management/application/listapplications
//
// Errors: those of [Client.OIDCApps].
func (c *Client) OIDCAppByClientID(ctx context.Context, clientID string) (found App, ok bool, err error) {
	found, err = c.App(ctx, clientID)
	if err == nil && found.ClientID == clientID {
		return found, true, nil
	}
	if err != nil && !IsNotFound(err) {
		return App{}, false, err
	}
	for app, err := range c.OIDCApps(ctx) {
		if err != nil || app.ClientID == clientID {
			return app, err == nil, err
		}
	}
	return App{}, false, nil
}

// appsPageLimit is the most apps that Okta puts on a page [S].
const appsPageLimit = "200"

func oidcAppsQuery() url.Values {
	return url.Values{"limit": {appsPageLimit}, "filter": {`name eq "oidc_client"`}}
}

// listApps reads the OIDC apps whose label or name begins with q. All apps with
// a client id, and no others, have the name that is filtered by [R].
func (c *Client) listApps(ctx context.Context, q string) iter.Seq2[App, error] {
	query := oidcAppsQuery()
	if q != "" {
		query.Set("q", q)
	}
	return func(yield func(App, error) bool) {
		for query := query; query != nil; {
			page, next, err := c.appsPage(ctx, query)
			if err != nil {
				yield(App{}, err)
				return
			}
			for _, app := range page {
				if !yield(app, nil) {
					return
				}
			}
			query = next
		}
	}
}

// errSamePage is what keeps a list from going round in circles.
var errSamePage = errors.New("the list of apps names a page as its own successor")

// appsPage reads a page and how to ask for the next; next is nil after the last.
func (c *Client) appsPage(ctx context.Context, query url.Values) (page appsPage, next url.Values, err error) {
	header, err := c.exchange(ctx, request{method: http.MethodGet, path: segments("api/v1/apps"), query: query}, &page)
	if err != nil {
		return nil, nil, err
	}
	if next, err = nextPage(header); err == nil && next.Encode() == query.Encode() {
		err = errSamePage
	}
	if err != nil {
		return nil, nil, fmt.Errorf("GET /api/v1/apps: %w", err)
	}
	return page, next, nil
}

type appsPage []App

// check refuses what is not a page of apps, null among it.
func (p *appsPage) check() error {
	if *p == nil || slices.ContainsFunc(*p, func(app App) bool { return app.check() != nil }) {
		return errUnexpected
	}
	return nil
}

// A link of a Link header (RFC 8288 §3) is a target and parameters, of which rel
// holds the relation types.
var (
	linkPattern = regexp.MustCompile(`<([^>]*)>([^<]*)`)
	relPattern  = regexp.MustCompile(`(?i);\s*rel\s*=\s*(?:"([^"]*)"|([^\s";,]+))`)
)

// nextPage reads the query of the link with rel="next"; nil if there is none.
// Only the query of the link counts: the request, and the token with it, goes
// where all requests go, and not to a host that the link names.
func nextPage(header http.Header) (url.Values, error) {
	for _, link := range linkPattern.FindAllStringSubmatch(strings.Join(header.Values("Link"), ", "), -1) {
		relation := relPattern.FindStringSubmatch(link[2])
		if relation == nil || !slices.Contains(strings.Fields(strings.ToLower(relation[1]+relation[2])), "next") {
			continue
		}
		target, err := url.Parse(link[1])
		if err != nil || len(target.Query()) == 0 {
			return nil, errUnexpected
		}
		return target.Query(), nil
	}
	return nil, nil
}
