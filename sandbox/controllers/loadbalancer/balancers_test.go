package loadbalancer_test

import (
	"maps"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	corev1 "k8s.io/api/core/v1"
	networkingv1 "k8s.io/api/networking/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/types"

	"retail/sandbox/cloud"
	"retail/sandbox/cloud/ec2"
	"retail/sandbox/cloud/elbv2"
)

func prefixed(prefix string, values map[string]string) map[string]string {
	out := map[string]string{}
	for k, v := range values {
		out[prefix+k] = v
	}
	return out
}

// messages are what events in a namespace say.
func (f *fixture) messages(namespace string) string {
	events, err := f.kube.CoreV1().Events(namespace).List(f.t.Context(), metav1.ListOptions{})
	require.NoError(f.t, err)
	said := ""
	for _, e := range events.Items {
		said += e.Reason + ": " + e.Message + "\n"
	}
	return said
}

func (f *fixture) one(token string) *cloud.Record {
	f.t.Helper()
	records := f.h.Records(token)
	require.Len(f.t, records, 1, token)
	return records[0]
}

func (f *fixture) serviceLife(t *testing.T) {
	f = f.on(t)
	before := f.h.World.Identifiers()
	f.shop("net")
	class := "service.k8s.aws/nlb"
	f.service("net", "entry", prefixed("service.beta.kubernetes.io/aws-load-balancer-", map[string]string{"scheme": "internal", "nlb-target-type": "ip",
		"attributes":              "deletion_protection.enabled=false,load_balancing.cross_zone.enabled=true,zonal_shift.config.enabled=true",
		"target-group-attributes": "deregistration_delay.timeout_seconds=30,target_health_state.unhealthy.connection_termination.enabled=false",
		"healthcheck-protocol":    "http", "healthcheck-path": "/health", "healthcheck-interval": "10", "healthcheck-timeout": "5",
		"healthcheck-healthy-threshold": "2", "healthcheck-unhealthy-threshold": "2"}),
		corev1.ServiceSpec{Type: corev1.ServiceTypeLoadBalancer, LoadBalancerClass: &class, LoadBalancerSourceRanges: []string{"10.0.0.0/8"}})
	get := func() *corev1.Service {
		s, err := f.kube.CoreV1().Services("net").Get(t.Context(), "entry", metav1.GetOptions{})
		require.NoError(t, err)
		return s
	}
	f.eventually("the Service has an address", func() bool { return len(get().Status.LoadBalancer.Ingress) == 1 })
	lb := f.one(elbv2.LoadBalancer)
	assert.Equal(t, lb.State["dnsName"], get().Status.LoadBalancer.Ingress[0].Hostname)
	assert.Regexp(t, `^k8s-net-entry-[0-9a-f]{10}$`, lb.State["name"])
	assert.Equal(t, true, lb.State["enableZonalShift"])
	assert.Equal(t, cloud.Props{"elbv2.k8s.aws/cluster": "blue", "service.k8s.aws/stack": "net/entry", "service.k8s.aws/resource": "LoadBalancer"}, lb.State["tags"])
	assert.Equal(t, "blue/aws-load-balancer-controller", lb.Owner)
	group := f.one(elbv2.TargetGroup)
	f.eventually("targets are healthy", func() bool { return maps.Equal(f.health(group.ID), map[string]int{"healthy": 2}) })
	assert.Len(t, f.h.Records(ec2.IngressRule), 1, "pods let the shared group in")
	f.eventually("nothing is called again when all is well", func() bool {
		calls := f.h.World.CallCount()
		time.Sleep(500 * time.Millisecond)
		return calls == f.h.World.CallCount()
	})

	patch := `{"metadata":{"annotations":{"service.beta.kubernetes.io/aws-load-balancer-target-group-attributes":"deregistration_delay.timeout_seconds=60"}}}`
	_, err := f.kube.CoreV1().Services("net").Patch(t.Context(), "entry", types.MergePatchType, []byte(patch), metav1.PatchOptions{})
	require.NoError(t, err)
	f.eventually("an attribute changes in place", func() bool { return f.one(elbv2.TargetGroup).State["deregistrationDelay"] == 60.0 })
	assert.Equal(t, group.ID, f.one(elbv2.TargetGroup).ID)
	require.NoError(t, f.kube.CoreV1().Services("net").Delete(t.Context(), "entry", metav1.DeleteOptions{}))
	f.eventually("nothing is left", func() bool { return assert.ObjectsAreEqual(before, f.h.World.Identifiers()) })
	_, err = f.kube.CoreV1().Services("net").Get(t.Context(), "entry", metav1.GetOptions{})
	f.eventually("and the Service goes", func() bool {
		_, err = f.kube.CoreV1().Services("net").Get(t.Context(), "entry", metav1.GetOptions{})
		return err != nil
	})
}

func (f *fixture) ingressClass(name, controller, group string, spec map[string]any) {
	params := schema.GroupVersionResource{Group: group, Version: "v1", Resource: "ingressclassparams"}
	if group == bindings.Group {
		params.Version = "v1beta1"
	}
	_, err := f.dynamic.Resource(params).Create(f.t.Context(), &unstructured.Unstructured{Object: map[string]any{
		"apiVersion": params.GroupVersion().String(), "kind": "IngressClassParams", "metadata": map[string]any{"name": name}, "spec": spec}}, metav1.CreateOptions{})
	require.NoError(f.t, err)
	_, err = f.kube.NetworkingV1().IngressClasses().Create(f.t.Context(), &networkingv1.IngressClass{ObjectMeta: metav1.ObjectMeta{Name: name},
		Spec: networkingv1.IngressClassSpec{Controller: controller, Parameters: &networkingv1.IngressClassParametersReference{
			APIGroup: &group, Kind: "IngressClassParams", Name: name}}}, metav1.CreateOptions{})
	require.NoError(f.t, err)
}

func (f *fixture) ingress(namespace, name, class string, annotations map[string]string, paths ...string) {
	prefix := networkingv1.PathTypePrefix
	rule := &networkingv1.HTTPIngressRuleValue{}
	for _, p := range paths {
		rule.Paths = append(rule.Paths, networkingv1.HTTPIngressPath{Path: p, PathType: &prefix, Backend: networkingv1.IngressBackend{
			Service: &networkingv1.IngressServiceBackend{Name: "ui", Port: networkingv1.ServiceBackendPort{Number: 80}}}})
	}
	_, err := f.kube.NetworkingV1().Ingresses(namespace).Create(f.t.Context(), &networkingv1.Ingress{
		ObjectMeta: metav1.ObjectMeta{Name: name, Annotations: annotations},
		Spec: networkingv1.IngressSpec{IngressClassName: &class, Rules: []networkingv1.IngressRule{{Host: "blue.example.com",
			IngressRuleValue: networkingv1.IngressRuleValue{HTTP: rule}}}}}, metav1.CreateOptions{})
	require.NoError(f.t, err)
}

func (f *fixture) address(namespace, name string) string {
	i, err := f.kube.NetworkingV1().Ingresses(namespace).Get(f.t.Context(), name, metav1.GetOptions{})
	if err != nil || len(i.Status.LoadBalancer.Ingress) == 0 {
		return ""
	}
	return i.Status.LoadBalancer.Ingress[0].Hostname
}

func (f *fixture) ingressLife(t *testing.T) {
	f = f.on(t)
	before := f.h.World.Identifiers()
	f.shop("app")
	f.ingressClass("alb", "ingress.k8s.aws/alb", bindings.Group, map[string]any{"scheme": "internal", "ipAddressType": "ipv4",
		"subnets": map[string]any{"tags": map[string]any{"kubernetes.io/role/internal-elb": []any{"1"}}},
		"tags":    []any{map[string]any{"key": "team", "value": "web"}}})
	annotations := prefixed("alb.ingress.kubernetes.io/", map[string]string{"target-type": "ip", "healthcheck-path": "/health",
		"inbound-cidrs": "10.0.0.0/8", "listen-ports": `[{"HTTP":80}]`, "group.name": "shop",
		"load-balancer-attributes": "routing.http.drop_invalid_header_fields.enabled=true,zonal_shift.config.enabled=true",
		"target-group-attributes":  "deregistration_delay.timeout_seconds=30,load_balancing.cross_zone.enabled=false"})
	f.ingress("app", "one", "alb", annotations, "/", "/api")
	f.ingress("app", "two", "alb", annotations, "/two")
	f.eventually("both have an address", func() bool {
		return f.address("app", "one") != "" && f.address("app", "one") == f.address("app", "two")
	})
	lb := f.one(elbv2.LoadBalancer)
	assert.Regexp(t, `^k8s-shop-[0-9a-f]{10}$`, lb.State["name"])
	assert.Equal(t, "web", cloud.Lookup(lb.State, "tags.team"))
	f.eventually("rules and targets", func() bool {
		healthy := 0
		for _, g := range f.h.Records(elbv2.TargetGroup) {
			healthy += f.health(g.ID)["healthy"]
		}
		return len(f.h.Records(elbv2.ListenerRule)) == 3 && healthy == 4
	})
	first := f.h.Records(elbv2.ListenerRule)
	for _, r := range first {
		if r.State["priority"] == 1.0 {
			assert.Equal(t, []any{"/api", "/api/*"}, cloud.Lookup(r.State, "conditions[1].pathPattern.values"), "longer paths first")
		}
	}

	f.ingress("app", "bad", "alb", map[string]string{"alb.ingress.kubernetes.io/wafv2-acl-arn": "arn:x"}, "/")
	f.eventually("an unknown annotation is refused", func() bool {
		return assert.ObjectsAreEqual("", f.address("app", "bad")) && strings.Contains(f.messages("app"), "alb.ingress.kubernetes.io/wafv2-acl-arn are unknown")
	})
	for _, name := range []string{"bad", "one", "two"} {
		require.NoError(t, f.kube.NetworkingV1().Ingresses("app").Delete(t.Context(), name, metav1.DeleteOptions{}))
		if name == "one" {
			f.eventually("the group's last members stay", func() bool { return len(f.h.Records(elbv2.ListenerRule)) == 1 })
			assert.Equal(t, lb.ID, f.one(elbv2.LoadBalancer).ID)
		}
	}
	f.eventually("nothing is left", func() bool { return assert.ObjectsAreEqual(before, f.h.World.Identifiers()) })
	f.eventually("nor in the cluster", func() bool {
		list, err := f.kube.NetworkingV1().Ingresses("app").List(t.Context(), metav1.ListOptions{})
		return err == nil && len(list.Items) == 0
	})
}

func (f *fixture) oneClass(t *testing.T) {
	f = f.on(t)
	f.shop("class")
	f.service("class", "none", nil, corev1.ServiceSpec{Type: corev1.ServiceTypeLoadBalancer})
	auto := "eks.amazonaws.com/nlb"
	f.service("class", "other", nil, corev1.ServiceSpec{Type: corev1.ServiceTypeLoadBalancer, LoadBalancerClass: &auto})
	f.eventually("no class", func() bool { return strings.Contains(f.messages("class"), "legacy service controller") })
	assert.Empty(t, f.h.Records(elbv2.LoadBalancer), "nobody here serves either")
	_, err := f.kube.CoreV1().Services("class").Patch(t.Context(), "other", types.MergePatchType,
		[]byte(`{"spec":{"loadBalancerClass":"service.k8s.aws/nlb"}}`), metav1.PatchOptions{})
	assert.ErrorContains(t, err, "loadBalancerClass", "a class is for life")
}
