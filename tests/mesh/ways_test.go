package mesh

import (
	"net/netip"
	"slices"
	"strings"

	listenerv3 "github.com/envoyproxy/go-control-plane/envoy/config/listener/v3"
	"github.com/stretchr/testify/require"
	corev1 "k8s.io/api/core/v1"

	"istio.io/istio/pilot/pkg/model"
	"istio.io/istio/pilot/pkg/xds/endpoints"
	"istio.io/istio/pkg/workloadapi"
)

const (
	servicePort   = 80
	containerPort = 8080
)

// caller is who asks: a pod, or somebody with an identity or an address alone.
type caller struct {
	name, identity string
	source         netip.Addr
}

// principal is the identity of an account of the shop.
func (w *world) principal(account string) string {
	return "spiffe://" + w.Env().Mesh().TrustDomain + "/ns/" + namespace + "/sa/" + account
}

func (w *world) callerOf(name string) caller {
	pod := w.podOf(name)
	return caller{name: name, identity: w.principal(pod.Spec.ServiceAccountName), source: netip.MustParseAddr(pod.Status.PodIP)}
}

// usual says whether a request gets through on the way that the caller's own side takes:
// ztunnel's by what istiod says of the Service, a proxy's by the ends that it is given.
func (w *world) usual(from caller, callee, method, path string) bool {
	w.t.Helper()
	if callee == storeGateway || !w.throughWaypoint(from, callee) {
		return w.direct(from, callee, method, path)
	}
	return w.read(from, callee, method, path)
}

// anyway says whether a request gets through on any way: by the waypoint, straight to the
// pods, with the caller's identity or in plain text.
func (w *world) anyway(from caller, callee, method, path string) bool {
	w.t.Helper()
	nameless := caller{name: from.name, source: from.source}
	return w.read(from, callee, method, path) || w.direct(from, callee, method, path) || w.direct(nameless, callee, method, path)
}

// throughWaypoint says whether the caller's side sends requests for a service to the waypoint.
func (w *world) throughWaypoint(from caller, callee string) bool {
	w.t.Helper()
	key := from.name + " to " + callee
	if _, done := w.made.through[key]; !done {
		w.made.through[key] = w.endsAtWaypoint(from, callee)
	}
	return w.made.through[key]
}

func (w *world) endsAtWaypoint(from caller, callee string) bool {
	w.t.Helper()
	service := w.service(callee)
	at := slices.IndexFunc(w.pods, func(pod *corev1.Pod) bool { return pod.Name == from.name+"-0" && pod.Namespace == namespace })
	if at < 0 || w.proxyOf(w.pods[at]) == nil {
		return from.identity != "" && service.GetWaypoint() != nil
	}
	builder := endpoints.NewEndpointBuilder("outbound|80||"+service.GetHostname(), w.proxyOf(w.pods[at]), w.PushContext())
	ends, through := 0, 0
	for _, locality := range builder.BuildClusterLoadAssignment(w.Env().EndpointIndex).GetEndpoints() {
		for _, end := range locality.LbEndpoints {
			ends++
			if end.GetMetadata().GetFilterMetadata()["envoy.filters.listener.original_dst"].GetFields()["waypoint"] != nil {
				through++
			}
		}
	}
	require.Contains(w.t, []int{0, ends}, through, "all ends of %s are of one kind to %s", callee, from.name)
	return through > 0
}

// read says whether the waypoint lets a request through, and the service's pods the waypoint.
func (w *world) read(from caller, callee, method, path string) bool {
	w.t.Helper()
	if from.identity == "" || w.service(callee).GetWaypoint() == nil {
		return false // the waypoint takes nothing but mutual TLS: see TestWaypointTakesMutualTLSOnly
	}
	chain := w.chainFor(callee)
	address, _ := netip.AddrFromSlice(w.service(callee).Addresses[0].Address)
	return chain != nil &&
		w.passes(chain, request{connection{from.identity, from.source, address, servicePort}, method, path}) &&
		w.direct(w.callerOf(waypoint), callee, method, path)
}

// chainFor is the waypoint's filter chain for a service; nil if it has none.
func (w *world) chainFor(callee string) *listenerv3.FilterChain {
	w.t.Helper()
	found := chains(w.listener(w.proxyOf(w.podOf(waypoint)), "main_internal"), "inbound-vip|80|http|"+w.service(callee).GetHostname())
	if len(found) == 0 {
		return nil
	}
	return found[0]
}

// direct says whether a service's pods let a request through that comes straight to them.
func (w *world) direct(from caller, callee, method, path string) bool {
	w.t.Helper()
	pod := w.podOf(callee)
	to := netip.MustParseAddr(pod.Status.PodIP)
	r := request{connection{from.identity, from.source, to, containerPort}, method, path}
	proxy := w.proxyOf(pod)
	workload := w.workload(pod.Name)
	switch {
	case proxy == nil && workload.TunnelProtocol == workloadapi.TunnelProtocol_HBONE:
		return admitted(w, workload, r.connection)
	case proxy == nil:
		return true // nobody stands before it
	case proxy.Type == model.Router:
		r.identity = "" // plain HTTP: nobody's certificate is looked at
		return all(w.listener(proxy, "0.0.0.0_8080").FilterChains, func(chain *listenerv3.FilterChain) bool { return w.passes(chain, r) })
	}
	return w.inbound(proxy, r)
}

// inbound says whether a sidecar lets a request in: with an identity by HBONE or by mutual
// TLS, without by a chain for plain text, if there is one.
func (w *world) inbound(proxy *model.Proxy, r request) bool {
	w.t.Helper()
	encrypted := r.identity != ""
	var found []*listenerv3.FilterChain
	if encrypted {
		found = chains(w.listener(proxy, "main_internal"), "0.0.0.0_8080")
		require.NotEmpty(w.t, found, "%s takes HBONE", proxy.ID)
	}
	for _, chain := range w.listener(proxy, "virtualInbound").FilterChains {
		match := chain.FilterChainMatch
		port := match.GetDestinationPort().GetValue()
		if strings.HasSuffix(chain.Name, "blackhole") || port != 0 && port != r.port || match.GetTransportProtocol() == "tls" != encrypted {
			continue
		}
		found = append(found, chain)
	}
	return slices.ContainsFunc(found, func(chain *listenerv3.FilterChain) bool { return w.passes(chain, r) })
}
