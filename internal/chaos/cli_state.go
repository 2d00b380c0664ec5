// SPDX-License-Identifier: MPL-2.0

package main

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"
)

const stateFile = "terraform.tfstate"

// readState reads the state file; it is empty until something is in state.
func (c *cliRunner) readState() []byte {
	text, err := os.ReadFile(filepath.Join(c.dir, stateFile))
	if err != nil && !os.IsNotExist(err) {
		c.fail(err)
	}
	return text
}

// restore puts the state of before a run back if the run was killed while it wrote
// the file, which it does in place.
func (c *cliRunner) restore(state []byte) {
	if len(state) > 0 && !json.Valid(c.readState()) {
		if err := os.WriteFile(filepath.Join(c.dir, stateFile), state, 0o600); err != nil {
			c.fail(err)
		}
	}
}

// objects reads the state file.
func (c *cliRunner) objects() []tftypes.Value {
	all := []tftypes.Value{c.life.schema.null()}
	text := c.readState()
	if len(text) == 0 {
		return all
	}
	var state struct {
		Resources []struct {
			Type      string
			Instances []struct {
				Deposed    string
				Attributes json.RawMessage
			}
		}
	}
	err := json.Unmarshal(text, &state)
	for _, resource := range state.Resources {
		if resource.Type != c.life.schema.typeName {
			continue
		}
		for _, instance := range resource.Instances {
			raw := tfprotov6.RawState{JSON: instance.Attributes}
			value, unreadable := raw.Unmarshal(c.life.schema.objectType)
			switch {
			case unreadable != nil:
				err = unreadable
			case instance.Deposed == "":
				all[0] = value
			default:
				all = append(all, value)
			}
		}
	}
	if err != nil {
		c.fail(err)
	}
	return all
}

// age makes older what the provider has noted of its own clock: since when a
// rotation has had a secret that it found in the app. Everything else is by Okta's
// clock, and in the org.
func (c *cliRunner) age(d time.Duration) error {
	if _, ok := c.life.subject.(*rotationSubject); !ok || d == 0 {
		return nil
	}
	text := c.readState()
	if len(text) == 0 {
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
	return os.WriteFile(filepath.Join(c.dir, stateFile), text, 0o600)
}

// agePrivate does it in the private state of one object: base64 of JSON, in which
// each value is base64 again, of what the provider has written.
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
