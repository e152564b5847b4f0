// Command retail is the operator's command: it draws stacks, moves traffic between
// colours, takes a zone away to see that customers do not notice and, on a machine
// without AWS, drives the sandbox.
package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"syscall"

	"github.com/spf13/cobra"
)

func main() { os.Exit(run()) }

// run returns the exit code.
func run() int {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := command().ExecuteContext(ctx); err != nil {
		var exit *exec.ExitError
		if errors.As(err, &exit) { // the command that ran has said why
			return exit.ExitCode()
		}
		var told *told
		if errors.As(err, &told) {
			return told.code
		}
		fmt.Fprintln(os.Stderr, "error:", err)
		return 1
	}
	return 0
}

// told is an exit code whose reason has been printed already.
type told struct{ code int }

// Error names the code.
func (t *told) Error() string { return fmt.Sprintf("exit code %d", t.code) }

func command() *cobra.Command {
	root := &cobra.Command{
		Use: "retail", Short: "Operate the retail platform",
		SilenceUsage: true, SilenceErrors: true,
	}
	root.AddCommand(drawCommand(), drillCommand(), shiftCommand(), upgradeCommand(), sandboxCommand())
	return root
}
