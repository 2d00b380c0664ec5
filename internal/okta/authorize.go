package okta

import (
	"net/http"
	"net/url"
)

// authorize says who we are, in the Authorization header of every request that
// speaks for the org's administrator.
type authorize struct {
	next   http.RoundTripper
	header string
}

func newAuthorize(config Config, _ *url.URL, next http.RoundTripper) (http.RoundTripper, error) {
	switch {
	case config.AccessToken != "":
		return authorize{next: next, header: "Bearer " + config.AccessToken}, nil
	case config.APIToken != "":
		return authorize{next: next, header: "SSWS " + config.APIToken}, nil
	default:
		return nil, errNoCredentials
	}
}

func (a authorize) RoundTrip(req *http.Request) (*http.Response, error) {
	if !traitsOf(req.Context()).anonymous {
		req = req.Clone(req.Context())
		req.Header.Set("Authorization", a.header)
	}
	return a.next.RoundTrip(req)
}

// wantsFreshProof tells whether Okta refused only the DPoP proof's nonce
// (RFC 9449 §9) and sent the one it wants.
func wantsFreshProof(resp *http.Response) bool {
	return resp.StatusCode == http.StatusUnauthorized && resp.Header.Get("DPoP-Nonce") != ""
}
