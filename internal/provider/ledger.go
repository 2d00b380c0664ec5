// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"cmp"
	"context"
	"crypto/rand"
	"fmt"
	"slices"
	"strings"
	"sync"
	"sync/atomic"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/resource"

	"github.com/oktacreds/terraform-provider-oktacreds/internal/okta"
	"github.com/oktacreds/terraform-provider-oktacreds/internal/rotation"
)

// ledger is what the objects of one run say of each app while they are read and planned, so that a
// conflict is found in the plan, no matter which object Terraform asks last. It lives as long as the
// provider's process, which Terraform starts once for each plan and once for each apply.
type ledger struct {
	mu    sync.Mutex
	run   string // names this run in private state
	plans bool   // an object was refreshed, see [ledger.planning]
	byApp map[string]*appLedger
	// unproved are the errors that were warnings for want of proof, see [ledger.refresh].
	unproved diag.Diagnostics
	// warned says that the run has warned of a secret in no state.
	warned atomic.Bool
	// onReason is told of each shared credential, see [Provider.OnReason].
	onReason func(reason rotation.Reason, app, id string)
}

// appLedger is what is known of one app.
type appLedger struct {
	entries []entry
	missing bool                        // an object of the app was found missing
	current map[string]bool             // ids of the credentials that this process has created or adopted
	warned  bool                        // of a credential that is destroyed in no order with one that is created
	refused map[string]diag.Diagnostics // why Create refuses objects of a type, see [ledger.conflicting]
}

// entry is what one object says.
type entry struct {
	object   string   // its type
	role     role     // what it does with the credential
	id       string   // of the credential; empty if it doesn't have one yet
	value    string   // what it sets, where it manages no credential; or what the credential is that doesn't exist yet
	only     []string // the ids that may exist, for an object that is exclusive; nil while they are not known
	retires  []string // the ids that the apply retires, for an object that is exclusive
	logsIn   bool     // with what it brings, a client can log in under private_key_jwt
	apart    bool     // the object is created or destroyed by itself, not as a half of a replacement
	again    bool     // the object has made its entry before in this run, see [ledger.again]
	retained bool     // the object has on_destroy = "retain"
	proof    bool     // an error leaves nothing deposed: the call has a prior state, or is certainly part of a plan
}

// role is what an object does with the credential of its entry.
type role string

const (
	holds    role = "holds"    // state has the id
	keeps    role = "keeps"    // and still has it after the apply
	retains  role = "retains"  // and the apply removes the object from state, and leaves the credential in Okta
	destroys role = "destroys" // and the apply deletes it
	replaces role = "replaces" // and the apply deletes it, after its successor was created and delivered
	wants    role = "wants"    // the configuration asks for this very credential, as a new one
	deletes  role = "deletes"  // a new object deletes it in Create, before any consumer has the new one
	rotates  role = "rotates"  // the rotation object retires it when its time has come
	adopts   role = "adopts"   // this refresh has put the id into state, in place of a credential that no longer exists
)

// credential is the credential of the entry: one that doesn't exist yet is known by its value.
func (e entry) credential() string { return cmp.Or(e.id, e.value) }

func (e entry) String() string {
	if what := cmp.Or(e.credential(), strings.Join(e.only, ", ")); what != "" {
		return e.object + " (" + what + ")"
	}
	return e.object
}

// The objects that make entries.
const (
	secretObject            = "oktacreds_app_client_secret"
	serviceSecretObject     = "oktacreds_api_service_integration_secret"
	rotationObject          = "oktacreds_app_client_secret_rotation"
	secretsExclusiveObject  = "oktacreds_app_client_secrets_exclusive"
	keyObject               = "oktacreds_app_jwk"
	keysExclusiveObject     = "oktacreds_app_jwks_exclusive"
	jwksURIObject           = "oktacreds_app_jwks_uri"
	clientAuthObject        = "oktacreds_app_client_auth"
	exclusiveAdvice         = "Add the id to the list of the exclusive resource, or remove the other resource."
	rotationAndSecretAdvice = "The rotation manages both slots of the app. Keep one of the two resources. To hand a secret over to the rotation, remove its resource with " +
		"on_destroy = \"retain\" or with a removed block."
	keyAndURIAdvice = "Okta keeps either a JWKS URI or saved keys, and deletes the saved keys when the URI is set. Keep one of the two. " +
		"To switch to the URI, publish the key there and remove its resource."
	secretAndKeyAdvice = "Okta deletes all client secrets of an app that switches to private_key_jwt. Remove the resources of its client secrets " +
		"with a removed block that has destroy = false, and set allow_secret_deletion = true."
	oneOfAKindAdvice = "An app can have one resource of this type. Look for its app_id in the configuration, and remove one of the two."
	sharedAdvice     = "What to do depends on the cause:\n\n" +
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

// conflicts are the pairs of objects that can't manage the same app. Each pair is looked up both
// ways round.
var conflicts = []struct {
	one, other string
	conflict   func(one, other entry) bool
	advice     string
}{
	{rotationObject, secretObject, bothStay, rotationAndSecretAdvice},
	{rotationObject, secretObject, endsRotated, rotationAndSecretAdvice},
	{secretsExclusiveObject, secretObject, isLeftOut, exclusiveAdvice},
	{secretsExclusiveObject, rotationObject, isRetired, exclusiveAdvice},
	{keysExclusiveObject, keyObject, isLeftOut, exclusiveAdvice},
	{jwksURIObject, keyObject, bothStay, keyAndURIAdvice},
	{clientAuthObject, secretObject, deletesSecrets, secretAndKeyAdvice},
	{clientAuthObject, rotationObject, deletesSecrets, secretAndKeyAdvice},
	{rotationObject, rotationObject, bothStay, oneOfAKindAdvice},
	{secretsExclusiveObject, secretsExclusiveObject, bothStay, oneOfAKindAdvice},
	{keysExclusiveObject, keysExclusiveObject, bothStay, oneOfAKindAdvice},
	{jwksURIObject, jwksURIObject, bothStay, oneOfAKindAdvice},
	{clientAuthObject, clientAuthObject, bothStay, oneOfAKindAdvice},
}

// stays tells whether the object exists after the apply.
func (e entry) stays() bool { return e.role == keeps || e.role == wants }

func bothStay(one, other entry) bool { return one.stays() && other.stays() }

// isLeftOut tells whether the list ends a credential that has an object of its own. One that is read before the
// exclusive object, it doesn't retire.
func isLeftOut(exclusive, credential entry) bool {
	leftOut := credential.role == keeps && exclusive.only != nil && !slices.Contains(exclusive.only, credential.id)
	return credential.id != "" && (leftOut || credential.role != deletes && slices.Contains(exclusive.retires, credential.id))
}

func endsRotated(rotated, secret entry) bool {
	return rotated.role == rotates && secret.ends() && rotated.id != "" && rotated.id == secret.id
}

func isRetired(exclusive, rotated entry) bool {
	return rotated.role == rotates && slices.Contains(exclusive.retires, rotated.id)
}

func deletesSecrets(auth, secret entry) bool {
	return secret.stays() && auth.value == okta.AuthMethodPrivateKeyJWT
}

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

// keyClaimedIn is where private state keeps the run in which an object has made its entry.
const keyClaimedIn = "claimed_in"

// again tells whether the object has made its entry in this run already, for objects of which an
// app has one.
//
// Terraform plans an object once. A replacement (by a changed app_id, or asked for with -replace) it
// plans twice: with the prior state, and then as if new, but with the private state that the first
// call has planned. So the first call writes the name of the run there. A new object, a tainted one
// and one that was found missing bring nothing, or the name of an earlier run. At apply, which is
// another run, each object is planned once.
func (l *ledger) again(ctx context.Context, req resource.ModifyPlanRequest, resp *resource.ModifyPlanResponse) bool {
	l.mu.Lock()
	if l.run == "" {
		l.run = rand.Text()
	}
	run := l.run
	l.mu.Unlock()
	if !req.State.Raw.IsNull() {
		setPrivate(ctx, resp.Private, keyClaimedIn, run, &resp.Diagnostics)
		return false
	}
	claimedIn, _ := getPrivate[string](ctx, req.Private, keyClaimedIn, &resp.Diagnostics)
	return claimedIn == run
}

// app returns what is known of an app. The caller holds the lock.
func (l *ledger) app(id string) *appLedger {
	if l.byApp == nil {
		l.byApp = map[string]*appLedger{}
	}
	if l.byApp[id] == nil {
		l.byApp[id] = &appLedger{current: map[string]bool{}}
	}
	return l.byApp[id]
}

// add records an entry. It returns an error that names both sides if another object conflicts.
func (l *ledger) add(app string, added entry) (diags diag.Diagnostics) {
	if added.again {
		return nil
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if added.role == "" {
		added.role = keeps
	}
	known := l.app(app)
	for _, other := range known.entries {
		switch {
		case added.object == other.object && clash(added, other):
			diags.Append(l.sharedCredential(app, added, other))
		default:
			diags.Append(l.conflicting(app, added, other)...)
		}
	}
	known.entries = append(known.entries, added)
	return append(diags, l.unorderedCredentials(app)...)
}

// replacesAfterAll corrects the entry of an object that keeps its credential as far as its configuration says, and
// that -replace names: Terraform says so only with a second plan.
func (l *ledger) replacesAfterAll(app, object, id string) diag.Diagnostics {
	if id == "" { // of an app that isn't known yet
		return nil
	}
	l.mu.Lock()
	entries, corrected := l.app(app).entries, entry{object: object, role: replaces, id: id, proof: true}
	if i := slices.IndexFunc(entries, func(e entry) bool { return e.object == object && e.role == keeps && e.id == id }); i >= 0 {
		corrected.logsIn = entries[i].logsIn
		l.app(app).entries = slices.Delete(entries, i, i+1)
	}
	l.mu.Unlock()
	return l.add(app, corrected)
}

// conflicting is what the plan of one of two objects says that can't manage the same app. It never stops a destroy.
// An error about a new credential needs proof that this is a plan, see [ledger.planning]: the id of the app may be
// known only since. Without, Create refuses. To destroy another object changes nothing in Okta.
func (l *ledger) conflicting(app string, one, other entry) (diags diag.Diagnostics) {
	for _, pair := range conflicts {
		if (pair.one != one.object || pair.other != other.object || !pair.conflict(one, other)) &&
			(pair.one != other.object || pair.other != one.object || !pair.conflict(other, one)) {
			continue
		}
		err := diag.NewErrorDiagnostic("Conflicting resources for app "+app, fmt.Sprintf("%s and %s cannot manage the same app. %s", one, other, pair.advice))
		if one.proof || !one.isCredential() || l.certain() {
			diags.Append(unlessDestroying(err))
			continue
		}
		diags.Append(l.unproven(err))
		known := l.app(app)
		if known.refused == nil {
			known.refused = map[string]diag.Diagnostics{}
		}
		known.refused[one.object] = append(known.refused[one.object], err)
	}
	return diags
}

// isCredential tells whether Okta loses something when the object is destroyed.
func (e entry) isCredential() bool {
	return slices.Contains([]string{secretObject, serviceSecretObject, keyObject, jwksURIObject}, e.object)
}

// refusal is why Create must not create a credential of this type, although its plan could not fail.
func (l *ledger) refusal(app, object string) diag.Diagnostics {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.app(app).refused[object]
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

// planning tells whether this process certainly makes a plan: the command is plan, or it has refreshed an
// object, which an apply never does. An apply does plan the destruction of deposed objects.
//
// Terraform plans again during an apply, and has made the live object a deposed one by then. It puts
// that back when Create fails, but not when this plan does: the next apply would delete a credential
// in use. So an error in a plan of a new object needs proof that it isn't the plan of an apply.
func (l *ledger) planning() bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.certain()
}

// certain is planning. The caller holds the lock.
func (l *ledger) certain() bool { return l.plans || onlyPlanning() }

// planError is an error of a plan of a new object, with proof that it is a plan, and else a warning.
func (l *ledger) planError(err diag.Diagnostic) diag.Diagnostic {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.certain() {
		return unlessDestroying(err)
	}
	return l.unproven(err)
}

// unproven is a warning of what would be an error with proof that this is a plan. The caller holds the lock.
func (l *ledger) unproven(err diag.Diagnostic) diag.Diagnostic {
	l.unproved.Append(err)
	return asWarning(err)
}

// refresh records that an object is refreshed, and returns the errors for which that is the proof: which object
// Terraform plans before it refreshes the first one is left to chance.
func (l *ledger) refresh() (diags diag.Diagnostics) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, err := range l.unproved {
		diags.Append(unlessDestroying(err))
	}
	l.plans, l.unproved = true, nil
	return diags
}

// held tells whether an object of this state holds the credential, as far as this run knows.
func (l *ledger) held(app, id string) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	known := l.app(app)
	return known.current[id] || slices.ContainsFunc(known.entries, func(e entry) bool { return e.id == id && e.role != wants && e.role != deletes && e.role != rotates })
}

// managed tells the same, and counts the secrets of a rotation.
func (l *ledger) managed(app, id string) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	known := l.app(app)
	return known.current[id] || slices.ContainsFunc(known.entries, func(e entry) bool { return e.id == id && e.role != wants && e.role != deletes })
}

// created records a credential that this process has created or adopted.
func (l *ledger) created(app, id string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.app(app).current[id] = true
}

// isCurrent tells whether this process has created or adopted the credential. The object that had it
// before is destroyed after that, and must not take it along.
func (l *ledger) isCurrent(app, id string) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.app(app).current[id]
}

// miss records that an object of the app was found missing in Okta.
func (l *ledger) miss(app string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.app(app).missing = true
}

// isMissing tells whether an object of the app was found missing. Terraform plans such an object as
// a new one, also on the way to `terraform destroy`, which an error would stop for everything.
func (l *ledger) isMissing(app string) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.app(app).missing
}

// logIn tells whether something is planned for the app with which a client can log in under
// private_key_jwt.
func (l *ledger) logIn(app string) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return slices.ContainsFunc(l.app(app).entries, func(e entry) bool { return e.logsIn })
}
