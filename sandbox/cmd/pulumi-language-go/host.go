package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
	"time"

	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
	"google.golang.org/protobuf/types/known/emptypb"
)

const (
	// bailed is the exit status of a program that has reported its error to
	// the engine itself (pulumi.RunErr): nothing more is to be said.
	bailed = 32
	// grace is how long a cancelled program may take to end before it is killed.
	grace = 5 * time.Second
)

// host is the language runtime. What it does not implement (code generation,
// packing, linking, plugins written in Go) answers Unimplemented.
type host struct {
	pulumirpc.UnimplementedLanguageRuntimeServer
	life   context.Context // ends with the engine or with Cancel
	cancel context.CancelFunc
	engine string // the engine's gRPC address
}

func newHost(life context.Context, cancel context.CancelFunc, engine string) *host {
	return &host{life: life, cancel: cancel, engine: engine}
}

// Handshake is the engine's first call. The engine's address is known already.
func (h *host) Handshake(context.Context, *pulumirpc.LanguageHandshakeRequest) (
	*pulumirpc.LanguageHandshakeResponse, error,
) {
	return &pulumirpc.LanguageHandshakeResponse{}, nil
}

// GetPluginInfo reports no version: the host is built with the checkout.
func (h *host) GetPluginInfo(context.Context, *emptypb.Empty) (*pulumirpc.PluginInfo, error) {
	return &pulumirpc.PluginInfo{}, nil
}

// About tells which Go compiled this host.
func (h *host) About(context.Context, *pulumirpc.AboutRequest) (*pulumirpc.AboutResponse, error) {
	executable, err := os.Executable()
	if err != nil {
		return nil, err
	}
	return &pulumirpc.AboutResponse{Executable: executable, Version: strings.TrimPrefix(runtime.Version(), "go")}, nil
}

// GetRequiredPackages reports none: the plugins are installed beforehand, and
// each resource names the version it wants when it is registered.
func (h *host) GetRequiredPackages(context.Context, *pulumirpc.GetRequiredPackagesRequest) (
	*pulumirpc.GetRequiredPackagesResponse, error,
) {
	return &pulumirpc.GetRequiredPackagesResponse{}, nil
}

// GetProgramDependencies reports none: a compiled program needs nothing else.
func (h *host) GetProgramDependencies(context.Context, *pulumirpc.GetProgramDependenciesRequest) (
	*pulumirpc.GetProgramDependenciesResponse, error,
) {
	return &pulumirpc.GetProgramDependenciesResponse{}, nil
}

// Cancel ends a running program and the host.
func (h *host) Cancel(context.Context, *emptypb.Empty) (*emptypb.Empty, error) {
	h.cancel()
	return &emptypb.Empty{}, nil
}

// Run executes the program and waits for it. A program's failure is part of
// the answer; an error is returned only when it could not be started.
func (h *host) Run(ctx context.Context, request *pulumirpc.RunRequest) (*pulumirpc.RunResponse, error) {
	if request.AttachDebugger {
		return nil, errors.New("this language host cannot attach a debugger: start the program under one by hand")
	}
	program, err := binary(request.Info)
	if err != nil {
		return nil, err
	}
	environment, err := environ(request, h.engine)
	if err != nil {
		return nil, err
	}
	// The engine ends either the request or, by Cancel, the host's life.
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	defer context.AfterFunc(h.life, stop)()

	command := exec.CommandContext(ctx, program, request.Args...)
	command.Dir = request.Pwd
	command.Env = append(os.Environ(), environment...)
	command.Stdout, command.Stderr = os.Stdout, os.Stderr
	command.Cancel = func() error { return command.Process.Signal(syscall.SIGTERM) }
	command.WaitDelay = grace
	return response(command.Run())
}

// response translates how the program ended into the engine's terms.
func response(err error) (*pulumirpc.RunResponse, error) {
	var exit *exec.ExitError
	switch {
	case err == nil:
		return &pulumirpc.RunResponse{}, nil
	case !errors.As(err, &exit):
		return nil, fmt.Errorf("program could not be run: %w", err)
	case exit.ExitCode() == bailed:
		return &pulumirpc.RunResponse{Bail: true}, nil
	case exit.ExitCode() < 0:
		return &pulumirpc.RunResponse{Error: fmt.Sprintf("program was ended by a signal: %s", exit)}, nil
	default:
		return &pulumirpc.RunResponse{Error: fmt.Sprintf("program exited with status %d", exit.ExitCode())}, nil
	}
}

// binary resolves runtime.options.binary, which is relative to the project's
// root (where Pulumi.yaml lies), and checks that it can be executed.
func binary(info *pulumirpc.ProgramInfo) (string, error) {
	name := info.GetOptions().GetFields()["binary"].GetStringValue()
	if name == "" {
		return "", errors.New("runtime.options.binary in Pulumi.yaml must name the compiled program: " +
			"this language host does not compile")
	}
	path := name
	if !filepath.IsAbs(path) {
		path = filepath.Join(info.RootDirectory, name)
	}
	status, err := os.Stat(path)
	switch {
	case errors.Is(err, os.ErrNotExist):
		return "", fmt.Errorf("runtime.options.binary in Pulumi.yaml: %s: no such file; run `make build`", path)
	case err != nil:
		return "", fmt.Errorf("runtime.options.binary in Pulumi.yaml: %w", err)
	case status.IsDir() || status.Mode()&0o111 == 0:
		return "", fmt.Errorf("runtime.options.binary in Pulumi.yaml: %s: not an executable file; run `make build`", path)
	}
	return path, nil
}
