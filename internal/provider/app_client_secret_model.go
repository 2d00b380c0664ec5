package provider

import (
	"fmt"
	"time"

	"github.com/hashicorp/terraform-plugin-framework-timeouts/resource/timeouts"
	"github.com/hashicorp/terraform-plugin-framework-timetypes/timetypes"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/oktacreds/terraform-provider-oktacreds/internal/okta"
)

// appClientSecretModel is the resource's data.
type appClientSecretModel struct {
	AppID                 types.String         `tfsdk:"app_id"`
	ClientSecret          types.String         `tfsdk:"client_secret"`
	ClientSecretWO        types.String         `tfsdk:"client_secret_wo"`
	ClientSecretWOVersion types.Int64          `tfsdk:"client_secret_wo_version"`
	OmitSecret            types.Bool           `tfsdk:"omit_secret"`
	Status                types.String         `tfsdk:"status"`
	RotateWhenChanged     types.Map            `tfsdk:"rotate_when_changed"`
	RotateAfter           timetypes.GoDuration `tfsdk:"rotate_after"`
	OnDestroy             types.String         `tfsdk:"on_destroy"`
	OnLimit               types.String         `tfsdk:"on_limit"`
	ForceDestroy          types.Bool           `tfsdk:"force_destroy"`
	Verify                types.Bool           `tfsdk:"verify"`
	ID                    types.String         `tfsdk:"id"`
	SecretHash            types.String         `tfsdk:"secret_hash"`
	Created               types.String         `tfsdk:"created"`
	LastUpdated           types.String         `tfsdk:"last_updated"`
	Version               types.Int64          `tfsdk:"version"`
	Timeouts              timeouts.Value       `tfsdk:"timeouts"`
}

// take takes over what Okta says of the secret, except its value: whether that
// enters state is for the caller to decide.
func (m *appClientSecretModel) take(secret okta.ClientSecret) {
	m.ID = types.StringValue(secret.ID)
	m.SecretHash = types.StringValue(secret.Hash)
	m.Status = types.StringValue(string(secret.Status))
	m.Created = timestamp(secret.Created)
	m.LastUpdated = timestamp(secret.LastUpdated)
	m.Version = types.Int64Value(secret.Created.Unix())
}

func (m *appClientSecretModel) identity() credentialIdentityModel {
	return credentialIdentityModel{AppID: m.AppID, ID: m.ID}
}

// adoptionAge is how old a secret may be that a create takes over instead of
// making another: an interrupted run is repeated soon.
const adoptionAge = 24 * time.Hour

// unrecorded picks the secret that an earlier run created and could not record:
// the app's newest, ACTIVE, made by this provider for this app, and young. A run
// that records its secret retires the one before, so that a successor beside
// its predecessor is one that no state knows.
func unrecorded(app string, secrets []okta.ClientSecret, now time.Time) (okta.ClientSecret, bool) {
	last, ok := newest(secrets)
	if !ok || last.Status != okta.StatusActive || now.Sub(last.Created) > adoptionAge || !okta.GeneratedFor(last.Value, app) {
		return okta.ClientSecret{}, false
	}
	return last, true
}

// secretFacts is what a refresh saw, kept in private state for the plan, which
// must not ask or read the clock again: a plan that decides differently when it
// is made again at apply is an error of Terraform's.
type secretFacts struct {
	// Hash is the secret's own.
	Hash string `json:"hash"`
	// Due says that the secret has reached rotate_after.
	Due bool `json:"due,omitempty"`
	// Others are the app's other secrets; one is all that Okta allows.
	Others []otherSecret `json:"others,omitempty"`
}

type otherSecret struct {
	ID         string      `json:"id"`
	Status     okta.Status `json:"status"`
	Created    time.Time   `json:"created"`
	Unrecorded bool        `json:"unrecorded,omitempty"`
}

func (o otherSecret) String() string {
	return okta.Holding{ID: o.ID, Status: o.Status, Created: o.Created}.String()
}

// newSecretFacts is a pure function of what was read.
func newSecretFacts(app string, self okta.ClientSecret, secrets []okta.ClientSecret, rotateAfter time.Duration, now time.Time) secretFacts {
	facts := secretFacts{
		Hash: self.Hash,
		Due:  rotateAfter > 0 && now.Sub(self.Created) >= rotateAfter,
	}
	orphan, found := unrecorded(app, secrets, now)
	for _, secret := range secrets {
		if secret.ID != self.ID {
			facts.Others = append(facts.Others, otherSecret{
				ID: secret.ID, Status: secret.Status, Created: secret.Created,
				Unrecorded: found && orphan.ID == secret.ID,
			})
		}
	}
	return facts
}

// blocker is the secret that keeps a replacement from being created first, if
// there is one: Okta has two places, and this one is taken by somebody else.
func (f secretFacts) blocker(onLimit string) (otherSecret, bool) {
	for _, other := range f.Others {
		if !other.Unrecorded && (other.Status != okta.StatusInactive || onLimit != onLimitDeleteInactive) {
			return other, true
		}
	}
	return otherSecret{}, false
}

// successor is the secret that an interrupted run has already created in place
// of this one.
func (f secretFacts) successor() (otherSecret, bool) {
	for _, other := range f.Others {
		if other.Unrecorded {
			return other, true
		}
	}
	return otherSecret{}, false
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
