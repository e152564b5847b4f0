package istiod

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	appsv1 "k8s.io/api/apps/v1"
	autoscalingv2 "k8s.io/api/autoscaling/v2"
	corev1 "k8s.io/api/core/v1"
	policyv1 "k8s.io/api/policy/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/types"
)

// deployment is what the templates of Gateways see (gatewaycommon, TemplateInput).
type deployment struct {
	*gateway
	GatewayClass, DeploymentName, ServiceAccount    string
	Ports                                           []corev1.ServicePort
	ServiceType                                     corev1.ServiceType
	ClusterID, Revision                             string
	KubeVersion                                     int
	NativeSidecars                                  bool
	ProxyUID, ProxyGID                              int64
	CompliancePolicy                                string
	InfrastructureLabels, InfrastructureAnnotations map[string]string
	GatewayNameLabel, ControllerLabel               string
	IsEastWestGateway                               bool
	ProxyImage, AgentgatewayImage                   string
	ProxyConfig, MeshConfig, Values                 map[string]any
}

// kind is one that the templates may make, with the key of its overlay in a ConfigMap
// of parameters; some are made only when they have one.
type kind struct {
	overlay  string
	resource schema.GroupVersionResource
	optional bool
	shape    any
}

var kinds = map[string]kind{
	"Deployment":     {"deployment", schema.GroupVersionResource{Group: "apps", Version: "v1", Resource: "deployments"}, false, &appsv1.Deployment{}},
	"Service":        {"service", schema.GroupVersionResource{Version: "v1", Resource: "services"}, false, &corev1.Service{}},
	"ServiceAccount": {"serviceAccount", schema.GroupVersionResource{Version: "v1", Resource: "serviceaccounts"}, false, &corev1.ServiceAccount{}},
	"HorizontalPodAutoscaler": {"horizontalPodAutoscaler", schema.GroupVersionResource{Group: "autoscaling", Version: "v2", Resource: "horizontalpodautoscalers"},
		true, &autoscalingv2.HorizontalPodAutoscaler{}},
	"PodDisruptionBudget": {"podDisruptionBudget", schema.GroupVersionResource{Group: "policy", Version: "v1", Resource: "poddisruptionbudgets"},
		true, &policyv1.PodDisruptionBudget{}},
}

// deployGateways deploys the proxies of the Gateways that leave it to istiod.
func (m *mesh) deployGateways(ctx context.Context) error {
	all, err := m.ours()
	if err != nil || len(all) == 0 {
		return err
	}
	config, err := m.injection()
	if err != nil {
		return err
	}
	var failed []error
	for g, c := range all {
		if c.template == "" || !g.managed() {
			continue
		}
		if err := m.deploy(ctx, config, g, c); err != nil {
			failed = append(failed, fmt.Errorf("%s/%s: %w", g.Namespace, g.Name, err))
		}
	}
	return errors.Join(failed...)
}

func (m *mesh) deploy(ctx context.Context, config *injection, g *gateway, c class) error {
	if err := m.claim(ctx, g); err != nil {
		return err
	}
	overlays, err := m.overlays(g)
	if err != nil {
		return err
	}
	input := m.input(config, g, c)
	text, err := config.execute(c.template, input)
	if err != nil {
		return err
	}
	for _, document := range strings.Split(string(text), "\n---") {
		object, err := overlaid(document, overlays)
		if err != nil {
			return err
		}
		if object == nil {
			continue
		}
		if err := m.apply(ctx, object, strings.ReplaceAll(c.controller, "/", "-")); err != nil {
			return err
		}
	}
	return nil
}

func (m *mesh) input(config *injection, g *gateway, c class) *deployment {
	labels, annotations := g.infrastructure()
	if c.template == "kube-gateway" && g.Labels[modeLabel] == "" && labels[modeLabel] == "" {
		labels[modeLabel] = none // a gateway is its own proxy
	}
	service := c.service
	if text := g.Annotations["networking.istio.io/service-type"]; text != "" {
		service = corev1.ServiceType(text)
	}
	account := g.Annotations["gateway.istio.io/service-account"]
	if account == "" {
		account = (&gateway{ObjectMeta: metav1.ObjectMeta{Name: g.Name}, Spec: g.Spec}).proxyNamed(c)
	}
	return &deployment{
		gateway: g, GatewayClass: g.Spec.GatewayClassName, DeploymentName: g.proxyNamed(c), ServiceAccount: account,
		Ports: servicePorts(g), ServiceType: service, ClusterID: "Kubernetes", Revision: revision, KubeVersion: m.minor(),
		NativeSidecars: true, ProxyUID: proxyUser, ProxyGID: proxyUser, InfrastructureLabels: labels, InfrastructureAnnotations: annotations,
		GatewayNameLabel: gatewayName, ControllerLabel: c.label, ProxyImage: config.image(g.Annotations),
		ProxyConfig: config.proxy, MeshConfig: config.mesh, Values: config.values,
	}
}

// minor is the cluster's version as templates compare it: 134 for 1.34.
func (m *mesh) minor() int {
	var minor int
	if _, err := fmt.Sscanf(m.plane.Spec.Version, "1.%d", &minor); err != nil {
		return 0
	}
	return 100 + minor
}

// servicePorts are the status port and one for each port of the listeners.
func servicePorts(g *gateway) []corev1.ServicePort {
	tcp := "tcp"
	out, seen := []corev1.ServicePort{{Name: "status-port", Port: 15021, AppProtocol: &tcp}}, map[int32]bool{}
	for _, l := range g.Spec.Listeners {
		if seen[l.Port] {
			continue
		}
		seen[l.Port] = true
		protocol, name := strings.ToLower(l.Protocol), strings.ReplaceAll(l.Name, ".", "-")
		out = append(out, corev1.ServicePort{Name: fmt.Sprintf("%.63s", name), Port: l.Port, AppProtocol: &protocol})
	}
	return out
}

// apply applies an object for a Gateway, unless one of that name is somebody else's.
func (m *mesh) apply(ctx context.Context, object *unstructured.Unstructured, label string) error {
	labels := object.GetLabels()
	if labels == nil {
		labels = map[string]string{}
	}
	labels[managedLabel] = label
	object.SetLabels(labels)
	client := m.store.Dynamic.Resource(kinds[object.GetKind()].resource).Namespace(object.GetNamespace())
	have, err := client.Get(ctx, object.GetName(), metav1.GetOptions{})
	switch {
	case apierrors.IsNotFound(err):
	case err != nil:
		return err
	case have.GetLabels()[managedLabel] == "":
		return nil
	}
	text, err := json.Marshal(object.Object)
	if err != nil {
		return err
	}
	key := object.GetKind() + "/" + object.GetNamespace() + "/" + object.GetName()
	if have != nil && m.applied[key] == have.GetResourceVersion()+string(text) {
		return nil // neither side has changed since
	}
	force := true
	made, err := client.Patch(ctx, object.GetName(), types.ApplyPatchType, text, metav1.PatchOptions{Force: &force, FieldManager: gatewayManager})
	if err != nil {
		return fmt.Errorf("patch %s %s: %w", object.GetKind(), object.GetName(), err)
	}
	m.applied[key] = made.GetResourceVersion() + string(text)
	return nil
}
