// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"time"

	"github.com/oktacreds/terraform-provider-oktacreds/internal/jwk"
)

const (
	jwksTimeout  = 15 * time.Second
	maxJWKSBytes = 1 << 20
)

// checkJWKSDocument fetches the document at a JWKS URI the way Okta will, and
// tells what is wrong with it.
func checkJWKSDocument(ctx context.Context, transport http.RoundTripper, uri string) error {
	ctx, cancel := context.WithTimeout(ctx, jwksTimeout)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, uri, nil)
	if err != nil {
		return errors.New("it is not a URL")
	}
	req.Header.Set("Accept", "application/jwk-set+json, application/json")
	client := &http.Client{
		Transport: transport,
		CheckRedirect: func(next *http.Request, via []*http.Request) error {
			if next.URL.Scheme != via[0].URL.Scheme || len(via) > 3 {
				return errors.New("it redirects, to another scheme or too often")
			}
			return nil
		},
	}
	resp, err := client.Do(req)
	if err != nil {
		if wrapped, ok := errors.AsType[*url.Error](err); ok {
			err = wrapped.Err
		}
		return fmt.Errorf("%s can't be fetched: %w", uri, err)
	}
	defer func() { _ = resp.Body.Close() }()
	if resp.StatusCode != http.StatusOK {
		return fmt.Errorf("%s answers %s", uri, resp.Status)
	}
	body, err := io.ReadAll(io.LimitReader(resp.Body, maxJWKSBytes+1))
	switch {
	case err != nil:
		return fmt.Errorf("%s can't be read to its end: %w", uri, err)
	case len(body) > maxJWKSBytes:
		return fmt.Errorf("the document at %s is not a JWKS: it has more than %d bytes", uri, maxJWKSBytes)
	}
	if _, err := jwk.ParseDocument(body); err != nil {
		return fmt.Errorf("what %s serves is not a usable JWKS: %w", uri, err)
	}
	return nil
}
