package jwk

import (
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

// ParseDocument reads a JWKS that is served to Okta and returns its keys. Every key, of whatever type, needs a kid of
// its own and must be public; an error says at which index one is not. Keys of types and curves that Okta does not take
// are left out of the result, as RFC 7517 §5 has a reader do, but one that it takes must be there.
func ParseDocument(data []byte) ([]Key, error) {
	members, err := object(data)
	if err != nil {
		return nil, err
	}
	var elements []json.RawMessage
	if err := json.Unmarshal(members["keys"], &elements); err != nil || elements == nil {
		return nil, unusable("keys", `this is no JWKS: the member "keys" must be an array of JWKs`)
	}
	var keys []Key
	kids := kidIndex{}
	for i, element := range elements {
		k, err := documentKey(element)
		if err != nil {
			return nil, atIndex(i, err)
		}
		if err := kids.add(i, k.Kid); err != nil {
			return nil, err
		}
		if k.KTY != "" && supported(k.KTY, k.Crv) != nil {
			continue
		}
		if k, err = k.Canonical(); err != nil {
			return nil, atIndex(i, err)
		}
		keys = append(keys, k)
	}
	if len(keys) == 0 {
		return nil, unusable("keys", "this JWKS holds no key that Okta could use; "+oktaTakes)
	}
	return keys, nil
}

func documentKey(element json.RawMessage) (Key, error) {
	members, err := object(element)
	if err != nil {
		return Key{}, err
	}
	return publicKey(members)
}

// kidIndex says which index of a document a kid was first seen at.
type kidIndex map[string]int

func (kids kidIndex) add(index int, kid string) error {
	if kid == "" {
		return atIndex(index, unusable("kid", "this key has no kid, and in a JWKS every key needs its own: its thumbprint makes a good one"))
	}
	if first, taken := kids[kid]; taken {
		return atIndex(index, unusable("kid", fmt.Sprintf("this key has the same kid as keys[%d], and every key of a JWKS needs its own", first)))
	}
	kids[kid] = index
	return nil
}

func atIndex(index int, err error) error { return fmt.Errorf("keys[%d]: %w", index, err) }
