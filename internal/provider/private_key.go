// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"crypto"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strings"

	"github.com/oktacreds/terraform-provider-oktacreds/internal/jwk"
)

// readPrivateKey reads a PEM text, or the file that the text names.
func readPrivateKey(text string) (crypto.Signer, error) {
	if !strings.Contains(text, "-----BEGIN") && !strings.HasPrefix(strings.TrimSpace(text), "{") {
		content, err := os.ReadFile(text) //nolint:gosec // the file that the configuration names is the feature
		if err != nil {
			if pathError, ok := errors.AsType[*fs.PathError](err); ok {
				err = pathError.Err // the path may be a mangled key
			}
			return nil, fmt.Errorf("private_key is neither PEM nor the path of a readable file: %w", err)
		}
		text = string(content)
	}
	return jwk.ParsePrivate(text)
}
