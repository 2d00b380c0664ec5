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

// rotating is the first half: a client that reads its secret for every login.
func (s *story) rotating() []step {
	return []step{
		{"Start", "Okta gave the app a secret when it was created. The client has it, and logs in from here on without a pause.", s.start},
		{"Create", "Terraform creates a secret of its own and delivers it. After that, no client uses the first one, and it can be deleted.", s.create},
		{"Rotation 1", "A new secret is created and delivered. Only then is the old one deactivated and deleted.", s.rotate},
		{"Rotation 2", "", s.rotate},
		{"Deactivate", "The secret may have leaked. An administrator gives the client a spare one by hand; then the configuration deactivates the suspect.", s.deactivate},
		{"Restore", "A false alarm. The configuration activates the same secret and delivers it again.", s.restore},
		{"A console change", "Somebody follows an old runbook: gives the client the spare secret, and deletes the one that Terraform manages. The next plan shows that.", s.drift},
		{"Repair", "Apply creates and delivers a new secret. After that, the plan is empty.", s.repair},
		{"Destroy", "Okta keeps the last active secret of an app. The client gets the spare one first; then Terraform's can be deleted.", s.destroy},
		{"Without create_before_destroy", "The same configuration, applied again, and then one rotation in the wrong order: Terraform tries to delete the app's only secret first.", s.wrongOrder},
	}
}

func (s *story) start(ctx context.Context) error {
	known, _ := s.secrets()
	s.note(byAdmin, "has made app %s, which came with %s (hash %s)", s.app.ID, name(known, 0), known[0].Hash)
	return pause(ctx, dwell)
}

func (s *story) create(ctx context.Context) error {
	known, _ := s.secrets()
	if err := s.applyAndDeliver(ctx); err != nil {
		return err
	}
	s.note(byAdmin, "deletes %s, which no client uses", name(known, 0))
	return s.removeSecret(known[0].ID)
}

// applyAndDeliver is an apply after which the client must log in with another secret.
func (s *story) applyAndDeliver(ctx context.Context, arguments ...string) error {
	before := s.inUse()
	err := s.apply(ctx, arguments...)
	if err == nil && s.inUse() == before {
		err = errors.New("the client still logs in with the secret it had before")
	}
	return err
}

func (s *story) rotate(ctx context.Context) error {
	s.rotation++
	return s.applyAndDeliver(ctx)
}

func (s *story) deactivate(ctx context.Context) (err error) {
	suspect := s.inUse()
	if s.spare, err = s.addSecret(); err != nil {
		return err
	}
	return inTurn(
		func() error { return s.handSpare(ctx) },
		func() error { return s.override(`status = "INACTIVE"`) },
		func() error { return s.apply(ctx) },
		func() error { return s.expect(suspect, "INACTIVE") },
	)
}

func (s *story) restore(ctx context.Context) error {
	if err := s.override(""); err != nil {
		return err
	}
	// The secret is the same, so its version is: without -replace it would not be
	// delivered again.
	return s.applyAndDeliver(ctx, "-replace="+deliveryAddress)
}

func (s *story) drift(ctx context.Context) error {
	known, _ := s.secrets()
	managed := withValue(known, s.inUse())
	if err := s.handSpare(ctx); err != nil {
		return err
	}
	s.note(byAdmin, "deletes %s in the console", name(known, managed))
	if err := s.removeSecret(known[managed].ID); err != nil {
		return err
	}
	return s.run(ctx, 2, "plan", "-detailed-exitcode")
}

func (s *story) repair(ctx context.Context) error {
	if err := s.applyAndDeliver(ctx); err != nil {
		return err
	}
	return s.run(ctx, 0, "plan", "-detailed-exitcode")
}

func (s *story) destroy(ctx context.Context) error {
	managed := s.inUse()
	return inTurn(
		func() error { return s.handSpare(ctx) },
		func() error { return s.apply(ctx, "-destroy") },
		func() error { return s.expect(managed, "") },
	)
}

func (s *story) wrongOrder(ctx context.Context) error {
	if err := s.applyAndDeliver(ctx); err != nil {
		return err
	}
	only := s.inUse()
	s.note(byAdmin, "deletes %s, the spare", s.nameOf(s.spare.Value))
	s.rotation++
	return inTurn(
		func() error { return s.removeSecret(s.spare.ID) },
		func() error { return s.override("lifecycle {\n    create_before_destroy = false\n  }") },
		func() error { return s.run(ctx, 1, "apply") },
		func() error { return s.expect(only, "ACTIVE") },
	)
}

// handSpare gives the client the administrator's secret, and then waits, as the
// configuration does, until no login with the one before can be under way.
func (s *story) handSpare(ctx context.Context) error {
	s.note(byAdmin, "gives the client %s by hand", s.nameOf(s.spare.Value))
	if err := s.client.deliver(s.spare.Value); err != nil {
		return err
	}
	return pause(ctx, loginTimeout)
}

func inTurn(actions ...func() error) error {
	for _, do := range actions {
		if err := do(); err != nil {
			return err
		}
	}
	return nil
}

const (
	// cacheFor is how long the client of the second half uses a secret before it
	// reads the file again. Real ones cache for minutes.
	cacheFor = 2 * time.Second
	// drain and overlap leave time for that, and for the last login.
	drain   = 3 * time.Second
	overlap = 3 * time.Second
	grace   = 2 * time.Second
)

// cachingRuns is the second half: a client that caches its secret.
var cachingRuns = []struct {
	name        string
	explanation string
	folder      string // of the configuration, from the root of the module
	body        string // what is added to the managed secret
	refused     bool   // logins are to be refused
	steps       func(*story) []step
}{
	{
		name:        "Without drain, as in other setups",
		explanation: "What other setups do: the old secret is deleted as soon as the new one is in the store. Logins are expected to fail, and are counted separately.",
		folder:      "examples/rotation", refused: true, steps: (*story).oneApply,
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

// oneApply is a rotation in one apply.
func (s *story) oneApply() []step {
	return []step{
		{"Import", "Terraform imports the secret that the client uses.", s.importSecret},
		{"Rotation", "", func(ctx context.Context) error {
			old := s.inUse()
			return errors.Join(s.rotateCached(ctx), s.expect(old, ""))
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
			return errors.Join(s.rotateCached(ctx), s.expect(old, "ACTIVE"), pause(ctx, overlap-cacheFor))
		}},
		{"Grace", "The next apply deactivates the old secret.", func(ctx context.Context) error {
			return errors.Join(s.apply(ctx), s.expect(old, "INACTIVE"), pause(ctx, grace))
		}},
		{"Delete", "The last one deletes it.", func(ctx context.Context) error {
			return errors.Join(s.apply(ctx), s.expect(old, ""))
		}},
	}
}

// importSecret imports what Okta created with the app.
func (s *story) importSecret(ctx context.Context) error {
	known, _ := s.secrets()
	address, id := secretAddress, s.app.ID+"/"+known[0].ID
	if _, err := os.Stat(filepath.Join(s.terraform.Dir, "rotation.tf")); err == nil {
		address, id = rotationAddress, s.app.ID
	}
	block := fmt.Appendf(nil, "import {\n  to = %s\n  id = %q\n}\n", address, id)
	if err := os.WriteFile(filepath.Join(s.terraform.Dir, "import.tf"), block, 0o600); err != nil {
		return err
	}
	return s.apply(ctx)
}

// rotateCached rotates and waits until the client's cache is too old.
func (s *story) rotateCached(ctx context.Context) error {
	old := s.inUse()
	s.rotation++
	err := errors.Join(s.apply(ctx), pause(ctx, cacheFor))
	if err == nil && s.inUse() == old {
		err = errors.New("the client still logs in with the old secret")
	}
	return err
}
