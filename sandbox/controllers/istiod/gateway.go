package istiod

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"strings"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/types"
)

// gateway is a Gateway of the Gateway API, as far as Istio's templates and this
// package look.
type gateway struct {
	metav1.ObjectMeta `json:"metadata"`
	Spec              struct {
		GatewayClassName string     `json:"gatewayClassName"`
		Listeners        []listener `json:"listeners"`
		Addresses        []address  `json:"addresses"`
		Infrastructure   *struct {
			Labels        map[string]string `json:"labels"`
			Annotations   map[string]string `json:"annotations"`
			ParametersRef *struct {
				Group string `json:"group"`
				Kind  string `json:"kind"`
				Name  string `json:"name"`
			} `json:"parametersRef"`
		} `json:"infrastructure"`
	} `json:"spec"`
}

type listener struct {
	Name          string         `json:"name"`
	Port          int32          `json:"port"`
	Protocol      string         `json:"protocol"`
	Hostname      string         `json:"hostname"`
	TLS           map[string]any `json:"tls"`
	AllowedRoutes *struct {
		Kinds []struct {
			Group *string `json:"group"`
			Kind  string  `json:"kind"`
		} `json:"kinds"`
		Namespaces *struct {
			From     string                `json:"from"`
			Selector *metav1.LabelSelector `json:"selector"`
		} `json:"namespaces"`
	} `json:"allowedRoutes"`
}

type address struct {
	Type  string `json:"type"`
	Value string `json:"value"`
}

// class is one of istiod's classes of Gateways (gatewaycommon/classinfo.go).
type class struct {
	controller, label, description, template string
	service                                  corev1.ServiceType
	// bare names the proxy like its Gateway; else the class's name is appended.
	bare bool
	// both reports a Gateway's address as IP and as name; else as name alone.
	both bool
	// remote is of Gateways elsewhere, which istiod neither deploys nor programs.
	remote bool
}

// classes are istiod's, by the names of the GatewayClasses it makes.
var classes = map[string]class{
	"istio": {controller: "istio.io/gateway-controller", label: "istio.io-gateway-controller", description: "The default Istio GatewayClass",
		template: "kube-gateway", service: corev1.ServiceTypeLoadBalancer},
	"istio-remote": {controller: "istio.io/unmanaged-gateway", description: "Remote to this cluster. Does not deploy or affect configuration.", remote: true},
	"istio-waypoint": {controller: "istio.io/mesh-controller", label: "istio.io-mesh-controller", description: "The default Istio waypoint GatewayClass",
		template: "waypoint", service: corev1.ServiceTypeClusterIP, bare: true, both: true},
}

// classes makes the GatewayClasses that are not there and accepts those that are.
func (m *mesh) classes(ctx context.Context) error {
	have, watched := m.store.Objects(gatewayClasses)
	if !watched {
		return nil
	}
	client := m.store.Dynamic.Resource(gatewayClasses)
	there := map[string]bool{}
	var failed []error
	for _, c := range have {
		there[c.GetName()] = true
		controller, _, _ := unstructured.NestedString(c.Object, "spec", "controllerName")
		if _, ours := byController(controller); !ours {
			continue
		}
		changed := c.DeepCopy()
		if setConditions(changed.Object, []string{"status", "conditions"}, changed.GetGeneration(),
			condition{"Accepted", true, "Accepted", "Handled by Istio controller"}) {
			_, err := client.UpdateStatus(ctx, changed, metav1.UpdateOptions{FieldManager: manager})
			failed = append(failed, passing(err))
		}
	}
	for name, c := range classes {
		if there[name] {
			continue
		}
		_, err := client.Create(ctx, &unstructured.Unstructured{Object: map[string]any{
			"apiVersion": "gateway.networking.k8s.io/v1", "kind": "GatewayClass", "metadata": map[string]any{"name": name},
			"spec": map[string]any{"controllerName": c.controller, "description": c.description},
		}}, metav1.CreateOptions{FieldManager: manager})
		if !apierrors.IsAlreadyExists(err) {
			failed = append(failed, passing(err))
		}
	}
	return errors.Join(failed...)
}

// passing are failures that the next change mends by itself: none.
func passing(err error) error {
	if apierrors.IsConflict(err) || apierrors.IsNotFound(err) {
		return nil
	}
	return err
}

func byController(name string) (class, bool) {
	for _, c := range classes {
		if c.controller == name {
			return c, true
		}
	}
	return class{}, false
}

// ours are the Gateways of istiod's classes, with the class of each.
func (m *mesh) ours() (map[*gateway]class, error) {
	list, watched := m.store.Objects(gateways)
	if !watched {
		return nil, nil
	}
	known := map[string]string{}
	have, _ := m.store.Objects(gatewayClasses)
	for _, c := range have {
		known[c.GetName()], _, _ = unstructured.NestedString(c.Object, "spec", "controllerName")
	}
	out := map[*gateway]class{}
	for _, object := range list {
		g := &gateway{}
		text, err := object.MarshalJSON()
		if err == nil {
			err = json.Unmarshal(text, g)
		}
		if err != nil {
			return nil, fmt.Errorf("gateway %s/%s: %w", object.GetNamespace(), object.GetName(), err)
		}
		if c, ours := byController(known[g.Spec.GatewayClassName]); ours && g.DeletionTimestamp == nil {
			out[g] = c
		}
	}
	return out, nil
}

// managed tells whether istiod deploys a Gateway's proxy. One with a host name for its
// address stands for a proxy that somebody else deploys ("Manual deployment", Istio's
// page on the Gateway API).
func (g *gateway) managed() bool {
	switch len(g.Spec.Addresses) {
	case 0:
		return true
	case 1:
		return g.Spec.Addresses[0].Type == "" || g.Spec.Addresses[0].Type == "IPAddress"
	}
	return false
}

// proxyNamed is the name of what istiod deploys for a Gateway.
func (g *gateway) proxyNamed(c class) string {
	if name := g.Annotations["gateway.istio.io/name-override"]; name != "" {
		return name
	}
	if c.bare {
		return g.Name
	}
	return g.Name + "-" + g.Spec.GatewayClassName
}

// infrastructure are the labels and annotations of what is deployed: those that the
// Gateway names for it, or its own.
func (g *gateway) infrastructure() (labels, annotations map[string]string) {
	labels, annotations = maps.Clone(g.Labels), maps.Clone(g.Annotations)
	if i := g.Spec.Infrastructure; i != nil {
		if i.Labels != nil {
			labels = foreign(i.Labels)
		}
		if i.Annotations != nil {
			annotations = foreign(i.Annotations)
		}
	}
	if labels == nil {
		labels = map[string]string{}
	}
	if annotations == nil {
		annotations = map[string]string{}
	}
	return labels, annotations
}

// foreign leaves out the Gateway API's own keys.
func foreign(m map[string]string) map[string]string {
	out := map[string]string{}
	for key, value := range m {
		if !strings.HasPrefix(key, "gateway.networking.k8s.io/") {
			out[key] = value
		}
	}
	return out
}

// claim writes the controller's version onto a Gateway, through its status as istiod
// does. API servers drop it: the status of a custom resource carries no annotation.
// istiod asks again with each reconciliation, this once.
func (m *mesh) claim(ctx context.Context, g *gateway) error {
	const key = "gateway.istio.io/controller-version"
	if g.Annotations[key] == "5" || m.applied[string(g.UID)] != "" {
		return nil
	}
	text := `{"apiVersion":"gateway.networking.k8s.io/v1","kind":"Gateway","metadata":{"annotations":{"` + key + `":"5"}}}`
	force := true
	_, err := m.store.Dynamic.Resource(gateways).Namespace(g.Namespace).Patch(ctx, g.Name, types.ApplyPatchType, []byte(text),
		metav1.PatchOptions{Force: &force, FieldManager: gatewayManager}, "status")
	if err == nil {
		m.applied[string(g.UID)] = key
	}
	return passing(err)
}
