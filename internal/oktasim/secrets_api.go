// SPDX-License-Identifier: MPL-2.0

package oktasim

// The calls of /api/v1/apps/{app}/credentials/secrets.

func (c *call) secretsURL(app *app) string {
	return c.base + "/api/v1/apps/" + app.id + "/credentials/secrets"
}

// listSecrets shows every value in plaintext [R].
func (o *Org) listSecrets(c *call) (response, error) {
	app, err := o.credentialApp(c)
	if err != nil {
		return response{}, err
	}
	list := []any{}
	for _, secret := range app.secrets {
		list = append(list, secret.body(c.secretsURL(app)))
	}
	o.logClient(c, app, logTypeSecret)
	return ok(list)
}

func (o *Org) getSecret(c *call) (response, error) {
	app, err := o.credentialApp(c)
	if err != nil {
		return response{}, err
	}
	i, err := app.secrets.find(c.ids["secret"])
	if err != nil {
		return response{}, err
	}
	o.logClient(c, app, logTypeSecret)
	return ok(app.secrets[i].body(c.secretsURL(app)))
}

// createSecret takes no body, {} or {client_secret?, status?} [R][S].
func (o *Org) createSecret(c *call) (response, error) {
	app, err := o.credentialApp(c)
	if err != nil {
		return response{}, err
	}
	var wanted struct {
		Value  *string `json:"client_secret"`
		Status string  `json:"status"`
	}
	if len(c.body) > 0 {
		if err := c.decode(&wanted); err != nil {
			return response{}, err
		}
	}
	value := ""
	if wanted.Value != nil {
		// An empty value is a short one, not a wish for a generated one [?].
		if err := checkSecretValue(*wanted.Value, app.authMethod); err != nil {
			return response{}, err
		}
		value = *wanted.Value
	}
	secret, err := o.addSecret(c, app, value, wanted.Status)
	if err != nil {
		return response{}, err
	}
	return created(secret.body(c.secretsURL(app)))
}

func (o *Org) deleteSecret(c *call) (response, error) {
	app, err := o.credentialApp(c)
	if err != nil {
		return response{}, err
	}
	if err := o.removeSecret(c, app, c.ids["secret"]); err != nil {
		return response{}, err
	}
	return noContent()
}

func (o *Org) activateSecret(c *call) (response, error)   { return o.turnSecret(c, StatusActive) }
func (o *Org) deactivateSecret(c *call) (response, error) { return o.turnSecret(c, StatusInactive) }

func (o *Org) turnSecret(c *call, status string) (response, error) {
	app, err := o.credentialApp(c)
	if err != nil {
		return response{}, err
	}
	secret, err := o.setSecretStatus(c, app, c.ids["secret"], status)
	if err != nil {
		return response{}, err
	}
	return ok(secret.body(c.secretsURL(app)))
}
