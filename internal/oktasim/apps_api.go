package oktasim

import (
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
)

// The calls of /api/v1/apps and /api/v1/apps/{app}.

// Okta's names of an app in its errors [R].
const (
	appKind       = "AppInstance"
	oauthAppKind  = "OAuth2AppInstance"
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
	app, err := o.newApp(doc, c.URL.Query().Get("activate") != "false")
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
	if err := o.replaceDocument(app, doc); err != nil {
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
	o.removeApp(app)
	return noContent()
}

func (o *Org) removeApp(gone *app) {
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
	app.status = status
	return ok(struct{}{})
}

// listApps knows q (a prefix of label or name), filter (field eq "value", joined by and) and pages by limit and
// after, with Link headers [S].
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
	wanted, err := appFilter(query.Get("filter"))
	if err != nil {
		return response{}, err
	}
	rest := slices.DeleteFunc(slices.Clone(o.apps), func(app *app) bool {
		return !app.startsWith(query.Get("q")) || !wanted(app)
	})
	if after := query.Get("after"); after != "" {
		rest = rest[slices.IndexFunc(rest, func(app *app) bool { return app.id == after })+1:]
	}
	header := http.Header{"Link": {appsLink(c, query.Get("after"), "self")}}
	if len(rest) > limit {
		rest = rest[:limit]
		header.Add("Link", appsLink(c, rest[limit-1].id, "next"))
	}
	list := []any{}
	for _, app := range rest {
		list = append(list, app.body(c.base, false))
	}
	return response{status: http.StatusOK, header: header, body: list}, nil
}

func appsLink(c *call, after, relation string) string {
	query := c.URL.Query()
	query.Del("after")
	if after != "" {
		query.Set("after", after)
	}
	address := c.base + "/api/v1/apps"
	if len(query) > 0 {
		address += "?" + query.Encode()
	}
	return fmt.Sprintf("<%s>; rel=%q", address, relation)
}

func (app *app) startsWith(text string) bool {
	text = strings.ToLower(text)
	return strings.HasPrefix(strings.ToLower(app.label()), text) || strings.HasPrefix(strings.ToLower(app.doc.text("name")), text)
}

// appFilter reads the part of Okta's filter language that app lists are filtered by.
func appFilter(filter string) (func(*app) bool, error) {
	fields := map[string]func(*app) string{
		"id":     func(app *app) string { return app.id },
		"name":   func(app *app) string { return app.doc.text("name") },
		"label":  (*app).label,
		"status": func(app *app) string { return app.status },
	}
	var clauses []func(*app) bool
	for clause := range strings.SplitSeq(filter, " and ") {
		words := strings.SplitN(strings.TrimSpace(clause), " ", 3)
		if filter == "" {
			break
		}
		if len(words) != 3 || words[1] != "eq" || fields[words[0]] == nil {
			return nil, &apiError{status: http.StatusBadRequest, code: "E0000031", summary: "Invalid search criteria."} // [D]
		}
		field, value := fields[words[0]], strings.Trim(words[2], `"`)
		clauses = append(clauses, func(app *app) bool { return field(app) == value })
	}
	return func(candidate *app) bool {
		return !slices.ContainsFunc(clauses, func(holds func(*app) bool) bool { return !holds(candidate) })
	}, nil
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
