// SPDX-License-Identifier: MPL-2.0

package okta

import (
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"
)

// encodings are the ways in which a server may repeat what it got.
var encodings = map[string]func(string) string{
	"plain":                 func(s string) string { return s },
	"in a sentence":         func(s string) string { return "The token '" + s + "' is not valid." },
	"JSON":                  func(s string) string { text, _ := json.Marshal(s); return string(text) },
	"a query":               url.QueryEscape,
	"a query in lower case": func(s string) string { return lowerHex(url.QueryEscape(s)) },
	"a path":                url.PathEscape,
	"base64":                func(s string) string { return base64.StdEncoding.EncodeToString([]byte(s)) },
	"base64url":             func(s string) string { return base64.RawURLEncoding.EncodeToString([]byte(s)) },
	"base64 after a letter": func(s string) string { return base64.StdEncoding.EncodeToString([]byte("x" + s + "yz")) },
	"base64 of a pair":      func(s string) string { return base64.StdEncoding.EncodeToString([]byte("0oa12345678:" + s)) },
}

func TestMask_HidesEveryForm(t *testing.T) {
	for _, value := range []string{"8 chars!", `a "quoted" <secret> & more`, "a+b/c=d%e?f~g", "ünïcödé sëcret", strings.Repeat("0123456789", 10)} {
		for name, encode := range encodings {
			m := &masks{}
			m.add(value)
			got := m.mask("before " + encode(value) + " after")
			if !strings.Contains(got, masked) || !strings.HasPrefix(got, "before ") || !strings.HasSuffix(got, " after") {
				t.Errorf("%s of %q is %q", name, value, got)
			}
			// At the edges of base64, a character holds a few bits of the value.
			if rest := strings.ReplaceAll(got, masked, ""); len(rest) > len("before  after")+40 {
				t.Errorf("%s of %q leaves %q", name, value, got)
			}
		}
	}
}

func TestMask_LeavesShortValuesAndOtherTexts(t *testing.T) {
	m := &masks{}
	m.add("", "a", "1234567")
	const text = "a text with 1234567 in it"
	mustEqual(t, "the text", m.mask(text), text)
	m.add("a longer value")
	mustEqual(t, "the text", m.mask(text), text)
	plain := errors.New("plain")
	mustEqual(t, "an error with nothing to hide", m.maskError(plain), plain)
}

func TestMask_TheLongerOfTwoThatOverlap(t *testing.T) {
	m := &masks{}
	m.add("abcdefgh", "abcdefghijkl")
	mustEqual(t, "the text", m.mask("<abcdefghijkl>"), "<"+masked+">")
}

// echo refuses everything, and repeats in its refusal all that it was sent.
func echo(encode func(string) string, sent *[]string) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		_, credential, _ := strings.Cut(r.Header.Get("Authorization"), " ")
		values := []string{credential, r.Header.Get("DPoP")}
		var object struct {
			Secret string `json:"client_secret"`
		}
		if json.Unmarshal(body, &object) != nil {
			form, _ := url.ParseQuery(string(body))
			values = append(values, form.Get("client_secret"), form.Get("client_assertion"))
		}
		values = append(values, object.Secret)
		if _, password, ok := r.BasicAuth(); ok {
			values = append(values, password)
		}
		var text string
		for _, value := range values {
			if value != "" {
				*sent = append(*sent, value, encode(value))
				text += " " + encode(value)
			}
		}
		w.Header().Set("WWW-Authenticate", `Bearer error="`+strings.ReplaceAll(text, `"`, "")+`"`)
		if strings.HasSuffix(r.URL.Path, "/lifecycle/deactivate") {
			http.Redirect(w, r, "https://x.example/"+url.PathEscape(text), http.StatusFound)
			return
		}
		refuse(http.StatusForbidden, "E0000006"+text, text, text)(w, r)
	}
}

func TestMask_WhatIsEchoedReachesNoErrorAndNoLog(t *testing.T) {
	const secret = "a client secret/of 30+ characters"
	for name, encode := range encodings {
		for _, method := range []string{AuthMethodSecretBasic, AuthMethodSecretPost, AuthMethodSecretJWT} {
			var sent []string
			org := echo(encode, &sent)
			said := &strings.Builder{}
			client := newTestClient(t, org)
			errs := []error{
				client.Verify(t.Context(), App{ClientID: "0oa1", AuthMethod: method}, secret),
				func() error {
					_, err := client.Secrets.post(t.Context(), "0oa1", NewClientSecret{Value: secret})
					return err
				}(),
				func() error { _, err := client.App(t.Context(), "0oa1"); return err }(),
				func() error {
					_, err := client.Secrets.SetStatus(t.Context(), "0oa1", "ocs1", StatusInactive)
					return err
				}(),
			}
			withToken := newTestClient(t, tokenAnd{token: org, api: org}, withOAuth)
			_, err := withToken.App(t.Context(), "0oa1")
			errs = append(errs, err)
			for i, err := range errs {
				if err == nil {
					t.Errorf("call %d is no error", i)
				}
				fmt.Fprintf(said, "%v %+v %#v %q\n", err, err, err, err)
			}
			if len(sent) < 12 {
				t.Errorf("only %d values were sent", len(sent))
			}
			for _, value := range sent {
				if strings.Contains(said.String(), value) {
					t.Errorf("%s, %s: %q was repeated in\n%s", name, method, value, said)
				}
			}
		}
	}
}

func TestMask_KnowsThePrivateKey(t *testing.T) {
	config := &Config{}
	withOAuth(config)
	m := &masks{}
	m.add(texts(config.PrivateKey)...)
	for _, text := range texts(config.PrivateKey) {
		if len(text) >= minMasked && m.mask(text) != masked {
			t.Errorf("%q is not masked", text)
		}
	}
	if len(texts(config.PrivateKey)) < 4 {
		t.Error("the forms of the key are missing")
	}
}
