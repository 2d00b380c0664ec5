// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"fmt"
	"sync"
	"time"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"

	"github.com/oktacreds/terraform-provider-oktacreds/internal/okta"
)

// notices are the warnings that belong to the run and to no object. Terraform takes
// warnings from responses only, so each waits for the next one.
type notices struct {
	mu      sync.Mutex
	waiting []*tfprotov6.Diagnostic
}

// add takes a notice of the client.
func (n *notices) add(notice okta.Notice) {
	warning := &tfprotov6.Diagnostic{Severity: tfprotov6.DiagnosticSeverityWarning}
	switch notice := notice.(type) {
	case okta.ClockSkew:
		direction := "behind"
		if notice.Skew < 0 {
			direction = "ahead of"
		}
		warning.Summary = "The clock of this machine is wrong"
		warning.Detail = fmt.Sprintf("It is %s %s the clock of the Okta org. The provider uses the org's time for ages, overlaps, grace periods and its own logins. "+
			"Synchronize the machine's clock.", notice.Skew.Abs().Round(time.Minute), direction)
	case okta.RateLimitWait:
		warning.Summary = fmt.Sprintf("Waited %s for Okta's rate limit", notice.Waited)
		warning.Detail = fmt.Sprintf("The org allows %d requests a minute to %s, shared by all its clients. Further waits for this rate limit are not reported. "+
			"To leave more for other clients, lower max_api_capacity.", notice.Limit, notice.Bucket)
	default:
		return
	}
	n.mu.Lock()
	defer n.mu.Unlock()
	n.waiting = append(n.waiting, warning)
}

// take returns what has not been told yet.
func (n *notices) take() []*tfprotov6.Diagnostic {
	n.mu.Lock()
	defer n.mu.Unlock()
	waiting := n.waiting
	n.waiting = nil
	return waiting
}
