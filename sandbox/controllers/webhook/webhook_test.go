package webhook_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/types"

	"retail/sandbox/cloud/elbv2"
	"retail/sandbox/clusters/clusterstest"
)

// patience is for a machine that is busy.
const patience = 2 * time.Minute

var bindings = schema.GroupVersionResource{Group: "elbv2.k8s.aws", Version: "v1beta1", Resource: "targetgroupbindings"}

func TestWebhooksAnswerWhileTheControllerIsReady(t *testing.T) {
	f := setUp(t)
	f.install(0, "enableServiceMutatorWebhook: true")
	f.Apply(clusterstest.Object(`{"apiVersion":"v1","kind":"Namespace","metadata":{"name":"store","labels":{"elbv2.k8s.aws/pod-readiness-gate-inject":"enabled"}}}`))
	f.refusedWhileNothingListens()
	f.scale(2)
	f.answered()
	f.fills()
	f.refusals()
	f.gates()
	f.classes()
	f.scale(0)
	made := 0
	require.Eventually(t, func() bool {
		made++ // the webhook is asked about new Services only
		return f.Try(service(fmt.Sprint("late-", made), "ClusterIP")) != nil
	}, patience, 100*time.Millisecond, "L1 comes back with the pods' end")
}

func (f *fixture) scale(replicas int) {
	_, err := f.Typed.AppsV1().Deployments("kube-system").Patch(f.t.Context(), chart, types.MergePatchType,
		fmt.Appendf(nil, `{"spec":{"replicas":%d}}`, replicas), metav1.PatchOptions{})
	require.NoError(f.t, err)
}

// L1: a Service or a binding made before the controller is ready is refused.
func (f *fixture) refusedWhileNothingListens() {
	made := 0
	require.EventuallyWithT(f.t, func(t *assert.CollectT) {
		made++ // the webhook is asked about new Services only
		err := f.Try(service(fmt.Sprint("early-", made), "ClusterIP"))
		assert.ErrorContains(t, err, "failed calling webhook")
		assert.ErrorContains(t, err, "connection refused")
	}, patience, 100*time.Millisecond, "the API server learns of its webhooks a moment after they are there")
	err := f.Try(f.binding("early", f.group.ID, ""))
	require.ErrorContains(f.t, err, "failed calling webhook")
	assert.ErrorContains(f.t, err, "connection refused")
}

func (f *fixture) answered() {
	require.Eventually(f.t, func() bool { return f.Try(service("shop", "ClusterIP")) == nil }, patience, 100*time.Millisecond)
	require.NoError(f.t, f.Try(service("balanced", "LoadBalancer")))
	got, err := f.Typed.CoreV1().Services("store").Get(f.t.Context(), "balanced", metav1.GetOptions{})
	require.NoError(f.t, err)
	assert.Equal(f.t, "service.k8s.aws/nlb", *got.Spec.LoadBalancerClass)
}

// What a binding leaves out comes from its target group, which the controller may
// describe only where its role lets it.
func (f *fixture) fills() {
	b := f.binding("shop", f.group.ID, "")
	assert.ErrorContains(f.t, f.Try(b), "is not authorized to perform: elasticloadbalancing:DescribeTargetGroups")
	f.allow()
	require.NoError(f.t, f.Try(b))
	got, err := f.Dynamic.Resource(bindings).Namespace("store").Get(f.t.Context(), "shop", metav1.GetOptions{})
	require.NoError(f.t, err)
	spec := got.Object["spec"].(map[string]any)
	assert.Equal(f.t, map[string]any{"targetType": "ip", "ipAddressType": "ipv4", "vpcID": f.vpc},
		map[string]any{"targetType": spec["targetType"], "ipAddressType": spec["ipAddressType"], "vpcID": spec["vpcID"]})
	require.NoError(f.t, f.Try(b), "the same again")
}

func (f *fixture) refusals() {
	other := f.aws.Create(elbv2.TargetGroup, f.targets("two"))
	for says, o := range map[string]*unstructured.Unstructured{
		"TargetGroupNotFound": f.binding("absent", f.group.ID+"0", ""),
		"is already bound to following TargetGroupBindings: [store/shop]": f.binding("second", f.group.ID, ""),
		"may not change these immutable fields: spec.targetGroupARN":      f.binding("shop", other.ID, ""),
		"invalid TargetType instance":                                     f.binding("instances", other.ID, `"targetType":"instance",`),
		"doesnt match VpcID":                                              f.binding("elsewhere", other.ID, `"vpcID":"vpc-0123456789abcdef0",`),
		"cannot set NodeSelector":                                         f.binding("nodes", other.ID, `"nodeSelector":{"matchLabels":{"a":"b"}},`),
		"is not simulated":                                                f.binding("role", other.ID, `"iamRoleArnToAssume":"arn:aws:iam::222222222222:role/x",`),
	} {
		assert.ErrorContains(f.t, f.Try(o), says)
	}
}

// gates: a pod that the binding's Service selects waits for its target's health,
// in namespaces that ask for it.
func (f *fixture) gates() {
	f.Apply(clusterstest.Object(`{"apiVersion":"v1","kind":"Namespace","metadata":{"name":"plain"}}`))
	injected := func(namespace, app string) []corev1.PodReadinessGate {
		name := app + "-pod"
		f.Apply(clusterstest.Object(`{"apiVersion":"v1","kind":"ServiceAccount","metadata":{"name":"default","namespace":%q}}`, namespace),
			clusterstest.Object(`{"apiVersion":"v1","kind":"Pod","metadata":{"name":%q,"namespace":%q,"labels":{"app":%q}},
				"spec":{"containers":[{"name":"a","image":"a"}]}}`, name, namespace, app))
		pod, err := f.Typed.CoreV1().Pods(namespace).Get(f.t.Context(), name, metav1.GetOptions{})
		require.NoError(f.t, err)
		return pod.Spec.ReadinessGates
	}
	assert.Equal(f.t, []corev1.PodReadinessGate{{ConditionType: "target-health.elbv2.k8s.aws/shop"}}, injected("store", "shop"))
	assert.Empty(f.t, injected("store", "other"))
	assert.Empty(f.t, injected("plain", "shop"))
}

func (f *fixture) classes() {
	ingress := func(class string) *unstructured.Unstructured {
		return clusterstest.Object(`{"apiVersion":"networking.k8s.io/v1","kind":"Ingress","metadata":{"name":"i","namespace":"store"},
			"spec":{"ingressClassName":%q,"defaultBackend":{"service":{"name":"shop","port":{"number":80}}}}}`, class)
	}
	assert.ErrorContains(f.t, f.Try(ingress("abl")), `invalid ingress class: ingressclasses.networking.k8s.io "abl" not found`)
	assert.NoError(f.t, f.Try(ingress("alb")))
	params := func(spec string) *unstructured.Unstructured {
		return clusterstest.Object(`{"apiVersion":"elbv2.k8s.aws/v1beta1","kind":"IngressClassParams","metadata":{"name":"own"},"spec":{%s}}`, spec)
	}
	assert.ErrorContains(f.t, f.Try(params(`"subnets":{"ids":["subnet-1"],"tags":{"a":["b"]}}`)), "may not have both")
	assert.ErrorContains(f.t, f.Try(params(`"inboundCIDRs":["10.0.0.0"]`)), "Could not be parsed as a CIDR")
	require.NoError(f.t, f.Try(params(`"namespaceSelector":{"matchLabels":{"team":"payments"}}`)))
	f.Apply(clusterstest.Object(`{"apiVersion":"networking.k8s.io/v1","kind":"IngressClass","metadata":{"name":"own"},"spec":{"controller":"ingress.k8s.aws/alb",
		"parameters":{"apiGroup":"elbv2.k8s.aws","kind":"IngressClassParams","name":"own"}}}`))
	assert.ErrorContains(f.t, f.Try(ingress("own")), "namespaceSelector of IngressClassParams own mismatch")
}

func service(name, kind string) *unstructured.Unstructured {
	return clusterstest.Object(`{"apiVersion":"v1","kind":"Service","metadata":{"name":%q,"namespace":"store"},
		"spec":{"type":%q,"selector":{"app":%q},"ports":[{"port":80,"targetPort":8080}]}}`, name, kind, name)
}

func (f *fixture) binding(name, arn, more string) *unstructured.Unstructured {
	return clusterstest.Object(`{"apiVersion":"elbv2.k8s.aws/v1beta1","kind":"TargetGroupBinding","metadata":{"name":%q,"namespace":"store"},
		"spec":{%s"targetGroupARN":%q,"serviceRef":{"name":"shop","port":80}}}`, name, more, arn)
}
