// SPDX-License-Identifier: MPL-2.0

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
	// BucketLogs is the System Log [S].
	BucketLogs = "logs"
	// BucketToken is the org's own token endpoint [R].
	BucketToken = "token"
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
	// Logs is the limit of BucketLogs. Default 120 [?]; it is small, and shared with anyone who exports the log [D].
	Logs int `json:"logs"`
	// Token is the limit of BucketToken. Default 150 [R].
	Token int `json:"token"`
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
	for limit, preset := range map[*int]int{&l.App: 30000, &l.Apps: 6000, &l.Logs: 120, &l.Token: 150, &l.Other: 30000} {
		if *limit == 0 {
			*limit = preset
		}
	}
	if l.Window == 0 {
		l.Window = time.Minute
	}
	l.WindowSeconds = int(l.Window / time.Second)
	return l
}

func (l Limits) of(bucket string) int {
	switch bucket {
	case BucketApp:
		return l.App
	case BucketApps:
		return l.Apps
	case BucketLogs:
		return l.Logs
	case BucketToken:
		return l.Token
	}
	return l.Other
}

// SetLimits changes the rate limits and begins new windows.
func (o *Org) SetLimits(limits Limits) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.limits = limits.withDefaults()
	clear(o.windows)
}

// ownBuckets are the paths that have a bucket of their own.
var ownBuckets = map[string]string{"/api/v1/logs": BucketLogs, "/oauth2/v1/token": BucketToken}

func bucketOf(escapedPath string) string {
	if own := ownBuckets[escapedPath]; own != "" {
		return own
	}
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
