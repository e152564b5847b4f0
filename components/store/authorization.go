package store

import (
	"strconv"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"retail/components/internal/names"
	"retail/components/internal/objects"
)

// strict makes the rules that all pods of the shop stand under: mutual TLS or nothing, and
// nobody may ask for anything but by a policy that allows it. They stand before the first
// pod. Gateways are under the second one too, waypoints by a policy of their own.
func (b *builder) strict() ([]pulumi.Resource, error) {
	if !b.mesh().on() {
		return nil, nil
	}
	authentication, err := b.meshed("strict", objects.Metadata{Name: "strict"}, objects.PeerAuthentication{
		MutualTLS: objects.MutualTLS{Mode: objects.Strict},
	}, b.args.Bound...)
	if err != nil {
		return nil, err
	}
	nothing, err := b.meshed("allow-nothing", objects.Metadata{Name: "allow-nothing"}, objects.AuthorizationPolicy{}, b.args.Bound...)
	return []pulumi.Resource{authentication, nothing}, err
}

// authorized allows exactly what Calls says is asked of one service. At level l4 its pods
// take connections of those who call it. At l7 they take them of the waypoint only, which
// asks for method and path: without the first rule a caller could go past the second one.
//
// The rules of the two levels have names of their own, and add up: with a change of the
// level the new ones stand before the old ones go, since deletions come last.
func (b *builder) authorized(s service) ([]pulumi.Resource, error) {
	if !b.mesh().on() {
		return nil, nil
	}
	if !b.mesh().readsRequests() {
		var callers []string
		for _, name := range callersOf(s.name) {
			callers = append(callers, b.mesh().principal(name))
		}
		policy, err := b.admit(s, "callers", callers)
		return []pulumi.Resource{policy}, err
	}
	twin, err := b.admit(s, "from-waypoint", []string{b.mesh().principal(waypoint)})
	if err != nil {
		return nil, err
	}
	policy := objects.AuthorizationPolicy{
		Targets: []objects.PolicyTarget{{Kind: "Service", Name: s.name}}, Action: objects.Allow,
	}
	for _, call := range callsOf(s.name) {
		from := objects.AuthorizationSource{Principals: []string{b.mesh().principal(call.Caller)}}
		policy.Rules = append(policy.Rules, objects.AuthorizationRule{From: []objects.AuthorizationFrom{{Source: from}}, To: operations(call)})
	}
	requests, err := b.meshed(names.Child(s.name, "requests"), objects.Metadata{Name: names.Child(s.name, "requests")}, policy)
	return []pulumi.Resource{twin, requests}, err
}

// admit lets identities connect to a service's pods.
func (b *builder) admit(s service, role string, principals []string) (pulumi.Resource, error) {
	return b.meshed(names.Child(s.name, role), objects.Metadata{Name: names.Child(s.name, role)}, objects.AuthorizationPolicy{
		Selector: &objects.WorkloadSelector{MatchLabels: selector(s.name)}, Action: objects.Allow,
		Rules: []objects.AuthorizationRule{{
			From: []objects.AuthorizationFrom{{Source: objects.AuthorizationSource{Principals: principals}}},
			To:   []objects.AuthorizationTo{{Operation: objects.AuthorizationOperation{Ports: []string{strconv.Itoa(ContainerPort)}}}},
		}},
	}, b.turned(s)...)
}

// turned is what whatever narrows a service's callers waits for: load balancers that ask ui
// have to turn to the gateway first.
func (b *builder) turned(s service) []pulumi.Resource {
	if s.entry {
		return b.args.Bound
	}
	return nil
}

// operations are a call's requests as a policy has them.
func operations(call Call) []objects.AuthorizationTo {
	var all []objects.AuthorizationTo
	for _, request := range call.Requests {
		all = append(all, objects.AuthorizationTo{Operation: objects.AuthorizationOperation{Methods: request.Methods, Paths: request.Paths}})
	}
	return all
}

// admitCustomers lets load balancers, known by their addresses, ask the store gateway for
// what the shop has for customers. It is a proxy that reads requests, at either level.
func (b *builder) admitCustomers() (pulumi.Resource, error) {
	policy := objects.AuthorizationPolicy{
		Targets: []objects.PolicyTarget{{Group: objects.GatewayGroup, Kind: "Gateway", Name: StoreGateway}}, Action: objects.Allow,
	}
	for _, call := range callsOf(StoreGateway) {
		from := objects.AuthorizationSource{IPBlocks: b.args.EntryCIDRs}
		policy.Rules = append(policy.Rules, objects.AuthorizationRule{From: []objects.AuthorizationFrom{{Source: from}}, To: operations(call)})
	}
	return b.meshed("customers", objects.Metadata{Name: "customers"}, policy)
}

// closedWaypoint lets nobody through the waypoint: what a service's policy allows adds to it.
func (b *builder) closedWaypoint() ([]pulumi.Resource, error) {
	if !b.mesh().readsRequests() {
		return nil, nil
	}
	policy, err := b.meshed("waypoint-allow-nothing", objects.Metadata{Name: "waypoint-allow-nothing"}, objects.AuthorizationPolicy{
		Targets: []objects.PolicyTarget{{Group: objects.GatewayGroup, Kind: "Gateway", Name: waypoint}},
	})
	return []pulumi.Resource{policy}, err
}
