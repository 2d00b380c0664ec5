// SPDX-License-Identifier: MPL-2.0

// Package tfcore is a small Terraform core: it plans and applies configurations
// against a provider's protocol server in the same process. Tests and chaos use it
// where the real CLI is too slow, or where the order of what happens in parallel, or
// the moment at which a process dies, has to be chosen.
//
//	core := tfcore.New(func() tfprotov6.ProviderServer { return provider.NewServer(…) })
//	run := core.Run(ctx, tfcore.Config{
//		Provider: map[string]any{"org_name": "example"},
//		Resources: []tfcore.Resource{{
//			Address: "oktacreds_app_jwk.this",
//			Values:  map[string]any{"app_id": "0oa1", "jwk": "…"},
//		}},
//	}, tfcore.Options{})
//
// A configuration is values instead of HCL; a [Ref] is an expression that refers to
// another object. [Config.JSON] writes the same configuration for the real CLI, and
// the tests of this package run the same scripts on both and compare the calls that
// the provider receives, the state, and what changed in Okta.
//
// The steps follow Terraform 1.11: every walk of a graph (a plan, an apply, the
// refresh before a destroy) starts a provider process of its own; a plan refreshes
// and plans each object; an apply plans again before it applies, and checks plan
// against plan and result against plan. What Terraform does in parallel happens
// here one step at a time, in an order drawn from [Core.Random].
//
// # Private state
//
// What the provider finds in private state, as the tests of this package compare it
// with the real CLI:
//
//   - The plan of an existing object receives the private state that Read returned,
//     also when Read removed the object.
//   - The create half of a replacement is planned with the private state that the
//     plan of the replacement returned. The plan that Terraform makes again during
//     apply receives a null prior state and no private state.
//   - The destroy of an object that leaves the configuration, or of everything by
//     terraform destroy, is planned once, with a null plan. Delete receives the
//     private state that this plan returned.
//   - A deposed object, also the old one of a create_before_destroy replacement, is
//     planned with a null plan as well, and again during apply. Delete receives the
//     private state that the plan during apply returned.
//   - The destroy half of a replacement without create_before_destroy has no plan of
//     its own. Delete receives the private state that the plan of the create half
//     returned.
package tfcore
