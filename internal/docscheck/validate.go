// SPDX-License-Identifier: MPL-2.0

package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"runtime"
	"strings"
	"sync"

	"github.com/hashicorp/hcl/v2/hclwrite"

	"github.com/oktacreds/terraform-provider-oktacreds/internal/jwk"
	"github.com/oktacreds/terraform-provider-oktacreds/internal/terraformcli"
)

// validator runs `terraform validate` with this provider and the schemas of others.
type validator struct {
	terraformcli.Workspace

	stop func() // serving the providers
}

// newValidator finds the CLI that TERRAFORM names and serves the providers.
func newValidator(ctx context.Context) (*validator, error) {
	cli, err := terraformcli.Find(ctx, os.Getenv("TERRAFORM"))
	if err != nil {
		return nil, err
	}
	reattach, stop, err := serve()
	if err != nil {
		return nil, err
	}
	environment := terraformcli.Environment(reattach, "TF_CLI_CONFIG_FILE="+os.DevNull, "NO_COLOR=1")
	return &validator{terraformcli.Workspace{CLI: cli, Env: environment}, stop}, nil
}

// newer says which CLI a configuration needs that not every supported one is, by its minor version.
var newer = []struct {
	pattern             *regexp.Regexp
	terraform, openTofu int // 0: none can
}{
	{regexp.MustCompile(`(?m)^(action|list) "`), 14, 0},
	{regexp.MustCompile(`(?m)^  identity = \{`), 12, 12},
}

// supports reports whether the CLI can read c.
func (v *validator) supports(c configuration) bool {
	for _, feature := range newer {
		needs := feature.terraform
		if strings.HasPrefix(v.Version, "OpenTofu") {
			needs = feature.openTofu
		}
		if feature.pattern.MatchString(c.files[c.main]) && (needs == 0 || v.Minor < needs) {
			return false
		}
	}
	return true
}

// validateAll validates all, writes to out how many it could, and returns what is wrong.
func (v *validator) validateAll(ctx context.Context, out io.Writer, all []configuration) ([]finding, error) {
	var (
		group    sync.WaitGroup
		mutex    sync.Mutex
		findings []finding
		failures error
		skipped  int
		next     = make(chan configuration)
	)
	for range runtime.NumCPU() {
		group.Go(func() {
			for c := range next {
				found, err := v.validate(ctx, c)
				mutex.Lock()
				findings, failures = append(findings, found...), errors.Join(failures, err)
				mutex.Unlock()
			}
		})
	}
	for _, c := range all {
		if v.supports(c) {
			next <- c
		} else {
			skipped++
		}
	}
	close(next)
	group.Wait()
	if failures != nil {
		return nil, failures
	}
	_, err := fmt.Fprintf(out, "%d configurations validated, %d skipped: they need a newer CLI than %s\n", len(all)-skipped, skipped, v.Version)
	return findings, err
}

// validate returns what the CLI finds wrong with one configuration.
func (v *validator) validate(ctx context.Context, c configuration) ([]finding, error) {
	if text := c.files[c.main]; string(hclwrite.Format([]byte(text))) != text {
		return []finding{{c.name, c.line, "not as terraform fmt writes it"}}, nil
	}
	if strings.HasPrefix(c.files[c.main], "provider_installation {") {
		return v.validateCLIConfiguration(ctx, c)
	}
	if strings.HasSuffix(c.main, ".tfvars") {
		return c.undeclared(), nil
	}
	first := c.files[c.main]
	if err := c.complete(); err != nil {
		return []finding{{c.name, c.line, err.Error()}}, nil
	}
	before, _, _ := strings.Cut(c.files[c.main], first)
	w, err := v.write(c)
	if err != nil {
		return nil, err
	}
	defer func() { _ = os.RemoveAll(w.Dir) }()

	arguments := []string{"validate", "-json"}
	if strings.HasSuffix(c.main, ".tfquery.hcl") {
		arguments = append(arguments, "-query")
	}
	output, err := w.Run(ctx, arguments...)
	if err != nil {
		return nil, err
	}
	var result struct {
		Diagnostics []struct {
			Severity, Summary, Detail string
			Range                     struct {
				Filename string
				Start    struct{ Line int }
			}
		}
	}
	if err := json.Unmarshal(output.Text, &result); err != nil {
		return nil, fmt.Errorf("%s:%d: %s %s: %w\n%s", c.name, c.line, v.Path, strings.Join(arguments, " "), err, output.Text)
	}
	var findings []finding
	for _, found := range result.Diagnostics {
		place := finding{c.name, c.line, fmt.Sprintf("%s: %s: %s", found.Severity, found.Summary, found.Detail)}
		switch found.Range.Filename {
		case c.main:
			place.line += max(0, found.Range.Start.Line-1-strings.Count(before, "\n"))
		case "":
		default:
			place.text += " (in " + found.Range.Filename + ")"
		}
		findings = append(findings, place)
	}
	return findings, nil
}

// validateCLIConfiguration returns what the CLI finds wrong with its own configuration.
func (v *validator) validateCLIConfiguration(ctx context.Context, c configuration) ([]finding, error) {
	w, err := v.write(c)
	if err != nil {
		return nil, err
	}
	defer func() { _ = os.RemoveAll(w.Dir) }()
	command := w.Command(ctx, "version")
	command.Env = terraformcli.Environment("TF_CLI_CONFIG_FILE="+filepath.Join(w.Dir, c.main), "NO_COLOR=1")
	var stderr bytes.Buffer
	command.Stderr = &stderr
	if err := command.Run(); err != nil || stderr.Len() > 0 {
		return []finding{{c.name, c.line, fmt.Sprintf("%v: %s", err, &stderr)}}, nil
	}
	return nil, nil
}

// write writes the files of c, and keys for those that it reads, into a new folder for the CLI.
func (v *validator) write(c configuration) (w terraformcli.Workspace, err error) {
	dir, err := os.MkdirTemp("", "docscheck-")
	if err != nil {
		return w, err
	}
	w = v.In(dir)
	files := map[string]string{}
	for name, content := range c.files {
		files[name] = content
		for _, key := range regexp.MustCompile(`[\w.-]+\.pub\.pem`).FindAllString(content, -1) {
			pair, err := jwk.Generate("EC_P256")
			if err != nil {
				return w, err
			}
			files[key] = pair.PublicPEM
		}
	}
	for name, content := range files {
		if err := os.WriteFile(filepath.Join(w.Dir, name), []byte(content), 0o600); err != nil {
			return w, err
		}
	}
	return w, nil
}
