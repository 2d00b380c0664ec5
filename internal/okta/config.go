// SPDX-License-Identifier: MPL-2.0

package okta

import (
	"cmp"
	"context"
	"crypto"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
	"time"
)

// DefaultBaseURL is the domain of Okta's production orgs.
const DefaultBaseURL = "okta.com"

// Config says which org a [Client] talks to, as whom, and how patiently. Names
// and meaning follow the configuration of Okta's own Terraform provider.
type Config struct {
	// OrgName is the subdomain of the org, such as "dev-123456".
	OrgName string
	// BaseURL is the domain of the org, without scheme. Empty means
	// [DefaultBaseURL].
	BaseURL string
	// HTTPProxy replaces the org's URL altogether, as it does in Okta's own
	// provider. It is not a CONNECT proxy; for one of those set HTTPS_PROXY.
	HTTPProxy string

	// APIToken is sent as "Authorization: SSWS".
	APIToken string
	// AccessToken is sent as "Authorization: Bearer".
	AccessToken string
	// ClientID, PrivateKey, PrivateKeyID and Scopes get access tokens by
	// themselves: OAuth 2.0 client credentials with private_key_jwt.
	ClientID     string
	PrivateKey   crypto.Signer
	PrivateKeyID string
	Scopes       []string

	// MinWait and MaxWait bound the pause between two attempts at a request.
	MinWait, MaxWait time.Duration
	// MaxRetries is how often a request is repeated where repeating is safe.
	MaxRetries int
	// RequestTimeout bounds one attempt, from dialling to the last byte of the
	// answer. Zero means one minute.
	RequestTimeout time.Duration
	// MaxAPICapacity is the share of each of the org's rate limits this client
	// may use, in percent. Zero means all of it.
	MaxAPICapacity int

	// UserAgent is sent with every request.
	UserAgent string
	// Log receives what the client has to say while it works: waits and
	// retries. It is never given a secret. Nil means silence.
	Log func(ctx context.Context, message string, fields map[string]any)
	// Notify receives what the user of the run should know although nothing failed,
	// each once in the life of the client. Nil means that no one listens.
	Notify func(Notice)
	// Now is the local clock; nil means [time.Now].
	Now func() time.Time
	// Transport carries the requests; nil means a new [http.Transport].
	Transport http.RoundTripper
	// Rand is where generated secrets come from; nil means crypto/rand.
	Rand io.Reader
}

// Notice is what [Config.Notify] receives: a [ClockSkew] or a
// [RateLimitWait].
type Notice interface{ notice() }

var (
	errNoOrg         = errors.New("no org: set org_name (or OKTA_ORG_NAME), or http_proxy (or OKTA_HTTP_PROXY)")
	errNoCredentials = errors.New("no credentials: set api_token (or OKTA_API_TOKEN), access_token (or OKTA_ACCESS_TOKEN), " +
		"or client_id with private_key and scopes (or OKTA_API_CLIENT_ID, OKTA_API_PRIVATE_KEY, OKTA_API_SCOPES)")
	errPlainHTTP = errors.New("plain http would send the token readable to everyone on the way: only https is allowed, except on loopback")
)

// Format keeps the credentials out of formatted output, with every verb.
func (c Config) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, "configuration for "+c.OrgName) }

// origin is the URL that every request starts with: scheme and host only.
func (c Config) origin() (*url.URL, error) {
	text := c.HTTPProxy
	if text == "" {
		var err error
		if text, err = c.orgURL(); err != nil {
			return nil, err
		}
	}
	origin, err := url.Parse(text)
	if err != nil || origin.Hostname() == "" || origin.User != nil || strings.Trim(origin.Path, "/") != "" ||
		origin.RawQuery != "" || origin.Fragment != "" {
		// The text is not repeated: a proxy URL may carry a password.
		return nil, errors.New("the org's URL must be scheme and host alone, such as https://dev-123456.okta.com")
	}
	if origin.Scheme != "https" && (origin.Scheme != "http" || !IsLoopback(origin.Hostname())) {
		return nil, errPlainHTTP
	}
	return &url.URL{Scheme: origin.Scheme, Host: origin.Host}, nil
}

// orgURL puts the org's URL together and names the mistakes people make.
func (c Config) orgURL() (string, error) {
	switch {
	case c.OrgName == "":
		return "", errNoOrg
	case strings.ContainsAny(c.OrgName, "/:."):
		return "", fmt.Errorf("org_name is the org's subdomain alone, such as \"dev-123456\", not %q; the domain belongs in base_url", c.OrgName)
	case strings.HasSuffix(c.OrgName, "-admin"):
		return "", fmt.Errorf("org_name %q is the admin console's; the API answers at %q", c.OrgName, strings.TrimSuffix(c.OrgName, "-admin"))
	case strings.Contains(c.BaseURL, "/"):
		return "", fmt.Errorf("base_url is a domain alone, such as \"okta.com\", not %q", c.BaseURL)
	}
	return "https://" + c.OrgName + "." + cmp.Or(c.BaseURL, DefaultBaseURL), nil
}

// IsLoopback tells whether a host name or address remains on this machine.
func IsLoopback(host string) bool {
	if strings.EqualFold(host, "localhost") {
		return true
	}
	ip := net.ParseIP(host)
	return ip != nil && ip.IsLoopback()
}
