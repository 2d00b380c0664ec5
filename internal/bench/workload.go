// SPDX-License-Identifier: MPL-2.0

package main

import (
	"bytes"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"text/template"
)

// The workload. An app holds 50 keys and 2 secrets, no more [S].
const (
	apps       = 20
	keysPerApp = 50
	keys       = apps * keysPerApp
	secrets    = apps * 2
)

// appConfig is the part of a configuration that is about one app: its keys and its
// secrets, of which one was there before.
type appConfig struct {
	app

	Name string
	Keys []string // as JWK, public
}

// withProvider is the configuration with the provider; it has a block for the keys
// of each app, as one would write it.
var withProvider = template.Must(template.New("with").Parse(`
terraform {
  required_providers {
    oktacreds = { source = "oktacreds/oktacreds" }
  }
}
{{range .}}
resource "oktacreds_app_jwk" "{{.Name}}" {
  for_each = local.{{.Name}}_keys
  app_id   = "{{.ID}}"
  jwk      = each.value
}

resource "oktacreds_app_client_secret" "{{.Name}}" {
  count  = 2
  app_id = "{{.ID}}"
}

import {
  to = oktacreds_app_client_secret.{{.Name}}[0]
  id = "{{.ID}}/{{.SecretID}}"
}
{{end}}`))

// withoutProvider is the floor: as many objects of the kind that Terraform has
// built in, with the same values.
var withoutProvider = template.Must(template.New("without").Parse(`
{{range .}}
resource "terraform_data" "{{.Name}}_key" {
  for_each = local.{{.Name}}_keys
  input    = { app_id = "{{.ID}}", jwk = each.value }
}

resource "terraform_data" "{{.Name}}_secret" {
  count = 2
  input = { app_id = "{{.ID}}" }
}
{{end}}`))

// locals are the values that both have.
var locals = template.Must(template.New("locals").Parse(`
locals {
{{- range .}}
  {{.Name}}_keys = {
  {{- range $i, $jwk := .Keys}}
    "{{$i}}" = {{printf "%q" $jwk}}
  {{- end}}
  }
{{- end}}
}
`))

// newWorkload makes the apps and the key pairs, of which no one keeps the private
// half.
func newWorkload(ctx context.Context, o *org) (made []appConfig, err error) {
	for i := range apps {
		one := appConfig{Name: fmt.Sprintf("app_%02d", i)}
		if one.app, err = o.addApp(ctx); err != nil {
			return nil, err
		}
		for range keysPerApp {
			jwk, err := newJWK()
			if err != nil {
				return nil, err
			}
			one.Keys = append(one.Keys, jwk)
		}
		made = append(made, one)
	}
	return made, nil
}

// newJWK is the public half of a P-256 pair (RFC 7518 §6.2.1): the cheapest to
// make.
func newJWK() (string, error) {
	pair, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return "", err
	}
	point, err := pair.PublicKey.Bytes() // 4, x, y
	if err != nil {
		return "", err
	}
	half := (len(point) - 1) / 2
	encoded, err := json.Marshal(map[string]string{
		"kty": "EC", "crv": "P-256",
		"x": base64.RawURLEncoding.EncodeToString(point[1 : 1+half]),
		"y": base64.RawURLEncoding.EncodeToString(point[1+half:]),
	})
	return string(encoded), err
}

// writeConfiguration writes a configuration into a new folder.
func writeConfiguration(dir string, text *template.Template, values []appConfig) error {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	for name, part := range map[string]*template.Template{"main.tf": text, "locals.tf": locals} {
		var content bytes.Buffer
		if err := part.Execute(&content, values); err != nil {
			return err
		}
		if err := os.WriteFile(filepath.Join(dir, name), content.Bytes(), 0o600); err != nil {
			return err
		}
	}
	return nil
}
