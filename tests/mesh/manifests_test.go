package mesh

import (
	"bytes"
	"errors"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"

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

// Variants of dev: at level l4, and with a fault made on purpose at catalog.
const (
	connectionsOnly = "mesh-l4"
	faulty          = "mesh-faults"
)

// declared is what the program declares in one cluster.
type declared struct {
	objects  []*unstructured.Unstructured
	releases []release
}

// readsRequests says whether the mesh has a waypoint: level l7.
func (d declared) readsRequests() bool {
	return slices.ContainsFunc(ofKind(d.objects, "Gateway"), func(one *unstructured.Unstructured) bool { return one.GetName() == waypoint })
}

// release is one chart with its values.
type release struct {
	Name, Chart, Version, Namespace string
	Values                          map[string]any
}

// edit changes objects before they are used; it returns those that are left.
type edit func(t failer, objects []*unstructured.Unstructured) []*unstructured.Unstructured

// variant is a cluster told by what sets it apart from an environment's.
type variant struct {
	Of       string
	Removed  []string
	Objects  []map[string]any
	Releases []release
}

// read reads the objects and releases of an environment, or of a variant of one.
func read(t failer, name string, edits ...edit) declared {
	t.Helper()
	folder := filepath.Join("..", "golden", "testdata", name)
	var d declared
	if file := filepath.Join(folder, "variant-main-blue.yaml"); exists(file) {
		d = readVariant(t, file)
	} else {
		d.releases = documents[release](t, filepath.Join(folder, "releases-main-blue.yaml"))
		d.objects = objectsOf(t, documents[map[string]any](t, filepath.Join(folder, "objects-main-blue.yaml")))
	}
	require.NotEmpty(t, d.objects)
	for _, change := range edits {
		d.objects = change(t, d.objects)
	}
	return d
}

func exists(file string) bool {
	_, err := os.Stat(file)
	return err == nil
}

func objectsOf(t failer, contents []map[string]any) (all []*unstructured.Unstructured) {
	t.Helper()
	for _, content := range contents {
		all = append(all, object(t, content))
	}
	return all
}

func readVariant(t failer, file string) declared {
	t.Helper()
	all := documents[variant](t, file)
	require.Len(t, all, 1)
	own, objects := all[0], objectsOf(t, all[0].Objects)
	d := read(t, own.Of)
	key := func(one *unstructured.Unstructured) string {
		return strings.Join([]string{one.GetKind(), one.GetNamespace(), one.GetName()}, "/")
	}
	gone := slices.Clone(own.Removed)
	for _, one := range objects {
		gone = append(gone, key(one))
	}
	for _, one := range own.Releases {
		gone = append(gone, "Release/"+one.Name)
	}
	for _, one := range own.Removed {
		require.True(t, slices.ContainsFunc(d.objects, func(o *unstructured.Unstructured) bool { return key(o) == one }) ||
			slices.ContainsFunc(d.releases, func(r release) bool { return "Release/"+r.Name == one }), "%s has no %s to remove", own.Of, one)
	}
	d.objects = append(slices.DeleteFunc(d.objects, func(one *unstructured.Unstructured) bool { return slices.Contains(gone, key(one)) }), objects...)
	d.releases = append(slices.DeleteFunc(d.releases, func(one release) bool { return slices.Contains(gone, "Release/"+one.Name) }), own.Releases...)
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
