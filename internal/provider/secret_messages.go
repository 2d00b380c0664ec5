// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"cmp"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/diag"

	"github.com/oktacreds/terraform-provider-oktacreds/internal/okta"
	"github.com/oktacreds/terraform-provider-oktacreds/internal/rotation"
)

// verdictTitles are what a verdict is called, by what it decides; {…} is filled in by explainVerdict.
var verdictTitles = map[rotation.Action]string{
	rotation.None:   "App {app} has an unrecorded client secret",
	rotation.Create: "Client secret {id} of {owner} {app} will be deleted to free its slot",
	rotation.Adopt:  "Client secret {id} of app {app} will be adopted",
	rotation.Refuse: "Rotation blocked: client secret {self} of {owner} {app}",
}

// refuseNewTitle is what a refusal is called for an object that has no secret yet.
const refuseNewTitle = "No client secret can be created for {owner} {app}"

// The ways out that several reasons have in common.
const (
	deleteWay = "\n\nTo delete it, if nothing uses it, deactivate it in the Admin Console and then delete it, or send:\n\n" +
		"  POST {secrets}/{id}/lifecycle/deactivate\n" +
		"  DELETE {secrets}/{id}"
	importWay  = "\n\nTo manage it with this resource, import it (if the address holds another object, remove that first):\n\n  terraform state rm ADDRESS\n  terraform import ADDRESS {app}/{id}"
	deposedWay = "\n\nIf the plan shows a deposed object of this resource, the secret may belong to that: apply, which deletes it, and the next apply rotates. If the resource is tainted, first run terraform untaint ADDRESS."
)

// verdictDetails say why, and what to do, by reason.
var verdictDetails = map[rotation.Reason]string{
	rotation.Unrecorded: "{subject} was created by this provider while {follows} existed, and this object doesn't hold it. Either an interrupted run created it, or another " +
		"configuration or address manages it.\n\nIf no other configuration manages the client secrets of this app, add\n\n  adopt_interrupted = true\n\nand apply: it becomes the new secret. That requires on_destroy = \"delete\"." + deleteWay + importWay +
		"\n\nIf another configuration manages it, both slots are in use. Manage both secrets in one configuration.",
	rotation.SameValue: "A new client secret is asked for, but the configured value is that of the current one. Configure another value. If the resource is tainted, run:\n\n  terraform untaint ADDRESS",
	noValue:            "The configuration sets client_secret_wo_version, but this run doesn't give client_secret_wo. Give the new value together with a new version. If the resource is tainted, run:\n\n  terraform untaint ADDRESS",
	knownOnlyNow:       "The configured value was not known when this was planned, and it differs from the current one. Nothing was changed. Apply again: the next plan knows the value and replaces the secret.",
	rotation.ValueTaken: "{subject} already has the configured value. If this resource manages it, nothing needs to be replaced: plan again. Otherwise configure another value." +
		importWay + deleteWay,
	rotation.HeldByAnother: "{subject} already has the configured value, and another resource of this configuration manages it. Configure another value, or remove one of the two resources." +
		"\n\nIf the plan shows a deposed object of this resource with this id," + deposedAdvice,
	rotation.HasPredecessor: "{subject} already existed when client secret {self} was created. With adopt_interrupted = true, the next one can be created only after it was deleted." +
		deposedWay + deleteWay,
	rotation.SlotActive:   "An {owner} can have two client secrets. {taken}" + deposedWay + "\n\nOtherwise it has to be deleted before the secret can be rotated." + deleteWay,
	rotation.SlotInactive: "An {owner} can have two client secrets, and an INACTIVE one counts. The other one is {subject}.\n\nTo let this resource delete it, add\n\n  when_full = \"delete_inactive\"" + deleteWay,
	rotation.SlotManaged: "An {owner} can have two client secrets. The other one is {subject}, which another resource of this configuration manages, so that neither can be rotated. If one of them was renamed, add a moved block. " +
		"Remove one of the resources{rotation}." + deposedWay,
	rotation.SlotPlaceholder: "An {owner} can have two client secrets. The other one is {subject}. allow_last_credential_destroy created it as a placeholder when it removed the last secret. Nothing uses it." +
		deleteWay,
	rotation.NotRefreshed: "Which client secrets the app has is not known, because this object was not refreshed. Run the command again without -refresh=false.",
	rotation.Reclaims:     "{subject} is deleted before the new client secret is created, because when_full is delete_inactive and both slots are in use.",
	rotation.SameHash:     "{subject} has the configured value: an interrupted run created it and couldn't record it. No other secret is created.",
	rotation.Declared:     "{subject} was created by an interrupted run, which couldn't record it, and adopt_interrupted is set. It becomes the new secret, and no other is created.",
}

// newWays are more ways out for an object that has no secret yet. Create, which isn't told what it replaces,
// may speak of the secret of a tainted resource.
var newWays = map[rotation.Reason]string{
	rotation.Unrecorded: deposedWay,
	rotation.SlotActive: importWay,
}

// explainVerdict turns a verdict about an object of this type into a diagnostic. There is none where nothing needs to be
// explained.
func (c *configured) explainVerdict(object string, inventory rotation.Inventory, verdict rotation.Judgment, refused diag.Severity) (diags diag.Diagnostics) {
	if verdict.Reason == rotation.NoReason {
		return nil
	}
	title := verdictTitles[verdict.Action]
	if verdict.Action == rotation.Refuse && inventory.Self.ID == "" {
		title = refuseNewTitle
	}
	subject, id, detail, taken := verdict.Subject, verdict.Subject.ID, verdictDetails[verdict.Reason], "The other one is "+secretName(verdict.Subject)+"."
	c.report(verdict.Reason, inventory.App, id)
	if inventory.Self.ID == "" {
		detail += newWays[verdict.Reason]
	}
	if others := inventory.Others; inventory.Self.ID == "" && verdict.Reason == rotation.SlotActive && len(others) > 1 {
		var names []string
		for _, other := range others {
			names = append(names, secretName(other))
			if other.ID != subject.ID {
				c.report(verdict.Reason, inventory.App, other.ID)
			}
		}
		id, taken = "SECRET_ID", "This one has "+strings.Join(names, " and ")+"."
	}
	has := ownerOf(object)
	manager := ", or use " + rotationObject + ", which manages both slots"
	if has != anApp {
		manager = ""
	}
	detail = strings.ReplaceAll(detail, "{secrets}", has.secrets)
	fill := strings.NewReplacer(
		"{app}", inventory.App, "{owner}", has.noun, "{rotation}", manager, "{self}", inventory.Self.ID, "{id}", id, "{subject}", secretName(subject), "{taken}", taken, "{follows}", cmp.Or(subject.Follows, "another one"),
	).Replace
	if verdict.Action == rotation.Refuse && refused == diag.SeverityError {
		diags.AddError(fill(title), fill(detail))
	} else {
		diags.AddWarning(fill(title), fill(detail))
	}
	return diags
}

// report tells anyone who watches the provider, such as a test, why it says what it says: texts are for people.
func (c *configured) report(reason rotation.Reason, app, id string) {
	if c.onReason != nil {
		c.onReason(reason, app, id)
	}
}

// secretName names a secret in messages.
func secretName(secret rotation.HeldSecret) string {
	status := okta.StatusInactive
	if secret.Active {
		status = okta.StatusActive
	}
	return "Client secret " + okta.Holding{ID: secret.ID, Status: status, Created: secret.Created}.String()
}
