// Package harness drives the real Pulumi engine against a sandbox world of its
// own: one simulated AWS, one state backend and one copy of the stack files
// per world, so that tests neither see each other nor the developer's sandbox.
package harness

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// World is a running sandbox world.
type World struct {
	Dir  string            // the world's folder
	Root string            // the repository
	Env  map[string]string // points the Pulumi CLI at this world

	hollow bool // its clusters have no Kubernetes behind them
	apart  bool // its environments are not in VPC Lattice
}

// Start brings an empty world up and takes it down when the test ends.
func Start(t testing.TB) *World {
	t.Helper()
	world := New(t)
	world.begin(t)
	return world
}

// StartApart is [Start] with environments that are not in VPC Lattice, for what looks at
// something else.
func StartApart(t testing.TB) *World {
	t.Helper()
	world := New(t)
	world.apart = true
	world.begin(t)
	return world
}

// New gives an empty world whose daemon does not run yet. It skips the test,
// saying so, when the sandbox's parts are not built.
func New(t testing.TB) *World {
	t.Helper()
	root := repository(t)
	// Looking at the parts also ties the go command's cached results to them: a
	// program built anew is tested anew.
	for _, part := range []string{".sandbox/bin/pulumi", ".sandbox/bin/sandbox", ".sandbox/bin/kube", "bin/retail-program", "bin/retail"} {
		if _, err := os.Stat(filepath.Join(root, part)); err != nil {
			t.Skipf("%s is not built; `make test` builds it", part)
		}
	}
	return fresh(t, root)
}

// Sandbox runs the sandbox's command on this world and returns what it printed.
func (w *World) Sandbox(t testing.TB, args ...string) string {
	t.Helper()
	out, err := w.TrySandbox(args...)
	require.NoError(t, err, "sandbox %s: %s", strings.Join(args, " "), out)
	return out
}

// TrySandbox is Sandbox for commands that may fail.
func (w *World) TrySandbox(args ...string) (string, error) {
	cmd := exec.Command(filepath.Join(w.Root, ".sandbox", "bin", "sandbox"), args...)
	cmd.Env = append(os.Environ(), "RETAIL_SANDBOX_WORLD="+w.Dir)
	cmd.Dir = w.Root
	out, err := cmd.CombinedOutput()
	return string(out), err
}

// JSON runs the sandbox's command and decodes the JSON that it prints.
func (w *World) JSON(t testing.TB, into any, args ...string) {
	t.Helper()
	out := w.Sandbox(t, args...)
	require.NoError(t, json.Unmarshal([]byte(out), into), "sandbox %s printed: %s", strings.Join(args, " "), out)
}

// Snapshot is the world's sorted list of identifiers.
func (w *World) Snapshot(t testing.TB, flags ...string) []string {
	t.Helper()
	out := strings.TrimSpace(w.Sandbox(t, append([]string{"snapshot"}, flags...)...))
	if out == "" {
		return nil
	}
	return strings.Split(out, "\n")
}

func repository(t testing.TB) string {
	t.Helper()
	_, file, _, ok := runtime.Caller(0)
	require.True(t, ok)
	return filepath.Clean(filepath.Join(filepath.Dir(file), "..", "..", ".."))
}
