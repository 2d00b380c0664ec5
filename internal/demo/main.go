// SPDX-License-Identifier: MPL-2.0

// Command demo rotates a client secret while a client logs in with it, and
// shows that no login is refused: with the provider of this checkout, the real
// Terraform CLI, the configuration in examples/rotation, and a simulated Okta
// org. In its second half the client caches the secret, which a rotation must
// wait for; one run there doesn't, and shows what follows from that.
//
//	go run ./internal/demo
//	go run ./internal/demo -svg timeline.svg
//	TERRAFORM=tofu go run ./internal/demo
//
// It fails if a login fails, other than in that one run.
package main

import (
	"context"
	"errors"
	"flag"
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
	// loginTimeout is how long one login may take. It is the configuration's
	// pickup_seconds as well: the old secret is deactivated that long after the new
	// one was delivered, so that no login with it can be under way.
	loginTimeout = time.Second
	// dwell is how long the client is watched after each step.
	dwell = 500 * time.Millisecond
)

func main() {
	svg := flag.String("svg", "", "file to draw the rotations of the second half into")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	err := run(ctx, os.Stdout, os.Getenv("TERRAFORM"), *svg)
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, "\ndemo:", err)
		os.Exit(1)
	}
}

// demo is what the stories share.
type demo struct {
	terraform terraformcli.Workspace
	out       *timeline
	root      string // of the module
	dir       string // temporary
	began     time.Time
}

// run builds the provider and tells the stories.
func run(ctx context.Context, out io.Writer, terraform, svg string) (err error) {
	d := demo{out: &timeline{out: out}}
	if d.root, err = terraformcli.Root(ctx); err != nil {
		return err
	}
	if d.dir, err = os.MkdirTemp("", "oktacreds-demo-"); err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(d.dir)) }()
	d.out.printf("Building the provider …\n")
	if d.terraform, err = terraformcli.New(ctx, terraform, filepath.Join(d.dir, "bin"), ""); err != nil {
		return err
	}
	d.began = time.Now()
	if err := d.first(ctx); err != nil {
		return err
	}
	panels, err := d.second(ctx)
	if err != nil || svg == "" {
		return err
	}
	return os.WriteFile(svg, draw(panels), 0o644) //nolint:gosec // a picture that all may read
}

// first tells the story of a client that doesn't cache.
func (d *demo) first(ctx context.Context) error {
	d.out.title("Rotating the client secret of an Okta app while a client logs in with it",
		fmt.Sprintf("%s, the provider of this checkout, examples/rotation, and a simulated Okta org. The client begins a login every %v. "+
			"It reads its secret file for each one, gives it %v, and doesn't retry. Secrets are shown by Okta's id and hash, never by value.", d.terraform.Version, loginEvery, loginTimeout))
	s, err := d.newStory("examples/rotation", loginTimeout, 0)
	if err != nil {
		return err
	}
	return s.tell(ctx, s.rotating(), false)
}

// second tells the stories of a client that caches, and ends with a summary.
func (d *demo) second(ctx context.Context) (panels []panel, err error) {
	d.out.printf("\n\nThe same with a client that reads its secret again only after %v, as many do\n", cacheFor)
	for _, c := range cachingRuns {
		d.out.title("── "+c.name, c.explanation)
		s, err := d.newStory(c.folder, 0, cacheFor)
		if err != nil {
			return nil, err
		}
		if c.body != "" {
			err = s.override(c.body)
		}
		if err == nil {
			err = s.tell(ctx, c.steps(s), c.refused)
		}
		if err != nil {
			return nil, fmt.Errorf("%s: %w", c.name, err)
		}
		panels = append(panels, s.panel(c.name))
	}
	d.out.printf("\n")
	for _, p := range panels {
		d.out.printf("  %-44s %6d logins %6d refused\n", p.title, p.counted.logins, p.counted.refused)
	}
	d.out.printf("\nAll in %.0f seconds.\n", time.Since(d.began).Seconds())
	return panels, d.out.err
}

// newStory is a story in an org, an app and a folder of its own.
func (d *demo) newStory(configuration string, pickup, cache time.Duration) (*story, error) {
	dir, err := os.MkdirTemp(d.dir, "story-")
	if err != nil {
		return nil, err
	}
	work := filepath.Join(dir, "configuration")
	if err := os.CopyFS(work, os.DirFS(filepath.Join(d.root, filepath.FromSlash(configuration)))); err != nil {
		return nil, err
	}
	s := &story{org: startOrg(), timeline: d.out, began: d.began}
	s.client = client{
		tokenURL: s.server.URL + tokenPath, id: s.app.ClientID, file: filepath.Join(dir, "client_secret"),
		every: loginEvery, timeout: loginTimeout, cacheFor: cache,
	}
	s.terraform = d.terraform.In(work, "OKTA_HTTP_PROXY="+s.server.URL, "OKTA_API_TOKEN="+apiToken)
	return s, s.terraform.SetVariables(map[string]any{"app_id": s.app.ID, "path": s.client.file, "pickup_seconds": pickup.Seconds()})
}
