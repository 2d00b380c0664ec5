// SPDX-License-Identifier: MPL-2.0

package oktasim

import (
	"net/http"
	"slices"
	"time"
)

// The calls of /integrations/api/v1/api-services and /integrations/api/v1/api-services/{service}.

const servicesPath = "/integrations/api/v1/api-services"

// serviceKind is what Okta's errors call an API service integration [?].
const serviceKind = "ApiServiceIntegrationInstance"

// APIService is an API service integration.
type APIService struct {
	// ID is its id and its client id.
	ID string `json:"id"`
	// ClientSecret is the value of its first secret, which is shown this once.
	ClientSecret string `json:"client_secret"`
}

// AddAPIService makes an API service integration. It is born with one ACTIVE secret [S]. Secrets, AddSecret,
// SetSecretStatus, RemoveSecret and Age take its id like an app's.
func (o *Org) AddAPIService() APIService {
	o.mu.Lock()
	defer o.mu.Unlock()
	made := o.newService(nil, document{"type": "my_api_integration", "grantedScopes": []any{}})
	return APIService{ID: made.id, ClientSecret: made.secrets[0].Value}
}

// newService adds an API service integration. Its document is what was sent: type and grantedScopes.
func (o *Org) newService(by *call, doc document) *app {
	id := newID("0oa")
	made := &app{
		id: id, clientID: id, status: StatusActive, authMethod: ClientSecretBasic, doc: doc, scopes: doc.texts("grantedScopes"),
		secrets: secretSet{o.newSecret("", StatusActive)}, created: o.now().Truncate(time.Second),
	}
	o.services = append(o.services, made)
	o.logClient(by, made, clientLifecycle+lifecycleCreate)
	return made
}

// RemoveAPIService deletes an API service integration.
func (o *Org) RemoveAPIService(id string) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if service := o.findService(id); service != nil {
		o.removeService(nil, service)
	}
}

func (o *Org) removeService(by *call, gone *app) {
	o.logClient(by, gone, clientLifecycle+lifecycleDelete)
	o.services = slices.DeleteFunc(o.services, func(service *app) bool { return service == gone })
}

func (o *Org) calledService(c *call) (*app, error) {
	if service := o.findService(c.ids["service"]); service != nil {
		return service, nil
	}
	return nil, notFound(c.ids["service"], serviceKind)
}

// serviceBody is an API service integration on the wire [S]. Only the response to its creation has its client secret.
func (o *Org) serviceBody(c *call, service *app) map[string]any {
	self := c.base + servicesPath + "/" + service.id
	get := map[string]any{"allow": []any{http.MethodGet}}
	return map[string]any{
		"id": service.id, "type": service.doc["type"], "name": service.doc["type"], "grantedScopes": service.doc["grantedScopes"],
		"createdAt": timestamp(service.created), "createdBy": o.admin().ID, "configGuideUrl": "https://example.com/guide",
		"_links": map[string]any{
			"self":   map[string]any{"href": self, "hints": map[string]any{"allow": []any{http.MethodGet, http.MethodDelete}}},
			"client": map[string]any{"href": c.base + "/oauth2/v1/clients/" + service.clientID, "hints": get},
			"logo":   map[string]any{"name": "small", "href": c.base + "/assets/small.png", "hints": get},
		},
	}
}

func (o *Org) listServices(c *call) (response, error) {
	list := []any{}
	for _, service := range o.services {
		list = append(list, o.serviceBody(c, service))
	}
	return ok(list)
}

func (o *Org) getService(c *call) (response, error) {
	service, err := o.calledService(c)
	if err != nil {
		return response{}, err
	}
	return ok(o.serviceBody(c, service))
}

// createService needs a type and a list of scopes [S].
func (o *Org) createService(c *call) (response, error) {
	doc := document{}
	if err := c.decode(&doc); err != nil {
		return response{}, err
	}
	if doc.text("type") == "" || doc["grantedScopes"] == nil {
		return response{}, validationError("apiServiceIntegration", "'type' and 'grantedScopes' are required.") // [?]
	}
	service := o.newService(c, doc)
	body := o.serviceBody(c, service)
	body["clientSecret"] = service.secrets[0].Value
	return created(body)
}

func (o *Org) deleteService(c *call) (response, error) {
	service, err := o.calledService(c)
	if err != nil {
		return response{}, err
	}
	o.removeService(c, service)
	return noContent()
}
