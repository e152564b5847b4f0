package toolchain

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// A package missing from Sources would leave a part unbuilt after a change.
func TestSourcesCoverEveryPackageOfThisRepository(t *testing.T) {
	root, err := Root()
	require.NoError(t, err)
	for _, part := range own() {
		t.Run(part.Name, func(t *testing.T) {
			dir := filepath.Join(root, part.Dir)
			list := exec.Command("go", "list", "-deps", "-f",
				"{{with .Module}}{{if .Main}}{{$.Dir}}{{end}}{{end}}", part.Package)
			list.Dir, list.Stderr = dir, os.Stderr
			out, err := list.Output()
			require.NoError(t, err)
			packages := strings.Fields(string(out))
			require.NotEmpty(t, packages)
			for _, folder := range packages {
				assert.True(t, covered(part, dir, folder), "%s is not in the part's Sources", folder)
			}
		})
	}
}

// covered tells whether a package's folder is among the part's sources; the
// module's own folder is, by the files named there.
func covered(part Part, dir, folder string) bool {
	for _, source := range part.Sources {
		path := filepath.Join(dir, source)
		if folder == path || strings.HasPrefix(folder, path+string(filepath.Separator)) ||
			folder == dir && strings.HasSuffix(source, ".go") {
			return true
		}
	}
	return false
}
