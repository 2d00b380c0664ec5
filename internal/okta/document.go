package okta

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
)

// Document is a JSON object that is changed in places and otherwise kept as it
// came, byte for byte: numbers keep their digits, unknown members survive.
type Document struct {
	root    map[string]json.RawMessage
	changed bool
}

// Set puts a value at a path of member names, making objects on the way.
func (d *Document) Set(value any, path ...string) error {
	encoded, err := json.Marshal(value)
	if err != nil {
		return fmt.Errorf("encoding %v: %w", path, err)
	}
	return d.edit(encoded, path)
}

// Remove takes the member at a path away; a missing one is fine.
func (d *Document) Remove(path ...string) error { return d.edit(nil, path) }

func (d *Document) edit(value json.RawMessage, path []string) error {
	if d.root == nil {
		d.root = map[string]json.RawMessage{}
	}
	changed, err := edit(d.root, value, path)
	d.changed = d.changed || changed
	return err
}

// edit changes the object in place; value nil means removal.
func edit(object map[string]json.RawMessage, value json.RawMessage, path []string) (changed bool, err error) {
	name, rest := path[0], path[1:]
	old, present := object[name]
	if len(rest) == 0 {
		if value == nil {
			delete(object, name)
			return present, nil
		}
		object[name] = value
		return !bytes.Equal(old, value), nil
	}
	inner := map[string]json.RawMessage{}
	if present && string(old) != "null" {
		if err := decode(old, &inner); err != nil {
			return false, fmt.Errorf("member %q is no object: %w", name, err)
		}
	} else if value == nil {
		return false, nil
	}
	if changed, err = edit(inner, value, rest); err != nil || !changed {
		return changed, err
	}
	object[name], err = json.Marshal(inner)
	return true, err
}

// decode is json.Unmarshal with an error that does not repeat its input: what
// Okta answers may hold a secret.
func decode(data []byte, out any) error {
	if json.Unmarshal(data, out) != nil {
		return errors.New("the answer is not the JSON that Okta documents")
	}
	return nil
}
