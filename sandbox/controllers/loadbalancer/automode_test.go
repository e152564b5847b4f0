package loadbalancer_test

import (
	"maps"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"

	"retail/sandbox/cloud/elbv2"
)

var autoBindings = schema.GroupVersionResource{Group: "eks.amazonaws.com", Version: "v1", Resource: "targetgroupbindings"}

// L9, B4: Auto Mode serves its own classes with the cluster's role, without a
// chart.
func TestAutoMode(t *testing.T) {
	f := setUp(t, true)
	group, entry, made := f.balancer("/health")
	f.shop("auto")
	before := f.h.World.Identifiers()
	_, err := f.dynamic.Resource(autoBindings).Namespace("auto").Create(t.Context(), &unstructured.Unstructured{Object: map[string]any{
		"apiVersion": "eks.amazonaws.com/v1", "kind": "TargetGroupBinding", "metadata": map[string]any{"name": "x"},
		"spec": map[string]any{"serviceRef": map[string]any{"name": "ui", "port": int64(80)}, "targetGroupARN": group.ID}}}, metav1.CreateOptions{})
	require.ErrorContains(t, err, "spec.targetType: Required value")
	_, err = f.dynamic.Resource(bindings).Namespace("auto").List(t.Context(), metav1.ListOptions{})
	require.Error(t, err, "the chart's kind is not served (B4)")
	f.bind(autoBindings, "auto", group.ID, entry, nil)
	f.eventually("targets are healthy", func() bool { return maps.Equal(f.health(group.ID), map[string]int{"healthy": 2}) })
	f.unbind(autoBindings, "auto")
	f.eventually("the binding goes", func() bool { return !f.bound(autoBindings, "auto") })
	assert.Equal(t, before, f.h.World.Identifiers())
	for _, r := range made {
		f.Delete(r)
	}

	before = f.h.World.Identifiers()
	class := "eks.amazonaws.com/nlb"
	f.service("auto", "entry", prefixed("service.beta.kubernetes.io/aws-load-balancer-", map[string]string{"scheme": "internal",
		"healthcheck-protocol": "http", "healthcheck-path": "/health"}), corev1.ServiceSpec{Type: corev1.ServiceTypeLoadBalancer, LoadBalancerClass: &class})
	f.ingressClass("auto", "eks.amazonaws.com/alb", "eks.amazonaws.com", map[string]any{"scheme": "internal", "ipAddressType": "ipv4"})
	f.ingress("auto", "app", "auto", prefixed("alb.ingress.kubernetes.io/", map[string]string{"healthcheck-path": "/health"}), "/")
	healthy := func() (n int) {
		for _, g := range f.h.Records(elbv2.TargetGroup) {
			n += f.health(g.ID)["healthy"]
		}
		return n
	}
	f.eventually("both balancers work", func() bool { return f.address("auto", "app") != "" && healthy() == 4 })
	for _, lb := range f.h.Records(elbv2.LoadBalancer) {
		assert.Equal(t, "blue/eks-auto-mode-load-balancing", lb.Owner)
		assert.Contains(t, lb.State["tags"], "eks:eks-cluster-name")
	}
	require.NoError(t, f.kube.CoreV1().Services("auto").Delete(t.Context(), "entry", metav1.DeleteOptions{}))
	require.NoError(t, f.kube.NetworkingV1().Ingresses("auto").Delete(t.Context(), "app", metav1.DeleteOptions{}))
	f.eventually("nothing is left", func() bool { return assert.ObjectsAreEqual(before, f.h.World.Identifiers()) })
}
