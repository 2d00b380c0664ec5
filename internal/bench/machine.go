// SPDX-License-Identifier: MPL-2.0

package main

import (
	"bufio"
	"bytes"
	"cmp"
	"debug/buildinfo"
	"fmt"
	"io"
	"os"
	"runtime"
	"strings"
)

// describe prints the machine, the versions and the method.
func describe(out io.Writer, cli *cli, built binaries, rounds int, loadBefore, loadAfter string) error {
	_, err := fmt.Fprintf(out, `machine   %s, %d CPUs, %s of memory, %s/%s; load average %s before, %s after
versions  %s, %s, terraform-plugin-framework %s
method    %d keys and %d secrets on %d apps (a block with for_each of %d keys per app), in a simulated org without
          latency or limits that runs in a process of its own. The floor is %d terraform_data with the same
          values; idle is a provider with the same schema that answers at once that nothing has changed.
          Wall clock of the whole command, -parallelism=10; the three in turn, the best of %d (apply: of one),
          after a warm-up, in which memory (VmHWM of the provider's process) and requests are looked at.
          Start-up is terraform validate of a configuration that only requires the provider, less that of
          an empty one; the best of %d.

`,
		cmp.Or(fact("/proc/cpuinfo", "model name"), "unknown CPU"), runtime.NumCPU(), cmp.Or(fact("/proc/meminfo", "MemTotal"), "unknown size"),
		runtime.GOOS, runtime.GOARCH, loadBefore, loadAfter,
		cli.Version, runtime.Version(), moduleVersion(built.provider, "github.com/hashicorp/terraform-plugin-framework"),
		keys, secrets, apps, keysPerApp, keys+secrets, rounds, startUpsPerRound*rounds)
	return err
}

// fact is what Linux says of the machine; empty elsewhere.
func fact(file, name string) string {
	content, err := os.ReadFile(file) //nolint:gosec // a path of the kernel's
	if err != nil {
		return ""
	}
	for lines := bufio.NewScanner(bytes.NewReader(content)); lines.Scan(); {
		key, value, _ := strings.Cut(lines.Text(), ":")
		if strings.TrimSpace(key) == name {
			return strings.TrimSpace(value)
		}
	}
	return ""
}

// loadAverage is that of the last minute.
func loadAverage() string {
	content, err := os.ReadFile("/proc/loadavg")
	if err != nil {
		return "unknown"
	}
	oneMinute, _, _ := strings.Cut(string(content), " ")
	return oneMinute
}

// moduleVersion is that of a module which the program was built with.
func moduleVersion(program, path string) string {
	if info, err := buildinfo.ReadFile(program); err == nil {
		for _, dependency := range info.Deps {
			if dependency.Path == path {
				return dependency.Version
			}
		}
	}
	return "unknown"
}
