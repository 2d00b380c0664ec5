// SPDX-License-Identifier: MPL-2.0

package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"
)

const (
	// cacheFor is how long the client of the second half uses a secret before it
	// reads the file again. Real ones cache for minutes.
	cacheFor = 2 * time.Second
	// drain and overlap leave time for that, and for the last login.
	drain   = 3 * time.Second
	overlap = 3 * time.Second
	grace   = 2 * time.Second
)

// caching is a run of the second half: a client that caches its secret.
type caching struct {
	name        string
	explanation string
	folder      string // of the configuration, from the root of the module
	body        string // what is added to the managed secret
	want        expectation
	steps       func(*story) []step
}

func cachingRuns() []caching {
	return []caching{
		{
			name:        "Without drain, as in other setups",
			explanation: "What other setups do: the old secret is deleted as soon as the new one is in the store. Logins are expected to fail, and are counted separately.",
			folder:      "examples/rotation", want: someRefused, steps: (*story).oneApply,
		},
		{
			name:        fmt.Sprintf("With drain = %q", drain),
			explanation: "The same configuration with one more line. Apply waits before it deactivates the old secret.",
			folder:      "examples/rotation", body: fmt.Sprintf("drain = %q", drain), steps: (*story).oneApply,
		},
		{
			name:        "With oktacreds_app_client_secret_rotation",
			explanation: fmt.Sprintf("Three short applies instead of one that waits: both secrets are ACTIVE for %v (overlap), then the old one is INACTIVE for %v (grace), then it is deleted.", overlap, grace),
			folder:      "internal/demo/rotation", steps: (*story).severalApplies,
		},
	}
}

// oneApply is a rotation in one apply.
func (s *story) oneApply() []step {
	return []step{
		{"Import", "Terraform imports the secret that the client uses.", s.importSecret},
		{"Rotation", "", func(ctx context.Context) error {
			old := s.inUse()
			return errors.Join(s.rotateCached(ctx), s.expect(ctx, old, ""))
		}},
	}
}

// severalApplies is a rotation over time.
func (s *story) severalApplies() []step {
	var old string
	return []step{
		{"Import", "Terraform imports the app's secret.", s.importSecret},
		{"Overlap", "The new secret is created and delivered. The client uses it as soon as its cache is too old.", func(ctx context.Context) error {
			old = s.inUse()
			return errors.Join(s.rotateCached(ctx), s.expect(ctx, old, "ACTIVE"), pause(ctx, overlap-cacheFor))
		}},
		{"Grace", "The next apply deactivates the old secret.", func(ctx context.Context) error {
			return errors.Join(s.apply(ctx), s.expect(ctx, old, "INACTIVE"), pause(ctx, grace))
		}},
		{"Delete", "The last one deletes it.", func(ctx context.Context) error {
			return errors.Join(s.apply(ctx), s.expect(ctx, old, ""))
		}},
	}
}

// importSecret imports what Okta created with the app.
func (s *story) importSecret(ctx context.Context) error {
	address, id := secretAddress, s.app.ID+"/"+s.present[0].ID
	if _, err := os.Stat(filepath.Join(s.cli.dir, "rotation.tf")); err == nil {
		address, id = rotationAddress, s.app.ID
	}
	block := fmt.Appendf(nil, "import {\n  to = %s\n  id = %q\n}\n", address, id)
	if err := os.WriteFile(filepath.Join(s.cli.dir, "import.tf"), block, 0o600); err != nil {
		return err
	}
	return s.apply(ctx)
}

// rotateCached rotates and waits until the client's cache is too old.
func (s *story) rotateCached(ctx context.Context) error {
	old := s.inUse()
	s.rotation++
	if err := errors.Join(s.apply(ctx), pause(ctx, cacheFor)); err != nil {
		return err
	}
	if s.inUse() == old {
		return errors.New("the client still logs in with the old secret")
	}
	return nil
}
