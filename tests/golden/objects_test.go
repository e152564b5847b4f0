package golden

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"retail/tests/internal/fixture"
	"retail/tests/internal/manifests"
)

// written is the cluster whose objects stand in files, for each environment; the others'
// must be the same but for names and addresses.
const written = "main-blue"

// TestObjects keeps the files fresh that tests/mesh reads: what the program declares in a
// cluster, and its charts' values.
func TestObjects(t *testing.T) {
	for _, stack := range []string{"dev", "prod"} {
		t.Run(stack, func(t *testing.T) {
			clusters, err := manifests.Of(deployed(t, stack, fixture.HubOutputs(), meshed[stack]...))
			require.NoError(t, err)
			require.Contains(t, clusters, written)
			same(t, stack, "objects-"+written+".yaml", clusters[written].Objects)
			same(t, stack, "releases-"+written+".yaml", clusters[written].Releases)
			for name, cluster := range clusters {
				alike(t, name, clusters[written].Objects, cluster.Objects)
				alike(t, name, clusters[written].Releases, cluster.Releases)
			}
		})
	}
}

// meshed raises every colour to level l7, whose objects are all that the other levels have,
// and more.
var meshed = map[string][]edit{
	"dev": {set("vpcs.main.clusters.blue.mesh", "l7"), set("vpcs.main.clusters.green.mesh", "l7")},
	"prod": {
		set("vpcs.main.clusters.blue.mesh", "l7"), set("vpcs.main.clusters.green.mesh", "l7"),
		set("vpcs.second.clusters.blue.mesh", "l7"), set("vpcs.second.clusters.green.mesh", "l7"),
	},
}

// same compares documents with a file of testdata; -update writes it and fails.
func same[T any](t *testing.T, stack, file string, values []T) {
	t.Helper()
	got, err := manifests.YAML(values)
	require.NoError(t, err)
	path := filepath.Join("testdata", stack, file)
	if *update {
		require.NoError(t, os.MkdirAll(filepath.Dir(path), 0o755))
		require.NoError(t, os.WriteFile(path, got, 0o644))
		t.Errorf("%s is written: read it, commit it, and run the test without -update", path)
		return
	}
	want, err := os.ReadFile(path)
	require.NoError(t, err, "run this test with -update")
	assert.Equal(t, string(want), string(got), "%s differs: run this test with -update and read what changed", path)
}

var (
	address = regexp.MustCompile(`\b\d+\.\d+\.\d+\.\d+(/\d+)?\b`)
	// theme is the colour of ui's pages, which tells colours apart.
	theme = regexp.MustCompile(`(RETAIL_UI_THEME\s+value: )\w+`)
)

// alike asserts that a cluster is told what the written one is, but for names, addresses and
// the theme.
func alike[T any](t *testing.T, cluster string, wanted, values []T) {
	t.Helper()
	require.Len(t, values, len(wanted), cluster)
	for i := range values {
		if want, got := unnamed(t, written, wanted[i]), unnamed(t, cluster, values[i]); want != got {
			assert.Equal(t, want, got, cluster)
		}
	}
}

func unnamed[T any](t *testing.T, cluster string, value T) string {
	t.Helper()
	made, err := manifests.YAML([]T{value})
	require.NoError(t, err)
	vpc, colour, _ := strings.Cut(cluster, "-")
	text := theme.ReplaceAllString(address.ReplaceAllString(string(made), "ADDRESS"), "${1}THEME")
	return regexp.MustCompile(`\b(`+vpc+"|"+colour+`)\b`).ReplaceAllStringFunc(text, func(name string) string {
		return map[string]string{vpc: "VPC", colour: "COLOUR"}[name]
	})
}
