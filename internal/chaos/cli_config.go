// SPDX-License-Identifier: MPL-2.0

package main

import (
	"encoding/json"
	"maps"
	"os"
	"path/filepath"
)

// sinkConfig is what a dependent object in a real configuration is updated by, and
// what it delivers: expressions of Terraform's language.
type sinkConfig struct {
	trigger string
	id      string
	secret  string
	kid     string
	key     string // which of the keys of a keySubject
	reads   string // the id of the secret that an ephemeral resource reads
}

// Where the sink delivers to, and the file that makes it fail.
const (
	deliveryFile = "delivered"
	troubleFile  = "trouble"
)

// deliver is the command of the sink. A reader of the file finds what was before
// or what is now, never half of it.
const deliver = `
set -eu
trouble=$(cat trouble)
[ "$trouble" != "fails" ] || exit 1
printf '%s\n' "$ID" "$SECRET" "$KID" "$KEY" > delivered.new
mv -f delivered.new delivered
[ -z "$trouble" ] || exit 1
`

type block map[string]any

// writeConfig writes the configuration of a life as it is now.
func writeConfig(dir string, l *life, t trouble) error {
	sink := l.subject.sink("${" + l.schema.typeName + ".this")
	resource := block{"lifecycle": block{"create_before_destroy": true}}
	for name, value := range l.subject.config() {
		resource[name] = plain(value)
	}
	config := block{
		"terraform": block{"required_providers": block{"oktacreds": block{"source": "oktacreds/oktacreds"}}},
		"provider":  block{"oktacreds": plainAll(l)},
		"resource": block{
			l.schema.typeName: block{"this": resource},
			"terraform_data": block{"sink": block{
				"triggers_replace": block{"trigger": sink.trigger},
				"provisioner": block{"local-exec": block{
					"command":     deliver,
					"interpreter": []string{"sh", "-c"},
					"environment": block{"ID": sink.id, "SECRET": sink.secret, "KID": sink.kid, "KEY": sink.key},
				}},
			}},
		},
	}
	if sink.reads != "" {
		config["ephemeral"] = block{l.read.typeName: block{"this": block{"app_id": l.app.ID, "id": sink.reads}}}
	}
	text, err := json.MarshalIndent(config, "", "  ")
	if err != nil {
		return err
	}
	if err := os.WriteFile(filepath.Join(dir, troubleFile), []byte(t.sink), 0o600); err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(dir, "main.tf.json"), text, 0o600)
}

func plainAll(l *life) block {
	all := block{}
	for name, value := range l.provider.values {
		all[name] = plain(value)
	}
	maps.DeleteFunc(all, func(_ string, value any) bool { return value == nil })
	return all
}
