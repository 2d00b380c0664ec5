// SPDX-License-Identifier: MPL-2.0

// Command oktasim serves an Okta org that lives in memory, to try credential rotation against without an Okta org.
//
//	oktasim -listen 127.0.0.1:8080 -api-token mytoken
//
// It prints one line, "oktasim listening on http://127.0.0.1:8080", once it can be called, and ends on SIGINT or
// SIGTERM. Everything it knows is lost then.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/signal"
	"syscall"
	"time"

	"github.com/oktacreds/terraform-provider-oktacreds/internal/oktasim"
)

// shutdownTimeout is how long requests under way may take when the program ends.
const shutdownTimeout = 5 * time.Second

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := run(ctx, os.Args[1:], os.Stdout, os.Stderr); err != nil && !errors.Is(err, flag.ErrHelp) {
		fmt.Fprintln(os.Stderr, "oktasim:", err)
		os.Exit(1) //nolint:gocritic // nothing is left to stop
	}
}

// run serves until the context ends.
func run(ctx context.Context, arguments []string, out, complaints io.Writer) error {
	flags := flag.NewFlagSet("oktasim", flag.ContinueOnError)
	flags.SetOutput(complaints)
	listen := flags.String("listen", "127.0.0.1:0", "address to listen on; port 0 is any free one")
	apiToken := flags.String("api-token", "", "the SSWS token to accept; empty accepts any")
	id := flags.String("org-id", "00oOktaSimulator0001", "the org's id; each run is the same org unless this says otherwise")
	address := flags.String("url", "", "the org's own address, where clients call it another than the one it listens on")
	flags.Usage = func() {
		_, _ = fmt.Fprintln(complaints, "oktasim serves an Okta org that lives in memory.")
		flags.PrintDefaults()
		_, _ = fmt.Fprint(complaints, "\n", oktasim.Help())
	}
	if err := flags.Parse(arguments); err != nil {
		return err
	}
	if flags.NArg() > 0 {
		return fmt.Errorf("unexpected argument %q", flags.Arg(0))
	}
	listener, err := (&net.ListenConfig{}).Listen(ctx, "tcp", *listen)
	if err != nil {
		return err
	}
	server := &http.Server{
		Handler:           oktasim.New(oktasim.Options{APIToken: *apiToken, URL: *address, ID: *id}),
		ReadHeaderTimeout: 10 * time.Second,
	}
	if _, err := fmt.Fprintf(out, "oktasim listening on http://%s\n", listener.Addr()); err != nil {
		return err
	}
	failed := make(chan error, 1)
	go func() { failed <- server.Serve(listener) }()
	select {
	case err := <-failed:
		return err
	case <-ctx.Done():
	}
	ending, cancel := context.WithTimeout(context.WithoutCancel(ctx), shutdownTimeout)
	defer cancel()
	return server.Shutdown(ending)
}
