// SPDX-License-Identifier: MPL-2.0

package main

import (
	"go/ast"
	"go/parser"
	"go/token"
	"path"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// text is a text that is checked, and the line of its file where it begins.
type text struct {
	line    int
	content string
	comment bool // of a Go file
}

// pages are the files, besides those in pageFolders, that users read as a whole.
var (
	pages       = []string{"README.md", "CHANGELOG.md", "CONTRIBUTING.md", "SECURITY.md", "SUPPORT.md"}
	pageFolders = []string{"templates/", "examples/"}
	// messageFolders hold the packages whose string literals become descriptions and diagnostics.
	messageFolders = []string{"internal/provider", "internal/okta", "internal/jwk", "internal/rotation", "internal/oktasim", "internal/oktasim/cmd/oktasim"}
)

// textsFor returns what is checked of a file: all of a page, template or example, which
// docs/ is generated from, and the comments and messages of Go files.
func textsFor(name, content string) ([]text, error) {
	inFolder := func(folder string) bool { return strings.HasPrefix(name, folder) }
	if slices.Contains(pages, name) || slices.ContainsFunc(pageFolders, inFolder) {
		return []text{{line: 1, content: content}}, nil
	}
	// docscheck's own comments name the phrases.
	if strings.HasSuffix(name, ".go") && !strings.HasSuffix(name, "_test.go") && !inFolder("internal/docscheck/") {
		return textsOfGo(name, content)
	}
	return nil, nil
}

// textsOfGo returns the comments of a Go file and, if its package speaks to users, the
// string literals that are sentences: other strings, such as names and URLs, have no space.
func textsOfGo(name, content string) ([]text, error) {
	positions := token.NewFileSet()
	file, err := parser.ParseFile(positions, name, content, parser.SkipObjectResolution|parser.ParseComments)
	if err != nil {
		return nil, err
	}
	var texts []text
	for _, group := range file.Comments {
		for _, comment := range group.List {
			texts = append(texts, text{line: positions.Position(comment.Pos()).Line, content: comment.Text, comment: true})
		}
	}
	if !slices.Contains(messageFolders, path.Dir(name)) {
		return texts, nil
	}
	ast.Inspect(file, func(node ast.Node) bool {
		literal, ok := node.(*ast.BasicLit)
		if !ok || literal.Kind != token.STRING {
			return true
		}
		value, err := strconv.Unquote(literal.Value)
		if err == nil && strings.Contains(value, " ") {
			texts = append(texts, text{line: positions.Position(literal.Pos()).Line, content: value})
		}
		return true
	})
	return texts, nil
}

// phrase is a way to put something that is read twice, or is no English that a technical
// writer writes, and what to write instead.
type phrase struct {
	pattern *regexp.Regexp
	// except, when set, matches uses that are fine: the pattern's match must not be in one.
	except *regexp.Regexp
	say    string
}

// ban returns a phrase. A space in a pattern matches any white space, so that a phrase is
// also found where a line breaks.
func ban(pattern, except, say string) phrase {
	compile := func(expression string) *regexp.Regexp {
		if expression == "" {
			return nil
		}
		return regexp.MustCompile(`(?i)\b(?:` + strings.ReplaceAll(expression, " ", `\s+`) + `)\b`)
	}
	return phrase{compile(pattern), compile(except), say}
}

// bannedPhrases returns where a text of the file name uses a phrase that it must not use.
func bannedPhrases(name string, text text) []finding {
	var findings []finding
	for i, banned := range slices.Concat(anywhere, phrases) {
		if text.comment && i >= len(anywhere) {
			break
		}
		for _, match := range banned.pattern.FindAllStringIndex(text.content, -1) {
			if banned.allows(text.content, match) {
				continue
			}
			line := text.line + strings.Count(text.content[:match[0]], "\n")
			used := strings.Join(strings.Fields(text.content[match[0]:match[1]]), " ")
			findings = append(findings, finding{name, line, strconv.Quote(used) + ": say " + banned.say})
		}
	}
	return findings
}

// allows reports whether the match at these positions is part of an exception.
func (p phrase) allows(content string, match []int) bool {
	if p.except == nil {
		return false
	}
	return slices.ContainsFunc(p.except.FindAllStringIndex(content, -1), func(fine []int) bool {
		return fine[0] <= match[0] && match[1] <= fine[1]
	})
}
