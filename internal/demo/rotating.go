// SPDX-License-Identifier: MPL-2.0

package main

import (
	"context"
	"errors"
	"fmt"
)

// rotating is the first half: a client that reads its secret for every login.
func (s *story) rotating() []step {
	return []step{
		{"Start", "Okta gave the app a secret when it was created. The client has it, and logs in from here on without a pause.", s.start},
		{"Create", "Terraform creates a secret of its own and delivers it. After that, no client uses the first one, and it can be deleted.", s.create},
		{"Rotation 1", "A new secret is created and delivered. Only then is the old one deactivated and deleted.", s.rotate},
		{"Rotation 2", "", s.rotate},
		{"Rotation 3", "", s.rotate},
		{"Deactivate", "The secret may have leaked. An administrator gives the client a spare one by hand; then the configuration deactivates the suspect.", s.deactivate},
		{"Restore", "A false alarm. The configuration activates the same secret and delivers it again.", s.restore},
		{"A console change", "Somebody follows an old runbook: gives the client the spare secret, and deletes the one that Terraform manages. The next plan shows that.", s.drift},
		{"Repair", "Apply creates and delivers a new secret. After that, the plan is empty.", s.repair},
		{"Destroy", "Okta keeps the last active secret of an app. The client gets the spare one first; then Terraform's can be deleted.", s.destroy},
		{"Without create_before_destroy", "The same configuration, applied again, and then one rotation in the wrong order: Terraform tries to delete the app's only secret first.", s.wrongOrder},
	}
}

func (s *story) start(ctx context.Context) error {
	first := s.present[0]
	s.note(byAdmin, "has made app %s, which came with %s (hash %s)", s.app.ID, s.known.name(0), first.Hash)
	return pause(ctx, dwell)
}

func (s *story) create(ctx context.Context) error {
	first := s.present[0]
	if err := s.applyAndDeliver(ctx); err != nil {
		return err
	}
	s.note(byAdmin, "deletes %s, which no client uses", s.known.name(0))
	return s.org.removeSecret(ctx, s.app, first.ID)
}

func (s *story) rotate(ctx context.Context) error {
	s.rotation++
	return s.applyAndDeliver(ctx)
}

func (s *story) deactivate(ctx context.Context) (err error) {
	suspect := s.inUse()
	if s.spare, err = s.org.addSecret(ctx, s.app); err != nil {
		return err
	}
	s.known.learn([]secret{s.spare})
	if err := s.handSpare(ctx); err != nil {
		return err
	}
	if err := s.override(`status = "INACTIVE"`); err != nil {
		return err
	}
	if err := s.apply(ctx); err != nil {
		return err
	}
	return s.expect(ctx, suspect, "INACTIVE")
}

func (s *story) restore(ctx context.Context) error {
	if err := s.override(""); err != nil {
		return err
	}
	// The secret is the same, so its version is: without -replace it would not
	// be delivered again.
	return s.applyAndDeliver(ctx, "-replace="+deliveryAddress)
}

func (s *story) drift(ctx context.Context) error {
	managed := s.known.byHash(s.inUse())
	if err := s.handSpare(ctx); err != nil {
		return err
	}
	s.note(byAdmin, "deletes %s in the console", s.known.name(managed))
	if err := s.org.removeSecret(ctx, s.app, s.known[managed].ID); err != nil {
		return err
	}
	plan, err := s.run(ctx, "plan", "-detailed-exitcode")
	if err != nil {
		return err
	}
	if plan.exit != 2 {
		return fmt.Errorf("plan had exit code %d, want 2: a change is due", plan.exit)
	}
	return nil
}

func (s *story) repair(ctx context.Context) error {
	if err := s.applyAndDeliver(ctx); err != nil {
		return err
	}
	plan, err := s.run(ctx, "plan", "-detailed-exitcode")
	if err == nil && plan.exit != 0 {
		err = fmt.Errorf("plan had exit code %d, want 0: nothing is due", plan.exit)
	}
	return err
}

func (s *story) destroy(ctx context.Context) error {
	managed := s.inUse()
	if err := s.handSpare(ctx); err != nil {
		return err
	}
	if err := s.apply(ctx, "-destroy"); err != nil {
		return err
	}
	return s.expect(ctx, managed, "")
}

func (s *story) wrongOrder(ctx context.Context) error {
	if err := s.applyAndDeliver(ctx); err != nil {
		return err
	}
	only := s.inUse()
	s.note(byAdmin, "deletes %s, the spare", s.known.name(s.known.byID(s.spare.ID)))
	if err := s.org.removeSecret(ctx, s.app, s.spare.ID); err != nil {
		return err
	}
	if err := s.override("lifecycle {\n    create_before_destroy = false\n  }"); err != nil {
		return err
	}
	s.rotation++
	apply, err := s.run(ctx, "apply", "-auto-approve")
	if err != nil {
		return err
	}
	if apply.exit == 0 {
		return errors.New("a rotation in the wrong order was not refused")
	}
	return s.expect(ctx, only, "ACTIVE")
}

// handSpare gives the client the administrator's secret, and then waits, as the
// configuration does, until no login with the one before can be under way.
func (s *story) handSpare(ctx context.Context) error {
	s.note(byAdmin, "gives the client %s by hand", s.known.name(s.known.byID(s.spare.ID)))
	if err := writeSecret(s.secretFile, s.spare.Value); err != nil {
		return err
	}
	return pause(ctx, loginTimeout)
}
