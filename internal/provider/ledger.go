// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"cmp"
	"context"
	"crypto/rand"
	"slices"
	"strings"
	"sync"
	"sync/atomic"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/resource"

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
	secretObject           = "oktacreds_app_client_secret"
	serviceSecretObject    = "oktacreds_api_service_integration_secret"
	rotationObject         = "oktacreds_app_client_secret_rotation"
	secretsExclusiveObject = "oktacreds_app_client_secrets_exclusive"
	keyObject              = "oktacreds_app_jwk"
	keysExclusiveObject    = "oktacreds_app_jwks_exclusive"
	jwksURIObject          = "oktacreds_app_jwks_uri"
	clientAuthObject       = "oktacreds_app_client_auth"
)

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
