// SPDX-License-Identifier: MPL-2.0

package compat

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"regexp"
	"slices"
	"strings"

	"github.com/oktacreds/terraform-provider-oktacreds/internal/oktasim"
)

// ledger collects the violations in recordings.
type ledger struct {
	contract *contract
	known    map[string][]Violation // by distinct exchange
	times    map[Violation]int
	first    map[Violation]string // who sent the first exchange with the violation
}

func newLedger(contract *contract) *ledger {
	return &ledger{contract, map[string][]Violation{}, map[Violation]int{}, map[Violation]string{}}
}

// read validates a recording. It returns the number of exchanges, and how many of them were distinct and new.
func (l *ledger) read(ctx context.Context, recording io.Reader) (exchanges, distinct int, err error) {
	for decoder := json.NewDecoder(recording); ; exchanges++ {
		var exchange oktasim.Exchange
		if err := decoder.Decode(&exchange); err == io.EOF {
			return exchanges, distinct, nil
		} else if err != nil {
			return exchanges, distinct, fmt.Errorf("exchange %d: %w", exchanges+1, err)
		}
		key := fingerprint(exchange)
		violations, known := l.known[key]
		if !known {
			distinct++
			if violations, err = l.contract.violations(ctx, exchange); err != nil {
				return exchanges, distinct, fmt.Errorf("exchange %d: %w", exchanges+1, err)
			}
			l.known[key] = violations
		}
		for _, violation := range violations {
			l.times[violation]++
			l.first[violation] = cmp.Or(l.first[violation], exchange.By)
		}
	}
}

// generated matches words that can be generated values: ids, timestamps, secrets, keys, tokens, addresses.
var generated = regexp.MustCompile(`[0-9A-Za-z_:.=-]{14,}`)

// fingerprint returns the exchange without generated values, which are the words that contain a digit. Values that
// the document lists, such as client_secret_basic, don't.
func fingerprint(exchange oktasim.Exchange) string {
	exchange.By = ""
	return generated.ReplaceAllStringFunc(fmt.Sprint(exchange), func(word string) string {
		if strings.ContainsAny(word, "0123456789") {
			return "*"
		}
		return word
	})
}

// allowance permits violations for a reason. The fields are regular expressions that must match the whole field of a
// violation. An empty one matches everything.
type allowance struct {
	operation, part, where, rule string
	because                      string
}

func (a allowance) covers(v Violation) bool {
	matches := func(pattern, field string) bool {
		return pattern == "" || regexp.MustCompile("^(?:"+pattern+")$").MatchString(field)
	}
	return matches(a.operation, v.Operation) && matches(a.part, v.Part) && matches(a.where, v.Where) && matches(a.rule, v.Rule)
}

// balance returns the violations that no allowance covers, and how many violations each allowance covers.
func (l *ledger) balance(allowances []allowance) (open []Violation, used []int) {
	used = make([]int, len(allowances))
	for violation, times := range l.times {
		i := slices.IndexFunc(allowances, func(a allowance) bool { return a.covers(violation) })
		if i < 0 {
			open = append(open, violation)
			continue
		}
		used[i] += times
	}
	slices.SortFunc(open, func(a, b Violation) int { return cmp.Compare(a.String(), b.String()) })
	return open, used
}
