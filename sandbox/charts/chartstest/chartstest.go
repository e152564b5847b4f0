// Package chartstest renders the stand-in charts with Helm's own engine, for
// tests.
package chartstest

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"helm.sh/helm/v3/pkg/chart"
	"helm.sh/helm/v3/pkg/chart/loader"
	"helm.sh/helm/v3/pkg/chartutil"
	"helm.sh/helm/v3/pkg/engine"
	"helm.sh/helm/v3/pkg/releaseutil"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/util/yaml"
	sigsyaml "sigs.k8s.io/yaml"

	"retail/sandbox/charts"
	"retail/sandbox/toolchain"
)

// Load unpacks a chart as Helm does.
func Load(name string) (*chart.Chart, error) {
	all, err := charts.All()
	if err != nil {
		return nil, err
	}
	i := slices.IndexFunc(all, func(c charts.Chart) bool { return c.Name == name })
	if i < 0 {
		return nil, fmt.Errorf("there is no chart %s", name)
	}
	return loader.LoadArchive(bytes.NewReader(all[i].Archive))
}

// Render gives the objects of a release that bears the chart's name, in the order
// in which Helm installs them, and before them the chart's resource definitions.
// Values are YAML. There is no cluster to look things up in.
func Render(name, namespace, values string) (definitions, objects []*unstructured.Unstructured, err error) {
	c, err := Load(name)
	if err != nil {
		return nil, nil, err
	}
	return render(c, name, namespace, values)
}

// RenderIstio is Render for a chart of a release of Istio. The error is
// [os.ErrNotExist] while the toolchain has not taken the charts.
func RenderIstio(version, name, namespace, values string) ([]*unstructured.Unstructured, error) {
	root, err := toolchain.Root()
	if err != nil {
		return nil, err
	}
	all, err := charts.Istio(filepath.Join(root, toolchain.Folder, "lib"))
	if err != nil {
		return nil, err
	}
	i := slices.IndexFunc(all, func(c charts.Chart) bool { return c.Name == name && c.Version == version })
	if i < 0 {
		return nil, fmt.Errorf("chart %s of Istio %s: %w; `make build` builds it", name, version, os.ErrNotExist)
	}
	c, err := loader.LoadArchive(bytes.NewReader(all[i].Archive))
	if err != nil {
		return nil, err
	}
	_, objects, err := render(c, name, namespace, values)
	return objects, err
}

func render(c *chart.Chart, name, namespace, values string) (definitions, objects []*unstructured.Unstructured, err error) {
	var given map[string]any
	if err := sigsyaml.Unmarshal([]byte(values), &given); err != nil {
		return nil, nil, err
	}
	release := chartutil.ReleaseOptions{Name: name, Namespace: namespace, IsInstall: true}
	all, err := chartutil.ToRenderValues(c, given, release, chartutil.DefaultCapabilities)
	if err != nil {
		return nil, nil, err
	}
	files, err := engine.Render(c, all)
	if err != nil {
		return nil, nil, err
	}
	for file := range files {
		if path.Ext(file) != ".yaml" {
			delete(files, file)
		}
	}
	_, manifests, err := releaseutil.SortManifests(files, nil, releaseutil.InstallOrder)
	if err != nil {
		return nil, nil, err
	}
	for _, m := range manifests {
		if objects, err = decode(objects, m.Content); err != nil {
			return nil, nil, fmt.Errorf("%s: %w", m.Name, err)
		}
	}
	for _, d := range c.CRDObjects() {
		if definitions, err = decode(definitions, string(d.File.Data)); err != nil {
			return nil, nil, fmt.Errorf("%s: %w", d.Filename, err)
		}
	}
	return definitions, objects, nil
}

func decode(into []*unstructured.Unstructured, text string) ([]*unstructured.Unstructured, error) {
	decoder := yaml.NewYAMLOrJSONDecoder(strings.NewReader(text), 4096)
	for {
		u := &unstructured.Unstructured{}
		if err := decoder.Decode(&u.Object); errors.Is(err, io.EOF) {
			return into, nil
		} else if err != nil {
			return nil, err
		}
		if len(u.Object) > 0 {
			into = append(into, u)
		}
	}
}
