package mesh

import (
	"bytes"
	"errors"
	"io"
	"os"
	"path/filepath"

	"github.com/stretchr/testify/require"
	"gopkg.in/yaml.v3"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"
	kubeyaml "sigs.k8s.io/yaml"

	"istio.io/istio/pkg/kube"
)

// namespace is the shop's.
const namespace = "store"

// failer is what helpers need of a test.
type failer interface {
	require.TestingT
	Helper()
}

// environments are those whose objects stand in files.
var environments = []string{"dev", "prod"}

// declared is what the program declares in one cluster.
type declared struct {
	objects  []*unstructured.Unstructured
	releases []release
}

// release is one chart with its values.
type release struct {
	Name, Chart, Version, Namespace string
	Values                          map[string]any
}

// edit changes objects before they are used; it returns those that are left.
type edit func(t failer, objects []*unstructured.Unstructured) []*unstructured.Unstructured

// read reads an environment's objects and releases.
func read(t failer, environment string, edits ...edit) declared {
	t.Helper()
	folder := filepath.Join("..", "golden", "testdata", environment)
	var d declared
	d.releases = documents[release](t, filepath.Join(folder, "releases-main-blue.yaml"))
	for _, content := range documents[map[string]any](t, filepath.Join(folder, "objects-main-blue.yaml")) {
		d.objects = append(d.objects, object(t, content))
	}
	require.NotEmpty(t, d.objects)
	for _, change := range edits {
		d.objects = change(t, d.objects)
	}
	return d
}

func documents[T any](t failer, path string) []T {
	t.Helper()
	text, err := os.ReadFile(path)
	require.NoError(t, err, "the golden tests of the root module write it: go test ./tests/golden -update")
	var all []T
	for decoder := yaml.NewDecoder(bytes.NewReader(text)); ; {
		var one T
		if err := decoder.Decode(&one); errors.Is(err, io.EOF) {
			return all
		} else {
			require.NoError(t, err, path)
		}
		all = append(all, one)
	}
}

// object gives content the number types that Kubernetes' own code takes.
func object(t failer, content any) *unstructured.Unstructured {
	t.Helper()
	text, err := yaml.Marshal(content)
	require.NoError(t, err)
	made := &unstructured.Unstructured{}
	text, err = kubeyaml.YAMLToJSON(text)
	require.NoError(t, err)
	require.NoError(t, made.UnmarshalJSON(text))
	return made
}

// typed decodes an object into its own type; ok is false for kinds that are not Istio's
// business.
func typed(t failer, from *unstructured.Unstructured) (made runtime.Object, ok bool) {
	t.Helper()
	text, err := from.MarshalJSON()
	require.NoError(t, err)
	made, _, err = kube.IstioCodec.UniversalDeserializer().Decode(text, nil, nil)
	if runtime.IsNotRegisteredError(err) {
		return nil, false
	}
	require.NoError(t, err, "%s %s", from.GetKind(), from.GetName())
	return made, true
}

// find returns the object of a kind and name.
func find(t failer, objects []*unstructured.Unstructured, kind, name string) *unstructured.Unstructured {
	t.Helper()
	for _, one := range objects {
		if one.GetKind() == kind && one.GetName() == name {
			return one
		}
	}
	require.Failf(t, "no object", "%s %s", kind, name)
	return nil
}

// ofKind returns the objects of a kind.
func ofKind(objects []*unstructured.Unstructured, kind string) []*unstructured.Unstructured {
	var all []*unstructured.Unstructured
	for _, one := range objects {
		if one.GetKind() == kind {
			all = append(all, one)
		}
	}
	return all
}
