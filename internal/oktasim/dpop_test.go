// SPDX-License-Identifier: MPL-2.0

package oktasim_test

import (
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/lestrrat-go/jwx/v2/jwa"
	"github.com/lestrrat-go/jwx/v2/jwk"

	"github.com/oktacreds/terraform-provider-oktacreds/internal/oktasim"
)

// proof is a good DPoP proof, changed before it is signed.
type proof struct {
	alg    jwa.SignatureAlgorithm
	key    any // signs
	header object
	claims object
}

func (w *world) proof(method, path, nonce, accessToken string) *proof {
	w.t.Helper()
	public, err := jwk.PublicKeyOf(rsaKey)
	if err != nil {
		w.t.Fatal(err)
	}
	p := &proof{
		alg: jwa.RS256, key: rsaKey, header: object{"typ": "dpop+jwt", "jwk": public},
		claims: object{"htm": method, "htu": w.server.URL + path, "iat": w.Now().Unix(), "jti": fmt.Sprint(unique.Add(1))},
	}
	if nonce != "" {
		p.claims["nonce"] = nonce
	}
	if accessToken != "" {
		sum := sha256.Sum256([]byte(accessToken))
		p.claims["ath"] = base64.RawURLEncoding.EncodeToString(sum[:])
	}
	return p
}

// attach signs the proof and puts it into a request.
func (p *proof) attach(t *testing.T) func(*http.Request) {
	t.Helper()
	signed := sign(t, p.alg, p.key, p.header, p.claims)
	return func(r *http.Request) { r.Header.Add("DPoP", signed) }
}

// tokenRequest is a fresh token request of a service app.
func (w *world) tokenRequest(app oktasim.App, scope string, prepare ...func(*http.Request)) answer {
	w.t.Helper()
	assertion := sign(w.t, jwa.ES256, ecKey, nil, w.claims(app.ClientID))
	return w.post(tokenPath, assertionForm(assertion, scope), prepare...)
}

// nonce asks for the nonce of the moment, as a client does.
func (w *world) nonce(app oktasim.App) string {
	w.t.Helper()
	got := w.tokenRequest(app, "okta.apps.read", w.proof("POST", tokenPath, "", "").attach(w.t))
	wantOAuth(w.t, got, 400, "use_dpop_nonce", "Authorization server requires nonce in DPoP proof.")
	nonce := got.header.Get("dpop-nonce")
	if nonce == "" {
		w.t.Fatal("no dpop-nonce")
	}
	return nonce
}

func dpopApp(w *world) oktasim.App {
	return w.serviceApp(oktasim.AppOptions{Scopes: []string{"okta.apps.read", "okta.apps.manage"}, DPoP: true})
}

func (w *world) dpopToken(app oktasim.App) string {
	w.t.Helper()
	got := w.tokenRequest(app, "okta.apps.read", w.proof("POST", tokenPath, w.nonce(app), "").attach(w.t))
	body := wantOAuth(w.t, got, 200, "", "")
	if body["token_type"] != "DPoP" {
		w.t.Fatalf("token_type = %v", body["token_type"])
	}
	return body["access_token"].(string)
}

func TestDPoP_TokenFlowIsAsRecorded(t *testing.T) {
	w := newWorld(t)
	app := dpopApp(w)
	wantOAuth(t, w.tokenRequest(app, "okta.apps.read"), 400, "invalid_dpop_proof", "The DPoP proof JWT header is missing.")
	token := w.dpopToken(app) // without nonce, then with it
	request := w.request("GET", "/api/v1/apps?limit=1", "")
	request.Header.Set("Authorization", "DPoP "+token)
	w.proof("GET", "/api/v1/apps", "", token).attach(t)(request)
	if got := w.send(request); got.status != 200 {
		t.Errorf("an API call: %d %s", got.status, got.text)
	}
}

// badProofs are proofs that are refused at both places.
var badProofs = []struct {
	name     string
	change   func(*world, *proof)
	fragment string
}{
	{"another typ", func(_ *world, p *proof) { p.header["typ"] = "JWT" }, "'typ'"},
	{"another alg", func(_ *world, p *proof) { p.alg = jwa.PS256 }, "'alg'"},
	{"no jwk", func(_ *world, p *proof) { delete(p.header, "jwk") }, "'jwk' header is missing"},
	{"a private jwk", func(w *world, p *proof) { p.header["jwk"] = privateJWK(w.t) }, "must be a public key"},
	{"signed by another key", func(_ *world, p *proof) { p.key = otherRSAKey }, "signature"},
	{"htm in lower case", func(_ *world, p *proof) { p.claims["htm"] = strings.ToLower(p.claims["htm"].(string)) }, "'htm'"},
	{"htm of another method", func(_ *world, p *proof) { p.claims["htm"] = "DELETE" }, "'htm'"},
	{"htu with a query", func(_ *world, p *proof) { p.claims["htu"] = p.claims["htu"].(string) + "?limit=1" }, "'htu'"},
	{"htu of another path", func(_ *world, p *proof) { p.claims["htu"] = p.claims["htu"].(string) + "/x" }, "'htu'"},
	{"no iat", func(_ *world, p *proof) { delete(p.claims, "iat") }, "'iat'"},
	{"iat too old", func(w *world, p *proof) { p.claims["iat"] = w.Now().Add(-6 * time.Minute).Unix() }, "'iat'"},
	{"iat in the future", func(w *world, p *proof) { p.claims["iat"] = w.Now().Add(6 * time.Minute).Unix() }, "'iat'"},
	{"no jti", func(_ *world, p *proof) { delete(p.claims, "jti") }, "'jti'"},
	{"a stale nonce", func(_ *world, p *proof) { p.claims["nonce"] = "stale" }, "requires nonce in DPoP proof"},
}

func privateJWK(t *testing.T) jwk.Key {
	t.Helper()
	key, err := jwk.FromRaw(rsaKey)
	if err != nil {
		t.Fatal(err)
	}
	return key
}

func codeOf(fragment string) string {
	if strings.Contains(fragment, "nonce") {
		return "use_dpop_nonce"
	}
	return "invalid_dpop_proof"
}

func TestDPoP_BadProofsAtTheTokenEndpoint(t *testing.T) {
	for _, test := range badProofs {
		t.Run(test.name, func(t *testing.T) {
			w := newWorld(t)
			app := dpopApp(w)
			bad := w.proof("POST", tokenPath, w.nonce(app), "")
			test.change(w, bad)
			wantOAuth(t, w.tokenRequest(app, "okta.apps.read", bad.attach(t)), 400, codeOf(test.fragment), test.fragment)
		})
	}
}

func TestDPoP_BadProofsAtTheAPI(t *testing.T) {
	tests := append(slices.Clip(badProofs), []struct {
		name     string
		change   func(*world, *proof)
		fragment string
	}{
		{"no ath", func(_ *world, p *proof) { delete(p.claims, "ath") }, "'ath'"},
		{"ath of another token", func(_ *world, p *proof) { p.claims["ath"] = "AAAA" }, "'ath'"},
		{"another key than the token's", func(w *world, p *proof) {
			public, err := jwk.PublicKeyOf(otherRSAKey)
			if err != nil {
				w.t.Fatal(err)
			}
			p.key, p.header["jwk"] = otherRSAKey, public
		}, "bound to"},
	}...)
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			w := newWorld(t)
			token := w.dpopToken(dpopApp(w))
			bad := w.proof("GET", "/api/v1/apps", "", token)
			test.change(w, bad)
			request := w.request("GET", "/api/v1/apps", "")
			request.Header.Set("Authorization", "DPoP "+token)
			bad.attach(t)(request)
			got := w.send(request)
			challenge := got.header.Get("WWW-Authenticate")
			if got.status != 401 || !strings.HasPrefix(challenge, `DPoP error="`+codeOf(test.fragment)+`"`) || !strings.Contains(challenge, test.fragment) {
				t.Errorf("%d, WWW-Authenticate: %s", got.status, challenge)
			}
			if stale := strings.Contains(test.fragment, "nonce"); stale != (got.header.Get("dpop-nonce") != "") {
				t.Errorf("dpop-nonce: %q", got.header.Get("dpop-nonce"))
			}
		})
	}
}

func TestDPoP_EveryAttemptNeedsAFreshProof(t *testing.T) {
	w := newWorld(t)
	token := w.dpopToken(dpopApp(w))
	attach := w.proof("GET", "/api/v1/apps", "", token).attach(t)
	for attempt, want := range []int{200, 401} {
		request := w.request("GET", "/api/v1/apps", "")
		request.Header.Set("Authorization", "DPoP "+token)
		attach(request)
		if got := w.send(request); got.status != want {
			t.Errorf("attempt %d: %d, want %d", attempt, got.status, want)
		}
	}
}

func TestDPoP_OneProofOnly(t *testing.T) {
	w := newWorld(t)
	app := dpopApp(w)
	two := func(r *http.Request) {
		w.proof("POST", tokenPath, "", "").attach(t)(r)
		w.proof("POST", tokenPath, "", "").attach(t)(r)
	}
	wantOAuth(t, w.tokenRequest(app, "", two), 400, "invalid_dpop_proof", "must be one")
	wantOAuth(t, w.tokenRequest(app, "", func(r *http.Request) { r.Header.Set("DPoP", "nonsense") }), 400, "invalid_dpop_proof", "malformed")
}

func TestDPoP_ARetryNeedsAFreshAssertionToo(t *testing.T) {
	w := newWorld(t)
	app := dpopApp(w)
	form := assertionForm(sign(t, jwa.ES256, ecKey, nil, w.claims(app.ClientID)), "okta.apps.read")
	first := w.post(tokenPath, form, w.proof("POST", tokenPath, "", "").attach(t))
	wantOAuth(t, first, 400, "use_dpop_nonce", "")
	retry := w.proof("POST", tokenPath, first.header.Get("dpop-nonce"), "")
	wantOAuth(t, w.post(tokenPath, form, retry.attach(t)), 401, "invalid_client", "already been used")
}

func TestDPoP_SchemesAreNotInterchangeable(t *testing.T) {
	w := newWorld(t)
	bound := w.dpopToken(dpopApp(w))
	plain := w.token(w.serviceApp(oktasim.AppOptions{Scopes: []string{"okta.apps.read"}}), "okta.apps.read")
	for authorization, token := range map[string]string{"Bearer " + bound: bound, "DPoP " + plain: plain} {
		request := w.request("GET", "/api/v1/apps", "")
		request.Header.Set("Authorization", authorization)
		w.proof("GET", "/api/v1/apps", "", token).attach(t)(request)
		if got := w.send(request); got.status != 401 {
			t.Errorf("%.6s…: %d", authorization, got.status)
		}
	}
}

func TestDPoP_ASuccessBringsTheNonceAsWell(t *testing.T) {
	w := newWorld(t)
	app := dpopApp(w)
	nonce := w.nonce(app)
	got := w.tokenRequest(app, "okta.apps.read", w.proof("POST", tokenPath, nonce, "").attach(t))
	if sent := got.header.Get("Dpop-Nonce"); got.status != 200 || sent != nonce {
		t.Errorf("%d, nonce %q", got.status, sent)
	}
}

func TestDPoP_NoncesRotate(t *testing.T) {
	w := newWorld(t)
	app := dpopApp(w)
	old := w.nonce(app)
	good := func(nonce string) bool {
		got := w.tokenRequest(app, "okta.apps.read", w.proof("POST", tokenPath, nonce, "").attach(t))
		if got.status == 400 {
			wantOAuth(t, got, 400, "use_dpop_nonce", "")
		}
		return got.status == 200
	}
	if w.nonce(app) != old || !good(old) {
		t.Error("a nonce must stay good")
	}
	w.RotateNonce()
	if next := w.nonce(app); next == old || !good(next) || !good(old) {
		t.Error("after one rotation both the new nonce and the previous one must be good")
	}
	w.RotateNonce()
	if good(old) {
		t.Error("after two rotations the first nonce must be stale")
	}
	now := w.nonce(app)
	w.Advance(25 * time.Hour)
	if w.nonce(app) == now || !good(now) {
		t.Error("after a day there must be another nonce, and the previous one be good")
	}
	last := w.nonce(app)
	w.Advance(49 * time.Hour)
	if good(last) {
		t.Error("after two days nobody's nonce is good")
	}
}

func TestDPoP_APINonce(t *testing.T) {
	w := newWorldOf(t, oktasim.Options{APINonce: true})
	token := w.dpopToken(dpopApp(w))
	nonce := ""
	for _, want := range []int{401, 200} {
		request := w.request("GET", "/api/v1/apps", "")
		request.Header.Set("Authorization", "DPoP "+token)
		w.proof("GET", "/api/v1/apps", nonce, token).attach(t)(request)
		got := w.send(request)
		if got.status != want {
			t.Fatalf("nonce %q: %d, want %d", nonce, got.status, want)
		}
		nonce = got.header.Get("dpop-nonce")
	}
}
