// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/hashicorp/terraform-plugin-framework/diag"
)

// privateState is the part of a resource's private state an operation can read;
// the framework's type is internal.
type privateState interface {
	GetKey(ctx context.Context, key string) ([]byte, diag.Diagnostics)
}

// privateWriter is the part it can write.
type privateWriter interface {
	SetKey(ctx context.Context, key string, value []byte) diag.Diagnostics
}

// getPrivate reads a value of private state; found is false if there is none.
func getPrivate[T any](ctx context.Context, private privateState, key string, diags *diag.Diagnostics) (value T, found bool) {
	encoded, more := private.GetKey(ctx, key)
	diags.Append(more...)
	if more.HasError() || len(encoded) == 0 {
		return value, false
	}
	if err := json.Unmarshal(encoded, &value); err != nil {
		diags.AddError("Unreadable private state", fmt.Sprintf("The private state %q is not what this provider writes: %v", key, err))
		return value, false
	}
	return value, true
}

func setPrivate(ctx context.Context, private privateWriter, key string, value any, diags *diag.Diagnostics) {
	encoded, err := json.Marshal(value)
	if err != nil {
		diags.AddError("Unwritable private state", err.Error())
		return
	}
	diags.Append(private.SetKey(ctx, key, encoded)...)
}
