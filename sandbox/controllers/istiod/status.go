package istiod

import (
	"context"
	"errors"
	"fmt"
	"net/netip"
	"reflect"
	"slices"
	"strings"

	corev1 "k8s.io/api/core/v1"
	discoveryv1 "k8s.io/api/discovery/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"

	"retail/sandbox/controllers/internal/kube"
)

// gatewayStatus writes what becomes of each Gateway: accepted, programmed once a ready
// pod stands behind each port of its Service, its addresses, its listeners.
func (m *mesh) gatewayStatus(ctx context.Context) error {
	all, err := m.ours()
	if err != nil {
		return err
	}
	list, _ := m.store.Objects(gateways)
	var failed []error
	for g, c := range all {
		at := slices.IndexFunc(list, func(u *unstructured.Unstructured) bool { return u.GetUID() == g.UID })
		changed := list[at].DeepCopy()
		m.fillStatus(changed, g, c)
		if reflect.DeepEqual(changed.Object["status"], list[at].Object["status"]) {
			continue
		}
		_, err := m.store.Dynamic.Resource(gateways).Namespace(g.Namespace).UpdateStatus(ctx, changed, metav1.UpdateOptions{FieldManager: manager})
		failed = append(failed, passing(err))
	}
	return errors.Join(failed...)
}

func (m *mesh) fillStatus(object *unstructured.Unstructured, g *gateway, c class) {
	accepted := condition{"Accepted", true, "Accepted", "Resource accepted"}
	if c.remote {
		setConditions(object.Object, []string{"status", "conditions"}, g.Generation, accepted,
			condition{"Programmed", true, "Programmed", "This Gateway is remote; Istio will not program it"})
		return
	}
	at := m.backing(g, c)
	setConditions(object.Object, []string{"status", "conditions"}, g.Generation, accepted, at.programmed())
	if len(at.names) > 0 {
		var addresses []any
		for _, a := range at.reported(c) {
			kind := "Hostname"
			if _, err := netip.ParseAddr(a); err == nil {
				kind = "IPAddress"
			}
			addresses = append(addresses, map[string]any{"type": kind, "value": a})
		}
		_ = unstructured.SetNestedSlice(object.Object, addresses, "status", "addresses") // status is an object
	}
	have, _, _ := unstructured.NestedSlice(object.Object, "status", "listeners")
	var listeners []any
	for _, l := range g.Spec.Listeners {
		listeners = append(listeners, m.listenerStatus(have, g, c, l))
	}
	_ = unstructured.SetNestedSlice(object.Object, listeners, "status", "listeners") // as above
}

func (m *mesh) listenerStatus(have []any, g *gateway, c class, l listener) map[string]any {
	var conditions []any
	for _, h := range have {
		if old, _ := h.(map[string]any); old["name"] == l.Name {
			conditions, _ = old["conditions"].([]any)
		}
	}
	const fine = "No errors found"
	accepted, programmed := condition{"Accepted", true, "Accepted", fine}, condition{"Programmed", true, "Programmed", fine}
	refs := condition{"ResolvedRefs", true, "ResolvedRefs", fine}
	waypoint := c.template == "waypoint"
	switch {
	case waypoint && (l.Port != 15008 || l.Protocol != "HBONE"):
		accepted = condition{"Accepted", false, "UnsupportedProtocol", `Expected a single listener on port 15008 with protocol "HBONE"`}
	case !waypoint && l.Protocol != "HTTP":
		accepted = condition{"Accepted", false, "UnsupportedProtocol", fmt.Sprintf("protocol %q is not simulated: extend sandbox/controllers/istiod/status.go", l.Protocol)}
		programmed = condition{"Programmed", false, "Invalid", "not simulated"}
	}
	kinds := []any{}
	if l.Protocol == "HTTP" {
		for _, kind := range []string{"HTTPRoute", "GRPCRoute"} {
			if l.allowsKind(kind) {
				kinds = append(kinds, map[string]any{"group": gateways.Group, "kind": kind})
			}
		}
	}
	conditions, _ = withConditions(conditions, g.Generation, accepted, condition{"Conflicted", false, "NoConflicts", fine}, programmed, refs)
	return map[string]any{"name": l.Name, "attachedRoutes": m.attached(g, l), "supportedKinds": kinds, "conditions": conditions}
}

func (l listener) allowsKind(kind string) bool {
	if l.AllowedRoutes == nil || len(l.AllowedRoutes.Kinds) == 0 {
		return true
	}
	for _, k := range l.AllowedRoutes.Kinds {
		if k.Kind == kind && (k.Group == nil || *k.Group == gateways.Group) {
			return true
		}
	}
	return false
}

// backing is what stands behind a Gateway.
type backing struct {
	hosts    []string // names of its Services
	names    []string // "name:port" of those with ready pods
	ips      []string
	external []string
	warnings []string
	usable   bool
}

// backing looks for the Gateway's Services and their ready pods (gatewaycommon,
// ResolveGatewayInstances).
func (m *mesh) backing(g *gateway, c class) backing {
	out := backing{usable: true}
	if g.managed() {
		out.hosts = []string{fmt.Sprintf("%s.%s.svc.%s", g.proxyNamed(c), g.Namespace, domain)}
	} else {
		for _, a := range g.Spec.Addresses {
			name := a.Value
			if !strings.Contains(name, ".") {
				name = fmt.Sprintf("%s.%s.svc.%s", name, g.Namespace, domain)
			}
			out.hosts = append(out.hosts, name)
		}
	}
	for _, name := range out.hosts {
		m.behind(&out, g, name)
	}
	slices.Sort(out.warnings)
	slices.Sort(out.names)
	return out
}

func (m *mesh) behind(out *backing, g *gateway, host string) {
	short, rest, _ := strings.Cut(host, ".")
	service, found := kube.Find[*corev1.Service](m.store.services, g.Namespace+"/"+short)
	if !found || rest != g.Namespace+".svc."+domain {
		out.warnings, out.usable = append(out.warnings, fmt.Sprintf("hostname %q not found", host)), false
		return
	}
	some := false
	for _, p := range service.Spec.Ports {
		some = some || m.readyBehind(service, p)
	}
	seen := map[int32]bool{}
	for _, l := range g.Spec.Listeners {
		if seen[l.Port] {
			continue
		}
		seen[l.Port] = true
		at := slices.IndexFunc(service.Spec.Ports, func(p corev1.ServicePort) bool { return p.Port == l.Port })
		switch {
		case at >= 0 && m.readyBehind(service, service.Spec.Ports[at]):
			out.names = append(out.names, fmt.Sprintf("%s:%d", host, l.Port))
			out.ips = service.Spec.ClusterIPs
			for _, i := range service.Status.LoadBalancer.Ingress {
				out.external = append(out.external, i.Hostname+i.IP)
			}
			if service.Spec.Type == corev1.ServiceTypeLoadBalancer && len(out.external) == 0 {
				out.warnings = append(out.warnings, fmt.Sprintf("address pending for hostname %q", host))
			}
		case !some:
			out.warnings = append(out.warnings, fmt.Sprintf("no instances found for hostname %q", host))
		case at < 0 || service.Labels[managedLabel] == "":
			out.warnings, out.usable = append(out.warnings, fmt.Sprintf("port %d not found for hostname %q", l.Port, host)), false
		}
	}
}

// readyBehind tells whether a ready pod stands behind a port of a Service.
func (m *mesh) readyBehind(service *corev1.Service, port corev1.ServicePort) bool {
	for _, s := range kube.All[*discoveryv1.EndpointSlice](m.store.slices) {
		if s.Namespace != service.Namespace || s.Labels[discoveryv1.LabelServiceName] != service.Name {
			continue
		}
		open := slices.ContainsFunc(s.Ports, func(p discoveryv1.EndpointPort) bool { return p.Name != nil && *p.Name == port.Name })
		ready := slices.ContainsFunc(s.Endpoints, func(e discoveryv1.Endpoint) bool { return e.Conditions.Ready == nil || *e.Conditions.Ready })
		if open && ready {
			return true
		}
	}
	return false
}

// programmed is the condition that says whether the proxies can be reached.
func (b backing) programmed() condition {
	switch {
	case len(b.warnings) == 0:
		return condition{"Programmed", true, "Programmed", "Resource programmed, assigned to service(s) " + joined(b.names)}
	case len(b.names) > 0:
		return condition{"Programmed", false, b.reason(), fmt.Sprintf("Assigned to service(s) %s, but failed to assign to all requested addresses: %s",
			joined(b.names), strings.Join(b.warnings, "; "))}
	}
	return condition{"Programmed", false, b.reason(), "Failed to assign to any requested addresses: " + strings.Join(b.warnings, "; ")}
}

func (b backing) reason() string {
	if b.usable {
		return "AddressNotAssigned"
	}
	return "AddressNotUsable"
}

// reported are the addresses that a Gateway's status gets: those outside, else those
// in the cluster, of the kind that the class reports.
func (b backing) reported(c class) []string {
	if len(b.external) > 0 {
		return b.external
	}
	var out []string
	if c.both {
		out = append(out, b.ips...)
	}
	for _, name := range b.names {
		host, _, _ := strings.Cut(name, ":")
		if !slices.Contains(out, host) {
			out = append(out, host)
		}
	}
	return out
}

func joined(names []string) string {
	if n := len(names); n > 1 {
		return strings.Join(names[:n-1], ", ") + " and " + names[n-1]
	}
	return strings.Join(names, "")
}
