// SPDX-License-Identifier: MPL-2.0

package provider_test

import (
	"cmp"
	"crypto"
	"errors"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/statecheck"
	"github.com/hashicorp/terraform-plugin-testing/tfversion"

	"github.com/oktacreds/terraform-provider-oktacreds/internal/acctest"
	"github.com/oktacreds/terraform-provider-oktacreds/internal/jwk"
)

func TestKeyPair_BothHalvesInBothFormsAreOfOnePair(t *testing.T) {
	provider := newProtocol(t, nil) // it asks nobody
	for algorithm, bits := range map[string]int{
		"": 2048, "RSA_2048": 2048, "RSA_3072": 3072, "RSA_4096": 4096, "EC_P256": 256, "EC_P384": 384, "EC_P521": 521,
	} {
		t.Run(algorithm, func(t *testing.T) {
			given := map[string]any{}
			if algorithm != "" {
				given["algorithm"] = algorithm
			}
			mustBePair(t, provider.open(t, "oktacreds_key_pair", given), cmp.Or(algorithm, "RSA_2048"), bits)
		})
	}
}

func mustBePair(t *testing.T, pair map[string]any, algorithm string, bits int) {
	t.Helper()
	public, err := jwk.ParsePEM(pair["public_key_pem"].(string))
	if err != nil {
		t.Fatal(err)
	}
	named, err := jwk.ParseJWK(pair["public_key_jwk"].(string))
	if err != nil {
		t.Fatal(err)
	}
	for _, half := range []string{"private_key_pem", "private_key_jwk"} {
		private, err := jwk.ParsePrivate(pair[half].(string))
		if err != nil {
			t.Fatalf("%s: %v", half, err)
		}
		of, err := public.Crypto()
		if err != nil {
			t.Fatal(err)
		}
		if !private.Public().(interface{ Equal(crypto.PublicKey) bool }).Equal(of) {
			t.Errorf("%s is of another pair", half)
		}
		if _, err := jwk.ParsePublic(pair[half].(string)); !errors.Is(err, jwk.ErrPrivateKey) {
			t.Errorf("%s passes for a public key", half)
		}
	}
	if !named.SameMaterial(public) || public.Bits() != bits || pair["algorithm"] != algorithm {
		t.Errorf("the pair has %d bits and the algorithm %v, want %d and %s", public.Bits(), pair["algorithm"], bits, algorithm)
	}
	if kid := pair["kid"]; kid != public.Thumbprint() || kid != named.Kid || !strings.Contains(pair["private_key_jwk"].(string), `"kid":"`+named.Kid+`"`) {
		t.Errorf("the kid is %v, want the thumbprint %s everywhere", kid, public.Thumbprint())
	}
}

func TestAccKeyPair_EveryApplyMakesAnother(t *testing.T) {
	config := acctest.NewOrg(t).Provider() + `
ephemeral "oktacreds_key_pair" "test" {
  algorithm = "EC_P256"
}
provider "echo" {
  data = ephemeral.oktacreds_key_pair.test.kid # not the private half: the echo ends in state
}
resource "echo" "test" {}
`
	var kids []any
	see := acctest.Inspect("echo.test", func(attributes map[string]any) { kids = append(kids, attributes["data"]) })
	resource.ParallelTest(t, resource.TestCase{
		TerraformVersionChecks:   []tfversion.TerraformVersionCheck{tfversion.SkipBelow(tfversion.Version1_10_0)},
		ProtoV6ProviderFactories: acctest.Factories(),
		Steps: []resource.TestStep{
			{Config: config, ConfigStateChecks: []statecheck.StateCheck{see}},
			{Config: config, ConfigStateChecks: []statecheck.StateCheck{see}, Taint: []string{"echo.test"}},
		},
	})
	if len(kids) != 2 || kids[0] == kids[1] {
		t.Errorf("the kids of two applies are %v", kids)
	}
}

func TestAccKeyPair_UnknownAlgorithm_IsRefusedWithTheKnownOnes(t *testing.T) {
	text := acctest.Refused(t, resource.TestCase{
		TerraformVersionChecks:   []tfversion.TerraformVersionCheck{tfversion.SkipBelow(tfversion.Version1_10_0)},
		ProtoV6ProviderFactories: acctest.Factories(),
		Steps: []resource.TestStep{{Config: acctest.NewOrg(t).Provider() + `
ephemeral "oktacreds_key_pair" "test" {
  algorithm = "RSA_1024"
}
`}},
	})
	acctest.Says(t, text, append(jwk.Algorithms(), "RSA_1024")...)
}
