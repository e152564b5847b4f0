package mesh

import (
	"fmt"
	"slices"
	"strings"

	corev1 "k8s.io/api/core/v1"
	discoveryv1 "k8s.io/api/discovery/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
)

// RootNamespace is where policies hold for the whole mesh, by Istio's default.
const RootNamespace = "istio-system"

// Snapshot is what a cluster holds at one time. Objects are not changed.
type Snapshot struct {
	Pods       []*corev1.Pod
	Services   []*corev1.Service
	Slices     []*discoveryv1.EndpointSlice
	Namespaces []*corev1.Namespace

	gateways []*gateway
	routes   []*route
	peers    []*peerAuthentication
	policies []*policy
	virtual  []*virtualService

	// Draw picks one of n, for endpoints, weights and faults; nil takes the first, and what
	// becomes of most requests.
	Draw func(n int) int
	// Lost tells of a pod that looks ready and does not answer, as in a zone that is
	// broken; nil: none.
	Lost func(*corev1.Pod) bool
}

// Resources are the custom resources that a snapshot looks at.
func Resources() []schema.GroupVersionResource {
	return []schema.GroupVersionResource{
		{Group: "gateway.networking.k8s.io", Version: "v1", Resource: "gateways"},
		{Group: "gateway.networking.k8s.io", Version: "v1", Resource: "httproutes"},
		{Group: "security.istio.io", Version: "v1", Resource: "peerauthentications"},
		{Group: "security.istio.io", Version: "v1", Resource: "authorizationpolicies"},
		{Group: "networking.istio.io", Version: "v1", Resource: "virtualservices"},
	}
}

// Add takes an object into the snapshot; kinds that decide nothing are left out.
func (s *Snapshot) Add(u *unstructured.Unstructured) error {
	switch u.GetKind() {
	case "Pod":
		return add(&s.Pods, u)
	case "Service":
		return add(&s.Services, u)
	case "EndpointSlice":
		return add(&s.Slices, u)
	case "Namespace":
		return add(&s.Namespaces, u)
	case "Gateway":
		return add(&s.gateways, u)
	case "HTTPRoute":
		return add(&s.routes, u)
	case "PeerAuthentication":
		return add(&s.peers, u)
	case "AuthorizationPolicy":
		return add(&s.policies, u)
	case "VirtualService":
		return s.addVirtual(u)
	}
	return nil
}

func add[T any](list *[]*T, u *unstructured.Unstructured) error {
	out := new(T)
	if err := runtime.DefaultUnstructuredConverter.FromUnstructured(u.Object, out); err != nil {
		return fmt.Errorf("%s %s/%s: %w", u.GetKind(), u.GetNamespace(), u.GetName(), err)
	}
	*list = append(*list, out)
	return nil
}

// draw picks one of n.
func (s *Snapshot) draw(n int) int {
	if s.Draw == nil {
		return 0
	}
	return s.Draw(n)
}

// tries is how often a proxy that reads requests asks: Istio retries twice what did not
// reach a pod ("HTTPRetry", default). ztunnel asks once.
const tries = 3

// choose draws an endpoint that answers; the second result is false when none of those
// tried does.
func (s *Snapshot) choose(from *corev1.Pod, all []endpoint) (endpoint, bool) {
	count := 1
	if from != nil && member(from) != ztunnel && member(from) != outside {
		count = tries
	}
	var last endpoint
	for range count {
		last = all[s.draw(len(all))]
		if s.Lost == nil || !s.Lost(last.pod) {
			return last, true
		}
	}
	return last, false
}

// Pod is the running pod with an address; nil when there is none.
func (s *Snapshot) Pod(address string) *corev1.Pod {
	for _, p := range s.Pods {
		if p.Status.PodIP == address && !p.Spec.HostNetwork && p.Status.Phase == corev1.PodRunning {
			return p
		}
	}
	return nil
}

// Behind is a ready pod of a Service, NAMESPACE/NAME; nil when there is none.
func (s *Snapshot) Behind(service string) *corev1.Pod {
	namespace, name, _ := strings.Cut(service, "/")
	of := s.service(namespace, name)
	if of == nil {
		return nil
	}
	for _, p := range of.Spec.Ports {
		if all := s.endpoints(of, int(p.Port)); len(all) > 0 {
			return all[s.draw(len(all))].pod
		}
	}
	return nil
}

func (s *Snapshot) service(namespace, name string) *corev1.Service {
	at := slices.IndexFunc(s.Services, func(o *corev1.Service) bool { return o.Namespace == namespace && o.Name == name })
	if at < 0 {
		return nil
	}
	return s.Services[at]
}

func (s *Snapshot) namespace(name string) map[string]string {
	for _, n := range s.Namespaces {
		if n.Name == name {
			return n.Labels
		}
	}
	return nil
}

// endpoint is a ready pod behind a Service's port.
type endpoint struct {
	pod  *corev1.Pod
	port int
}

// endpoints are those that a Service's port leads to: ready ones that EndpointSlices
// name.
func (s *Snapshot) endpoints(service *corev1.Service, port int) []endpoint {
	at := slices.IndexFunc(service.Spec.Ports, func(p corev1.ServicePort) bool { return int(p.Port) == port })
	if at < 0 {
		return nil
	}
	var out []endpoint
	for _, es := range s.Slices {
		if es.Namespace != service.Namespace || es.Labels[discoveryv1.LabelServiceName] != service.Name {
			continue
		}
		for _, p := range es.Ports {
			if p.Port == nil || p.Name == nil || *p.Name != service.Spec.Ports[at].Name {
				continue
			}
			for _, e := range es.Endpoints {
				if (e.Conditions.Ready == nil || *e.Conditions.Ready) && len(e.Addresses) > 0 {
					if pod := s.Pod(e.Addresses[0]); pod != nil {
						out = append(out, endpoint{pod, int(*p.Port)})
					}
				}
			}
		}
	}
	return out
}

// The ways in which a pod is in the mesh.
type membership int

const (
	outside   membership = iota
	ztunnel              // its node's ztunnel takes its traffic
	sidecar              // a proxy in the pod does
	proxy                // it is a gateway
	waypoints            // it is a waypoint
)

// member tells how a pod is in the mesh.
func member(p *corev1.Pod) membership {
	for _, list := range [][]corev1.Container{p.Spec.Containers, p.Spec.InitContainers} {
		for _, c := range list {
			if c.Name != "istio-proxy" || len(c.Args) < 2 || c.Args[0] != "proxy" {
				continue
			}
			switch c.Args[1] {
			case "router":
				return proxy
			case "waypoint":
				return waypoints
			default:
				return sidecar
			}
		}
	}
	if p.Annotations["ambient.istio.io/redirection"] == "enabled" {
		return ztunnel
	}
	return outside
}

// identity is what a pod's certificate says, without the trust domain; "" outside the
// mesh.
func identity(p *corev1.Pod) string {
	if p == nil || member(p) == outside {
		return ""
	}
	account := p.Spec.ServiceAccountName
	if account == "" {
		account = "default"
	}
	return fmt.Sprintf("ns/%s/sa/%s", p.Namespace, account)
}
