package mesh

import (
	"cmp"
	"fmt"
	"strings"
	"time"

	corev1 "k8s.io/api/core/v1"
)

// Request is what is asked.
type Request struct {
	Method, Host, Path string
	// Headers by name, in any case.
	Headers map[string]string
	// Source is the address that packets come from, where that is no pod of the cluster.
	Source string
}

// Step is one part of the way.
type Step struct{ What, Name, Why string }

// Result is where a request ended.
type Result struct {
	// Status is the HTTP status; 0 when the connection was refused.
	Status int
	// Reason explains every status that is not a pod's own answer.
	Reason string
	Steps  []Step
	// Delay is how long the request waited on purpose. Nobody waits here.
	Delay time.Duration
	// Pod is the pod that answered; nil when none did.
	Pod *corev1.Pod
}

// walk is one request on its way.
type walk struct {
	*Snapshot
	request Request
	out     Result
}

func (w *walk) step(what, name, why string, args ...any) {
	w.out.Steps = append(w.out.Steps, Step{what, name, fmt.Sprintf(why, args...)})
}

func (w *walk) end(status int, reason string, args ...any) Result {
	w.out.Status, w.out.Reason = status, fmt.Sprintf(reason, args...)
	return w.out
}

func nameOf(p *corev1.Pod) string { return p.Namespace + "/" + p.Name }

// Enter follows a plaintext request from outside the cluster, as load balancers send
// them, that arrives at a port of a pod.
func (s *Snapshot) Enter(pod *corev1.Pod, port int, r Request) Result {
	w := &walk{Snapshot: s, request: r}
	if member(pod) == proxy {
		return w.gateway(pod, port)
	}
	return w.arrive(nil, pod, port)
}

// Call follows a request of a pod to a port of a Service.
func (s *Snapshot) Call(from *corev1.Pod, namespace, name string, port int, r Request) Result {
	w := &walk{Snapshot: s, request: r}
	service := s.service(namespace, name)
	if service == nil {
		return w.end(0, "no such host: there is no Service %s/%s", namespace, name)
	}
	return w.call(from, service, port)
}

// gateway takes a request at a gateway's own listener and follows its routes.
func (w *walk) gateway(pod *corev1.Pod, port int) Result {
	g, listener := w.listenerOf(pod, port)
	if g == nil {
		return w.end(0, "no listener of a Gateway is on port %d of %s", port, nameOf(pod))
	}
	w.step("gateway", g.Namespace+"/"+g.Name, "listener %s in pod %s", listener, pod.Name)
	if verdict := w.judge(asked{client: nil, address: w.request.Source, port: port, l7: true}, w.atProxy(pod, g.Name, nil)); verdict != "" {
		return w.refuse(verdict, true)
	}
	backends, found := w.routed(func(r *route, p reference) bool {
		return (p.Kind == "" || p.Kind == "Gateway") && p.Name == g.Name && cmp.Or(p.Namespace, r.Namespace) == g.Namespace &&
			(p.SectionName == "" || p.SectionName == listener)
	})
	if !found {
		return w.end(404, "no HTTPRoute of Gateway %s/%s matches", g.Namespace, g.Name)
	}
	return w.backend(pod, backends)
}

// listenerOf is the Gateway whose Service leads to a port of a pod, and the listener.
func (w *walk) listenerOf(pod *corev1.Pod, port int) (*gateway, string) {
	for _, g := range w.gateways {
		if g.Namespace != pod.Namespace {
			continue
		}
		name := g.Name
		if len(g.Spec.Addresses) == 1 && g.Spec.Addresses[0].Type == "Hostname" {
			name, _, _ = strings.Cut(g.Spec.Addresses[0].Value, ".")
		} else if g.Spec.GatewayClassName != "istio-waypoint" {
			name += "-" + g.Spec.GatewayClassName
		}
		service := w.service(g.Namespace, name)
		if service == nil || !(&selector{service.Spec.Selector}).selects(pod.Labels) {
			continue
		}
		for _, l := range g.Spec.Listeners {
			if targetPort(service, pod, l.Port) == port {
				return g, l.Name
			}
		}
	}
	return nil, ""
}

// targetPort is where a Service's port leads to in a pod; 0: nowhere.
func targetPort(service *corev1.Service, pod *corev1.Pod, port int) int {
	for _, p := range service.Spec.Ports {
		if int(p.Port) != port {
			continue
		}
		if n := p.TargetPort.IntValue(); n != 0 {
			return n
		}
		if p.TargetPort.StrVal == "" {
			return port
		}
		for _, c := range pod.Spec.Containers {
			for _, cp := range c.Ports {
				if cp.Name == p.TargetPort.StrVal {
					return int(cp.ContainerPort)
				}
			}
		}
	}
	return 0
}

// backend draws one of a route's backends by weight and calls it.
func (w *walk) backend(from *corev1.Pod, all []reference) Result {
	service, port := w.drawn(all)
	if service == nil {
		return w.end(500, "the route has no backend that is there")
	}
	return w.call(from, service, port)
}

func (w *walk) drawn(all []reference) (*corev1.Service, int) {
	var ways []reference
	for _, b := range all {
		weight := 1
		if b.Weight != nil {
			weight = *b.Weight
		}
		for range weight {
			ways = append(ways, b)
		}
	}
	if len(ways) == 0 {
		return nil, 0
	}
	b := ways[w.draw(len(ways))]
	return w.service(b.Namespace, b.Name), b.Port
}

// call goes from a pod to a Service: through its waypoint, where it has one.
func (w *walk) call(from *corev1.Pod, service *corev1.Service, port int) Result {
	name := service.Namespace + "/" + service.Name
	if way := w.waypointOf(from, service); way != nil {
		client := from
		proxies := w.endpoints(way, 15008)
		if len(proxies) == 0 {
			return w.end(503, "waypoint %s/%s of Service %s has no ready pod", way.Namespace, way.Name, name)
		}
		chosen, answers := w.choose(client, proxies)
		if from = chosen.pod; !answers {
			return w.end(503, "upstream connect error: waypoint pod %s does not answer", nameOf(from))
		}
		w.step("waypoint", way.Namespace+"/"+way.Name, "of Service %s, pod %s", name, from.Name)
		if verdict := w.judge(asked{client: client, port: port, l7: true}, w.atProxy(from, way.Name, service)); verdict != "" {
			return w.refuse(verdict, true)
		}
		bound := func(r *route, p reference) bool {
			return p.Kind == "Service" && p.Name == service.Name && cmp.Or(p.Namespace, r.Namespace) == service.Namespace && (p.Port == 0 || p.Port == port)
		}
		if v := w.spoiler(service, way.Namespace, bound); v != nil {
			var ended bool
			if service, port, ended = w.spoil(v); ended {
				return w.out
			}
		} else if backends, found := w.routed(bound); found {
			if service, port = w.drawn(backends); service == nil {
				return w.end(500, "the route of Service %s has no backend that is there", name)
			}
		}
	}
	ends := w.endpoints(service, port)
	if len(ends) == 0 {
		return w.end(503, "no healthy upstream: Service %s/%s has no ready endpoint on port %d", service.Namespace, service.Name, port)
	}
	chosen, answers := w.choose(from, ends)
	w.step("service", service.Namespace+"/"+service.Name, "port %d, %d ready", port, len(ends))
	if !answers {
		return w.end(503, "upstream connect error: pod %s does not answer", nameOf(chosen.pod))
	}
	return w.arrive(from, chosen.pod, chosen.port)
}

// waypointOf is the waypoint's Service that a client goes through to another.
func (w *walk) waypointOf(from *corev1.Pod, service *corev1.Service) *corev1.Service {
	space := w.namespace(service.Namespace)
	ingress := cmp.Or(service.Labels["istio.io/ingress-use-waypoint"], space["istio.io/ingress-use-waypoint"])
	if from == nil || member(from) != ztunnel && (member(from) != proxy || ingress != "true") {
		return nil
	}
	for _, labels := range []map[string]string{service.Labels, space} {
		name := labels["istio.io/use-waypoint"]
		if name == "none" {
			return nil
		}
		if name == "" {
			continue
		}
		// One that was never programmed is passed by (istio.io, "Configure waypoint proxies").
		return w.service(cmp.Or(labels["istio.io/use-waypoint-namespace"], service.Namespace), name)
	}
	return nil
}

// arrive takes a request at the pod that is to answer; from is nil for one from outside
// the cluster.
func (w *walk) arrive(from *corev1.Pod, pod *corev1.Pod, port int) Result {
	in, client := member(pod), identity(from)
	if in != outside {
		if mode := w.mode(pod, port); mode == "STRICT" && client == "" {
			return w.end(0, "%s takes mutual TLS only (STRICT), and this is plaintext: the connection is reset", nameOf(pod))
		}
		at := asked{client: from, address: w.request.Source, port: port, l7: in == sidecar}
		if verdict := w.judge(at, w.atPod(pod)); verdict != "" {
			return w.refuse(verdict, in == sidecar)
		}
	}
	w.out.Pod = pod
	w.step("pod", nameOf(pod), "%s", cmp.Or(client, "plaintext"))
	return w.end(200, "")
}
