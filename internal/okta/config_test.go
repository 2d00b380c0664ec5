// SPDX-License-Identifier: MPL-2.0

package okta

import (
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"errors"
	"strings"
	"testing"
)

func TestOrigin(t *testing.T) {
	for _, test := range []struct {
		config Config
		want   string
	}{
		{Config{OrgName: "dev-123456"}, "https://dev-123456.okta.com"},
		{Config{OrgName: "acme", BaseURL: "oktapreview.com"}, "https://acme.oktapreview.com"},
		{Config{OrgName: "acme", HTTPProxy: "https://gate.example"}, "https://gate.example"},
		{Config{HTTPProxy: "https://gate.example:8443/"}, "https://gate.example:8443"},
		{Config{HTTPProxy: "http://127.0.0.1:8080"}, "http://127.0.0.1:8080"},
		{Config{HTTPProxy: "http://localhost:8080/"}, "http://localhost:8080"},
		{Config{HTTPProxy: "http://[::1]:8080"}, "http://[::1]:8080"},
	} {
		got, err := test.config.origin()
		if err != nil {
			t.Errorf("%s: %v", test.want, err)
			continue
		}
		mustEqual(t, "the origin", got.String(), test.want)
	}
}

func TestOrigin_Mistakes(t *testing.T) {
	for _, test := range []struct {
		name   string
		config Config
		says   string
	}{
		{"nothing at all", Config{}, "set org_name"},
		{"a URL as org_name", Config{OrgName: "https://dev-1.okta.com"}, "subdomain alone"},
		{"a domain as org_name", Config{OrgName: "dev-1.okta.com"}, "belongs in base_url"},
		{"a port in org_name", Config{OrgName: "dev-1:443"}, "subdomain alone"},
		{"the admin console", Config{OrgName: "dev-1-admin"}, `answers at "dev-1"`},
		{"a blank in org_name", Config{OrgName: "dev 1"}, "scheme and host alone"},
		{"a URL as base_url", Config{OrgName: "dev-1", BaseURL: "https://okta.com"}, "base_url is a domain alone"},
		{"plain http", Config{HTTPProxy: "http://gate.example"}, "only https"},
		{"plain http to what looks like loopback", Config{HTTPProxy: "http://localhost.example"}, "only https"},
		{"plain http to a private address", Config{HTTPProxy: "http://10.0.0.1"}, "only https"},
		{"another scheme", Config{HTTPProxy: "ftp://127.0.0.1"}, "only https"},
		{"no scheme", Config{HTTPProxy: "127.0.0.1:8080"}, "scheme and host alone"},
		{"a path", Config{HTTPProxy: "https://gate.example/okta"}, "scheme and host alone"},
		{"a query", Config{HTTPProxy: "https://gate.example?a=b"}, "scheme and host alone"},
		{"no host", Config{HTTPProxy: "https://:8443"}, "scheme and host alone"},
		{"a password", Config{HTTPProxy: "https://user:hunter2@gate.example"}, "scheme and host alone"},
	} {
		t.Run(test.name, func(t *testing.T) {
			_, err := test.config.origin()
			if err == nil || !strings.Contains(err.Error(), test.says) {
				t.Errorf("the error is %v, want one that says %q", err, test.says)
			}
			if err != nil && strings.Contains(err.Error(), "hunter2") {
				t.Errorf("the error repeats the password: %v", err)
			}
		})
	}
}

func TestNew_Credentials(t *testing.T) {
	rsaKey, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	p224, err := ecdsa.GenerateKey(elliptic.P224(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	_, ed, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	scopes := []string{"okta.apps.manage"}
	for _, test := range []struct {
		name   string
		config Config
		says   string // empty: it is good
	}{
		{"none", Config{}, "no credentials"},
		{"an API token", Config{APIToken: "00abc"}, ""},
		{"an API token with a line break", Config{APIToken: "00abc\n"}, "api_token contains"},
		{"an access token with an umlaut", Config{AccessToken: "ä"}, "access_token contains"},
		{"OAuth", Config{ClientID: "0oa1", PrivateKey: rsaKey, Scopes: scopes}, ""},
		{"OAuth without client id", Config{PrivateKey: rsaKey, Scopes: scopes}, "needs client_id"},
		{"OAuth without key", Config{ClientID: "0oa1", Scopes: scopes}, "needs private_key"},
		{"OAuth without scopes", Config{ClientID: "0oa1", PrivateKey: rsaKey}, "need scopes"},
		{"OAuth with a curve Okta has not", Config{ClientID: "0oa1", PrivateKey: p224, Scopes: scopes}, "P-256, P-384 or P-521"},
		{"OAuth with Ed25519", Config{ClientID: "0oa1", PrivateKey: ed, Scopes: scopes}, "RSA key, or an EC key"},
	} {
		t.Run(test.name, func(t *testing.T) {
			test.config.OrgName = "dev-1"
			_, err := New(test.config)
			switch {
			case test.says == "" && err != nil:
				t.Errorf("the error is %v, want none", err)
			case test.says != "" && (err == nil || !strings.Contains(err.Error(), test.says)):
				t.Errorf("the error is %v, want one that says %q", err, test.says)
			case err != nil && strings.Contains(err.Error(), "00abc"):
				t.Errorf("the error repeats the token: %v", err)
			}
		})
	}
	if _, err := New(Config{APIToken: "t"}); !errors.Is(err, errNoOrg) {
		t.Errorf("the error is %v, want %v", err, errNoOrg)
	}
}
