// SPDX-License-Identifier: MPL-2.0

package jwk

import "errors"

// ErrPrivateKey says that a private key, in any form, was given where a public key belongs.
var ErrPrivateKey = errors.New("this is a private key, and a public key belongs here. Keep it with the client that signs, " +
	"and give its public half: of a PEM file, what `openssl pkey -in key.pem -pubout` prints; " +
	"of a JWK, only the members kty, n, e (RSA) or kty, crv, x, y (EC), with kid, use and alg as needed")

// Error says what is wrong with a key or a document, and what to do, in words that may be shown as they are.
type Error struct {
	Member  string // The JWK member at fault ("n", "use", "alg" …), empty where it is the input as a whole.
	Problem string
}

func (e *Error) Error() string { return e.Problem }

func unusable(member, problem string) *Error { return &Error{Member: member, Problem: problem} }
