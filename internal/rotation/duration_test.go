// SPDX-License-Identifier: MPL-2.0

package rotation_test

import (
	"errors"
	"math"
	"regexp"
	"testing"
	"time"

	"github.com/oktacreds/terraform-provider-oktacreds/internal/rotation"
)

const day = 24 * time.Hour

func TestParseDuration(t *testing.T) {
	for text, want := range map[string]time.Duration{
		"90d": 90 * day, "2w": 14 * day, "1w2d": 9 * day, "1d12h": 36 * time.Hour, "12h1d": 36 * time.Hour,
		"2160h": 90 * day, "36h": 36 * time.Hour, "1h30m": 90 * time.Minute, "15m": 15 * time.Minute, "90s": 90 * time.Second,
		"1.5d": 36 * time.Hour, ".5w": 84 * time.Hour, "1.h": time.Hour, "0090d": 90 * day, "1d1d": 2 * day,
		"0s": 0, "0": 0, "0d": 0, "0w0s": 0,
		"1ms": time.Millisecond, "1us": time.Microsecond, "1µs": time.Microsecond, "1μs": time.Microsecond, "1ns": 1,
		"106751d": 106751 * day, "15250w": 15250 * 7 * day, "9223372036854775807ns": math.MaxInt64,
	} {
		if got, err := rotation.ParseDuration(text); err != nil || got != want {
			t.Errorf("ParseDuration(%q) = %v, %v; want %v", text, got, err, want)
		}
	}
}

func TestParseDuration_Refuses(t *testing.T) {
	for text, want := range map[string]error{
		"": rotation.ErrDuration, " ": rotation.ErrDuration, "90": rotation.ErrDuration, "d": rotation.ErrDuration, ".d": rotation.ErrDuration,
		"P90D": rotation.ErrDuration, "PT36H": rotation.ErrDuration, "90D": rotation.ErrDuration, "90 d": rotation.ErrDuration,
		"90 days": rotation.ErrDuration, "90days": rotation.ErrDuration, "1mo": rotation.ErrDuration, "1M": rotation.ErrDuration, "1y": rotation.ErrDuration,
		" 90d": rotation.ErrDuration, "90d\n": rotation.ErrDuration, "90d ": rotation.ErrDuration, "1,5d": rotation.ErrDuration, "1e3d": rotation.ErrDuration,
		"+90d": rotation.ErrDuration, "1d-12h": rotation.ErrDuration, "1d 12h": rotation.ErrDuration, "0x10d": rotation.ErrDuration, "٣d": rotation.ErrDuration,
		"∞": rotation.ErrDuration, "1d\x00": rotation.ErrDuration, "-": rotation.ErrDuration, "-0": rotation.ErrDuration,
		"-1h": rotation.ErrNegativeDuration, "-90d": rotation.ErrNegativeDuration, "-0s": rotation.ErrNegativeDuration,
		"106752d": rotation.ErrLongDuration, "15251w": rotation.ErrLongDuration, "9223372036854775808ns": rotation.ErrLongDuration,
		"106751d1d": rotation.ErrLongDuration, "99999999999999999999w": rotation.ErrLongDuration, "2562047h2562047h": rotation.ErrLongDuration,
	} {
		got, err := rotation.ParseDuration(text)
		if !errors.Is(err, want) || got != 0 {
			t.Errorf("ParseDuration(%q) = %v, %v; want the error %v", text, got, err, want)
		}
	}
}

func TestFormatDuration(t *testing.T) {
	for d, want := range map[time.Duration]string{
		0: "0s", 15 * time.Minute: "15m", 90 * time.Second: "1m30s", 4 * time.Hour: "4h", 10 * time.Hour: "10h", 30 * time.Minute: "30m",
		90 * day: "90d", 76 * time.Hour: "3d4h", 10*day + 10*time.Minute: "10d10m", day + time.Second: "1d1s", time.Hour + time.Second: "1h0m1s",
		1500 * time.Millisecond: "1.5s", -76 * time.Hour: "-3d4h", -time.Hour: "-1h", math.MaxInt64: "106751d23h47m16.854775807s", math.MinInt64: "-106751d23h47m16.854775808s",
	} {
		if got := rotation.FormatDuration(d); got != want {
			t.Errorf("FormatDuration(%d) = %q, want %q", d, got, want)
		}
	}
}

// FuzzParseDuration compares with Go's parser where the text has no unit that is ours alone.
func FuzzParseDuration(f *testing.F) {
	for _, seed := range []string{"90d", "2w", "1w2d", "1d12h", "36h", "0s", "0", "P90D", "-1h", "90 days", "1mo", "1.5d", "106752d", "1h1ns", ""} {
		f.Add(seed)
	}
	ours := regexp.MustCompile(`[dw+]`)
	f.Fuzz(func(t *testing.T, text string) {
		got, err := rotation.ParseDuration(text)
		want, goErr := time.ParseDuration(text)
		if !ours.MatchString(text) && want >= 0 && text != "-0" && text != "" && text[0] != '-' && (err == nil) != (goErr == nil) {
			t.Fatalf("ParseDuration(%q): %v, and Go's: %v", text, err, goErr)
		}
		if err != nil {
			return
		}
		if got < 0 || goErr == nil && got != want {
			t.Fatalf("ParseDuration(%q) = %v, and Go's %v", text, got, want)
		}
		if again, err := rotation.ParseDuration(rotation.FormatDuration(got)); err != nil || again != got {
			t.Fatalf("%q is written as %q, which is %v, %v", text, rotation.FormatDuration(got), again, err)
		}
	})
}
