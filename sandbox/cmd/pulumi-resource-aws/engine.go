package main

import (
	"context"
	"os"

	"google.golang.org/grpc"
	"google.golang.org/grpc/connectivity"
	"google.golang.org/grpc/credentials/insecure"
)

// outlived returns when the engine that started the plugin has gone: a killed
// engine has no time to end its plugins. The engine's address is the last
// argument; without one, as when the plugin is run by hand, nothing is watched.
func outlived(ctx context.Context) error {
	if len(os.Args) < 2 {
		<-ctx.Done()
		return ctx.Err()
	}
	engine, err := grpc.NewClient(os.Args[len(os.Args)-1],
		grpc.WithTransportCredentials(insecure.NewCredentials()), grpc.WithIdleTimeout(0))
	if err != nil {
		return err
	}
	defer func() { _ = engine.Close() }() // the plugin ends with it
	engine.Connect()
	met := false
	for {
		state := engine.GetState()
		if met && state != connectivity.Ready {
			return nil
		}
		met = met || state == connectivity.Ready
		if !engine.WaitForStateChange(ctx, state) {
			return ctx.Err()
		}
	}
}
