package golden

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

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
			clusters, err := manifests.Of(deployed(t, stack, fixture.HubOutputs()))
			require.NoError(t, err)
			require.Contains(t, clusters, written)
			same(t, stack, "objects-"+written+".yaml", clusters[written].Objects)
			same(t, stack, "releases-"+written+".yaml", clusters[written].Releases)
			for name, cluster := range clusters {
				wanted := clusters[written].Objects
				if !strings.HasSuffix(name, "-blue") {
					wanted = slices.DeleteFunc(slices.Clone(wanted), ofTheOwner)
				}
				alike(t, name, wanted, cluster.Objects)
				alike(t, name, clusters[written].Releases, cluster.Releases)
			}
		})
	}
}

// ofTheOwner tells what only the colour has that owns the route of VPC Lattice: the committed
// stacks' blue.
func ofTheOwner(object manifests.Object) bool {
	switch name := object["metadata"].(map[string]any)["name"]; object["kind"] {
	case "ServiceImport", "IAMAuthPolicy":
		return true
	case "HTTPRoute":
		return name == "shop-main"
	}
	return false
}

// writtenVariants are variants of dev that tests/mesh reads too: its blue cluster, by what
// sets it apart from dev's.
var writtenVariants = map[string][]edit{
	"mesh-l4": variants["mesh-l4"].edits,
	"mesh-faults": {set(blue+".faults", map[string]any{"catalog": map[string]any{
		"abortPercent": 10, "abortStatus": 503, "delayPercent": 25, "delayMillis": 1500,
		"until": time.Now().Add(time.Hour).UTC().Format(time.RFC3339), "setBy": "on-call", "reason": "What does ui show without its catalog?",
	}})},
}

// TestObjectsOfVariants keeps these files fresh. The end of a fault, which is always near, is
// written as a word.
func TestObjectsOfVariants(t *testing.T) {
	cluster := func(edits ...edit) *manifests.Cluster {
		clusters, err := manifests.Of(deployed(t, "dev", fixture.HubOutputs(), edits...))
		require.NoError(t, err)
		require.Contains(t, clusters, written)
		return clusters[written]
	}
	dev := cluster()
	for name, edits := range writtenVariants {
		t.Run(name, func(t *testing.T) {
			apart := manifests.Compare("dev", dev, cluster(edits...))
			for _, one := range apart.Objects {
				annotations, _ := one["metadata"].(map[string]any)["annotations"].(map[string]any)
				if _, there := annotations[faultUntil]; there {
					annotations[faultUntil] = "SOON"
				}
			}
			same(t, name, "variant-"+written+".yaml", []manifests.Variant{apart})
		})
	}
}

const faultUntil = "retail/fault-until"

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
	require.Equal(t, len(wanted), len(values), "%s: how many", cluster) // not Len, which would print them all
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
	text := string(made)
	if strings.Contains(text, "\n  name: grafana-dashboards\n") {
		colour = "blue|green" // these show the one beside the other, in one order everywhere
	}
	text = theme.ReplaceAllString(address.ReplaceAllString(text, "ADDRESS"), "${1}THEME")
	return regexp.MustCompile(`\b(`+vpc+"|"+colour+`)\b`).ReplaceAllStringFunc(text, func(name string) string {
		if name == vpc {
			return "VPC"
		}
		return "COLOUR"
	})
}
