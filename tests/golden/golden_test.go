// Package golden compares the wiring of every committed stack, and of notable variants,
// with a committed description: what is registered, under which parent, through which
// provider, after what, how guarded, with which inputs. A change of the program shows
// there as a change that a person reads and commits. What a description must mean is
// asserted beside it, since a description alone can be updated to anything.
package golden

import (
	"bytes"
	"flag"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"gopkg.in/yaml.v3"

	"retail/tests/internal/fixture"
	"retail/tests/internal/recorder"
)

var update = flag.Bool("update", false, "write the descriptions anew and fail, so that a person reads them")

// deployed deploys a committed stack. The recorder's stack is called test; the
// environment keeps its own name.
func deployed(t *testing.T, stack string, hub recorder.State, edits ...edit) *recorder.Recorder {
	t.Helper()
	r := recorder.New(t).Hub(hub).Invoke(dxLookup, dxAttachment)
	if stack != "network" {
		edits = append([]edit{set("name", stack)}, edits...)
	}
	return fixture.Up(t, r, stack, edits...)
}

func TestStacks(t *testing.T) {
	for stack, means := range stacks {
		t.Run(stack, func(t *testing.T) {
			r := deployed(t, stack, fixture.HubOutputs())
			means(t, r)
			holds(t, stack, r)
			equal(t, stack, wiringOf(r))
		})
	}
}

func TestVariants(t *testing.T) {
	base := map[string]wiring{}
	for stack := range stacks {
		base[stack] = wiringOf(deployed(t, stack, fixture.HubOutputs()))
	}
	for name, v := range variants {
		t.Run(name, func(t *testing.T) {
			hub := fixture.HubOutputs()
			if v.hub != nil {
				v.hub(hub)
			}
			r := deployed(t, v.of, hub, v.edits...)
			d := compare(v.of, base[v.of], wiringOf(r))
			v.means(t, r, d)
			holds(t, v.of, r)
			equal(t, name, d)
		})
	}
}

// holds asserts what every environment must mean.
func holds(t *testing.T, stack string, r *recorder.Recorder) {
	if stack == "network" {
		return
	}
	for name, means := range everywhere {
		t.Run(name, func(t *testing.T) { means(t, r) })
	}
}

// equal compares a description with testdata/<name>/wiring.yaml.
func equal(t *testing.T, name string, description any) {
	t.Helper()
	var got bytes.Buffer
	encoder := yaml.NewEncoder(&got)
	encoder.SetIndent(2)
	require.NoError(t, encoder.Encode(description))
	path := filepath.Join("testdata", name, "wiring.yaml")
	if *update {
		require.NoError(t, os.MkdirAll(filepath.Dir(path), 0o755))
		require.NoError(t, os.WriteFile(path, got.Bytes(), 0o644))
		t.Errorf("%s is written: read it, commit it, and run the test without -update", path)
		return
	}
	want, err := os.ReadFile(path)
	require.NoError(t, err, "run this test with -update")
	assert.Equal(t, string(want), got.String(), "%s differs: run this test with -update and read what changed", path)
}
