// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"fmt"
	"strings"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/diag"

	"github.com/oktacreds/terraform-provider-oktacreds/internal/okta"
	"github.com/oktacreds/terraform-provider-oktacreds/internal/rotation"
)

// rotationNotices is what a plan says about a rotation, and what that depends on.
type rotationNotices struct {
	app    string
	facts  rotationFacts
	policy rotation.Policy

	begins        bool // the plan creates the rotation object
	wasHeld       bool // hold is on in state
	warnOnRetire  bool
	failOnBlocked bool
}

// rotationNoticeCode names a kind of notice.
type rotationNoticeCode string

const (
	noticeBegins     rotationNoticeCode = "begins"     // which secret becomes previous, and when it is retired
	noticeForeign    rotationNoticeCode = "foreign"    // an INACTIVE secret has no role in the rotation that begins
	noticeHeld       rotationNoticeCode = "held"       // hold is on
	noticeBlocked    rotationNoticeCode = "blocked"    // something else is in the way of the next rotation
	noticeOverdue    rotationNoticeCode = "overdue"    // the rotation is overdue and blocked
	noticeRetires    rotationNoticeCode = "retires"    // the plan deactivates or deletes a secret
	noticeAdopts     rotationNoticeCode = "adopts"     // the plan adopts the secret of an interrupted run
	noticeUnrecorded rotationNoticeCode = "unrecorded" // the secret of an interrupted run waits for the next rotation
	noticeAttempts   rotationNoticeCode = "attempts"   // someone tried to log in with the deactivated secret
	noticeRefused    rotationNoticeCode = "refused"    // Okta would refuse the new secret
)

// rotationNotice is one thing that a plan says.
type rotationNotice struct {
	code          rotationNoticeCode
	id            string // of the secret that it is about, if it is one
	title, detail string
	fails         bool
}

// diagnostics says them, and reports them by their codes.
func (n rotationNotices) diagnostics(report func(reason rotation.Reason, app, id string)) (diags diag.Diagnostics) {
	for _, notice := range n.list() {
		report(rotation.Reason(notice.code), n.app, notice.id)
		if notice.fails {
			diags.Append(unlessDestroying(diag.NewErrorDiagnostic(notice.title, notice.detail)))
			continue
		}
		diags.AddWarning(notice.title, notice.detail)
	}
	return diags
}

// list is a pure function. A take-over that the plan begins retires nothing.
func (n rotationNotices) list() (found []rotationNotice) {
	step := n.facts.next(n.policy)
	steps, after := n.facts.due(n.policy)
	now := after.next(n.policy)
	add := func(code rotationNoticeCode, id, title, detail string) {
		found = append(found, rotationNotice{code: code, id: id, title: title, detail: detail})
	}
	if n.begins {
		steps, after = n.facts.first(n.policy)
		now = after.next(n.policy)
		if now.PreviousID != "" && now.Phase == rotation.Overlap {
			add(noticeBegins, now.PreviousID, "Client secret "+now.PreviousID+" of app "+n.app+" becomes the previous secret", n.becomesPrevious(now))
		}
		if step.ForeignID != "" && n.facts.status(step.ForeignID) == string(okta.StatusInactive) {
			add(noticeForeign, step.ForeignID, "Client secret "+step.ForeignID+" of app "+n.app+" is INACTIVE and not managed", "The rotation never reactivates it. "+
				"The next rotation needs its slot, and deletes it after it was INACTIVE for "+rotation.FormatDuration(n.policy.Grace)+". If consumers need it, activate it before you apply.")
		}
	}
	switch {
	case n.wasHeld && n.policy.Hold:
		add(noticeHeld, "", "The rotation of app "+n.app+" is on hold"+since(n.facts.HeldSince),
			"Nothing is rotated, deactivated or deleted until you set hold = false."+overdueSince(now))
	case now.Blocked == rotation.Occupied:
		add(noticeBlocked, now.BlockedBy, "The rotation of app "+n.app+" is blocked by client secret "+now.BlockedBy,
			"The secret is ACTIVE, is not managed by this resource, and occupies the slot that the next secret needs."+overdueSince(now)+
				" If nothing uses it, deactivate it: it can be reactivated until a rotation needs the slot and deletes it.")
	case now.Blocked == rotation.NotQuiet:
		add(noticeBlocked, now.BlockedBy, "Client secret "+now.BlockedBy+" of app "+n.app+" may still be in use",
			"Its overlap has ended, but retire_when = \"unused\" keeps it ACTIVE until Okta's System Log shows that nothing uses it. "+n.facts.Usage.String()+overdueSince(now)+
				" Move its consumers to the current secret, or set retire_when = \"overlap_ended\".")
	}
	if usage := n.facts.Usage; usage.Attempts.Count > 0 && usage.Of == step.PreviousID {
		add(noticeAttempts, usage.Of, fmt.Sprintf("Consumers may still use client secret %s of app %s, which is INACTIVE", usage.Of, n.app),
			fmt.Sprintf("Okta refused %d logins since it was deactivated, the last one at %s. To restore the secret, set hold = true and apply.",
				usage.Attempts.Count, moment(usage.Attempts.Last)))
	}
	if n.failOnBlocked && now.Overdue && now.Blocked != "" && len(steps) == 0 {
		found = append(found, rotationNotice{
			code: noticeOverdue, id: now.BlockedBy, fails: true,
			title: "The rotation of app " + n.app + " is overdue and blocked: " + n.facts.blockedBy(now),
			detail: "It was scheduled for " + moment(now.RotatesAt) + ". on_blocked = \"error\" fails the plan until the rotation can happen: " +
				"remove what blocks it, or set on_blocked = \"warn\".",
		})
	}
	if n.warnOnRetire && retires(steps) {
		add(noticeRetires, "", "The plan retires a client secret of app "+n.app, retirements(steps)+
			" Terraform's summary counts this as a change. To stop it, set hold = true. To hide this warning, set warn_on_retire = false.")
	}
	last := rotation.Step{}
	if len(steps) > 0 {
		last = steps[len(steps)-1]
	}
	switch {
	case last.Action == rotation.Create && n.facts.Refused != "":
		// No error: Terraform plans this on the way to `terraform destroy` as well.
		add(noticeRefused, "", "Okta would refuse a new client secret of app "+n.app, n.facts.Refused)
	case last.Action == rotation.Adopt:
		add(noticeAdopts, last.TargetID, "The rotation adopts client secret "+last.TargetID+" of app "+n.app,
			"An interrupted run created it as the next secret and couldn't record it. It becomes current; no other secret is created.")
	case step.UnrecordedID != "":
		add(noticeUnrecorded, step.UnrecordedID, "Client secret "+step.UnrecordedID+" of app "+n.app+" is not recorded in the state",
			"An interrupted run created it as the next secret and couldn't record it, or another configuration rotates this app and uses it. It is ACTIVE. The next rotation adopts it. "+
				"If no other configuration does, and you want to remove it sooner, deactivate and delete it in Okta.")
	}
	return found
}

// becomesPrevious says when the secret that becomes previous is retired.
func (n rotationNotices) becomesPrevious(now rotation.Step) string {
	when := "no apply before " + moment(now.DueAt) + " deactivates it"
	if n.policy.Hold {
		when = "nothing deactivates it while hold is true"
	}
	return "It remains ACTIVE for the overlap (" + rotation.FormatDuration(n.policy.Overlap) + ", counted from this apply): " + when +
		". After another " + rotation.FormatDuration(n.policy.Grace) + " as INACTIVE it is deleted. Deliver the current secret to all consumers before that. " +
		"To begin without a deadline, import the resource instead, or begin with hold = true."
}

// retirements says what the steps do to secrets that may have been in use, and why.
func retirements(steps []rotation.Step) string {
	var texts []string
	for _, step := range steps {
		if isRetirement(step) {
			texts = append(texts, "Client secret "+step.TargetID+" is "+map[rotation.Action]string{
				rotation.Deactivate: "deactivated", rotation.Delete: "deleted",
			}[step.Action]+" ("+string(step.Reason)+").")
		}
	}
	return strings.Join(texts, " ")
}

// String says what the System Log shows.
func (u rotationUsage) String() string {
	switch {
	case u.Of == "":
		return "It wasn't read yet."
	case u.Usage == rotation.InUse:
		return "The last login with the secret was at " + moment(u.PreviousLastUsed) + "."
	default:
		return "It is inconclusive: " + doubtsInWords(u.Doubts) + "."
	}
}

func overdueSince(step rotation.Step) string {
	if !step.Overdue {
		return ""
	}
	return " The next rotation is overdue: it was scheduled for " + moment(step.RotatesAt) + "."
}

func since(at time.Time) string {
	if at.IsZero() {
		return ""
	}
	return " since " + moment(at)
}

// moment is a time in a message.
func moment(at time.Time) string { return at.UTC().Format(time.RFC3339) }
