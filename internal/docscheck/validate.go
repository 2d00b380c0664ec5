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
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"sync"

	"github.com/hashicorp/hcl/v2/hclwrite"

	"github.com/oktacreds/terraform-provider-oktacreds/internal/jwk"
	"github.com/oktacreds/terraform-provider-oktacreds/internal/terraformcli"
)

// validator runs `terraform validate` with this provider and the schemas of others.
type validator struct {
	cli         terraformcli.CLI
	environment []string
}

// newValidator finds the CLI that TERRAFORM names and serves the providers until ctx ends.
func newValidator(ctx context.Context) (*validator, error) {
	cli, err := terraformcli.Find(ctx, os.Getenv("TERRAFORM"))
	if err != nil {
		return nil, err
	}
	reattach, err := serve(ctx)
	if err != nil {
		return nil, err
	}
	return &validator{cli, terraformcli.Environment(reattach, "TF_CLI_CONFIG_FILE="+os.DevNull, "NO_COLOR=1")}, nil
}

// newer says which CLI a configuration needs that not every supported one is.
var newer = []struct {
	pattern             *regexp.Regexp
	terraform, openTofu float64 // 0: none can
}{
	{regexp.MustCompile(`(?m)^(action|list) "`), 1.14, 0},
	{regexp.MustCompile(`(?m)^  identity = \{`), 1.12, 1.12},
}

// supports reports whether the CLI can read c.
func (v *validator) supports(c configuration) bool {
	for _, feature := range newer {
		needs := feature.terraform
		if strings.HasPrefix(v.cli.Version, "OpenTofu") {
			needs = feature.openTofu
		}
		if feature.pattern.MatchString(c.files[c.main]) && (needs == 0 || version(v.cli) < needs) {
			return false
		}
	}
	return true
}

// version returns the major and minor version of a CLI as a number that can be compared:
// 1.11 for "Terraform v1.11.4".
func version(cli terraformcli.CLI) float64 {
	number := regexp.MustCompile(`\d+\.\d+`).FindString(cli.Version)
	parsed, _ := strconv.ParseFloat(number, 64)
	return parsed
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
	_, err := fmt.Fprintf(out, "%d configurations validated, %d skipped: they need a newer CLI than %s\n", len(all)-skipped, skipped, v.cli.Version)
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
	directory, err := c.write()
	if err != nil {
		return nil, err
	}
	defer func() { _ = os.RemoveAll(directory) }()

	arguments := []string{"validate", "-json"}
	if strings.HasSuffix(c.main, ".tfquery.hcl") {
		arguments = append(arguments, "-query")
	}
	output, stderr, err := v.run(ctx, directory, nil, arguments...)
	var result struct {
		Diagnostics []struct {
			Severity, Summary, Detail string
			Range                     struct {
				Filename string
				Start    struct{ Line int }
			}
		}
	}
	if problem := json.Unmarshal(output, &result); problem != nil {
		return nil, fmt.Errorf("%s:%d: %s %s: %w, %w\n%s%s", c.name, c.line, v.cli.Path, strings.Join(arguments, " "), problem, err, output, stderr)
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
	directory, err := c.write()
	if err != nil {
		return nil, err
	}
	defer func() { _ = os.RemoveAll(directory) }()
	_, stderr, err := v.run(ctx, directory, []string{"TF_CLI_CONFIG_FILE=" + filepath.Join(directory, c.main)}, "version")
	if err != nil || len(stderr) > 0 {
		return []finding{{c.name, c.line, fmt.Sprintf("%v: %s", err, stderr)}}, nil
	}
	return nil, nil
}

// write writes the files of c, and keys for those that it reads, into a new directory.
func (c configuration) write() (directory string, err error) {
	if directory, err = os.MkdirTemp("", "docscheck-"); err != nil {
		return "", err
	}
	files := map[string]string{}
	for name, content := range c.files {
		files[name] = content
		for _, key := range regexp.MustCompile(`[\w.-]+\.pub\.pem`).FindAllString(content, -1) {
			pair, err := jwk.Generate("EC_P256")
			if err != nil {
				return directory, err
			}
			files[key] = pair.PublicPEM
		}
	}
	for name, content := range files {
		if err := os.WriteFile(filepath.Join(directory, name), []byte(content), 0o600); err != nil {
			return directory, err
		}
	}
	return directory, nil
}

// run runs the CLI. A later variable of the environment hides an earlier one.
func (v *validator) run(ctx context.Context, directory string, environment []string, arguments ...string) (stdout, stderr []byte, err error) {
	command := exec.CommandContext(ctx, v.cli.Path, arguments...) //nolint:gosec // the user's own choice of program
	command.Dir, command.Env = directory, append(slices.Clip(v.environment), environment...)
	var out, failed bytes.Buffer
	command.Stdout, command.Stderr = &out, &failed
	err = command.Run()
	return out.Bytes(), failed.Bytes(), err
}
