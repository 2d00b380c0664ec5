// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/oktacreds/terraform-provider-oktacreds/internal/jwk"
	"github.com/oktacreds/terraform-provider-oktacreds/internal/okta"
)

// testKey is the key of RFC 7517 §A.1, with its thumbprint.
var (
	testKey = jwk.Key{
		KTY: "EC", Crv: "P-256",
		X: "MKBCTNIcKUSDii11ySs3526iDZ8AiTo7Tu6KPAqv7D4",
		Y: "4Etl6SRW2YiLUrN5vfvVHuhp7x8PxltmWWlbbM4IFyM",
	}
	testThumbprint = "cn-I_WNMClehiVp51i_0VpOENW1upEerA8sEam5hn-s"
)

// with returns the key with other members.
func with(kid, use, alg string) jwk.Key {
	key := testKey
	key.Kid, key.Use, key.Alg = kid, use, alg
	return key
}

func pemOf(t *testing.T, key jwk.Key) string {
	t.Helper()
	text, err := key.PEM()
	if err != nil {
		t.Fatal(err)
	}
	return text
}

// said is what diagnostics say, one per line.
func said(diags diag.Diagnostics) string {
	var text strings.Builder
	for _, d := range diags {
		text.WriteString(d.Severity().String() + ": " + d.Summary() + ": " + d.Detail() + "\n")
	}
	return text.String()
}

func TestConfiguredKey(t *testing.T) {
	jwkText := func(kid, use, alg string) types.String { return types.StringValue(with(kid, use, alg).JSON()) }
	for name, test := range map[string]struct {
		config appJWKModel
		want   jwk.Key
	}{
		"a PEM has its thumbprint for a kid and signs": {
			appJWKModel{PublicKeyPEM: types.StringValue(pemOf(t, testKey))}, with(testThumbprint, "sig", ""),
		},
		"so does a JWK that says nothing else": {
			appJWKModel{JWK: jwkText("", "", "")}, with(testThumbprint, "sig", ""),
		},
		"what the JWK says counts": {
			appJWKModel{JWK: jwkText("of the JWK", "sig", "ES256")}, with("of the JWK", "sig", "ES256"),
		},
		"what attributes say counts": {
			appJWKModel{
				JWK: jwkText("", "", ""),
				Kid: types.StringValue("mine"), Use: types.StringValue("sig"), Alg: types.StringValue("ES256"),
			}, with("mine", "sig", "ES256"),
		},
		"both may say the same": {
			appJWKModel{
				JWK: jwkText("mine", "sig", "ES256"),
				Kid: types.StringValue("mine"), Use: types.StringValue("sig"), Alg: types.StringValue("ES256"),
			}, with("mine", "sig", "ES256"),
		},
		"write-only, a JWK is read": {
			appJWKModel{PublicKeyWO: jwkText("of the JWK", "", "")}, with("of the JWK", "sig", ""),
		},
		"write-only, a PEM is read": {
			appJWKModel{PublicKeyWO: types.StringValue(pemOf(t, testKey))}, with(testThumbprint, "sig", ""),
		},
		"an attribute that isn't known yet leaves the key known": {
			appJWKModel{JWK: jwkText("", "", "RS256"), Use: types.StringUnknown()}, with(testThumbprint, "sig", "RS256"),
		},
	} {
		t.Run(name, func(t *testing.T) {
			got, known, diags := configuredKey(test.config)
			if diff := cmp.Diff(test.want, got); diff != "" || !known || len(diags) > 0 {
				t.Errorf("known %v, diagnostics %q, key (-want +got):\n%s", known, said(diags), diff)
			}
		})
	}
}

func TestConfiguredKey_IsNotKnown(t *testing.T) {
	for name, config := range map[string]appJWKModel{
		"without a key":                     {},
		"with a key that isn't known yet":   {JWK: types.StringUnknown()},
		"with two keys, which are an error": {JWK: types.StringValue(testKey.JSON()), PublicKeyPEM: types.StringValue("…")},
	} {
		t.Run(name, func(t *testing.T) {
			if _, known, diags := configuredKey(config); known || len(diags) > 0 {
				t.Errorf("known %v, diagnostics %q", known, said(diags))
			}
		})
	}
}

func TestConfiguredKey_ContradictionsAreErrors(t *testing.T) {
	given := types.StringValue(with("a", "sig", "ES256").JSON())
	for name, test := range map[string]struct {
		config appJWKModel
		want   string
	}{
		"two kids": {appJWKModel{JWK: given, Kid: types.StringValue("b")}, "Two values for kid: The JWK and the attribute have different values for kid."},
		"two uses": {appJWKModel{JWK: given, Use: types.StringValue("enc")}, "Two values for use"},
		"two algs": {appJWKModel{JWK: given, Alg: types.StringValue("ES512")}, "Two values for alg"},
		"an alg that doesn't fit": {
			appJWKModel{PublicKeyPEM: types.StringValue(pemOf(t, testKey)), Alg: types.StringValue("RS256")}, "Alg does not fit",
		},
		"an EC key for encryption": {
			appJWKModel{PublicKeyPEM: types.StringValue(pemOf(t, testKey)), Use: types.StringValue("enc")}, "must be an RSA key",
		},
	} {
		t.Run(name, func(t *testing.T) {
			_, known, diags := configuredKey(test.config)
			if known || !diags.HasError() || !strings.Contains(said(diags), test.want) {
				t.Errorf("known %v, diagnostics %q, want %q", known, said(diags), test.want)
			}
		})
	}
}

func TestCheckInputs(t *testing.T) {
	given, unknown := types.StringValue("…"), types.StringUnknown()
	for name, test := range map[string]struct {
		config appJWKModel
		ok     bool
	}{
		"none":                                   {appJWKModel{}, false},
		"one":                                    {appJWKModel{PublicKeyPEM: given}, true},
		"one that isn't known yet":               {appJWKModel{PublicKeyWO: unknown}, true},
		"two":                                    {appJWKModel{JWK: given, PublicKeyWO: given}, false},
		"one, and one that may come out as null": {appJWKModel{JWK: given, PublicKeyWO: unknown}, true},
	} {
		t.Run(name, func(t *testing.T) {
			if diags := checkInputs(test.config); diags.HasError() == test.ok {
				t.Errorf("diagnostics %q", said(diags))
			}
		})
	}
}

func TestTake(t *testing.T) {
	created := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	saved := newKey(with("k", "sig", "ES256"), okta.StatusInactive)
	saved.ID, saved.Created = "pks1", created

	t.Run("takes over what Okta says", func(t *testing.T) {
		// A map of no type is not even equal to itself.
		got := appJWKModel{RotateWhenChanged: types.MapNull(types.StringType)}
		got.take(saved)
		want := appJWKModel{
			RotateWhenChanged: types.MapNull(types.StringType),
			ID:                types.StringValue("pks1"), Status: types.StringValue("INACTIVE"),
			Kid: types.StringValue("k"), Use: types.StringValue("sig"), Alg: types.StringValue("ES256"),
			Kty: types.StringValue("EC"), Crv: types.StringValue("P-256"), X: types.StringValue(testKey.X), Y: types.StringValue(testKey.Y),
			Thumbprint: types.StringValue(testThumbprint),
			Created:    types.StringValue("2026-01-02T03:04:05Z"), Version: types.Int64Value(created.Unix()),
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("(-want +got):\n%s", diff)
		}
	})
	t.Run("keeps the creation time that the app's document lacks", func(t *testing.T) {
		var got appJWKModel
		got.take(saved)
		listed := saved
		listed.Created = time.Time{}
		got.take(listed)
		if got.Created.ValueString() != "2026-01-02T03:04:05Z" || got.Version.ValueInt64() != created.Unix() {
			t.Errorf("created %v, version %v", got.Created, got.Version)
		}
	})
	t.Run("shows what was lost as null", func(t *testing.T) {
		var got appJWKModel
		got.take(saved)
		lost := saved
		lost.Use, lost.Alg, lost.Kid = "", "", ""
		got.take(lost)
		if !got.Use.IsNull() || !got.Alg.IsNull() || !got.Kid.IsNull() {
			t.Errorf("use %v, alg %v, kid %v", got.Use, got.Alg, got.Kid)
		}
	})
	t.Run("spells the key in one way", func(t *testing.T) {
		var got appJWKModel
		padded := saved
		padded.X += "="
		got.take(padded)
		if got.X.ValueString() != testKey.X {
			t.Errorf("x is %v", got.X)
		}
	})
	t.Run("shows that crv is lost, and knows the key", func(t *testing.T) {
		var got appJWKModel
		lost := saved
		lost.Crv = ""
		got.take(lost)
		if got.X.ValueString() != testKey.X || !got.Crv.IsNull() || got.Thumbprint.ValueString() != testThumbprint {
			t.Errorf("x %v, crv %v, thumbprint %v", got.X, got.Crv, got.Thumbprint)
		}
	})
	t.Run("keeps a key that can't be read as it is", func(t *testing.T) {
		var got appJWKModel
		strange := saved
		strange.X = "strange"
		got.take(strange)
		if got.X.ValueString() != "strange" || !got.Thumbprint.IsNull() {
			t.Errorf("x %v, thumbprint %v", got.X, got.Thumbprint)
		}
	})
}

func TestSameKey(t *testing.T) {
	held := newKey(with("k", "", ""), okta.StatusActive)
	padded := held
	padded.X += "="
	other := held
	other.X, other.Y = other.Y, other.X
	for name, test := range map[string]struct {
		wanted jwk.Key
		held   okta.Key
		same   bool
	}{
		"the same kid and key":                     {with("k", "sig", "ES256"), held, true},
		"whatever use and alg say":                 {with("k", "", ""), held, true},
		"however it is spelled":                    {with("k", "", ""), padded, true},
		"another kid is another key":               {with("l", "", ""), held, false},
		"other members under the kid are another":  {with("k", "", ""), other, false},
		"nothing is no key, not even that of none": {jwk.Key{}, okta.Key{}, false},
	} {
		t.Run(name, func(t *testing.T) {
			if got := sameKey(test.wanted)(test.held); got != test.same {
				t.Errorf("same: %v", got)
			}
		})
	}
}

// Okta refuses a second ACTIVE encryption key, but activates one in exchange [S].
func TestBirthStatus_EncryptionKeysAreBornInactive(t *testing.T) {
	for _, test := range []struct {
		use          string
		wanted, born okta.Status
	}{
		{"sig", okta.StatusActive, okta.StatusActive},
		{"sig", okta.StatusInactive, okta.StatusInactive},
		{"enc", okta.StatusActive, okta.StatusInactive},
		{"enc", okta.StatusInactive, okta.StatusInactive},
	} {
		if got := birthStatus(with("", test.use, ""), test.wanted); got != test.born {
			t.Errorf("%s key wanted %s: born %s, want %s", test.use, test.wanted, got, test.born)
		}
	}
}
