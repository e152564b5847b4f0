package mesh

import (
	"fmt"
	"net/netip"
	"slices"
	"strings"

	"github.com/stretchr/testify/require"
	networkingv1 "k8s.io/api/networking/v1"
)

// callers are the shop's own, load balancers, and strangers with something of a caller's.
func (w *world) callers(d declared, calls []call) []caller {
	w.t.Helper()
	all := []caller{
		{name: loadBalancers, source: balancer(w.t, d)},
		{name: "another pod", source: netip.MustParseAddr("100.64.200.1")},
		{name: "ui of another namespace", identity: "spiffe://" + w.Env().Mesh().TrustDomain + "/ns/default/sa/ui", source: netip.MustParseAddr("100.64.200.2")},
		{name: "store-gateway of another namespace", identity: "spiffe://" + w.Env().Mesh().TrustDomain + "/ns/default/sa/store-gateway", source: netip.MustParseAddr("100.64.200.3")},
		{name: "ui of another mesh", identity: strings.Replace(w.principal("ui"), "blue", "green", 1), source: netip.MustParseAddr("100.64.200.4")},
		{name: "another account of the namespace", identity: w.principal("default"), source: netip.MustParseAddr("100.64.200.5")},
	}
	for _, name := range names(calls) {
		all = append(all, w.callerOf(name))
	}
	return all
}

// balancer is an address that load balancers have, by what the network lets in to the store
// gateway's pods.
func balancer(t failer, d declared) netip.Addr {
	t.Helper()
	policy := &networkingv1.NetworkPolicy{}
	decode(t, find(t, d.objects, "NetworkPolicy", storeGateway), policy)
	for _, rule := range policy.Spec.Ingress {
		for _, from := range rule.From {
			if from.IPBlock != nil && netip.MustParsePrefix(from.IPBlock.CIDR).Addr().Is4() && !netip.MustParsePrefix(from.IPBlock.CIDR).Addr().IsLinkLocalUnicast() {
				return netip.MustParsePrefix(from.IPBlock.CIDR).Addr().Next()
			}
		}
	}
	require.Fail(t, "no load balancer may reach the store gateway")
	return netip.Addr{}
}

// wrongCalls compares who may ask whom for what with the table: what is in it must get
// through on the usual way, what is not on none. Without a waypoint whoever may ask for
// anything may ask for all, but of the gateway. It returns how many were tried.
func wrongCalls(w *world, d declared) (wrong []string, tried int) {
	calls := intended(w.t)
	for _, from := range w.callers(d, calls) {
		for _, callee := range names(calls) {
			for _, path := range paths(calls) {
				for _, method := range methods {
					tried++
					may := slices.ContainsFunc(calls, func(c call) bool {
						read := d.readsRequests() || callee == storeGateway
						return c.caller == from.name && c.callee == callee && (!read || c.allows(method, path))
					})
					switch {
					case may && !w.usual(from, callee, method, path):
						wrong = append(wrong, fmt.Sprintf("%s is refused %s %s of %s", from.name, method, path, callee))
					case !may && w.anyway(from, callee, method, path):
						wrong = append(wrong, fmt.Sprintf("%s gets %s %s of %s", from.name, method, path, callee))
					}
				}
			}
		}
	}
	return wrong, tried
}
