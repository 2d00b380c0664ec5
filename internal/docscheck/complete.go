// SPDX-License-Identifier: MPL-2.0

package main

import (
	_ "embed"
	"fmt"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
)

// stubs is stubs.tf.
//
//go:embed stubs.tf
var stubs string

// elided is what stands for "…" in a block that shows a part of an okta_app_oauth.
const elided = "label = \"Web\"\n  type = \"web\""

// head begins the resource around a block that shows some of its arguments.
const head = `resource "oktacreds_app_client_secret_rotation" "app" {
  for_each = var.live
  app_id   = each.key
`

// complete makes a code block a configuration that validates on its own: it wraps the
// arguments of a resource in that resource, and declares from stubs.tf what the block
// refers to.
func (c configuration) complete() error {
	body, err := parse(c.files[c.main], c.main)
	if err != nil {
		return err
	}
	if fragment(body) {
		c.files[c.main] = head + c.files[c.main] + "}\n"
	}
	c.files[c.main] = strings.ReplaceAll(c.files[c.main], "# …", elided)

	var all strings.Builder
	for name, content := range c.files {
		if strings.HasSuffix(name, ".tf") {
			all.WriteString(content + "\n")
		}
	}
	if body, err = parse(all.String(), c.main); err != nil {
		return err
	}
	declarations, err := parse(stubs, "stubs.tf")
	if err != nil {
		return err
	}
	declared, wanted, added := addresses(body), references(body), ""
	for again := true; again; {
		again = false
		for _, block := range declarations.Blocks {
			for address := range addresses(&hclsyntax.Body{Blocks: hclsyntax.Blocks{block}}) {
				if !wanted[address] || declared[address] {
					continue
				}
				declared[address], again = true, true
				added += string(block.Range().SliceBytes([]byte(stubs))) + "\n\n"
				for reference := range references(&hclsyntax.Body{Blocks: hclsyntax.Blocks{block}}) {
					wanted[reference] = true
				}
			}
		}
	}
	if !strings.Contains(all.String(), "required_providers") {
		added += requiredProviders()
	}
	c.files["docscheck.tf"] = added
	return nil
}

// parse parses a file in Terraform's syntax.
func parse(content, name string) (*hclsyntax.Body, error) {
	file, problems := hclsyntax.ParseConfig([]byte(content), name, hcl.InitialPos)
	if problems.HasErrors() {
		return nil, problems
	}
	body, _ := file.Body.(*hclsyntax.Body)
	return body, nil
}

// fragment reports whether a body is what stands inside of a resource.
func fragment(body *hclsyntax.Body) bool {
	return len(body.Attributes) > 0 || len(body.Blocks) == 1 && body.Blocks[0].Type == "lifecycle"
}

// addresses returns the addresses of all that a body declares, as references spell them.
func addresses(body *hclsyntax.Body) map[string]bool {
	found := map[string]bool{}
	for _, block := range body.Blocks {
		switch {
		case block.Type == "locals":
			for name := range block.Body.Attributes {
				found["local."+name] = true
			}
		case block.Type == "variable":
			found["var."+block.Labels[0]] = true
		case block.Type == "resource":
			found[strings.Join(block.Labels, ".")] = true
		case len(block.Labels) == 2:
			found[block.Type+"."+strings.Join(block.Labels, ".")] = true
		}
	}
	return found
}

// references returns the addresses that the expressions in a body name, except for what
// a removed block names, which is not declared.
func references(body *hclsyntax.Body) map[string]bool {
	found := map[string]bool{}
	for _, block := range body.Blocks {
		if block.Type == "removed" {
			continue
		}
		_ = hclsyntax.VisitAll(block, func(node hclsyntax.Node) hcl.Diagnostics {
			if reference, ok := node.(*hclsyntax.ScopeTraversalExpr); ok {
				found[address(reference.Traversal)] = true
			}
			return nil
		})
	}
	return found
}

// address returns the address of the object at the start of a traversal.
func address(traversal hcl.Traversal) string {
	names := []string{traversal.RootName()}
	for _, step := range traversal[1:] {
		if attribute, ok := step.(hcl.TraverseAttr); ok && len(names) < 3 {
			names = append(names, attribute.Name)
		}
	}
	length := 2
	if names[0] == "data" || names[0] == "ephemeral" {
		length = 3
	}
	return strings.Join(names[:min(length, len(names))], ".")
}

// requiredProviders declares where the providers come from: Terraform takes one that
// isn't declared to be HashiCorp's.
func requiredProviders() string {
	var declared strings.Builder
	for _, p := range append(others, otherProvider{source: oktacreds}) {
		_, name, _ := strings.Cut(p.source, "/")
		fmt.Fprintf(&declared, "    %s = { source = %q }\n", name, p.source)
	}
	return "terraform {\n  required_providers {\n" + declared.String() + "  }\n}\n"
}

// undeclared returns a finding for every value in c for a variable that its module
// doesn't declare.
func (c configuration) undeclared() []finding {
	values, err := parse(c.files[c.main], c.main)
	if err != nil {
		return []finding{{c.name, c.line, err.Error()}}
	}
	var findings []finding
	declared := map[string]bool{}
	for name, content := range c.files {
		if body, err := parse(content, name); err == nil {
			for address := range addresses(body) {
				declared[address] = true
			}
		}
	}
	for name, value := range values.Attributes {
		if !declared["var."+name] {
			findings = append(findings, finding{c.name, c.line + value.Range().Start.Line - 1, "there is no variable " + name})
		}
	}
	return findings
}
