package oktasim

import (
	"slices"
)

// The calls of /integrations/api/v1/api-services/{service}/credentials/secrets. They are like those of apps, but
// there is no reading one secret, no secret of your own, and a value is shown once [S].

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
	id := newID("0oa")
	made := &app{
		id: id, clientID: id, status: StatusActive, authMethod: ClientSecretBasic, doc: document{},
		secrets: secretSet{o.newSecret("", StatusActive)},
	}
	o.services = append(o.services, made)
	return APIService{ID: id, ClientSecret: made.secrets[0].Value}
}

// RemoveAPIService deletes an API service integration.
func (o *Org) RemoveAPIService(id string) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.services = slices.DeleteFunc(o.services, func(service *app) bool { return service.id == id })
}

func (o *Org) calledService(c *call) (*app, error) {
	if service := o.findService(c.ids["service"]); service != nil {
		return service, nil
	}
	return nil, notFound(c.ids["service"], serviceKind)
}

// maskedBody is a secret as every answer but that to its creation shows it: "***" and four characters [S].
func (c *call) maskedBody(service *app, secret Secret) secretBody {
	body := secret.body(c.serviceSecretsURL(service))
	body.Value = "***" + secret.Value[len(secret.Value)-4:]
	return body
}

func (c *call) serviceSecretsURL(service *app) string {
	return c.base + "/integrations/api/v1/api-services/" + service.id + "/credentials/secrets"
}

func (o *Org) listServiceSecrets(c *call) (response, error) {
	service, err := o.calledService(c)
	if err != nil {
		return response{}, err
	}
	list := []any{}
	for _, secret := range service.secrets {
		list = append(list, c.maskedBody(service, secret))
	}
	return ok(list)
}

// createServiceSecret takes no body: whatever one says is not looked at [?].
func (o *Org) createServiceSecret(c *call) (response, error) {
	service, err := o.calledService(c)
	if err != nil {
		return response{}, err
	}
	secret, err := o.addSecret(c, service, "", StatusActive)
	if err != nil {
		return response{}, err
	}
	return created(secret.body(c.serviceSecretsURL(service)))
}

func (o *Org) deleteServiceSecret(c *call) (response, error) {
	service, err := o.calledService(c)
	if err != nil {
		return response{}, err
	}
	if err := o.removeSecret(c, service, c.ids["secret"]); err != nil {
		return response{}, err
	}
	return noContent()
}

func (o *Org) activateServiceSecret(c *call) (response, error) {
	return o.turnServiceSecret(c, StatusActive)
}

// deactivateServiceSecret refuses the last ACTIVE one, as for apps [?].
func (o *Org) deactivateServiceSecret(c *call) (response, error) {
	return o.turnServiceSecret(c, StatusInactive)
}

func (o *Org) turnServiceSecret(c *call, status string) (response, error) {
	service, err := o.calledService(c)
	if err != nil {
		return response{}, err
	}
	secret, err := o.setSecretStatus(c, service, c.ids["secret"], status)
	if err != nil {
		return response{}, err
	}
	return ok(c.maskedBody(service, secret))
}
