package harness

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// StartHollow is Start for a world whose EKS clusters have no Kubernetes behind
// them: it comes up in a fraction of the time and shows AWS alone. Its stacks are
// the committed ones without what lives in clusters. Flags are more ones of `sandbox start`.
func StartHollow(t testing.TB, flags ...string) *World {
	t.Helper()
	world := New(t)
	world.hollow = true
	world.begin(t, append([]string{"--hollow"}, flags...)...)
	return world
}

// Rest ends the world's daemon; Copy takes it up again from there.
func (w *World) Rest(t testing.TB) {
	t.Helper()
	w.Sandbox(t, "stop")
}

// Copy starts a second world that holds the same resources and stacks as this
// one, which must be at rest, and takes it down when the test ends.
func (w *World) Copy(t testing.TB) *World {
	t.Helper()
	other := fresh(t, w.Root)
	other.hollow, other.apart = w.hollow, w.apart
	require.NoError(t, os.CopyFS(other.Dir, os.DirFS(w.Dir)))
	// No state names the addresses of AWS's API and of the customers' proxy: a copy takes
	// ones of its own.
	for _, port := range []string{"awsapi.port", "proxy.port"} {
		require.NoError(t, os.Remove(filepath.Join(other.Dir, port)))
	}
	if w.hollow {
		// Several copies run at the same time, and no state names the address of the
		// charts where nothing lives in clusters: each takes one of its own.
		require.NoError(t, os.Remove(filepath.Join(other.Dir, "mirror.port")))
	}
	other.begin(t)
	return other
}

// Prepare writes the project and the named stacks' configuration files into the
// world and makes the stacks, for engines that Engine starts.
func (w *World) Prepare(t testing.TB, stacks ...string) {
	t.Helper()
	project := w.project()
	require.NoError(t, os.MkdirAll(project, 0o700))
	w.copyProject(t, project)
	for _, name := range stacks {
		require.NoError(t, os.WriteFile(filepath.Join(project, "Pulumi."+name+".yaml"), w.committed(t, name), 0o600))
		text, err := w.Engine("stack", "init", name, "--no-select").Run()
		require.NoError(t, err, text)
	}
}

func (w *World) project() string { return filepath.Join(w.Dir, "project") }

// fresh is a world's folder. Unix socket paths are short, which rules
// t.TempDir's long names out.
func fresh(t testing.TB, root string) *World {
	t.Helper()
	dir, err := os.MkdirTemp("", "world-")
	require.NoError(t, err)
	world := &World{Dir: dir, Root: root}
	t.Cleanup(func() {
		world.Sandbox(t, "stop")
		require.NoError(t, os.RemoveAll(dir))
	})
	return world
}

// begin starts the world's daemon and learns how to point the engine at it.
func (w *World) begin(t testing.TB, flags ...string) {
	t.Helper()
	w.Sandbox(t, append([]string{"start"}, flags...)...)
	w.JSON(t, &w.Env, "env", "--json")
	backend := strings.TrimPrefix(w.Env["PULUMI_BACKEND_URL"], "file://")
	require.NoError(t, os.MkdirAll(backend, 0o700))
	// The Kubernetes provider leaves files there, which go with the world.
	w.Env["TMPDIR"] = filepath.Join(w.Dir, "tmp")
	require.NoError(t, os.MkdirAll(w.Env["TMPDIR"], 0o700))
}
