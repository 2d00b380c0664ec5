// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"context"
	"os"
	"os/exec"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/diag"
)

// destroying tells whether the command that runs this provider is on the way to
// destroy everything: `terraform destroy`, or plan or apply with -destroy.
//
// Terraform plans the whole configuration before that, to refresh it, exactly as it
// does for an apply, and tells a provider nothing of it; an error in that plan stops
// the destroy. So the provider looks at the command line of the process that
// started it. Where that can't be read, the answer is no: the plan fails, and
// `terraform destroy -refresh=false` is the way out.
func destroying() bool { return isDestroy(commandLine()) }

// applying tells whether the command is certainly an apply whose plan refreshes: then a process that
// has refreshed nothing carries out a plan.
func applying() bool { return isRefreshedApply(commandLine()) }

// onlyPlanning tells whether the command is certainly one that changes nothing. Options that Terraform adds are no
// command, and a command line that had to be taken apart at its spaces can have "plan" in a name.
func onlyPlanning() bool { return isOnlyPlan(parentArguments()) }

// commandLine is that of the command, without the program, and what Terraform adds to it.
func commandLine() []string {
	arguments := slices.Clone(parentArguments())
	for _, variable := range []string{"TF_CLI_ARGS", "TF_CLI_ARGS_plan", "TF_CLI_ARGS_apply"} {
		arguments = append(arguments, strings.Fields(os.Getenv(variable))...)
	}
	return arguments
}

// unlessDestroying is an error that fails a plan, and a warning on the way to destroy everything.
func unlessDestroying(err diag.Diagnostic) diag.Diagnostic {
	if destroying() {
		return asWarning(err)
	}
	return err
}

func asWarning(d diag.Diagnostic) diag.Diagnostic {
	return diag.NewWarningDiagnostic(d.Summary(), d.Detail())
}

func isDestroy(arguments []string) bool {
	return isCommand("destroy", arguments) || slices.ContainsFunc(arguments, destroyOption.MatchString)
}

func isRefreshedApply(arguments []string) bool {
	return isCommand("apply", arguments) && !slices.ContainsFunc(arguments, noRefreshOption.MatchString)
}

func isOnlyPlan(arguments []string) bool {
	return isCommand("plan", arguments) && !slices.Contains(arguments, "apply")
}

// isCommand tells whether the first argument that is not an option is the command.
func isCommand(command string, arguments []string) bool {
	i := slices.IndexFunc(arguments, func(argument string) bool { return !strings.HasPrefix(argument, "-") })
	return i >= 0 && arguments[i] == command
}

var (
	destroyOption   = regexp.MustCompile(`^--?destroy(=(1|t|T|TRUE|true|True))?$`)
	noRefreshOption = regexp.MustCompile(`^--?refresh=(0|f|F|FALSE|false|False)$`)
)

// parentArguments are the arguments of the process that started this one, without
// the program; none if they can't be read. They are read once: each object of a plan asks
// for them, and outside of Linux an answer takes a process.
var parentArguments = sync.OnceValue(func() (arguments []string) {
	pid := strconv.Itoa(os.Getppid())
	if line, err := os.ReadFile("/proc/" + pid + "/cmdline"); err == nil { //nolint:gosec // of a process of ours
		arguments = strings.Split(string(line), "\x00")
	} else {
		ctx, cancel := context.WithTimeout(context.Background(), 2*time.Second)
		defer cancel()
		line, err := exec.CommandContext(ctx, "ps", "-o", "args=", "-p", pid).Output() //nolint:gosec // the argument is a number
		if err != nil {
			return nil
		}
		arguments = strings.Fields(string(line))
	}
	return arguments[min(1, len(arguments)):]
})
