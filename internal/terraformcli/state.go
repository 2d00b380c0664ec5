// SPDX-License-Identifier: MPL-2.0

package terraformcli

import (
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
)

// Object is an object in state.
type Object struct {
	Address          string
	Deposed, Tainted bool

	attributes map[string]any
}

// Attribute is an attribute's text; empty if it is null or another type's.
func (o Object) Attribute(name string) string {
	text, _ := o.attributes[name].(string)
	return text
}

// Objects reads the state file, in which there is nothing before the first apply.
func (w Workspace) Objects() (all []Object, err error) {
	text, err := os.ReadFile(filepath.Join(w.Dir, "terraform.tfstate"))
	if errors.Is(err, fs.ErrNotExist) || err == nil && len(text) == 0 {
		return nil, nil
	}
	var state struct {
		Resources []struct {
			Type, Name string
			Instances  []struct {
				Deposed, Status string
				Key             json.RawMessage `json:"index_key"`
				Attributes      map[string]any
			}
		}
	}
	if err = errors.Join(err, json.Unmarshal(text, &state)); err != nil {
		return nil, err
	}
	for _, resource := range state.Resources {
		for _, instance := range resource.Instances {
			address := resource.Type + "." + resource.Name
			if instance.Key != nil {
				address += "[" + string(instance.Key) + "]"
			}
			all = append(all, Object{address, instance.Deposed != "", instance.Status == "tainted", instance.Attributes})
		}
	}
	return all, nil
}
