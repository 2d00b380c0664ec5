// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"context"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/oktacreds/terraform-provider-oktacreds/internal/okta"
	"github.com/oktacreds/terraform-provider-oktacreds/internal/rotation"
)

// When the previous secret is retired.
const (
	retireWhenOverlapEnded = "overlap_ended"
	retireWhenUnused       = "unused"
)

// rotationUsage is what Okta's System Log said about the previous secret when it
// was last read, kept in private state.
type rotationUsage struct {
	Of    string // id of the secret in question; empty if the log wasn't read
	Usage rotation.Usage

	Doubts                            []rotation.Doubt
	PreviousLastUsed, CurrentLastUsed time.Time
	Attempts                          rotation.Attempts // since it was deactivated
}

// look reads the System Log if the policy depends on it and the previous secret is
// about to be deactivated or deleted.
func (r *appClientSecretRotationResource) look(
	ctx context.Context, app string, facts rotationFacts, policy rotation.Policy, secrets []okta.ClientSecret, diags *diag.Diagnostics,
) rotationFacts {
	facts.Usage, facts.QuietID = rotationUsage{}, ""
	step := facts.next(policy)
	if !policy.OnlyQuiet || step.Blocked != rotation.NotQuiet && step.Phase != rotation.Grace {
		return facts
	}
	current, _ := find(secrets, step.CurrentID)
	previous, _ := find(secrets, step.PreviousID)
	question := usageQuestion{
		appID: app, previous: previous.Hash, current: current.Hash,
		switchedAt: latestOf(current.Created, step.AdoptedAt), window: min(policy.Overlap, maxUsageWindow),
	}
	for _, secret := range secrets {
		question.listed = append(question.listed, secret.Hash)
	}
	if step.Phase == rotation.Grace {
		question.deactivatedAt = previous.LastUpdated
	}
	answer, more := r.clientSecretUsage(ctx, question)
	diags.Append(more...)
	facts.Usage = rotationUsage{
		Of: previous.ID, Usage: answer.Usage, Doubts: answer.Doubts,
		PreviousLastUsed: answer.PreviousLastUsed, CurrentLastUsed: answer.CurrentLastUsed, Attempts: answer.attempts,
	}
	if answer.Usage == rotation.Quiet {
		facts.QuietID = previous.ID
	}
	return facts
}

// showUsage puts into the model what the System Log said about the previous secret.
func (m *appClientSecretRotationModel) showUsage(facts rotationFacts) {
	m.Usage, m.PreviousLastUsedAt, m.CurrentLastUsedAt = types.StringNull(), types.StringNull(), types.StringNull()
	if usage := facts.Usage; usage.Of != "" && usage.Of == m.PreviousSecretID.ValueString() {
		m.Usage = types.StringValue(string(usage.Usage))
		m.PreviousLastUsedAt, m.CurrentLastUsedAt = timestamp(usage.PreviousLastUsed), timestamp(usage.CurrentLastUsed)
	}
}

// checkUsage refuses a configuration under which nothing could ever be found unused.
func (r *appClientSecretRotationResource) checkUsage(plan, state appClientSecretRotationModel) (diags diag.Diagnostics) {
	// Only where the configuration changes.
	if plan.RetireWhen.ValueString() == retireWhenUnused && !plan.RetireWhen.Equal(state.RetireWhen) && r.ready() && r.lacksLogScope() {
		diags.AddError("retire_when = \"unused\" needs the scope "+logScope,
			"The provider's scopes don't include it, so Okta's System Log can't be read and the previous secret would never be retired. "+grantLogs)
	}
	return diags
}
