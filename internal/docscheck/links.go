// SPDX-License-Identifier: MPL-2.0

package main

import (
	"fmt"
	"net/url"
	"path"
	"regexp"
	"strings"
)

var (
	// linkPattern matches the target of an inline link or picture, of a link's definition,
	// and of the HTML attributes that name a file.
	linkPattern    = regexp.MustCompile(`\]\(<?([^)<>\s]+)>?(?:\s+"[^"]*")?\)|^\[[^\]]+\]:\s+(\S+)|\b(?:src|srcset|href)="([^"]+)"`)
	headingPattern = regexp.MustCompile(`^#{1,6}\s+(.*?)\s*#*$`)
	anchorPattern  = regexp.MustCompile(`<a\s+(?:id|name)="([^"]+)"`)
	codePattern    = regexp.MustCompile("`+[^`]*`+")
	// markupPattern matches what a heading's anchor leaves out.
	markupPattern = regexp.MustCompile(`[^\p{L}\p{N}\s_-]`)
)

// brokenLinks returns the relative links of the Markdown file name that lead to no file in
// files, or to a heading that its target doesn't have. Links to other hosts are not followed.
func brokenLinks(files map[string]string, name string) []finding {
	var findings []finding
	for number, line := range prose(files[name]) {
		for _, match := range linkPattern.FindAllStringSubmatch(codePattern.ReplaceAllString(line, ""), -1) {
			link := match[1] + match[2] + match[3]
			if problem := brokenLink(files, name, link); problem != "" {
				findings = append(findings, finding{name, number + 1, fmt.Sprintf("link to %s: %s", link, problem)})
			}
		}
	}
	return findings
}

// brokenLink returns what is wrong with one link in the file name, "" when nothing is.
func brokenLink(files map[string]string, name, link string) string {
	target, err := url.Parse(link)
	if err != nil {
		return "not a URL"
	}
	if target.Scheme != "" || target.Host != "" {
		return ""
	}
	file := name
	if target.Path != "" {
		file = path.Join(path.Dir(name), target.Path)
		// The registries serve docs/resources/x.md as resources/x.
		if _, page := files[file+".md"]; page && strings.HasPrefix(name, "docs/") {
			file += ".md"
		}
		if !exists(files, file) {
			return "no such file"
		}
	}
	if target.Fragment != "" && strings.HasSuffix(file, ".md") && !anchors(files[file])[target.Fragment] {
		return "no such heading in " + file
	}
	return ""
}

// exists reports whether name is a file, or a directory with a file.
func exists(files map[string]string, name string) bool {
	if _, file := files[name]; file || name == "." {
		return true
	}
	for other := range files {
		if strings.HasPrefix(other, name+"/") {
			return true
		}
	}
	return false
}

// anchors returns the fragments that lead somewhere in a Markdown text: those that GitHub
// and the registries make of its headings, and those that it names itself.
func anchors(text string) map[string]bool {
	known := map[string]bool{}
	for _, line := range prose(text) {
		for _, match := range anchorPattern.FindAllStringSubmatch(line, -1) {
			known[match[1]] = true
		}
		if heading := headingPattern.FindStringSubmatch(line); heading != nil {
			slug := strings.ReplaceAll(markupPattern.ReplaceAllString(strings.ToLower(heading[1]), ""), " ", "-")
			unique := slug
			for count := 1; known[unique]; count++ {
				unique = fmt.Sprintf("%s-%d", slug, count)
			}
			known[unique] = true
		}
	}
	return known
}

// prose returns the lines of a Markdown text, with those of fenced code blocks empty.
func prose(text string) []string {
	lines := strings.Split(text, "\n")
	fence := ""
	for number, line := range lines {
		trimmed := strings.TrimSpace(line)
		switch {
		case fence != "":
			if strings.HasPrefix(trimmed, fence) {
				fence = ""
			}
		case strings.HasPrefix(trimmed, "```"), strings.HasPrefix(trimmed, "~~~"):
			fence = trimmed[:3]
		default:
			continue
		}
		lines[number] = ""
	}
	return lines
}
