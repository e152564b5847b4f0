package mesh

import (
	"io/fs"
	"maps"
	"path"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"helm.sh/helm/v3/pkg/chart"
	"helm.sh/helm/v3/pkg/chart/loader"
	"helm.sh/helm/v3/pkg/chartutil"
	"helm.sh/helm/v3/pkg/engine"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	kubeyaml "sigs.k8s.io/yaml"

	"istio.io/istio/manifests"
)

// kubernetesVersion is the oldest that the committed environments have.
const kubernetesVersion = "v1.34.0"

// charts are the four of ambient mode: their folders in Istio's module.
var charts = map[string]string{
	"base": "base", "istiod": "istio-control/istio-discovery", "cni": "istio-cni", "ztunnel": "ztunnel",
}

// defaultsKey is where Istio's charts keep what other charts have at the top of values.yaml.
const defaultsKey = "_internal_defaults_do_not_set"

// free are groups of values whose keys are their user's or another reference's.
var free = []string{"meshConfig", "resources", "podAnnotations", "podLabels", "env", "seccompProfile", "topologySpreadConstraints"}

func loadChart(t failer, name string) *chart.Chart {
	t.Helper()
	root := path.Join("charts", charts[name])
	var files []*loader.BufferedFile
	require.NoError(t, fs.WalkDir(manifests.FS, root, func(file string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		data, err := manifests.FS.ReadFile(file)
		files = append(files, &loader.BufferedFile{Name: strings.TrimPrefix(file, root+"/"), Data: data})
		return err
	}))
	made, err := loader.LoadFiles(files)
	require.NoError(t, err, name)
	return made
}

// istioReleases are the releases of Istio's charts, by chart.
func istioReleases(t failer, d declared) map[string]release {
	t.Helper()
	found := map[string]release{}
	for _, one := range d.releases {
		name := path.Base(one.Chart)
		if _, ours := charts[name]; ours {
			found[name] = one
		}
	}
	require.ElementsMatch(t, slices.Collect(maps.Keys(charts)), slices.Collect(maps.Keys(found)), "one release of each chart")
	return found
}

// rendered are the objects of a release.
func rendered(t failer, name string, of release) []*unstructured.Unstructured {
	t.Helper()
	capabilities := *chartutil.DefaultCapabilities
	version, err := chartutil.ParseKubeVersion(kubernetesVersion)
	require.NoError(t, err)
	capabilities.KubeVersion = *version
	made := loadChart(t, name)
	values, err := chartutil.ToRenderValues(made, of.Values, chartutil.ReleaseOptions{
		Name: of.Name, Namespace: of.Namespace, IsInstall: true, Revision: 1,
	}, &capabilities)
	require.NoError(t, err)
	texts, err := engine.Render(made, values)
	require.NoError(t, err, name)
	var all []*unstructured.Unstructured
	for _, file := range slices.Sorted(maps.Keys(texts)) {
		if strings.HasSuffix(file, "NOTES.txt") {
			continue
		}
		for document := range strings.SplitSeq("\n"+texts[file], "\n---") {
			var content map[string]any
			require.NoError(t, kubeyaml.Unmarshal([]byte(document), &content), file)
			if len(content) > 0 {
				all = append(all, &unstructured.Unstructured{Object: content})
			}
		}
	}
	return all
}

// unknown returns the paths of values that a chart's own values do not have.
func unknown(at string, given, known map[string]any) []string {
	var all []string
	for key, value := range given {
		path := strings.TrimPrefix(at+"."+key, ".")
		default_, there := known[key]
		if !there {
			all = append(all, path)
			continue
		}
		inner, isMap := value.(map[string]any)
		defaults, hasMap := default_.(map[string]any)
		if isMap && hasMap && len(defaults) > 0 && !slices.Contains(free, key) {
			all = append(all, unknown(path, inner, defaults)...)
		}
	}
	slices.Sort(all)
	return all
}

// knownValues are a chart's own values; profile, compatibilityVersion and platform are read
// by a template before the values are put together (zzz_profile.yaml).
func knownValues(t failer, name string) map[string]any {
	t.Helper()
	values := maps.Clone(loadChart(t, name).Values)
	if inner, ok := values[defaultsKey].(map[string]any); ok {
		values = maps.Clone(inner)
	}
	for _, key := range []string{"profile", "compatibilityVersion", "platform"} {
		if _, there := values[key]; !there {
			values[key] = ""
		}
	}
	return values
}

// Istio's charts have no schema: a value under a misspelt key is taken without a word.
func TestChartsKnowEveryValue(t *testing.T) {
	for _, environment := range environments {
		for name, one := range istioReleases(t, read(t, environment)) {
			assert.Empty(t, unknown("", one.Values, knownValues(t, name)), "%s, chart %s", environment, name)
		}
	}
	assert.Equal(t, []string{"global.logAsJSON", "pilots"}, unknown("", map[string]any{
		"pilots": 2, "global": map[string]any{"logAsJSON": true},
	}, knownValues(t, "istiod")), "a misspelt key is found")
}

// Every chart is rendered with the program's values, and what comes out is what istiod, the
// node agent and ztunnel are to be.
func TestChartsAreRendered(t *testing.T) {
	for _, environment := range environments {
		t.Run(environment, func(t *testing.T) {
			for name, one := range istioReleases(t, read(t, environment)) {
				kinds := map[string]int{}
				for _, made := range rendered(t, name, one) {
					require.NotEmpty(t, made.GetName(), "%s: %v", name, made.Object)
					kinds[made.GetKind()]++
				}
				for kind, at := range map[string]string{
					"CustomResourceDefinition": "base", "Deployment": "istiod", "MutatingWebhookConfiguration": "istiod", "PodDisruptionBudget": "istiod",
				} {
					if at == name {
						assert.NotZero(t, kinds[kind], "%s makes a %s", name, kind)
					}
				}
				if name == "cni" || name == "ztunnel" {
					assert.Equal(t, 1, kinds["DaemonSet"], name)
				}
			}
		})
	}
}
