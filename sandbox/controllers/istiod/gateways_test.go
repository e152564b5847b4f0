package istiod_test

import (
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	appsv1 "k8s.io/api/apps/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/types"

	"retail/sandbox/clusters/clusterstest"
)

// storeGateway is a Gateway whose proxy is deployed by hand.
func (f *fixture) storeGateway() {
	f.service("ui", "", 80, 8080)
	f.deployment("ui", "", "", "example/ui:1")
	f.service("store-gateway", "", 80, 8080)
	f.Apply(clusterstest.Object(`{"apiVersion":"gateway.networking.k8s.io/v1","kind":"Gateway","metadata":{"name":"store-gateway","namespace":"store"},
		"spec":{"gatewayClassName":"istio","addresses":[{"type":"Hostname","value":"store-gateway.store.svc.cluster.local"}],
		"listeners":[{"name":"http","port":80,"protocol":"HTTP"}]}}`))
	f.Apply(clusterstest.Object(`{"apiVersion":"gateway.networking.k8s.io/v1","kind":"HTTPRoute","metadata":{"name":"ui","namespace":"store"},
		"spec":{"parentRefs":[{"name":"store-gateway"}],"rules":[{"backendRefs":[{"name":"ui","port":80}]}]}}`))
	f.programmed("store-gateway", "False")
	f.deployment("store-gateway", `,"sidecar.istio.io/inject":"true"`, `"inject.istio.io/templates":"gateway"`, "auto")
	p := f.pod("store-gateway")
	require.Len(f.t, p.Spec.Containers, 1)
	assert.Equal(f.t, "registry.istio.io/release/proxyv2:1.30.4-distroless", p.Spec.Containers[0].Image, "the injector's, not auto")
	assert.Equal(f.t, []string{"proxy", "router"}, p.Spec.Containers[0].Args[:2])
	assert.Equal(f.t, "/health", p.Spec.Containers[0].ReadinessProbe.HTTPGet.Path, "what the pod says itself wins")
	assert.Empty(f.t, p.Annotations["ambient.istio.io/redirection"], "a gateway is its own proxy")
	u := f.programmed("store-gateway", "True")
	addresses, _, _ := unstructured.NestedSlice(u.Object, "status", "addresses")
	assert.Equal(f.t, []any{map[string]any{"type": "Hostname", "value": "store-gateway.store.svc.cluster.local"}}, addresses)
	f.eventually(func(t *assert.CollectT) {
		u, err := f.Dynamic.Resource(gateways).Namespace("store").Get(f.t.Context(), "store-gateway", metav1.GetOptions{})
		if assert.NoError(t, err) {
			list, _, _ := unstructured.NestedSlice(u.Object, "status", "listeners")
			if assert.Len(t, list, 1) {
				assert.EqualValues(t, 1, list[0].(map[string]any)["attachedRoutes"])
			}
		}
		r, err := f.Dynamic.Resource(routes).Namespace("store").Get(f.t.Context(), "ui", metav1.GetOptions{})
		if assert.NoError(t, err) {
			parents, _, _ := unstructured.NestedSlice(r.Object, "status", "parents")
			if assert.Len(t, parents, 1) {
				status := &unstructured.Unstructured{Object: map[string]any{"status": parents[0]}}
				assert.Equal(t, "True", statusOf(status, "Accepted"))
				assert.Equal(t, "True", statusOf(status, "ResolvedRefs"))
			}
		}
	})
	_, err := f.Typed.AppsV1().Deployments("store").Get(f.t.Context(), "store-gateway-istio", metav1.GetOptions{})
	assert.Error(f.t, err, "istiod deploys nothing for a Gateway that names its Service")
}

// programmed waits until a Gateway is, or is not.
func (f *fixture) programmed(name, want string) (out *unstructured.Unstructured) {
	f.eventually(func(t *assert.CollectT) {
		u, err := f.Dynamic.Resource(gateways).Namespace("store").Get(f.t.Context(), name, metav1.GetOptions{})
		if assert.NoError(t, err) {
			assert.Equal(t, want, statusOf(u, "Programmed"), "%v", u.Object["status"])
			out = u
		}
	}, name)
	return out
}

// waypoint is a Gateway that istiod deploys, with what a ConfigMap adds.
func (f *fixture) waypoint() {
	f.Apply(clusterstest.Object(`{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"waypoint","namespace":"store"},"data":{
		"deployment":"spec:\n  replicas: 2\n  template:\n    spec:\n      containers:\n      - name: istio-proxy\n        resources: {requests: {cpu: 10m, memory: 32Mi}}\n",
		"podDisruptionBudget":"spec: {minAvailable: 1}\n","horizontalPodAutoscaler":"spec: {minReplicas: 2, maxReplicas: 4}\n"}}`))
	f.Apply(clusterstest.Object(`{"apiVersion":"gateway.networking.k8s.io/v1","kind":"Gateway","metadata":{"name":"waypoint","namespace":"store",
		"labels":{"istio.io/waypoint-for":"service"}},"spec":{"gatewayClassName":"istio-waypoint","listeners":[{"name":"mesh","port":15008,"protocol":"HBONE"}],
		"infrastructure":{"parametersRef":{"group":"","kind":"ConfigMap","name":"waypoint"}}}}`))
	u := f.programmed("waypoint", "True")
	addresses, _, _ := unstructured.NestedSlice(u.Object, "status", "addresses")
	assert.Len(f.t, addresses, 2, "a waypoint reports its IP and its name")
	d, err := f.Typed.AppsV1().Deployments("store").Get(f.t.Context(), "waypoint", metav1.GetOptions{})
	require.NoError(f.t, err)
	f.isWaypoint(d)
	f.eventually(func(t *assert.CollectT) {
		budget, err := f.Typed.PolicyV1().PodDisruptionBudgets("store").Get(f.t.Context(), "waypoint", metav1.GetOptions{})
		require.NoError(t, err)
		assert.EqualValues(t, 1, budget.Spec.MinAvailable.IntValue())
		scaler, err := f.Typed.AutoscalingV2().HorizontalPodAutoscalers("store").Get(f.t.Context(), "waypoint", metav1.GetOptions{})
		require.NoError(t, err)
		assert.EqualValues(t, 4, scaler.Spec.MaxReplicas)
	})

	f.service("ui", `,"labels":{"istio.io/use-waypoint":"waypoint","istio.io/ingress-use-waypoint":"true"}`, 80, 8080)
	f.eventually(func(t *assert.CollectT) {
		s, err := f.Typed.CoreV1().Services("store").Get(f.t.Context(), "ui", metav1.GetOptions{})
		if assert.NoError(t, err) && assert.Len(t, s.Status.Conditions, 1) {
			assert.Equal(t, "istio.io/WaypointBound", s.Status.Conditions[0].Type)
			assert.Contains(t, s.Status.Conditions[0].Message, "Ingress traffic will traverse the waypoint")
		}
	})
	require.NoError(f.t, f.Dynamic.Resource(gateways).Namespace("store").Delete(f.t.Context(), "waypoint", metav1.DeleteOptions{}))
	f.eventually(func(t *assert.CollectT) {
		_, err := f.Typed.AppsV1().Deployments("store").Get(f.t.Context(), "waypoint", metav1.GetOptions{})
		assert.Error(t, err, "what was deployed goes with its Gateway")
	})
}

func (f *fixture) isWaypoint(d *appsv1.Deployment) {
	assert.EqualValues(f.t, 2, *d.Spec.Replicas)
	assert.Equal(f.t, "istio.io-mesh-controller", d.Labels["gateway.istio.io/managed"])
	c := d.Spec.Template.Spec.Containers[0]
	assert.Equal(f.t, "registry.istio.io/release/proxyv2:1.30.4-distroless", c.Image)
	assert.Equal(f.t, []string{"proxy", "waypoint"}, c.Args[:2])
	assert.Equal(f.t, "10m", c.Resources.Requests.Cpu().String())
	assert.Equal(f.t, "waypoint", d.OwnerReferences[0].Name)
}

// I12: with no istiod, its fail-closed webhooks refuse.
func (f *fixture) refusesWhenAway() {
	_, err := f.Typed.AppsV1().Deployments("istio-system").Patch(f.t.Context(), "istiod", types.MergePatchType, []byte(`{"spec":{"replicas":0}}`), metav1.PatchOptions{})
	require.NoError(f.t, err)
	policy := clusterstest.Object(`{"apiVersion":"security.istio.io/v1","kind":"AuthorizationPolicy","metadata":{"name":"late","namespace":"store"},"spec":{}}`)
	f.eventually(func(t *assert.CollectT) {
		err := f.Try(policy)
		if assert.Error(t, err, "I12") {
			assert.Contains(t, err.Error(), `failed calling webhook "validation.istio.io"`)
		}
	})
}
