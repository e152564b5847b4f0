package mirror_test

import (
	"bytes"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"helm.sh/helm/v3/pkg/chart/loader"
	"sigs.k8s.io/yaml"

	"retail/sandbox/mirror"
	"retail/sandbox/toolchain"
)

// serve opens a world's mirror until the test ends.
func serve(t *testing.T, world string) {
	t.Helper()
	listener, err := mirror.Listen(world)
	require.NoError(t, err)
	handler, err := mirror.Handler(t.TempDir())
	require.NoError(t, err)
	server := &http.Server{Handler: handler}
	go func() { _ = server.Serve(listener) }()
	t.Cleanup(func() { _ = server.Close() })
}

func get(t *testing.T, url string) (int, []byte) {
	t.Helper()
	response, err := http.Get(url)
	require.NoError(t, err)
	defer func() { _ = response.Body.Close() }()
	body, err := io.ReadAll(response.Body)
	require.NoError(t, err)
	return response.StatusCode, body
}

func base(t *testing.T, world string) string {
	t.Helper()
	variables, err := mirror.Variables(world)
	require.NoError(t, err)
	name, url := variables[0][:21], variables[0][21:]
	require.Equal(t, "RETAIL_MIRROR_CHARTS=", name)
	return url
}

func TestChartsAreServedAsHelmReadsThem(t *testing.T) {
	world := filepath.Join(t.TempDir(), "world")
	serve(t, world)
	status, text := get(t, base(t, world)+"/index.yaml")
	require.Equal(t, http.StatusOK, status)
	var index struct {
		Entries map[string][]struct {
			Version, Digest string
			URLs            []string
		}
	}
	require.NoError(t, yaml.Unmarshal(text, &index))
	entry := index.Entries["aws-load-balancer-controller"][0]
	assert.Equal(t, "3.4.3", entry.Version)
	response, err := http.Get(base(t, world) + "/" + entry.URLs[0])
	require.NoError(t, err)
	defer func() { _ = response.Body.Close() }()
	chart, err := loader.LoadArchive(response.Body)
	require.NoError(t, err)
	assert.Equal(t, "aws-load-balancer-controller", chart.Name())

	status, text = get(t, base(t, world)+"/absent-1.0.0.tgz")
	assert.Equal(t, http.StatusNotFound, status)
	assert.Contains(t, string(text), "add the chart to sandbox/charts")
}

// The address stands in stacks' states, so a world keeps it.
func TestAWorldKeepsItsPort(t *testing.T) {
	world := filepath.Join(t.TempDir(), "world")
	first := base(t, world)
	assert.Equal(t, first, base(t, world))
	serve(t, world)
	assert.Equal(t, first, base(t, world))

	_, err := mirror.Listen(world)
	assert.ErrorContains(t, err, "the mirror's port is taken")
	require.NoError(t, os.WriteFile(filepath.Join(world, "mirror.port"), []byte("80"), 0o600))
	_, err = mirror.Variables(world)
	assert.ErrorContains(t, err, "is no port from")
}

func TestIstioIsServedOnceItIsBuilt(t *testing.T) {
	root, err := toolchain.Root()
	require.NoError(t, err)
	lib := filepath.Join(root, toolchain.Folder, "lib")
	if _, err := os.Stat(filepath.Join(lib, "istio-1.31")); err != nil {
		t.Skipf("%v; `make build` builds it", err)
	}
	handler, err := mirror.Handler(lib)
	require.NoError(t, err)
	server := httptest.NewServer(handler)
	t.Cleanup(server.Close)
	for _, file := range []string{"base-1.30.4.tgz", "istiod-1.31.0.tgz", "gateway-1.30.4.tgz"} {
		status, content := get(t, server.URL+"/charts/"+file)
		require.Equal(t, http.StatusOK, status, file)
		chart, err := loader.LoadArchive(bytes.NewReader(content))
		require.NoError(t, err)
		assert.Equal(t, file, chart.Name()+"-"+chart.Metadata.Version+".tgz")
	}
}
