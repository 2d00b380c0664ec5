// SPDX-License-Identifier: MPL-2.0

// Command demo rotates a client secret while a client logs in with it, and
// shows that no login is refused: with the provider of this checkout, the real
// Terraform CLI, the configuration in examples/rotation, and a simulated Okta
// org.
//
//	go run ./internal/demo
//	TERRAFORM=tofu go run ./internal/demo
//
// It fails if a single login does.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"path/filepath"
	"syscall"
	"time"

	"github.com/oktacreds/terraform-provider-oktacreds/internal/terraformcli"
)

const (
	// loginEvery is the time between the beginnings of two logins.
	loginEvery = 10 * time.Millisecond
	// loginTimeout is how long one login may take, from reading the secret to
	// the answer. It is the configuration's pickup_seconds as well: the old
	// secret ends that long after the new one was delivered, so that no login
	// can be under way with it any more.
	loginTimeout = time.Second
	// dwell is how long the client is watched after each step.
	dwell = 500 * time.Millisecond
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	err := run(ctx, os.Stdout, os.Getenv("TERRAFORM"))
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, "\ndemo:", err)
		os.Exit(1)
	}
}

// run builds the provider, starts the org, and tells the story.
func run(ctx context.Context, out io.Writer, terraform string) (err error) {
	cli, err := newCLI(ctx, terraform)
	if err != nil {
		return err
	}
	dir, err := os.MkdirTemp("", "oktacreds-demo-")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()

	if _, err := fmt.Fprintln(out, "Building the provider …"); err != nil {
		return err
	}
	root, err := moduleRoot(ctx)
	if err != nil {
		return err
	}
	if err := terraformcli.Build(ctx, filepath.Join(dir, "bin", terraformcli.ProviderName), ""); err != nil {
		return err
	}
	org, err := startOrg(ctx)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, org.stop()) }()

	app, err := org.createApp(ctx, "Demo")
	if err != nil {
		return err
	}
	secretFile := filepath.Join(dir, "client_secret")
	work := filepath.Join(dir, "rotation")
	if err := copyConfiguration(filepath.Join(root, "examples", "rotation"), work); err != nil {
		return err
	}
	if err := cli.prepare(work, filepath.Join(dir, "bin"), org, map[string]any{
		"app_id":         app.ID,
		"path":           secretFile,
		"pickup_seconds": loginTimeout.Seconds(),
	}); err != nil {
		return err
	}

	began := time.Now()
	counts := &tally{}
	s := &story{
		cli: cli, org: org, app: app, secretFile: secretFile,
		counts: counts, timeline: &timeline{out: out, began: began, who: max(len("terraform"), len(cli.name))},
		client: &client{
			tokenURL: org.url + tokenPath, id: app.ClientID, secretFile: secretFile,
			every: loginEvery, timeout: loginTimeout, counts: counts,
		},
	}
	return s.tell(ctx)
}
