// SPDX-License-Identifier: MPL-2.0

package main

import (
	"context"
	"errors"
	"os"
	"path/filepath"
)

// required is the least that makes Terraform start the provider and ask for its
// schema.
const required = `
terraform {
  required_providers {
    oktacreds = { source = "oktacreds/oktacreds" }
  }
}

provider "oktacreds" {}
`

// startUpsPerRound: a start is short, and so much in it is chance.
const startUpsPerRound = 5

// startUps validates a configuration of nothing but the provider, and an empty
// one, in turn.
func (b bench) startUps(ctx context.Context, times int) (found timings, err error) {
	with, without := filepath.Join(b.dir, "required"), filepath.Join(b.dir, "empty")
	if err := errors.Join(
		os.Mkdir(with, 0o700), os.WriteFile(filepath.Join(with, "main.tf"), []byte(required), 0o600),
		os.Mkdir(without, 0o700), os.WriteFile(filepath.Join(without, "main.tf"), nil, 0o600),
	); err != nil {
		return found, err
	}
	cli, err := b.cli.taking(b.built.provider)
	if err != nil {
		return found, err
	}
	for range times {
		floor, err := cli.time(ctx, without, "validate")
		if err != nil {
			return found, err
		}
		took, err := cli.time(ctx, with, "validate")
		if err != nil {
			return found, err
		}
		found.with, found.without = append(found.with, took), append(found.without, floor)
	}
	return found, nil
}
