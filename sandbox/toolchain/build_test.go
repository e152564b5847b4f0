package toolchain

import (
	"bytes"
	"context"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// newCheckout is a checkout with one small program that prints the name it is
// called with.
func newCheckout(t *testing.T) string {
	t.Helper()
	root := t.TempDir()
	write(t, root, map[string]string{
		"mod/go.mod": "module example\n\ngo 1.26\n",
		"mod/go.sum": "",
		"mod/cmd/example/main.go": "package main\n\nimport \"os\"\n\n" +
			"func main() { os.Stdout.WriteString(os.Args[0]) }\n",
	})
	return root
}

func TestAPartIsBuiltOnceAndAgainAfterAChange(t *testing.T) {
	root, part := newCheckout(t), examplePart()
	var out bytes.Buffer
	require.NoError(t, build(context.Background(), root, &out, []Part{part}))
	assert.Contains(t, out.String(), "1 of 1 parts built")
	alias := filepath.Join(root, "bin", "alias")
	called, err := exec.Command(alias).Output()
	require.NoError(t, err)
	assert.Equal(t, alias, string(called))

	out.Reset()
	require.NoError(t, build(context.Background(), root, &out, []Part{part}))
	assert.Empty(t, out.String(), "nothing is said when everything is up to date")

	write(t, root, map[string]string{"mod/cmd/example/main.go": "package main\n\nfunc main() {}\n"})
	require.NoError(t, build(context.Background(), root, &out, []Part{part}))
	called, err = exec.Command(alias).Output()
	require.NoError(t, err)
	assert.Empty(t, called)
}

func TestAFailureShowsTheCompilersOutputAndLeavesThePartUnbuilt(t *testing.T) {
	root, part := newCheckout(t), examplePart()
	require.NoError(t, build(context.Background(), root, &bytes.Buffer{}, []Part{part}))
	write(t, root, map[string]string{"mod/cmd/example/main.go": "package main\n\nfunc main() { missing() }\n"})

	var out bytes.Buffer
	err := build(context.Background(), root, &out, []Part{part})
	require.ErrorContains(t, err, "part example: go build")
	require.ErrorContains(t, err, "undefined: missing")
	assert.Contains(t, out.String(), "failed example")
	key, keyErr := part.key(root, compiler{})
	require.NoError(t, keyErr)
	assert.False(t, part.built(root, key))
}

func TestACancelledBuildStops(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	err := build(ctx, newCheckout(t), &bytes.Buffer{}, []Part{examplePart()})
	assert.ErrorIs(t, err, context.Canceled)
}

func TestEachPluginVersionGetsItsOwnFolder(t *testing.T) {
	root, part := newCheckout(t), examplePart()
	part.Links, part.Plugins = nil, []Plugin{{"example", "1.0.0"}, {"example", "1.1.0"}}
	require.NoError(t, build(context.Background(), root, &bytes.Buffer{}, []Part{part}))
	for _, version := range []string{"1.0.0", "1.1.0"} {
		path := filepath.Join(root, ".sandbox/home/plugins/resource-example-v"+version, "pulumi-resource-example")
		assert.True(t, executable(path), path)
	}
	left, err := os.ReadDir(filepath.Join(root, ".sandbox"))
	require.NoError(t, err)
	for _, entry := range left {
		assert.NotEqual(t, "tmp", entry.Name(), "no work folder is left")
	}
}

func TestASchemaGetsThePluginsVersionAndOtherDocumentsNone(t *testing.T) {
	schema, err := withVersion([]byte(`{"name": "kubernetes", "resources": {}}`), "4.34.2")
	require.NoError(t, err)
	var got struct{ Version string }
	require.NoError(t, json.Unmarshal(schema, &got))
	assert.Equal(t, "4.34.2", got.Version)

	mapping, err := withVersion([]byte(`{"name": "kubernetes"}`), "4.34.2")
	require.NoError(t, err)
	assert.NotContains(t, string(mapping), "version")
}
