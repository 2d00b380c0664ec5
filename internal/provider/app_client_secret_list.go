// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework/list"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/oktacreds/terraform-provider-oktacreds/internal/okta"
)

func newAppClientSecretList() list.ListResource {
	return &credentialList[okta.ClientSecret, appClientSecretModel]{
		object: secretObject, noun: "client secret",
		cost: "The whole org costs one request for every 200 apps and one for each app, which Okta notes in its System Log as a read of the secrets. Values are never shown, and the configuration that " +
			"`terraform query -generate-config-out` writes keeps them out of state (`omit_secret = true`).",
		read:     secretsOfApp,
		name:     func(secret okta.ClientSecret) string { return secret.ID },
		describe: describeSecret,
	}
}

// secretsOfApp reads the client secrets of an app. One that authenticates with
// private_key_jwt has none [D], and need not be asked.
func secretsOfApp(ctx context.Context, client *okta.Client, app okta.App, _ bool) ([]okta.ClientSecret, error) {
	if app.AuthMethod == okta.AuthMethodPrivateKeyJWT {
		return nil, nil
	}
	return client.Secrets.Snapshot(ctx, app.ID)
}

// describeSecret fills in what an import would: everything but the value.
func describeSecret(m *appClientSecretModel, secret okta.ClientSecret) {
	m.OmitSecret = types.BoolValue(true)
	m.OnDestroy = types.StringValue(onDestroyDelete)
	m.WhenFull = types.StringValue(whenFullFail)
	m.AllowLastCredentialDestroy = types.BoolValue(false)
	m.AdoptInterrupted = types.BoolValue(false)
	m.OnBlocked = types.StringValue(onBlockedWarn)
	m.Drain = types.StringValue("0s")
	m.InitialSecret = types.StringValue(initialSecretKeep)
	m.Verify = types.BoolValue(false)
	m.take(secret)
}
