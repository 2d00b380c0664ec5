// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"strings"
	"testing"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/oktacreds/terraform-provider-oktacreds/internal/okta"
)

func TestCheckSecret(t *testing.T) {
	ascii := strings.Repeat("~ ", 50)
	for _, test := range []struct {
		name, value, want string
	}{
		{"14 characters", ascii[:14], ""},
		{"100 characters", ascii, ""},
		{"the first and the last printable one", " ~ ~ ~ ~ ~ ~ ~", ""},
		{"none", "", "14 to 100 characters; this one has 0"},
		{"13 characters", ascii[:13], "this one has 13"},
		{"101 characters", ascii + "~", "this one has 101"},
		{"an umlaut", "fourteen bytes: ü", "byte 17"},
		{"a line break", "fourteen bytes\n", "byte 15"},
		{"a DEL", "fourteen bytes\x7f", "byte 15"},
	} {
		t.Run(test.name, func(t *testing.T) {
			err := checkSecret(test.value)
			switch {
			case test.want == "":
				if err != nil {
					t.Errorf("refused: %v", err)
				}
			case err == nil || !strings.Contains(err.Error(), test.want):
				t.Errorf("checkSecret() = %v, want %q", err, test.want)
			case test.value != "" && strings.Contains(err.Error(), test.value):
				t.Errorf("the error repeats the secret: %v", err)
			}
		})
	}
}

func TestCheckSecretForApp(t *testing.T) {
	for _, test := range []struct {
		method string
		length int // 0 stands for a generated secret
		want   string
	}{
		{okta.AuthMethodSecretBasic, 0, ""},
		{okta.AuthMethodSecretBasic, 14, ""},
		{okta.AuthMethodSecretPost, 31, ""},
		{okta.AuthMethodSecretJWT, 0, ""},
		{okta.AuthMethodSecretJWT, 31, "at least 32 characters; this one has 31"},
		{okta.AuthMethodSecretJWT, 32, ""},
		{okta.AuthMethodPrivateKeyJWT, 0, "takes no client secret"},
		{okta.AuthMethodPrivateKeyJWT, 64, "takes no client secret"},
		{okta.AuthMethodNone, 64, ""},
	} {
		err := checkSecretForApp(okta.App{ID: testApp, AuthMethod: test.method}, test.length)
		switch {
		case test.want == "" && err != nil:
			t.Errorf("%s, %d: refused: %v", test.method, test.length, err)
		case test.want != "" && (err == nil || !strings.Contains(err.Error(), test.want) || !strings.Contains(err.Error(), testApp)):
			t.Errorf("%s, %d: %v, want %q of %s", test.method, test.length, err, test.want, testApp)
		}
	}
}

func TestNextVersion_GrowsEvenWithinOneSecond(t *testing.T) {
	secret := secretOf("new", "", "ACTIVE", 0)
	for _, test := range []struct {
		name    string
		present []okta.ClientSecret
		want    int64
	}{
		{"the first", nil, noon.Unix()},
		{"a minute after the one before", []okta.ClientSecret{secretOf("old", "", "ACTIVE", time.Minute)}, noon.Unix()},
		{"in the same second", []okta.ClientSecret{secretOf("old", "", "ACTIVE", 0)}, noon.Unix() + 1},
		{"taken over, and seen in the list already", []okta.ClientSecret{secretOf("old", "", "ACTIVE", time.Minute), secret}, noon.Unix()},
	} {
		if got := nextVersion(secret, test.present); got != test.want {
			t.Errorf("%s: %d, want %d", test.name, got, test.want)
		}
	}

	// A refresh keeps it, whatever Okta's clock said; an import takes Okta's.
	model := appClientSecretModel{Version: types.Int64Value(noon.Unix() + 1)}
	if model.take(secret); model.Version.ValueInt64() != noon.Unix()+1 {
		t.Errorf("after a refresh the version is %s", model.Version)
	}
	var imported appClientSecretModel
	if imported.take(secret); imported.Version.ValueInt64() != noon.Unix() {
		t.Errorf("after an import the version is %s", imported.Version)
	}
}
