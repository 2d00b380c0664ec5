// SPDX-License-Identifier: MPL-2.0

package main

import (
	"encoding/json"
	"fmt"
	"strings"

	"github.com/oktacreds/terraform-provider-oktacreds/internal/tfcore"
)

// cutAddress is the type and the name of an address.
func cutAddress(address string) (kind, name string, ok bool) { return strings.Cut(address, ".") }

// objects reads the state file.
func (c *cliRunner) objects() (all []stateObject) {
	var state struct {
		Resources []struct {
			Mode, Type, Name string
			Instances        []struct {
				Deposed, Status string
				Index           any `json:"index_key"`
				Attributes      map[string]any
			}
		}
	}
	text := c.read(stateFile)
	if len(text) == 0 {
		return nil
	}
	if err := json.Unmarshal(text, &state); err != nil {
		c.fail(err)
	}
	for _, resource := range state.Resources {
		if resource.Type == tfcore.Data || resource.Mode != "managed" {
			continue
		}
		for _, instance := range resource.Instances {
			o := stateObject{address: resource.Type + "." + resource.Name, deposed: instance.Deposed != "", tainted: instance.Status == "tainted"}
			switch index := instance.Index.(type) {
			case string:
				o.address += fmt.Sprintf("[%q]", index)
			case float64:
				o.address += fmt.Sprintf("[%.0f]", index)
			}
			o.attribute = func(name string) string {
				value, _ := instance.Attributes[name].(string) // subjects read no others
				return value
			}
			all = append(all, o)
		}
	}
	return all
}
