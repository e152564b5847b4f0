package istiod

import (
	"encoding/json"
	"fmt"
	"slices"
	"strconv"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/util/intstr"
)

// agentPort is where a proxy's agent answers for its pod's probes and metrics.
const agentPort = 15020

// finish does what no template says: metrics through the agent, probes through the
// agent, the status of the injection, and the order of containers (webhook.go,
// postProcessPod).
func (i *injection) finish(pod, made *corev1.Pod) {
	if pod.Annotations == nil {
		pod.Annotations = map[string]string{}
	}
	if pod.Labels == nil {
		pod.Labels = map[string]string{}
	}
	if proxy := proxyOf(pod); proxy != nil {
		metrics(pod, proxy)
		if i.value("sidecarInjectorWebhook", "rewriteAppHTTPProbe") == "true" {
			probes(pod, proxy)
		}
	}
	pod.Annotations[statusAnnotation] = injected(made)
	for key, value := range i.InjectedAnnotations {
		pod.Annotations[key] = value
	}
	hold, _ := i.proxy["HoldApplicationUntilProxyStarts"].(map[string]any)
	if hold["GetValue"] == true {
		pod.Spec.Containers = first(pod.Spec.Containers, proxyName)
	} else {
		pod.Spec.Containers = last(pod.Spec.Containers, proxyName)
	}
	if has(pod.Spec.InitContainers, proxyName) {
		pod.Spec.InitContainers = first(pod.Spec.InitContainers, initName, validationName, proxyName)
	} else {
		pod.Spec.InitContainers = last(first(pod.Spec.InitContainers, validationName), initName)
	}
}

// proxyOf is a pod's proxy, be it a container or a native sidecar.
func proxyOf(pod *corev1.Pod) *corev1.Container {
	for _, list := range [][]corev1.Container{pod.Spec.Containers, pod.Spec.InitContainers} {
		for at := range list {
			if list[at].Name == proxyName {
				return &list[at]
			}
		}
	}
	return nil
}

// first moves containers to the front, in the order named; last moves one to the end.
func first(all []corev1.Container, names ...string) []corev1.Container {
	var front, rest []corev1.Container
	for _, name := range names {
		for _, c := range all {
			if c.Name == name {
				front = append(front, c)
			}
		}
	}
	for _, c := range all {
		if !slices.Contains(names, c.Name) {
			rest = append(rest, c)
		}
	}
	return append(front, rest...)
}

func last(all []corev1.Container, name string) []corev1.Container {
	front := first(all, name)
	n := len(front)
	for n > 0 && front[0].Name == name && front[n-1].Name != name {
		front = append(front[1:], front[0])
	}
	return front
}

// injected is the status annotation: what the template has brought.
func injected(made *corev1.Pod) string {
	names := func(list []corev1.Container) (out []string) {
		for _, c := range list {
			out = append(out, c.Name)
		}
		return out
	}
	var volumes, secrets []string
	for _, v := range made.Spec.Volumes {
		volumes = append(volumes, v.Name)
	}
	for _, s := range made.Spec.ImagePullSecrets {
		secrets = append(secrets, s.Name)
	}
	text, _ := json.Marshal(struct { // of texts
		InitContainers   []string `json:"initContainers"`
		Containers       []string `json:"containers"`
		Volumes          []string `json:"volumes"`
		ImagePullSecrets []string `json:"imagePullSecrets"`
		Revision         string   `json:"revision"`
	}{names(made.Spec.InitContainers), names(made.Spec.Containers), volumes, secrets, revision})
	return string(text)
}

// metrics lets the agent be scraped for a pod that is to be (enablePrometheusMerge,
// on by default), and tells it where the pod's own are.
func metrics(pod *corev1.Pod, proxy *corev1.Container) {
	const prefix = "prometheus.io/"
	if pod.Annotations[prefix+"scrape"] == "false" || pod.Annotations["prometheus.istio.io/merge-metrics"] == "false" {
		return
	}
	own := map[string]string{"scrape": pod.Annotations[prefix+"scrape"], "path": pod.Annotations[prefix+"path"], "port": pod.Annotations[prefix+"port"]}
	if own["port"] == strconv.Itoa(agentPort) {
		return
	}
	if own["scrape"] == "true" {
		text, _ := json.Marshal(own) // of texts
		proxy.Env = append(proxy.Env, corev1.EnvVar{Name: "ISTIO_PROMETHEUS_ANNOTATIONS", Value: string(text)})
	}
	pod.Annotations[prefix+"port"], pod.Annotations[prefix+"path"], pod.Annotations[prefix+"scrape"] = strconv.Itoa(agentPort), "/stats/prometheus", "true"
}

// probes sends HTTP, TCP and gRPC probes of the pod's containers to the agent, which
// asks in the kubelet's stead: the kubelet has no certificate of the mesh.
func probes(pod *corev1.Pod, proxy *corev1.Container) {
	if pod.Annotations["sidecar.istio.io/rewriteAppHTTPProbers"] == "false" {
		return
	}
	asked := map[string]any{}
	for at := range pod.Spec.Containers {
		c := &pod.Spec.Containers[at]
		if c.Name == proxyName {
			continue
		}
		for kind, probe := range map[string]*corev1.Probe{"readyz": c.ReadinessProbe, "livez": c.LivenessProbe, "startupz": c.StartupProbe} {
			if probe == nil || probe.HTTPGet == nil && probe.TCPSocket == nil && probe.GRPC == nil {
				continue
			}
			path := fmt.Sprintf("/app-health/%s/%s", c.Name, kind)
			if probe.HTTPGet != nil {
				named(&probe.HTTPGet.Port, c.Ports)
			}
			asked[path] = map[string]any{"httpGet": probe.HTTPGet, "tcpSocket": probe.TCPSocket, "grpc": probe.GRPC, "timeoutSeconds": probe.TimeoutSeconds}
			probe.ProbeHandler = corev1.ProbeHandler{HTTPGet: &corev1.HTTPGetAction{Path: path, Port: intstr.FromInt32(agentPort)}}
		}
	}
	if len(asked) > 0 {
		text, _ := json.Marshal(asked) // of parts of an object that came as JSON
		proxy.Env = append(proxy.Env, corev1.EnvVar{Name: "ISTIO_KUBE_APP_PROBERS", Value: string(text)})
	}
}

// named puts a port's number in the place of its name.
func named(port *intstr.IntOrString, all []corev1.ContainerPort) {
	for _, p := range all {
		if port.Type == intstr.String && p.Name == port.StrVal {
			*port = intstr.FromInt32(p.ContainerPort)
		}
	}
}
