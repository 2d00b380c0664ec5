package provider

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/oktacreds/terraform-provider-oktacreds/internal/okta"
)

const testApp = "0oaApp"

var noon = time.Date(2026, time.November, 23, 12, 0, 0, 0, time.UTC)

// generated is a value that this provider makes for the app, or for another
// purpose.
func generated(t *testing.T, app string) string {
	t.Helper()
	client, err := okta.New(okta.Config{OrgName: "test", APIToken: "token"})
	if err != nil {
		t.Fatal(err)
	}
	value, err := client.GenerateSecret(app)
	if err != nil {
		t.Fatal(err)
	}
	return value
}

// secretOf is a secret of that age at noon.
func secretOf(id, value string, status okta.Status, age time.Duration) okta.ClientSecret {
	return okta.ClientSecret{
		Metadata: okta.Metadata{ID: id, Status: status, Created: noon.Add(-age), LastUpdated: noon.Add(-age)},
		Value:    value, Hash: okta.SecretHash(value),
	}
}

// touched is a secret whose status has changed that long before noon.
func touched(secret okta.ClientSecret, age time.Duration) okta.ClientSecret {
	secret.LastUpdated = noon.Add(-age)
	return secret
}

func managedIDs(ids ...string) func(okta.ClientSecret) bool {
	return func(s okta.ClientSecret) bool { return slices.Contains(ids, s.ID) }
}

func TestUnrecorded(t *testing.T) {
	ours, also, others, foreign := generated(t, testApp), generated(t, testApp), generated(t, "0oaOther"), "made in the console by hand"
	const week = 7 * 24 * time.Hour
	for _, test := range []struct {
		name    string
		secrets []okta.ClientSecret
		managed []string
		want    string
	}{
		{"young, ours, beside an older one", []okta.ClientSecret{secretOf("old", foreign, "ACTIVE", week), secretOf("new", ours, "ACTIVE", time.Hour)}, nil, "new"},
		{"whatever the order of the list", []okta.ClientSecret{secretOf("new", ours, "ACTIVE", time.Hour), secretOf("old", foreign, "ACTIVE", week)}, nil, "new"},
		{"beside its predecessor, which is ours too", []okta.ClientSecret{secretOf("old", also, "ACTIVE", 2*time.Hour), secretOf("new", ours, "ACTIVE", time.Hour)}, nil, "new"},
		{"just within a day", []okta.ClientSecret{secretOf("old", foreign, "ACTIVE", week), secretOf("new", ours, "ACTIVE", adoptionAge)}, nil, "new"},

		{"none: no secret", nil, nil, ""},
		{"none: a place is free", []okta.ClientSecret{secretOf("new", ours, "ACTIVE", time.Hour)}, nil, ""},
		{"none: it is in state", []okta.ClientSecret{secretOf("old", foreign, "ACTIVE", week), secretOf("new", ours, "ACTIVE", time.Hour)}, []string{"new"}, ""},
		{"none: it is not ours", []okta.ClientSecret{secretOf("old", ours, "ACTIVE", 2*time.Hour), secretOf("new", foreign, "ACTIVE", time.Hour)}, nil, ""},
		{"none: it is of another app", []okta.ClientSecret{secretOf("old", foreign, "ACTIVE", week), secretOf("new", others, "ACTIVE", time.Hour)}, nil, ""},
		{"none: it is older than a day", []okta.ClientSecret{secretOf("old", foreign, "ACTIVE", week), secretOf("new", ours, "ACTIVE", adoptionAge+time.Second)}, nil, ""},
		{"none: since then the other one was turned off and on", []okta.ClientSecret{touched(secretOf("old", foreign, "ACTIVE", week), time.Minute), secretOf("new", ours, "ACTIVE", time.Hour)}, nil, ""},
		{"none: it is INACTIVE", []okta.ClientSecret{secretOf("old", foreign, "ACTIVE", week), secretOf("new", ours, "INACTIVE", time.Hour)}, nil, ""},
		{"none: beside an INACTIVE one it may be what is being replaced", []okta.ClientSecret{secretOf("old", foreign, "INACTIVE", week), secretOf("new", ours, "ACTIVE", time.Hour)}, nil, ""},
		{"none: of two of the same second neither is certain", []okta.ClientSecret{secretOf("a", also, "ACTIVE", time.Hour), secretOf("b", ours, "ACTIVE", time.Hour)}, nil, ""},
		{"of two of the same second the one that is not in state", []okta.ClientSecret{secretOf("a", also, "ACTIVE", time.Hour), secretOf("b", ours, "ACTIVE", time.Hour)}, []string{"a"}, "b"},
	} {
		t.Run(test.name, func(t *testing.T) {
			got, found := unrecorded(testApp, test.secrets, managedIDs(test.managed...), noon)
			if got.ID != test.want || found != (test.want != "") {
				t.Errorf("unrecorded() = %q, %t, want %q", got.ID, found, test.want)
			}
		})
	}
}

func TestNewSecretFacts(t *testing.T) {
	ours, foreign := generated(t, testApp), "made in the console by hand"
	self := secretOf("self", "the resource's own secret", "ACTIVE", 48*time.Hour)
	leftover := secretOf("leftover", ours, "ACTIVE", time.Hour)
	inactive := secretOf("inactive", foreign, "INACTIVE", time.Hour)
	standIn := secretOf("stand-in", generated(t, standInPurpose), "ACTIVE", 72*time.Hour)

	for _, test := range []struct {
		name    string
		self    okta.ClientSecret
		secrets []okta.ClientSecret
		managed []string
		want    secretFacts
	}{
		{
			"alone", self, []okta.ClientSecret{self}, []string{"self"},
			secretFacts{App: testApp, ID: "self", Hash: self.Hash},
		},
		{
			"beside a leftover", self, []okta.ClientSecret{leftover, self}, []string{"self"},
			secretFacts{App: testApp, ID: "self", Hash: self.Hash, Others: []otherSecret{
				{ID: "leftover", Status: "ACTIVE", Created: leftover.Created, Leftover: true, Generated: true, Hash: leftover.Hash},
			}},
		},
		{
			"beside another object's", self, []okta.ClientSecret{leftover, self}, []string{"self", "leftover"},
			secretFacts{App: testApp, ID: "self", Hash: self.Hash, Others: []otherSecret{
				{ID: "leftover", Status: "ACTIVE", Created: leftover.Created, Managed: true, Generated: true, Hash: leftover.Hash},
			}},
		},
		{
			"beside a stand-in", self, []okta.ClientSecret{self, standIn}, []string{"self"},
			secretFacts{App: testApp, ID: "self", Hash: self.Hash, Others: []otherSecret{
				{ID: "stand-in", Status: "ACTIVE", Created: standIn.Created, StandIn: true, Hash: standIn.Hash},
			}},
		},
		{
			"yet to be created, in whatever order the list is", okta.ClientSecret{}, []okta.ClientSecret{self, inactive}, nil,
			secretFacts{App: testApp, Others: []otherSecret{
				{ID: "inactive", Status: "INACTIVE", Created: inactive.Created, Hash: inactive.Hash},
				{ID: "self", Status: "ACTIVE", Created: self.Created, Hash: self.Hash},
			}},
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			got := newSecretFacts(testApp, test.self, test.secrets, managedIDs(test.managed...), noon)
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Errorf("newSecretFacts() (-want +got):\n%s", diff)
			}
			slices.Reverse(test.secrets)
			if diff := cmp.Diff(got, newSecretFacts(testApp, test.self, test.secrets, managedIDs(test.managed...), noon)); diff != "" {
				t.Errorf("the order of the list makes a difference:\n%s", diff)
			}
			stored, err := json.Marshal(got)
			if err != nil {
				t.Fatal(err)
			}
			for _, secret := range test.secrets {
				if strings.Contains(string(stored), secret.Value) {
					t.Errorf("private state holds the value of %s", secret.ID)
				}
			}
			var restored secretFacts
			if err := json.Unmarshal(stored, &restored); err != nil || !cmp.Equal(got, restored) {
				t.Errorf("private state gives back something else: %v\n%s", err, cmp.Diff(got, restored))
			}
		})
	}
}

func TestSecretFacts_SuccessorAndBlocker(t *testing.T) {
	active := otherSecret{ID: "active", Status: "ACTIVE", Hash: "of active"}
	inactive := otherSecret{ID: "inactive", Status: "INACTIVE", Hash: "of inactive"}
	leftover := otherSecret{ID: "leftover", Status: "ACTIVE", Leftover: true, Generated: true, Hash: "of leftover"}
	foreign := otherSecret{ID: "foreign", Status: "ACTIVE", Leftover: true, Hash: "of foreign"}
	stale := otherSecret{ID: "stale", Status: "ACTIVE", Leftover: true, Stale: true, Generated: true, Hash: "of stale"}
	for _, test := range []struct {
		name          string
		self          string // empty for one yet to be created
		others        []otherSecret
		own, whenFull string
		successor     string
		blocker       string
	}{
		{name: "alone", self: "self"},
		{name: "a place is taken by an ACTIVE one", self: "self", others: []otherSecret{active}, blocker: "active"},
		{name: "which never gives way", self: "self", others: []otherSecret{active}, whenFull: "delete_inactive", blocker: "active"},
		{name: "by an INACTIVE one", self: "self", others: []otherSecret{inactive}, whenFull: "fail", blocker: "inactive"},
		{name: "which gives way", self: "self", others: []otherSecret{inactive}, whenFull: "delete_inactive"},
		{name: "by what an interrupted run generated", self: "self", others: []otherSecret{leftover}, successor: "leftover"},
		{name: "but the value is configured now", self: "self", others: []otherSecret{leftover}, own: "of mine", blocker: "leftover"},
		{name: "and isn't known yet", self: "self", others: []otherSecret{leftover}, own: unknownHash, blocker: "leftover"},
		{name: "by what was generated too long ago", self: "self", others: []otherSecret{stale}, blocker: "stale"},
		{name: "by the configured value, however long ago", self: "self", others: []otherSecret{stale}, own: "of stale", successor: "stale"},
		{name: "by the configured value", self: "self", others: []otherSecret{foreign}, own: "of foreign", successor: "foreign"},
		{name: "by a value that is nobody's", self: "self", others: []otherSecret{foreign}, blocker: "foreign"},
		{name: "new, beside one", others: []otherSecret{active}},
		{name: "new, beside two", others: []otherSecret{active, inactive}, blocker: "active"},
		{name: "new, beside two, one of which gives way", others: []otherSecret{active, inactive}, whenFull: "delete_inactive"},
		{name: "new, beside two, one of which was meant to be it", others: []otherSecret{active, leftover}, successor: "leftover"},
		{name: "new, beside two that may be it", others: []otherSecret{leftover, leftover}, blocker: "leftover"},
	} {
		t.Run(test.name, func(t *testing.T) {
			facts := secretFacts{App: testApp, ID: test.self, Others: test.others}
			if got, found := facts.successor(test.own); got.ID != test.successor || found != (test.successor != "") {
				t.Errorf("successor() = %q, %t, want %q", got.ID, found, test.successor)
			}
			if got, blocked := facts.blocker(test.own, test.whenFull); got.ID != test.blocker || blocked != (test.blocker != "") {
				t.Errorf("blocker() = %q, %t, want %q", got.ID, blocked, test.blocker)
			}
		})
	}
}
