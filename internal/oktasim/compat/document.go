// SPDX-License-Identifier: MPL-2.0

// Package compat checks the simulator against Okta's own work. Okta's SDKs run against it, and the traffic between
// it and the acceptance tests is validated against Okta's OpenAPI document.
package compat

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"

	"github.com/getkin/kin-openapi/openapi3"
)

// Okta generates its Go SDK from the document, and the SDK's module contains it.
const (
	sdk          = "github.com/okta/okta-sdk-golang/v6"
	documentPath = ".generator/okta-management-APIs-oasv3-noEnums-inheritance.yaml"
)

// exampleReference matches references to examples. The document is published without the examples themselves.
var exampleReference = regexp.MustCompile(`\$ref: '#/components/examples/[^']*'`)

// loadDocument reads Okta's OpenAPI document of the Management API from the SDK's module.
func loadDocument(ctx context.Context) (*openapi3.T, error) {
	folder, err := exec.CommandContext(ctx, "go", "list", "-m", "-f", "{{.Dir}}", sdk).Output()
	if err != nil {
		return nil, fmt.Errorf("finding %s: %w", sdk, err)
	}
	content, err := os.ReadFile(filepath.Join(string(bytes.TrimSpace(folder)), documentPath))
	if err != nil {
		return nil, err
	}
	content = exampleReference.ReplaceAll(content, []byte("summary: not published"))
	document, err := openapi3.NewLoader().LoadFromData(content)
	if err != nil {
		return nil, fmt.Errorf("loading %s: %w", documentPath, err)
	}
	document.Servers = nil // the simulator's address is not an Okta domain
	return document, nil
}
