// SPDX-License-Identifier: MPL-2.0

package okta

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"time"

	"github.com/lestrrat-go/jwx/v2/jwa"
	"github.com/lestrrat-go/jwx/v2/jwt"
)

// introspectPath is the org authorization server's introspection endpoint.
const introspectPath = "oauth2/v1/introspect"

// Okta spreads a new secret over its servers within seconds.
const (
	verifyMinPause = 250 * time.Millisecond
	verifyMaxPause = 4 * time.Second
)

// Verify waits until Okta accepts the secret as the app's, or the context ends.
//
// It tries the secret without a grant: token introspection answers 200 to any
// token when the client's authentication is good, and 401 invalid_client when
// it is not (RFC 7662 §2.3, RFC 6749 §5.2).
//
// https://developer.okta.com/docs/api/openapi/okta-oauth/oauth/orgas/introspect
//
// Errors: [IsInvalidClient] when the context ended and Okta still refused the
// secret (the error is the context's, too); a plain error when the app's
// authentication method uses no secret.
func (c *Client) Verify(ctx context.Context, app App, secret string) error {
	for attempt := 0; ; attempt++ {
		form, header, err := c.clientAuthentication(app, secret)
		if err != nil {
			return err
		}
		form.Set("token", "oktacreds-verification")
		form.Set("token_type_hint", "access_token")
		err = c.do(ctx, request{
			method: http.MethodPost, path: segments(introspectPath),
			body: form, header: header, as: speaksForItself,
		}, &introspection{})
		if !IsInvalidClient(err) {
			return err
		}
		if ended := wait(ctx, jittered(doubled(verifyMinPause, verifyMaxPause, attempt))); ended != nil {
			return fmt.Errorf("Okta does not accept the client secret yet: %w (%w)", err, ended)
		}
	}
}

// introspection is the response to a client that authenticated itself (RFC 7662 §2.2).
type introspection struct {
	Active *bool `json:"active"`
}

func (i *introspection) check() error {
	if i.Active == nil {
		return errUnexpected
	}
	return nil
}

// clientAuthentication is the client's own authentication by its secret, as
// the app's method wants it.
func (c *Client) clientAuthentication(app App, secret string) (form url.Values, header http.Header, err error) {
	form, header = url.Values{}, http.Header{}
	switch app.AuthMethod {
	case AuthMethodSecretBasic:
		// RFC 6749 §2.3.1: both halves are form-encoded first.
		req := http.Request{Header: header}
		req.SetBasicAuth(url.QueryEscape(app.ClientID), url.QueryEscape(secret))
	case AuthMethodSecretPost:
		form.Set("client_id", app.ClientID)
		form.Set("client_secret", secret)
	case AuthMethodSecretJWT:
		assertion, err := c.secretAssertion(app.ClientID, secret)
		if err != nil {
			return nil, nil, err
		}
		form.Set("client_id", app.ClientID)
		form.Set("client_assertion_type", assertionType)
		form.Set("client_assertion", assertion)
	default:
		return nil, nil, fmt.Errorf("a client secret can't be tried while the app's token_endpoint_auth_method is %q", app.AuthMethod)
	}
	return form, header, nil
}

// secretAssertion is a JWT signed with the secret (client_secret_jwt).
func (c *Client) secretAssertion(clientID, secret string) (string, error) {
	token, err := newAssertion(clientID, c.origin.JoinPath(introspectPath).String(), c.Now())
	if err != nil {
		return "", err
	}
	signed, err := jwt.Sign(token, jwt.WithKey(jwa.HS256, []byte(secret)))
	if err != nil {
		return "", errors.New("signing a client assertion with the client secret failed")
	}
	return string(signed), nil
}
