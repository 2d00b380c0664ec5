// SPDX-License-Identifier: MPL-2.0

package oktasim

import (
	"cmp"
	"net/http"
	"slices"
	"sync"
	"time"
)

// Options say what kind of org New makes. The zero value is a usable org.
type Options struct {
	// APIToken is the SSWS token that the org accepts. Empty accepts any.
	APIToken string
	// Now is the clock that the org's clock runs with; see Org.Advance. Default time.Now.
	Now func() time.Time
	// URL is the org's own address, say "https://example.okta.com". It stands in links and is the audience of
	// client assertions. Empty takes both from the request.
	URL string
	// Limits are the rate limits to begin with; see SetLimits.
	Limits Limits
	// Wording chooses between the two wordings that Okta's errors have been seen in.
	Wording Wording
	// APINonce makes API calls with a DPoP token need a nonce, as token requests always do.
	APINonce bool
	// ID is the org's id. Default: a new one for each org.
	ID string
	// HTTPClient fetches jwks_uri documents. Default: a client with a time-out of 5 seconds.
	HTTPClient *http.Client
}

// Org is an Okta org in memory. It is an http.Handler; its methods are the world around it: a console in which
// someone else changes things, a clock, a request log, and faults.
//
// One mutex guards everything. Handlers run with it held, so each request is one transaction.
type Org struct {
	options Options
	clock   clock

	mu       sync.Mutex
	apps     []*app // in the order of their creation
	services []*app // API service integrations, which are OAuth clients too
	tokens   expiring[token]
	jtis     expiring[struct{}] // the ids of assertions and proofs that were used
	// refreshTokens are the refresh tokens that are good.
	refreshTokens expiring[refreshToken]
	nonces        nonces
	minted        map[string]bool // see Values
	faults        []*fault
	limits        Limits
	windows       map[string]*window
	inFlight      int
	requests      []Request
	events        eventLog
	// secretManagement is the org's feature "OAuth secrets and key management".
	secretManagement      bool
	keepLastServiceSecret bool
	id                    string
	adminID               string // of the user that the API token belongs to
	policyID              string
}

// New makes an org without apps.
func New(options Options) *Org {
	if options.Now == nil {
		options.Now = time.Now
	}
	if options.HTTPClient == nil {
		options.HTTPClient = &http.Client{Timeout: jwksTimeout}
	}
	org := &Org{
		options:          options,
		clock:            clock{base: options.Now},
		minted:           map[string]bool{},
		windows:          map[string]*window{},
		secretManagement: true,
		id:               cmp.Or(options.ID, newID("00o")),
		adminID:          newID("00u"),
		policyID:         newID("rst"),
	}
	if options.APIToken != "" {
		org.minted[options.APIToken] = true
	}
	org.limits = options.Limits.withDefaults()
	org.events.settings, _ = LogSettings{}.check() // the defaults make sense
	return org
}

// Values returns every value that must appear in no one's log, in no particular order: the API token, every
// client secret and access token that ever existed here, and every client assertion that was sent.
func (o *Org) Values() []string {
	o.mu.Lock()
	defer o.mu.Unlock()
	values := make([]string, 0, len(o.minted))
	for value := range o.minted {
		values = append(values, value)
	}
	return values
}

func (o *Org) findApp(id string) *app     { return find(o.apps, id, appID) }
func (o *Org) findService(id string) *app { return find(o.services, id, appID) }

// findClient finds an OAuth client among apps and API service integrations.
func (o *Org) findClient(clientID string) *app {
	byClientID := func(candidate *app) string { return candidate.clientID }
	if found := find(o.apps, clientID, byClientID); found != nil {
		return found
	}
	return find(o.services, clientID, byClientID)
}

func appID(candidate *app) string { return candidate.id }

func find(among []*app, id string, idOf func(*app) string) *app {
	i := slices.IndexFunc(among, func(candidate *app) bool { return id != "" && idOf(candidate) == id })
	if i < 0 {
		return nil
	}
	return among[i]
}
