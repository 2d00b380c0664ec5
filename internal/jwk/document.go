// SPDX-License-Identifier: MPL-2.0

package jwk

import (
	"cmp"
	"encoding/json"
	"fmt"
)

// Document returns a JWKS (RFC 7517 §5) of the keys, in the order given and each in canonical form. Every key needs
// a kid of its own: with several keys it is the only way to say which one signed, and Okta requires it [S].
func Document(keys ...Key) (string, error) {
	if len(keys) == 0 {
		return "", unusable("", "a JWKS needs at least one key")
	}
	document := struct {
		Keys []Key `json:"keys"`
	}{Keys: make([]Key, len(keys))}
	kids := kidIndex{}
	for i, k := range keys {
		if err := kids.add(i, k.Kid); err != nil {
			return "", err
		}
		canonical, err := k.Canonical()
		if err != nil {
			return "", atIndex(i, err)
		}
		document.Keys[i] = canonical
	}
	text, err := json.Marshal(document)
	if err != nil { // Structs of strings always marshal.
		panic(fmt.Sprintf("jwk: %v", err))
	}
	return string(text), nil
}

// ParseDocument reads a JWKS that is served to Okta and returns the keys in it that Okta can use: those that pass Check.
// Every key needs a kid of its own and must be public; an error says at which index one is not. Keys
// that Okta can't use are left out of the result, as RFC 7517 §5 has a reader do, but one that it can use must be there.
func ParseDocument(data []byte) ([]Key, error) {
	members, err := object(data)
	if err != nil {
		return nil, err
	}
	var elements []json.RawMessage
	if err := json.Unmarshal(members["keys"], &elements); err != nil || elements == nil {
		return nil, unusable("keys", `this is not a JWKS: the member "keys" must be an array of JWKs`)
	}
	var keys []Key
	var refused error
	kids := kidIndex{}
	for i, element := range elements {
		k, err := documentKey(element)
		if err != nil {
			return nil, atIndex(i, err)
		}
		if err := kids.add(i, k.Kid); err != nil {
			return nil, err
		}
		if err := whole(k); err != nil {
			return nil, atIndex(i, err)
		}
		if err := k.Check(); err != nil {
			refused = cmp.Or(refused, atIndex(i, err))
			continue
		}
		if k, err = k.Canonical(); err != nil {
			return nil, atIndex(i, err)
		}
		keys = append(keys, k)
	}
	switch {
	case refused != nil && len(keys) == 0:
		return nil, unusable("keys", "this JWKS does not hold a key that Okta can use: "+refused.Error())
	case len(keys) == 0:
		return nil, unusable("keys", "this JWKS does not hold a key; "+oktaTakes)
	}
	return keys, nil
}

// documentKey reads an element of a JWKS as it stands.
func documentKey(element json.RawMessage) (Key, error) {
	if holdsPrivateKey(string(element)) {
		return Key{}, ErrPrivateKey
	}
	members, err := object(element)
	if err != nil {
		return Key{}, err
	}
	return publicMembers(members)
}

// whole refuses a key of a type that Okta takes if one of its members is missing or damaged.
func whole(k Key) error {
	if k.KTY == "EC" && k.Crv == "" { // Crypto infers it; Okta may not.
		return unusable("crv", "the member crv is missing")
	}
	var err error
	if k.KTY == "" || supported(k.KTY, k.Crv) == nil {
		_, err = k.Crypto()
	}
	return err
}

// kidIndex says which index of a document a kid was first seen at.
type kidIndex map[string]int

func (kids kidIndex) add(index int, kid string) error {
	if kid == "" {
		return atIndex(index, unusable("kid", "this key does not have a kid, and every key of a JWKS needs its own, such as its thumbprint"))
	}
	if err := CheckKid(kid); err != nil {
		return atIndex(index, err)
	}
	if first, taken := kids[kid]; taken {
		return atIndex(index, unusable("kid", fmt.Sprintf("this key has the same kid as keys[%d], and every key of a JWKS needs its own", first)))
	}
	kids[kid] = index
	return nil
}

func atIndex(index int, err error) error { return fmt.Errorf("keys[%d]: %w", index, err) }
