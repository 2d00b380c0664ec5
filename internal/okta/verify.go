package okta

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"time"

	"github.com/lestrrat-go/jwx/v2/jwa"
	"github.com/lestrrat-go/jwx/v2/jwt"
)

// Verify waits until Okta accepts the secret as the app's, or the context ends.
//
// It tries the secret without a grant: token introspection answers 200 to any
// token when the client's authentication is good, and 401 invalid_client when
// it is not (RFC 7662 §2.3, RFC 6749 §5.2).
//
// https://developer.okta.com/docs/api/openapi/okta-oauth/oauth/tag/OrgAS/#tag/OrgAS/operation/introspect
//
// Errors: an error that wraps Okta's refusal when the context ended first.
func (c *Client) Verify(ctx context.Context, app App, secret string) error {
	for attempt := 0; ; attempt++ {
		form, header, err := c.clientAuthentication(app, secret)
		if err != nil {
			return err
		}
		form.Set("token", "oktacreds-verification")
		form.Set("token_type_hint", "access_token")
		err = c.do(ctx, request{
			method: http.MethodPost, path: segments("oauth2/v1/introspect"),
			body: form, header: header, anonymous: true,
		}, nil)
		if !IsInvalidClient(err) {
			return err
		}
		if waitErr := c.retry.pause(ctx, min(attempt, 4)); waitErr != nil {
			return errors.Join(waitErr, err)
		}
	}
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

const (
	assertionType     = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer" // RFC 7523 §2.2
	assertionLifetime = 5 * time.Minute
)

// secretAssertion is a JWT signed with the secret (client_secret_jwt).
func (c *Client) secretAssertion(clientID, secret string) (string, error) {
	now := time.Now()
	token, err := jwt.NewBuilder().Issuer(clientID).Subject(clientID).
		Audience([]string{c.origin.JoinPath("oauth2/v1/introspect").String()}).
		IssuedAt(now).Expiration(now.Add(assertionLifetime)).JwtID(rand.Text()).Build()
	if err != nil {
		return "", fmt.Errorf("building a client assertion: %w", err)
	}
	signed, err := jwt.Sign(token, jwt.WithKey(jwa.HS256, []byte(secret)))
	if err != nil {
		return "", errors.New("signing a client assertion with the client secret failed")
	}
	return string(signed), nil
}
