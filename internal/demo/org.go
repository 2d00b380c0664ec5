// SPDX-License-Identifier: MPL-2.0

package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"time"

	"github.com/oktacreds/terraform-provider-oktacreds/internal/oktasim"
)

const (
	// apiToken is what the administrator and Terraform call the org with.
	apiToken = "00-api-token-of-the-demo"
	// tokenPath is where clients log in.
	tokenPath = "/oauth2/default/v1/token"
)

// org is a simulated Okta org, and an administrator of it who works at the
// console. Everyone calls it over HTTP; only its request log is read directly.
type org struct {
	url    string
	sim    *oktasim.Org
	server *http.Server
	wire   *http.Client
}

func startOrg(ctx context.Context) (*org, error) {
	listener, err := (&net.ListenConfig{}).Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	sim := oktasim.New(oktasim.Options{APIToken: apiToken})
	o := &org{
		url:    "http://" + listener.Addr().String(),
		sim:    sim,
		server: &http.Server{Handler: sim, ReadHeaderTimeout: 10 * time.Second},
		wire:   &http.Client{Transport: &http.Transport{}, Timeout: 10 * time.Second},
	}
	go func() { _ = o.server.Serve(listener) }() // if it fails, so does every login
	return o, nil
}

func (o *org) stop() error { return o.server.Close() }

// app is the app whose secret is rotated.
type app struct {
	ID       string
	ClientID string
}

// createApp makes an app that logs in as itself. Okta gives it its first secret.
func (o *org) createApp(ctx context.Context, label string) (app, error) {
	var created struct {
		ID          string `json:"id"`
		Credentials struct {
			Client struct {
				ID string `json:"client_id"`
			} `json:"oauthClient"`
		} `json:"credentials"`
	}
	err := o.call(ctx, http.MethodPost, "/api/v1/apps?activate=true", map[string]any{
		"name": "oidc_client", "label": label, "signOnMode": "OPENID_CONNECT",
		"credentials": map[string]any{"oauthClient": map[string]any{"token_endpoint_auth_method": "client_secret_basic"}},
		"settings": map[string]any{"oauthClient": map[string]any{
			"application_type": "service", "grant_types": []string{"client_credentials"}, "response_types": []string{"token"},
		}},
	}, &created)
	return app{ID: created.ID, ClientID: created.Credentials.Client.ID}, err
}

func secretsPath(a app) string { return "/api/v1/apps/" + a.ID + "/credentials/secrets" }

func (o *org) secrets(ctx context.Context, a app) (all []secret, err error) {
	err = o.call(ctx, http.MethodGet, secretsPath(a), nil, &all)
	return all, err
}

func (o *org) addSecret(ctx context.Context, a app) (added secret, err error) {
	err = o.call(ctx, http.MethodPost, secretsPath(a), map[string]any{}, &added)
	return added, err
}

// removeSecret takes the two steps in Okta's order: only an INACTIVE secret can
// be deleted [S].
func (o *org) removeSecret(ctx context.Context, a app, id string) error {
	path := secretsPath(a) + "/" + id
	if err := o.call(ctx, http.MethodPost, path+"/lifecycle/deactivate", nil, nil); err != nil {
		return err
	}
	return o.call(ctx, http.MethodDelete, path, nil, nil)
}

func (o *org) call(ctx context.Context, method, path string, body, into any) error {
	content, err := json.Marshal(body)
	if err != nil {
		return err
	}
	req, err := http.NewRequestWithContext(ctx, method, o.url+path, bytes.NewReader(content))
	if err != nil {
		return err
	}
	req.Header.Set("Authorization", "SSWS "+apiToken)
	req.Header.Set("Content-Type", "application/json")
	resp, err := o.wire.Do(req)
	if err != nil {
		return err
	}
	answer, err := io.ReadAll(resp.Body)
	if err := errors.Join(err, resp.Body.Close()); err != nil {
		return err
	}
	if resp.StatusCode >= http.StatusMultipleChoices {
		return fmt.Errorf("%s %s: %s", method, path, resp.Status)
	}
	if into == nil {
		return nil
	}
	return json.Unmarshal(answer, into)
}

// logins is what the org's own log says of logins.
func (o *org) logins() (accepted, refused int) {
	for _, request := range o.sim.Requests() {
		switch {
		case !strings.HasPrefix(request.Path, "/oauth2/"):
		case request.Status == http.StatusOK:
			accepted++
		default:
			refused++
		}
	}
	return accepted, refused
}
