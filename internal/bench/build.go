// SPDX-License-Identifier: MPL-2.0

package main

import (
	"context"
	"path/filepath"

	"github.com/oktacreds/terraform-provider-oktacreds/internal/terraformcli"
)

// binaries are what is measured and what it talks to.
type binaries struct {
	provider string
	idle     string // see idle/main.go
	org      string
}

func build(ctx context.Context, dir string) (binaries, error) {
	built := binaries{
		provider: filepath.Join(dir, "provider", terraformcli.ProviderName),
		idle:     filepath.Join(dir, "idle", terraformcli.ProviderName),
		org:      filepath.Join(dir, "oktasim"),
	}
	for output, source := range map[string]string{built.provider: "", built.idle: "internal/bench/idle", built.org: "internal/oktasim/cmd/oktasim"} {
		if err := terraformcli.Build(ctx, output, source); err != nil {
			return binaries{}, err
		}
	}
	return built, nil
}
