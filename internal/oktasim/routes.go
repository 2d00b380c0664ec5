// SPDX-License-Identifier: MPL-2.0

package oktasim

import (
	"net/http"
	"net/url"
	"strings"
)

// route is a line of the table below: a method and a path, what a caller needs, and who answers.
type route struct {
	method  string
	pattern string
	// scope is the family of Okta API scopes that a token needs here ("okta.apps": .read to GET, .manage for the
	// rest). Empty: the path is open, or does its own authentication.
	scope string
	// credentials marks the paths that the org's feature "OAuth secrets and key management" brings.
	credentials bool
	handle      func(*Org, *call) (response, error)
}

const (
	scopeApps         = "okta.apps"
	scopeIntegrations = "okta.oauthIntegrations"
	scopePolicies     = "okta.policies"
	scopeUsers        = "okta.users"
	scopeLogs         = "okta.logs"
)

const (
	secretsPath        = "/api/v1/apps/{app}/credentials/secrets"
	keysPath           = "/api/v1/apps/{app}/credentials/jwks"
	serviceSecretsPath = servicesPath + "/{service}/credentials/secrets"
	idTokenPath        = "/api/v1/internal/apps/{app}/settings/oauth/idToken"
)

var routes = []route{
	{"GET", "/api/v1/apps", scopeApps, false, (*Org).listApps},
	{"POST", "/api/v1/apps", scopeApps, false, (*Org).createApp},
	{"GET", "/api/v1/apps/{app}", scopeApps, false, (*Org).getApp},
	{"PUT", "/api/v1/apps/{app}", scopeApps, false, (*Org).replaceApp},
	{"DELETE", "/api/v1/apps/{app}", scopeApps, false, (*Org).deleteApp},
	{"POST", "/api/v1/apps/{app}/lifecycle/activate", scopeApps, false, (*Org).activateApp},
	{"POST", "/api/v1/apps/{app}/lifecycle/deactivate", scopeApps, false, (*Org).deactivateApp},
	{"PUT", "/api/v1/apps/{app}/policies/{policy}", scopeApps, false, (*Org).assignPolicy},

	{"GET", secretsPath, scopeApps, true, (*Org).listSecrets},
	{"POST", secretsPath, scopeApps, true, (*Org).createSecret},
	{"GET", secretsPath + "/{secret}", scopeApps, true, (*Org).getSecret},
	{"DELETE", secretsPath + "/{secret}", scopeApps, true, (*Org).deleteSecret},
	{"POST", secretsPath + "/{secret}/lifecycle/activate", scopeApps, true, (*Org).activateSecret},
	{"POST", secretsPath + "/{secret}/lifecycle/deactivate", scopeApps, true, (*Org).deactivateSecret},

	{"GET", keysPath, scopeApps, true, (*Org).listKeys},
	{"POST", keysPath, scopeApps, true, (*Org).createKey},
	{"GET", keysPath + "/{key}", scopeApps, true, (*Org).getKey},
	{"DELETE", keysPath + "/{key}", scopeApps, true, (*Org).deleteKey},
	{"POST", keysPath + "/{key}/lifecycle/activate", scopeApps, true, (*Org).activateKey},
	{"POST", keysPath + "/{key}/lifecycle/deactivate", scopeApps, true, (*Org).deactivateKey},

	{"GET", servicesPath, scopeIntegrations, false, (*Org).listServices},
	{"POST", servicesPath, scopeIntegrations, false, (*Org).createService},
	{"GET", servicesPath + "/{service}", scopeIntegrations, false, (*Org).getService},
	{"DELETE", servicesPath + "/{service}", scopeIntegrations, false, (*Org).deleteService},

	{"GET", serviceSecretsPath, scopeIntegrations, false, (*Org).listServiceSecrets},
	{"POST", serviceSecretsPath, scopeIntegrations, false, (*Org).createServiceSecret},
	{"DELETE", serviceSecretsPath + "/{secret}", scopeIntegrations, false, (*Org).deleteServiceSecret},
	{"POST", serviceSecretsPath + "/{secret}/lifecycle/activate", scopeIntegrations, false, (*Org).activateServiceSecret},
	{"POST", serviceSecretsPath + "/{secret}/lifecycle/deactivate", scopeIntegrations, false, (*Org).deactivateServiceSecret},

	{"GET", idTokenPath, scopeApps, false, (*Org).getIDTokenSettings},
	{"POST", idTokenPath, scopeApps, false, (*Org).setIDTokenSettings},
	{"GET", "/api/v1/logs", scopeLogs, false, (*Org).listLog},
	{"GET", "/api/v1/policies", scopePolicies, false, (*Org).listPolicies},
	{"GET", "/api/v1/users/me", scopeUsers, false, (*Org).getMe},
	{"GET", "/.well-known/okta-organization", "", false, (*Org).getOrganization},

	{"POST", "/oauth2/v1/token", "", false, (*Org).issueToken},
	{"POST", "/oauth2/v1/introspect", "", false, (*Org).introspect},
	{"POST", "/oauth2/{server}/v1/token", "", false, (*Org).issueToken},
	{"POST", "/oauth2/{server}/v1/introspect", "", false, (*Org).introspect},
}

// routeOf finds who answers. A path that exists for other methods is 405, an unknown one 404.
func routeOf(method, escapedPath string) (route, map[string]string, failure) {
	status := http.StatusNotFound
	for _, route := range routes {
		ids, matches := matchPath(route.pattern, escapedPath)
		if matches && route.method == method {
			return route, ids, nil
		}
		if matches {
			status = http.StatusMethodNotAllowed
		}
	}
	return route{}, nil, unsupportedMethod(status)
}

// matchPath compares segment by segment. It takes the path escaped, so that a %2F inside an id remains inside.
func matchPath(pattern, escapedPath string) (map[string]string, bool) {
	wanted, segments := strings.Split(pattern, "/"), strings.Split(escapedPath, "/")
	if len(wanted) != len(segments) {
		return nil, false
	}
	ids := map[string]string{}
	for i, want := range wanted {
		got, err := url.PathUnescape(segments[i])
		if err != nil {
			return nil, false
		}
		if strings.HasPrefix(want, "{") {
			ids[strings.Trim(want, "{}")] = got
		} else if want != got {
			return nil, false
		}
	}
	return ids, true
}
