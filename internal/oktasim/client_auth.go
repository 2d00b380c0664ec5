// SPDX-License-Identifier: MPL-2.0

package oktasim

import (
	"net/url"
	"slices"
)

// assertionType is the only client_assertion_type (RFC 7523 §2.2).
const assertionType = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"

// login is how a client says who it is at the OAuth endpoints.
type login struct {
	method    string // ClientSecretBasic, ClientSecretPost, NoAuthentication, or PrivateKeyJWT for either kind of assertion
	clientID  string
	secrets   []string // readings of the secret that was sent
	assertion string
}

// readLogin finds the one authentication of a request (RFC 6749 §2.3: a client must not use two).
func (c *call) readLogin(form url.Values) (login, error) {
	var logins []login
	if id, secret, present := c.BasicAuth(); present {
		// RFC 6749 §2.3.1 has both form-encoded inside the header; many clients don't, so either reading will do [?].
		read := login{method: ClientSecretBasic, clientID: id, secrets: []string{secret}}
		if decoded, err := url.QueryUnescape(secret); err == nil {
			read.secrets = append(read.secrets, decoded)
		}
		if decoded, err := url.QueryUnescape(id); err == nil {
			read.clientID = decoded
		}
		logins = append(logins, read)
	}
	if secret := form.Get("client_secret"); secret != "" {
		logins = append(logins, login{method: ClientSecretPost, clientID: form.Get("client_id"), secrets: []string{secret}})
	}
	if assertion := form.Get("client_assertion"); assertion != "" {
		if form.Get("client_assertion_type") != assertionType {
			return login{}, badRequest("invalid_request", "The 'client_assertion_type' is invalid.")
		}
		logins = append(logins, login{method: PrivateKeyJWT, clientID: assertionSubject(assertion), assertion: assertion})
	}
	switch len(logins) {
	case 0:
		if id := form.Get("client_id"); id != "" {
			return login{method: NoAuthentication, clientID: id}, nil // a public client
		}
		return login{}, invalidClient("Client authentication failed. Either the client or the client credentials are invalid.")
	case 1:
		return logins[0], nil
	default:
		return login{}, badRequest("invalid_request", "Cannot supply multiple client credentials. Use one of the following: "+
			"credentials in the Authorization header, credentials in the post body, or a client_assertion in the post body.")
	}
}

// authenticate finds the client of a request and checks its credentials. The login and the client are returned with
// an error too, as far as they are known.
func (o *Org) authenticate(c *call, form url.Values) (login, *app, error) {
	sent, err := c.readLogin(form)
	if err != nil {
		return login{clientID: form.Get("client_id")}, o.findClient(form.Get("client_id")), err
	}
	if sent.assertion != "" {
		o.minted[sent.assertion] = true
	}
	client := o.findClient(sent.clientID)
	if client == nil || client.status != StatusActive {
		return sent, client, invalidClient("Invalid value for 'client_id' parameter.")
	}
	return sent, client, o.checkLogin(c, client, sent)
}

// checkLogin checks the credentials that the client sent.
func (o *Org) checkLogin(c *call, client *app, sent login) error {
	if sent.method == PrivateKeyJWT {
		return o.checkAssertion(c, client, sent.assertion)
	}
	if client.authMethod == NoAuthentication && sent.method == NoAuthentication {
		return nil
	}
	// Basic and post are interchangeable; the methods that sign are not [?].
	if client.authMethod != ClientSecretBasic && client.authMethod != ClientSecretPost {
		return invalidClient("The client authentication method is not the one that the client is registered with.")
	}
	for _, secret := range client.secrets {
		if secret.Status == StatusActive && slices.Contains(sent.secrets, secret.Value) && o.accepts(c, secret) {
			return nil
		}
	}
	return invalidClient("The client secret supplied for a confidential client is invalid.")
}

// secret is the reading of the secret that is one of the client's, or the decoded one.
func (l login) secret(client *app) string {
	for _, secret := range client.secrets {
		if slices.Contains(l.secrets, secret.Value) {
			return secret.Value
		}
	}
	if len(l.secrets) == 0 {
		return ""
	}
	return l.secrets[len(l.secrets)-1]
}

// authType is the login's clientAuthType in the System Log [D].
func (l login) authType(client *app) string {
	switch {
	case l.method == "":
		return "invalid"
	case l.method == PrivateKeyJWT && client != nil && client.authMethod == ClientSecretJWT:
		return ClientSecretJWT
	}
	return l.method
}
