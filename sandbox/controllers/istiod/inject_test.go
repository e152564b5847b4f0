package istiod

import (
	"encoding/json"
	"errors"
	"io/fs"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/runtime"

	"retail/sandbox/charts/chartstest"
	"retail/sandbox/clusters"
)

// installed is the injector's configuration as a release's chart installs it.
func installed(t *testing.T, release string) *injection {
	t.Helper()
	objects, err := chartstest.RenderIstio(release, "istiod", systemNamespace, "profile: ambient\ncni: {enabled: true}\nmeshConfig: {trustDomain: blue.shop}")
	if errors.Is(err, fs.ErrNotExist) {
		t.Skip(err)
	}
	require.NoError(t, err)
	maps := map[string]*corev1.ConfigMap{}
	for _, o := range objects {
		if o.GetKind() == "ConfigMap" {
			c := &corev1.ConfigMap{}
			require.NoError(t, runtime.DefaultUnstructuredConverter.FromUnstructured(o.Object, c))
			maps[c.Name] = c
		}
	}
	out, err := readInjection(maps["istio-sidecar-injector"].Data, maps["istio"].Data["mesh"])
	require.NoError(t, err)
	return out
}

func pod(t *testing.T, text string) *corev1.Pod {
	t.Helper()
	out := &corev1.Pod{}
	require.NoError(t, json.Unmarshal([]byte(text), out))
	return out
}

const catalogPod = `{"metadata":{"generateName":"catalog-abc-","namespace":"store","labels":{"app":"catalog","pod-template-hash":"abc","sidecar.istio.io/inject":"true"},
	"annotations":{"prometheus.io/scrape":"true","prometheus.io/port":"8080","prometheus.io/path":"/metrics",
	"proxy.istio.io/config":"{\"holdApplicationUntilProxyStarts\":true}","sidecar.istio.io/proxyCPU":"100m","sidecar.istio.io/proxyMemory":"128Mi"},
	"ownerReferences":[{"apiVersion":"apps/v1","kind":"ReplicaSet","name":"catalog-abc","uid":"1","controller":true}]},
	"spec":{"serviceAccountName":"catalog","containers":[{"name":"catalog","image":"c:1","ports":[{"name":"http","containerPort":8080}]}]}}`

func TestSidecarsOfBothReleases(t *testing.T) {
	for _, release := range []string{"1.30.4", "1.31.0"} {
		config := installed(t, release)
		required, err := config.required(pod(t, catalogPod))
		require.NoError(t, err)
		assert.True(t, required)
		for native, names := range map[bool][]string{true: {"istio-validation", "istio-proxy"}, false: {"istio-validation"}} {
			out, err := config.inject(pod(t, catalogPod), native)
			require.NoError(t, err, release)
			var init []string
			for _, c := range out.Spec.InitContainers {
				init = append(init, c.Name)
			}
			assert.Equal(t, names, init, release)
			if !native {
				assert.Equal(t, "istio-proxy", out.Spec.Containers[0].Name, "held back until the proxy is ready")
			}
			p := proxyOf(out)
			assert.Equal(t, "registry.istio.io/release/proxyv2:"+release+"-distroless", p.Image)
			assert.Equal(t, "100m", p.Resources.Requests.Cpu().String())
			assert.Equal(t, "15020", out.Annotations["prometheus.io/port"], "metrics come through the agent")
			env := map[string]string{}
			for _, e := range p.Env {
				env[e.Name] = e.Value
			}
			assert.Contains(t, env["ISTIO_META_OWNER"], "deployments/catalog")
			assert.Contains(t, env["ISTIO_PROMETHEUS_ANNOTATIONS"], `"port":"8080"`)
			assert.Equal(t, "blue.shop", env["TRUST_DOMAIN"])
			assert.Contains(t, env["PROXY_CONFIG"], `"holdApplicationUntilProxyStarts":true`)
		}
	}
}

func TestGatewaysOfBothReleases(t *testing.T) {
	for _, release := range []string{"1.30.4", "1.31.0"} {
		config := installed(t, release)
		out, err := config.inject(pod(t, `{"metadata":{"generateName":"g-1-","namespace":"store","labels":{"sidecar.istio.io/inject":"true"},
			"annotations":{"inject.istio.io/templates":"gateway"}},"spec":{"containers":[{"name":"istio-proxy","image":"auto",
			"resources":{"requests":{"cpu":"250m"}},"ports":[{"name":"http","containerPort":8080}]}]}}`), true)
		require.NoError(t, err, release)
		require.Len(t, out.Spec.Containers, 1)
		c := out.Spec.Containers[0]
		assert.Equal(t, "registry.istio.io/release/proxyv2:"+release+"-distroless", c.Image)
		assert.Equal(t, "250m", c.Resources.Requests.Cpu().String())
		assert.Len(t, c.Ports, 2, "the pod's own and the proxy's")
		assert.Contains(t, out.Annotations["proxy.istio.io/overrides"], "250m")

		m := &mesh{controller: &controller{plane: clusters.Plane{Spec: clusters.ClusterSpec{Version: "1.34"}}}}
		for name, c := range classes {
			if c.template == "" {
				continue
			}
			g := &gateway{}
			g.Name, g.Namespace, g.UID, g.Spec.GatewayClassName = "w", "store", "u", name
			g.Spec.Listeners = []listener{{Name: "mesh", Port: 15008, Protocol: "HBONE"}}
			text, err := config.execute(c.template, m.input(config, g, c))
			require.NoError(t, err, "%s %s", release, name)
			assert.Contains(t, string(text), "kind: Deployment")
		}
	}
}

func TestPodsThatAreNotInjected(t *testing.T) {
	config := installed(t, "1.30.4")
	for text, want := range map[string]bool{
		`{"metadata":{"namespace":"store"}}`:                                                                                         true,
		`{"metadata":{"namespace":"store","labels":{"sidecar.istio.io/inject":"false"}}}`:                                            false,
		`{"metadata":{"namespace":"kube-system","labels":{"sidecar.istio.io/inject":"true"}}}`:                                       false,
		`{"metadata":{"namespace":"store","labels":{"sidecar.istio.io/inject":"true"}},"spec":{"hostNetwork":true,"containers":[]}}`: false,
	} {
		required, err := config.required(pod(t, text))
		require.NoError(t, err)
		assert.Equal(t, want, required, text)
	}
}

func TestOverlaysOfGateways(t *testing.T) {
	const budget = "apiVersion: policy/v1\nkind: PodDisruptionBudget\nmetadata: {name: w, namespace: store}\nspec: {selector: {matchLabels: {a: b}}}"
	none, err := overlaid(budget, nil)
	require.NoError(t, err)
	assert.Nil(t, none, "made only with an overlay")
	made, err := overlaid(budget, []map[string]string{{"podDisruptionBudget": "spec: {minAvailable: 1}"}})
	require.NoError(t, err)
	assert.Equal(t, "w", made.GetName())
	for overlay, says := range map[string]string{
		"metadata: {name: other}": "illegal metadata change",
		"spec: [":                 "overlay podDisruptionBudget",
	} {
		_, err := overlaid(budget, []map[string]string{{"podDisruptionBudget": overlay}})
		assert.ErrorContains(t, err, says)
	}
	_, err = overlaid(budget, []map[string]string{{"hpa": "{}"}})
	assert.ErrorContains(t, err, `unsupported overlay "hpa"`)
}
