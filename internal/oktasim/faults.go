// SPDX-License-Identifier: MPL-2.0

package oktasim

import (
	"context"
	"fmt"
	"math/rand/v2"
	"net/http"
	"path"
	"slices"
	"strings"
	"time"
)

// FaultKind is what goes wrong.
type FaultKind string

// The kinds of fault. "Before" leaves the org as it was, "after" breaks what the client gets to see of a change
// that did happen. (Go's http.Transport repeats a GET by itself when a connection that it reused breaks.)
const (
	FaultLatency     FaultKind = "latency"           // Delay passes before the request is carried out
	FaultErrorBefore FaultKind = "error_before"      // Status instead of carrying the request out
	FaultErrorAfter  FaultKind = "error_after"       // Status although the request was carried out
	FaultDropBefore  FaultKind = "drop_before"       // the connection closes, nothing happened
	FaultDropAfter   FaultKind = "drop_after"        // the connection closes, the request was carried out
	FaultRateLimit   FaultKind = "rate_limit"        // 429 of the per-minute kind
	FaultConcurrency FaultKind = "concurrency_limit" // 429 of the concurrency kind: Limit = Remaining = 0
	FaultSlowSecret  FaultKind = "slow_secret"       // a secret is refused until Delay after its creation
	FaultListOrder   FaultKind = "list_order"        // lists come in Order
	FaultKeyShape    FaultKind = "key_shape"         // key lists come in Shape
	FaultBodyBefore  FaultKind = "body_before"       // Status and Body instead of carrying the request out
	FaultBodyAfter   FaultKind = "body_after"        // Status and Body although the request was carried out
	FaultMember      FaultKind = "member"            // the members named Member are changed by Edit, wherever they are
	FaultHeader      FaultKind = "header"            // the header Header has Value; with "", it is missing
	FaultDateSkew    FaultKind = "date_skew"         // the Date header is wrong by Delay, which may be negative
	FaultEcho        FaultKind = "echo"              // an error with Status that repeats in Encoding what was sent
)

// Orders of lists. Okta promises none.
const (
	OrderCreated  = "created"
	OrderReversed = "reversed"
	OrderShuffled = "shuffled"
)

// Shapes of key lists, of which Okta's documents and users know three. Without a fault it is ShapeKeys: what the
// SDKs of today read.
const (
	ShapeKeys  = "keys"  // {"keys":[…]} [C]
	ShapeArray = "array" // […] [S]
	ShapeJWKS  = "jwks"  // {"jwks":{"keys":[…]}} [S example][D]
)

// Fault says what goes wrong, where and how often. Of several faults that match one request all take effect;
// of those that answer instead of the org, the first injected does, and the others wait for the next request.
type Fault struct {
	Kind FaultKind `json:"kind"`
	// Method matches requests with it. Empty: every method.
	Method string `json:"method,omitempty"`
	// Path matches as path.Match does, "*" being any one segment; a pattern that ends in "/**" matches everything
	// beneath. Empty: every path.
	Path string `json:"path,omitempty"`
	// Skip lets that many matching requests pass first.
	Skip int `json:"skip,omitempty"`
	// Times is how many requests are hit. 0: every one, until ClearFaults.
	Times int `json:"times,omitempty"`
	// Probability hits a matching request only sometimes. 0: always.
	Probability float64 `json:"probability,omitempty"`
	// Seed makes Probability and OrderShuffled repeatable.
	Seed uint64 `json:"seed,omitempty"`
	// Status is the status of the kinds that answer. Default: 500 for errors, 200 with Body, 400 with an echo.
	Status int `json:"status,omitempty"`
	// Delay is the duration that FaultLatency, FaultSlowSecret and FaultDateSkew need; DelayMS, in milliseconds, is the
	// same for those who write JSON.
	Delay   time.Duration `json:"-"`
	DelayMS int           `json:"delay_ms,omitempty"`
	Order   string        `json:"order,omitempty"`
	Shape   string        `json:"shape,omitempty"`
	// Body is sent as it is: as HTML when it begins with "<", else as JSON.
	Body string `json:"body,omitempty"`
	// Member is a member of JSON objects, and Edit what happens to it. EditSet gives it Value.
	Member string `json:"member,omitempty"`
	Edit   string `json:"edit,omitempty"`
	Value  any    `json:"value,omitempty"`
	Header string `json:"header,omitempty"`
	// Encoding is one of the Echo constants. Default: EchoPlain.
	Encoding string `json:"encoding,omitempty"`
}

// fault is a Fault at work.
type fault struct {
	Fault
	seen, hits int
	random     *rand.Rand
}

// faultParts says, for each kind, whether the rest of a Fault makes sense.
var faultParts = map[FaultKind]func(Fault) bool{
	FaultBodyBefore:  func(f Fault) bool { return f.Status >= 200 && f.Status < 600 },
	FaultBodyAfter:   func(f Fault) bool { return f.Status >= 200 && f.Status < 600 },
	FaultMember:      func(f Fault) bool { return f.Member != "" && memberEdits[f.Edit] != nil },
	FaultHeader:      func(f Fault) bool { _, isText := f.Value.(string); return f.Header != "" && isText },
	FaultDateSkew:    func(f Fault) bool { return f.Delay != 0 },
	FaultEcho:        func(f Fault) bool { return f.Status >= 400 && f.Status < 600 && echoEncodings[f.Encoding] != nil },
	FaultLatency:     func(f Fault) bool { return f.Delay > 0 },
	FaultErrorBefore: func(f Fault) bool { return f.Status >= 400 && f.Status < 600 },
	FaultErrorAfter:  func(f Fault) bool { return f.Status >= 400 && f.Status < 600 },
	FaultDropBefore:  func(Fault) bool { return true },
	FaultDropAfter:   func(Fault) bool { return true },
	FaultRateLimit:   func(Fault) bool { return true },
	FaultConcurrency: func(Fault) bool { return true },
	FaultSlowSecret:  func(f Fault) bool { return f.Delay > 0 },
	FaultListOrder: func(f Fault) bool {
		return slices.Contains([]string{OrderCreated, OrderReversed, OrderShuffled}, f.Order)
	},
	FaultKeyShape: func(f Fault) bool {
		return slices.Contains([]string{ShapeArray, ShapeKeys, ShapeJWKS}, f.Shape)
	},
}

// InjectFault adds a fault. It panics when the fault makes no sense: that is a mistake in a test.
func (o *Org) InjectFault(f Fault) {
	if err := o.injectFault(f); err != nil {
		panic(err)
	}
}

func (o *Org) injectFault(f Fault) error {
	if f.Status == 0 {
		f.Status = defaultStatus(f.Kind)
	}
	if f.Delay == 0 {
		f.Delay = time.Duration(f.DelayMS) * time.Millisecond
	}
	sensible, known := faultParts[f.Kind]
	if !known || !sensible(f) {
		return fmt.Errorf("oktasim: no such fault: %+v", f)
	}
	if _, err := path.Match(f.Path, ""); err != nil {
		return fmt.Errorf("oktasim: fault path %q: %w", f.Path, err)
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	o.faults = append(o.faults, &fault{Fault: f, random: rand.New(rand.NewPCG(f.Seed, 0))}) //nolint:gosec // repeatable, not secret
	return nil
}

// ClearFaults ends all faults.
func (o *Org) ClearFaults() {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.faults = nil
}

// hit says whether the fault strikes this request, and counts it.
func (f *fault) hit(c *call) bool {
	if f.Times > 0 && f.hits >= f.Times || !f.matches(c) {
		return false
	}
	f.seen++
	if f.seen <= f.Skip || f.Probability > 0 && f.random.Float64() >= f.Probability {
		return false
	}
	f.hits++
	return true
}

func (f *fault) matches(c *call) bool {
	if f.Method != "" && f.Method != c.Method {
		return false
	}
	if f.Path == "" {
		return true
	}
	if above, deep := strings.CutSuffix(f.Path, "/**"); deep {
		depth := strings.Count(above, "/") + 1
		segments := strings.Split(c.URL.Path, "/")
		if len(segments) <= depth {
			return false
		}
		matched, _ := path.Match(above, strings.Join(segments[:depth], "/"))
		return matched
	}
	matched, _ := path.Match(f.Path, c.URL.Path)
	return matched
}

type storm int

const (
	stormNone storm = iota
	stormMinute
	stormConcurrency
)

// effects are what the faults do to one request.
type effects struct {
	latency time.Duration
	storm   storm
	instead *response // answered without carrying the request out
	after   *response // answered although the request was carried out
	drop    bool      // nothing is answered
	order   string
	shape   string
	random  *rand.Rand
	headers []func(http.Header)
	members []func(body any) any
}

// effectsOn collects what the faults do to a request. The lock is held.
func (o *Org) effectsOn(c *call) effects {
	var all effects
	for _, f := range o.faults {
		apply, acts := faultEffects[f.Kind]
		if !acts || f.Kind.answers() && all.answered() || !f.hit(c) {
			continue
		}
		apply(&all, f, f.answer(c, o.options.Wording))
	}
	return all
}

// faultEffects are what each kind does to a request that it hits. FaultSlowSecret acts elsewhere: where a secret
// is checked.
var faultEffects = map[FaultKind]func(all *effects, f *fault, broken response){
	FaultLatency:     func(all *effects, f *fault, _ response) { all.latency += f.Delay },
	FaultListOrder:   func(all *effects, f *fault, _ response) { all.order, all.random = f.Order, f.random },
	FaultKeyShape:    func(all *effects, f *fault, _ response) { all.shape = f.Shape },
	FaultErrorBefore: func(all *effects, _ *fault, broken response) { all.instead = &broken },
	FaultErrorAfter:  func(all *effects, _ *fault, broken response) { all.after = &broken },
	FaultDropBefore:  func(all *effects, _ *fault, broken response) { all.instead, all.drop = &broken, true },
	FaultDropAfter:   func(all *effects, _ *fault, broken response) { all.after, all.drop = &broken, true },
	FaultBodyBefore:  func(all *effects, _ *fault, broken response) { all.instead = &broken },
	FaultBodyAfter:   func(all *effects, _ *fault, broken response) { all.after = &broken },
	FaultEcho:        func(all *effects, _ *fault, broken response) { all.instead = &broken },
	FaultMember:      func(all *effects, f *fault, _ response) { all.members = append(all.members, f.editMembers) },
	FaultHeader:      func(all *effects, f *fault, _ response) { all.headers = append(all.headers, f.setHeader) },
	FaultDateSkew:    func(all *effects, f *fault, _ response) { all.headers = append(all.headers, f.skewDate) },
	FaultRateLimit:   func(all *effects, _ *fault, _ response) { all.storm = stormMinute },
	FaultConcurrency: func(all *effects, _ *fault, _ response) { all.storm = stormConcurrency },
}

// answers says whether the kind decides what is answered. Only one fault can do that to a request.
func (kind FaultKind) answers() bool {
	return !slices.Contains([]FaultKind{
		FaultLatency, FaultListOrder, FaultKeyShape, FaultMember, FaultHeader, FaultDateSkew,
	}, kind)
}

func (e effects) answered() bool {
	return e.instead != nil || e.after != nil || e.storm != stormNone
}

// accepts says whether faults let a new secret be accepted already. The lock is held.
func (o *Org) accepts(c *call, secret Secret) bool {
	for _, f := range o.faults {
		if f.Kind == FaultSlowSecret && c.now.Before(secret.born.Add(f.Delay)) && f.hit(c) {
			return false
		}
	}
	return true
}

func wait(ctx context.Context, duration time.Duration) {
	if duration <= 0 {
		return
	}
	timer := time.NewTimer(duration)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-ctx.Done():
	}
}
