// SPDX-License-Identifier: MPL-2.0

package rotation

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"
)

const (
	hour = time.Hour
	day  = 24 * hour
)

// monthly is the policy that the stories are told with.
var monthly = Policy{RotateAfter: 30 * day, Overlap: day, Grace: day}

var noon = time.Date(2026, time.March, 1, 12, 0, 0, 0, time.UTC)

// A story is told in moments. At each one somebody may do something, then the
// machine says what it sees and what it wants, and that is applied.
type moment struct {
	at   time.Duration // since the story began
	do   func(*managed) error
	want string // as told by tell
}

func TestNext_Stories(t *testing.T) {
	takenOver := moment{0, born(active), "steady: create"}

	stories := []struct {
		name    string
		policy  Policy
		moments []moment
	}{
		{"the guide's procedure, from taking the app over to the second rotation", monthly, []moment{
			takenOver,
			{0, nil, "overlap: nothing until 24h"},
			{23 * hour, nil, "overlap: nothing until 24h"},
			{24 * hour, nil, "overlap: deactivate s1"},
			{24 * hour, nil, "grace: nothing until 48h"},
			{48 * hour, nil, "grace: delete s1"},
			{48 * hour, nil, "steady: nothing until 720h"},
			{720 * hour, nil, "steady: create"},
			{720 * hour, nil, "overlap: nothing until 744h"},
			{744 * hour, nil, "overlap: deactivate s2"},
			{768 * hour, nil, "grace: delete s2"},
			{768 * hour, nil, "steady: nothing until 1440h"},
		}},
		{"an apply that comes late delays everything after it, so that overlap and grace are whole", monthly, []moment{
			takenOver,
			{100 * hour, nil, "overlap: deactivate s1"},
			{100 * hour, nil, "grace: nothing until 124h"},
			{200 * hour, nil, "grace: delete s1"},
			{2000 * hour, nil, "steady: create"},
			{2000 * hour, nil, "overlap: nothing until 2024h"},
		}},
		{"transitions due at once are taken one by one", Policy{}, []moment{
			takenOver,
			{0, nil, "overlap: deactivate s1"},
			{0, nil, "grace: delete s1"},
			{0, nil, "steady: nothing"},
		}},
		{"without rotate_after it rotates only when asked", Policy{Overlap: day, Grace: day}, []moment{
			{0, settled, "steady: nothing"},
			{9999 * hour, nil, "steady: nothing"},
			{9999 * hour, asked, "steady: create"},
			{9999 * hour, nil, "overlap: nothing until 10023h"},
		}},
		{"a rotation asked for half-way waits for the slot and is not forgotten", monthly, []moment{
			takenOver,
			{1 * hour, asked, "overlap: nothing until 24h"},
			{24 * hour, nil, "overlap: deactivate s1"},
			{48 * hour, nil, "grace: delete s1"},
			{48 * hour, nil, "steady: create"},
			{48 * hour, nil, "overlap: nothing until 72h"},
		}},
		{"a clock that goes backwards makes it wait", monthly, []moment{
			takenOver,
			{-500 * hour, nil, "overlap: nothing until 24h"},
			{24 * hour, nil, "overlap: deactivate s1"},
			{-500 * hour, nil, "grace: nothing until 48h"},
		}},

		{"hold brings the previous secret back, and its overlap starts again", monthly, []moment{
			takenOver,
			{24 * hour, nil, "overlap: deactivate s1"},
			{30 * hour, held, "grace: activate s1"},
			{30 * hour, nil, "overlap: nothing"},
			{999 * hour, nil, "overlap: nothing"},
			{40 * hour, released, "overlap: nothing until 54h"},
			{54 * hour, nil, "overlap: deactivate s1"},
		}},
		{"hold stops a rotation that is due or asked for", monthly, []moment{
			{0, settled, "steady: nothing until 720h"},
			{720 * hour, held, "steady: nothing"},
			{720 * hour, asked, "steady: nothing"},
			{721 * hour, released, "steady: create"},
		}},
		{"hold lets a current secret stay deactivated while the previous one serves", monthly, []moment{
			takenOver,
			{1 * hour, held, "overlap: nothing"},
			{2 * hour, deactivated("s2"), "overlap: nothing"},
			{3 * hour, released, "overlap: activate s2"},
		}},
		{"hold activates the current secret where nothing else that consumers were given is ACTIVE", Policy{Hold: true}, []moment{
			{0, all(settled, created, deactivated("s2")), "steady: activate s2"},
		}},
		{"taking over under hold gives consumers the secret that is there", Policy{Hold: true}, []moment{
			{0, born(active), "steady: nothing"},
			{0, released, "steady: create"},
		}},
		{"taking over an app without secrets under hold creates the first", Policy{Hold: true}, []moment{
			{0, born(), "steady: create"},
			{0, nil, "steady: nothing"},
		}},

		{"take-over of no secret", monthly, []moment{
			{0, born(), "steady: create"},
			{0, nil, "steady: nothing until 720h"},
		}},
		{"take-over of one INACTIVE secret: it gives way when its slot is needed", monthly, []moment{
			{0, born(inactive), "steady: create"},
			{0, nil, "steady: nothing until 720h"},
			{720 * hour, nil, "steady: delete s1"},
			{720 * hour, nil, "steady: create"},
		}},
		{"take-over of an ACTIVE and an INACTIVE secret: the INACTIVE one has its grace", monthly, []moment{
			{0, born(inactive, active), "steady: nothing until 23h"},
			{23 * hour, nil, "steady: delete s1"},
			{23 * hour, nil, "steady: create"},
			{23 * hour, nil, "overlap: nothing until 47h"},
			{47 * hour, nil, "overlap: deactivate s2"},
		}},
		{"take-over of two ACTIVE secrets: the older leaves, a whole overlap after the take-over", monthly, []moment{
			{0, all(born(active, active), passed(100*hour)), "overlap: nothing until 124h"},
			{124 * hour, nil, "overlap: deactivate s1"},
			{148 * hour, nil, "grace: delete s1"},
			{148 * hour, nil, "steady: create"},
			{148 * hour, nil, "overlap: nothing until 172h"},
			{172 * hour, nil, "overlap: deactivate s2"},
			{196 * hour, nil, "grace: delete s2"},
			{196 * hour, nil, "steady: nothing until 868h"},
		}},
		{"take-over of two INACTIVE secrets: one gives way to the first current one", monthly, []moment{
			{0, born(inactive, inactive), "steady: nothing until 23h"},
			{23 * hour, nil, "steady: delete s1"},
			{23 * hour, nil, "steady: create"},
		}},

		{"a current secret that somebody deactivated is activated, and the overlap starts again", monthly, []moment{
			takenOver,
			{10 * hour, deactivated("s2"), "overlap: activate s2"},
			{10 * hour, nil, "overlap: nothing until 34h"},
		}},
		{"a previous secret that somebody deactivated goes on into grace", monthly, []moment{
			takenOver,
			{10 * hour, deactivated("s1"), "grace: nothing until 34h"},
		}},
		{"a previous secret that somebody activated has its overlap again", monthly, []moment{
			takenOver,
			{24 * hour, nil, "overlap: deactivate s1"},
			{30 * hour, activated("s1"), "overlap: nothing until 54h"},
		}},
		{"a previous secret that somebody deleted ends the rotation", monthly, []moment{
			takenOver,
			{24 * hour, nil, "overlap: deactivate s1"},
			{25 * hour, deleted("s1"), "steady: nothing until 720h"},
		}},
		{"a current secret that somebody deleted: the previous one stands in, and a new one is created", monthly, []moment{
			takenOver,
			{1 * hour, deactivated("s2"), "overlap: activate s2"},
			{2 * hour, all(deactivated("s2"), deleted("s2")), "steady: create"},
			{2 * hour, nil, "overlap: nothing until 26h"},
			{26 * hour, nil, "overlap: deactivate s1"},
		}},
		{"a current secret that somebody replaced by a foreign one: the previous one is still known to work", monthly, []moment{
			takenOver,
			{1 * hour, all(deactivated("s2"), deleted("s2"), created), "steady: blocked by s3"},
			{2 * hour, deactivated("s3"), "steady: nothing until 26h"},
			{26 * hour, nil, "steady: delete s3"},
			{26 * hour, nil, "steady: create"},
		}},
		{"everything deleted, as a switch to private_key_jwt does", monthly, []moment{
			takenOver,
			{1 * hour, wiped, "steady: create"},
			{1 * hour, nil, "steady: nothing until 721h"},
		}},

		{"the secret of an interrupted create is adopted, and its overlap begins then", monthly, []moment{
			{0, settled, "steady: nothing until 720h"},
			{720 * hour, interrupted, "steady: adopt s3"},
			{720 * hour, nil, "overlap: nothing until 744h"},
			{744 * hour, nil, "overlap: deactivate s2"},
		}},
		{"the secret of an interrupted create waits for the next rotation", monthly, []moment{
			{0, all(settled, asked, interrupted, forgotten), "steady: nothing until 720h"},
			{100 * hour, nil, "steady: nothing until 720h"},
			{720 * hour, nil, "steady: adopt s3"},
			{720 * hour, nil, "overlap: nothing until 744h"},
		}},
		{"a state that is older than the app: the successor of what it calls current has been delivered", monthly, []moment{
			{0, settled, "steady: nothing until 720h"},
			{720 * hour, nil, "steady: create"},
			{744 * hour, all(deactivated("s2"), rolledBack), "grace: nothing until 768h"},
			{768 * hour, nil, "grace: delete s2"},
			{768 * hour, nil, "steady: nothing until 1440h"},
		}},
		{"a state that is older than the app: what it calls current is gone", monthly, []moment{
			{0, settled, "steady: nothing until 720h"},
			{720 * hour, nil, "steady: create"},
			{768 * hour, all(deactivated("s2"), deleted("s2"), rolledBack), "steady: nothing until 1440h"},
		}},
		{"a state that is two rotations older than the app", monthly, []moment{
			{0, settled, "steady: nothing until 720h"},
			{720 * hour, nil, "steady: create"},
			{768 * hour, all(deactivated("s2"), deleted("s2")), "steady: nothing until 1440h"},
			{1440 * hour, nil, "steady: create"},
			{1464 * hour, all(deactivated("s3"), rolledBack), "grace: nothing until 1488h"},
			{1488 * hour, nil, "grace: delete s3"},
		}},
		{"a successor that somebody deactivated doesn't take the place of a current secret", monthly, []moment{
			{0, settled, "steady: nothing until 720h"},
			{720 * hour, nil, "steady: create"},
			{721 * hour, all(deactivated("s3"), rolledBack), "steady: nothing until 745h"},
			{745 * hour, nil, "steady: delete s3"},
		}},
		{"a previous secret that may be in use stays", Policy{RotateAfter: 30 * day, Overlap: day, Grace: day, OnlyQuiet: true}, []moment{
			takenOver,
			{0, nil, "overlap: nothing until 24h"},
			{24 * hour, nil, "overlap: blocked by s1"},
			{999 * hour, nil, "overlap: blocked by s1"},
			{999 * hour, wentQuiet("s1"), "overlap: deactivate s1"},
			{1023 * hour, nil, "grace: delete s1"},
		}},

		{"a foreign ACTIVE secret is left alone and blocks until somebody deactivates it", monthly, []moment{
			{0, settled, "steady: nothing until 720h"},
			{1 * hour, created, "steady: blocked by s3"},
			{800 * hour, asked, "steady: blocked by s3"},
			{800 * hour, deactivated("s3"), "steady: nothing until 824h"},
			{824 * hour, nil, "steady: delete s3"},
			{824 * hour, nil, "steady: create"},
			{824 * hour, nil, "overlap: nothing until 848h"},
		}},
		{"a foreign INACTIVE secret stays until its slot is needed, even under hold", monthly, []moment{
			{0, settled, "steady: nothing until 720h"},
			{1 * hour, all(created, deactivated("s3")), "steady: nothing until 720h"},
			{2 * hour, held, "steady: nothing"},
			{2 * hour, released, "steady: nothing until 720h"},
			{720 * hour, nil, "steady: delete s3"},
		}},
		{"a rotation made by hand in the console is taken over", monthly, []moment{
			{0, settled, "steady: nothing until 720h"},
			{1 * hour, all(created, deactivated("s2"), deleted("s2")), "steady: create"},
			{1 * hour, nil, "overlap: nothing until 25h"},
			{25 * hour, nil, "overlap: deactivate s3"},
		}},
		{"what somebody put into use comes before a previous secret that was switched off", monthly, []moment{
			takenOver,
			{24 * hour, nil, "overlap: deactivate s1"},
			{25 * hour, all(
				activated("s1"), deactivated("s2"), deleted("s2"), created, deactivated("s1"),
			), "grace: nothing until 49h"},
			{49 * hour, nil, "grace: delete s1"},
			{49 * hour, nil, "steady: create"},
			{49 * hour, nil, "overlap: nothing until 73h"},
			{73 * hour, nil, "overlap: deactivate s3"},
		}},
	}

	for _, story := range stories {
		t.Run(story.name, func(t *testing.T) {
			app := managed{policy: story.policy}
			for i, moment := range story.moments {
				app.now = noon.Add(moment.at)
				if moment.do != nil {
					if err := moment.do(&app); err != nil {
						t.Fatalf("moment %d: what somebody does: %v", i, err)
					}
				}
				step := app.next(0)
				if got := tell(step); got != moment.want {
					t.Fatalf("moment %d, at %s: got %q, want %q\n%+v", i, moment.at, got, moment.want, app)
				}
				if err := app.apply(step); err != nil {
					t.Fatalf("moment %d: %v", i, err)
				}
			}
		})
	}
}

// tell puts a step into words.
func tell(step Step) string {
	what := "nothing"
	switch {
	case step.Action != None:
		what = strings.TrimSpace(fmt.Sprintf("%s %s", step.Action, step.TargetID))
	case step.Blocked != "" && step.Blocked != Held:
		what = fmt.Sprintf("blocked by %s", step.BlockedBy)
	case !step.DueAt.IsZero():
		what = fmt.Sprintf("nothing until %gh", step.DueAt.Sub(noon).Hours())
	}
	return fmt.Sprintf("%s: %s", step.Phase, what)
}

// What people do in stories.
const (
	active   = true
	inactive = false
)

// born makes an app with these secrets, none of which state knows. Each is an
// hour younger than the one before; the last is created now.
func born(secrets ...bool) func(*managed) error {
	return func(m *managed) (err error) {
		now := m.now
		for i, active := range secrets {
			m.now = now.Add(-hour * time.Duration(len(secrets)-1-i))
			_, e := m.create(active)
			err = errors.Join(err, e)
		}
		return err
	}
}

// settled makes an app whose first rotation is over: s1 is gone, s2 is current.
func settled(m *managed) error {
	m.born = 1
	id, err := m.create(active)
	m.memory = Memory{CurrentID: id}
	return err
}

func passed(d time.Duration) func(*managed) error {
	return func(m *managed) error { m.now = m.now.Add(d); return nil }
}

func activated(id string) func(*managed) error {
	return func(m *managed) error { return m.activate(id) }
}

func deactivated(id string) func(*managed) error {
	return func(m *managed) error { return m.deactivate(id) }
}

func deleted(id string) func(*managed) error {
	return func(m *managed) error { return m.delete(id) }
}

func all(events ...func(*managed) error) func(*managed) error {
	return func(m *managed) (err error) {
		for _, event := range events {
			err = errors.Join(err, event(m))
		}
		return err
	}
}

// interrupted is an apply that creates the next secret and can't record it.
func interrupted(m *managed) error {
	_, err := m.createMarked(active, true, m.memory.CurrentID)
	return err
}

// forgotten is the end of what asked for the rotation.
func forgotten(m *managed) error { m.memory.Pending = ""; return nil }

// rolledBack is a state that was lost: it says what it said when s2 was current.
func rolledBack(m *managed) error { m.memory = Memory{CurrentID: "s2"}; return nil }

func wentQuiet(id string) func(*managed) error {
	return func(m *managed) error { m.quiet = id; return nil }
}

func created(m *managed) error  { _, err := m.create(active); return err }
func wiped(m *managed) error    { m.secrets = nil; return nil }
func asked(m *managed) error    { m.memory.Pending = Triggered; return nil }
func held(m *managed) error     { m.policy.Hold = true; return nil }
func released(m *managed) error { m.policy.Hold = false; return nil }

// A list without lastUpdated must not shorten what is promised.
func TestNext_SecretWithoutLastUpdated_CountsFromItsCreation(t *testing.T) {
	facts := Facts{
		Memory: Memory{CurrentID: "b", PreviousID: "a"},
		Secrets: []Secret{
			{ID: "a", Active: true, Created: noon.Add(-day)},
			{ID: "b", Active: true, Created: noon},
		},
	}
	if got, want := tell(Next(monthly, facts, noon)), "overlap: nothing until 24h"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

// What a caller stores after each action is part of the machine.
func TestStep_Done(t *testing.T) {
	adopted := Step{Memory: Memory{CurrentID: "b", PreviousID: "a", Pending: Triggered}, Action: Adopt, TargetID: "c"}
	if got, want := adopted.Done(""), (Memory{CurrentID: "c", PreviousID: "b"}); got != want {
		t.Errorf("after an adoption: remember %+v, want %+v", got, want)
	}
	before := Memory{CurrentID: "b", PreviousID: "a", Pending: Adopted, AdoptedAt: noon}
	for action, want := range map[Action]Memory{
		None:       before,
		Activate:   before,
		Deactivate: before,
		Delete:     before,
		Create:     {CurrentID: "c", PreviousID: "b"},
	} {
		if got := (Step{Memory: before, Action: action}).Done("c"); got != want {
			t.Errorf("after %q: remember %+v, want %+v", action, got, want)
		}
	}
}
