package istiod_test

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/util/yaml"

	"retail/sandbox/charts/chartstest"
	"retail/sandbox/clusters/clusterstest"
	"retail/sandbox/controllers/istiod"
	"retail/sandbox/toolchain"
)

// patience outlasts the garbage collector, which may learn of a new definition's objects
// only after its next discovery, and asks again about an owner ever more seldom.
const patience = 4 * time.Minute

var (
	gateways = schema.GroupVersionResource{Group: "gateway.networking.k8s.io", Version: "v1", Resource: "gateways"}
	classes  = schema.GroupVersionResource{Group: "gateway.networking.k8s.io", Version: "v1", Resource: "gatewayclasses"}
	routes   = schema.GroupVersionResource{Group: "gateway.networking.k8s.io", Version: "v1", Resource: "httproutes"}
)

// fixture is a cluster with Istio's charts.
type fixture struct {
	*clusterstest.Cluster
	t *testing.T
}

func setUp(t *testing.T) *fixture {
	t.Helper()
	if testing.Short() {
		t.Skip("starts a control plane")
	}
	if _, err := chartstest.RenderIstio("1.30.4", "base", "istio-system", ""); errors.Is(err, fs.ErrNotExist) {
		t.Skip(err)
	}
	f := &fixture{clusterstest.Start(t, istiod.Controllers()), t}
	f.namespace("istio-system", "")
	f.definitions()
	return f
}

// definitions applies the Gateway API's, as the program holds them.
func (f *fixture) definitions() {
	f.t.Helper()
	root, err := toolchain.Root()
	require.NoError(f.t, err)
	text, err := os.ReadFile(filepath.Join(root, "components", "gatewayapi", "definitions.jsonl"))
	require.NoError(f.t, err)
	f.yaml(string(text))
}

// yaml applies documents.
func (f *fixture) yaml(text string) {
	f.t.Helper()
	decoder := yaml.NewYAMLOrJSONDecoder(strings.NewReader(text), 4096)
	for {
		u := &unstructured.Unstructured{}
		if decoder.Decode(&u.Object) != nil {
			return
		}
		if len(u.Object) > 0 {
			f.Apply(u)
		}
	}
}

// install applies a chart.
func (f *fixture) install(chart, values string) {
	f.t.Helper()
	objects, err := chartstest.RenderIstio("1.30.4", chart, "istio-system", values)
	require.NoError(f.t, err)
	for _, o := range objects {
		if o.GetNamespace() == "" && namespaced(o.GetKind()) {
			o.SetNamespace("istio-system")
		}
	}
	f.Apply(objects...)
}

func namespaced(kind string) bool {
	return !strings.HasPrefix(kind, "Cluster") && !strings.HasSuffix(kind, "Configuration") && !strings.HasPrefix(kind, "ValidatingAdmission") &&
		kind != "CustomResourceDefinition"
}

// istio installs everything and waits until istiod and the agents are ready.
func (f *fixture) istio() {
	f.t.Helper()
	f.install("base", "")
	f.install("istiod", "profile: ambient\ncni: {enabled: true}\nreplicaCount: 2\nautoscaleEnabled: false\nresources: {requests: {cpu: 100m, memory: 128Mi}}")
	f.install("cni", "profile: ambient")
	f.install("ztunnel", "profile: ambient\nresources: {requests: {cpu: 10m, memory: 32Mi}}")
	f.eventually(func(t *assert.CollectT) {
		d, err := f.Typed.AppsV1().Deployments("istio-system").Get(f.t.Context(), "istiod", metav1.GetOptions{})
		if assert.NoError(t, err) {
			assert.EqualValues(t, 2, d.Status.ReadyReplicas)
		}
		for _, name := range []string{"istio-cni-node", "ztunnel"} {
			s, err := f.Typed.AppsV1().DaemonSets("istio-system").Get(f.t.Context(), name, metav1.GetOptions{})
			if assert.NoError(t, err) {
				assert.EqualValues(t, 1, s.Status.NumberReady, name)
			}
		}
	})
}

func (f *fixture) eventually(check func(*assert.CollectT), about ...any) {
	f.t.Helper()
	require.EventuallyWithT(f.t, check, patience, 100*time.Millisecond, about...)
}

func (f *fixture) namespace(name, labels string) {
	f.Apply(clusterstest.Object(`{"apiVersion":"v1","kind":"Namespace","metadata":{"name":%q,"labels":{%s}}}`, name, labels))
}

// deployment applies a Deployment whose pods have a label app and more.
func (f *fixture) deployment(name, labels, annotations, image string) {
	f.Apply(clusterstest.Object(`{"apiVersion":"apps/v1","kind":"Deployment","metadata":{"name":%q,"namespace":"store"},"spec":{"replicas":1,
		"selector":{"matchLabels":{"app":%q}},"template":{"metadata":{"labels":{"app":%q%s},"annotations":{%s}},"spec":{"containers":[
		{"name":%q,"image":%q,"ports":[{"name":"http","containerPort":8080}],"readinessProbe":{"httpGet":{"path":"/health","port":"http"}}}]}}}}`,
		name, name, name, labels, annotations, map[bool]string{true: "istio-proxy", false: name}[image == "auto"], image))
}

func (f *fixture) service(name, more string, port, target int) {
	f.Apply(clusterstest.Object(`{"apiVersion":"v1","kind":"Service","metadata":{"name":%q,"namespace":"store"%s},
		"spec":{"selector":{"app":%q},"ports":[{"name":"http","port":%d,"targetPort":%d}]}}`, name, more, name, port, target))
}

// pod waits for the one running pod of an app.
func (f *fixture) pod(app string) *corev1.Pod {
	f.t.Helper()
	var out *corev1.Pod
	f.eventually(func(t *assert.CollectT) {
		list, err := f.Typed.CoreV1().Pods("store").List(f.t.Context(), metav1.ListOptions{LabelSelector: "app=" + app})
		if assert.NoError(t, err) && assert.Len(t, list.Items, 1) && assert.Equal(t, corev1.PodRunning, list.Items[0].Status.Phase) {
			out = &list.Items[0]
		}
	}, app)
	return out
}
