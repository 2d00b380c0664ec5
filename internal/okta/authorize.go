// SPDX-License-Identifier: MPL-2.0

package okta

import (
	"errors"
	"net/http"
	"net/url"
	"strings"
)

// speaker is who a request speaks for: as a rule, for us, with the credentials
// of the configuration.
type speaker int

const (
	// speaksForItself: it carries someone else's authentication, or none.
	speaksForItself speaker = iota + 1
	// asksForToken: it authenticates the API service app whose token we use.
	asksForToken
)

// signer puts who we are into a request.
type signer interface {
	// sign is asked for every attempt, right before it leaves. judge is asked
	// about the response: it learns from it, and says whether it refused nothing
	// but the age of what sign put in, so that signing again may help.
	sign(req *http.Request) (signed *http.Request, judge func(*http.Response) (again bool), err error)
}

// newSigner chooses by what the configuration holds.
func newSigner(config Config, origin *url.URL, clock *orgClock) (signer, error) {
	switch {
	case config.AccessToken != "":
		return newStaticToken("access_token", "Bearer", config.AccessToken)
	case config.APIToken != "":
		return newStaticToken("api_token", "SSWS", config.APIToken)
	case config.ClientID != "" || config.PrivateKey != nil:
		return newOAuthClient(config, origin, clock)
	default:
		return nil, errNoCredentials
	}
}

// staticToken is a token someone else has obtained, as an Authorization header.
type staticToken string

func newStaticToken(name, scheme, token string) (signer, error) {
	if strings.ContainsFunc(token, func(r rune) bool { return r <= ' ' || r > '~' }) {
		return nil, errors.New(name + " contains a blank, a line break or a character that is none of a token's; the end of a file, perhaps?")
	}
	return staticToken(scheme + " " + token), nil
}

func (t staticToken) sign(req *http.Request) (*http.Request, func(*http.Response) bool, error) {
	req = req.Clone(req.Context())
	req.Header.Set("Authorization", string(t))
	return req, func(*http.Response) bool { return false }, nil
}

// authorize signs each attempt.
type authorize struct {
	next http.RoundTripper
	who  signer
}

func (a authorize) RoundTrip(req *http.Request) (*http.Response, error) {
	state := callOf(req.Context())
	if state.as == speaksForItself {
		return a.next.RoundTrip(req)
	}
	signed, judge, err := a.who.sign(req)
	if err != nil {
		return nil, err
	}
	resp, err := a.next.RoundTrip(signed)
	if err == nil {
		state.again = judge(resp)
	}
	return resp, err
}

// reauthorize repeats an attempt that was refused because a proof or a token
// was too old: it had no effect, and does not count as a retry.
type reauthorize struct{ next http.RoundTripper }

// maxReauthorizations is enough for an org that asks for a proof, then for a
// nonce, and renews the nonce in between.
const maxReauthorizations = 3

func (r reauthorize) RoundTrip(req *http.Request) (*http.Response, error) {
	state := callOf(req.Context())
	for repeats := 0; ; repeats++ {
		state.again = false
		resp, err := r.next.RoundTrip(req)
		if err != nil || !state.again || repeats == maxReauthorizations {
			return resp, err
		}
		if req, err = rewound(req); err != nil {
			return nil, err
		}
	}
}

// rewound is the request with its body from the beginning.
func rewound(req *http.Request) (*http.Request, error) {
	if req.GetBody == nil {
		return req, nil
	}
	body, err := req.GetBody()
	if err != nil {
		return nil, err
	}
	again := *req
	again.Body = body
	return &again, nil
}
