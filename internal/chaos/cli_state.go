// SPDX-License-Identifier: MPL-2.0

package main

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"strings"
	"time"

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

// age makes older what the provider has noted of its own clock: since when a rotation
// has had a secret that it found in the app. Everything else is by Okta's clock, and in
// the org.
func (c *cliRunner) age(d time.Duration) error {
	text := c.read(stateFile)
	if _, ok := c.workspace.holders[0].subject.(*rotationSubject); !ok || d == 0 || len(text) == 0 {
		return nil
	}
	var state map[string]any
	if err := json.Unmarshal(text, &state); err != nil {
		return err
	}
	resources, _ := state["resources"].([]any)
	for _, resource := range resources {
		instances, _ := resource.(map[string]any)["instances"].([]any)
		for _, instance := range instances {
			members, _ := instance.(map[string]any)
			private, ok := members["private"].(string)
			if !ok {
				continue
			}
			older, err := agePrivate(private, d)
			if err != nil {
				return err
			}
			members["private"] = older
		}
	}
	text, err := json.MarshalIndent(state, "", "  ")
	if err != nil {
		return err
	}
	return c.write(stateFile, text)
}

// agePrivate does it in the private state of one object: base64 of JSON, in which each
// value is base64 again, of what the provider has written.
func agePrivate(private string, d time.Duration) (string, error) {
	packed, err := base64.StdEncoding.DecodeString(private)
	if err != nil {
		return "", err
	}
	var values map[string][]byte
	if err := json.Unmarshal(packed, &values); err != nil {
		return "", fmt.Errorf("private state: %w", err)
	}
	for name, value := range values {
		var facts map[string]any
		if json.Unmarshal(value, &facts) != nil {
			continue
		}
		text, _ := facts["AdoptedAt"].(string)
		since, err := time.Parse(time.RFC3339, text)
		if err != nil || since.IsZero() {
			continue
		}
		facts["AdoptedAt"] = since.Add(-d)
		if values[name], err = json.Marshal(facts); err != nil {
			return "", err
		}
	}
	if packed, err = json.Marshal(values); err != nil {
		return "", err
	}
	return base64.StdEncoding.EncodeToString(packed), nil
}
