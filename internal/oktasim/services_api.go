// SPDX-License-Identifier: MPL-2.0

package oktasim

// The calls of /integrations/api/v1/api-services/{service}/credentials/secrets. They are like those of apps, but
// there is no reading one secret, no secret of your own, and a value is shown once [S].

// maskedBody is a secret as every response but that to its creation shows it: "***" and four characters [S].
func (c *call) maskedBody(service *app, secret Secret) secretBody {
	body := secret.body(c.serviceSecretsURL(service))
	body.Value = "***" + secret.Value[len(secret.Value)-4:]
	return body
}

func (c *call) serviceSecretsURL(service *app) string {
	return c.base + servicesPath + "/" + service.id + "/credentials/secrets"
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

// createServiceSecret takes no body: what one says is not looked at [?].
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

// deactivateServiceSecret deactivates the last ACTIVE secret as well, unless Org.KeepLastServiceSecret: Okta's OpenAPI
// document lists no refusal, and promises one for apps only [S].
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
