// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"encoding/base64"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"unicode/utf16"

	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/oktacreds/terraform-provider-oktacreds/internal/jwk"
)

// TestClientConfig_PrivateKey shows that the provider's key is read in every form in which it can be meant, and that what
// it can't be is named without being repeated.
func TestClientConfig_PrivateKey(t *testing.T) {
	for _, name := range []string{"OKTA_API_TOKEN", "OKTA_ACCESS_TOKEN", "OKTA_API_PRIVATE_KEY", "OKTA_ORG_NAME", "OKTA_BASE_URL"} {
		t.Setenv(name, "")
	}
	pair, err := jwk.Generate("EC_P256")
	if err != nil {
		t.Fatal(err)
	}
	file := func(content string) string {
		path := filepath.Join(t.TempDir(), "key.pem")
		if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	body := strings.Join(strings.Split(pair.PrivatePEM, "\n")[1:4], "")
	der, err := base64.StdEncoding.DecodeString(body)
	if err != nil {
		t.Fatal(err)
	}
	utf16Text := []byte{0xff, 0xfe}
	for _, unit := range utf16.Encode([]rune(pair.PrivatePEM)) {
		utf16Text = append(utf16Text, byte(unit), byte(unit>>8))
	}
	for name, test := range map[string]struct{ text, want string }{
		"PEM":                    {pair.PrivatePEM, ""},
		"PEM without its breaks": {strings.ReplaceAll(pair.PrivatePEM, "\n", ""), ""},
		"PEM with \\r\\n":        {strings.ReplaceAll(pair.PrivatePEM, "\n", `\r\n`), ""},
		"JWK":                    {pair.PrivateJWK, ""},
		"the path of PEM":        {file(pair.PrivatePEM), ""},
		"the path of a JWK":      {file("\ufeff" + pair.PrivateJWK + "\n"), ""},
		"the path of DER":        {file(string(der)), "openssl pkey -inform DER"},
		"the path of UTF-16":     {file(string(utf16Text)), "iconv"},
		"the path of nothing":    {file(""), "text is empty"},
		"another path":           {filepath.Join(t.TempDir(), "hunter2.pem"), "this is the path of a file"},
		"base64 of PEM":          {base64.StdEncoding.EncodeToString([]byte(pair.PrivatePEM)), "base64decode"},
		"base64 of DER":          {body, "-----BEGIN PRIVATE KEY-----"},
		"a public PEM":           {pair.PublicPEM, "This is a public key"},
		"a public JWK":           {pair.PublicJWK, "This is a public key"},
		"a JWKS":                 {`{"keys":[` + pair.PrivateJWK + `]}`, "jq '.keys[0]'"},
		"an OpenSSH public key":  {"ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIhunter2 me", "OpenSSH public key"},
		"text":                   {"hunter2", "not a private key"},
		"NUL":                    {"hunter2\x00", "UTF-8"},
	} {
		t.Run(name, func(t *testing.T) {
			config, diags := providerModel{PrivateKey: types.StringValue(test.text)}.clientConfig(t.Context())
			if test.want == "" {
				if diags.HasError() || config.PrivateKey == nil {
					t.Errorf("got %v", diags)
				}
				return
			}
			if !diags.HasError() {
				t.Fatal("got a key")
			}
			said := diags[0].Summary() + ": " + diags[0].Detail()
			if !strings.Contains(said, test.want) {
				t.Errorf("it says %q, want %q", said, test.want)
			}
			if strings.Contains(said, body[:20]) || strings.Contains(said, "hunter2") {
				t.Errorf("it repeats the value: %q", said)
			}
		})
	}
}
