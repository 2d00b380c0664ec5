// SPDX-License-Identifier: MPL-2.0

package oktasim

// The calls of /api/v1/apps/{app}/credentials/jwks.

// member writes a key as it stands in an app document: use and crv are null when they were not sent, alg is
// absent [R].
func (k Key) member() map[string]any {
	body := map[string]any{"id": k.ID, "status": k.Status, "kty": k.Kty, "kid": orNull(k.Kid), "use": orNull(k.Use)}
	if k.Alg != "" {
		body["alg"] = k.Alg
	}
	if k.Kty == "RSA" {
		body["n"], body["e"] = k.N, k.E
	} else {
		body["x"], body["y"], body["crv"] = k.X, k.Y, orNull(k.Crv)
	}
	return body
}

// body writes a key as the jwks path does, with times and links [S].
func (k Key) body(collection string) map[string]any {
	body := k.member()
	body["created"], body["lastUpdated"] = timestamp(k.Created), timestamp(k.LastUpdated)
	if !k.encrypts() || !k.active() { // an active encryption key has no links: nothing can be done with it [S]
		body["_links"] = lifecycleLinks(collection+"/"+k.ID, k.Status)
	}
	return body
}

func orNull(text string) any {
	if text == "" {
		return nil
	}
	return text
}

func (c *call) keysURL(app *app) string {
	return c.base + "/api/v1/apps/" + app.id + "/credentials/jwks"
}

func (o *Org) listKeys(c *call) (response, error) {
	app, err := o.credentialApp(c)
	if err != nil {
		return response{}, err
	}
	list := keyList{}
	for _, key := range app.keys {
		list = append(list, key.body(c.keysURL(app)))
	}
	return ok(list)
}

func (o *Org) getKey(c *call) (response, error) {
	app, err := o.credentialApp(c)
	if err != nil {
		return response{}, err
	}
	i, err := app.keys.find(c.ids["key"])
	if err != nil {
		return response{}, err
	}
	return ok(app.keys[i].body(c.keysURL(app)))
}

func (o *Org) createKey(c *call) (response, error) {
	app, err := o.credentialApp(c)
	if err != nil {
		return response{}, err
	}
	var wanted keyRequest
	if err := c.decode(&wanted); err != nil {
		return response{}, err
	}
	key, err := o.addKey(c, app, wanted)
	if err != nil {
		return response{}, err
	}
	return created(key.body(c.keysURL(app)))
}

func (o *Org) deleteKey(c *call) (response, error) {
	app, err := o.credentialApp(c)
	if err != nil {
		return response{}, err
	}
	if err := o.removeKey(c, app, c.ids["key"]); err != nil {
		return response{}, err
	}
	return noContent()
}

func (o *Org) activateKey(c *call) (response, error)   { return o.turnKey(c, StatusActive) }
func (o *Org) deactivateKey(c *call) (response, error) { return o.turnKey(c, StatusInactive) }

func (o *Org) turnKey(c *call, status string) (response, error) {
	app, err := o.credentialApp(c)
	if err != nil {
		return response{}, err
	}
	key, err := o.setKeyStatus(c, app, c.ids["key"], status)
	if err != nil {
		return response{}, err
	}
	return ok(key.body(c.keysURL(app)))
}
