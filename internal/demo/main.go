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
	// loginTimeout is how long one login may take, from reading the secret to
	// the response. It is the configuration's pickup_seconds as well: the old
	// secret is deactivated that long after the new one was delivered, so that
	// no login with it can be under way.
	loginTimeout = time.Second
	// dwell is how long the client is watched after each step.
	dwell = 500 * time.Millisecond
)

func main() {
	picture := flag.String("svg", "", "file to draw the rotations of the second half into")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	err := run(ctx, os.Stdout, os.Getenv("TERRAFORM"), *picture)
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, "\ndemo:", err)
		os.Exit(1)
	}
}

// run builds the provider and tells the stories.
func run(ctx context.Context, out io.Writer, terraform, picture string) (err error) {
	d := demo{out: out, terraform: terraform, began: time.Now()}
	if d.root, err = moduleRoot(ctx); err != nil {
		return err
	}
	if d.dir, err = os.MkdirTemp("", "oktacreds-demo-"); err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(d.dir)) }()
	if _, err := fmt.Fprintln(out, "Building the provider …"); err != nil {
		return err
	}
	if err := terraformcli.Build(ctx, filepath.Join(d.dir, "bin", terraformcli.ProviderName), ""); err != nil {
		return err
	}
	d.began = time.Now()
	if err := d.first(ctx); err != nil {
		return err
	}
	panels, err := d.second(ctx)
	if err != nil || picture == "" {
		return err
	}
	return os.WriteFile(picture, draw(panels), 0o644) //nolint:gosec // a picture for everyone
}

// demo is what the stories share.
type demo struct {
	out       io.Writer
	terraform string // what TERRAFORM names
	root      string // of the module
	dir       string // temporary
	began     time.Time
}

// first tells the story of a client that doesn't cache.
func (d *demo) first(ctx context.Context) error {
	s, err := d.newStory(ctx, "examples/rotation", loginTimeout)
	if err != nil {
		return err
	}
	s.timeline.printf("Rotating the client secret of an Okta app while a client logs in with it\n\n")
	s.timeline.printf("%s", indent(wrap(fmt.Sprintf("%s, the provider of this checkout, examples/rotation, and a simulated Okta org.\n"+
		"The client begins a login every %v. It reads its secret file for each one, gives it %v, and doesn't retry. "+
		"Secrets are shown by Okta's id and hash, never by value.", s.cli.Version, loginEvery, loginTimeout), 100), "  "))
	err = s.tell(ctx, s.rotating(), noneRefused)
	return errors.Join(err, s.org.stop())
}

// second tells the stories of a client that caches, and ends with a summary.
func (d *demo) second(ctx context.Context) (panels []panel, err error) {
	summary := &timeline{out: d.out}
	summary.printf("\n\nThe same with a client that reads its secret again only after %v, as many do\n", cacheFor)
	for _, c := range cachingRuns() {
		s, err := d.newStory(ctx, c.folder, 0)
		if err != nil {
			return nil, err
		}
		s.client.cacheFor = cacheFor
		summary.title("── "+c.name, c.explanation)
		if c.body != "" {
			err = s.override(c.body)
		}
		if err == nil {
			err = s.tell(ctx, c.steps(s), c.want)
		}
		if err := errors.Join(err, s.org.stop()); err != nil {
			return nil, fmt.Errorf("%s: %w", c.name, err)
		}
		panels = append(panels, s.panel(c.name))
	}
	summary.printf("\n")
	for _, p := range panels {
		summary.printf("  %-44s %6d logins %6d refused\n", p.title, p.logins, p.refusal)
	}
	summary.printf("\nAll in %.0f seconds.\n", time.Since(d.began).Seconds())
	return panels, summary.err
}

// newStory is a story in an org, an app and a folder of its own.
func (d *demo) newStory(ctx context.Context, configuration string, pickup time.Duration) (*story, error) {
	cli, err := newCLI(ctx, d.terraform)
	if err != nil {
		return nil, err
	}
	org, err := startOrg(ctx)
	if err != nil {
		return nil, err
	}
	app, err := org.createApp(ctx, "Demo")
	if err != nil {
		return nil, errors.Join(err, org.stop())
	}
	dir, err := os.MkdirTemp(d.dir, "story-")
	if err != nil {
		return nil, errors.Join(err, org.stop())
	}
	work, secretFile := filepath.Join(dir, "configuration"), filepath.Join(dir, "client_secret")
	err = copyConfiguration(filepath.Join(d.root, filepath.FromSlash(configuration)), work)
	if err == nil {
		err = cli.prepare(work, filepath.Join(d.dir, "bin"), org, map[string]any{
			"app_id": app.ID, "path": secretFile, "pickup_seconds": pickup.Seconds(),
		})
	}
	if err != nil {
		return nil, errors.Join(err, org.stop())
	}
	counts := &tally{}
	return &story{
		cli: cli, org: org, app: app, secretFile: secretFile,
		counts: counts, timeline: &timeline{out: d.out, began: d.began, who: max(len("terraform"), len(cli.name))},
		client: &client{
			tokenURL: org.url + tokenPath, id: app.ClientID, secretFile: secretFile,
			every: loginEvery, timeout: loginTimeout, counts: counts,
		},
	}, nil
}
