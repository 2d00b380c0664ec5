// SPDX-License-Identifier: MPL-2.0

package oktasim_test

import (
	"fmt"
	"regexp"
	"strings"
	"testing"

	"github.com/oktacreds/terraform-provider-oktacreds/internal/oktasim"
)

func TestListApps(t *testing.T) {
	w := newWorld(t)
	for i := range 5 {
		w.AddApp(oktasim.AppOptions{Label: fmt.Sprintf("shop %d", i), Inactive: i == 4})
	}
	w.AddApp(oktasim.AppOptions{Label: "bank"})
	w.want(200, "POST", "/api/v1/apps", object{"signOnMode": "BOOKMARK", "name": "bookmark", "label": "bookmark"})
	tests := []struct {
		query string
		want  string
	}{
		{"", "shop 0,shop 1,shop 2,shop 3,shop 4,bank,bookmark"},
		{"?q=Shop", "shop 0,shop 1,shop 2,shop 3,shop 4"},
		{"?q=shop&limit=2", "shop 0,shop 1,shop 2,shop 3,shop 4"},
		{"?filter=" + `label%20eq%20%22bank%22`, "bank"},
		{"?filter=" + `name%20eq%20%22bookmark%22`, "bookmark"},
		{"?filter=" + `status%20eq%20%22INACTIVE%22%20and%20name%20eq%20%22oidc_client%22&limit=1`, "shop 4"},
		{"?q=nothing", ""},
	}
	next := regexp.MustCompile(`<([^>]*)>; rel="next"`)
	for _, test := range tests {
		t.Run(test.query, func(t *testing.T) {
			var labels []string
			for path := "/api/v1/apps" + test.query; path != ""; {
				got := w.want(200, "GET", path, nil)
				for _, app := range got.list(t) {
					labels = append(labels, app["label"].(string))
				}
				path = ""
				for _, link := range got.header.Values("Link") {
					if match := next.FindStringSubmatch(link); match != nil {
						path = strings.TrimPrefix(match[1], w.server.URL)
					}
				}
			}
			if got := strings.Join(labels, ","); got != test.want {
				t.Errorf("labels = %s, want %s", got, test.want)
			}
		})
	}
	w.want(400, "GET", "/api/v1/apps?limit=201", nil)
	w.wantError(400, "E0000031", "GET", "/api/v1/apps?filter=label", nil)
	w.wantError(400, "E0000031", "GET", "/api/v1/apps?filter=profile%20pr", nil)
	w.wantError(400, "E0000029", "GET", "/api/v1/apps?after=0oanobody", nil, "Invalid paging request.", "Invalid cursor.")
}
