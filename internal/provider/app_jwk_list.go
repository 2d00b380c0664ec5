// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework/list"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/oktacreds/terraform-provider-oktacreds/internal/okta"
)

func newAppJWKList() list.ListResource {
	return &credentialList[okta.Key, appJWKModel]{
		object: keyObject, noun: "key",
		cost: "The whole org costs one request for every 200 apps; with `older_than`, one more for each app that has keys, since only a key itself tells its age. " +
			"Keys behind a JWKS URI are not found.",
		read:     keysOfApp,
		name:     keyName,
		describe: describeKey,
	}
}

// keysOfApp takes the keys that the app came with. They lack their creation
// times: for those the app has to be asked again.
func keysOfApp(ctx context.Context, client *okta.Client, app okta.App, ages bool) ([]okta.Key, error) {
	if !ages || len(app.Keys) == 0 {
		return app.Keys, nil
	}
	return client.Keys.List(ctx, app.ID)
}

func keyName(key okta.Key) string {
	if key.Kid == "" {
		return key.ID
	}
	return key.ID + " (kid " + key.Kid + ")"
}

// describeKey fills in what an import would.
func describeKey(m *appJWKModel, key okta.Key) {
	m.JWK = types.StringValue(key.JSON())
	m.OnDestroy = types.StringValue(onDestroyDelete)
	m.AllowLastCredentialDestroy = types.BoolValue(false)
	m.AdoptInterrupted = types.BoolValue(false)
	m.Drain = types.StringValue("0s")
	m.take(key)
}
