// SPDX-License-Identifier: MPL-2.0

package provider_test

import (
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-go/tftypes"
	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/knownvalue"
	"github.com/hashicorp/terraform-plugin-testing/statecheck"
	"github.com/hashicorp/terraform-plugin-testing/tfversion"

	"github.com/oktacreds/terraform-provider-oktacreds/internal/acctest"
)

// gives calls a function that works.
func gives(t *testing.T, name string, argument any) string {
	t.Helper()
	result, failed := newProtocol(t, nil).call(t, name, argument)
	if failed != nil {
		t.Fatalf("%s: %s", name, failed.Text)
	}
	return result
}

// refuses calls a function that must say why not, of its first argument, without
// giving anything of it away.
func refuses(t *testing.T, name string, argument any, phrases ...string) {
	t.Helper()
	result, failed := newProtocol(t, nil).call(t, name, argument)
	if failed == nil {
		t.Fatalf("%s gives %q", name, result)
	}
	if failed.FunctionArgument == nil || *failed.FunctionArgument != 0 {
		t.Errorf("%s: the error is of argument %v, want the first", name, failed.FunctionArgument)
	}
	acctest.Says(t, failed.Text, phrases...)
	text, ok := argument.(string)
	if !ok {
		return
	}
	for _, word := range strings.FieldsFunc(text, func(r rune) bool { return strings.ContainsRune("\n\",:{} ", r) }) {
		if len(word) >= 10 && !strings.HasPrefix(word, "-----") {
			acctest.Hides(t, failed.Text, word)
		}
	}
}

// stringList is an argument.
func stringList(elements ...string) []tftypes.Value {
	values := make([]tftypes.Value, len(elements))
	for i, element := range elements {
		values[i] = tftypes.NewValue(tftypes.String, element)
	}
	return values
}

// The keys of RFC 7517 appendices A.1 and A.2 and of RFC 7638 §3.1, which is the
// RSA key of both, and what the RFCs say of them.
const (
	rfcModulus = "0vx7agoebGcQSuuPiLJXZptN9nndrQmbXEps2aiAFbWhM78LhWx4cbbfAAtVT86zwu1RK7aPFFxuhDR1L6tSoc_BJECPebWKRXjBZCiFV4n3oknjhMstn64tZ_2W" +
		"-5JsGY4Hc5n9yBXArwl93lqt7_RN5w6Cf0h4QyQ5v-65YGjQR0_FDW2QvzqY368QQMicAtaSqzs8KJZgnYb9c7d0zgdAZHzu6qMQvRL5hajrn1n91CbOpbISD08qNLyrdkt" +
		"-bFTWhAI4vMQFh6WeZu0fM4lFd2NcRwr3XPksINHaQ-G_xBniIqbw0Ls1jF44-csFCur-kEgU8awapJzKnqDKgw"
	rfcRSA        = `{"kty":"RSA","n":"` + rfcModulus + `","e":"AQAB","alg":"RS256","kid":"2011-04-29"}`
	rfcThumbprint = "NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs"
	rfcEC         = `{"kty":"EC","crv":"P-256","x":"MKBCTNIcKUSDii11ySs3526iDZ8AiTo7Tu6KPAqv7D4","y":"4Etl6SRW2YiLUrN5vfvVHuhp7x8PxltmWWlbbM4IFyM","use":"enc","kid":"1"}`
	rfcPrivateEC  = `{"kty":"EC","crv":"P-256","x":"MKBCTNIcKUSDii11ySs3526iDZ8AiTo7Tu6KPAqv7D4","y":"4Etl6SRW2YiLUrN5vfvVHuhp7x8PxltmWWlbbM4IFyM",` +
		`"d":"870MB6gfuTJ4HtUnUvYMyJpr5eUZNP4Bk43bVdj3eAE","use":"enc","kid":"1"}`
	// RFC 7518 appendix C: Bob's static key.
	rfcBob = `{"kty":"EC","crv":"P-256","x":"weNJy2HscCSM6AEDTDg04biOvhFhyyWvOHQfeF_PxMQ","y":"e8lnCO-AlStT-NJVX-crhB7QRYhiix03illJOVAOyck"}`
)

func TestFunctions_WorkOutOfTheRFCsExamples(t *testing.T) {
	for _, test := range []struct{ function, argument, want string }{
		{"jwk_thumbprint", rfcRSA, rfcThumbprint},                           // RFC 7638 §3.1
		{"jwk_thumbprint", gives(t, "pem_from_jwk", rfcRSA), rfcThumbprint}, // in another form
		{"jwk_from_pem", gives(t, "pem_from_jwk", rfcRSA), `{"kty":"RSA","kid":"` + rfcThumbprint + `","n":"` + rfcModulus + `","e":"AQAB"}`},
		{"jwk_from_pem", gives(t, "pem_from_jwk", rfcEC), `{"kty":"EC","kid":"` + gives(t, "jwk_thumbprint", rfcEC) +
			`","crv":"P-256","x":"MKBCTNIcKUSDii11ySs3526iDZ8AiTo7Tu6KPAqv7D4","y":"4Etl6SRW2YiLUrN5vfvVHuhp7x8PxltmWWlbbM4IFyM"}`},
		{"jwk_from_pem", gives(t, "pem_from_jwk", rfcBob), `{"kty":"EC","kid":"` + gives(t, "jwk_thumbprint", rfcBob) +
			`","crv":"P-256","x":"weNJy2HscCSM6AEDTDg04biOvhFhyyWvOHQfeF_PxMQ","y":"e8lnCO-AlStT-NJVX-crhB7QRYhiix03illJOVAOyck"}`},
	} {
		if got := gives(t, test.function, test.argument); got != test.want {
			t.Errorf("%s gives\n%s\nwant\n%s", test.function, got, test.want)
		}
	}
}

func TestFunctions_OfPublicKeysRefusePrivateOnes(t *testing.T) {
	rsa := acctest.RSA(t, 2048)
	for name, private := range map[string]string{
		"a private PEM": acctest.PrivatePEM(t, rsa), "a private JWK": acctest.PrivateJWK(t, rsa, "one"), "RFC 7517 A.2": rfcPrivateEC,
	} {
		t.Run(name, func(t *testing.T) {
			for _, function := range []string{"jwk_from_pem", "pem_from_jwk", "jwk_thumbprint"} {
				refuses(t, function, private, "this is a private key")
			}
			refuses(t, "jwks_document", stringList(rfcRSA, private), "keys[1]: ", "this is a private key")
		})
	}
}

func TestAccFunctions_WorkWithoutAnyConfiguration(t *testing.T) {
	resource.Test(t, resource.TestCase{
		TerraformVersionChecks:   []tfversion.TerraformVersionCheck{tfversion.SkipBelow(tfversion.Version1_8_0)},
		ProtoV6ProviderFactories: acctest.Factories(),
		Steps: []resource.TestStep{{
			// The provider has no configuration: functions need none.
			Config: `
locals {
  pem = provider::oktacreds::pem_from_jwk(jsonencode({ kty = "RSA", n = "` + rfcModulus + `", e = "AQAB" }))
}
output "jwk" { value = jsondecode(provider::oktacreds::jwk_from_pem(local.pem)) }
output "thumbprint" { value = provider::oktacreds::jwk_thumbprint(local.pem) }
output "document" { value = jsondecode(provider::oktacreds::jwks_document([local.pem, provider::oktacreds::jwk_from_pem(` + "<<-EOT\n" +
				indented(acctest.PublicPEM(t, acctest.RSA(t, 2048))) + "EOT\n" + `)])).keys[0].kid }
output "hash" { value = provider::oktacreds::client_secret_hash("` + recordedSecret + `") }
`,
			ConfigStateChecks: []statecheck.StateCheck{
				statecheck.ExpectKnownOutputValue("jwk", knownvalue.ObjectExact(map[string]knownvalue.Check{
					"kty": knownvalue.StringExact("RSA"), "kid": knownvalue.StringExact(rfcThumbprint),
					"n": knownvalue.StringExact(rfcModulus), "e": knownvalue.StringExact("AQAB"),
				})),
				statecheck.ExpectKnownOutputValue("thumbprint", knownvalue.StringExact(rfcThumbprint)),
				statecheck.ExpectKnownOutputValue("document", knownvalue.StringExact(rfcThumbprint)),
				statecheck.ExpectKnownOutputValue("hash", knownvalue.StringExact(recordedHash)),
			},
		}},
	})
}

func TestAccFunctions_ErrorsNameTheParameterAndNotItsValue(t *testing.T) {
	private := acctest.PrivatePEM(t, acctest.RSA(t, 2048))
	text := acctest.Refused(t, resource.TestCase{
		TerraformVersionChecks:   []tfversion.TerraformVersionCheck{tfversion.SkipBelow(tfversion.Version1_8_0)},
		ProtoV6ProviderFactories: acctest.Factories(),
		Steps: []resource.TestStep{{
			Config: `
variable "pem" {
  sensitive = true # else Terraform itself shows it
  default   = <<-EOT
` + indented(private) + `EOT
}
output "jwk" {
  sensitive = true
  value     = provider::oktacreds::jwk_from_pem(var.pem)
}
`,
		}},
	})
	acctest.Says(t, text, `"pem"`, "this is a private key")
	acctest.Hides(t, text, strings.Split(private, "\n")[1], strings.Split(private, "\n")[5])
}

func indented(text string) string {
	return "  " + strings.ReplaceAll(strings.TrimSpace(text), "\n", "\n  ") + "\n"
}
