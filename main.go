// SPDX-License-Identifier: MPL-2.0

// Command terraform-provider-oktacreds is the plugin that Terraform and
// OpenTofu start. It rotates the credentials of Okta apps.
package main

import (
	"flag"
	"log"
	"os"
	"runtime/debug"
	"slices"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tfprotov6/tf6server"

	"github.com/oktacreds/terraform-provider-oktacreds/internal/provider"
)

// version is the release's; the linker sets it (-ldflags "-X main.version=…").
var version = "dev"

func main() {
	debugging := flag.Bool("debug", false, "wait for a debugger, and print the TF_REATTACH_PROVIDERS line that connects Terraform to this process")
	flag.Parse()

	var options []tf6server.ServeOpt
	if *debugging {
		options = append(options, tf6server.WithManagedDebug())
	} else if err := spare(); err != nil {
		log.Fatal(err)
	}
	err := tf6server.Serve("registry.terraform.io/oktacreds/oktacreds", func() tfprotov6.ProviderServer {
		return provider.NewServer(&provider.Provider{Version: version})
	}, options...)
	if err != nil {
		log.Fatal(err)
	}
}

// spare spares the run what no one will see. It makes a plan about twice as fast.
func spare() error {
	// The protocol server and the framework log every step of every call, no matter what
	// TF_LOG is; without it, Terraform parses all that and throws it away.
	asked := func(variable string) bool { return os.Getenv(variable) != "" }
	if !slices.ContainsFunc([]string{"TF_LOG", "TF_LOG_PROVIDER", "TF_LOG_SDK"}, asked) {
		if err := os.Setenv("TF_LOG_SDK", "WARN"); err != nil {
			return err
		}
	}
	// A run makes much garbage out of little: the heap remains small anyway.
	if !asked("GOGC") {
		debug.SetGCPercent(300)
	}
	return nil
}
