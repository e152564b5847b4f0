package main

import (
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"google.golang.org/protobuf/types/known/emptypb"
	"google.golang.org/protobuf/types/known/structpb"
)

// project is a project folder whose program is a shell script.
func project(t *testing.T, script string) *pulumirpc.ProgramInfo {
	t.Helper()
	root := t.TempDir()
	require.NoError(t, os.Mkdir(filepath.Join(root, "bin"), 0o755))
	require.NoError(t, os.WriteFile(filepath.Join(root, "bin/program"), []byte("#!/bin/sh\n"+script+"\n"), 0o755))
	options, err := structpb.NewStruct(map[string]any{"binary": "bin/program"})
	require.NoError(t, err)
	return &pulumirpc.ProgramInfo{RootDirectory: root, ProgramDirectory: root, EntryPoint: ".", Options: options}
}

func testHost(t *testing.T) *host {
	t.Helper()
	life, cancel := context.WithCancel(context.Background())
	t.Cleanup(cancel)
	return newHost(life, cancel, "127.0.0.1:1")
}

func TestRunTellsTheEngineHowTheProgramEnded(t *testing.T) {
	tests := map[string]struct {
		script string
		want   *pulumirpc.RunResponse
	}{
		"success":               {"exit 0", &pulumirpc.RunResponse{}},
		"reported its error":    {"exit 32", &pulumirpc.RunResponse{Bail: true}},
		"failed":                {"exit 3", &pulumirpc.RunResponse{Error: "program exited with status 3"}},
		"killed":                {"kill -9 $$", &pulumirpc.RunResponse{Error: "program was ended by a signal: signal: killed"}},
		"working folder is pwd": {`test "$(pwd -P)" = "$(cd "$PULUMI_ROOT_DIRECTORY" && pwd -P)"`, &pulumirpc.RunResponse{}},
		"arguments are passed":  {`test "$1" = one`, &pulumirpc.RunResponse{}},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			info := project(t, test.script)
			got, err := testHost(t).Run(context.Background(),
				&pulumirpc.RunRequest{Info: info, Pwd: info.RootDirectory, Args: []string{"one"}})
			require.NoError(t, err)
			assert.Equal(t, test.want.String(), got.String())
		})
	}
}

func TestAProgramThatCannotBeRunIsRefusedWithTheRemedy(t *testing.T) {
	tests := map[string]struct {
		change func(t *testing.T, info *pulumirpc.ProgramInfo, program string)
		want   string
	}{
		"missing": {
			func(t *testing.T, _ *pulumirpc.ProgramInfo, program string) { require.NoError(t, os.Remove(program)) },
			"no such file; run `make build`",
		},
		"not executable": {
			func(t *testing.T, _ *pulumirpc.ProgramInfo, program string) {
				require.NoError(t, os.Chmod(program, 0o644))
			},
			"not an executable file; run `make build`",
		},
		"not named": {
			func(_ *testing.T, info *pulumirpc.ProgramInfo, _ string) { info.Options = nil },
			"must name the compiled program",
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			info := project(t, "exit 0")
			test.change(t, info, filepath.Join(info.RootDirectory, "bin/program"))
			_, err := testHost(t).Run(context.Background(), &pulumirpc.RunRequest{Info: info, Pwd: info.RootDirectory})
			assert.ErrorContains(t, err, test.want)
		})
	}
}

func TestCancelEndsARunningProgram(t *testing.T) {
	info := project(t, "touch started; exec sleep 60")
	h := testHost(t)
	done := make(chan *pulumirpc.RunResponse)
	go func() {
		response, _ := h.Run(context.Background(), &pulumirpc.RunRequest{Info: info, Pwd: info.RootDirectory})
		done <- response
	}()
	require.Eventually(t, func() bool {
		_, err := os.Stat(filepath.Join(info.RootDirectory, "started"))
		return err == nil
	}, 10*time.Second, 10*time.Millisecond)

	_, err := h.Cancel(context.Background(), &emptypb.Empty{})
	require.NoError(t, err)
	select {
	case response := <-done:
		assert.Contains(t, response.GetError(), "terminated")
	case <-time.After(2 * grace):
		t.Fatal("the program still runs")
	}
}

func TestTheProgramLearnsWhatItIsRunFor(t *testing.T) {
	environment, err := environ(&pulumirpc.RunRequest{
		Organization: "organization", Project: "retail", Stack: "dev", DryRun: true, Parallel: 16,
		MonitorAddress: "127.0.0.1:2", ConfigSecretKeys: []string{"retail:token"},
		Config: map[string]string{"retail:token": "a=\"b\"\n", "retail:environment": "{}"},
		Info:   &pulumirpc.ProgramInfo{RootDirectory: "/checkout"},
	}, "127.0.0.1:1")
	require.NoError(t, err)
	got := map[string]string{}
	for _, entry := range environment {
		name, value, _ := strings.Cut(entry, "=")
		got[name] = value
	}
	for name, want := range map[string]string{
		pulumi.EnvOrganization: "organization", pulumi.EnvProject: "retail", pulumi.EnvStack: "dev",
		pulumi.EnvDryRun: "true", pulumi.EnvParallel: "16", pulumi.EnvMonitor: "127.0.0.1:2",
		pulumi.EnvEngine: "127.0.0.1:1", pulumi.EnvPulumiRootDirectory: "/checkout",
		pulumi.EnvConfigSecretKeys: `["retail:token"]`,
	} {
		assert.Equal(t, want, got[name], name)
	}
	var config map[string]string
	require.NoError(t, json.Unmarshal([]byte(got[pulumi.EnvConfig]), &config))
	assert.Equal(t, "a=\"b\"\n", config["retail:token"])
}
