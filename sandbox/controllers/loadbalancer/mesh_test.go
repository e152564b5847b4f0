package loadbalancer_test

import (
	"errors"
	"io/fs"
	"testing"

	"github.com/stretchr/testify/require"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/types"

	"retail/sandbox/charts/chartstest"
	"retail/sandbox/clusters/clusterstest"
)

// I1: load balancers speak plaintext, which pods of a STRICT mesh do not take.
func (f *fixture) strictPods(t *testing.T) {
	f = f.on(t)
	objects, err := chartstest.RenderIstio("1.30.4", "base", "istio-system", "")
	if errors.Is(err, fs.ErrNotExist) {
		t.Skip(err)
	}
	require.NoError(t, err)
	crds := f.dynamic.Resource(schema.GroupVersionResource{Group: "apiextensions.k8s.io", Version: "v1", Resource: "customresourcedefinitions"})
	for _, o := range objects {
		if o.GetName() == "peerauthentications.security.istio.io" {
			_, err := crds.Create(t.Context(), o, metav1.CreateOptions{})
			require.NoError(t, err)
		}
	}
	group, entry, made := f.balancer("/health")
	f.shop("meshed")
	f.bind(bindings, "meshed", group.ID, entry, nil)
	f.eventually("targets are healthy", func() bool { return f.health(group.ID)["healthy"] == 2 })
	list, err := f.kube.CoreV1().Pods("meshed").List(t.Context(), metav1.ListOptions{})
	require.NoError(t, err)
	for _, p := range list.Items {
		_, err := f.kube.CoreV1().Pods("meshed").Patch(t.Context(), p.Name, types.MergePatchType,
			[]byte(`{"metadata":{"annotations":{"ambient.istio.io/redirection":"enabled"}}}`), metav1.PatchOptions{})
		require.NoError(t, err)
	}
	peers := f.dynamic.Resource(schema.GroupVersionResource{Group: "security.istio.io", Version: "v1", Resource: "peerauthentications"}).Namespace("meshed")
	strict := clusterstest.Object(`{"apiVersion":"security.istio.io/v1","kind":"PeerAuthentication","metadata":{"name":"strict"},"spec":{"mtls":{"mode":"STRICT"}}}`)
	f.eventually("the kind is served", func() bool {
		_, err := peers.Create(t.Context(), strict, metav1.CreateOptions{})
		return err == nil
	})
	f.eventually("I1: STRICT resets health checks", func() bool { return f.health(group.ID)["unhealthy"] == 2 })
	require.NoError(t, peers.Delete(t.Context(), "strict", metav1.DeleteOptions{}))
	f.eventually("PERMISSIVE, the default, takes them", func() bool { return f.health(group.ID)["healthy"] == 2 })
	f.unbind(bindings, "meshed")
	f.eventually("the binding goes", func() bool { return !f.bound(bindings, "meshed") })
	for _, r := range made {
		f.Delete(r)
	}
}
