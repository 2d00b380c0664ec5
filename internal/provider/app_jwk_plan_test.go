// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"testing"

	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/oktacreds/terraform-provider-oktacreds/internal/jwk"
	"github.com/oktacreds/terraform-provider-oktacreds/internal/okta"
	"github.com/oktacreds/terraform-provider-oktacreds/internal/rotation"
)

func otherKey(t *testing.T) jwk.Key {
	t.Helper()
	pair, err := jwk.Generate("EC_P256")
	if err != nil {
		t.Fatal(err)
	}
	key := pair.Public
	key.Kid = ""
	return key
}

func triggers(value string) types.Map {
	return types.MapValueMust(types.StringType, map[string]attr.Value{"on": types.StringValue(value)})
}

// keyCase begins with a configuration and a state that agree; change makes them
// differ. Plan is the configuration, as far as deciding is concerned.
type keyCase struct {
	change func(config, state *appJWKModel)
	want   bool
	says   rotation.Reason // why it is refused
}

func (c keyCase) run(t *testing.T) {
	t.Helper()
	config := appJWKModel{
		AppID: types.StringValue("0oa1"), JWK: types.StringValue(testKey.JSON()),
		RotateWhenChanged: types.MapNull(types.StringType),
	}
	state := config
	state.take(okta.Key{Metadata: okta.Metadata{ID: "pks1", Status: okta.StatusActive}, Key: jwk.Key{KTY: "EC", Kid: testThumbprint, Use: "sig", Crv: "P-256", X: testKey.X, Y: testKey.Y}})
	c.change(&config, &state)
	key, known, diags := configuredKey(config)
	if diags.HasError() {
		t.Fatal(said(diags))
	}
	got, refused := decideKeyReplacement(config, config, state, key, known)
	if got != c.want || refused != c.says {
		t.Errorf("replace: %v, refused: %q; want %v, %q", got, refused, c.want, c.says)
	}
}

func TestDecideKeyReplacement(t *testing.T) {
	other := types.StringValue(otherKey(t).JSON())
	same := types.StringValue(testKey.JSON())
	pem := types.StringValue(pemOf(t, testKey))
	for name, c := range map[string]keyCase{
		"nothing changed":                          {func(_, _ *appJWKModel) {}, false, ""},
		"another key":                              {func(config, _ *appJWKModel) { config.JWK = other }, true, ""},
		"a key that isn't known yet":               {func(config, _ *appJWKModel) { config.JWK = types.StringUnknown() }, true, ""},
		"the same key in another form":             {func(config, _ *appJWKModel) { config.JWK, config.PublicKeyPEM = types.StringNull(), pem }, false, ""},
		"another kid as attribute":                 {func(config, _ *appJWKModel) { config.Kid = types.StringValue("mine") }, true, ""},
		"another kid in the JWK":                   {func(config, _ *appJWKModel) { config.JWK = types.StringValue(with("mine", "", "").JSON()) }, true, ""},
		"a kid that isn't known yet":               {func(config, _ *appJWKModel) { config.Kid = types.StringUnknown() }, true, ""},
		"the kid of state, given":                  {func(config, _ *appJWKModel) { config.Kid = types.StringValue(testThumbprint) }, false, ""},
		"a kid changed by somebody else":           {func(_, state *appJWKModel) { state.Kid = types.StringValue("theirs") }, true, ""},
		"a kid that somebody else lost":            {func(_, state *appJWKModel) { state.Kid = types.StringNull() }, false, ""},
		"a use that isn't known yet":               {func(config, _ *appJWKModel) { config.Use = types.StringUnknown() }, false, ""},
		"another alg":                              {func(config, _ *appJWKModel) { config.Alg = types.StringValue("ES256") }, false, ""},
		"another app, though with the same key":    {func(config, _ *appJWKModel) { config.AppID = types.StringValue("0oa2") }, true, ""},
		"another app, asked for a rotation":        {func(config, state *appJWKModel) { config.AppID = types.StringUnknown(); ask(config, state) }, true, ""},
		"a rotation asked for, with another key":   {func(config, state *appJWKModel) { ask(config, state); config.JWK = other }, true, ""},
		"a rotation asked for, with another kid":   {func(config, state *appJWKModel) { ask(config, state); config.Kid = types.StringValue("mine") }, true, ""},
		"a rotation asked for, the key unknown":    {func(config, state *appJWKModel) { ask(config, state); config.JWK = types.StringUnknown() }, true, ""},
		"a rotation asked for, the key unchanged":  {ask, false, rotation.SameValue},
		"rotate_when_changed added":                {func(config, _ *appJWKModel) { config.RotateWhenChanged = triggers("1") }, false, ""},
		"rotate_when_changed removed":              {func(_, state *appJWKModel) { state.RotateWhenChanged = triggers("1") }, false, ""},
		"another key with the kid of the old one":  {sameKid, false, rotation.KidTaken},
		"another key with the kid in the JWK":      {sameKidInJWK, false, rotation.KidTaken},
		"write-only, the same key":                 {writeOnlyKey(same, -1, -1), false, ""},
		"write-only, another key":                  {writeOnlyKey(other, -1, -1), true, ""},
		"write-only, not known yet":                {writeOnlyKey(types.StringUnknown(), -1, -1), false, ""},
		"with a version, another key isn't seen":   {writeOnlyKey(other, 1, 1), false, ""},
		"with a version, the unknown isn't either": {writeOnlyKey(types.StringUnknown(), 1, 1), false, ""},
		"with another version, another key":        {writeOnlyKey(other, 2, 1), true, ""},
		"with another version, not known yet":      {writeOnlyKey(types.StringUnknown(), 2, 1), true, ""},
		"with another version, the same key":       {writeOnlyKey(same, 2, 1), false, ""},
		"with a version, not given":                {writeOnlyKey(types.StringNull(), 1, 1), false, ""},
		"with another version, not given":          {writeOnlyKey(types.StringNull(), 2, 1), false, noValue},
		"a version added, another key":             {writeOnlyKey(other, 1, -1), true, ""},
		"a version added, the same key":            {writeOnlyKey(same, 1, -1), false, ""},
		"a version removed, another key":           {writeOnlyKey(other, -1, 1), true, ""},
		"a version, another kid as attribute":      {both(writeOnlyKey(same, 1, 1), func(config, _ *appJWKModel) { config.Kid = types.StringValue("mine") }), true, ""},
		"a version, a rotation asked for":          {both(writeOnlyKey(other, 1, 1), ask), true, ""},
		"a version, a rotation to the unknown":     {both(writeOnlyKey(types.StringUnknown(), 1, 1), ask), true, ""},
		"a version, a rotation to the same key":    {both(writeOnlyKey(same, 1, 1), ask), false, rotation.SameValue},
		"no version, a rotation to the unknown":    {both(writeOnlyKey(types.StringUnknown(), -1, -1), ask), true, ""},
	} {
		t.Run(name, c.run)
	}
}

func ask(config, state *appJWKModel) {
	config.RotateWhenChanged, state.RotateWhenChanged = triggers("2"), triggers("1")
}

// sameKid gives the kid of state to a key with another thumbprint.
func sameKid(config, state *appJWKModel) {
	state.Kid, state.Thumbprint = types.StringValue("mine"), types.StringValue("another")
	config.Kid = types.StringValue("mine")
}

func sameKidInJWK(config, state *appJWKModel) {
	sameKid(config, state)
	config.JWK, config.Kid = types.StringValue(with("mine", "", "").JSON()), types.StringNull()
}

// writeOnly gives the key write-only, with versions; a negative one is none.
func writeOnlyKey(key types.String, version, before int64) func(config, state *appJWKModel) {
	return func(config, state *appJWKModel) {
		config.JWK, config.PublicKeyWO = types.StringNull(), key
		if version >= 0 {
			config.PublicKeyWOVersion = types.Int64Value(version)
		}
		if before >= 0 {
			state.PublicKeyWOVersion = types.Int64Value(before)
		}
	}
}

func both(one, two func(config, state *appJWKModel)) func(config, state *appJWKModel) {
	return func(config, state *appJWKModel) { one(config, state); two(config, state) }
}

func TestKeep_PlansUseAndAlg(t *testing.T) {
	other := otherKey(t)
	text := types.StringValue
	for name, test := range map[string]struct {
		config   appJWKModel
		held     jwk.Key // its use and alg
		use, alg types.String
	}{
		"as the JWK says":              {config: appJWKModel{JWK: text(with("", "sig", "ES256").JSON())}, use: text("sig"), alg: text("ES256")},
		"as attributes say":            {config: appJWKModel{JWK: text(testKey.JSON()), Alg: text("ES256")}, use: text("sig"), alg: text("ES256")},
		"alg no more":                  {config: appJWKModel{JWK: text(testKey.JSON())}, held: jwk.Key{Alg: "ES256"}, use: text("sig"), alg: types.StringNull()},
		"use unknown":                  {config: appJWKModel{JWK: text(testKey.JSON()), Use: types.StringUnknown()}, use: types.StringUnknown(), alg: types.StringNull()},
		"of a write-only key, too":     {config: appJWKModel{PublicKeyWO: text(with("", "", "ES256").JSON())}, use: text("sig"), alg: text("ES256")},
		"but not of another key":       {config: appJWKModel{PublicKeyWO: text(other.JSON())}, held: jwk.Key{Use: "sig", Alg: "ES256"}, use: text("sig"), alg: text("ES256")},
		"use comes back, if it is":     {config: appJWKModel{PublicKeyWO: text(other.JSON())}, use: text("sig"), alg: types.StringNull()},
		"or if it isn't known":         {config: appJWKModel{PublicKeyWO: types.StringUnknown()}, use: text("sig"), alg: types.StringNull()},
		"unless the attribute decides": {config: appJWKModel{PublicKeyWO: types.StringUnknown(), Alg: text("ES256")}, held: jwk.Key{Use: "sig"}, use: text("sig"), alg: text("ES256")},
	} {
		t.Run(name, func(t *testing.T) {
			state := test.config
			held := newKey(testKey, okta.StatusActive)
			held.Kid, held.Use, held.Alg = testThumbprint, test.held.Use, test.held.Alg
			state.take(held)
			key, known, diags := configuredKey(test.config)
			if diags.HasError() {
				t.Fatal(said(diags))
			}
			plan := test.config
			plan.keep(test.config, state, key, known)
			if !plan.Use.Equal(test.use) || !plan.Alg.Equal(test.alg) || !plan.Kid.Equal(state.Kid) || !plan.ID.Equal(state.ID) {
				t.Errorf("use %v, alg %v, kid %v, id %v; want %v, %v and those of state", plan.Use, plan.Alg, plan.Kid, plan.ID, test.use, test.alg)
			}
		})
	}
}
