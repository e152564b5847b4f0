// Command pulumi-language-go stands in for Pulumi's Go language host where the
// released one is missing. It runs the program that Pulumi.yaml names as
// runtime.options.binary and knows nothing of compiling: `make build` does
// that. The engine starts it with its own address as last argument and reads
// the port it serves on from the first line of its output.
package main

import (
	"context"
	"fmt"
	"os"
	"time"

	"github.com/pulumi/pulumi/sdk/v3/go/common/util/rpcutil"
	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
	"google.golang.org/grpc"
)

// engineCheck is how often the host asks whether the engine still lives. The
// host must not outlive an engine that was killed.
const engineCheck = 2 * time.Second

func main() {
	if err := serve(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "pulumi-language-go:", err)
		os.Exit(1)
	}
}

// serve answers the engine until the engine is gone.
func serve(args []string) error {
	if len(args) == 0 {
		return fmt.Errorf("the engine's address is missing: this program is started by pulumi")
	}
	engine := args[len(args)-1]
	ctx, stop := context.WithCancel(context.Background())
	defer stop()
	if err := rpcutil.Healthcheck(ctx, engine, engineCheck, stop); err != nil {
		return fmt.Errorf("engine %s: %w", engine, err)
	}
	cancel := make(chan bool)
	go func() {
		<-ctx.Done()
		close(cancel)
	}()
	handle, err := rpcutil.ServeWithOptions(rpcutil.ServeOptions{
		Cancel: cancel,
		Init: func(server *grpc.Server) error {
			pulumirpc.RegisterLanguageRuntimeServer(server, newHost(ctx, stop, engine))
			return nil
		},
	})
	if err != nil {
		return err
	}
	fmt.Println(handle.Port)
	return <-handle.Done
}
