// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/diag"

	"github.com/oktacreds/terraform-provider-oktacreds/internal/rotation"
)

// deleteKeyWay is what several reasons have in common.
const deleteKeyWay = "\n\nTo delete it, if nothing uses it, deactivate it in the Admin Console and then delete it, or send:\n\n" +
	"  POST /api/v1/apps/{app}/credentials/jwks/{id}/lifecycle/deactivate\n" +
	"  DELETE /api/v1/apps/{app}/credentials/jwks/{id}"

// keyMessages say what is the matter with a key, why, and what to do, by reason; {…} is filled in by explainKey.
var keyMessages = map[rotation.Reason]struct{ title, detail string }{
	rotation.Declared: {"Key {id} of app {app} will be adopted",
		"The app already has the configured key: an interrupted run created it and couldn't record it, and adopt_interrupted is set. No other key is created."},
	rotation.Unrecorded: {"App {app} already has the configured key",
		"It is {id}, and this state doesn't hold it at this address. Either an interrupted run created it, or another configuration or address manages it.\n\n" +
			"If this resource manages it, because the key was not known during plan and turned out to be the same, nothing needs to be replaced: plan again. " +
			"To manage it with this resource, import it:\n\n  terraform import ADDRESS {app}/{id}\n\nIf no other configuration manages the keys of this app, adopt_interrupted = true does the same. " +
			"If the resource is tainted, run:\n\n  terraform untaint ADDRESS\n\nIf it was renamed, add a moved block. Otherwise configure another key." + deleteKeyWay},
	rotation.HeldByAnother: {"Two resources give app {app} the same key",
		"Key {id} was created for another resource in this run. Remove one of the two resources from the configuration."},
	rotation.SameValue: {"A new key is asked for, but the configured key is the current one",
		"It is key {id} of app {app}. Configure another key. If the resource is tainted, run:\n\n  terraform untaint ADDRESS"},
	rotation.KidTaken: {"Another key of app {app} has the configured kid",
		"It is {id}, and every key of an app needs a different kid. Remove kid (the default is the key's thumbprint), or change it together with the key."},
	rotation.KidMissing: {"Key {id} of app {app} doesn't have a kid",
		"Okta adds no key to an app while one of its keys doesn't have a kid. Give that key one: import it, and configure the same key; the next apply sets the kid in place.\n\n" +
			"  terraform import ADDRESS {app}/{id}"},
	rotation.KeysFull: {"App {app} already has 50 keys",
		"Okta allows 50 keys for an app, and INACTIVE ones count. If this replaces one of them with create_before_destroy, the new key doesn't fit before the old one is deleted. " +
			"Delete a key that nothing uses: remove its resource, or deactivate and delete it in the Admin Console."},
	noValue: {"No key is given for app {app}",
		"The configuration sets public_key_wo_version, but this run doesn't give public_key_wo. Give the new key together with a new version. If the resource is tainted, run:\n\n  terraform untaint ADDRESS"},
	knownOnlyNow: {"The key of app {app} was not known when this was planned",
		"It differs from the current one, {id}. Nothing was changed. Apply again: the next plan knows the key and replaces it."},
}

// explainKey turns a reason into a diagnostic. There is none where nothing needs to be explained. What is
// adopted is never worth more than a warning.
func (r *appJWKResource) explainKey(app string, reason rotation.Reason, subject rotation.HeldSecret, severity diag.Severity) (diags diag.Diagnostics) {
	message, ok := keyMessages[reason]
	if !ok {
		return nil
	}
	r.report(reason, app, subject.ID)
	fill := strings.NewReplacer("{app}", app, "{id}", subject.ID).Replace
	if severity == diag.SeverityError && reason != rotation.Declared {
		diags.AddError(fill(message.title), fill(message.detail))
	} else {
		diags.AddWarning(fill(message.title), fill(message.detail))
	}
	return diags
}
