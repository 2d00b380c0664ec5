// SPDX-License-Identifier: MPL-2.0

package oktasim

import (
	"fmt"
	"strings"
)

// faultHelp lists the kinds of faults for Help, with the members that each needs or takes.
var faultHelp = []struct {
	kind    FaultKind
	members string
	effect  string
}{
	{FaultLatency, "delay_ms", "the request waits"},
	{FaultErrorBefore, "status", "an error instead of carrying the request out"},
	{FaultErrorAfter, "status", "an error although the request was carried out"},
	{FaultDropBefore, "", "the connection closes, and nothing happened"},
	{FaultDropAfter, "", "the connection closes, but the request was carried out"},
	{FaultRateLimit, "", "429 of the per-minute kind"},
	{FaultConcurrency, "", "429 of the concurrency kind"},
	{FaultSlowSecret, "delay_ms", "a new secret is refused at first"},
	{FaultListOrder, "order: created, reversed, shuffled", "lists come in that order"},
	{FaultKeyShape, "shape: keys, array, jwks", "lists of keys come in that shape"},
	{FaultBodyBefore, "status, body", "that body instead of carrying the request out"},
	{FaultBodyAfter, "status, body", "that body although the request was carried out"},
	{FaultMember, "member; edit: remove, set (value), mask, truncate, lower", "members of the response are changed"},
	{FaultHeader, "header, value", "a header of the response has that value; with \"\" it is missing"},
	{FaultDateSkew, "delay_ms, may be negative", "the Date header is wrong"},
	{FaultEcho, "status; encoding: plain, json, url, base64", "an error that repeats what was sent"},
}

// Help describes the paths that Okta does not have, for anyone who runs the simulator as a program.
func Help() string {
	var text strings.Builder
	text.WriteString("Paths that control the org. They need no token; bodies are JSON.\n")
	for _, path := range adminPaths {
		_, _ = fmt.Fprintf(&text, "  %-6s %s%s\n         %s\n", path.method, adminPrefix, path.path, path.help)
	}
	text.WriteString("\nKinds of faults. Each takes method and path (both empty: any; * is one segment, /** all below),\n" +
		"skip and times (how many requests pass first, and are hit then), probability and seed.\n")
	for _, fault := range faultHelp {
		_, _ = fmt.Fprintf(&text, "  %-17s  %s\n", fault.kind, fault.effect)
		if fault.members != "" {
			_, _ = fmt.Fprintf(&text, "  %-17s  (%s)\n", "", fault.members)
		}
	}
	return text.String()
}
