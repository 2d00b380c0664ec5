// SPDX-License-Identifier: MPL-2.0

package oktasim

import "errors"

// What can be set of an org that runs.

// SetWording changes the wording of errors.
func (o *Org) SetWording(wording Wording) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.options.Wording = wording
}

// SetSecretManagement turns the org's feature "OAuth secrets and key management" on or off. Without it every
// call to a credentials path is 401 E0000015, and of each app's secrets only the newest survives the turning
// off [D].
func (o *Org) SetSecretManagement(on bool) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.secretManagement = on
	if on {
		return
	}
	for _, app := range o.apps {
		app.secrets = app.secrets[max(0, len(app.secrets)-1):]
	}
}

// SetID changes the org's id, which /.well-known/okta-organization shows: to a client, it is another org then.
func (o *Org) SetID(id string) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.id = id
	for _, app := range o.apps {
		app.orgID = id
	}
}

// KeepLastServiceSecret makes the org refuse to deactivate the only ACTIVE secret of an API service integration, as it
// does for apps.
func (o *Org) KeepLastServiceSecret(on bool) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.keepLastServiceSecret = on
}

// SetAPINonce is Options.APINonce.
func (o *Org) SetAPINonce(on bool) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.options.APINonce = on
}

// orgSettings are the same settings in JSON. Those that are left out remain as they are.
type orgSettings struct {
	ID                    *string `json:"id,omitempty"`
	Wording               *string `json:"wording,omitempty"`
	SecretManagement      *bool   `json:"secret_management,omitempty"`
	KeepLastServiceSecret *bool   `json:"keep_last_service_secret,omitempty"`
	APINonce              *bool   `json:"api_nonce,omitempty"`
}

// wordings are the names of wordings in JSON.
var wordings = map[string]Wording{"spec": WordingSpec, "recorded": WordingRecorded}

func (o *Org) adminShowOrg() (response, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	wording := ""
	for name, value := range wordings {
		if value == o.options.Wording {
			wording = name
		}
	}
	id, secretManagement, keepLast, nonce := o.id, o.secretManagement, o.keepLastServiceSecret, o.options.APINonce
	return ok(orgSettings{&id, &wording, &secretManagement, &keepLast, &nonce})
}

func (o *Org) adminSetOrg(body []byte) (response, error) {
	var wanted orgSettings
	if err := unmarshal(body, &wanted); err != nil {
		return response{}, err
	}
	if wanted.ID != nil {
		if *wanted.ID == "" {
			return response{}, errors.New("an org has an id")
		}
		o.SetID(*wanted.ID)
	}
	if wanted.Wording != nil {
		wording, known := wordings[*wanted.Wording]
		if !known {
			return response{}, errors.New("the wording is spec or recorded")
		}
		o.SetWording(wording)
	}
	if wanted.SecretManagement != nil {
		o.SetSecretManagement(*wanted.SecretManagement)
	}
	if wanted.KeepLastServiceSecret != nil {
		o.KeepLastServiceSecret(*wanted.KeepLastServiceSecret)
	}
	if wanted.APINonce != nil {
		o.SetAPINonce(*wanted.APINonce)
	}
	return o.adminShowOrg()
}
