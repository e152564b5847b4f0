package harness

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
	"gopkg.in/yaml.v3"
)

// committed is the text of the repository's Pulumi.<name>.yaml; in a hollow
// world without the blocks that put objects into clusters, and in one apart without VPC
// Lattice.
func (w *World) committed(t testing.TB, name string) []byte {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(w.Root, "Pulumi."+name+".yaml"))
	require.NoError(t, err)
	if !w.hollow && !w.apart {
		return text
	}
	var document map[string]any
	require.NoError(t, yaml.Unmarshal(text, &document))
	for _, vpc := range members(document, "config", "retail:environment", "vpcs") {
		delete(vpc, "lattice")
		for _, cluster := range members(vpc, "clusters") {
			delete(cluster, "lattice")
		}
		if w.hollow {
			empty(vpc)
		}
	}
	text, err = yaml.Marshal(document)
	require.NoError(t, err)
	return text
}

// empty takes away what puts objects into a VPC's clusters.
func empty(vpc map[string]any) {
	delete(vpc, "shop")
	delete(vpc, "observability")
	for _, cluster := range members(vpc, "clusters") {
		delete(cluster, "loadBalancing")
		delete(cluster, "mesh")
	}
}

// members are the objects below a path of keys; none where the path ends early.
func members(object map[string]any, path ...string) []map[string]any {
	for _, key := range path {
		object, _ = object[key].(map[string]any)
	}
	var out []map[string]any
	for _, member := range object {
		if m, ok := member.(map[string]any); ok {
			out = append(out, m)
		}
	}
	return out
}
