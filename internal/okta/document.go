// SPDX-License-Identifier: MPL-2.0

package okta

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"strings"
)

// Document is a JSON object that is changed in places and otherwise kept as it
// came, byte for byte: numbers keep their digits, unknown members survive.
type Document struct {
	root    map[string]json.RawMessage
	changed bool
	edits   []change
}

// change is a member that was changed; value nil means that it was removed.
type change struct {
	path  []string
	value json.RawMessage
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

// get decodes the member at a path; a missing one leaves out as it is.
func (d *Document) get(out any, path ...string) error {
	object := d.root
	for _, name := range path[:len(path)-1] {
		inner := map[string]json.RawMessage{}
		if object[name] == nil {
			return nil
		}
		if err := decode(object[name], &inner); err != nil {
			return fmt.Errorf("member %q is not an object: %w", name, err)
		}
		object = inner
	}
	member, ok := object[path[len(path)-1]]
	if !ok {
		return nil
	}
	return decode(member, out)
}

func (d *Document) edit(value json.RawMessage, path []string) error {
	if len(path) == 0 {
		return errors.New("a document is changed member by member, not as a whole")
	}
	if d.root == nil {
		d.root = map[string]json.RawMessage{}
	}
	changed, err := edit(d.root, value, path)
	if changed {
		d.changed, d.edits = true, append(d.edits, change{path: path, value: value})
	}
	return err
}

// ignored returns the member that was changed here and not in the other document.
// Only scalars are compared: of others, Okta may add to the members.
func (d *Document) ignored(other *Document) (member string, ok bool) {
	for _, edited := range d.edits {
		if value := bytes.TrimSpace(edited.value); len(value) > 0 && (value[0] == '{' || value[0] == '[') {
			continue
		}
		received := json.RawMessage("null")
		if err := other.get(&received, edited.path...); err != nil {
			return strings.Join(edited.path, "."), true
		}
		empty := string(received) == "null" || string(received) == `""`
		if edited.value == nil && !empty || edited.value != nil && !SameJSON(edited.value, received) {
			return strings.Join(edited.path, "."), true
		}
	}
	return "", false
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
		if present && SameJSON(old, value) {
			return false, nil // also not in its form
		}
		object[name] = value
		return true, nil
	}
	inner := map[string]json.RawMessage{}
	if present && string(old) != "null" {
		if err := decode(old, &inner); err != nil {
			return false, fmt.Errorf("member %q is not an object: %w", name, err)
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
		return errUnexpected
	}
	return nil
}

// SameJSON tells whether two texts are the same value: the order of members and
// blanks mean nothing, the digits of a number do.
func SameJSON(a, b json.RawMessage) bool {
	left, leftErr := parse(a)
	right, rightErr := parse(b)
	return leftErr == nil && rightErr == nil && reflect.DeepEqual(left, right)
}

func parse(text json.RawMessage) (value any, err error) {
	decoder := json.NewDecoder(bytes.NewReader(text))
	decoder.UseNumber()
	err = decoder.Decode(&value)
	return value, err
}
