package toolchain

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// The module of the Gateway API, which this module's go.sum does not have.
const (
	gatewayAPIModule = "module example\n\ngo 1.26\n\nrequire sigs.k8s.io/gateway-api v1.5.1\n"
	gatewayAPISum    = "sigs.k8s.io/gateway-api v1.5.1 h1:RqVRIlkhLhUO8wOHKTLnTJA6o/1un4po4/6M1nRzdd0=\n" +
		"sigs.k8s.io/gateway-api v1.5.1/go.mod h1:GvCETiaMAlLym5CovLxGjS0NysqFk3+Yuq3/rh6QL2o=\n"
)

// gatewayAPI is a part of another module's files that is smaller than any real one, in a
// checkout of its own.
func gatewayAPI(t *testing.T) (root string, part Part) {
	t.Helper()
	root, part = t.TempDir(), Part{
		Name: "gateway-api", Kind: Files, Dir: "build", Module: "sigs.k8s.io/gateway-api",
		Folders: map[string]string{"standard": "config/crd/standard"}, Output: filepath.Join(lib, "gateway-api"),
	}
	write(t, root, map[string]string{
		filepath.Join(part.Dir, "go.mod"): gatewayAPIModule, filepath.Join(part.Dir, "go.sum"): gatewayAPISum,
	})
	return root, part
}

func readFile(t *testing.T, path string) string {
	t.Helper()
	content, err := os.ReadFile(path)
	require.NoError(t, err)
	return string(content)
}

func TestFilesOfAModuleAreTakenOnce(t *testing.T) {
	root, part := gatewayAPI(t)
	var out bytes.Buffer
	require.NoError(t, build(context.Background(), root, &out, []Part{part}))
	definition := readFile(t, filepath.Join(root, part.Output, "standard", "gateway.networking.k8s.io_gateways.yaml"))
	assert.Contains(t, definition, "gateway.networking.k8s.io/bundle-version: v1.5.1")

	out.Reset()
	require.NoError(t, build(context.Background(), root, &out, []Part{part}))
	assert.Empty(t, out.String())
}

func TestAModuleOfAnotherContentIsRefused(t *testing.T) {
	root, part := gatewayAPI(t)
	sum := filepath.Join(part.Dir, "go.sum")
	first, rest, _ := strings.Cut(readFile(t, filepath.Join(root, sum)), "h1:")
	write(t, root, map[string]string{sum: first + "h1:" + strings.Repeat("A", 43) + rest[43:]})
	err := build(context.Background(), root, &bytes.Buffer{}, []Part{part})
	assert.ErrorContains(t, err, "part gateway-api: go mod download sigs.k8s.io/gateway-api")
	assert.ErrorContains(t, err, "checksum mismatch")
}

func TestAFolderThatTheModuleLacksIsNamed(t *testing.T) {
	root, part := gatewayAPI(t)
	part.Folders = map[string]string{"standard": "config/crd/missing"}
	err := build(context.Background(), root, &bytes.Buffer{}, []Part{part})
	assert.ErrorContains(t, err, "config/crd/missing of sigs.k8s.io/gateway-api")
}
