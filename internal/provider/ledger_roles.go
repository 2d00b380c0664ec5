// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"fmt"
	"slices"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/diag"

	"github.com/oktacreds/terraform-provider-oktacreds/internal/rotation"
)

// One credential and two objects of a type.

// What to do about them.
const (
	sharedAdvice = "What to do depends on the cause:\n\n" +
		"  - A resource was renamed: add a moved block.\n" +
		"  - The keys of a count have shifted: use for_each.\n" +
		"  - The resource is tainted: run terraform untaint ADDRESS, or give it another credential.\n" +
		"  - A new resource has initial_secret = \"replace\": remove that argument.\n" +
		"  - A resource adopts the credential: its own one no longer exists. Plan again. If that doesn't help, run terraform state rm ADDRESS for that resource, and the next apply creates another one.\n" +
		"  - A new resource has when_full = \"delete_inactive\": remove that argument, or apply the change of the other resource first.\n" +
		"  - Two addresses manage the credential: remove one of them with a removed block that has destroy = false.\n\n" +
		"To destroy everything, run terraform destroy -refresh=false."
	// A tainted object that was replaced with -refresh=false can have adopted its own credential. A value that is
	// configured again, after its replacement failed, is that of a deposed object.
	deposedAdvice = " remove all objects of its address from the state, and import this credential, or the current one of that address if another address manages this one:\n\n" +
		"  terraform state rm ADDRESS\n  terraform import ADDRESS {app}/{id}\n\n" +
		"Then delete the credentials of the other objects in the Admin Console, if nothing uses them."
)

// shared are the roles that two objects can't have for the same credential: an apply would delete a
// credential that another object of the state holds.
// An object that replaces it does so when its own dependents have the new one, and knows nothing of those
// of the other object.
var shared = [][2]role{
	{holds, holds}, {wants, holds}, {wants, keeps}, {wants, destroys}, {wants, replaces}, {wants, wants}, {keeps, destroys}, {keeps, replaces}, {destroys, replaces}, {replaces, replaces},
	{deletes, holds}, {deletes, keeps}, {deletes, destroys}, {deletes, replaces}, {deletes, wants}, {deletes, retains}, {adopts, holds}, {destroys, retains},
}

// ends tells whether the apply deletes the credential.
func (e entry) ends() bool { return e.role == destroys || e.role == replaces || e.role == deletes }

func clash(one, other entry) bool {
	if one.role == holds && other.role == holds && (one.retained || other.retained) {
		return false // imported at the address that it is handed over to
	}
	return one.credential() == other.credential() && slices.ContainsFunc(shared, func(pair [2]role) bool {
		return pair == [2]role{one.role, other.role} || pair == [2]role{other.role, one.role}
	})
}

// sharedCredential is what a plan says of one credential and two objects. An error needs proof that it is a plan, see
// [ledger.planning], unless one of the two is destroyed: with -refresh=false nothing proves that this is a plan, and an
// apply of it would delete the credential that the other object holds.
func (l *ledger) sharedCredential(app string, one, other entry) diag.Diagnostic {
	if l.onReason != nil {
		l.onReason(rotation.HeldByAnother, app, one.id)
	}
	ends, effect := one.ends() || other.ends(), "Applying this would delete a credential that an object still uses."
	if !ends {
		effect = "To replace, taint or destroy one of them would delete a credential that the other one still uses."
	}
	title := "Two objects of this state and one credential of " + ownerOf(one.object).noun + " " + app
	detail := fmt.Sprintf("%s %s %s, and another %s of this configuration or state %s it. %s\n\n%s",
		one.object, one.role, one.credential(), other.object, other.role, effect, sharedAdvice)
	if one.id != "" {
		detail += "\n\nIf the plan shows a deposed object with this id," + strings.NewReplacer("{app}", app, "{id}", one.id).Replace(deposedAdvice)
	}
	if one.role == destroys && other.role == retains { // a slot that Create may free by then
		ends = false
	}
	err := diag.NewErrorDiagnostic(title, detail)
	if !ends && !one.proof && !l.certain() {
		return l.unproven(err)
	}
	return unlessDestroying(err)
}

// unordered is the reason why a plan warns of a credential that is destroyed while another is created.
const unordered rotation.Reason = "unordered"

// unorderedCredentials warns, once for each app, of an object that is created and another one that is
// destroyed, without being halves of a replacement: Terraform does that in any order, unless something in
// state depends on both. An apply plans the two halves of a replacement again, and destroys deposed objects,
// which looks the same, but is no news. What proves an apply is the command, or without a refresh a
// credential that this process has created. A refresh proves a plan. It may come last, because Terraform may
// refresh an object after it has planned to destroy it.
func (l *ledger) unorderedCredentials(app string) (diags diag.Diagnostics) {
	known := l.app(app)
	if known.warned || !l.certain() && (applying() || len(known.current) > 0) {
		return nil
	}
	for _, old := range known.entries {
		isNew := func(e entry) bool { return e.apart && e.object == old.object && e.role == keeps }
		if !old.apart || old.role != destroys || !slices.ContainsFunc(known.entries, isNew) {
			continue
		}
		known.warned = true
		if l.onReason != nil {
			l.onReason(unordered, app, old.id)
		}
		diags.AddWarning("The "+ownerOf(old.object).noun+" "+app+" can lose credential "+old.id+" before its consumers have the new one",
			fmt.Sprintf("This plan creates an %s, and destroys another one (%s). Terraform does that in any order.\n\n"+
				"If the resource was renamed, add a moved block, and the credential is kept:\n\n  moved {\n    from = OLD_ADDRESS\n    to   = NEW_ADDRESS\n  }\n\n"+
				"If the plan shows it as a deposed object, an apply has failed before. If its resource is tainted, run terraform untaint ADDRESS, and apply that alone.\n\n"+
				"Otherwise create the new one in one apply, and remove the old one in the next, after its consumers have been updated.", old.object, old.id))
		return diags
	}
	return nil
}
