// SPDX-License-Identifier: MPL-2.0

package oktasim

// document is a JSON object that is kept as it came. Numbers are json.Number.
type document map[string]any

// at returns what stands at a path, or nil.
func (d document) at(path ...string) any {
	var value any = map[string]any(d)
	for _, name := range path {
		object, isObject := value.(map[string]any)
		if !isObject {
			return nil
		}
		value = object[name]
	}
	return value
}

func (d document) text(path ...string) string {
	text, _ := d.at(path...).(string)
	return text
}

// texts returns the strings in the list at a path.
func (d document) texts(path ...string) []string {
	list, _ := d.at(path...).([]any)
	var texts []string
	for _, item := range list {
		if text, isText := item.(string); isText {
			texts = append(texts, text)
		}
	}
	return texts
}

// object returns the object at a path and makes it, where there is none.
func (d document) object(path ...string) map[string]any {
	object := map[string]any(d)
	for _, name := range path {
		inner, isObject := object[name].(map[string]any)
		if !isObject {
			inner = map[string]any{}
			object[name] = inner
		}
		object = inner
	}
	return object
}

// take removes what stands at a path, and returns it.
func (d document) take(path ...string) any {
	last := len(path) - 1
	object, isObject := d.at(path[:last]...).(map[string]any)
	if !isObject {
		return nil
	}
	value := object[path[last]]
	delete(object, path[last])
	return value
}

// clone copies a JSON value deeply.
func clone[T any](value T) T {
	switch value := any(value).(type) {
	case document:
		return any(document(clone(map[string]any(value)))).(T)
	case map[string]any:
		copied := make(map[string]any, len(value))
		for name, member := range value {
			copied[name] = clone(member)
		}
		return any(copied).(T)
	case []any:
		copied := make([]any, len(value))
		for i, member := range value {
			copied[i] = clone(member)
		}
		return any(copied).(T)
	}
	return value
}

// fill adds what is missing. What is there remains, null included.
func fill(object, defaults map[string]any) {
	for name, preset := range defaults {
		value, present := object[name]
		if !present {
			object[name] = clone(preset)
			continue
		}
		inner, isObject := value.(map[string]any)
		presets, hasPresets := preset.(map[string]any)
		if isObject && hasPresets {
			fill(inner, presets)
		}
	}
}
