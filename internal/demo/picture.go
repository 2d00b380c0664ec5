// SPDX-License-Identifier: MPL-2.0

package main

import (
	"fmt"
	"html"
	"strings"
	"time"
)

// panel is what the picture shows of one run.
type panel struct {
	title   string
	span    span
	lives   []life // of which the last is the new secret
	applies []span
	logins  []login
	counted counts
}

// panel collects it.
func (s *story) panel(title string) panel {
	known, _ := s.secrets()
	logins := s.client.tally.all()
	return panel{title: title, span: s.whole(), lives: known, applies: s.applies, logins: logins, counted: count(logins, s.whole())}
}

// The picture's measures, in pixels.
const (
	pictureWidth = 760
	left         = 92 // of the bars
	right        = 24 // margin
	panelHeight  = 152
	barHeight    = 18
	secondWidth  = 60
)

const pictureStyle = `<style>
text{font:12px system-ui,sans-serif;fill:#1f2328}
.title{font-weight:600;font-size:13px}.bar{fill:#fff}.faint{fill:#59636e}
.old{fill:#8250df}.new{fill:#1a7f37}.inactive{fill:#8250df;fill-opacity:.3}
.refused{fill:#cf222e}.bad{fill:#cf222e;font-weight:600}.apply{fill:#0969da}
.overlap{fill:#1a7f37;fill-opacity:.12}.grace{fill:#bf8700;fill-opacity:.16}
.axis{stroke:#d1d9e0}.pickup{stroke:#0969da;stroke-dasharray:3 3}
@media (prefers-color-scheme:dark){text{fill:#f0f6fc}.faint{fill:#9198a1}.bar{fill:#0d1117}
.old,.inactive{fill:#be8fff}.new{fill:#3fb950}.refused,.bad{fill:#ff7b72}.apply{fill:#4493f8}
.overlap{fill:#3fb950;fill-opacity:.18}.grace{fill:#d29922;fill-opacity:.22}
.axis{stroke:#3d444d}.pickup{stroke:#4493f8}}
</style>
`

// draw draws the panels below one another, with the same scale of time. A panel
// begins with the apply that rotates, or a little before.
func draw(panels []panel) []byte {
	d := drawing{}
	height := len(panels)*panelHeight + 8
	d.printf(`<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %d %d" role="img" aria-label="Three rotations of a client secret while a client that caches it logs in">`+"\n", pictureWidth, height)
	d.printf("%s", pictureStyle)
	for i, p := range panels {
		d.panel(p, float64(i*panelHeight))
	}
	d.printf("</svg>\n")
	return []byte(d.String())
}

type drawing struct {
	strings.Builder

	origin time.Time // of the panel
}

func (d *drawing) printf(format string, arguments ...any) {
	_, _ = fmt.Fprintf(d, format, arguments...) // a strings.Builder never fails
}

// x is where a time is, no farther right than the bars go.
func (d *drawing) x(at time.Time) float64 {
	return min(max(left+at.Sub(d.origin).Seconds()*secondWidth, left), pictureWidth-right)
}

func (d *drawing) rect(class string, from, to time.Time, y, height float64) {
	x := d.x(from)
	d.printf(`<rect class="%s" x="%.1f" y="%.1f" width="%.1f" height="%.1f" rx="2"/>`+"\n", class, x, y, max(d.x(to)-x, 2), height)
}

func (d *drawing) text(class string, x, y float64, text string) {
	d.printf(`<text class="%s" x="%.1f" y="%.1f">%s</text>`+"\n", class, x, y, html.EscapeString(text))
}

// textEnd writes a text that ends at x.
func (d *drawing) textEnd(class string, x, y float64, text string) {
	d.printf(`<text class="%s" x="%.1f" y="%.1f" text-anchor="end">%s</text>`+"\n", class, x, y, html.EscapeString(text))
}

// panel draws one run.
func (d *drawing) panel(p panel, top float64) {
	newest := p.lives[len(p.lives)-1]
	d.origin = newest.created.Add(-time.Second)
	d.text("title", 8, top+18, p.title)
	counted, class := fmt.Sprintf("%d logins, %d refused", p.counted.logins, p.counted.refused), "faint"
	if p.counted.refused > 0 {
		class = "bad"
	}
	d.textEnd(class, pictureWidth-right, top+18, counted)

	applies, old, young, logins := top+30, top+52, top+76, top+112
	d.shades(p, newest, old-4, young+barHeight+4)
	d.text("faint", 8, applies+9, "apply")
	for _, a := range p.applies {
		if a.to.After(d.origin) {
			d.rect("apply", a.from, a.to, applies, 10)
		}
	}
	d.text("faint", 8, old+13, "old secret")
	d.text("faint", 8, young+13, "new secret")
	d.secret("old", p.lives[0], p.span, old)
	d.secret("new", newest, p.span, young)
	d.text("faint", 8, logins+10, "logins with")
	for _, u := range usesOf(p.logins) {
		class := "old"
		if u.secret == newest.Value {
			class = "new"
			x := d.x(u.from)
			d.printf(`<path class="pickup" d="M%.1f %.1fV%.1f"/>`+"\n", x, old-4, logins+12)
			d.text("faint", x+4, logins+25, "the client picks it up")
		}
		d.rect(class, u.from, u.to, logins, 12)
	}
	for _, r := range usesOf(failures(p.logins)) {
		d.rect("refused", r.from, r.to, logins, 12)
		d.textEnd("bad", d.x(r.to)-4, logins-3, "refused") // left of the line at which the client picks the new one up
	}
	d.printf(`<path class="axis" d="M8 %.1fH%d"/>`+"\n", top+panelHeight-6, pictureWidth-8)
}

// shades marks the time in which both secrets work, and the time in which the
// old one can be restored; each is named below where there is room.
func (d *drawing) shades(p panel, newest life, from, to float64) {
	old := p.lives[0]
	mark := func(name string, began, ended time.Time) {
		d.rect(name, began, ended, from, to-from)
		if ended.Sub(began) > time.Second {
			d.text("faint", d.x(ended)-46, to+11, name)
		}
	}
	mark("overlap", newest.created, old.deactivated)
	if old.deleted.Sub(old.deactivated) > time.Second {
		mark("grace", old.deactivated, old.deleted)
	}
}

// secret draws when a secret is ACTIVE and when INACTIVE.
func (d *drawing) secret(class string, l life, all span, y float64) {
	active, gone := l.deactivated, l.deleted
	if active.IsZero() {
		active, gone = all.to, all.to
	}
	from := l.created
	if from.IsZero() {
		from = all.from
	}
	d.rect(class, from, active, y, barHeight)
	d.text("bar", d.x(from)+6, y+13, "ACTIVE")
	if gone.Sub(active) > time.Second/2 {
		d.rect("inactive", active, gone, y, barHeight)
		d.text("", d.x(active)+6, y+13, "INACTIVE")
	}
}
