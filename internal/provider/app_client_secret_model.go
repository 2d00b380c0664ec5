// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"fmt"
	"time"

	"github.com/hashicorp/terraform-plugin-framework-timeouts/resource/timeouts"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/oktacreds/terraform-provider-oktacreds/internal/okta"
)

// appClientSecretModel is the resource's data.
type appClientSecretModel struct {
	AppID                      types.String   `tfsdk:"app_id"`
	ClientSecret               types.String   `tfsdk:"client_secret"`
	ClientSecretWO             types.String   `tfsdk:"client_secret_wo"`
	ClientSecretWOVersion      types.Int64    `tfsdk:"client_secret_wo_version"`
	OmitSecret                 types.Bool     `tfsdk:"omit_secret"`
	Status                     types.String   `tfsdk:"status"`
	RotateWhenChanged          types.Map      `tfsdk:"rotate_when_changed"`
	RotateAfter                types.String   `tfsdk:"rotate_after"`
	Stagger                    types.String   `tfsdk:"stagger"`
	OnBlocked                  types.String   `tfsdk:"on_blocked"`
	Drain                      types.String   `tfsdk:"drain"`
	InitialSecret              types.String   `tfsdk:"initial_secret"`
	RotatesAt                  types.String   `tfsdk:"rotates_at"`
	Overdue                    types.Bool     `tfsdk:"overdue"`
	BlockedBy                  types.String   `tfsdk:"blocked_by"`
	OnDestroy                  types.String   `tfsdk:"on_destroy"`
	AdoptInterrupted           types.Bool     `tfsdk:"adopt_interrupted"`
	WhenFull                   types.String   `tfsdk:"when_full"`
	AllowLastCredentialDestroy types.Bool     `tfsdk:"allow_last_credential_destroy"`
	Verify                     types.Bool     `tfsdk:"verify"`
	ID                         types.String   `tfsdk:"id"`
	SecretHash                 types.String   `tfsdk:"secret_hash"`
	Created                    types.String   `tfsdk:"created"`
	LastUpdated                types.String   `tfsdk:"last_updated"`
	Version                    types.Int64    `tfsdk:"version"`
	Timeouts                   timeouts.Value `tfsdk:"timeouts"`
}

// take adopts what Okta says of the secret, except its value: whether that
// enters state is for the caller to decide.
func (m *appClientSecretModel) take(secret okta.ClientSecret) {
	m.ID = types.StringValue(secret.ID)
	m.SecretHash = types.StringValue(secret.Hash)
	m.Status = types.StringValue(string(secret.Status))
	m.Created = timestamp(secret.Created)
	m.LastUpdated = timestamp(secret.LastUpdated)
	if m.Version.IsNull() || m.Version.IsUnknown() {
		m.Version = types.Int64Value(secret.Created.Unix())
	}
}

// schedule is when the secret is to be replaced because of its age.
func (m appClientSecretModel) schedule() schedule {
	return schedule{owner: m.AppID.ValueString(), rotateAfter: m.RotateAfter, stagger: m.Stagger}
}

// showSchedule fills in what follows from the schedule, by the org's clock.
func (m *appClientSecretModel) showSchedule(created, now time.Time, pending bool) {
	at := m.schedule().at(created)
	m.RotatesAt = timestamp(at)
	m.Overdue = types.BoolValue(pending || !at.IsZero() && !now.Before(at))
}

// planSchedule is the same for a plan, which must not read the clock: overdue is what the refresh has
// found, unless the schedule changes.
func (m *appClientSecretModel) planSchedule(state appClientSecretModel) {
	m.Overdue, m.RotatesAt, m.BlockedBy = state.Overdue, state.RotatesAt, state.BlockedBy
	if m.schedule().key() != state.schedule().key() {
		m.Overdue = types.BoolUnknown()
		if created, err := time.Parse(time.RFC3339, state.Created.ValueString()); err == nil {
			m.RotatesAt = timestamp(m.schedule().at(created))
		}
	}
}

func (m *appClientSecretModel) identity() credentialIdentityModel {
	return credentialIdentityModel{AppID: m.AppID, ID: m.ID}
}

// hasOwnValue tells whether the configuration gives the secret, though not necessarily in this run: a
// write-only value may be given only in the run that changes its version.
func (m *appClientSecretModel) hasOwnValue() bool {
	return !m.ClientSecret.IsNull() || !m.ClientSecretWO.IsNull() || !m.ClientSecretWOVersion.IsNull()
}

// ownHash is the hash of the secret that the configuration gives, empty if it doesn't give one or if
// that isn't known yet.
func (m *appClientSecretModel) ownHash() string {
	for _, value := range []types.String{m.ClientSecret, m.ClientSecretWO} {
		if !value.IsNull() && !value.IsUnknown() {
			return okta.SecretHash(value.ValueString())
		}
	}
	return ""
}

// ownLength is the length of that secret, in bytes.
func (m *appClientSecretModel) ownLength() int {
	return max(len(m.ClientSecret.ValueString()), len(m.ClientSecretWO.ValueString()))
}

// nextVersion is the version of a secret created next to those present: its time
// of creation, unless Okta's clock, which shows whole seconds [R], has not moved
// since the one before was created.
func nextVersion(secret okta.ClientSecret, present []okta.ClientSecret) int64 {
	version := secret.Created.Unix()
	if last, ok := newest(present); ok && last.ID != secret.ID {
		version = max(version, last.Created.Unix()+1)
	}
	return version
}

// checkSecret says what Okta would refuse of a client secret, without
// repeating any of it.
func checkSecret(value string) error {
	if n := len(value); n < okta.MinSecretLength || n > okta.MaxSecretLength {
		return fmt.Errorf("a client secret has %d to %d characters; this one has %d", okta.MinSecretLength, okta.MaxSecretLength, n)
	}
	for i, r := range value {
		if r < 0x20 || r > 0x7e {
			return fmt.Errorf("a client secret consists of printable ASCII (0x20 to 0x7E); byte %d of this one does not", i+1)
		}
	}
	return nil
}

// checkSecretForApp says what Okta would refuse because of the app's
// authentication method. Length 0 stands for a generated secret.
func checkSecretForApp(app okta.App, length int) error {
	switch {
	case app.AuthMethod == okta.AuthMethodPrivateKeyJWT:
		return fmt.Errorf("the token_endpoint_auth_method of app %s is private_key_jwt, which takes no client secret: "+
			"use oktacreds_app_jwk, or switch the app to one of the client_secret methods", app.ID)
	case app.AuthMethod == okta.AuthMethodSecretJWT && length > 0 && length < okta.MinJWTSecretLength:
		return fmt.Errorf("the token_endpoint_auth_method of app %s is client_secret_jwt, which needs a client secret of at least %d characters; this one has %d",
			app.ID, okta.MinJWTSecretLength, length)
	default:
		return nil
	}
}
