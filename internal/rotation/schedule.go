// SPDX-License-Identifier: MPL-2.0

package rotation

import (
	"crypto/sha256"
	"encoding/binary"
	"time"
)

// Stagger returns by how much earlier than others the rotations of an app are
// scheduled: less than window, in whole seconds, the same in every run, and spread
// evenly over apps.
func Stagger(appID string, window time.Duration) time.Duration {
	const unit = 1 << 53 // as many values as a float64 between 0 and 1 tells apart
	sum := sha256.Sum256([]byte(appID))
	fraction := float64(binary.BigEndian.Uint64(sum[:])>>11) / unit
	return time.Duration(fraction * float64(window)).Truncate(time.Second)
}
