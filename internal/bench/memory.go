// SPDX-License-Identifier: MPL-2.0

package main

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"strconv"
	"time"
)

// watchEvery is how often the provider's memory is looked at.
const watchEvery = 5 * time.Millisecond

// watch looks at every process of a program until the function that it returns
// is called, which tells the most memory that one of them ever had, in bytes.
//
// The kernel keeps that mark itself (VmHWM in /proc/PID/status), so that only
// what comes in a process's last few milliseconds can be missed. getrusage, which
// every system has, won't do: under Linux it counts the memory of the process
// that started this one. Where there is no /proc, nothing is seen.
func watch(ctx context.Context, program string) (stop func() (peak int64, seen bool)) {
	ctx, cancel := context.WithCancel(ctx)
	highest := make(chan int64)
	go func() {
		var peak int64
		ticks := time.NewTicker(watchEvery)
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
		status, err := os.ReadFile(filepath.Join(filepath.Dir(link), "status"))
		if err != nil {
			continue // it has just ended
		}
		peak = max(peak, readHighWaterMark(status))
	}
	return peak
}

// readHighWaterMark reads "VmHWM:	   41000 kB".
func readHighWaterMark(status []byte) int64 {
	for line := range bytes.Lines(status) {
		fields := bytes.Fields(line)
		if len(fields) == 3 && string(fields[0]) == "VmHWM:" {
			kibibytes, err := strconv.ParseInt(string(fields[1]), 10, 64)
			if err == nil {
				return kibibytes << 10
			}
		}
	}
	return 0
}
