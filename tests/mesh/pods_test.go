package mesh

import (
	"fmt"
	"maps"
	"net/netip"
	"slices"

	"github.com/stretchr/testify/require"
	admissionv1 "k8s.io/api/admissionregistration/v1"
	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	discoveryv1 "k8s.io/api/discovery/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/labels"
	"k8s.io/apimachinery/pkg/util/intstr"
	"k8s.io/utils/ptr"
	kubeyaml "sigs.k8s.io/yaml"

	"istio.io/api/annotation"
	"istio.io/istio/cni/pkg/util"
	"istio.io/istio/pkg/config/constants"
	"istio.io/istio/pkg/config/mesh"
	"istio.io/istio/pkg/kube/inject"
)

// podsEach is how many pods stand for a Deployment: what a test asks does not depend on it,
// but that a route has more than one end.
const podsEach = 2

// injection is what istiod's webhook does, as the chart configures it.
type injection struct {
	config inject.Config
	values inject.ValuesConfig
	mesh   string
	// webhooks choose the pods.
	webhooks []admissionv1.MutatingWebhook
}

// newInjection reads the injector's configuration from what the istiod chart makes.
func newInjection(t failer, control []*unstructured.Unstructured) injection {
	t.Helper()
	var made injection
	text, _, err := unstructured.NestedStringMap(find(t, control, "ConfigMap", "istio-sidecar-injector").Object, "data")
	require.NoError(t, err)
	made.config, err = inject.UnmarshalConfig([]byte(text["config"]))
	require.NoError(t, err)
	made.values, err = inject.NewValuesConfig(text["values"])
	require.NoError(t, err)
	made.mesh = meshText(t, control)
	for _, one := range ofKind(control, "MutatingWebhookConfiguration") {
		configuration := &admissionv1.MutatingWebhookConfiguration{}
		decode(t, one, configuration)
		made.webhooks = append(made.webhooks, configuration.Webhooks...)
	}
	require.NotEmpty(t, made.webhooks)
	return made
}

// meshText is the mesh's configuration, as the istiod chart writes it.
func meshText(t failer, control []*unstructured.Unstructured) string {
	t.Helper()
	text, there, err := unstructured.NestedString(find(t, control, "ConfigMap", "istio").Object, "data", "mesh")
	require.NoError(t, err)
	require.True(t, there)
	return text
}

// pod returns the pod as the API server stores it: through the webhook, if one asks for it.
func (i injection) pod(t failer, pod *corev1.Pod, of *corev1.Namespace) *corev1.Pod {
	t.Helper()
	if !slices.ContainsFunc(i.webhooks, func(hook admissionv1.MutatingWebhook) bool {
		return matches(t, hook.NamespaceSelector, of.Labels) && matches(t, hook.ObjectSelector, pod.Labels)
	}) {
		return pod
	}
	config, err := mesh.ApplyMeshConfigDefaults(i.mesh)
	require.NoError(t, err)
	made, err := inject.IntoObject(nil, i.config.Templates, i.values, "default", config, pod, func(words string) {
		t.Errorf("the injector warns: %s", words)
	})
	require.NoError(t, err)
	return made.(*corev1.Pod)
}

func matches(t failer, selector *metav1.LabelSelector, of map[string]string) bool {
	t.Helper()
	made, err := metav1.LabelSelectorAsSelector(selector)
	require.NoError(t, err)
	return selector == nil || made.Matches(labels.Set(of))
}

// capture is what the node agent does, as the cni chart configures it.
func capture(t failer, node []*unstructured.Unstructured) *util.CompiledEnablementSelectors {
	t.Helper()
	text, _, err := unstructured.NestedString(find(t, node, "ConfigMap", "istio-cni-config").Object, "data", "AMBIENT_ENABLEMENT_SELECTOR")
	require.NoError(t, err)
	var selectors []util.EnablementSelector
	require.NoError(t, kubeyaml.Unmarshal([]byte(text), &selectors))
	require.NotEmpty(t, selectors)
	made, err := util.NewCompiledEnablementSelectors(selectors)
	require.NoError(t, err)
	return made
}

// addresses hands out the addresses of pods and Services.
type addresses struct{ pod, service netip.Addr }

func newAddresses() *addresses {
	return &addresses{netip.MustParseAddr("100.64.0.10"), netip.MustParseAddr("172.20.0.10")}
}

func (a *addresses) next(at *netip.Addr) string {
	*at = at.Next()
	return at.String()
}

// run are the pods of a Deployment, injected, captured, ready.
func run(t failer, deployment *appsv1.Deployment, of *corev1.Namespace, i injection, c *util.CompiledEnablementSelectors, free *addresses) []*corev1.Pod {
	t.Helper()
	var all []*corev1.Pod
	for number := range podsEach {
		pod := &corev1.Pod{
			TypeMeta:   metav1.TypeMeta{APIVersion: "v1", Kind: "Pod"},
			ObjectMeta: *deployment.Spec.Template.ObjectMeta.DeepCopy(), Spec: *deployment.Spec.Template.Spec.DeepCopy(),
		}
		pod.Name, pod.Namespace = fmt.Sprintf("%s-%d", deployment.Name, number), deployment.Namespace
		pod.OwnerReferences = []metav1.OwnerReference{{APIVersion: "apps/v1", Kind: "ReplicaSet", Name: deployment.Name + "-6b8f9", Controller: ptr.To(true)}}
		pod = i.pod(t, pod, of)
		if c.Matches(pod, of.Labels) {
			pod.Annotations = maps.Clone(pod.Annotations)
			if pod.Annotations == nil {
				pod.Annotations = map[string]string{}
			}
			pod.Annotations[annotation.AmbientRedirection.Name] = constants.AmbientRedirectionEnabled
		}
		address := free.next(&free.pod)
		pod.Spec.NodeName = "node"
		pod.Status = corev1.PodStatus{
			Phase: corev1.PodRunning, PodIP: address, PodIPs: []corev1.PodIP{{IP: address}},
			Conditions: []corev1.PodCondition{{Type: corev1.PodReady, Status: corev1.ConditionTrue}},
		}
		all = append(all, pod)
	}
	return all
}

// slice are the ends of a Service among pods.
func slice(t failer, service *corev1.Service, pods []*corev1.Pod) *discoveryv1.EndpointSlice {
	t.Helper()
	made := &discoveryv1.EndpointSlice{
		ObjectMeta: metav1.ObjectMeta{
			Name: service.Name + "-1", Namespace: service.Namespace, Labels: map[string]string{discoveryv1.LabelServiceName: service.Name},
		},
		AddressType: discoveryv1.AddressTypeIPv4,
	}
	for _, pod := range pods {
		if pod.Namespace != service.Namespace || !labels.SelectorFromSet(service.Spec.Selector).Matches(labels.Set(pod.Labels)) {
			continue
		}
		made.Endpoints = append(made.Endpoints, discoveryv1.Endpoint{
			Addresses: []string{pod.Status.PodIP}, Conditions: discoveryv1.EndpointConditions{Ready: ptr.To(true)}, NodeName: ptr.To(pod.Spec.NodeName),
			TargetRef: &corev1.ObjectReference{Kind: "Pod", Name: pod.Name, Namespace: pod.Namespace},
		})
		if len(made.Ports) == 0 {
			for _, port := range service.Spec.Ports {
				made.Ports = append(made.Ports, discoveryv1.EndpointPort{
					Name: ptr.To(port.Name), Port: ptr.To(target(t, port, pod)), Protocol: ptr.To(corev1.ProtocolTCP), AppProtocol: port.AppProtocol,
				})
			}
		}
	}
	return made
}

// target is the pod's port that a Service's port means.
func target(t failer, port corev1.ServicePort, pod *corev1.Pod) int32 {
	t.Helper()
	if port.TargetPort.Type == intstr.Int {
		return max(port.TargetPort.IntVal, map[bool]int32{true: port.Port}[port.TargetPort.IntVal == 0])
	}
	for _, container := range pod.Spec.Containers {
		for _, one := range container.Ports {
			if one.Name == port.TargetPort.StrVal {
				return one.ContainerPort
			}
		}
	}
	require.Failf(t, "no such port", "%s of %s", port.TargetPort.StrVal, pod.Name)
	return 0
}
