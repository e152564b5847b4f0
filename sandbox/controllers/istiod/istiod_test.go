package istiod_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	admissionv1 "k8s.io/api/admissionregistration/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/types"

	"retail/sandbox/clusters/clusterstest"
)

func TestIstioInARealControlPlane(t *testing.T) {
	f := setUp(t)
	f.namespace("store", "")
	f.deployment("cart", "", "", "example/cart:1")
	before := f.pod("cart")
	f.istio()
	f.webhooksArePatched()
	f.rootCertificates()
	f.classesAreMade()
	f.namespacesJoinWithoutRestarts(before)
	f.sidecars()
	f.storeGateway()
	f.waypoint()
	f.refusesWhenAway()
}

// I6: istiod takes webhooks over under its own field manager, also once more.
func (f *fixture) webhooksArePatched() {
	client := f.Typed.AdmissionregistrationV1().ValidatingWebhookConfigurations()
	patched := func(name string) {
		f.eventually(func(t *assert.CollectT) {
			c, err := client.Get(f.t.Context(), name, metav1.GetOptions{})
			if assert.NoError(t, err) && assert.NotEmpty(t, c.Webhooks) {
				assert.Equal(t, admissionv1.Fail, *c.Webhooks[0].FailurePolicy)
				assert.NotEmpty(t, c.Webhooks[0].ClientConfig.CABundle)
				owner := c.ManagedFields[len(c.ManagedFields)-1]
				assert.Equal(t, "pilot-discovery", owner.Manager)
				assert.Equal(t, metav1.ManagedFieldsOperationUpdate, owner.Operation)
			}
		}, "I6: %s", name)
	}
	patched("istiod-default-validator")
	patched("istio-validator-istio-system")
	_, err := client.Patch(f.t.Context(), "istiod-default-validator", types.JSONPatchType,
		[]byte(`[{"op":"replace","path":"/webhooks/0/failurePolicy","value":"Ignore"}]`), metav1.PatchOptions{FieldManager: "somebody"})
	require.NoError(f.t, err)
	patched("istiod-default-validator")
	f.eventually(func(t *assert.CollectT) {
		injector, err := f.Typed.AdmissionregistrationV1().MutatingWebhookConfigurations().Get(f.t.Context(), "istio-sidecar-injector", metav1.GetOptions{})
		require.NoError(t, err)
		for _, w := range injector.Webhooks {
			assert.NotEmpty(t, w.ClientConfig.CABundle, w.Name)
		}
	})
	policy := `{"apiVersion":"security.istio.io/v1","kind":"AuthorizationPolicy","metadata":{"name":"p","namespace":"store"},"spec":{"action":%q}}`
	f.eventually(func(t *assert.CollectT) {
		assert.ErrorContains(t, f.Try(clusterstest.Object(policy, "DENY")), `admission webhook "validation.istio.io" denied the request: `+
			"configuration is invalid: DENY action without `rules` is meaningless as it will never be triggered")
	}, "the API server learns of its webhooks a moment after they are there")
	require.NoError(f.t, f.Try(clusterstest.Object(policy, "ALLOW")))
}

func (f *fixture) rootCertificates() {
	f.eventually(func(t *assert.CollectT) {
		for _, space := range []string{"store", "kube-system"} {
			c, err := f.Typed.CoreV1().ConfigMaps(space).Get(f.t.Context(), "istio-ca-root-cert", metav1.GetOptions{})
			if assert.NoError(t, err) {
				assert.Contains(t, c.Data["root-cert.pem"], "BEGIN CERTIFICATE")
			}
		}
	})
}

func (f *fixture) classesAreMade() {
	f.eventually(func(t *assert.CollectT) {
		for _, name := range []string{"istio", "istio-waypoint", "istio-remote"} {
			c, err := f.Dynamic.Resource(classes).Get(f.t.Context(), name, metav1.GetOptions{})
			if assert.NoError(t, err) {
				assert.Equal(t, "True", statusOf(c, "Accepted"))
			}
		}
	})
}

// statusOf is a condition's status.
func statusOf(u *unstructured.Unstructured, kind string) string {
	list, _, _ := unstructured.NestedSlice(u.Object, "status", "conditions")
	for _, c := range list {
		if m, _ := c.(map[string]any); m["type"] == kind {
			return m["status"].(string)
		}
	}
	return ""
}

// Pods that run join the ambient mesh and leave it as they are.
func (f *fixture) namespacesJoinWithoutRestarts(before *corev1.Pod) {
	f.namespace("store", `"istio.io/dataplane-mode":"ambient"`)
	joined := func(want string) {
		f.eventually(func(t *assert.CollectT) {
			p := f.pod("cart")
			assert.Equal(t, want, p.Annotations["ambient.istio.io/redirection"])
			assert.Equal(t, before.UID, p.UID, "not restarted")
		})
	}
	joined("enabled")
	f.namespace("store", "")
	joined("")
	f.namespace("store", `"istio.io/dataplane-mode":"ambient"`)
	joined("enabled")
}

// A pod with a sidecar is not in the ambient mesh.
func (f *fixture) sidecars() {
	f.deployment("catalog", `,"sidecar.istio.io/inject":"true"`, "", "example/catalog:1")
	p := f.pod("catalog")
	var names []string
	for _, c := range p.Spec.InitContainers {
		names = append(names, c.Name)
	}
	assert.Equal(f.t, []string{"istio-validation", "istio-proxy"}, names, "native sidecars, kubelets being newer than 1.33")
	assert.Equal(f.t, "registry.istio.io/release/proxyv2:1.30.4-distroless", p.Spec.InitContainers[1].Image)
	assert.Contains(f.t, p.Annotations["sidecar.istio.io/status"], `"revision":"default"`)
	assert.Equal(f.t, "catalog", p.Labels["service.istio.io/canonical-name"])
	assert.Equal(f.t, "istio", p.Labels["security.istio.io/tlsMode"])
	probe := p.Spec.Containers[0].ReadinessProbe.HTTPGet
	assert.Equal(f.t, "/app-health/catalog/readyz", probe.Path)
	assert.EqualValues(f.t, 15020, probe.Port.IntValue())
	assert.Empty(f.t, p.Annotations["ambient.istio.io/redirection"])
}
