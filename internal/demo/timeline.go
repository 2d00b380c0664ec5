// SPDX-License-Identifier: MPL-2.0

package main

import (
	"fmt"
	"io"
	"strings"
	"time"
)

// timeline prints. The first error of the writer is kept, and nothing is
// written after it.
type timeline struct {
	out   io.Writer
	began time.Time
	who   int // width of the column that says who does something, in characters
	err   error
}

func (t *timeline) printf(format string, arguments ...any) {
	if t.err == nil {
		_, t.err = fmt.Fprintf(t.out, format, arguments...)
	}
}

// title opens a step.
func (t *timeline) title(title, explanation string) {
	t.printf("\n%s\n", title)
	t.printf("%s", indent(wrap(explanation, 100), "  "))
}

// events prints one line each, and below it what the CLI said then.
func (t *timeline) events(events []event) {
	for _, e := range events {
		t.printf("%8.2f s  %-*s  %s\n", e.at.Sub(t.began).Seconds(), t.who, e.who, e.what)
		t.printf("%s", indent(wrap(strings.Join(e.quote, "\n\n"), 88), "            │ "))
	}
}

// places prints the app's two slots, and the logins of the step.
func (t *timeline) places(secrets []secret, known register, inUse string, p phase) {
	places := make([]string, 2)
	for i := range places {
		places[i] = "(free)"
		if i < len(secrets) {
			places[i] = known.name(known.byID(secrets[i].ID)) + " " + secrets[i].Status
			if secrets[i].Hash == inUse {
				places[i] = "▶ " + places[i]
			}
		}
	}
	t.printf("%10s  %-*s  %-37s %s\n", "", t.who, "secrets", places[0], places[1])
	t.printf("%10s  %-*s  %d, failed %d\n", "", t.who, "logins", p.logins, p.failed())
}

// table prints the counters of each phase, and of all.
func (t *timeline) table(phases []phase) {
	t.printf("\n  %-34s %8s %8s %8s %11s %8s %9s\n", "", "seconds", "logins", "refused", "unanswered", "per s", "slowest")
	row := func(name string, p phase) {
		t.printf("  %-34s %8.1f %8d %8d %11d %8.0f %9s\n", name, p.ended.Sub(p.began).Seconds(), p.logins, p.refused, p.unanswered,
			p.perSecond(), p.slowest.Round(100*time.Microsecond))
	}
	for _, p := range phases {
		row(p.name, p)
	}
	row("All", sum(phases))
}

// wrap breaks lines at blanks so that none is longer than width, in characters,
// where that is possible. Lines that are indented remain as they are.
func wrap(text string, width int) string {
	var out []string
	for line := range strings.Lines(strings.TrimRight(text, "\n")) {
		line = strings.TrimRight(line, "\n")
		if strings.HasPrefix(line, " ") {
			out = append(out, line)
			continue
		}
		current := ""
		for word := range strings.FieldsSeq(line) {
			if current != "" && len([]rune(current))+1+len([]rune(word)) > width {
				out, current = append(out, current), ""
			}
			if current != "" {
				current += " "
			}
			current += word
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
