// SPDX-License-Identifier: MPL-2.0

package oktasim

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"
)

// What faults do to a response.

// Edits of a member by FaultMember.
const (
	EditRemove   = "remove"
	EditSet      = "set"      // to Fault.Value
	EditMask     = "mask"     // "***" and the last four characters
	EditTruncate = "truncate" // the first half
	EditLower    = "lower"    // lower case
)

var memberEdits = map[string]func(f Fault, object map[string]any){
	EditRemove:   func(f Fault, object map[string]any) { delete(object, f.Member) },
	EditSet:      func(f Fault, object map[string]any) { object[f.Member] = f.Value },
	EditMask:     editText(func(text string) string { return "***" + text[max(0, len(text)-4):] }),
	EditTruncate: editText(func(text string) string { return text[:len(text)/2] }),
	EditLower:    editText(strings.ToLower),
}

func editText(edit func(string) string) func(Fault, map[string]any) {
	return func(f Fault, object map[string]any) {
		if text, isText := object[f.Member].(string); isText {
			object[f.Member] = edit(text)
		}
	}
}

// Encodings of what FaultEcho repeats.
const (
	EchoPlain  = "plain"
	EchoJSON   = "json"
	EchoURL    = "url"
	EchoBase64 = "base64"
)

var echoEncodings = map[string]func(string) string{
	"":         strings.Clone,
	EchoPlain:  strings.Clone,
	EchoURL:    url.QueryEscape,
	EchoBase64: func(text string) string { return base64.StdEncoding.EncodeToString([]byte(text)) },
	EchoJSON: func(text string) string {
		encoded, _ := json.Marshal(text) // a string can always be encoded
		return string(encoded)
	},
}

func defaultStatus(kind FaultKind) int {
	switch kind {
	case FaultBodyBefore, FaultBodyAfter:
		return http.StatusOK
	case FaultEcho:
		return http.StatusBadRequest
	}
	return http.StatusInternalServerError
}

// rawText is a body that is sent as it is.
type rawText string

func (text rawText) contentType() string {
	if strings.HasPrefix(string(text), "<") {
		return "text/html"
	}
	return "application/json"
}

// answer is what a fault of a kind that answers gives the client.
func (f *fault) answer(c *call, wording Wording) response {
	switch f.Kind {
	case FaultBodyBefore, FaultBodyAfter:
		return response{status: f.Status, body: rawText(f.Body)}
	case FaultEcho:
		return f.echo(c, wording)
	}
	return serverError(f.Status).response(wording)
}

// echo is an error whose text repeats what the client sent, as careless servers and proxies do.
func (f *fault) echo(c *call, wording Wording) response {
	var texts []string
	for _, value := range c.sent() {
		texts = append(texts, echoEncodings[f.Encoding](value))
	}
	text := "Rejected: " + strings.Join(texts, " ")
	if strings.HasPrefix(c.URL.Path, "/oauth2/") {
		return (&oauthError{status: f.Status, code: "invalid_request", description: text}).response(wording)
	}
	failed := validationError("request", text)
	failed.status = f.Status
	return failed.response(wording)
}

// sent is what a request holds that could be secret: tokens, proofs, passwords, and each text of its body.
func (c *call) sent() []string {
	var values []string
	if _, credential, found := strings.Cut(c.Header.Get("Authorization"), " "); found {
		values = append(values, credential)
	}
	if _, password, found := c.BasicAuth(); found {
		values = append(values, password)
		if decoded, err := url.QueryUnescape(password); err == nil && decoded != password {
			values = append(values, decoded)
		}
	}
	values = append(values, c.Header.Values("DPoP")...)
	var body any
	if err := json.Unmarshal(c.body, &body); err == nil {
		return append(values, leaves(body)...)
	}
	if form, err := c.form(); err == nil {
		for _, name := range slices.Sorted(maps.Keys(form)) {
			values = append(values, form[name]...)
		}
	}
	return values
}

// leaves are the strings in a JSON value.
func leaves(value any) []string {
	var texts []string
	switch value := value.(type) {
	case string:
		texts = append(texts, value)
	case []any:
		for _, item := range value {
			texts = append(texts, leaves(item)...)
		}
	case map[string]any:
		for _, name := range slices.Sorted(maps.Keys(value)) {
			texts = append(texts, leaves(value[name])...)
		}
	}
	return texts
}

func (f *fault) setHeader(header http.Header) {
	value, _ := f.Value.(string)
	if value != "" {
		header.Set(f.Header, value)
		return
	}
	header[http.CanonicalHeaderKey(f.Header)] = nil // a Date that is only deleted would be added again
}

func (f *fault) skewDate(header http.Header) {
	if date, err := http.ParseTime(header.Get("Date")); err == nil {
		header.Set("Date", date.Add(f.Delay).UTC().Format(http.TimeFormat))
	}
}

// editMembers changes a JSON value.
func (f *fault) editMembers(value any) any {
	switch value := value.(type) {
	case []any:
		for _, item := range value {
			f.editMembers(item)
		}
	case map[string]any:
		for _, member := range value {
			f.editMembers(member)
		}
		if _, present := value[f.Member]; present {
			memberEdits[f.Edit](f.Fault, value)
		}
	}
	return value
}

// edit changes the members of a response that faults ask to change.
func (e effects) edit(answer *response) {
	if len(e.members) == 0 || answer.body == nil {
		return
	}
	text, err := json.Marshal(answer.body)
	if err != nil {
		return
	}
	decoder := json.NewDecoder(bytes.NewReader(text))
	decoder.UseNumber()
	var body any
	if err := decoder.Decode(&body); err != nil {
		return
	}
	for _, change := range e.members {
		body = change(body)
	}
	answer.body = body
}

// changeResponse says whether the faults made or changed the response's body.
func (e effects) changeResponse() bool {
	return e.instead != nil || e.after != nil || e.shape != "" || e.members != nil
}

// deliver sends the response, or breaks the connection.
func (e effects) deliver(w http.ResponseWriter, answer response) {
	if !e.drop {
		answer.writeTo(w)
		return
	}
	hijacker, can := w.(http.Hijacker)
	if !can {
		panic(http.ErrAbortHandler)
	}
	connection, _, err := hijacker.Hijack()
	if err != nil {
		panic(http.ErrAbortHandler)
	}
	_ = connection.Close()
}

// keyList is a list of keys in the making: its shape is decided last.
type keyList []any

// rearrange gives lists the order and the shape that faults ask for.
func (e effects) rearrange(answer *response) {
	switch list := answer.body.(type) {
	case []any:
		e.reorder(list)
	case keyList:
		e.reorder(list)
		switch e.shape {
		case ShapeArray:
		case ShapeJWKS:
			answer.body = map[string]any{"jwks": map[string]any{"keys": list}}
		default:
			answer.body = map[string]any{"keys": list}
		}
	}
}

func (e effects) reorder(list []any) {
	switch e.order {
	case OrderReversed:
		slices.Reverse(list)
	case OrderShuffled:
		e.random.Shuffle(len(list), func(i, j int) { list[i], list[j] = list[j], list[i] })
	}
}
