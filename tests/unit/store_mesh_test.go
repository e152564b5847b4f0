package unit

import (
	"encoding/json"
	"maps"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"retail/components/store"
	"retail/tests/internal/recorder"
)

const (
	inject      = `["sidecar.istio.io/inject"]`
	useWaypoint = `metadata.labels["istio.io/use-waypoint"]`
	fromIngress = `metadata.labels["istio.io/ingress-use-waypoint"]`
)

// templates are the pods' descriptions by Deployment.
func templates(r *recorder.Recorder) map[string]any {
	all := map[string]any{}
	for _, one := range r.OfType(deploymentType) {
		all[one.String("metadata.name")] = one.Value("spec.template").Mappable()
	}
	return all
}

// Each step up the ladder makes no pod anew but catalog's, at the first.
func TestStepUpRestartsCatalogOnly(t *testing.T) {
	none, l4, l7 := templates(shopped(t, stocked())), templates(shopped(t, inMesh(false))), templates(shopped(t, inMesh(true)))
	require.Len(t, none, 5)
	for name, before := range none {
		assert.Equal(t, name != "catalog", assert.ObjectsAreEqual(before, l4[name]), name)
	}
	assert.Equal(t, l4, l7, "l4 to l7 restarts nobody, the store gateway neither")
	assert.ElementsMatch(t, slices.Collect(maps.Keys(l4)), append(slices.Collect(maps.Keys(none)), "store-gateway"))
}

// An upgrade of Istio makes anew the pods that a proxy was put into, and no others: a proxy
// stays what it was when its pod was made.
func TestUpgradeReachesInjectedProxies(t *testing.T) {
	newer := inMesh(true)
	newer.mesh.Version = "1.31.0"
	was, is := templates(shopped(t, inMesh(true))), templates(shopped(t, newer))
	require.Len(t, is, len(was))
	for name, before := range was {
		injected := name == "catalog" || name == "store-gateway"
		assert.Equal(t, !injected, assert.ObjectsAreEqual(before, is[name]), name)
	}
}

// The namespace is in the mesh once the mesh stands; a sidecar is asked for by catalog's pods
// and the gateway's, whose annotation ztunnel leaves alone: no pod has both.
func TestPodsJoinTheMeshByTheirNamespace(t *testing.T) {
	r := shopped(t, inMesh(false))
	space := r.One(t, namespaceType, "main-blue-namespace")
	assert.Equal(t, "ambient", space.String(`metadata.labels["istio.io/dataplane-mode"]`))
	assert.True(t, space.WaitsFor(r.One(t, configMapType, "mesh")), "no pod is taken into a mesh that is not there (I12)")
	asking := map[string]bool{}
	for _, one := range r.OfType(deploymentType) {
		asking[one.String("metadata.name")] = one.String("spec.template.metadata.labels"+inject) == "true"
	}
	assert.Equal(t, map[string]bool{
		"ui": false, "carts": false, "checkout": false, "orders": false, "catalog": true, "store-gateway": true,
	}, asking)
	assert.Empty(t, shopped(t, stocked()).One(t, namespaceType, "main-blue-namespace").String(`metadata.labels["istio.io/dataplane-mode"]`))
}

// I12: every object of Istio and the Gateway API waits for the mesh, and so goes before it.
func TestObjectsOfTheMeshWaitForItI12(t *testing.T) {
	r := shopped(t, inMesh(true))
	mesh, seen := r.One(t, configMapType, "mesh"), 0
	for _, kind := range []string{
		authorizationType, authenticationType, gatewayType, httpRouteType, serviceEntryType, sidecarType, destinationType,
	} {
		for _, one := range r.OfType(kind) {
			seen++
			assert.True(t, one.WaitsFor(mesh), one.Name)
			assert.NotEmpty(t, one.DeletedWith, one.Name)
			assert.Equal(t, "store", one.String("metadata.namespace"), one.Name)
		}
	}
	assert.Greater(t, seen, 25)
	strict := named(t, r, authenticationType, "strict")
	assert.Equal(t, "STRICT", strict.String("spec.mtls.mode"))
	for _, one := range r.OfType(deploymentType) {
		for _, before := range []*recorder.Resource{strict, named(t, r, authorizationType, "allow-nothing")} {
			assert.True(t, r.Reaches(one, before), "%s starts in a namespace that is open", one.Name)
		}
	}
}

// I1, L7: what refuses load balancers at ui comes when they have turned to the gateway. Before,
// a failed check would shut the gates of ui's pods for good.
func TestNothingIsClosedBeforeLoadBalancersTurnI1(t *testing.T) {
	for l7, roles := range map[bool][]string{false: {"ui-callers", "ui-direct"}, true: {"ui-from-waypoint", "ui-by-waypoint"}} {
		r := shopped(t, inMesh(l7))
		binding := r.One(t, "kubernetes:elbv2.k8s.aws/v1beta1:TargetGroupBinding", "binding")
		for _, closing := range []*recorder.Resource{
			named(t, r, authenticationType, "strict"), named(t, r, authorizationType, "allow-nothing"), named(t, r, authorizationType, roles[0]),
			named(t, r, policyType, "ui"), named(t, r, policyType, roles[1]),
		} {
			assert.True(t, r.Reaches(closing, binding), "%s", closing.Name)
		}
		assert.False(t, r.Reaches(binding, named(t, r, authenticationType, "strict")))
	}
}

// I1: with a mesh the entry is the store gateway, whose Gateway names the Service; the pods
// behind the others take nothing from load balancers.
func TestEntryIsTheGatewayI1(t *testing.T) {
	r := shopped(t, inMesh(false))
	service := named(t, r, serviceType, "store-gateway")
	assert.Equal(t, []any{8080.0, 80.0, "http"}, []any{
		service.Value("spec.ports[0].targetPort").Mappable(), service.Value("spec.ports[0].port").Mappable(), service.String("spec.ports[0].appProtocol"),
	}, "the target group of the front door stays as it is")
	gateway := named(t, r, gatewayType, "store-gateway")
	assert.Equal(t, []any{map[string]any{"type": "Hostname", "value": "store-gateway.store.svc.cluster.local"}}, list(t, gateway, "spec.addresses"))
	assert.Equal(t, "Same", gateway.String("spec.listeners[0].allowedRoutes.namespaces.from"))
	route := named(t, r, httpRouteType, "store-gateway")
	assert.Equal(t, "ui", route.String("spec.rules[0].backendRefs[0].name"))
	pods := named(t, r, deploymentType, "store-gateway")
	for _, before := range []*recorder.Resource{
		service, gateway, route, named(t, r, deploymentType, "ui"), r.One(t, bindingType, "binding"), named(t, r, authorizationType, "customers"),
	} {
		assert.True(t, r.Reaches(pods, before), "the gateway's gates need %s", before.Name)
	}
	assert.Equal(t, "gateway", pods.String(`spec.template.metadata.annotations["inject.istio.io/templates"]`))
	assert.Equal(t, "auto", pods.String("spec.template.spec.containers[0].image"))
	for _, kind := range []string{disruptionType, autoscalerType, accountType} {
		named(t, r, kind, "store-gateway")
	}
	entry := store.Entry{Mesh: &store.Mesh{}}
	assert.True(t, entry.MutualTLS("ui"))
	assert.False(t, entry.MutualTLS("store-gateway"))
	assert.False(t, (&store.Entry{}).MutualTLS("ui"), "no mesh")
}

// The Service that customers reached before keeps its place: the same object, under the same
// name and parent, is changed and not made a second time.
func TestServiceOfUIKeepsItsPlace(t *testing.T) {
	before, after := shopped(t, stocked()).One(t, serviceType, "main-blue-ui-service"), shopped(t, inMesh(true)).One(t, serviceType, "main-blue-ui-service")
	assert.Equal(t, before.URN, after.URN)
}

// I4: Services name the waypoint once it stands and its rules do, ui for gateways too.
func TestServicesGoThroughTheWaypointI4(t *testing.T) {
	r := shopped(t, inMesh(true))
	waypoint := named(t, r, gatewayType, "waypoint")
	assert.Equal(t, []string{"istio-waypoint", "HBONE", "condition=Programmed", "service"}, []string{
		waypoint.String("spec.gatewayClassName"), waypoint.String("spec.listeners[0].protocol"),
		waypoint.String(`metadata.annotations["pulumi.com/waitFor"]`), waypoint.String(`metadata.labels["istio.io/waypoint-for"]`),
	})
	for _, service := range r.OfType(serviceType) {
		name := service.String("metadata.name")
		if name == "store-gateway" {
			assert.Empty(t, service.String(useWaypoint), "whose clients are in no mesh")
			continue
		}
		assert.Equal(t, "waypoint", service.String(useWaypoint), name)
		assert.Equal(t, name == "ui", service.String(fromIngress) == "true", name)
		for _, before := range []*recorder.Resource{
			waypoint, named(t, r, policyType, "waypoint"), named(t, r, authorizationType, name+"-requests"),
			named(t, r, authorizationType, name+"-from-waypoint"), named(t, r, httpRouteType, name), named(t, r, destinationType, name),
			named(t, r, policyType, name+"-by-waypoint"),
		} {
			assert.True(t, r.Reaches(service, before), "%s goes to the waypoint before %s", name, before.Name)
		}
	}
	for _, service := range shopped(t, inMesh(false)).OfType(serviceType) {
		assert.Empty(t, service.String(useWaypoint), "there is none at l4")
	}
}

// What istiod makes of the waypoint is as many, as spread and as tight as the shop's own pods.
func TestWaypointIsSizedAndSpread(t *testing.T) {
	r := shopped(t, inMesh(true))
	options := named(t, r, configMapType, "waypoint-options")
	assert.Equal(t, "waypoint-options", named(t, r, gatewayType, "waypoint").String("spec.infrastructure.parametersRef.name"))
	read := func(key string) (overlay map[string]any) {
		require.NoError(t, json.Unmarshal([]byte(options.String("data."+key)), &overlay), key)
		return overlay["spec"].(map[string]any)
	}
	assert.Equal(t, []any{3.0, 12.0}, []any{read("horizontalPodAutoscaler")["minReplicas"], read("horizontalPodAutoscaler")["maxReplicas"]})
	assert.Equal(t, 1.0, read("podDisruptionBudget")["maxUnavailable"])
	pod := read("deployment")["template"].(map[string]any)["spec"].(map[string]any)
	spread := pod["topologySpreadConstraints"].([]any)[0].(map[string]any)
	assert.Equal(t, []any{"topology.kubernetes.io/zone", "DoNotSchedule", "Honor"}, []any{spread["topologyKey"], spread["whenUnsatisfiable"], spread["nodeTaintsPolicy"]})
	assert.Equal(t, map[string]any{"type": "RuntimeDefault"}, pod["securityContext"].(map[string]any)["seccompProfile"], "restricted refuses others")
}
