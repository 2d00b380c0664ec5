// SPDX-License-Identifier: MPL-2.0

package oktasim

import (
	"encoding/base64"
	"fmt"
	"net/http"
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
	// thumbprint is that of the key a DPoP token is bound to (RFC 7638); "" for a Bearer token.
	thumbprint string
}

func (t token) expires() time.Time { return t.issued.Add(tokenLifetime) }

// kind is the token_type, and the scheme that the token is sent with.
func (t token) kind() string {
	if t.thumbprint != "" {
		return "DPoP"
	}
	return "Bearer"
}

// keep stores a new token and returns its value: a JWT [D], of which only the claims can be read here.
func (o *Org) keep(issued token) string {
	claims := base64.RawURLEncoding.EncodeToString(fmt.Appendf(nil, `{"ver":1,"cid":%q}`, issued.clientID))
	value := base64.RawURLEncoding.EncodeToString([]byte(`{"alg":"RS256"}`)) + "." + claims + "." + randomText(80, alphanumerics+"-_")
	o.minted[value] = true
	o.tokens.put(value, issued, issued.expires(), issued.issued)
	return value
}

// validToken is the token of that value, unless it has expired or its app is deleted or INACTIVE.
func (o *Org) validToken(value string, now time.Time) (token, *app, bool) {
	found, live := o.tokens.get(value, now)
	client := o.findClient(found.clientID)
	return found, client, live && client != nil && client.status == StatusActive
}

// authorize checks who calls the Management API, and whether they may.
func (o *Org) authorize(c *call) error {
	if c.route.scope == "" {
		return nil
	}
	scheme, credential, _ := strings.Cut(c.Header.Get("Authorization"), " ")
	if bare, isBare := strings.CutPrefix(scheme, "SSWS"); isBare && bare != "" {
		scheme, credential = "SSWS", bare // without a blank, as okta-sdk-python sends it [C][R]
	}
	switch scheme {
	case "":
		return noAuthorization()
	case "SSWS":
		if credential == "" || o.options.APIToken != "" && credential != o.options.APIToken {
			return invalidToken()
		}
		c.actor = o.admin()
	case "Bearer", "DPoP":
		if err := o.authorizeToken(c, scheme, credential); err != nil {
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

func (o *Org) authorizeToken(c *call, scheme, value string) error {
	held, caller, valid := o.validToken(value, c.now)
	// A DPoP token is no good as a Bearer token, nor the other way round (RFC 9449 §7.1).
	if !valid || scheme != held.kind() {
		return invalidToken()
	}
	if scheme == "DPoP" {
		thumbprint, failed := o.checkProof(c, value)
		if failed == nil && thumbprint != held.thumbprint {
			failed = invalidProof("The DPoP proof is not of the key that the access token is bound to.")
		}
		if failed != nil {
			return failed.atAPI()
		}
	}
	c.actor = caller.party()
	if !held.covers(c.route) {
		return insufficientScope(scheme)
	}
	// The credentials of an app that holds Okta API scopes are for Super Admins only [D].
	target := o.findApp(c.ids["app"])
	if c.route.credentials && c.Method != http.MethodGet && target != nil && len(target.scopes) > 0 && !caller.superAdmin {
		return accessDenied()
	}
	return nil
}

// covers says whether the token has the scope that a route needs: .read to GET, .manage for the rest [S][D].
func (t token) covers(route route) bool {
	needed := route.scope + ".manage"
	if route.method == http.MethodGet {
		needed = route.scope + ".read"
	}
	return slices.Contains(t.scopes, needed)
}
