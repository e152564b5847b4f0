// Command sandbox runs the offline cloud: it builds the parts, serves the
// simulated AWS, brings the stacks up and down on it, and lets a hand reach in
// (faults, drift, call log).
package main

import (
	"context"
	"fmt"
	"os"
	"os/signal"
	"syscall"

	"github.com/spf13/cobra"

	"retail/sandbox/toolchain"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	err := command().ExecuteContext(ctx)
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, "error:", err)
		os.Exit(1)
	}
}

func command() *cobra.Command {
	a := &app{}
	root := &cobra.Command{
		Use: "sandbox", Short: "The offline cloud: real Pulumi, real Kubernetes, a simulated AWS",
		SilenceUsage: true, SilenceErrors: true,
		PersistentPreRunE: func(c *cobra.Command, _ []string) error { return a.locate(c) },
	}
	root.PersistentFlags().StringVar(&a.world, "world", "", "folder of the world (default: $RETAIL_SANDBOX_WORLD, else .sandbox/worlds/default)")
	root.PersistentFlags().BoolVar(&a.json, "json", false, "print JSON")
	root.AddCommand(
		toolchain.Command(),
		a.serveCommand(), a.startCommand(), a.stopCommand(), a.statusCommand(), a.envCommand(),
		a.kubeconfigCommand(), a.kubectlCommand(), a.requestCommand(),
		a.upCommand(), a.previewCommand(), a.downCommand(), a.recoverCommand(), a.resetCommand(),
		a.callsCommand(), a.faultCommand(), a.snapshotCommand(), a.driftCommand(), a.secretCommand(),
		a.alarmCommand(), a.notificationsCommand(), a.shiftsCommand(), a.autoshiftCommand(), a.zoneCommand(),
		a.errorsCommand(), a.metricsCommand(),
		coverageCommand(),
	)
	return root
}
