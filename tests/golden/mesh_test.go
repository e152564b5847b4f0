package golden

import (
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"retail/tests/internal/recorder"
)

const (
	serviceKind    = "kubernetes:core/v1:Service"
	authentication = "kubernetes:security.istio.io/v1:PeerAuthentication"
	authorization  = "kubernetes:security.istio.io/v1:AuthorizationPolicy"
	gatewayKind    = "kubernetes:gateway.networking.k8s.io/v1:Gateway"
	httpRouteKind  = "kubernetes:gateway.networking.k8s.io/v1:HTTPRoute"
)

// in are the objects of one cluster that are of a kind and in a namespace.
func in(r *recorder.Recorder, provider, kind, namespace string) []*recorder.Resource {
	return slices.DeleteFunc(slices.Clone(r.OfType(kind)), func(one *recorder.Resource) bool {
		return one.Provider != provider || one.String("metadata.namespace") != namespace
	})
}

func labelsAt(one *recorder.Resource, path string) map[string]any {
	labels, _ := one.Value(path).Mappable().(map[string]any)
	return labels
}

// selected are the Deployments whose pods have all of a selector's labels.
func selected(deployments []*recorder.Resource, selector map[string]any) []*recorder.Resource {
	return slices.DeleteFunc(slices.Clone(deployments), func(one *recorder.Resource) bool {
		labels := labelsAt(one, "spec.template.metadata.labels")
		for key, value := range selector {
			if labels[key] != value {
				return true
			}
		}
		return len(selector) == 0
	})
}

// balanced are the selectors of the pods that something sends requests of load balancers to.
func balanced(t *testing.T, r *recorder.Recorder, object *recorder.Resource) map[string]any {
	t.Helper()
	name := object.String("spec.serviceRef.name")
	switch object.Type {
	case serviceKind:
		return labelsAt(object, "spec.selector")
	case ingressType:
		name = object.String("spec.rules[0].http.paths[0].backend.service.name")
	}
	for _, service := range in(r, object.Provider, serviceKind, object.String("metadata.namespace")) {
		if service.String("metadata.name") == name {
			return labelsAt(service, "spec.selector")
		}
	}
	require.Fail(t, "no Service", "%s sends to %q", object.URN, name)
	return nil
}

// outside tells whether a namespace is kept out of the mesh.
func outside(r *recorder.Recorder, target *recorder.Resource, namespace string) bool {
	return slices.ContainsFunc(in(r, target.Provider, "kubernetes:core/v1:Namespace", ""), func(one *recorder.Resource) bool {
		return one.String("metadata.name") == namespace && one.String(`metadata.labels["istio.io/dataplane-mode"]`) == "none"
	})
}

// plainPods is case I1, by the objects alone: whatever load balancers reach in a namespace
// that is STRICT is a gateway of the mesh.
func plainPods(t *testing.T, r *recorder.Recorder) {
	targets := slices.Concat(bindings(r), r.OfType(ingressType))
	for _, service := range r.OfType(serviceKind) {
		if service.String("spec.type") == "LoadBalancer" {
			targets = append(targets, service)
		}
	}
	for _, target := range targets {
		namespace := target.String("metadata.namespace")
		if outside(r, target, namespace) {
			continue // its pods, which charts bring, have no proxy
		}
		strict := slices.ContainsFunc(in(r, target.Provider, authentication, namespace), func(one *recorder.Resource) bool {
			return one.String("spec.mtls.mode") == "STRICT"
		})
		pods := selected(in(r, target.Provider, deployment, namespace), balanced(t, r, target))
		if assert.NotEmpty(t, pods, "%s reaches no pods", target.URN); strict {
			for _, one := range pods {
				assert.Equal(t, "gateway", one.String(`spec.template.metadata.annotations["inject.istio.io/templates"]`),
					"%s sends plain requests to pods that take mutual TLS only: %s", target.URN, one.URN)
			}
		}
	}
}

// waypoints is case I4: a Service that names a waypoint waits for one that is there, and the
// one behind the gateway sends requests from gateways there as well.
func waypoints(t *testing.T, r *recorder.Recorder) {
	for _, service := range r.OfType(serviceKind) {
		name := service.String(`metadata.labels["istio.io/use-waypoint"]`)
		if name == "" {
			continue
		}
		found := slices.ContainsFunc(in(r, service.Provider, gatewayKind, service.String("metadata.namespace")), func(gateway *recorder.Resource) bool {
			return gateway.String("metadata.name") == name && r.Reaches(service, gateway)
		})
		assert.True(t, found, "%s goes to a waypoint that it does not wait for", service.URN)
	}
	for _, route := range r.OfType(httpRouteKind) {
		if route.String("spec.parentRefs[0].kind") != "Gateway" {
			continue
		}
		for _, service := range in(r, route.Provider, serviceKind, route.String("metadata.namespace")) {
			if service.String("metadata.name") == route.String("spec.rules[0].backendRefs[0].name") {
				assert.Equal(t, service.String(`metadata.labels["istio.io/use-waypoint"]`) != "",
					service.String(`metadata.labels["istio.io/ingress-use-waypoint"]`) == "true", service.URN)
			}
		}
	}
}

// level is a variant of dev in which both colours have a mesh of one level, or none.
func level(mesh string, means func(*testing.T, *recorder.Recorder, difference)) variant {
	return variant{of: "dev", edits: []edit{set(blue+".mesh", mesh), set(green+".mesh", mesh), set(blue+".istio", nil), set(green+".istio", nil)}, means: means}
}

// inMesh are the objects of a kind but for those of VPC Lattice, which has kinds of the
// Gateway API too.
func inMesh(r *recorder.Recorder, kind string) []*recorder.Resource {
	return slices.DeleteFunc(slices.Clone(r.OfType(kind)), func(one *recorder.Resource) bool { return strings.Contains(one.URN, "retail:lattice:") })
}

func withoutMesh(t *testing.T, r *recorder.Recorder, _ difference) {
	for _, binding := range bindings(r) {
		assert.Equal(t, "ui", binding.String("spec.serviceRef.name"))
	}
	for _, kind := range []string{authentication, authorization, gatewayKind, httpRouteKind} {
		assert.Empty(t, inMesh(r, kind), "mesh none is the shop as it was")
	}
	assert.Len(t, r.OfType(deployment), 10)
}

func withConnections(t *testing.T, r *recorder.Recorder, _ difference) {
	for _, binding := range bindings(r) {
		assert.Equal(t, []string{"ui", "store-gateway"}, []string{binding.String("metadata.name"), binding.String("spec.serviceRef.name")},
			"the binding that stands is changed (I1)")
	}
	assert.Len(t, r.OfType(authentication), 2, "each colour is STRICT")
	for _, gateway := range inMesh(r, gatewayKind) {
		assert.Equal(t, "istio", gateway.String("spec.gatewayClassName"), "nobody reads requests inside (l4)")
	}
	for _, policy := range r.OfType(authorization) {
		if !policy.Value("spec.selector").IsNull() {
			assert.NotContains(t, policy.String("spec.rules[0].from[0].source.principals[0]"), "/sa/waypoint")
		}
	}
}

// withRequests is level l7, at which dev stands.
func withRequests(t *testing.T, r *recorder.Recorder) {
	t.Helper()
	for _, colour := range []string{"blue", "green"} {
		waypoint := r.One(t, gatewayKind, "main-"+colour+"-waypoint")
		assert.Equal(t, "istio-waypoint", waypoint.String("spec.gatewayClassName"))
	}
	twins := 0
	for _, policy := range r.OfType(authorization) {
		if !policy.Value("spec.selector").IsNull() {
			twins++
			assert.Contains(t, policy.String("spec.rules[0].from[0].source.principals[0]"), "/ns/store/sa/waypoint", "nobody goes past it: %s", policy.URN)
		}
	}
	assert.Equal(t, 10, twins, "five services of two colours")
}
