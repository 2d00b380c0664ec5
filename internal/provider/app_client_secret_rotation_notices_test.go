// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"slices"
	"testing"
	"time"

	"github.com/oktacreds/terraform-provider-oktacreds/internal/rotation"
)

// What a plan says, by code: the words are for people.
func TestRotationNotices(t *testing.T) {
	t.Parallel()
	const day = 24 * time.Hour
	now := time.Date(2026, time.March, 1, 12, 0, 0, 0, time.UTC)
	secret := func(id string, active bool, age time.Duration) rotation.Secret {
		return rotation.Secret{ID: id, Active: active, Created: now.Add(-age), LastUpdated: now.Add(-age)}
	}
	facts := func(memory rotation.Memory, secrets ...rotation.Secret) rotationFacts {
		return rotationFacts{Facts: rotation.Facts{Memory: memory, Secrets: secrets}, Now: now}
	}
	successor := secret("b", true, 0)
	successor.Marked, successor.Follows = true, "a"
	monthly := rotation.Policy{RotateAfter: 30 * day, Overlap: day, Grace: day}
	with := func(change func(*rotation.Policy)) rotation.Policy {
		policy := monthly
		change(&policy)
		return policy
	}
	held := with(func(p *rotation.Policy) { p.Hold = true })
	unused := with(func(p *rotation.Policy) { p.OnlyQuiet = true })
	adopted, steady := rotation.Memory{}, rotation.Memory{CurrentID: "a"}
	inUse := facts(rotation.Memory{CurrentID: "b", PreviousID: "a"}, secret("a", true, 40*day), secret("b", true, 2*day))
	attempted := facts(rotation.Memory{CurrentID: "b", PreviousID: "a"}, secret("a", false, time.Hour), secret("b", true, 2*day))
	attempted.Usage = rotationUsage{Of: "a", Usage: rotation.InUse, Attempts: rotation.Attempts{Count: 3, Last: now}}
	refused := facts(rotation.Memory{})
	refused.Refused = "it takes none"

	for _, test := range []struct {
		name string
		n    rotationNotices
		want []rotationNoticeCode
	}{
		{"nothing is due", rotationNotices{facts: facts(steady, secret("a", true, day)), policy: monthly, warnOnRetire: true}, nil},
		{"a take-over", rotationNotices{facts: facts(adopted, secret("a", true, day)), policy: monthly, begins: true}, []rotationNoticeCode{noticeBegins}},
		{"a take-over of two ACTIVE secrets", rotationNotices{facts: facts(adopted, secret("a", true, day), secret("b", true, 0)), policy: monthly, begins: true}, []rotationNoticeCode{noticeBegins}},
		{"a take-over under hold", rotationNotices{facts: facts(adopted, secret("a", true, day)), policy: held, begins: true}, nil},
		{"a take-over without a secret", rotationNotices{facts: facts(adopted), policy: monthly, begins: true}, nil},
		{
			"a take-over after an interrupted one", rotationNotices{facts: facts(adopted, secret("a", true, day), successor), policy: monthly, begins: true},
			[]rotationNoticeCode{noticeBegins, noticeAdopts},
		},
		{
			"a take-over next to an INACTIVE secret", rotationNotices{facts: facts(adopted, secret("a", true, day), secret("x", false, day)), policy: monthly, begins: true},
			[]rotationNoticeCode{noticeForeign},
		},
		{"an INACTIVE foreign secret later", rotationNotices{facts: facts(steady, secret("a", true, day), secret("x", false, day)), policy: monthly}, nil},
		{"the plan that sets hold", rotationNotices{facts: facts(steady, secret("a", true, day)), policy: held}, nil},
		{"hold", rotationNotices{facts: facts(steady, secret("a", true, day)), policy: held, wasHeld: true}, []rotationNoticeCode{noticeHeld}},
		{"a foreign secret", rotationNotices{facts: facts(steady, secret("a", true, day), secret("x", true, day)), policy: monthly}, []rotationNoticeCode{noticeBlocked}},
		{
			"a foreign secret, not overdue, to fail", rotationNotices{facts: facts(steady, secret("a", true, day), secret("x", true, day)), policy: monthly, failOnBlocked: true},
			[]rotationNoticeCode{noticeBlocked},
		},
		{
			"a foreign secret, overdue, to fail", rotationNotices{facts: facts(steady, secret("a", true, 31*day), secret("x", true, day)), policy: monthly, failOnBlocked: true},
			[]rotationNoticeCode{noticeBlocked, noticeOverdue},
		},
		{
			"hold, overdue, to fail", rotationNotices{facts: facts(steady, secret("a", true, 31*day)), policy: held, wasHeld: true, failOnBlocked: true},
			[]rotationNoticeCode{noticeHeld, noticeOverdue},
		},
		{
			"a step that is due is not stopped", rotationNotices{facts: facts(steady, secret("a", true, 31*day), secret("x", false, 2*day)), policy: monthly, failOnBlocked: true, warnOnRetire: true},
			[]rotationNoticeCode{noticeRetires},
		},
		{"a retirement", rotationNotices{facts: inUse, policy: monthly, warnOnRetire: true}, []rotationNoticeCode{noticeRetires}},
		{"a retirement, not to be told", rotationNotices{facts: inUse, policy: monthly}, nil},
		{"a secret that may be in use", rotationNotices{facts: inUse, policy: unused, warnOnRetire: true}, []rotationNoticeCode{noticeBlocked}},
		{"logins with the INACTIVE secret", rotationNotices{facts: attempted, policy: unused}, []rotationNoticeCode{noticeAttempts}},
		{"an unrecorded secret", rotationNotices{facts: facts(steady, secret("a", true, day), successor), policy: monthly}, []rotationNoticeCode{noticeUnrecorded}},
		{"an unrecorded secret, and a rotation", rotationNotices{facts: facts(steady, secret("a", true, 31*day), successor), policy: monthly}, []rotationNoticeCode{noticeAdopts}},
		{"an app that takes no secret", rotationNotices{facts: refused, policy: monthly}, []rotationNoticeCode{noticeRefused}},
	} {
		var got []rotationNoticeCode
		for _, notice := range test.n.list() {
			got = append(got, notice.code)
			if notice.fails != (notice.code == noticeOverdue) || notice.title == "" || notice.detail == "" {
				t.Errorf("%s: %+v", test.name, notice)
			}
		}
		if !slices.Equal(got, test.want) {
			t.Errorf("%s: got %q, want %q", test.name, got, test.want)
		}
	}
}
