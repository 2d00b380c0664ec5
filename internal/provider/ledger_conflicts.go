// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"fmt"
	"slices"

	"github.com/hashicorp/terraform-plugin-framework/diag"

	"github.com/oktacreds/terraform-provider-oktacreds/internal/okta"
)

// Objects that can't manage the same app.

// What to do about them.
const (
	exclusiveAdvice         = "Add the id to the list of the exclusive resource, or remove the other resource."
	rotationAndSecretAdvice = "The rotation manages both slots of the app. Keep one of the two resources. To hand a secret over to the rotation, remove its resource with " +
		"on_destroy = \"retain\" or with a removed block."
	keyAndURIAdvice = "Okta keeps either a JWKS URI or saved keys, and deletes the saved keys when the URI is set. Keep one of the two. " +
		"To switch to the URI, publish the key there and remove its resource."
	secretAndKeyAdvice = "Okta deletes all client secrets of an app that switches to private_key_jwt. Remove the resources of its client secrets " +
		"with a removed block that has destroy = false, and set allow_secret_deletion = true."
	oneOfAKindAdvice = "An app can have one resource of this type. Look for its app_id in the configuration, and remove one of the two."
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
