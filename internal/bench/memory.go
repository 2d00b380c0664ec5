// SPDX-License-Identifier: MPL-2.0

package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"
)

// watch looks at every process of a program until the function that it returns is called, which tells the most memory
// that one of them ever had, in bytes. The kernel keeps that mark itself (VmHWM in /proc/PID/status), so that only what
// comes in a process's last few milliseconds can be missed. Without /proc, nothing is seen.
func watch(ctx context.Context, program string) (stop func() (peak int64, seen bool)) {
	ctx, cancel := context.WithCancel(ctx)
	highest := make(chan int64)
	go func() {
		var peak int64
		ticks := time.NewTicker(5 * time.Millisecond)
		defer ticks.Stop()
		for {
			peak = max(peak, highWaterMark(program))
			select {
			case <-ticks.C:
			case <-ctx.Done():
				highest <- peak
				return
			}
		}
	}()
	return func() (int64, bool) {
		cancel()
		peak := <-highest
		return peak, peak > 0
	}
}

// highWaterMark is the highest of the program's processes' marks.
func highWaterMark(program string) (peak int64) {
	links, _ := filepath.Glob("/proc/[0-9]*/exe") // the pattern is well-formed
	for _, link := range links {
		if target, err := os.Readlink(link); err != nil || target != program {
			continue
		}
		status, _ := os.ReadFile(filepath.Join(filepath.Dir(link), "status")) // empty if the process has just ended
		var kibibytes int64
		if _, mark, ok := strings.Cut(string(status), "VmHWM:"); ok {
			if _, err := fmt.Sscan(mark, &kibibytes); err == nil {
				peak = max(peak, kibibytes<<10)
			}
		}
	}
	return peak
}
