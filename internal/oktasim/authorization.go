package oktasim

import (
	"slices"
	"strings"
	"time"
)

// tokenLifetime is how long an access token lives [D].
const tokenLifetime = time.Hour

// token is an access token that was issued here.
type token struct {
	clientID string
	scopes   []string
	issued   time.Time
}

func (t token) expires() time.Time { return t.issued.Add(tokenLifetime) }

func (o *Org) newToken(clientID string, scopes []string, now time.Time) string {
	value := randomText(80, alphanumerics+"-_")
	o.minted[value] = true
	o.tokens[value] = token{clientID: clientID, scopes: scopes, issued: now}
	return value
}

// validToken is the token of that value, unless it has expired or its app is gone or INACTIVE.
func (o *Org) validToken(value string, now time.Time) (token, bool) {
	found, issued := o.tokens[value]
	if !issued || !now.Before(found.expires()) {
		return token{}, false
	}
	client := o.findClient(found.clientID)
	return found, client != nil && client.status == StatusActive
}

// authorize checks who calls the Management API, and whether they may.
func (o *Org) authorize(c *call) error {
	if c.route.scope == "" {
		return nil
	}
	scheme, credential, _ := strings.Cut(c.Header.Get("Authorization"), " ")
	switch scheme {
	case "":
		return noAuthorization()
	case "SSWS":
		if credential == "" || o.options.APIToken != "" && credential != o.options.APIToken {
			return invalidToken()
		}
	case "Bearer":
		if err := o.authorizeToken(c, credential); err != nil {
			return err
		}
	default:
		return invalidToken()
	}
	if c.route.credentials && !o.secretManagement {
		return featureOff()
	}
	return nil
}

func (o *Org) authorizeToken(c *call, value string) error {
	held, valid := o.validToken(value, c.now)
	if !valid {
		return invalidToken()
	}
	if !held.covers(c.route) {
		return insufficientScope()
	}
	// The credentials of an app that holds Okta API scopes are for Super Admins only [D].
	caller, target := o.findClient(held.clientID), o.findApp(c.ids["app"])
	if c.route.credentials && c.Method != "GET" && target != nil && len(target.scopes) > 0 && !caller.superAdmin {
		return accessDenied()
	}
	return nil
}

// covers says whether the token has the scope that a route needs: .read to read, .manage for the rest [S].
func (t token) covers(route route) bool {
	needed := route.scope + ".manage"
	if route.method == "GET" {
		needed = route.scope + ".read"
	}
	return slices.Contains(t.scopes, needed)
}
