package main

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

// binaries are what is measured and what it talks to.
type binaries struct {
	provider string
	idle     string // see idle/main.go
	org      string
}

// build builds the provider the way a release does, stripped and without C, the
// idle one, and the simulated org.
func build(ctx context.Context, dir string) (binaries, error) {
	file, err := exec.CommandContext(ctx, "go", "env", "GOMOD").Output()
	if err != nil {
		return binaries{}, fmt.Errorf("go env GOMOD: %w", err)
	}
	root := filepath.Dir(strings.TrimSpace(string(file)))
	built := binaries{
		provider: filepath.Join(dir, "provider", "terraform-provider-oktacreds"),
		idle:     filepath.Join(dir, "idle", "terraform-provider-oktacreds"),
		org:      filepath.Join(dir, "oktasim"),
	}
	for output, source := range map[string]string{built.provider: ".", built.idle: "./internal/bench/idle", built.org: "./internal/oktasim/cmd/oktasim"} {
		command := exec.CommandContext(ctx, "go", "build", "-trimpath", "-ldflags", "-s -w", "-o", output, source) //nolint:gosec // a fixed command
		command.Dir = root
		command.Env = append(os.Environ(), "CGO_ENABLED=0")
		if said, err := command.CombinedOutput(); err != nil {
			return binaries{}, fmt.Errorf("go build %s: %w\n%s", source, err, said)
		}
	}
	return built, nil
}
