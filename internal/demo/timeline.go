// SPDX-License-Identifier: MPL-2.0

package main

import (
	"fmt"
	"io"
	"strings"
	"time"
)

// timeline prints. The first error of the writer is kept, and nothing is written
// after it.
type timeline struct {
	out io.Writer
	err error
}

func (t *timeline) printf(format string, arguments ...any) {
	if t.err == nil {
		_, t.err = fmt.Fprintf(t.out, format, arguments...)
	}
}

// title opens a step.
func (t *timeline) title(title, explanation string) {
	t.printf("\n%s\n%s", title, indent(wrap(explanation, 100), "  "))
}

// event is one line of the timeline.
type event struct {
	at    time.Time
	who   string
	what  string
	quote []string // what the CLI said then, in its own words
}

// Who does something, besides the CLI.
const (
	byOkta   = "okta"
	byClient = "client"
	byAdmin  = "admin"
)

// event prints an event, and below it what the CLI said then.
func (t *timeline) event(e event, began time.Time) {
	t.printf("%8.2f s  %-9s  %s\n%s", e.at.Sub(began).Seconds(), e.who, e.what,
		indent(wrap(strings.Join(e.quote, "\n\n"), 88), "            │ "))
}

// state prints what is there after a step.
func (t *timeline) state(what, is string) { t.printf("%10s  %-9s  %s\n", "", what, is) }

// header and row print the table of the counters.
func (t *timeline) header() {
	t.printf("\n  %-34s %8s %8s %8s %11s %8s %9s\n", "", "seconds", "logins", "refused", "unanswered", "per s", "slowest")
}

func (t *timeline) row(name string, c counts) {
	t.printf("  %-34s %8.1f %8d %8d %11d %8.0f %9s\n", name, c.to.Sub(c.from).Seconds(), c.logins, c.refused, c.unanswered,
		c.perSecond(), c.slowest.Round(100*time.Microsecond))
}

// wrap breaks lines at blanks so that none is longer than width, in characters,
// where that is possible. Lines that are indented remain as they are.
func wrap(text string, width int) string {
	var out []string
	for line := range strings.Lines(text) {
		line = strings.TrimRight(line, "\n")
		current := ""
		for word := range strings.SplitSeq(line, " ") {
			if current != "" && !strings.HasPrefix(line, " ") && len([]rune(current+" "+word)) > width {
				out, current = append(out, current), word
				continue
			}
			current = strings.TrimPrefix(current+" "+word, " ")
			if strings.HasPrefix(line, " ") {
				current = line
			}
		}
		out = append(out, current)
	}
	return strings.Join(out, "\n")
}

// indent puts the prefix before every line, and ends the last one.
func indent(text, prefix string) string {
	var out strings.Builder
	for line := range strings.Lines(text) {
		out.WriteString(strings.TrimRight(prefix+strings.TrimRight(line, "\n"), " ") + "\n")
	}
	return out.String()
}
