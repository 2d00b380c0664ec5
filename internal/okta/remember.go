// SPDX-License-Identifier: MPL-2.0

package okta

import (
	"bytes"
	"crypto"
	"crypto/ecdsa"
	"crypto/rsa"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"io"
	"net/http"
	"net/url"
	"strings"
)

// remember notes what each request carries that no one may read.
type remember struct {
	next  http.RoundTripper
	masks *masks
}

func (r remember) RoundTrip(req *http.Request) (*http.Response, error) {
	_, credential, _ := strings.Cut(req.Header.Get("Authorization"), " ")
	r.masks.add(credential)
	if _, password, ok := req.BasicAuth(); ok {
		r.masks.add(password)
	}
	state := callOf(req.Context())
	state.sent = []string{req.Header.Get("DPoP")} // good once, for this request
	if req.Method == http.MethodPost && req.Body != nil {
		body, err := io.ReadAll(req.Body)
		if err != nil {
			return nil, err
		}
		_ = req.Body.Close()
		req = req.Clone(req.Context())
		req.Body = io.NopCloser(bytes.NewReader(body))
		secret, assertion := secretsOf(body)
		r.masks.add(secret)
		state.sent = append(state.sent, assertion)
	}
	return r.next.RoundTrip(req)
}

// secretsOf finds what is secret in the body of a create, of a token request or of an
// introspection.
func secretsOf(body []byte) (secret, assertion string) {
	var object struct {
		Secret string `json:"client_secret"`
	}
	if json.Unmarshal(body, &object) == nil {
		return object.Secret, ""
	}
	form, err := url.ParseQuery(string(body))
	if err != nil {
		return "", ""
	}
	return form.Get("client_secret"), form.Get("client_assertion")
}

// texts are the forms in which a private key is written: the lines of its PEM, the
// whole of them, and the private member of its JWK.
func texts(key crypto.Signer) (all []string) {
	pkcs8, err := x509.MarshalPKCS8PrivateKey(key)
	ders := [][]byte{pkcs8}
	if err != nil {
		ders = nil
	}
	switch key := key.(type) {
	case *rsa.PrivateKey:
		ders = append(ders, x509.MarshalPKCS1PrivateKey(key))
		all = append(all, base64.RawURLEncoding.EncodeToString(key.D.Bytes()))
	case *ecdsa.PrivateKey:
		if der, err := x509.MarshalECPrivateKey(key); err == nil {
			ders = append(ders, der)
		}
		if scalar, err := key.Bytes(); err == nil {
			all = append(all, base64.RawURLEncoding.EncodeToString(scalar))
		}
	}
	for _, der := range ders {
		all = append(all, base64.StdEncoding.EncodeToString(der))
		for line := range strings.Lines(string(pem.EncodeToMemory(&pem.Block{Bytes: der}))) {
			if !strings.HasPrefix(line, "-----") {
				all = append(all, strings.TrimSpace(line))
			}
		}
	}
	return all
}
