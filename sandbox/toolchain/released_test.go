package toolchain

import (
	"bytes"
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// script puts an executable shell script at path.
func script(t *testing.T, path, body string) {
	t.Helper()
	require.NoError(t, os.MkdirAll(filepath.Dir(path), 0o755))
	require.NoError(t, os.WriteFile(path, []byte("#!/bin/sh\n"+body+"\n"), 0o755))
}

// emptyHome is an empty home folder. The go command keeps its caches where they are
// and its telemetry off: what it writes late must not meet the folder's removal.
func emptyHome(t *testing.T) string {
	t.Helper()
	for _, name := range []string{"GOCACHE", "GOMODCACHE", "GOPATH"} {
		value, err := exec.Command("go", "env", name).Output()
		require.NoError(t, err)
		t.Setenv(name, strings.TrimSpace(string(value)))
	}
	t.Setenv("XDG_CONFIG_HOME", os.DevNull)
	user := t.TempDir()
	t.Setenv("HOME", user)
	return user
}

// pinnedPulumi is a checkout whose pulumi part is at v3.274.1.
func pinnedPulumi(t *testing.T) *builder {
	t.Helper()
	root := t.TempDir()
	write(t, root, map[string]string{
		"sandbox/build/pulumi/go.mod": "module example\n\ngo 1.26\n\nrequire " + pulumiPkg + " v3.274.1\n",
	})
	return &builder{root: root}
}

func TestAReleasedProgramIsUsedOnlyAtThePinnedVersion(t *testing.T) {
	part := Part{Name: "pulumi-language-go", Output: ".sandbox/bin/pulumi-language-go", Released: true}
	tests := map[string]struct {
		version string
		part    Part
		used    bool
	}{
		"same version":        {version: "v3.274.1", part: part, used: true},
		"another version":     {version: "v3.274.0", part: part},
		"never the sandbox's": {version: "v3.274.1", part: Part{Name: "aws", Output: ".sandbox/bin/aws"}},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			b, tools := pinnedPulumi(t), t.TempDir()
			script(t, filepath.Join(tools, "pulumi"), "echo "+test.version)
			script(t, filepath.Join(tools, "pulumi-language-go"), "true")
			t.Setenv("PATH", tools+string(os.PathListSeparator)+os.Getenv("PATH"))

			used, err := b.release(context.Background(), test.part)
			require.NoError(t, err)
			assert.Equal(t, test.used, used)
			assert.Equal(t, test.used, executable(filepath.Join(b.root, test.part.Output)))
		})
	}
}

func TestReleasedPluginsAreUsedWhenAllVersionsAreThere(t *testing.T) {
	user := emptyHome(t)
	part := Part{
		Name: "pulumi-kubernetes", Kind: Go, Released: true,
		Plugins: []Plugin{{"kubernetes", "4.32.0"}, {"kubernetes", "4.34.2"}},
	}
	b := &builder{root: t.TempDir()}
	install := func(p Plugin) { script(t, filepath.Join(user, ".pulumi", p.folder(), p.program()), "true") }

	install(part.Plugins[0])
	used, err := b.release(context.Background(), part)
	require.NoError(t, err)
	assert.False(t, used, "one of two is missing")

	install(part.Plugins[1])
	used, err = b.release(context.Background(), part)
	require.NoError(t, err)
	assert.True(t, used)
	for _, output := range part.outputs() {
		assert.True(t, executable(filepath.Join(b.root, output)), output)
	}
}

func TestAPartThatIsFoundIsNotCompiled(t *testing.T) {
	user, root := emptyHome(t), t.TempDir()
	plugin := Plugin{"example", "1.0.0"}
	script(t, filepath.Join(user, ".pulumi", plugin.folder(), plugin.program()), "true")
	part := Part{Name: "example", Kind: Go, Dir: "none", Package: ".", Released: true, Plugins: []Plugin{plugin}}
	var out bytes.Buffer
	require.NoError(t, build(context.Background(), root, &out, []Part{part}))
	assert.Contains(t, out.String(), "found example")
}
