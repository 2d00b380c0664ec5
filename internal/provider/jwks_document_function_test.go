// SPDX-License-Identifier: MPL-2.0

package provider_test

import (
	"encoding/json"
	"testing"

	"github.com/hashicorp/terraform-plugin-go/tftypes"

	"github.com/oktacreds/terraform-provider-oktacreds/internal/acctest"
)

func TestJWKSDocument_KeepsOrderAndKidsAndMakesTheMissingOnes(t *testing.T) {
	key := acctest.RSA(t, 2048)
	var got struct {
		Keys []map[string]string `json:"keys"`
	}
	text := gives(t, "jwks_document", stringList(rfcRSA, acctest.PublicPEM(t, key), rfcEC, rfcBob))
	if err := json.Unmarshal([]byte(text), &got); err != nil {
		t.Fatal(err)
	}
	want := []string{"2011-04-29", acctest.Thumbprint(t, key), "1", gives(t, "jwk_thumbprint", rfcBob)}
	for i, kid := range want {
		if len(got.Keys) != len(want) || got.Keys[i]["kid"] != kid {
			t.Fatalf("the document is %s, want the kids %q", text, want)
		}
	}
	if got.Keys[0]["alg"] != "RS256" || got.Keys[2]["use"] != "enc" {
		t.Errorf("alg and use are lost in %s", text)
	}
}

func TestJWKSDocument_ErrorsNameTheElement(t *testing.T) {
	refuses(t, "jwks_document", stringList(rfcRSA, rfcEC, rfcRSA), "keys[2]: ", "same kid as keys[0]")
	refuses(t, "jwks_document", stringList(rfcRSA, "nonsense"), "keys[1]: ", "not a public key")
	refuses(t, "jwks_document", []tftypes.Value{}, "at least one key")
}
