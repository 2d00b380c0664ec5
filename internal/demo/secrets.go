// SPDX-License-Identifier: MPL-2.0

package main

import (
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"os"
	"path/filepath"
	"slices"
)

// secret is what the console shows of a client secret.
type secret struct {
	ID     string `json:"id"`
	Status string `json:"status"`
	Hash   string `json:"secret_hash"`
	Value  string `json:"client_secret"`
}

// register knows every secret that there ever was, in the order in which it
// came to know them. It names them by number and id: "#2 ocs…".
type register []secret

// learn takes in those that are new.
func (r *register) learn(present []secret) {
	for _, p := range present {
		if r.byID(p.ID) < 0 {
			*r = append(*r, p)
		}
	}
}

func (r register) byID(id string) int {
	return slices.IndexFunc(r, func(s secret) bool { return s.ID == id })
}

func (r register) byHash(hash string) int {
	return slices.IndexFunc(r, func(s secret) bool { return s.Hash == hash })
}

// name names a secret by its place in the register, which is negative for one
// that came and went between two looks.
func (r register) name(i int) string {
	if i < 0 {
		return "an unknown secret"
	}
	return fmt.Sprintf("#%d %s", i+1, r[i].ID)
}

// hash is the hash of the secret in the place, "" if there is none.
func (r register) hash(i int) string {
	if i < 0 {
		return ""
	}
	return r[i].Hash
}

// hashOf is the hash that Okta shows for a secret [R].
func hashOf(value string) string {
	sum := sha256.Sum256([]byte(value))
	return base64.RawURLEncoding.EncodeToString(sum[:16])
}

// readSecret reads the secret that was delivered last.
func readSecret(file string) (value string, err error) {
	content, err := os.ReadFile(file) //nolint:gosec // the demo's own file
	return string(content), err
}

// writeSecret delivers a secret by hand, as the configuration does it: in one
// step, and readable by its owner alone.
func writeSecret(file, value string) error {
	temporary, err := os.CreateTemp(filepath.Dir(file), filepath.Base(file)+".")
	if err != nil {
		return err
	}
	if _, err := temporary.WriteString(value); err != nil {
		return err
	}
	if err := temporary.Close(); err != nil {
		return err
	}
	return os.Rename(temporary.Name(), file)
}
