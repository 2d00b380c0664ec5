// SPDX-License-Identifier: MPL-2.0

// Command docscheck checks what users read, without the network: that every relative
// link in a Markdown file leads to a file and to a heading in it, that no text or comment
// uses a phrase that has a plainer one (see phrases.go), that the troubleshooting guide lists the
// titles that diagnostics have, and that every example and every block
// of Terraform code in a page is valid: with this provider's own schema, and with those
// of other providers as schemas.go has them.
//
//	go run ./internal/docscheck
//	TERRAFORM=tofu go run ./internal/docscheck
//	go run ./internal/docscheck -static               without the CLI, and so without the last
//
// It checks the files that git knows below the working directory, prints one line for
// every finding, and exits with 1 when there is one.
package main

import (
	"bytes"
	"cmp"
	"context"
	"flag"
	"fmt"
	"io"
	"log"
	"os"
	"os/exec"
	"os/signal"
	"slices"
	"strings"
)

// finding is one thing to change.
type finding struct {
	file string
	line int
	text string
}

func main() {
	log.SetFlags(0)
	static := flag.Bool("static", false, "check only what needs no CLI: links, wording and titles")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := run(ctx, os.Stdout, *static); err != nil {
		log.Fatal("docscheck: ", err)
	}
}

// run checks the files of the working directory's repository and writes the findings.
func run(ctx context.Context, out io.Writer, static bool) error {
	names, err := trackedFiles()
	if err != nil {
		return err
	}
	files := map[string]string{}
	for _, name := range names {
		content, err := os.ReadFile(name) //nolint:gosec // a name from git
		if err != nil {
			return err
		}
		files[name] = string(content)
	}
	findings, err := check(files)
	if err != nil {
		return err
	}
	if !static {
		validator, err := newValidator(ctx)
		if err != nil {
			return err
		}
		defer validator.stop()
		invalid, err := validator.validateAll(ctx, out, configurations(files))
		if err != nil {
			return err
		}
		findings = append(findings, invalid...)
	}
	for _, found := range findings {
		if _, err := fmt.Fprintf(out, "%s:%d: %s\n", found.file, found.line, found.text); err != nil {
			return err
		}
	}
	if len(findings) > 0 {
		return fmt.Errorf("%d findings", len(findings))
	}
	return nil
}

// trackedFiles lists the files that git knows, and those that it would add.
func trackedFiles() ([]string, error) {
	output, err := exec.Command("git", "ls-files", "-z", "--cached", "--others", "--exclude-standard").Output() //nolint:noctx // short
	if err != nil {
		return nil, fmt.Errorf("git ls-files: %w", err)
	}
	var names []string
	for name := range bytes.SplitSeq(output, []byte{0}) {
		if _, err := os.Stat(string(name)); err == nil && len(name) > 0 { // deleted, but not yet from the index
			names = append(names, string(name))
		}
	}
	return names, nil
}

// check returns the findings in files, which maps names to contents.
func check(files map[string]string) ([]finding, error) {
	var findings []finding
	for name, content := range files {
		if strings.HasSuffix(name, ".md") {
			findings = append(findings, brokenLinks(files, name)...)
		}
		texts, err := textsFor(name, content)
		if err != nil {
			return nil, err
		}
		for _, text := range texts {
			findings = append(findings, bannedPhrases(name, text)...)
		}
	}
	titles, err := unlistedTitles(files)
	if err != nil {
		return nil, err
	}
	findings = append(findings, titles...)
	slices.SortFunc(findings, func(a, b finding) int {
		return cmp.Or(cmp.Compare(a.file, b.file), cmp.Compare(a.line, b.line), cmp.Compare(a.text, b.text))
	})
	return slices.Compact(findings), nil
}
