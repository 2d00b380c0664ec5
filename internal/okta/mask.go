// SPDX-License-Identifier: MPL-2.0

package okta

import (
	"cmp"
	"encoding/base64"
	"encoding/json"
	"net/url"
	"slices"
	"strings"
	"sync"
)

// masks hides what the client has sent and no one may read: tokens, assertions,
// proofs, client secrets, keys. A broken or hostile server can repeat them, and all
// texts from outside end in errors, diagnostics or logs.
type masks struct {
	mu      sync.Mutex
	known   map[string]bool
	needles []string // all forms of all values, longest first
}

// minMasked is how long a value must be to be masked. What is shorter is no secret
// of Okta's, whose client secrets have [MinSecretLength], and would make texts
// unreadable.
const minMasked = 8

// masked takes the place of a value.
const masked = "[masked]"

// add hides the values from now on.
func (m *masks) add(values ...string) {
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, value := range values {
		if len(value) < minMasked || m.known[value] {
			continue
		}
		if m.known == nil {
			m.known = map[string]bool{}
		}
		m.known[value] = true
		m.needles = append(m.needles, forms(value)...)
	}
	// Of two that overlap, the longer one first, or a part of it would remain.
	slices.SortFunc(m.needles, func(a, b string) int { return cmp.Or(cmp.Compare(len(b), len(a)), cmp.Compare(a, b)) })
	m.needles = slices.Compact(m.needles)
}

// mask returns the text with all values hidden.
func (m *masks) mask(text string) string {
	if text == "" {
		return text
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, needle := range m.needles {
		text = strings.ReplaceAll(text, needle, masked)
	}
	return text
}

// with is the masks and, on top, values that are good for one request.
func (m *masks) with(values []string) *masks {
	m.mu.Lock()
	all := &masks{needles: slices.Clone(m.needles)}
	m.mu.Unlock()
	all.add(values...)
	return all
}

// maskError hides the values in an error's text, and keeps what it wraps.
func (m *masks) maskError(err error) error {
	if err == nil {
		return nil
	}
	if text := err.Error(); m.mask(text) != text {
		return &maskedError{text: m.mask(text), err: err}
	}
	return err
}

// maskedError is an error whose own text can't be shown.
type maskedError struct {
	text string
	err  error
}

func (e *maskedError) Error() string { return e.text }

// Unwrap keeps the error's types.
func (e *maskedError) Unwrap() error { return e.err }

// GoString keeps the text that is hidden out of %#v.
func (e *maskedError) GoString() string { return e.text }

// forms are the ways in which a value can be repeated: plain, escaped as JSON or for
// a URL, and in base64, also as a part of something longer.
func forms(value string) []string {
	all := []string{value}
	for _, escapeHTML := range []bool{true, false} {
		var text strings.Builder
		encoder := json.NewEncoder(&text)
		encoder.SetEscapeHTML(escapeHTML)
		if encoder.Encode(value) == nil {
			all = append(all, strings.Trim(strings.TrimSpace(text.String()), `"`))
		}
	}
	for _, escaped := range []string{url.QueryEscape(value), url.PathEscape(value)} {
		all = append(all, escaped, lowerHex(escaped))
	}
	// Three bytes make four characters, so that what comes before the value decides
	// how it looks: at the value's edges by a character or two.
	for before, cut := range []int{0, 2, 3} {
		encoded := base64.RawStdEncoding.EncodeToString(append(make([]byte, before), value...))[cut:]
		if (before+len(value))%3 != 0 {
			encoded = encoded[:len(encoded)-1]
		}
		all = append(all, encoded, strings.NewReplacer("+", "-", "/", "_").Replace(encoded))
	}
	return all
}

// lowerHex is a percent-encoded text with the other spelling of its hexadecimal digits.
func lowerHex(escaped string) string {
	parts := strings.Split(escaped, "%")
	for i, part := range parts[1:] {
		parts[i+1] = strings.ToLower(part[:2]) + part[2:]
	}
	return strings.Join(parts, "%")
}
