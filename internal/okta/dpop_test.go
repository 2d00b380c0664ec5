// SPDX-License-Identifier: MPL-2.0

package okta

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/lestrrat-go/jwx/v2/jwa"
	"github.com/lestrrat-go/jwx/v2/jwk"
	"github.com/lestrrat-go/jwx/v2/jws"
)

// part decodes one part of a JWT.
func part(t testing.TB, token string, n int) (decoded map[string]any) {
	t.Helper()
	parts := strings.Split(token, ".")
	if len(parts) != 3 {
		t.Fatalf("%q is no JWT", token)
	}
	text, err := base64.RawURLEncoding.DecodeString(parts[n])
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(text, &decoded); err != nil {
		t.Fatal(err)
	}
	return decoded
}

func header(t testing.TB, token string) map[string]any { return part(t, token, 0) }
func claims(t testing.TB, token string) map[string]any { return part(t, token, 1) }

// dpopOrg wants proofs, and nonces where they are set.
type dpopOrg struct {
	t      testing.TB
	tokens atomic.Int32
	nonce  atomic.Value // string: of the API
	api    http.HandlerFunc
	seen   map[string]bool // jti
	keys   map[string]bool // thumbprints
}

func newDPoPOrg(t testing.TB) *dpopOrg {
	o := &dpopOrg{t: t, api: succeed, seen: map[string]bool{}, keys: map[string]bool{}}
	o.nonce.Store("")
	return o
}

const tokenEndpointNonce = "nonce-of-the-token-endpoint"

func (o *dpopOrg) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	token, isToken := "", r.URL.Path == "/"+tokenPath
	proof := r.Header.Get("DPoP")
	if proof == "" {
		if !isToken {
			o.t.Errorf("%s %s without a proof", r.Method, r.URL)
		}
		answer(400, `{"error":"invalid_dpop_proof","error_description":"The DPoP proof JWT header is missing."}`)(w, r)
		return
	}
	if !isToken {
		token = strings.TrimPrefix(r.Header.Get("Authorization"), "DPoP ")
	}
	nonce := o.check(r, proof, token)
	switch wanted := o.nonce.Load().(string); {
	case isToken && nonce != tokenEndpointNonce:
		answer(400, `{"error":"use_dpop_nonce","error_description":"Authorization server requires nonce in DPoP proof."}`, "dpop-nonce", tokenEndpointNonce)(w, r)
	case isToken:
		numbered(&o.tokens, "DPoP", 3600)(w, r)
	case nonce != wanted:
		answer(401, nil, "WWW-Authenticate", `DPoP error="use_dpop_nonce"`, "dpop-nonce", wanted)(w, r)
	default:
		o.api(w, r)
	}
}

// check wants a proof as RFC 9449 §4.2 has it, and returns its nonce.
func (o *dpopOrg) check(r *http.Request, proof, token string) (nonce string) {
	head, body := header(o.t, proof), claims(o.t, proof)
	mustEqual(o.t, "typ", head["typ"], "dpop+jwt")
	mustEqual(o.t, "alg", head["alg"], "ES256")
	encoded, _ := json.Marshal(head["jwk"])
	key, err := jwk.ParseKey(encoded)
	if err != nil {
		o.t.Fatal(err)
	}
	if private, _ := jwk.IsPrivateKey(key); private {
		o.t.Error("the proof carries the private key")
	}
	if _, err := jws.Verify([]byte(proof), jws.WithKey(jwa.ES256, key)); err != nil {
		o.t.Error(err)
	}
	o.keys[string(encoded)] = true
	mustEqual(o.t, "htm", body["htm"], any(r.Method))
	mustEqual(o.t, "htu", body["htu"], any("http://127.0.0.1:1"+r.URL.EscapedPath()))
	if age := time.Since(time.Unix(int64(body["iat"].(float64)), 0)); age < 0 || age > 2*time.Second {
		o.t.Errorf("the proof is %v old", age)
	}
	jti := body["jti"].(string)
	if o.seen[jti] || len(jti) < 20 {
		o.t.Errorf("jti %q is used twice, or short", jti)
	}
	o.seen[jti] = true
	if token != "" {
		sum := sha256.Sum256([]byte(token))
		mustEqual(o.t, "ath", body["ath"], any(base64.RawURLEncoding.EncodeToString(sum[:])))
	} else if body["ath"] != nil {
		o.t.Error("a proof for the token endpoint has an ath")
	}
	nonce, _ = body["nonce"].(string)
	return nonce
}

// Discovery does not need retries: nothing of it has failed.
func withoutRetries(c *Config) { c.MaxRetries = 0 }

func TestDPoP_IsDiscovered(t *testing.T) {
	org := newDPoPOrg(t)
	log := newScript(t)
	for range 6 {
		log.answers = append(log.answers, org.ServeHTTP)
	}
	client := newTestClient(t, log, withOAuth, withoutRetries)
	for i := range 3 {
		if _, err := client.App(t.Context(), fmt.Sprintf("a/ü%d", i)); err != nil {
			t.Fatal(err)
		}
	}
	mustEqual(t, "the requests", strings.Join(log.log(), ", "),
		"POST /oauth2/v1/token, POST /oauth2/v1/token, POST /oauth2/v1/token, "+
			"GET /api/v1/apps/a%2F%C3%BC0, GET /api/v1/apps/a%2F%C3%BC1, GET /api/v1/apps/a%2F%C3%BC2")
	mustEqual(t, "the number of proof keys", len(org.keys), 1)
}

func TestDPoP_NonceOfTheAPI(t *testing.T) {
	org := newDPoPOrg(t)
	client := newTestClient(t, org, withOAuth, withoutRetries)
	sent := 0
	org.api = func(w http.ResponseWriter, r *http.Request) {
		sent++
		// Any answer may bring the next nonce (RFC 9449 §8.2).
		next := fmt.Sprint("nonce-", sent)
		org.nonce.Store(next)
		w.Header().Set("DPoP-Nonce", next)
		succeed(w, r)
	}
	org.nonce.Store("nonce-0")
	for name, call := range calls {
		if err := call(t.Context(), client); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	mustEqual(t, "the number of requests carried out", sent, len(calls))
	mustEqual(t, "the number of proofs", len(org.seen), 2+1+len(calls)) // token; the first nonce; then none is stale
	org.nonce.Store("renewed behind our back")
	client.snapshots.apps.drop("0oa1")
	for name, call := range calls {
		if err := call(t.Context(), client); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	mustEqual(t, "the number of tokens", org.tokens.Load(), 1)
}

// A server that is never content with a nonce is not asked for ever, and its
// answer is what is told.
func TestDPoP_NoncesWithoutEnd(t *testing.T) {
	org := newDPoPOrg(t)
	client := newTestClient(t, org, withOAuth, withoutRetries)
	if _, err := client.App(t.Context(), "0oa1"); err != nil {
		t.Fatal(err)
	}
	var asked atomic.Int32
	org.api = func(w http.ResponseWriter, r *http.Request) {
		answer(401, nil, "WWW-Authenticate", `DPoP error="use_dpop_nonce"`, "DPoP-Nonce", fmt.Sprint(asked.Add(1)))(w, r)
		org.nonce.Store(fmt.Sprint(asked.Load()))
	}
	_, err := client.Secrets.Get(t.Context(), "0oa1", "ocs1")
	if !is(err, func(e *APIError) bool { return e.Challenge == errUseNonce }) {
		t.Errorf("the error is %v", err)
	}
	mustEqual(t, "the number of requests", asked.Load(), maxReauthorizations+1)
}

// The same nonce again is no reason to ask again.
func TestDPoP_OncePerNonce(t *testing.T) {
	org := newDPoPOrg(t)
	client := newTestClient(t, org, withOAuth, withoutRetries)
	asked := 0
	org.api = func(w http.ResponseWriter, r *http.Request) {
		asked++
		answer(401, nil, "WWW-Authenticate", `DPoP error="use_dpop_nonce"`, "DPoP-Nonce", "same")(w, r)
		org.nonce.Store("same")
	}
	if _, err := client.App(t.Context(), "0oa1"); err == nil {
		t.Error("a refusal is no error")
	}
	mustEqual(t, "the number of requests", asked, 2)
}

// net/http repeats a GET whose connection turned out to be closed, with the
// proof it had: the refusal of a proof is answered with another one, once.
func TestDPoP_ProofThatIsCalledInvalid(t *testing.T) {
	for _, refusals := range []int{1, 2} {
		org := newDPoPOrg(t)
		client := newTestClient(t, org, withOAuth, withoutRetries)
		asked := 0
		org.api = func(w http.ResponseWriter, r *http.Request) {
			if asked++; asked <= refusals {
				answer(401, nil, "WWW-Authenticate", `DPoP error="invalid_dpop_proof", error_description="jti has been used"`)(w, r)
				return
			}
			succeed(w, r)
		}
		_, err := client.App(t.Context(), "0oa1")
		mustEqual(t, "that it succeeds", err == nil, refusals == 1)
		mustEqual(t, "the number of requests", asked, 2)
	}
}

func TestDPoP_FreshProofForEveryAttempt(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		org := newDPoPOrg(t)
		client := newTestClient(t, org, withOAuth, func(c *Config) { c.MinWait, c.MaxWait = time.Minute, time.Minute })
		asked := 0
		org.api = func(w http.ResponseWriter, r *http.Request) {
			switch asked++; asked {
			case 1:
				answer(500, nil)(w, r)
			case 2:
				drop()
			default:
				succeed(w, r)
			}
		}
		if _, err := client.App(t.Context(), "0oa1"); err != nil { // check: no jti twice, iat of the attempt
			t.Fatal(err)
		}
		mustEqual(t, "the number of attempts", asked, 3)
	})
}

// A proof is made after the wait for the rate limit, not before it.
func TestDPoP_ProofIsMadeAfterTheWait(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		org := newDPoPOrg(t)
		limited := &limitedOrg{limit: 1}
		org.api = func(w http.ResponseWriter, r *http.Request) {
			if limited.count(w.Header(), r) {
				w.WriteHeader(429)
				return
			}
			succeed(w, r)
		}
		client := newTestClient(t, org, withOAuth)
		for range 3 {
			if _, err := client.Secrets.Get(t.Context(), "0oa1", "ocs1"); err != nil { // check: iat of the attempt
				t.Fatal(err)
			}
		}
		mustEqual(t, "the number of refusals", limited.refused, 0)
	})
}
