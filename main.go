// Command terraform-provider-oktacreds is the plugin that Terraform and
// OpenTofu start. It rotates the credentials of Okta apps with no downtime.
package main

import (
	"context"
	"flag"
	"log"

	"github.com/hashicorp/terraform-plugin-framework/providerserver"

	"github.com/oktacreds/terraform-provider-oktacreds/internal/provider"
)

// version is the release's; the linker sets it (-ldflags "-X main.version=…").
var version = "dev"

func main() {
	debug := flag.Bool("debug", false, "wait for a debugger, and print the TF_REATTACH_PROVIDERS line that connects Terraform to this process")
	flag.Parse()

	err := providerserver.Serve(context.Background(), provider.New(version), providerserver.ServeOpts{
		Address: "registry.terraform.io/oktacreds/oktacreds",
		Debug:   *debug,
	})
	if err != nil {
		log.Fatal(err)
	}
}
