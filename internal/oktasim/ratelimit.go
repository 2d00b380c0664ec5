package oktasim

import (
	"net/http"
	"strconv"
	"strings"
	"time"
)

// The buckets that requests are counted in [R].
const (
	// BucketApp is exactly /api/v1/apps/{id}.
	BucketApp = "app"
	// BucketApps is /api/v1/apps and everything under /api/v1/apps/{id}/.
	BucketApps = "apps"
	// BucketOther is every other path.
	BucketOther = "other"
)

// Limits are an org's rate limits: requests per window in each bucket, and requests at the same time. A zero
// field means its default.
type Limits struct {
	// App is the limit of BucketApp. Default 30000; recorded orgs have 50 or 250 [R].
	App int `json:"app"`
	// Apps is the limit of BucketApps. Default 6000; recorded orgs have 10 or 50 [R].
	Apps int `json:"apps"`
	// Other is the limit of BucketOther. Default 30000.
	Other int `json:"other"`
	// Window is how long a window lasts. It begins with the first request in it, at a whole second [?]. Default 60 s.
	Window time.Duration `json:"-"`
	// WindowSeconds is Window for those who write JSON.
	WindowSeconds int `json:"window_seconds"`
	// Concurrency is how many requests may be under way at once. Default: any number.
	Concurrency int `json:"concurrency"`
}

func (l Limits) withDefaults() Limits {
	if l.Window == 0 {
		l.Window = time.Duration(l.WindowSeconds) * time.Second
	}
	defaults := Limits{App: 30000, Apps: 6000, Other: 30000, Window: time.Minute}
	if l.App == 0 {
		l.App = defaults.App
	}
	if l.Apps == 0 {
		l.Apps = defaults.Apps
	}
	if l.Other == 0 {
		l.Other = defaults.Other
	}
	if l.Window == 0 {
		l.Window = defaults.Window
	}
	l.WindowSeconds = int(l.Window / time.Second)
	return l
}

func (l Limits) of(bucket string) int {
	return map[string]int{BucketApp: l.App, BucketApps: l.Apps, BucketOther: l.Other}[bucket]
}

// SetLimits changes the rate limits and begins new windows.
func (o *Org) SetLimits(limits Limits) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.limits = limits.withDefaults()
	clear(o.windows)
}

func bucketOf(escapedPath string) string {
	rest, found := strings.CutPrefix(escapedPath, "/api/v1/apps")
	switch {
	case !found || rest != "" && rest[0] != '/':
		return BucketOther
	case strings.Count(rest, "/") == 1:
		return BucketApp
	default:
		return BucketApps
	}
}

// window counts the requests of one bucket.
type window struct {
	ends time.Time
	used int
}

// admission is what was decided about a request before it was carried out.
type admission struct {
	limit, remaining int
	reset            time.Time
	refused          *response
	effects          effects
}

func (a admission) setHeaders(header http.Header) {
	header.Set("X-Rate-Limit-Limit", strconv.Itoa(a.limit))
	header.Set("X-Rate-Limit-Remaining", strconv.Itoa(a.remaining))
	header.Set("X-Rate-Limit-Reset", strconv.FormatInt(a.reset.Unix(), 10)) // epoch seconds [R]
}

// admit counts a request and refuses it where that is due; the caller must leave() afterwards.
func (o *Org) admit(c *call) admission {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.inFlight++
	admitted := admission{effects: o.effectsOn(c)}
	storm := admitted.effects.storm

	current := o.windows[c.bucket]
	if current == nil || !c.now.Before(current.ends) {
		current = &window{ends: c.now.Truncate(time.Second).Add(o.limits.Window)}
		o.windows[c.bucket] = current
	}
	admitted.limit, admitted.reset = o.limits.of(c.bucket), current.ends

	if storm == stormConcurrency || o.limits.Concurrency > 0 && o.inFlight > o.limits.Concurrency {
		// The concurrency limit shows itself by Limit = Remaining = 0 [D].
		admitted.limit, admitted.remaining = 0, 0
		admitted.refused = o.refuse(c)
		return admitted
	}
	if storm == stormMinute || current.used >= admitted.limit {
		admitted.refused = o.refuse(c)
		return admitted
	}
	current.used++
	admitted.remaining = admitted.limit - current.used
	return admitted
}

func (o *Org) refuse(c *call) *response {
	refused := tooManyRequests().response(o.options.Wording)
	o.log(c, refused.status)
	return &refused
}

func (o *Org) leave() {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.inFlight--
}
