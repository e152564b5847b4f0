// Command toolchain builds everything else. It depends on little, so that it
// is compiled in seconds and can show the progress of what takes minutes.
package main

import (
	"context"
	"os"
	"os/signal"
	"syscall"

	"retail/sandbox/toolchain"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	err := toolchain.Command().ExecuteContext(ctx)
	stop()
	if err != nil {
		os.Exit(1) // cobra has printed it
	}
}
