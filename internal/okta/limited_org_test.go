// SPDX-License-Identifier: MPL-2.0

package okta

import (
	"net/http"
	"strconv"
	"sync"
	"time"
)

// limitedOrg counts requests in windows of a minute, as Okta does, and refuses
// what is too much. Its windows begin with the first request in them, or every
// full minute.
type limitedOrg struct {
	limit   int
	aligned bool
	latency func() time.Duration // each way
	// others is called at the beginning of each window: so many requests of it
	// somebody else makes.
	others func() int

	mu        sync.Mutex
	ends      time.Time
	used      int
	refused   int
	served    []string
	underway  int
	mostAtOne int // requests under way at the same time
	windows   int
}

func (o *limitedOrg) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	o.mu.Lock()
	o.underway++
	o.mostAtOne = max(o.mostAtOne, o.underway)
	o.mu.Unlock()
	o.wait()
	refused := o.count(w.Header(), r)
	o.wait()
	o.mu.Lock()
	o.underway--
	o.mu.Unlock()
	if refused {
		w.WriteHeader(http.StatusTooManyRequests)
		return
	}
	answer(http.StatusOK, []any{})(w, r)
}

func (o *limitedOrg) wait() {
	if o.latency != nil {
		<-time.After(o.latency())
	}
}

func (o *limitedOrg) count(header http.Header, r *http.Request) (refused bool) {
	o.mu.Lock()
	defer o.mu.Unlock()
	now := time.Now()
	if !now.Before(o.ends) {
		o.windows++
		o.ends, o.used = now.Truncate(time.Second).Add(time.Minute), 0
		if o.aligned {
			o.ends = now.Truncate(time.Minute).Add(time.Minute)
		}
		if o.others != nil {
			o.used = o.others()
		}
	}
	if o.used >= o.limit {
		o.refused++
		refused = true
	} else {
		o.used++
		o.served = append(o.served, r.URL.Path)
	}
	header.Set("X-Rate-Limit-Limit", strconv.Itoa(o.limit))
	header.Set("X-Rate-Limit-Remaining", strconv.Itoa(o.limit-o.used))
	header.Set("X-Rate-Limit-Reset", strconv.FormatInt(o.ends.Unix(), 10))
	header.Set("Date", now.UTC().Format(http.TimeFormat))
	return refused
}
