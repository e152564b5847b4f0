package charts

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"

	"sigs.k8s.io/yaml"
)

// istioReleases are the releases of Istio whose charts are served: the pinned one and
// the next minor, for upgrades. The key is the folder's name, which the toolchain's
// part of that name fills from Istio's module at the release's commit.
var istioReleases = map[string]string{"istio-1.30": "1.30.4", "istio-1.31": "1.31.0"}

// istioCharts are the charts of a release.
var istioCharts = []string{"base", "istiod", "cni", "ztunnel", "gateway"}

// What the source tree names where a release names its own ("This version is never
// actually shipped", charts' Chart.yaml; values.yaml of istiod: development builds are
// in testing). That releases are pulled from registry.istio.io/release is [inferred]
// from the addresses in Istio's own tests of its released commands.
const (
	testingHub, releaseHub = "hub: registry.istio.io/testing", "hub: registry.istio.io/release"
	testingTag             = "tag: latest"
)

// Istio are the charts of Istio's releases, packed from the folders that the toolchain
// has put into lib, with the versions that their releases have. Unlike the stand-ins
// they have no schema of values, as the published ones have none: a key they do not
// know is swallowed. Nothing is returned of a release that is not built.
func Istio(lib string) ([]Chart, error) {
	var out []Chart
	for _, folder := range []string{"istio-1.30", "istio-1.31"} {
		root := filepath.Join(lib, folder)
		if _, err := os.Stat(root); errors.Is(err, fs.ErrNotExist) {
			continue
		}
		for _, name := range istioCharts {
			chart, err := stamped(os.DirFS(root), name, istioReleases[folder])
			if err != nil {
				return nil, fmt.Errorf("chart %s of %s: %w", name, root, err)
			}
			out = append(out, chart)
		}
	}
	return out, nil
}

// stamped packs a chart with another version: chart and application, and the images'
// place and tag.
func stamped(root fs.FS, name, version string) (Chart, error) {
	files := map[string][]byte{}
	err := fs.WalkDir(root, name, func(file string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		files[file], err = fs.ReadFile(root, file)
		return err
	})
	if err != nil {
		return Chart{}, err
	}
	out := Chart{Name: name, Version: version}
	description, values := path.Join(name, "Chart.yaml"), path.Join(name, "values.yaml")
	if err := yaml.Unmarshal(files[description], &out.Metadata); err != nil {
		return out, err
	}
	if out.Metadata["name"] != name {
		return out, fmt.Errorf("its Chart.yaml is of %v", out.Metadata["name"])
	}
	out.Metadata["version"], out.Metadata["appVersion"] = version, version
	if files[description], err = yaml.Marshal(out.Metadata); err != nil {
		return out, err
	}
	text := bytes.ReplaceAll(files[values], []byte(testingHub), []byte(releaseHub))
	files[values] = bytes.ReplaceAll(text, []byte(testingTag), []byte("tag: "+version))
	out.Archive, err = archive(files)
	return out, err
}
