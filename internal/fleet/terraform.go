// SPDX-License-Identifier: MPL-2.0

package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
)

// terraform is the real CLI at work in one directory.
type terraform struct {
	path, dir string
	env       []string
}

// write writes the variables that the next run takes.
func (t *terraform) write(variables map[string]any) error {
	values, err := json.Marshal(variables)
	if err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(t.dir, "terraform.tfvars.json"), values, 0o600)
}

// apply plans and applies, as a scheduled pipeline does.
func (t *terraform) apply(ctx context.Context) error {
	if said, err := t.command(ctx, "apply", "-auto-approve", "-input=false", "-no-color").CombinedOutput(); err != nil {
		return fmt.Errorf("terraform apply: %w\n%s", err, said)
	}
	return nil
}

// overdue is the example's output of that name.
func (t *terraform) overdue(ctx context.Context) (names []string, err error) {
	said, err := t.command(ctx, "output", "-json", "overdue").Output()
	if err != nil {
		return nil, fmt.Errorf("terraform output: %w", err)
	}
	return names, json.Unmarshal(said, &names)
}

// hides fails if a file that Terraform wrote, such as its state, contains one of the values.
func (t *terraform) hides(values []string) error {
	return filepath.WalkDir(t.dir, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || !entry.Type().IsRegular() {
			return err
		}
		content, err := os.ReadFile(path) //nolint:gosec // a file of the simulation
		for _, value := range values {
			if bytes.Contains(content, []byte(value)) {
				return fmt.Errorf("%s contains a secret", path)
			}
		}
		return err
	})
}

func (t *terraform) command(ctx context.Context, arguments ...string) *exec.Cmd {
	command := exec.CommandContext(ctx, t.path, arguments...) //nolint:gosec // the user's own choice of program
	command.Dir, command.Env = t.dir, t.env
	return command
}
