package istiod

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"reflect"
	"slices"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/labels"
	"k8s.io/apimachinery/pkg/runtime"

	"retail/sandbox/controllers/internal/kube"
)

// route is an HTTPRoute, as far as its status goes.
type route struct {
	metav1.ObjectMeta `json:"metadata"`
	Spec              struct {
		ParentRefs []reference `json:"parentRefs"`
		Rules      []struct {
			BackendRefs []reference `json:"backendRefs"`
		} `json:"rules"`
	} `json:"spec"`
}

// reference names a Gateway or Service.
type reference struct {
	Group       *string `json:"group"`
	Kind        string  `json:"kind"`
	Namespace   string  `json:"namespace"`
	Name        string  `json:"name"`
	SectionName string  `json:"sectionName"`
	Port        *int32  `json:"port"`
}

// routes are the HTTPRoutes there are.
func (m *mesh) routes() ([]*route, error) {
	list, _ := m.store.Objects(httpRoutes)
	out := make([]*route, 0, len(list))
	for _, u := range list {
		r := &route{}
		if err := runtime.DefaultUnstructuredConverter.FromUnstructured(u.Object, r); err != nil {
			return nil, err
		}
		out = append(out, r)
	}
	return out, nil
}

// attached counts the routes of a listener.
func (m *mesh) attached(g *gateway, l listener) int64 {
	list, err := m.routes()
	if err != nil || l.Protocol != "HTTP" {
		return 0
	}
	var count int64
	for _, r := range list {
		if slices.ContainsFunc(r.Spec.ParentRefs, func(p reference) bool { return p.gateway() && m.binds(r, p, g, l) }) {
			count++
		}
	}
	return count
}

// gateway tells whether a parent is a Gateway, the default.
func (p reference) gateway() bool {
	return (p.Group == nil || *p.Group == gateways.Group) && (p.Kind == "" || p.Kind == "Gateway")
}

// binds tells whether a route's reference is to a listener that lets it in.
func (m *mesh) binds(r *route, p reference, g *gateway, l listener) bool {
	same := p.Name == g.Name && cmp.Or(p.Namespace, r.Namespace) == g.Namespace
	return same && (p.SectionName == "" || p.SectionName == l.Name) && (p.Port == nil || *p.Port == l.Port) &&
		l.allowsKind("HTTPRoute") && m.allows(l, g.Namespace, r.Namespace)
}

// allows tells whether a listener takes routes of a namespace: of its own by default.
func (m *mesh) allows(l listener, own, of string) bool {
	if l.AllowedRoutes == nil || l.AllowedRoutes.Namespaces == nil {
		return own == of
	}
	switch n := l.AllowedRoutes.Namespaces; n.From {
	case "All":
		return true
	case "Selector":
		s, err := metav1.LabelSelectorAsSelector(n.Selector)
		space, found := kube.Find[*corev1.Namespace](m.store.namespaces, of)
		return err == nil && found && s.Matches(labels.Set(space.Labels))
	default:
		return own == of
	}
}

// routeStatus writes, for each parent of a route that is istiod's or a Service, whether
// the route is accepted and what it names is there.
func (m *mesh) routeStatus(ctx context.Context) error {
	list, _ := m.store.Objects(httpRoutes)
	ours, err := m.ours()
	if err != nil {
		return err
	}
	var failed []error
	for _, u := range list {
		r := &route{}
		if err := runtime.DefaultUnstructuredConverter.FromUnstructured(u.Object, r); err != nil {
			return err
		}
		changed := u.DeepCopy()
		m.fillParents(changed, r, ours)
		if reflect.DeepEqual(changed.Object["status"], u.Object["status"]) {
			continue
		}
		_, err := m.store.Dynamic.Resource(httpRoutes).Namespace(r.Namespace).UpdateStatus(ctx, changed, metav1.UpdateOptions{FieldManager: manager})
		failed = append(failed, passing(err))
	}
	return errors.Join(failed...)
}

// fillParents leaves the entries of other controllers as they are.
func (m *mesh) fillParents(object *unstructured.Unstructured, r *route, ours map[*gateway]class) {
	have, _, _ := unstructured.NestedSlice(object.Object, "status", "parents")
	var out []any
	for _, h := range have {
		if old, _ := h.(map[string]any); old["controllerName"] != gatewayManager {
			out = append(out, old)
		}
	}
	raw, _, _ := unstructured.NestedSlice(object.Object, "spec", "parentRefs")
	for i, p := range r.Spec.ParentRefs {
		accepted, known := m.accepted(r, p, ours)
		if !known || i >= len(raw) {
			continue
		}
		var conditions []any
		for _, h := range have {
			old, _ := h.(map[string]any)
			if old["controllerName"] == gatewayManager && reflect.DeepEqual(old["parentRef"], raw[i]) {
				conditions, _ = old["conditions"].([]any)
			}
		}
		conditions, _ = withConditions(conditions, r.Generation, accepted, m.resolved(r),
			condition{"ResolvedWaypoints", true, "ResolvedWaypoints", "All waypoints resolved"})
		out = append(out, map[string]any{"parentRef": raw[i], "controllerName": gatewayManager, "conditions": conditions})
	}
	if len(out) > 0 || len(have) > 0 {
		_ = unstructured.SetNestedSlice(object.Object, out, "status", "parents") // status is an object
	}
}

// accepted tells whether a parent takes the route; a parent of somebody else's class
// is not known.
func (m *mesh) accepted(r *route, p reference, ours map[*gateway]class) (out condition, known bool) {
	valid := condition{"Accepted", true, "Accepted", "Route was valid"}
	if !p.gateway() {
		if p.Kind != "Service" {
			return out, false
		}
		if _, found := kube.Find[*corev1.Service](m.store.services, cmp.Or(p.Namespace, r.Namespace)+"/"+p.Name); !found {
			return condition{"Accepted", false, "NoMatchingParent", fmt.Sprintf("parent service: %q not found", p.Name)}, true
		}
		return valid, true
	}
	for g, c := range ours {
		if p.Name != g.Name || cmp.Or(p.Namespace, r.Namespace) != g.Namespace {
			continue
		}
		if c.template == "waypoint" {
			return condition{"Accepted", false, "NoMatchingParent", "a waypoint's routes have the Service as parent"}, true
		}
		for _, l := range g.Spec.Listeners {
			if m.binds(r, p, g, l) {
				return valid, true
			}
		}
		return condition{"Accepted", false, "NotAllowedByListeners", "no listener of the Gateway allows the route"}, true
	}
	return out, false
}

// resolved tells whether all that a route sends to is there.
func (m *mesh) resolved(r *route) condition {
	for _, rule := range r.Spec.Rules {
		for _, b := range rule.BackendRefs {
			if b.Kind != "" && b.Kind != "Service" {
				return condition{"ResolvedRefs", false, "InvalidKind", fmt.Sprintf("unsupported backendRef: kind %q is not simulated", b.Kind)}
			}
			service, found := kube.Find[*corev1.Service](m.store.services, cmp.Or(b.Namespace, r.Namespace)+"/"+b.Name)
			if !found {
				return condition{"ResolvedRefs", false, "BackendNotFound", fmt.Sprintf("backend(%s.%s.svc.%s) not found", b.Name, cmp.Or(b.Namespace, r.Namespace), domain)}
			}
			if b.Port == nil || !slices.ContainsFunc(service.Spec.Ports, func(p corev1.ServicePort) bool { return p.Port == *b.Port }) {
				return condition{"ResolvedRefs", false, "UnsupportedValue", fmt.Sprintf("port of backend %s is not found", b.Name)}
			}
		}
	}
	return condition{"ResolvedRefs", true, "ResolvedRefs", "All references resolved"}
}
