// SPDX-License-Identifier: MPL-2.0

package main

import (
	"bytes"
	"context"
	"crypto/rand"
	"crypto/sha256"
	"errors"
	"io"
	mathrand "math/rand/v2"
	"net"
	"net/http"
	"net/http/httptest"
	"strconv"
	"syscall"
	"time"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"

	"github.com/oktacreds/terraform-provider-oktacreds/internal/oktasim"
	"github.com/oktacreds/terraform-provider-oktacreds/internal/provider"
	"github.com/oktacreds/terraform-provider-oktacreds/internal/rotation"
	"github.com/oktacreds/terraform-provider-oktacreds/internal/tfcore"
)

// orgURL is where the provider believes an org in this process to be.
const orgURL = "https://chaos.example.com"

// rotationsPerLife is how many rotations one app goes through.
const rotationsPerLife = 10

// liveInProcess lives one life after the other, in made-up time. Each has a seed of
// its own, so that it can be lived again alone.
func liveInProcess(ctx context.Context, seed uint64, rotations int, r *report) {
	for ; rotations > 0; rotations -= rotationsPerLife {
		liveOnce(ctx, seed, r, func(l *life) { l.live(min(rotations, rotationsPerLife)) })
		seed++
	}
}

// liveOnce makes a life in process. Everything that is drawn follows from its seed.
func liveOnce(ctx context.Context, seed uint64, r *report, do func(*life)) {
	defer func(chance io.Reader) { rand.Reader = chance }(rand.Reader)
	rand.Reader = mathrand.NewChaCha8(sha256.Sum256(strconv.AppendUint(nil, seed, 10)))
	inBubble(func() {
		l := newLife(seed, orgURL, inProcess, r)
		for _, w := range l.workspaces {
			w.stores = l.random.IntN(2) == 0 || l.shape.reshape != nil // else Terraform may destroy what isn't delivered yet
			w.runner = newCoreRunner(context.WithoutCancel(ctx), l)
		}
		do(l)
	})
}

// coreRunner runs tfcore.
type coreRunner struct {
	*tfcore.Core

	ctx  context.Context //nolint:containedctx // of one life, in which everything happens
	life *life
}

func newCoreRunner(ctx context.Context, l *life) *coreRunner {
	c := &coreRunner{ctx: ctx, life: l}
	var err error
	if c.Core, err = tfcore.New(ctx, c.start); err != nil {
		panic(err) // a provider without a schema
	}
	c.Random = l.random
	return c
}

// start starts a provider process.
func (c *coreRunner) start() tfprotov6.ProviderServer {
	return provider.NewServer(&provider.Provider{Version: "chaos", Transport: c, Now: c.life.org.Now, OnReason: func(code rotation.Reason, _, id string) {
		c.life.current.reasons = append(c.life.current.reasons, reason{code, id})
	}})
}

// startUp is what a run takes at least. Okta's times have whole seconds, so that two
// rotations and a secret of someone else's within two of them could have the same
// version.
const startUp = 2 * time.Second

func (c *coreRunner) apply(config tfcore.Config, t trouble, approved func() bool) outcome {
	c.life.org.Advance(startUp)
	c.Remote, c.Hook = t.remote, func(m tfcore.Moment) {
		if m == t.writes {
			c.life.strike(killTerraform)
		}
	}
	options := tfcore.Options{NoRefresh: t.noRefresh}
	if t.replace {
		options.Replace = []string{config.Resources[0].Address}
	}
	r := tfcore.Run{Plan: c.Plan(c.ctx, config, options)}
	o := outcome{killed: r.Killed(), failed: r.Failed(), said: r.Plan.String() + r.Diagnostics().String()}
	if !o.failed && approved() {
		r.Apply = c.Apply(c.ctx, r.Plan)
		o = outcome{killed: r.Killed(), failed: r.Failed(), converged: r.Converged(), said: o.said + r.Apply.Diagnostics.String()}
	}
	o.broken = c.Broken()
	return o
}

func (c *coreRunner) reasons() []reason { return c.life.current.reasons }

func (c *coreRunner) taint(address string, tainted bool) {
	_ = c.State.Taint(address, tainted) // there may be none
}

func (c *coreRunner) pickUp() {} // dependent objects are in this process

func (c *coreRunner) forget(address string) { c.State.Remove(address) }

// strike ends or interrupts the provider.
func (c *coreRunner) strike(what string) {
	switch what {
	case interrupt:
		c.Interrupt(c.ctx)
	case killTerraform:
		c.Kill(c.ctx)
	case killProvider:
		c.KillProvider(c.ctx)
	}
}

func (c *coreRunner) objects() (all []stateObject) {
	for _, address := range c.State.Addresses() {
		if !managed(address) {
			continue
		}
		if o := c.State.Current(address); o != nil {
			all = append(all, stateObject{address: address, tainted: o.Tainted, attribute: o.Attribute})
		}
		for _, o := range c.State.Deposed(address) {
			all = append(all, stateObject{address: address, deposed: true, attribute: o.Attribute})
		}
	}
	return all
}

var (
	errReset = &net.OpError{Op: "read", Net: "tcp", Err: syscall.ECONNRESET}
	errGone  = errors.New("a dead process sends nothing")
)

// RoundTrip carries the requests of the provider to the org.
func (c *coreRunner) RoundTrip(req *http.Request) (resp *http.Response, err error) {
	if !c.Alive() {
		return nil, errGone
	}
	c.life.carry(req, func() {
		if c.Alive() {
			resp, err = serve(c.life.org, req) //nolint:bodyclose // the client closes it
		}
	})
	if !c.Alive() {
		return nil, errGone
	}
	return resp, err
}

// serve lets the org answer. A connection that a fault drops is reset; a client whose
// time is up has no answer, though the org carries out the request.
func serve(org *oktasim.Org, req *http.Request) (resp *http.Response, err error) {
	body := []byte{}
	if req.Body != nil {
		if body, err = io.ReadAll(req.Body); err != nil {
			return nil, err
		}
		_ = req.Body.Close() // it is in memory
	}
	received := req.Clone(req.Context())
	received.Body = io.NopCloser(bytes.NewReader(body))
	recorder := httptest.NewRecorder()
	defer func() {
		switch cause := recover(); {
		case cause == nil:
		case cause == http.ErrAbortHandler: //nolint:errorlint // panicked with as it is
			resp, err = nil, errReset
		default:
			panic(cause)
		}
	}()
	org.ServeHTTP(recorder, received)
	if err := req.Context().Err(); err != nil {
		return nil, err
	}
	return recorder.Result(), nil
}
