package main

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"retail/internal/versions"
)

// K11: what is committed is the pinned release's, to the byte.
func TestDefinitionsAreThoseOfTheReleaseK11(t *testing.T) {
	t.Setenv("GOPROXY", "off")
	folder, err := download(versions.GatewayAPI)
	if err != nil {
		t.Skipf("the definitions are not compared with their release: %v; `go mod download %s@v%s` from a folder outside brings it",
			err, versions.GatewayAPI.Path, versions.GatewayAPI.Version)
	}
	want, err := definitions(folder)
	require.NoError(t, err)
	got, err := os.ReadFile(filepath.Join("..", output))
	require.NoError(t, err)
	assert.True(t, string(want) == string(got), "%s is not what the release says: run go generate ./components/gatewayapi", output)

	other := versions.GatewayAPI
	other.Sum = "h1:other"
	_, err = download(other)
	assert.ErrorContains(t, err, "not the pinned h1:other")
}

// K11, V9: so are those of the AWS Gateway API Controller. Its project is in no module: set
// RETAIL_LATTICE_DEFINITIONS to a checkout's folder of them.
func TestDefinitionsOfTheLatticeControllerK11V9(t *testing.T) {
	folder := os.Getenv("RETAIL_LATTICE_DEFINITIONS")
	if folder == "" {
		folder = filepath.Join("..", "..", "..", "..", "shared", "data", "crds", "vpc-lattice-controller")
	}
	want, err := all(folder, latticePattern)
	if err != nil {
		t.Skipf("the definitions are not compared with their release: %v; set RETAIL_LATTICE_DEFINITIONS to config/crd/bases of aws-application-networking-k8s %s",
			err, versions.LatticeController.Version)
	}
	got, err := os.ReadFile(filepath.Join("..", latticeOutput))
	require.NoError(t, err)
	assert.True(t, string(want) == string(got), "%s is not what the release says: run go run ./generate -lattice FOLDER", latticeOutput)
}

func TestOnlyDescriptionsAreLeftOut(t *testing.T) {
	folder := t.TempDir()
	_, err := definitions(folder)
	require.ErrorContains(t, err, "no definitions gateway*.yaml")
	path := filepath.Join(folder, "config", "crd", "standard")
	require.NoError(t, os.MkdirAll(path, 0o755))
	require.NoError(t, os.WriteFile(filepath.Join(path, "gateway_b.yaml"), []byte("---\n---\nkind: B\nspec: {rule: a < b && c}\n"), 0o600))
	require.NoError(t, os.WriteFile(filepath.Join(path, "gateway_a.yaml"), []byte(`
metadata: {annotations: {description: kept}}
spec: {description: text, properties: {description: {type: string, description: text}}, list: [{description: text, max: 3}]}
status: {conditions: null}
`), 0o600))
	got, err := definitions(folder)
	require.NoError(t, err)
	assert.Equal(t, `{"metadata":{"annotations":{"description":"kept"}},"spec":{"list":[{"max":3}],"properties":{"description":{"type":"string"}}}}
{"kind":"B","spec":{"rule":"a < b && c"}}
`, string(got))
	require.NoError(t, os.WriteFile(filepath.Join(path, "gateway_c.yaml"), []byte("a: [\n"), 0o600))
	_, err = definitions(folder)
	assert.ErrorContains(t, err, "gateway_c.yaml: ")
}
