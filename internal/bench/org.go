// SPDX-License-Identifier: MPL-2.0

package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"strings"
	"time"
)

// apiToken is what Terraform calls the org with.
const apiToken = "00-api-token-of-the-bench"

// org is a simulated Okta org in a process of its own, so that its memory and
// its work are not counted as the provider's.
type org struct {
	url     string
	process *exec.Cmd
	wire    *http.Client
}

func startOrg(ctx context.Context, program string) (*org, error) {
	command := exec.CommandContext(ctx, program, "-listen", "127.0.0.1:0", "-api-token", apiToken)
	command.Stderr = os.Stderr
	output, err := command.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := command.Start(); err != nil {
		return nil, err
	}
	line, err := bufio.NewReader(output).ReadString('\n')
	if err != nil {
		return nil, errors.Join(fmt.Errorf("oktasim said nothing: %w", err), command.Wait())
	}
	_, url, _ := strings.Cut(strings.TrimSpace(line), "listening on ")
	o := &org{url: url, process: command, wire: &http.Client{Timeout: 10 * time.Second}}
	// What is measured is the provider, not how long it waits for a rate limit.
	const generous = 1_000_000
	limits := map[string]int{"app": generous, "apps": generous, "other": generous}
	if err := o.call(ctx, http.MethodPut, "limits", limits, nil); err != nil {
		return nil, errors.Join(err, o.stop())
	}
	return o, nil
}

func (o *org) stop() error {
	if err := o.process.Process.Kill(); err != nil {
		return err
	}
	_ = o.process.Wait() // it was killed, and says so
	return nil
}

// env is what the provider needs to find the org.
func (o *org) env() []string {
	return []string{"OKTA_HTTP_PROXY=" + o.url, "OKTA_API_TOKEN=" + apiToken}
}

// app is an app and the secret it was born with.
type app struct {
	ID       string `json:"id"`
	SecretID string `json:"client_secret_id"`
}

func (o *org) addApp(ctx context.Context) (added app, err error) {
	err = o.call(ctx, http.MethodPost, "apps", map[string]string{"label": "bench"}, &added)
	return added, err
}

// takeRequests returns the request log and empties it.
func (o *org) takeRequests(ctx context.Context) (requests []request, err error) {
	if err := o.call(ctx, http.MethodGet, "requests", nil, &requests); err != nil {
		return nil, err
	}
	return requests, o.call(ctx, http.MethodDelete, "requests", nil, nil)
}

func (o *org) call(ctx context.Context, method, path string, body, into any) error {
	content, err := json.Marshal(body)
	if err != nil {
		return err
	}
	req, err := http.NewRequestWithContext(ctx, method, o.url+"/_sim/"+path, bytes.NewReader(content))
	if err != nil {
		return err
	}
	resp, err := o.wire.Do(req)
	if err != nil {
		return err
	}
	answer, err := io.ReadAll(resp.Body)
	if err := errors.Join(err, resp.Body.Close()); err != nil {
		return err
	}
	if resp.StatusCode >= http.StatusMultipleChoices {
		return fmt.Errorf("%s %s: %s %s", method, path, resp.Status, answer)
	}
	if into == nil {
		return nil
	}
	return json.Unmarshal(answer, into)
}
