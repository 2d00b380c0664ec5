// SPDX-License-Identifier: MPL-2.0

package oktasim

import (
	"slices"
	"time"
)

// The statuses of apps, secrets and keys.
const (
	StatusActive   = "ACTIVE"
	StatusInactive = "INACTIVE"
)

// maxSecrets is how many secrets an app may have, INACTIVE ones counted [S].
const maxSecrets = 2

// The lengths that a client secret may have, in characters [S].
const (
	minSecretLength    = 14
	maxSecretLength    = 100
	minJWTSecretLength = 32 // under client_secret_jwt
)

const (
	secretKind    = "OAuth2ClientSecretMediated" // what Okta's errors call a secret [S][R]
	secretSubject = "client_secret"              // what they call its value [S]
)

// Secret is a client secret.
type Secret struct {
	ID          string
	Status      string
	Value       string
	Hash        string
	Created     time.Time // whole seconds
	LastUpdated time.Time
	born        time.Time // Created to the nanosecond, for FaultSlowSecret
}

// newSecret makes a secret and remembers its value for the leak search.
func (o *Org) newSecret(value, status string) Secret {
	if value == "" {
		value = newSecretValue()
	}
	if status == "" {
		status = StatusActive
	}
	o.minted[value] = true
	now := o.now()
	second := now.Truncate(time.Second)
	return Secret{
		ID: newID("ocs"), Status: status, Value: value, Hash: secretHash(value),
		Created: second, LastUpdated: second, born: now,
	}
}

// checkSecretValue refuses what Okta refuses as your own secret [S].
func checkSecretValue(value, authMethod string) error {
	printable := !slices.ContainsFunc([]rune(value), func(r rune) bool { return r < 0x20 || r > 0x7e })
	switch length := len([]rune(value)); {
	case authMethod == PrivateKeyJWT:
		return validationError(secretSubject, "'client_secret' can't be used when 'token_endpoint_auth_method' is 'private_key_jwt'.")
	case length < minSecretLength:
		return validationError(secretSubject, "client_secret: 'client_secret' must be at least '14' characters long.")
	case length > maxSecretLength:
		return validationError(secretSubject, "client_secret: 'client_secret' can't be more than '100' characters long.")
	case !printable:
		return validationError(secretSubject, "client_secret: ''client_secret'' must only contain printable ASCII: [x20-x7E]+")
	case authMethod == ClientSecretJWT && length < minJWTSecretLength:
		return validationError(secretSubject, "client_secret: 'client_secret' must be at least '32' characters long "+
			"when 'token_endpoint_auth_method' is 'client_secret_jwt'.")
	}
	return nil
}

// checkStatus refuses a status that is none [?].
func checkStatus(subject, status string) error {
	if status != "" && status != StatusActive && status != StatusInactive {
		return validationError(subject, "status: 'status' must be one of 'ACTIVE', 'INACTIVE'.")
	}
	return nil
}

// secretSet is the secrets of an app or of an API service integration, in the order of their creation.
type secretSet []Secret

func (s secretSet) find(id string) (int, error) {
	i := slices.IndexFunc(s, func(secret Secret) bool { return secret.ID == id })
	if i < 0 {
		return i, notFound(id, secretKind)
	}
	return i, nil
}

// newestActive is the secret that an app document shows as client_secret.
func (s secretSet) newestActive() int {
	for i, secret := range slices.Backward(s) {
		if secret.Status == StatusActive {
			return i
		}
	}
	return -1
}

func (s secretSet) active() int {
	count := 0
	for _, secret := range s {
		if secret.Status == StatusActive {
			count++
		}
	}
	return count
}

// checkRoom refuses a third secret [S][R].
func (s secretSet) checkRoom() error {
	if len(s) >= maxSecrets {
		return validationError(secretKind, "You've reached the maximum number of client secrets per client.")
	}
	return nil
}

// setStatus activates or deactivates. Asking for the status that it has changes nothing [?].
func (s secretSet) setStatus(id, status string, keepLast bool, now time.Time) (Secret, error) {
	i, err := s.find(id)
	if err != nil {
		return Secret{}, err
	}
	if s[i].Status == status {
		return s[i], nil
	}
	if keepLast && status == StatusInactive && s.active() == 1 {
		return Secret{}, validationError(secretKind, "You can't deactivate the only active client secret.") // [S][R]
	}
	s[i].Status, s[i].LastUpdated = status, now.Truncate(time.Second)
	return s[i], nil
}

// remove deletes an INACTIVE secret; an ACTIVE one is refused [S][R].
func (s *secretSet) remove(id string) error {
	i, err := s.find(id)
	if err != nil {
		return err
	}
	if (*s)[i].Status == StatusActive {
		return validationError(secretKind, "You can't delete an active client secret. Deactivate the secret before deleting it.")
	}
	*s = slices.Delete(slices.Clone(*s), i, i+1)
	return nil
}

// addSecret is POST …/secrets. Here and below, a nil call is the console.
func (o *Org) addSecret(by *call, app *app, value, status string) (Secret, error) {
	// A value is checked before the room for it; without one, an app that logs in by key gets no secret either [?].
	if value != "" || app.authMethod == PrivateKeyJWT {
		if err := checkSecretValue(value, app.authMethod); err != nil {
			return Secret{}, err
		}
	}
	if err := checkStatus(secretKind, status); err != nil {
		return Secret{}, err
	}
	if err := app.secrets.checkRoom(); err != nil {
		return Secret{}, err
	}
	secret := o.newSecret(value, status)
	app.secrets = append(app.secrets, secret)
	o.logCredential(by, app, lifecycleCreate, secret.detail())
	return secret, nil
}

func (o *Org) setSecretStatus(by *call, app *app, id, status string) (Secret, error) {
	keepLast := !slices.Contains(o.services, app) || o.keepLastServiceSecret
	secret, err := app.secrets.setStatus(id, status, keepLast, o.now())
	if err == nil {
		o.logCredential(by, app, turned(status), secret.detail())
	}
	return secret, err
}

func (o *Org) removeSecret(by *call, app *app, id string) error {
	i, err := app.secrets.find(id)
	if err != nil {
		return err
	}
	removed := app.secrets[i]
	if err := app.secrets.remove(id); err != nil {
		return err
	}
	o.logCredential(by, app, lifecycleDelete, removed.detail())
	return nil
}

// secretBody is a secret on the wire [S][R].
type secretBody struct {
	ID          string          `json:"id"`
	Status      string          `json:"status"`
	Value       string          `json:"client_secret"`
	Hash        string          `json:"secret_hash"`
	Created     string          `json:"created"`
	LastUpdated string          `json:"lastUpdated"`
	Links       map[string]link `json:"_links"`
}

type link struct {
	Href  string `json:"href"`
	Hints hints  `json:"hints"`
}

type hints struct {
	Allow []string `json:"allow"`
}

func linkTo(href, method string) link { return link{href, hints{[]string{method}}} }

// lifecycleLinks are what can be done next: an ACTIVE object can be deactivated, an INACTIVE one activated and
// deleted [R].
func lifecycleLinks(self, status string) map[string]link {
	if status == StatusActive {
		return map[string]link{"deactivate": linkTo(self+"/lifecycle/deactivate", "POST")}
	}
	return map[string]link{
		"activate": linkTo(self+"/lifecycle/activate", "POST"),
		"delete":   linkTo(self, "DELETE"),
	}
}

func (secret Secret) body(collection string) secretBody {
	return secretBody{
		ID: secret.ID, Status: secret.Status, Value: secret.Value, Hash: secret.Hash,
		Created: timestamp(secret.Created), LastUpdated: timestamp(secret.LastUpdated),
		Links: lifecycleLinks(collection+"/"+secret.ID, secret.Status),
	}
}
