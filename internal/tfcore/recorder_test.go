// SPDX-License-Identifier: MPL-2.0

package tfcore_test

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"maps"
	"slices"
	"strings"
	"sync"
	"sync/atomic"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"

	"github.com/oktacreds/terraform-provider-oktacreds/internal/provider"
)

// recorder is the provider; it notes every call by what Terraform gives it. Which of
// two calls in parallel reports a conflict is left to chance, and not noted.
type recorder struct {
	tfprotov6.ProviderServer
	world *world
	mu    sync.Mutex
	calls []string
	// process counts the processes that were started or killed: a call that a dead one
	// answers is not noted.
	process atomic.Int64
}

func (r *recorder) start() tfprotov6.ProviderServer {
	r.ProviderServer = provider.NewServer(&provider.Provider{Version: "test"})
	return r
}

func (r *recorder) note(process int64, call, typeName string, private []byte, values ...*tfprotov6.DynamicValue) {
	var keys map[string]json.RawMessage
	_ = json.Unmarshal(private, &keys) // it may be empty
	line := call + " " + typeName + " private=" + strings.Join(slices.Sorted(maps.Keys(keys)), ",")
	for _, value := range values {
		line += " " + r.id(typeName, value)
	}
	r.world.mu.Lock()
	defer r.world.mu.Unlock()
	r.mu.Lock()
	defer r.mu.Unlock()
	if process == r.process.Load() {
		r.calls = append(r.calls, r.world.named(line))
	}
}

// take returns the calls since the last time.
func (r *recorder) take() (calls []string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	calls, r.calls = r.calls, nil
	return calls
}

// id is the id of an object on the wire.
func (r *recorder) id(typeName string, value *tfprotov6.DynamicValue) string {
	if value == nil {
		return "none"
	}
	known, err := value.Unmarshal(schemas().ResourceSchemas[typeName].ValueType())
	if err != nil || known.IsNull() {
		return "null"
	}
	var attributes map[string]tftypes.Value
	_ = known.As(&attributes) // it is an object
	return cmp.Or(idOf(func(name string) (text string) {
		_ = attributes[name].As(&text) // empty if it is unknown
		return text
	}), "unknown")
}

var schemas = sync.OnceValue(func() *tfprotov6.GetProviderSchemaResponse {
	all, _ := provider.NewServer(&provider.Provider{}).GetProviderSchema(context.Background(), &tfprotov6.GetProviderSchemaRequest{})
	return all
})

func (r *recorder) ConfigureProvider(ctx context.Context, req *tfprotov6.ConfigureProviderRequest) (*tfprotov6.ConfigureProviderResponse, error) {
	r.start()
	r.process.Add(1)
	r.mu.Lock()
	r.calls = append(r.calls, "walk")
	r.mu.Unlock()
	return r.ProviderServer.ConfigureProvider(ctx, req)
}

func (r *recorder) UpgradeResourceState(ctx context.Context, req *tfprotov6.UpgradeResourceStateRequest) (*tfprotov6.UpgradeResourceStateResponse, error) {
	process := r.process.Load()
	resp, err := r.ProviderServer.UpgradeResourceState(ctx, req)
	if err == nil {
		r.note(process, "upgrade", req.TypeName, nil, resp.UpgradedState)
	}
	return resp, err
}

func (r *recorder) ReadResource(ctx context.Context, req *tfprotov6.ReadResourceRequest) (*tfprotov6.ReadResourceResponse, error) {
	process := r.process.Load()
	resp, err := r.ProviderServer.ReadResource(ctx, req)
	if err == nil {
		r.note(process, "read", req.TypeName, req.Private, req.CurrentState, resp.NewState)
	}
	return resp, err
}

func (r *recorder) PlanResourceChange(ctx context.Context, req *tfprotov6.PlanResourceChangeRequest) (*tfprotov6.PlanResourceChangeResponse, error) {
	process := r.process.Load()
	resp, err := r.ProviderServer.PlanResourceChange(ctx, req)
	if err == nil {
		r.note(process, "plan", req.TypeName, req.PriorPrivate, req.PriorState, req.ProposedNewState, resp.PlannedState)
		resp.PlannedPrivate = marked(resp.PlannedPrivate, req.Config)
	}
	return resp, err
}

func (r *recorder) ApplyResourceChange(ctx context.Context, req *tfprotov6.ApplyResourceChangeRequest) (*tfprotov6.ApplyResourceChangeResponse, error) {
	process, private := r.process.Load(), req.PlannedPrivate
	resp, err := r.ProviderServer.ApplyResourceChange(ctx, req)
	if err == nil {
		r.note(process, "apply", req.TypeName, private, req.PriorState, req.PlannedState, resp.NewState)
	}
	return resp, err
}

func (r *recorder) OpenEphemeralResource(ctx context.Context, req *tfprotov6.OpenEphemeralResourceRequest) (*tfprotov6.OpenEphemeralResourceResponse, error) {
	process := r.process.Load()
	resp, err := r.ProviderServer.OpenEphemeralResource(ctx, req)
	if err == nil {
		r.note(process, "open", req.TypeName, nil)
	}
	return resp, err
}

// marked adds a note to the private state that a plan returns, so that the calls show
// who finds it: how the framework keeps it is JSON of base64.
func marked(private []byte, config *tfprotov6.DynamicValue) []byte {
	keys := map[string][]byte{}
	_ = json.Unmarshal(private, &keys) // it may be empty
	key := "planned"
	if bytes.Equal(config.MsgPack, []byte{0xc0}) {
		key = "planned-destroy"
	}
	keys[key] = []byte("true")
	text, _ := json.Marshal(keys)
	return text
}
