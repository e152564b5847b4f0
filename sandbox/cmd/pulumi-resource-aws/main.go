// Command pulumi-resource-aws is the sandbox's `aws` resource plugin: a
// transparent proxy between one engine and the world's daemon, which holds the
// simulated AWS. It is installed as
// .sandbox/home/plugins/resource-aws-v6.83.4/pulumi-resource-aws and finds the
// world by RETAIL_SANDBOX_WORLD, else beside its own place in .sandbox.
package main

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"path/filepath"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/grpc/metadata"
)

func main() {
	if err := run(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// run serves until the engine ends the plugin, or is gone itself.
func run() error {
	socket, err := socket()
	if err != nil {
		return err
	}
	if err := answers(socket); err != nil {
		return err
	}
	daemon, err := grpc.NewClient("unix://"+socket,
		grpc.WithTransportCredentials(insecure.NewCredentials()),
		grpc.WithDefaultCallOptions(grpc.ForceCodecV2(raw{}), grpc.MaxCallRecvMsgSize(maxMessage), grpc.MaxCallSendMsgSize(maxMessage)))
	if err != nil {
		return err
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	p := &proxy{daemon, rand.Text()}
	server := grpc.NewServer(grpc.ForceServerCodecV2(raw{}), grpc.UnknownServiceHandler(p.forward),
		grpc.MaxRecvMsgSize(maxMessage), grpc.MaxSendMsgSize(maxMessage))
	// The engine reads the port from the first line.
	fmt.Println(listener.Addr().(*net.TCPAddr).Port)
	go func() {
		if outlived(context.Background()) == nil {
			server.Stop() // cuts off what still waits, so that the daemon notices
		}
	}()
	return server.Serve(listener)
}

// maxMessage is the engine's own limit for provider messages.
const maxMessage = 400 << 20

// instanceKey names this plugin process to the daemon, which keeps a configured
// provider for each.
const instanceKey = "sandbox-instance"

// socket is the daemon's socket of the world in use.
func socket() (string, error) {
	world := os.Getenv("RETAIL_SANDBOX_WORLD")
	if world == "" {
		self, err := os.Executable()
		if err != nil {
			return "", err
		}
		tools := filepath.Dir(filepath.Dir(filepath.Dir(filepath.Dir(self)))) // .sandbox/home/plugins/resource-…/program
		world = filepath.Join(tools, "worlds", "default")
	}
	return filepath.Join(world, "aws.sock"), nil
}

// answers tells whether a daemon listens.
func answers(socket string) error {
	connection, err := net.DialTimeout("unix", socket, 5*time.Second)
	if err != nil {
		return fmt.Errorf("the sandbox is not running: make up (%w)", err)
	}
	return connection.Close()
}

type proxy struct {
	daemon   *grpc.ClientConn
	instance string
}

var bothWays = &grpc.StreamDesc{ServerStreams: true, ClientStreams: true}

// forward passes one call on, message by message, unread.
func (p *proxy) forward(_ any, engine grpc.ServerStream) error {
	method, ok := grpc.MethodFromServerStream(engine)
	if !ok {
		return errors.New("a call without a method")
	}
	md, _ := metadata.FromIncomingContext(engine.Context())
	md = md.Copy()
	md.Set(instanceKey, p.instance)
	ctx, cancel := context.WithCancel(metadata.NewOutgoingContext(engine.Context(), md))
	defer cancel()
	daemon, err := p.daemon.NewStream(ctx, bothWays, method)
	if err != nil {
		return err
	}
	go func() {
		for {
			message := new([]byte)
			if err := engine.RecvMsg(message); err != nil {
				_ = daemon.CloseSend()
				return
			}
			if daemon.SendMsg(message) != nil {
				return // its error comes back from RecvMsg below
			}
		}
	}()
	for {
		message := new([]byte)
		err := daemon.RecvMsg(message)
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err // the daemon's status, with its details
		}
		if err := engine.SendMsg(message); err != nil {
			return err
		}
	}
}
