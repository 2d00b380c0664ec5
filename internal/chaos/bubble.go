// SPDX-License-Identifier: MPL-2.0

package main

import (
	"testing"
	"testing/synctest"
)

// inBubble runs f where time is made up: it begins in the year 2000 and moves on
// only when no one has anything to do. There, a minute's wait for a rate limit
// and a month until the next rotation take no time, and everything that
// waits is tried with the waits of a real run.
//
// synctest wants a test to fail. The zero one will do, as f never fails it; the
// tests of this package notice if one day it doesn't.
func inBubble(f func()) {
	synctest.Test(new(testing.T), func(*testing.T) { f() })
}
