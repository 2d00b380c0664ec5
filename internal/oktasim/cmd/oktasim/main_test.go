// SPDX-License-Identifier: MPL-2.0

package main

import (
	"bufio"
	"context"
	"errors"
	"flag"
	"io"
	"net/http"
	"regexp"
	"strings"
	"testing"
)

func TestRun_PrintsOneLineServesAndEnds(t *testing.T) {
	ctx, stop := context.WithCancel(t.Context())
	reader, writer := io.Pipe()
	ended := make(chan error, 1)
	go func() {
		ended <- run(ctx, []string{"-listen", "127.0.0.1:0", "-api-token", "right"}, writer, io.Discard)
	}()

	line, err := bufio.NewReader(reader).ReadString('\n')
	if err != nil {
		t.Fatal(err)
	}
	match := regexp.MustCompile(`^oktasim listening on (http://127\.0\.0\.1:[1-9][0-9]*)\n$`).FindStringSubmatch(line)
	if match == nil {
		t.Fatalf("the line is %q", line)
	}
	for token, want := range map[string]int{"right": 200, "wrong": 401} {
		request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, match[1]+"/api/v1/users/me", nil)
		if err != nil {
			t.Fatal(err)
		}
		request.Header.Set("Authorization", "SSWS "+token)
		response, err := http.DefaultClient.Do(request)
		if err != nil {
			t.Fatal(err)
		}
		_ = response.Body.Close()
		if response.StatusCode != want {
			t.Errorf("token %s: %d, want %d", token, response.StatusCode, want)
		}
	}
	stop()
	if err := <-ended; err != nil {
		t.Errorf("it ended with %v", err)
	}
}

func TestRun_HelpListsWhatCanBeSet(t *testing.T) {
	var help strings.Builder
	if err := run(t.Context(), []string{"-help"}, io.Discard, &help); !errors.Is(err, flag.ErrHelp) {
		t.Fatal(err)
	}
	for _, want := range []string{"-org-id", "/_sim/clock", "/_sim/log", "date_skew"} {
		if !strings.Contains(help.String(), want) {
			t.Errorf("%s is missing:\n%s", want, help.String())
		}
	}
}

func TestRun_BadArguments(t *testing.T) {
	for _, arguments := range [][]string{{"-nonsense"}, {"extra"}, {"-listen", "nowhere"}} {
		if err := run(t.Context(), arguments, io.Discard, io.Discard); err == nil {
			t.Errorf("%v were taken", arguments)
		}
	}
}
