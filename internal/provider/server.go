// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"context"
	"sync/atomic"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/providerserver"
	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
)

// NewServer serves the provider by protocol 6.
func NewServer(p *Provider) tfprotov6.ProviderServer {
	return server{providerserver.NewProtocol6(p)().(frameworkServer), &p.notices}
}

// frameworkServer is all that the framework's server can do. plugin-go looks for
// list resources and actions by asserting these interfaces.
type frameworkServer interface {
	tfprotov6.ProviderServer
	tfprotov6.ListResourceServer
	tfprotov6.ActionServer
}

// server lets go of each call that has ended. The framework (1.19) keeps the
// cancel function of every call until the provider stops, and with it the call's
// context and all loggers in there: 15 KB a call, four calls for each resource of a
// plan. What it keeps here is an empty [callContext].
//
// It also adds what the client has to tell to the next response that can carry it.
type server struct {
	frameworkServer

	notices *notices
}

// ValidateResourceConfig implements [tfprotov6.ResourceServer].
func (s server) ValidateResourceConfig(ctx context.Context, req *tfprotov6.ValidateResourceConfigRequest) (*tfprotov6.ValidateResourceConfigResponse, error) {
	return call(ctx, req, s.frameworkServer.ValidateResourceConfig)
}

// UpgradeResourceState implements [tfprotov6.ResourceServer].
func (s server) UpgradeResourceState(ctx context.Context, req *tfprotov6.UpgradeResourceStateRequest) (*tfprotov6.UpgradeResourceStateResponse, error) {
	return call(ctx, req, s.frameworkServer.UpgradeResourceState)
}

// UpgradeResourceIdentity implements [tfprotov6.ResourceServer].
func (s server) UpgradeResourceIdentity(ctx context.Context, req *tfprotov6.UpgradeResourceIdentityRequest) (*tfprotov6.UpgradeResourceIdentityResponse, error) {
	return call(ctx, req, s.frameworkServer.UpgradeResourceIdentity)
}

// ReadResource implements [tfprotov6.ResourceServer].
func (s server) ReadResource(ctx context.Context, req *tfprotov6.ReadResourceRequest) (*tfprotov6.ReadResourceResponse, error) {
	resp, err := call(ctx, req, s.frameworkServer.ReadResource)
	if err == nil {
		resp.Diagnostics = append(resp.Diagnostics, s.notices.take()...)
	}
	return resp, err
}

// PlanResourceChange implements [tfprotov6.ResourceServer].
func (s server) PlanResourceChange(ctx context.Context, req *tfprotov6.PlanResourceChangeRequest) (*tfprotov6.PlanResourceChangeResponse, error) {
	resp, err := call(ctx, req, s.frameworkServer.PlanResourceChange)
	if err == nil {
		resp.Diagnostics = append(resp.Diagnostics, s.notices.take()...)
	}
	return resp, err
}

// ApplyResourceChange implements [tfprotov6.ResourceServer].
func (s server) ApplyResourceChange(ctx context.Context, req *tfprotov6.ApplyResourceChangeRequest) (*tfprotov6.ApplyResourceChangeResponse, error) {
	resp, err := call(ctx, req, s.frameworkServer.ApplyResourceChange)
	if err == nil {
		resp.Diagnostics = append(resp.Diagnostics, s.notices.take()...)
	}
	return resp, err
}

// ReadDataSource implements [tfprotov6.DataSourceServer].
func (s server) ReadDataSource(ctx context.Context, req *tfprotov6.ReadDataSourceRequest) (*tfprotov6.ReadDataSourceResponse, error) {
	resp, err := s.frameworkServer.ReadDataSource(ctx, req)
	if err == nil {
		resp.Diagnostics = append(resp.Diagnostics, s.notices.take()...)
	}
	return resp, err
}

// OpenEphemeralResource implements [tfprotov6.EphemeralResourceServer].
func (s server) OpenEphemeralResource(ctx context.Context, req *tfprotov6.OpenEphemeralResourceRequest) (*tfprotov6.OpenEphemeralResourceResponse, error) {
	resp, err := s.frameworkServer.OpenEphemeralResource(ctx, req)
	if err == nil {
		resp.Diagnostics = append(resp.Diagnostics, s.notices.take()...)
	}
	return resp, err
}

// call serves a call and lets go of its context.
func call[Req, Resp any](ctx context.Context, req Req, serve func(context.Context, Req) (Resp, error)) (Resp, error) {
	c := &callContext{}
	c.current.Store(&ctx)
	defer c.current.Store(&ended)
	return serve(c, req)
}

// callContext is a call's context, and an ended one when the call has ended.
type callContext struct {
	current atomic.Pointer[context.Context]
}

var ended = func() context.Context {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	return ctx
}()

// Deadline implements [context.Context].
func (c *callContext) Deadline() (time.Time, bool) { return (*c.current.Load()).Deadline() }

// Done implements [context.Context].
func (c *callContext) Done() <-chan struct{} { return (*c.current.Load()).Done() }

// Err implements [context.Context].
func (c *callContext) Err() error { return (*c.current.Load()).Err() }

// Value implements [context.Context].
func (c *callContext) Value(key any) any { return (*c.current.Load()).Value(key) }
