// SPDX-License-Identifier: MPL-2.0

// Package okta is a typed client for the part of Okta's Management API that
// deals with an app's client credentials: client secrets, JSON Web Keys, the
// JWKS URI and the client authentication method.
//
// Okta's API is a set of single calls with an order between them that the
// caller must keep: a credential is deactivated before it is deleted, the last
// active one must remain, two secrets are all an app may hold, a created secret
// must not be lost with the response that carried it. The package keeps that
// order under one lock per app, see lifecycle.go. What happens to a request on
// its way (repetition, rate limits, authentication) is told in transport.go.
//
// It knows nothing of Terraform.
package okta
