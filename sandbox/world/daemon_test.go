package world_test

import (
	"context"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"retail/sandbox/cloud"
	"retail/sandbox/mirror"
	"retail/sandbox/toolchain"
	"retail/sandbox/world"
	"retail/sandbox/world/control"
)

// serve runs a daemon in this process; what it returns stops it.
func serve(t *testing.T, folder string) (*control.Client, func() error) {
	t.Helper()
	root, err := toolchain.Root()
	require.NoError(t, err)
	bin := filepath.Join(root, toolchain.Folder, "bin")
	if _, err := os.Stat(filepath.Join(bin, "kube-apiserver")); err != nil {
		t.Skip("the sandbox's kube is not built; `make build` builds it")
	}
	ended := make(chan error, 1)
	go func() { ended <- world.Serve(context.Background(), world.Options{Folder: folder, Bin: bin}) }()
	client := control.Dial(folder)
	require.Eventually(t, func() bool { _, err := client.Status(); return err == nil }, 10*time.Second, 10*time.Millisecond)
	return client, func() error {
		if err := client.Stop(); err != nil {
			return err
		}
		return <-ended
	}
}

func TestDaemonContinuesItsWorldAfterARestart(t *testing.T) {
	folder, err := os.MkdirTemp("", "w-") // short: it holds sockets
	require.NoError(t, err)
	t.Cleanup(func() { _ = os.RemoveAll(folder) })

	client, stop := serve(t, folder)
	_, err = client.AddFault(cloud.Fault{Operation: "ec2:*"})
	require.NoError(t, err)
	require.NoError(t, stop())
	_, err = client.Status()
	require.ErrorIs(t, err, control.ErrNotRunning)

	client, stop = serve(t, folder)
	faults, err := client.Faults()
	require.NoError(t, err)
	assert.Len(t, faults, 1)
	status, err := client.Status()
	require.NoError(t, err)
	assert.Equal(t, os.Getpid(), status.PID)
	variables, err := mirror.Variables(folder)
	require.NoError(t, err)
	response, err := http.Get(strings.TrimPrefix(variables[0], "RETAIL_MIRROR_CHARTS=") + "/index.yaml")
	require.NoError(t, err)
	assert.Equal(t, http.StatusOK, response.StatusCode)
	require.NoError(t, response.Body.Close())
	require.NoError(t, stop())
	left, err := filepath.Glob(filepath.Join(folder, "*.sock"))
	require.NoError(t, err)
	assert.Empty(t, left, "no socket is left")
}

func TestControlDoorTellsAWSErrorsByCode(t *testing.T) {
	folder, err := os.MkdirTemp("", "w-")
	require.NoError(t, err)
	t.Cleanup(func() { _ = os.RemoveAll(folder) })
	client, stop := serve(t, folder)
	_, err = client.Token(control.TokenRequest{Cluster: "blue", Region: "eu-west-1", Role: "arn:aws:iam::222222222222:role/nobody"})
	var problem *control.Problem
	require.ErrorAs(t, err, &problem)
	assert.Equal(t, "AccessDenied", problem.Code)
	require.ErrorContains(t, client.Drift(control.Drift{Resource: "vpc-0", Delete: true}), `0 resources are named "vpc-0"`)
	require.NoError(t, stop())
}

func TestFolderTooDeepForASocketIsRefused(t *testing.T) {
	err := world.Serve(context.Background(), world.Options{Folder: "/tmp/" + strings.Repeat("deep/", 30)})
	require.ErrorContains(t, err, "too long for a socket")
}
