package mesh

import (
	"fmt"
	"net/netip"
	"slices"
	"testing"

	clusterv3 "github.com/envoyproxy/go-control-plane/envoy/config/cluster/v3"
	tlsv3 "github.com/envoyproxy/go-control-plane/envoy/extensions/transport_sockets/tls/v3"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"istio.io/istio/pkg/workloadapi"
)

// checks are what must hold of every environment and variant, by name: each tells what is
// wrong. Who may call what, by the configuration that istiod makes of the program's objects,
// is what docs/authorization.md says (I4).
var checks = map[string]func(*world, declared) []string{
	"calls": func(w *world, d declared) []string {
		wrong, tried := wrongCalls(w, d)
		w.t.Logf("%d requests tried", tried)
		return wrong
	},
	"certificates": uncertified,
	"default":      unguarded,
	"encryption":   unencrypted,
	"entrance":     unopened,
	"requests":     untreated,
	"backends":     divided,
	"faults":       func(w *world, d declared) []string { return spoilt(w, d, nil) },
	"objects":      func(w *world, d declared) []string { return invalid(w.t, d) },
}

// services are those behind the gateway.
func services(t failer) []string {
	return slices.DeleteFunc(names(intended(t)), func(name string) bool { return name == storeGateway })
}

// unguarded: a pod that no policy names, and a service that none names, take nothing.
func unguarded(w *world, d declared) (wrong []string) {
	stranger := connection{identity: w.principal("ui"), source: netip.MustParseAddr("100.64.200.1"), to: netip.MustParseAddr("100.64.200.2"), port: containerPort}
	if admitted(w, &workloadapi.Workload{Name: "new", Namespace: namespace}, stranger) {
		wrong = append(wrong, "ztunnel lets callers in to a pod that no policy names")
	}
	if !d.readsRequests() {
		return wrong
	}
	for _, chain := range chains(w.listener(w.proxyOf(w.podOf(waypoint)), "main_internal"), "direct-") {
		if w.passes(chain, request{stranger, "GET", "/"}) {
			wrong = append(wrong, "the waypoint's chain "+chain.Name+" lets callers in to what no policy names")
		}
	}
	return wrong
}

// unencrypted: every service's pods speak HBONE, by ztunnel or a sidecar and never by both,
// and none takes plain text.
func unencrypted(w *world, d declared) (wrong []string) {
	plain := caller{name: "plain text", source: balancer(w.t, d)}
	for _, name := range services(w.t) {
		pod := w.podOf(name)
		proxy, workload := w.proxyOf(pod), w.workload(pod.Name)
		if workload.TunnelProtocol != workloadapi.TunnelProtocol_HBONE {
			wrong = append(wrong, "connections to "+name+" are not tunnelled")
		}
		if workload.NativeTunnel != (proxy != nil) {
			wrong = append(wrong, name+" has both a sidecar and ztunnel, or ztunnel takes it for what it is not")
		}
		if (proxy != nil) != (name == "catalog") {
			wrong = append(wrong, "a sidecar is catalog's alone: "+name)
		}
		if !slices.Contains(workload.AuthorizationPolicies, systemNamespace+"/istio_converted_static_strict") {
			wrong = append(wrong, name+" is not STRICT to ztunnel")
		}
		for _, path := range []string{"/", "/topology", "/health"} {
			if w.direct(plain, name, "GET", path) {
				wrong = append(wrong, fmt.Sprintf("%s takes GET %s in plain text", name, path))
			}
		}
	}
	return wrong
}

// unopened: the gateway takes plain text of load balancers (I1) and hands requests to ui, by
// the waypoint if there is one (I4).
func unopened(w *world, d declared) (wrong []string) {
	from := caller{name: loadBalancers, source: balancer(w.t, d)}
	for _, path := range []string{"/", "/actuator/health/readiness"} {
		if !w.direct(from, storeGateway, "GET", path) {
			wrong = append(wrong, "the gateway refuses load balancers GET "+path)
		}
	}
	gateway := w.proxyOf(w.podOf(storeGateway))
	for _, chain := range w.listener(gateway, "0.0.0.0_8080").FilterChains {
		if chain.TransportSocket != nil {
			wrong = append(wrong, "the gateway wants TLS of load balancers")
		}
	}
	if w.throughWaypoint(w.callerOf(storeGateway), "ui") != d.readsRequests() {
		wrong = append(wrong, map[bool]string{true: "the gateway goes past the waypoint", false: "the gateway looks for a waypoint"}[d.readsRequests()])
	}
	return wrong
}

// untreated: the waypoint has for each service a route with a time limit and retries, and
// takes out pods that answer with errors.
func untreated(w *world, d declared) (wrong []string) {
	if !d.readsRequests() {
		return nil
	}
	proxy := w.proxyOf(w.podOf(waypoint))
	clusters := map[string]*clusterv3.Cluster{}
	for _, one := range w.Clusters(proxy) {
		clusters[one.Name] = one
	}
	for _, name := range services(w.t) {
		chain := w.chainFor(name)
		if chain == nil || len(w.routesIn(chain)) == 0 {
			wrong = append(wrong, "the waypoint has no route to "+name)
			continue
		}
		for _, route := range w.routesIn(chain) {
			action := route.GetRoute()
			if action.GetTimeout().GetSeconds() == 0 || action.GetTimeout().GetSeconds() > 60 {
				wrong = append(wrong, "requests to "+name+" have no time limit")
			}
			if action.GetRetryPolicy().GetNumRetries().GetValue() == 0 {
				wrong = append(wrong, "requests to "+name+" are not tried again")
			}
			if clusters[action.GetCluster()].GetOutlierDetection().GetConsecutive_5Xx().GetValue() == 0 {
				wrong = append(wrong, "pods of "+name+" that answer with errors stay")
			}
		}
	}
	return wrong
}

// uncertified: whoever asks the waypoint must show a certificate of the mesh.
func uncertified(w *world, d declared) (wrong []string) {
	if !d.readsRequests() {
		return nil
	}
	chains := w.listener(w.proxyOf(w.podOf(waypoint)), "connect_terminate").FilterChains
	if len(chains) == 0 {
		wrong = append(wrong, "the waypoint takes no HBONE")
	}
	for _, chain := range chains {
		context := &tlsv3.DownstreamTlsContext{}
		require.NoError(w.t, chain.GetTransportSocket().GetTypedConfig().UnmarshalTo(context))
		if !context.GetRequireClientCertificate().GetValue() {
			wrong = append(wrong, "the waypoint asks for no certificate: "+chain.Name)
		}
	}
	return wrong
}

func TestEnvironments(t *testing.T) {
	for _, environment := range environments {
		t.Run(environment, func(t *testing.T) {
			d := read(t, environment)
			require.True(t, d.readsRequests(), "committed environments have mesh l7")
			w := start(t, d)
			for name, check := range checks {
				t.Run(name, func(t *testing.T) { assert.Empty(t, check(w, d)) })
			}
		})
	}
}
