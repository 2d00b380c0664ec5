// SPDX-License-Identifier: MPL-2.0

package main

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"maps"
	"path"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// guide is the page that lists the titles of diagnostics.
const guide = "templates/guides/troubleshooting.md.tmpl"

var (
	// titleCalls are the functions that make a diagnostic, and which argument is the title.
	titleCalls = map[string]int{
		"AddError": 0, "AddWarning": 0, "AddAttributeError": 1, "AddAttributeWarning": 1,
		"NewErrorDiagnostic": 0, "NewWarningDiagnostic": 0, "NewAttributeErrorDiagnostic": 1, "NewAttributeWarningDiagnostic": 1,
	}
	placeholderPattern = regexp.MustCompile(`\{\w+\}|%[-+#]?\w`)
	gapPattern         = regexp.MustCompile(`\s*…[\s…]*`)
)

// unlisted are the beginnings of titles that the guide leaves out, because the message
// itself says what is wrong with a value of the configuration, or because it names a bug.
var unlisted = []string{
	"adopt_interrupted ", "client_secret", "initial_secret ", "retire_when = \"unused\" needs an overlap", "stagger ",
	"Exactly one form ", "Invalid import id", "Invalid timeout", "Not a duration ", "Okta would re", "Two values for ", "Window too long",
	"Can't make a key pair", "Unexpected provider data", "Unreadable private state", "Unwritable private state",
	"Okta: can't retire", // one of "Okta: can't …"
}

// unlistedTitles returns the findings of the guide's titles that no diagnostic has, and of titles
// of diagnostics that the guide doesn't have.
func unlistedTitles(files map[string]string) ([]finding, error) {
	page, ok := files[guide]
	if !ok {
		return nil, nil
	}
	texts, titles, err := sourceTexts(files)
	if err != nil {
		return nil, err
	}
	listed := guideTitles(page)
	var findings []finding
	for title, line := range listed {
		if !texts[title] {
			findings = append(findings, finding{guide, line, fmt.Sprintf("no diagnostic has the title %q", title)})
		}
	}
	for title, place := range titles {
		if _, ok := listed[title]; !ok && !slices.ContainsFunc(unlisted, func(start string) bool { return strings.HasPrefix(title, start) }) {
			place.text = fmt.Sprintf("%s doesn't list the title %q", path.Base(guide), title)
			findings = append(findings, place)
		}
	}
	return findings, nil
}

// guideTitles returns the titles in the first column of the guide's tables, with lines.
// A cell can have several, separated by semicolons.
func guideTitles(text string) map[string]int {
	titles := map[string]int{}
	for number, line := range prose(text) {
		cells := strings.Split(line, "|")
		if len(cells) < 4 || strings.HasPrefix(cells[1], "---") || strings.TrimSpace(cells[1]) == "Title" {
			continue
		}
		for title := range strings.SplitSeq(cells[1], ";") {
			titles[normal(title)] = number + 1
		}
	}
	return titles
}

// normal writes a title with one … wherever a part of it differs from case to case.
func normal(title string) string {
	return strings.TrimSpace(gapPattern.ReplaceAllString(placeholderPattern.ReplaceAllString(title, "…"), " … "))
}

// sourceTexts returns every text that the provider's package is written with, and among
// them those that are certainly titles, each with its place.
func sourceTexts(files map[string]string) (texts map[string]bool, titles map[string]finding, err error) {
	texts, titles = map[string]bool{}, map[string]finding{}
	positions := token.NewFileSet()
	for _, name := range slices.Sorted(maps.Keys(files)) {
		if path.Dir(name) != "internal/provider" || !strings.HasSuffix(name, ".go") || strings.HasSuffix(name, "_test.go") {
			continue
		}
		file, err := parser.ParseFile(positions, name, files[name], parser.SkipObjectResolution)
		if err != nil {
			return nil, nil, err
		}
		ast.Inspect(file, func(node ast.Node) bool {
			if expression, ok := node.(ast.Expr); ok {
				if title := normal(written(expression)); title != "…" {
					texts[title] = true
				}
			}
			for _, expression := range titleExpressions(node) {
				if title := normal(written(expression)); title != "…" {
					titles[title] = finding{file: name, line: positions.Position(expression.Pos()).Line}
				}
			}
			return true
		})
	}
	return texts, titles, nil
}

// titleExpressions returns the expressions of a node that are titles: arguments of the
// functions that make a diagnostic, and fields with the name title.
func titleExpressions(node ast.Node) []ast.Expr {
	switch node := node.(type) {
	case *ast.CallExpr:
		name := ""
		switch function := node.Fun.(type) {
		case *ast.SelectorExpr:
			name = function.Sel.Name
		case *ast.Ident:
			name = function.Name
		}
		if argument, ok := titleCalls[name]; ok && len(node.Args) > argument {
			return []ast.Expr{node.Args[argument]}
		}
	case *ast.KeyValueExpr:
		if key, ok := node.Key.(*ast.Ident); ok && key.Name == "title" {
			return []ast.Expr{node.Value}
		}
	}
	return nil
}

// written returns the text of a string expression, with … for what is not a literal.
func written(expression ast.Expr) string {
	switch expression := expression.(type) {
	case *ast.BasicLit:
		if text, err := strconv.Unquote(expression.Value); err == nil && expression.Kind == token.STRING {
			return text
		}
	case *ast.BinaryExpr:
		return written(expression.X) + written(expression.Y)
	case *ast.CallExpr:
		if function, ok := expression.Fun.(*ast.SelectorExpr); ok && function.Sel.Name == "Sprintf" {
			return written(expression.Args[0])
		}
	}
	return "…"
}
