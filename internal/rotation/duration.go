// SPDX-License-Identifier: MPL-2.0

package rotation

import (
	"errors"
	"math"
	"regexp"
	"strconv"
	"strings"
	"time"
)

// ErrDuration is returned for text that is not a duration, ErrNegativeDuration for one below zero, and
// ErrLongDuration for one that a time.Duration can't hold. Their texts may be shown to users as they are.
var (
	ErrDuration         = errors.New("not a duration: use 90d, 2w or 36h (w, d, h, m and s are the units, and 1d12h combines two)")
	ErrNegativeDuration = errors.New("a duration can't be negative: use 90d, 2w or 36h")
	ErrLongDuration     = errors.New("a duration can't be longer than 292 years: use 90d, 2w or 36h")
)

var (
	durationText = regexp.MustCompile(`^(?:` + durationPart.String() + `)+$`)
	durationPart = regexp.MustCompile(`([0-9]+\.?[0-9]*|\.[0-9]+)(ns|us|µs|μs|ms|s|m|h|d|w)`)
)

// durationUnits says how many of which of Go's units the units are that Go doesn't know.
var durationUnits = map[string]int64{"d": 24, "w": 7 * 24}

// ParseDuration reads a duration as time.ParseDuration does, and also days ("90d") and weeks ("2w"). A day is always
// 24 hours. Zero is valid ("0s", "0"): whether it makes sense is the caller's decision. A sign is not valid.
func ParseDuration(text string) (time.Duration, error) {
	if text == "0" {
		return 0, nil
	}
	if unsigned, ok := strings.CutPrefix(text, "-"); ok && durationText.MatchString(unsigned) {
		return 0, ErrNegativeDuration
	}
	if !durationText.MatchString(text) {
		return 0, ErrDuration
	}
	var sum time.Duration
	for _, part := range durationPart.FindAllStringSubmatch(text, -1) {
		number, unit, factor := part[1], part[2], int64(1)
		if hours, ok := durationUnits[unit]; ok {
			unit, factor = "h", hours
		}
		d, err := time.ParseDuration(number + unit)
		if err != nil || d > math.MaxInt64/time.Duration(factor) {
			return 0, ErrLongDuration
		}
		if d *= time.Duration(factor); sum > math.MaxInt64-d {
			return 0, ErrLongDuration
		}
		sum += d
	}
	return sum, nil
}

// FormatDuration writes a duration for people, without the units that are zero: "3d4h", "15m", "0s". For one that isn't
// negative, ParseDuration reads it back.
func FormatDuration(d time.Duration) string {
	const day = 24 * time.Hour
	days, rest := int64(d/day), d%day
	if days == 0 {
		return trimZeros(d.String())
	}
	text := strconv.FormatInt(days, 10) + "d"
	if rest == 0 {
		return text
	}
	return text + trimZeros(rest.Abs().String())
}

// trimZeros removes the zeros that Duration.String appends: "4h0m0s" becomes "4h".
func trimZeros(text string) string {
	if strings.HasSuffix(text, "m0s") {
		text = strings.TrimSuffix(text, "0s")
	}
	if strings.HasSuffix(text, "h0m") {
		text = strings.TrimSuffix(text, "0m")
	}
	return text
}
