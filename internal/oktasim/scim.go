// SPDX-License-Identifier: MPL-2.0

package oktasim

import (
	"encoding/json"
	"net/http"
	"regexp"
	"slices"
	"strings"
)

// The part of Okta's filter language (SCIM, RFC 7644 §3.4.2.2) that lists are filtered by: comparisons, pr, and, or,
// not and parentheses. Names and values are compared as they are, capitals included [?].

// maxFilterDepth bounds how deep parentheses may be nested.
const maxFilterDepth = 50

// comparisons are the operators. A field can have several values, so each is asked about them all.
var comparisons = map[string]func(values []string, wanted string) bool{
	"eq": slices.Contains[[]string],
	"ne": func(values []string, wanted string) bool { return !slices.Contains(values, wanted) },
	"co": anyValue(strings.Contains),
	"sw": anyValue(strings.HasPrefix),
	"ew": anyValue(strings.HasSuffix),
	"gt": anyValue(func(value, wanted string) bool { return value > wanted }),
	"ge": anyValue(func(value, wanted string) bool { return value >= wanted }),
	"lt": anyValue(func(value, wanted string) bool { return value < wanted }),
	"le": anyValue(func(value, wanted string) bool { return value <= wanted }),
}

func anyValue(holds func(value, wanted string) bool) func([]string, string) bool {
	return func(values []string, wanted string) bool {
		return slices.ContainsFunc(values, func(value string) bool { return holds(value, wanted) })
	}
}

// fieldReader returns the values of a field. A field without a value has none.
type fieldReader[T any] func(T) []string

func invalidSearch() *apiError {
	return &apiError{status: http.StatusBadRequest, code: "E0000031", summary: "Invalid search criteria."} // [D]
}

// parseFilter reads a filter. An empty one matches everything. The function field finds the reader of a field, or
// returns the error that Okta answers for that field.
func parseFilter[T any](text string, field func(name string) (fieldReader[T], error)) (func(T) bool, error) {
	if strings.TrimSpace(text) == "" {
		return func(T) bool { return true }, nil
	}
	words, err := filterWords(text)
	if err != nil {
		return nil, err
	}
	parser := &filterParser[T]{words: words, field: field}
	matches, err := parser.any()
	if err == nil && len(parser.words) > 0 {
		err = invalidSearch()
	}
	if err != nil {
		return nil, err
	}
	return matches, nil
}

var filterWord = regexp.MustCompile(`^\s*(\(|\)|"(?:[^"\\]|\\.)*"|[^\s()"]+)`)

// filterWords splits a filter into parentheses, strings (still quoted), and words.
func filterWords(text string) ([]string, error) {
	var words []string
	for strings.TrimSpace(text) != "" {
		match := filterWord.FindStringSubmatch(text)
		if match == nil {
			return nil, invalidSearch()
		}
		words, text = append(words, match[1]), text[len(match[0]):]
	}
	return words, nil
}

// filterParser is a recursive descent parser; each method takes the words that it understands.
type filterParser[T any] struct {
	words []string
	depth int
	field func(name string) (fieldReader[T], error)
}

// next takes a word; "" after the last one.
func (p *filterParser[T]) next() string {
	if len(p.words) == 0 {
		return ""
	}
	word := p.words[0]
	p.words = p.words[1:]
	return word
}

// skip takes the word, if it is the next one.
func (p *filterParser[T]) skip(word string) bool {
	if len(p.words) == 0 || !strings.EqualFold(p.words[0], word) {
		return false
	}
	p.words = p.words[1:]
	return true
}

func (p *filterParser[T]) any() (func(T) bool, error) {
	left, err := p.all()
	for err == nil && p.skip("or") {
		before := left
		var right func(T) bool
		right, err = p.all()
		left = func(item T) bool { return before(item) || right(item) }
	}
	return left, err
}

func (p *filterParser[T]) all() (func(T) bool, error) {
	left, err := p.one()
	for err == nil && p.skip("and") {
		before := left
		var right func(T) bool
		right, err = p.one()
		left = func(item T) bool { return before(item) && right(item) }
	}
	return left, err
}

func (p *filterParser[T]) one() (func(T) bool, error) {
	negated := p.skip("not")
	if !p.skip("(") {
		if negated {
			return nil, invalidSearch()
		}
		return p.comparison()
	}
	if p.depth++; p.depth > maxFilterDepth {
		return nil, invalidSearch()
	}
	inner, err := p.any()
	if err != nil {
		return nil, err
	}
	p.depth--
	if !p.skip(")") {
		return nil, invalidSearch()
	}
	if negated {
		return func(item T) bool { return !inner(item) }, nil
	}
	return inner, nil
}

func (p *filterParser[T]) comparison() (func(T) bool, error) {
	name, operator := p.next(), strings.ToLower(p.next())
	compare := comparisons[operator]
	if name == "" || strings.ContainsAny(name[:1], `"()`) || compare == nil && operator != "pr" {
		return nil, invalidSearch()
	}
	if operator == "pr" {
		read, err := p.field(name)
		return func(item T) bool {
			return slices.ContainsFunc(read(item), func(value string) bool { return value != "" })
		}, err
	}
	wanted, err := filterValue(p.next())
	if err != nil {
		return nil, err
	}
	read, err := p.field(name)
	return func(item T) bool { return compare(read(item), wanted) }, err
}

// filterValue reads a JSON string, number or boolean. They are all compared as text.
func filterValue(word string) (string, error) {
	var value any
	decoder := json.NewDecoder(strings.NewReader(word))
	decoder.UseNumber()
	if err := decoder.Decode(&value); err != nil || decoder.InputOffset() != int64(len(word)) {
		return "", invalidSearch()
	}
	switch value := value.(type) {
	case string:
		return value, nil
	case json.Number:
		return value.String(), nil
	case bool:
		return word, nil
	}
	return "", invalidSearch()
}
