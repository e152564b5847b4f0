package istiod

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/apimachinery/pkg/util/strategicpatch"
	"sigs.k8s.io/yaml"
)

const (
	proxyName      = "istio-proxy"
	validationName = "istio-validation"
	initName       = "istio-init"
	// autoImage is what a pod names where the injector is to put the proxy's image.
	autoImage = "auto"
)

// templateData is what the templates of sidecars see (istio/istio,
// pkg/kube/inject.SidecarTemplateData).
type templateData struct {
	TypeMeta                 metav1.TypeMeta
	DeploymentMeta           types.NamespacedName
	ObjectMeta               metav1.ObjectMeta
	Spec                     corev1.PodSpec
	ProxyConfig, MeshConfig  map[string]any
	Values                   map[string]any
	Revision                 string
	NativeSidecars           bool
	ProxyImage               string
	ProxyInitImage           string
	ProxyUID, ProxyGID       int64
	InboundTrafficPolicyMode string
	CompliancePolicy         string
}

// proxyUser is the user and group of proxies where no platform gives another.
const proxyUser = 1337

// required tells whether a pod is to have a proxy (inject.go, injectRequired). What
// decides between namespaces and pods is in the webhook's selectors already.
func (i *injection) required(pod *corev1.Pod) (bool, error) {
	if pod.Spec.HostNetwork || slices.Contains([]string{"kube-system", "kube-public", "kube-node-lease", "local-path-storage"}, pod.Namespace) {
		return false, nil
	}
	wish, said := pod.Labels[injectLabel]
	if !said {
		wish = pod.Annotations[injectLabel]
	}
	switch wish {
	case "true", "false":
		return wish == "true", nil
	}
	if never, err := selects(i.NeverInjectSelector, pod.Labels); never || err != nil {
		return false, err
	}
	if always, err := selects(i.AlwaysInjectSelector, pod.Labels); always || err != nil {
		return always, err
	}
	return i.Policy == enabled, nil
}

// inject gives a pod its proxy: the pod's templates are laid over it, and over those
// again what the pod says of the same containers.
func (i *injection) inject(pod *corev1.Pod, native bool) (*corev1.Pod, error) {
	if text := pod.Annotations["proxy.istio.io/config"]; text != "" {
		var more map[string]any
		if err := yaml.Unmarshal([]byte(text), &more); err != nil {
			return nil, fmt.Errorf("annotation proxy.istio.io/config: %w", err)
		}
		own, said := *i, i.proxy[saidKey]
		base, _ := said.(map[string]any)
		own.proxy = proxyConfig(merged(base, more))
		i = &own
	}
	if text := pod.Annotations["sidecar.istio.io/nativeSidecar"]; text != "" {
		native = text == "true"
	}
	workload, kind := owner(pod)
	data := &templateData{TypeMeta: kind, DeploymentMeta: workload, ObjectMeta: pod.ObjectMeta, Spec: pod.Spec,
		ProxyConfig: i.proxy, MeshConfig: i.mesh, Values: i.values, Revision: revision, NativeSidecars: native,
		ProxyImage: i.image(pod.Annotations), ProxyInitImage: i.initImage(pod.Annotations), ProxyUID: proxyUser, ProxyGID: proxyUser, InboundTrafficPolicyMode: "passthrough"}
	out, made := pod.DeepCopy(), &corev1.Pod{}
	for _, name := range i.templatesOf(pod) {
		text, err := i.execute(name, data)
		if err != nil {
			return nil, err
		}
		if made, err = overlay(made, text); err != nil {
			return nil, err
		}
		if native && has(made.Spec.InitContainers, proxyName) && has(out.Spec.Containers, proxyName) {
			moveToInit(out)
		}
		if out, err = overlay(out, text); err != nil {
			return nil, err
		}
	}
	out, err := reapply(out, pod, made)
	if err != nil {
		return nil, err
	}
	i.finish(out, made)
	return out, nil
}

func (i *injection) templatesOf(pod *corev1.Pod) []string {
	names := i.DefaultTemplates
	if text, ok := pod.Annotations["inject.istio.io/templates"]; ok {
		names = strings.Split(text, ",")
	}
	var out []string
	for _, name := range names {
		name = strings.TrimSpace(name)
		if several, ok := i.Aliases[name]; ok {
			out = append(out, several...)
		} else {
			out = append(out, name)
		}
	}
	return out
}

// owner is the workload that a pod is of: the Deployment, where its ReplicaSet's name
// tells (pkg/kube, GetDeployMetaFromPod).
func owner(pod *corev1.Pod) (types.NamespacedName, metav1.TypeMeta) {
	name, kind := types.NamespacedName{Namespace: pod.Namespace, Name: pod.Name}, metav1.TypeMeta{APIVersion: "v1", Kind: "Pod"}
	ref := metav1.GetControllerOf(pod)
	if ref == nil || pod.GenerateName == "" {
		return name, kind
	}
	name.Name, kind.APIVersion, kind.Kind = ref.Name, ref.APIVersion, ref.Kind
	hash := pod.Labels["pod-template-hash"]
	if ref.Kind == "ReplicaSet" && hash != "" && strings.HasSuffix(ref.Name, hash) {
		name.Name, kind.Kind = strings.TrimSuffix(ref.Name, "-"+hash), "Deployment"
	}
	return name, kind
}

// overlay lays a template's result over a pod, as a strategic merge patch.
func overlay(pod *corev1.Pod, text []byte) (*corev1.Pod, error) {
	patch, err := yaml.YAMLToJSON(text)
	if err != nil {
		return nil, err
	}
	base, err := json.Marshal(pod)
	if err != nil {
		return nil, err
	}
	result, err := strategicpatch.StrategicMergePatch(base, patch, &corev1.Pod{})
	if err != nil {
		return nil, err
	}
	out := &corev1.Pod{}
	return out, json.Unmarshal(result, out)
}

// reapply lays what the pod itself says of the template's containers over them; the
// image "auto" says nothing.
func reapply(out, pod, made *corev1.Pod) (*corev1.Pod, error) {
	overrides := map[string][]corev1.Container{}
	own := slices.Concat(pod.Spec.Containers, pod.Spec.InitContainers)
	lists := map[string][]corev1.Container{"containers": made.Spec.Containers, "initContainers": made.Spec.InitContainers}
	for list, containers := range lists {
		for _, c := range containers {
			at := slices.IndexFunc(own, func(o corev1.Container) bool { return o.Name == c.Name })
			if at < 0 {
				continue
			}
			wish := *own[at].DeepCopy()
			if wish.Image == autoImage {
				wish.Image = ""
			}
			overrides[list] = append(overrides[list], wish)
		}
	}
	if len(overrides) == 0 {
		return out, nil
	}
	said, err := json.Marshal(overrides)
	if err != nil {
		return nil, err
	}
	patch, err := json.Marshal(map[string]any{"spec": overrides,
		"metadata": map[string]any{"annotations": map[string]string{"proxy.istio.io/overrides": string(said)}}})
	if err != nil {
		return nil, err
	}
	return overlay(out, patch)
}

func has(containers []corev1.Container, name string) bool {
	return slices.ContainsFunc(containers, func(c corev1.Container) bool { return c.Name == name })
}

func moveToInit(pod *corev1.Pod) {
	at := slices.IndexFunc(pod.Spec.Containers, func(c corev1.Container) bool { return c.Name == proxyName })
	pod.Spec.InitContainers = append(pod.Spec.InitContainers, pod.Spec.Containers[at])
	pod.Spec.Containers = slices.Delete(pod.Spec.Containers, at, at+1)
}
