// SPDX-License-Identifier: MPL-2.0

package acctest

import (
	"fmt"

	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/terraform"
)

// ImportID is APP_ID/ID of the resource at the address.
func ImportID(address string) resource.ImportStateIdFunc {
	return func(state *terraform.State) (string, error) {
		found, ok := state.RootModule().Resources[address]
		if !ok {
			return "", fmt.Errorf("no resource %s in state", address)
		}
		return found.Primary.Attributes["app_id"] + "/" + found.Primary.Attributes["id"], nil
	}
}
