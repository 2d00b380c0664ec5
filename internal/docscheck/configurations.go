// SPDX-License-Identifier: MPL-2.0

package main

import (
	"path"
	"regexp"
	"slices"
	"strings"
)

// configuration is one Terraform configuration that users read: an example, or the code
// block of a page together with what the block refers to.
type configuration struct {
	name  string            // the file that a finding names
	line  int               // the line of name where the first line of its text is, from 1
	files map[string]string // by base name
	main  string            // the one of files that name holds
}

var (
	fencePattern = regexp.MustCompile("^( *)```(terraform|hcl|tf)$")
	// namedPattern matches the comment with which a block says which file it is.
	namedPattern = regexp.MustCompile(`^# (\S+\.(?:tf|hcl|tfvars))\n`)
)

// configurations returns every configuration in files: those of examples/, and the code
// blocks of all hand-written pages. docs/ repeats them.
func configurations(files map[string]string) []configuration {
	var all []configuration
	for name, content := range files {
		switch extension := path.Ext(name); {
		case strings.HasPrefix(name, "docs/"):
		case extension == ".md" || extension == ".tmpl":
			all = append(all, blocks(files, name, content)...)
		case strings.HasPrefix(name, "examples/") && (extension == ".tf" || extension == ".hcl"):
			if c := example(files, name); c.main == "main.tf" || c.files["main.tf"] == "" {
				all = append(all, c)
			}
		}
	}
	slices.SortFunc(all, func(a, b configuration) int {
		return strings.Compare(a.name, b.name)*1_000_000 + a.line - b.line
	})
	return all
}

// example returns the configuration of a file below examples/. A directory with a main.tf
// is one module. Elsewhere each file stands alone; one that imports needs its resource.
func example(files map[string]string, name string) configuration {
	directory, base := path.Split(name)
	found := configuration{name: name, line: 1, main: base, files: map[string]string{base: files[name]}}
	_, module := files[directory+"main.tf"]
	for other, content := range files {
		sibling := path.Dir(other)+"/" == directory && (path.Ext(other) == ".tf" || module && strings.HasSuffix(other, ".tftest.hcl"))
		if sibling && (module || strings.HasPrefix(base, "import-") && path.Base(other) == "resource.tf") {
			found.files[path.Base(other)] = content
		}
	}
	return found
}

// blocks returns the code blocks of a Markdown page that say that they are Terraform's.
// A block of variables' values comes with the module next to the page.
func blocks(files map[string]string, name, content string) []configuration {
	var found []configuration
	lines := strings.Split(content, "\n")
	for start := 0; start < len(lines); start++ {
		fence := fencePattern.FindStringSubmatch(lines[start])
		if fence == nil {
			continue
		}
		var text strings.Builder
		end := start + 1
		for ; end < len(lines) && strings.TrimSpace(lines[end]) != "```"; end++ {
			text.WriteString(strings.TrimPrefix(lines[end], fence[1]) + "\n")
		}
		main := "main.tf"
		if named := namedPattern.FindStringSubmatch(text.String()); named != nil {
			main = named[1]
		}
		c := configuration{name: name, line: start + 2, main: main, files: map[string]string{}}
		if strings.HasSuffix(main, ".tfvars") {
			c.files = example(files, path.Dir(name)+"/main.tf").files
		}
		c.files[main] = text.String()
		found = append(found, c)
		start = end
	}
	return found
}
