// SPDX-License-Identifier: MPL-2.0

package provider_test

import (
	"context"
	"runtime"
	"testing"
	"weak"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"

	"github.com/oktacreds/terraform-provider-oktacreds/internal/provider"
)

// What the server keeps of a call that has ended, it keeps a thousand times in a
// plan of a thousand resources.
func TestServer_KeepsNothingOfACallThatHasEnded(t *testing.T) {
	t.Parallel()
	server := provider.NewServer(&provider.Provider{Version: "test"})
	for name, call := range map[string]func(context.Context) error{
		"ValidateResourceConfig": func(ctx context.Context) error {
			_, err := server.ValidateResourceConfig(ctx, &tfprotov6.ValidateResourceConfigRequest{TypeName: keyKind})
			return err
		},
		"UpgradeResourceState": func(ctx context.Context) error {
			_, err := server.UpgradeResourceState(ctx, &tfprotov6.UpgradeResourceStateRequest{TypeName: keyKind})
			return err
		},
		"UpgradeResourceIdentity": func(ctx context.Context) error {
			_, err := server.UpgradeResourceIdentity(ctx, &tfprotov6.UpgradeResourceIdentityRequest{TypeName: keyKind})
			return err
		},
		"ReadResource": func(ctx context.Context) error {
			_, err := server.ReadResource(ctx, &tfprotov6.ReadResourceRequest{TypeName: keyKind})
			return err
		},
		"PlanResourceChange": func(ctx context.Context) error {
			_, err := server.PlanResourceChange(ctx, &tfprotov6.PlanResourceChangeRequest{TypeName: keyKind})
			return err
		},
		"ApplyResourceChange": func(ctx context.Context) error {
			_, err := server.ApplyResourceChange(ctx, &tfprotov6.ApplyResourceChangeRequest{TypeName: keyKind})
			return err
		},
	} {
		kept := func() weak.Pointer[[1024]byte] {
			type key struct{}
			loggers := new([1024]byte)
			if err := call(context.WithValue(t.Context(), key{}, loggers)); err != nil {
				t.Errorf("%s: %v", name, err)
			}
			return weak.Make(loggers)
		}()
		runtime.GC()
		if kept.Value() != nil {
			t.Errorf("%s: the context of the call is still there", name)
		}
		runtime.KeepAlive(server)
	}
}

func TestConfigure_AScopeNotKnownYet_PlansWithoutAskingOkta(t *testing.T) {
	t.Parallel()
	p := newProtocol(t, nil)
	scopes := []tftypes.Value{tftypes.NewValue(tftypes.String, "okta.apps.manage"), tftypes.NewValue(tftypes.String, tftypes.UnknownValue)}
	resp, err := p.server.ConfigureProvider(t.Context(), &tfprotov6.ConfigureProviderRequest{
		Config: dynamic(t, p.schemas.Provider.ValueType(), map[string]any{"client_id": "0oa1", "org_name": "example", "scopes": scopes}),
	})
	if err != nil || len(resp.Diagnostics) > 0 {
		t.Errorf("%v %s", err, said(resp.Diagnostics))
	}
}
