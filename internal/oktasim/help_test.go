// SPDX-License-Identifier: MPL-2.0

package oktasim

import (
	"reflect"
	"strings"
	"testing"
)

func TestHelp_NamesEverythingThatCanBeSet(t *testing.T) {
	help := Help()
	for _, settings := range []any{AppOptions{}, Limits{}, LogSettings{}, orgSettings{}, Fault{}} {
		kind := reflect.TypeOf(settings)
		for field := range kind.Fields() {
			name, _, _ := strings.Cut(field.Tag.Get("json"), ",")
			if name != "-" && !strings.Contains(help, name) {
				t.Errorf("%s.%s is not in the help", kind, name)
			}
		}
	}
	for kind := range faultParts {
		if !strings.Contains(help, "\n  "+string(kind)+" ") {
			t.Errorf("the fault %s is not in the help", kind)
		}
	}
	for _, edit := range []string{EditRemove, EditSet, EditMask, EditTruncate, EditLower, EchoPlain, EchoJSON, EchoURL, EchoBase64} {
		if !strings.Contains(help, edit) {
			t.Errorf("%s is not in the help", edit)
		}
	}
	for _, path := range adminPaths {
		if !strings.Contains(help, adminPrefix+path.path) {
			t.Errorf("%s is not in the help", path.path)
		}
	}
}
