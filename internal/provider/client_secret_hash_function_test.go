// SPDX-License-Identifier: MPL-2.0

package provider_test

import (
	"strings"
	"testing"

	"github.com/oktacreds/terraform-provider-oktacreds/internal/acctest"
)

// A secret and its secret_hash as an org of Okta's has answered them [R].
const (
	recordedSecret = "WKstYC8XDS-Y-PQN_nieOcnWdY4rwbZ7wnjJ8HiA0rNNexMIR3Xx-fe9EVPGY4Cb"
	recordedHash   = "JXE2MY4BxLM9TGyzyXiTkg"
)

func TestClientSecretHash_IsOktas(t *testing.T) {
	if got := gives(t, "client_secret_hash", recordedSecret); got != recordedHash {
		t.Errorf("the hash is %s, want %s", got, recordedHash)
	}
	app := acctest.NewOrg(t).NewApp(t, "client_secret_basic")
	secret := app.Secrets(t)[0]
	if got := gives(t, "client_secret_hash", secret.Value); got != secret.Hash {
		t.Errorf("the hash is %s, and Okta's is %s", got, secret.Hash)
	}
}

func TestClientSecretHash_WhatCanBeNoSecretIsAnError(t *testing.T) {
	refuses(t, "client_secret_hash", recordedSecret+"\n", "printable ASCII", "byte 65")
	refuses(t, "client_secret_hash", "short-1234567", "14 to 100 characters", "has 13")
	refuses(t, "client_secret_hash", strings.Repeat("long-", 21), "14 to 100 characters", "has 105")
}
