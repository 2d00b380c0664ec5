// SPDX-License-Identifier: MPL-2.0

package provider_test

import (
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// Terraform 1.13 accepts an action and doesn't run it, without a word: whoever copies an example must get an error there.
func TestExamplesOfActions_NeedACLIThatRunsThem(t *testing.T) {
	t.Parallel()
	root := os.DirFS("../..")
	action := regexp.MustCompile(`(?m)^\s*(action "oktacreds_|action_trigger\s*{)`)
	block := regexp.MustCompile("(?s)```[a-z]*\n(.*?)```")
	found := 0
	for _, folder := range []string{"docs", "examples", "templates", "README.md"} {
		err := fs.WalkDir(root, folder, func(path string, entry fs.DirEntry, err error) error {
			if err != nil || entry.IsDir() {
				return err
			}
			content, err := fs.ReadFile(root, path)
			if err != nil {
				return err
			}
			texts := []string{string(content)}
			if filepath.Ext(path) != ".tf" {
				texts = nil
				for _, fenced := range block.FindAllStringSubmatch(string(content), -1) {
					texts = append(texts, fenced[1])
				}
			}
			for _, text := range texts {
				if !action.MatchString(text) {
					continue
				}
				found++
				if !strings.Contains(text, `required_version = ">= 1.14"`) {
					t.Errorf("%s has an action without required_version = \">= 1.14\"", path)
				}
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	if found < 8 { // four actions, each as an example and in its page
		t.Errorf("%d examples of actions were found, want at least 8", found)
	}
}
