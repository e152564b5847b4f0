package unit

import (
	"testing"
	"time"

	corev1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/core/v1"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"github.com/stretchr/testify/require"

	"retail/components/store"
	"retail/tests/internal/recorder"
)

const (
	authorizationType  = "kubernetes:security.istio.io/v1:AuthorizationPolicy"
	authenticationType = "kubernetes:security.istio.io/v1:PeerAuthentication"
	gatewayType        = "kubernetes:gateway.networking.k8s.io/v1:Gateway"
	httpRouteType      = "kubernetes:gateway.networking.k8s.io/v1:HTTPRoute"
	serviceEntryType   = "kubernetes:networking.istio.io/v1:ServiceEntry"
	sidecarType        = "kubernetes:networking.istio.io/v1:Sidecar"
	destinationType    = "kubernetes:networking.istio.io/v1:DestinationRule"
	virtualServiceType = "kubernetes:networking.istio.io/v1:VirtualService"
	namespaceType      = "kubernetes:core/v1:Namespace"
	configMapType      = "kubernetes:core/v1:ConfigMap"

	trust   = "retail-test-main-blue"
	sayings = trust + "/ns/store/sa/"
)

// meshOf adds what a shop's mesh waits for: something that stands for the mesh.
func meshOf(ctx *pulumi.Context, mesh *store.Mesh, opts ...pulumi.ResourceOption) (*store.Mesh, error) {
	if mesh == nil {
		return nil, nil
	}
	installed, err := corev1.NewConfigMap(ctx, "mesh", &corev1.ConfigMapArgs{}, opts...)
	full := *mesh
	full.Ready = []pulumi.Resource{installed}
	return &full, err
}

// inMesh is a stocked shop in a mesh; l7 says that it has a waypoint.
func inMesh(l7 bool) shopOf {
	shop := stocked()
	shop.mesh = &store.Mesh{ReadRequests: l7, TrustDomain: trust, Version: "1.30.4"}
	return shop
}

// broken is a fault that passes every rule.
func broken() store.Fault {
	return store.Fault{
		AbortPercent: 10, AbortStatus: 503, DelayPercent: 50, DelayMillis: 250,
		Until: time.Date(2026, 12, 1, 16, 0, 0, 0, time.UTC), SetBy: "operations", Reason: "drill",
	}
}

// named returns the one object of a kind with a name in the cluster.
func named(t *testing.T, r *recorder.Recorder, kind, name string) *recorder.Resource {
	t.Helper()
	var found *recorder.Resource
	for _, one := range r.OfType(kind) {
		if one.String("metadata.name") == name {
			require.Nil(t, found, "two of %s %s", kind, name)
			found = one
		}
	}
	require.NotNil(t, found, "no %s %s", kind, name)
	return found
}

func namesOf(r *recorder.Recorder, kind string) map[string]bool {
	all := map[string]bool{}
	for _, one := range r.OfType(kind) {
		all[one.String("metadata.name")] = true
	}
	return all
}
