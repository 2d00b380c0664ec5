// SPDX-License-Identifier: MPL-2.0

package oktasim

import (
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
)

// The calls of /api/v1/apps and /api/v1/apps/{app}.

// Okta's names of an app in its errors [R].
const (
	appKind       = "AppInstance"
	oauthAppKind  = "OAuth2AppInstance"
	appsPath      = "/api/v1/apps"
	maxAppsPage   = 200 // [S]
	appsPageLimit = 20  // [S]
)

func (o *Org) calledApp(c *call) (*app, error) {
	if app := o.findApp(c.ids["app"]); app != nil {
		return app, nil
	}
	return nil, notFound(c.ids["app"], appKind)
}

// credentialApp is calledApp for the paths that only OAuth clients have.
func (o *Org) credentialApp(c *call) (*app, error) {
	if app := o.findApp(c.ids["app"]); app != nil && app.oauthClient() {
		return app, nil
	}
	return nil, notFound(c.ids["app"], oauthAppKind)
}

func (o *Org) getApp(c *call) (response, error) {
	app, err := o.calledApp(c)
	if err != nil {
		return response{}, err
	}
	return ok(app.body(c.base, false))
}

// createApp answers 200, not 201 [R].
func (o *Org) createApp(c *call) (response, error) {
	doc := document{}
	if err := c.decode(&doc); err != nil {
		return response{}, err
	}
	app, err := o.newApp(c, doc, c.URL.Query().Get("activate") != "false", false)
	if err != nil {
		return response{}, err
	}
	return ok(app.body(c.base, true))
}

func (o *Org) replaceApp(c *call) (response, error) {
	app, err := o.calledApp(c)
	if err != nil {
		return response{}, err
	}
	doc := document{}
	if err := c.decode(&doc); err != nil {
		return response{}, err
	}
	if err := o.replaceDocument(c, app, doc); err != nil {
		return response{}, err
	}
	return ok(app.body(c.base, true))
}

func (o *Org) deleteApp(c *call) (response, error) {
	app, err := o.calledApp(c)
	if err != nil {
		return response{}, err
	}
	if app.status == StatusActive {
		return response{}, deleteForbidden()
	}
	o.removeApp(c, app)
	return noContent()
}

func (o *Org) removeApp(by *call, gone *app) {
	o.logClient(by, gone, clientLifecycle+lifecycleDelete)
	o.apps = slices.DeleteFunc(o.apps, func(app *app) bool { return app == gone })
}

func (o *Org) activateApp(c *call) (response, error)   { return o.turnApp(c, StatusActive) }
func (o *Org) deactivateApp(c *call) (response, error) { return o.turnApp(c, StatusInactive) }

// turnApp answers {} [R].
func (o *Org) turnApp(c *call, status string) (response, error) {
	app, err := o.calledApp(c)
	if err != nil {
		return response{}, err
	}
	o.setAppStatus(c, app, status)
	return ok(struct{}{})
}

// setAppStatus activates or deactivates an app, which moves lastUpdated [R].
func (o *Org) setAppStatus(by *call, app *app, status string) {
	app.status, app.lastUpdated = status, o.now().Truncate(time.Second)
	o.logClient(by, app, clientLifecycle+turned(status))
}

// listApps knows q (a prefix of label or name), filter, and pages by limit and after, with Link headers [S].
func (o *Org) listApps(c *call) (response, error) {
	query := c.URL.Query()
	limit := appsPageLimit
	if text := query.Get("limit"); text != "" {
		number, err := strconv.Atoi(text)
		if err != nil || number < 1 || number > maxAppsPage {
			return response{}, validationError("limit", "limit: 'limit' must be between 1 and 200.") // [?]
		}
		limit = number
	}
	wanted, err := parseFilter(query.Get("filter"), appField)
	if err != nil {
		return response{}, err
	}
	rest := slices.DeleteFunc(slices.Clone(o.apps), func(app *app) bool {
		return !app.startsWith(query.Get("q")) || !wanted(app)
	})
	if after := query.Get("after"); after != "" {
		last := slices.IndexFunc(rest, func(app *app) bool { return app.id == after })
		if last < 0 {
			return response{}, invalidCursor()
		}
		rest = rest[last+1:]
	}
	header := http.Header{"Link": {pageLink(c, appsPath, query.Get("after"), "self")}}
	if len(rest) > limit {
		rest = rest[:limit]
		header.Add("Link", pageLink(c, appsPath, rest[limit-1].id, "next"))
	}
	list := []any{}
	for _, app := range rest {
		list = append(list, app.body(c.base, false))
	}
	return response{status: http.StatusOK, header: header, body: list}, nil
}

// pageLink is a Link to another page of the same list.
func pageLink(c *call, path, after, relation string) string {
	query := c.URL.Query()
	query.Del("after")
	if after != "" {
		query.Set("after", after)
	}
	address := c.base + path
	if len(query) > 0 {
		address += "?" + query.Encode()
	}
	return fmt.Sprintf("<%s>; rel=%q", address, relation)
}

func (app *app) startsWith(text string) bool {
	text = strings.ToLower(text)
	return strings.HasPrefix(strings.ToLower(app.label()), text) || strings.HasPrefix(strings.ToLower(app.doc.text("name")), text)
}

// appFields are what app lists can be filtered by.
var appFields = map[string]fieldReader[*app]{
	"id":     func(app *app) []string { return []string{app.id} },
	"name":   func(app *app) []string { return []string{app.doc.text("name")} },
	"label":  func(app *app) []string { return []string{app.label()} },
	"status": func(app *app) []string { return []string{app.status} },
}

func appField(name string) (fieldReader[*app], error) {
	if read, known := appFields[name]; known {
		return read, nil
	}
	return nil, invalidSearch()
}

// assignPolicy is PUT /api/v1/apps/{app}/policies/{policy}: 204 [R].
func (o *Org) assignPolicy(c *call) (response, error) {
	app, err := o.calledApp(c)
	if err != nil {
		return response{}, err
	}
	app.accessPolicy = url.PathEscape(c.ids["policy"])
	return noContent()
}
