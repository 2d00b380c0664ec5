// SPDX-License-Identifier: MPL-2.0

package provider_test

import (
	"testing"

	"github.com/oktacreds/terraform-provider-oktacreds/internal/acctest"
	"github.com/oktacreds/terraform-provider-oktacreds/internal/tfcore"
)

// An app that is gone takes what it had with it: a destroy works, and a plan says that it can't be created again.
func TestAppGone_IsSaidAndDoesNotBlockDestroy(t *testing.T) {
	t.Parallel()
	for kind, arguments := range map[string]func(t *testing.T, app *acctest.App) values{
		uriKind:              oneOfAnApp[uriKind],
		secretsExclusiveKind: oneOfAnApp[secretsExclusiveKind],
		keysExclusiveKind:    oneOfAnApp[keysExclusiveKind],
		keyKind: func(t *testing.T, _ *acctest.App) values {
			t.Helper()
			return values{"public_key_pem": acctest.NewEC(t).PEM(t)}
		},
	} {
		t.Run(kind, func(t *testing.T) {
			t.Parallel()
			org := acctest.NewOrg(t)
			app := org.NewApp(t, "client_secret_basic")
			life := newAppStory(t, org, app, kind+".test")
			given := arguments(t, app)
			life.apply(t, tfcore.Create, given)
			app.Remove(t)
			life.destroy(t, tfcore.Options{})
			life.refuse(t, given, "does not exist in this org")
		})
	}
}
