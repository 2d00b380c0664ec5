// SPDX-License-Identifier: MPL-2.0

package main

import (
	"fmt"
	"os"
	"path/filepath"
	"text/template"

	"github.com/oktacreds/terraform-provider-oktacreds/internal/jwk"
	"github.com/oktacreds/terraform-provider-oktacreds/internal/oktasim"
)

// The workload. An app holds 50 keys and 2 secrets, no more [S].
const (
	apps       = 20
	keysPerApp = 50
	keys       = apps * keysPerApp
	secrets    = apps * 2
)

// layout is a way to write the same keys down. Terraform's own time grows with the
// square of the instances of a block.
type layout struct {
	name    string
	maxPeak int64 // bytes that the provider's process may take
	keys    *template.Template
}

var layouts = []layout{
	{fmt.Sprintf("%d blocks of %d", apps, keysPerApp), 64 << 20, template.Must(template.New("").Parse(`
{{range .}}
resource "oktacreds_app_jwk" "{{.Name}}" {
  for_each = { {{range $i, $jwk := .Keys}}"{{$i}}" = {{printf "%q" $jwk}}, {{end}} }
  app_id   = "{{.ID}}"
  jwk      = each.value
}
{{end}}`))},
	{fmt.Sprintf("one block of %d", keys), 80 << 20, template.Must(template.New("").Parse(`
resource "oktacreds_app_jwk" "all" {
  for_each = {
{{range $app := .}}{{range $i, $jwk := .Keys}}    "{{$app.Name}}-{{$i}}" = { app = "{{$app.ID}}", jwk = {{printf "%q" $jwk}} }
{{end}}{{end}}  }
  app_id = each.value.app
  jwk    = each.value.jwk
}
`))},
}

// secretBlocks are the same in both layouts: two secrets for each app, of which one was there before.
var secretBlocks = template.Must(template.New("").Parse(`
terraform {
  required_providers {
    oktacreds = { source = "oktacreds/oktacreds" }
  }
}
{{range .}}
resource "oktacreds_app_client_secret" "{{.Name}}" {
  count  = 2
  app_id = "{{.ID}}"
}

import {
  to = oktacreds_app_client_secret.{{.Name}}[0]
  id = "{{.ID}}/{{.SecretID}}"
}
{{end}}`))

// app is the part of a configuration that is about one app.
type app struct {
	Name, ID, SecretID string
	Keys               []string // as JWK, public
}

// newWorkload makes the apps and their keys, of which no one has the private half.
func newWorkload(org *oktasim.Org) (made []app, err error) {
	for i := range apps {
		id := org.AddApp(oktasim.AppOptions{Label: "bench"}).ID
		one := app{Name: fmt.Sprintf("app_%02d", i), ID: id, SecretID: org.Secrets(id)[0].ID}
		for range keysPerApp {
			pair, err := jwk.Generate("EC_P256")
			if err != nil {
				return nil, err
			}
			one.Keys = append(one.Keys, pair.Public.JSON())
		}
		made = append(made, one)
	}
	return made, nil
}

// write writes the configuration into the folder.
func (of layout) write(folder string, values []app) error {
	if err := os.MkdirAll(folder, 0o700); err != nil {
		return err
	}
	for name, text := range map[string]*template.Template{"secrets.tf": secretBlocks, "keys.tf": of.keys} {
		file, err := os.Create(filepath.Join(folder, name)) //nolint:gosec // a folder of ours
		if err != nil {
			return err
		}
		if err := text.Execute(file, values); err != nil {
			return err
		}
		if err := file.Close(); err != nil {
			return err
		}
	}
	return nil
}
