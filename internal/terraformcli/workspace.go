// SPDX-License-Identifier: MPL-2.0

package terraformcli

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

// Workspace is a folder in which the CLI runs.
type Workspace struct {
	CLI

	Dir string
	Env []string // see [Environment]
}

// New finds the program that a name means, as [Find] does, and has it take the provider that
// is built from source into a folder.
func New(ctx context.Context, name, folder, source string) (w Workspace, err error) {
	if w.CLI, err = Find(ctx, name); err != nil {
		return w, err
	}
	if err = Build(ctx, folder, source); err != nil {
		return w, err
	}
	override, err := Override(folder)
	w.Env = Environment(override)
	return w, err
}

// In is the workspace in another folder, with more environment.
func (w Workspace) In(dir string, environment ...string) Workspace {
	w.Dir, w.Env = dir, slices.Concat(w.Env, environment)
	return w
}

// Name is the program as it is typed.
func (w Workspace) Name() string { return strings.TrimSuffix(filepath.Base(w.Path), ".exe") }

// Output is what a command ended with.
type Output struct {
	Exit int
	Text []byte // standard output and standard error
}

// Command is a command that an interrupt ends when the context does, or a kill a minute later.
func (w Workspace) Command(ctx context.Context, arguments ...string) *exec.Cmd {
	command := exec.CommandContext(ctx, w.Path, arguments...) //nolint:gosec // the user's own choice of program
	command.Dir, command.Env = w.Dir, w.Env
	command.Cancel = func() error { return command.Process.Signal(os.Interrupt) }
	command.WaitDelay = time.Minute
	return command
}

// Run runs a command. An exit code is no error.
func (w Workspace) Run(ctx context.Context, arguments ...string) (Output, error) {
	command := w.Command(ctx, arguments...)
	text, err := command.CombinedOutput()
	if _, exited := errors.AsType[*exec.ExitError](err); err != nil && !exited {
		return Output{}, err
	}
	return Output{command.ProcessState.ExitCode(), text}, ctx.Err()
}

// Must runs a command and returns an error with its output if it fails.
func (w Workspace) Must(ctx context.Context, arguments ...string) ([]byte, error) {
	output, err := w.Run(ctx, arguments...)
	if err == nil && output.Exit != 0 {
		err = fmt.Errorf("%s %s: exit code %d\n%s", w.Name(), strings.Join(arguments, " "), output.Exit, output.Text)
	}
	return output.Text, err
}

// SetVariables writes the variables that the next commands take.
func (w Workspace) SetVariables(variables map[string]any) error {
	values, err := json.Marshal(variables)
	if err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(w.Dir, "terraform.tfvars.json"), values, 0o600)
}

// Leaks names the files of the workspace, such as its state, that contain a secret, and "output" if what was
// printed does.
func (w Workspace) Leaks(secrets []string, printed []byte) (places []string, err error) {
	look := func(place string, content []byte) {
		for _, secret := range secrets {
			// Half of a secret is too much already, and short enough for the fast search of package bytes.
			if bytes.Contains(content, []byte(secret[:(len(secret)+1)/2])) {
				places = append(places, place)
				return
			}
		}
	}
	look("output", printed)
	err = filepath.WalkDir(w.Dir, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || !entry.Type().IsRegular() {
			return err
		}
		content, err := os.ReadFile(path) //nolint:gosec // a file of the workspace
		look(entry.Name(), content)
		return err
	})
	return places, err
}

// Said is what a command with -json tells.
type Said struct {
	Summary     string   // "Apply complete! Resources: 2 added, 0 changed, 2 destroyed."
	Changes     []string // "oktacreds_app_client_secret.this: create"
	Diagnostics []Diagnostic
}

// Diagnostic is a warning or an error.
type Diagnostic struct {
	Severity string `json:"severity"`
	Summary  string `json:"summary"`
	Detail   string `json:"detail"`
	Address  string `json:"address"` // of the resource that it is about
}

// Read reads the lines that a command with -json prints.
func (o Output) Read() (said Said) {
	for line := range bytes.Lines(o.Text) {
		var message struct {
			Type       string     `json:"type"`
			Text       string     `json:"@message"`
			Diagnostic Diagnostic `json:"diagnostic"`
			Change     struct {
				Resource struct {
					Address string `json:"addr"`
				} `json:"resource"`
				Action string `json:"action"`
			} `json:"change"`
		}
		if json.Unmarshal(line, &message) != nil {
			continue
		}
		switch message.Type {
		case "change_summary":
			said.Summary = message.Text
		case "planned_change":
			said.Changes = append(said.Changes, message.Change.Resource.Address+": "+message.Change.Action)
		case "diagnostic":
			said.Diagnostics = append(said.Diagnostics, message.Diagnostic)
		}
	}
	return said
}

// Root returns the folder of go.mod.
func Root(ctx context.Context) (string, error) {
	file, err := exec.CommandContext(ctx, "go", "env", "GOMOD").Output()
	if err != nil {
		return "", fmt.Errorf("go env GOMOD: %w", err)
	}
	return filepath.Dir(strings.TrimSpace(string(file))), nil
}
