// SPDX-License-Identifier: MPL-2.0

package terraformcli

import (
	"context"
	"encoding/json"
	"slices"
	"sync"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tfprotov6/tf6server"
)

// Reattach serves providers, by their source without the registry, until stop is called. It returns the
// environment variable by which the CLI finds them in either registry.
func Reattach(providers map[string]tfprotov6.ProviderServer, options ...tf6server.ServeOpt) (variable string, stop func(), err error) {
	ctx, cancel := context.WithCancel(context.Background())
	reattach := map[string]any{}
	var serving sync.WaitGroup
	for source, server := range providers {
		configs, closed := channelFor(tf6server.WithDebug), make(chan struct{})
		serving.Go(func() {
			_ = tf6server.Serve(source, func() tfprotov6.ProviderServer { return server },
				slices.Concat(options, []tf6server.ServeOpt{tf6server.WithDebug(ctx, configs, closed)})...)
		})
		serving.Go(func() { <-closed })
		config := <-configs
		type address struct{ Network, String string }
		for _, host := range []string{"registry.terraform.io/", "registry.opentofu.org/"} {
			reattach[host+source] = map[string]any{
				"Protocol": config.Protocol, "ProtocolVersion": config.ProtocolVersion, "Pid": config.Pid, "Test": true,
				"Addr": address{config.Addr.Network(), config.Addr.String()},
			}
		}
	}
	text, err := json.Marshal(reattach)
	return "TF_REATTACH_PROVIDERS=" + string(text), func() { cancel(); serving.Wait() }, err
}

// channelFor makes the channel that an option takes. Its type is go-plugin's, which is
// not a dependency of this module's own.
func channelFor[T any](func(context.Context, chan T, chan struct{}) tf6server.ServeOpt) chan T {
	return make(chan T, 1)
}
