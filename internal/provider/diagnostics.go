// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"context"
	"errors"
	"fmt"
	"net"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/diag"

	"github.com/oktacreds/terraform-provider-oktacreds/internal/okta"
)

// advice is what to call an error and what to do about it, by what it says. The first match counts.
var advice = []struct {
	when  func(error) bool
	title string // of the diagnostic, where the problem is the same for every call
	do    string
}{
	{isValueLost, "", "Okta shows this secret's value only in the response that was lost. If the secret was created, its value cannot be recovered. Deactivate and " +
		"delete it in the Admin Console (or deactivate it and set when_full = \"delete_inactive\"), and apply again: another one is created."},
	{isUnsettled, "", "Apply again. If the credential was created, the next plan names it and shows how to adopt it."},
	{isA[*okta.ValueError], "", "The provider delivers a secret only if it matches its secret_hash. Check that nothing between here and the org masks secrets in responses, " +
		"and that the org's feature \"OAuth secrets and key management\" is on. Consumers keep what they have."},
	{isA[*okta.MismatchError], "", "The provider doesn't use such a response. Check in the Admin Console what the app has, and that no cache or proxy between here and the org " +
		"mixes responses up. If an unknown credential exists there now, deactivate and delete it, and apply again."},
	{isA[*okta.OwnKeyError], "", "Without it, the provider could not log in any more. Use two keys: add a new one to the API service app, set private_key (and private_key_id) of the provider " +
		"to it, apply, and then retire the old one."},
	{isA[*okta.IgnoredError], "", "Apps from the OIN catalog (Okta Integration Network) don't let the API change this. Change it in the Admin Console if the app allows it there, " +
		"and remove the resource from the configuration."},
	{isA[*okta.StatusError], "", "The provider knows what Okta does with ACTIVE and INACTIVE credentials only, and changes nothing in the state. Look at the credential in the Admin " +
		"Console: activate, deactivate or delete it there, and plan again."},
	{okta.IsUnexpectedResponse, "The response is not from Okta", "Something between here and the org may have given it: a proxy, a login page of the network, or a wrong http_proxy or base_url. " +
		"Check with a GET of the same path, and apply again."},
	{okta.IsInsufficientScope, "The provider's access token lacks a scope", "The access token lacks a scope. Grant okta.apps.manage (okta.apps.read is enough for plan) to the API service app " +
		"the provider logs in as, and name it in scopes; API service integrations need okta.oauthIntegrations.manage."},
	{okta.IsInvalidToken, "Okta rejected the provider's credentials", "Okta does not know the provider's credentials. Check that the API token (or access token) belongs to this org, and that it has " +
		"neither expired nor been revoked. API tokens expire after 30 days without use."},
	{okta.IsFeatureDisabled, "The org doesn't have client secret management", "The org doesn't have the feature for client secret management. In the Admin Console: Settings > Features > " +
		"\"OAuth secrets and key management\". (Turning it off later keeps only the newest secret of each app.)"},
	{okta.IsForbidden, "The provider's admin role doesn't allow this", "The admin role behind the provider's credentials does not allow this. It needs to manage applications; the credentials of an app " +
		"that holds Okta API scopes may be changed by a Super Admin only."},
	{okta.IsOnlyActive, "", "It is the only active credential of this kind, and Okta keeps it, so that logins remain possible. If this is a replacement, " +
		"the new credential has to come first. Add to the resource:\n\n  lifecycle {\n    create_before_destroy = true\n  }\n\n" +
		"To destroy the resource, set on_destroy = \"retain\", which leaves it in Okta, or allow_last_credential_destroy = true, which revokes it. Apply, and destroy again."},
	{hasNoSlotForPlaceholder, "", "It is the last active one. allow_last_credential_destroy first creates a placeholder, and the app doesn't have a free slot for it: deactivate and delete the other " +
		"one in the Admin Console, if nothing uses it, and destroy again."},
	{okta.IsLimit, "", "Free a slot: deactivate and delete a credential that nothing uses any more (in the Admin Console, or by importing it and removing it " +
		"from the configuration), or set when_full = \"delete_inactive\" so that an INACTIVE one is deleted. If the plan shows a deposed object of this resource, " +
		"an apply without a new rotation removes it first."},
	{okta.IsDuplicateKid, "", "Another key of the app has this kid. Choose another kid, or import the key that is there."},
	{okta.IsKidMissing, "", "Okta adds no key to an app while one of its keys doesn't have a kid. Give that key one: import it, configure the same key, and apply."},
	{isOwnLogin, "Okta rejected the provider's credentials", "Okta rejected the provider's own credentials. Check that client_id is that of an active API service app, that private_key is the private " +
		"half of a public key that is ACTIVE there, and private_key_id that key's kid; and that this machine's clock is right."},
	{okta.IsAppNotFound, "The app does not exist in this org", "The app does not exist in this org: it was deleted, or app_id or the org is the wrong one. " +
		"Remove the resource from the configuration, or correct app_id."},
	{okta.IsNotFound, "", "It does not exist in this org any more. Plan again to see what is there."},
	{okta.IsRateLimited, "The org's rate limit is exhausted", "The org's rate limit was exhausted during all retries. Wait a minute and apply again; lower max_api_capacity or -parallelism " +
		"if other clients share the limit, or raise max_retries."},
	{isOutOfTime, "", "The time that timeouts allow was over before the request could be sent, most likely while waiting for the org's rate limit. " +
		"Apply again, or raise timeouts."},
	{isTransport, "Okta did not respond", "Okta did not respond. Check the network between here and the org, and apply again: what has been done is recorded, the rest follows."},
}

func isUnsettled(err error) bool {
	var unsettled *okta.UnsettledError
	return errors.As(err, &unsettled)
}

func isValueLost(err error) bool {
	var unsettled *okta.UnsettledError
	return errors.As(err, &unsettled) && unsettled.ValueLost
}

func hasNoSlotForPlaceholder(err error) bool {
	var limit *okta.LimitError
	return errors.As(err, &limit) && limit.Placeholder
}

// isOwnLogin tells that it is not the secret under verification that Okta refuses.
func isOwnLogin(err error) bool {
	var token *okta.TokenError
	return errors.As(err, &token) && okta.IsInvalidClient(err)
}

// isOutOfTime: a request that was sent and got no answer is another matter, and so
// is a connection that no one answers, which is a DeadlineExceeded to package net.
func isOutOfTime(err error) bool {
	var network *net.OpError
	return isTransport(err) && errors.Is(err, context.DeadlineExceeded) && !okta.IsAmbiguous(err) && !errors.As(err, &network)
}

// isA tells whether err is or wraps an E.
func isA[E error](err error) bool {
	_, ok := errors.AsType[E](err)
	return ok
}

func isTransport(err error) bool {
	var transport *okta.TransportError
	return errors.As(err, &transport)
}

// failure is the diagnostic of a failed operation: what was being done to which
// app and credential, what Okta answered, what to do next. Its title is the problem
// where that is the same for every operation, such as a 401, and else the operation.
func failure(doing string, err error) diag.Diagnostic {
	for _, a := range advice {
		if !a.when(err) {
			continue
		}
		if a.title == "" || errors.Is(err, context.Canceled) {
			break
		}
		return diag.NewErrorDiagnostic(a.title, "The provider can't "+doing+".\n\n"+explain(err))
	}
	return diag.NewErrorDiagnostic("Okta: can't "+doing, explain(err))
}

// explain says what Okta answered and what to do about it.
func explain(err error) string {
	text := response(err)
	for _, a := range advice {
		if a.when(err) {
			return text + "\n\n" + a.do
		}
	}
	return text
}

// response says what Okta answered, or what happened instead.
func response(err error) string {
	var text strings.Builder
	var answer *okta.APIError
	if errors.As(err, &answer) && !isUnsettled(err) {
		fmt.Fprintf(&text, "Okta answered %d: %s.", answer.Status, strings.TrimSuffix(answer.Said(), "."))
	} else {
		text.WriteString(sentence(err.Error()))
	}
	var limit *okta.LimitError
	if answer != nil && errors.As(err, &limit) {
		text.WriteString("\n\n" + sentence(limit.Error()))
	}
	if errors.Is(err, context.Canceled) {
		text.WriteString("\n\nThe run was canceled.")
	}
	return text.String()
}

func sentence(text string) string {
	if text == "" {
		return text
	}
	return strings.ToUpper(text[:1]) + strings.TrimSuffix(text[1:], ".") + "."
}

// appMissing is the warning under which objects leave state together with an app
// that was deleted behind Terraform's back.
func appMissing(of, app string) diag.Diagnostic {
	return diag.NewWarningDiagnostic("App "+app+" does not exist any more",
		"The app was deleted outside of Terraform, and its "+of+" with it. The object is removed from the state. Remove the resource from the configuration, or give it the app_id of another app.")
}
