package store

import (
	metav1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/meta/v1"
	networkingv1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/networking/v1"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"retail/components/internal/names"
	"retail/components/internal/objects"
)

// meshProbes is where the kubelet's health checks come from as an ambient pod sees them
// (Istio, "Ambient and Kubernetes NetworkPolicy"). Its counterpart in IPv6 is left out: pods
// here have IPv4 addresses only, and the VPC CNI's agent takes that address for one of IPv4,
// as it has no "::" in it, and then fails to write the policy's other rules
// (istio/istio#56484, aws/aws-network-policy-agent#509 and #321).
const meshProbes = "169.254.7.127/32"

// meshNetwork allows what one service needs in the mesh (case I3). Between the mesh's pods
// everything travels on one port; which port is meant, and who may ask for it, is for the
// authorization policies to say.
//
// What a service needs at any level is one policy, how services reach each other another,
// named after the level: with a change of the level the new one stands before the old one
// goes, since deletions come last, so that no request in between is cut off.
func (b *builder) meshNetwork(s service) ([]pulumi.Resource, error) {
	always := rules{ingress: networkingv1.NetworkPolicyIngressRuleArray{}, egress: b.egress(s)}
	switch {
	case s.gateway:
		always.from(ContainerPort, blocks(b.args.EntryCIDRs)...)
	case !s.inSidecar():
		// A sidecar has its checks by itself, and the kubelet reaches it as it does any pod.
		always.from(ContainerPort, block(meshProbes))
	}
	if s.gateway || s.inSidecar() {
		always.to(istiodPort, istiod())
		b.watched(&always)
	}
	policy, err := b.networkPolicy(b.child(s, "network"), s.name, selector(s.name), always, b.turned(s)...)
	if err != nil {
		return nil, err
	}
	level, between := "direct", rules{}
	callers, called := podsOf(callersOf(s.name)), podsOf(callees(s.name))
	if b.mesh().readsRequests() {
		level = "by-waypoint"
		if len(callers) > 0 {
			callers = networkingv1.NetworkPolicyPeerArray{waypointPods()}
		}
		if len(called) > 0 {
			called = networkingv1.NetworkPolicyPeerArray{waypointPods()}
		}
	}
	between.from(hbonePort, callers...)
	between.to(hbonePort, called...)
	joined, err := b.networkPolicy(b.child(s, level), names.Child(s.name, level), selector(s.name), between, b.turned(s)...)
	return []pulumi.Resource{policy, joined}, err
}

// waypointNetwork lets the waypoint reach every service and be reached by every caller.
func (b *builder) waypointNetwork() (pulumi.Resource, error) {
	open, callers := rules{}, []string{StoreGateway}
	for _, name := range Names() {
		if len(callees(name)) > 0 {
			callers = append(callers, name)
		}
	}
	open.from(hbonePort, podsOf(callers)...)
	open.to(hbonePort, podsOf(Names())...)
	open.to(istiodPort, istiod())
	b.watched(&open)
	return b.networkPolicy(names.Child(b.name, waypoint, "network"), waypoint,
		pulumi.StringMap{objects.GatewayNameLabel: pulumi.String(waypoint)}, open)
}

// rules are a policy's two lists.
type rules struct {
	ingress networkingv1.NetworkPolicyIngressRuleArray
	egress  networkingv1.NetworkPolicyEgressRuleArray
}

// from and to allow one port; without a peer they allow nothing, where Kubernetes would
// take everybody to be meant.
func (r *rules) from(number int, peers ...networkingv1.NetworkPolicyPeerInput) {
	if len(peers) > 0 {
		r.ingress = append(r.ingress, networkingv1.NetworkPolicyIngressRuleArgs{
			From: networkingv1.NetworkPolicyPeerArray(peers), Ports: networkingv1.NetworkPolicyPortArray{port("TCP", number)},
		})
	}
}

func (r *rules) to(number int, peers ...networkingv1.NetworkPolicyPeerInput) {
	if len(peers) > 0 {
		r.egress = append(r.egress, networkingv1.NetworkPolicyEgressRuleArgs{
			To: networkingv1.NetworkPolicyPeerArray(peers), Ports: networkingv1.NetworkPolicyPortArray{port("TCP", number)},
		})
	}
}

func (b *builder) networkPolicy(logical, name string, pods pulumi.StringMap, allowed rules, needs ...pulumi.Resource) (pulumi.Resource, error) {
	return networkingv1.NewNetworkPolicy(b.ctx, logical, &networkingv1.NetworkPolicyArgs{
		Metadata: metav1.ObjectMetaArgs{
			Name: pulumi.String(name), Namespace: pulumi.String(Namespace),
			Labels: pulumi.StringMap{"app.kubernetes.io/part-of": pulumi.String(partOf)},
		},
		Spec: networkingv1.NetworkPolicySpecArgs{
			PodSelector: metav1.LabelSelectorArgs{MatchLabels: pods}, PolicyTypes: bothWays,
			Ingress: allowed.ingress, Egress: allowed.egress,
		},
	}, after(b.inside, needs...)...)
}

func istiod() networkingv1.NetworkPolicyPeerArgs {
	return networkingv1.NetworkPolicyPeerArgs{
		NamespaceSelector: metav1.LabelSelectorArgs{MatchLabels: pulumi.StringMap{"kubernetes.io/metadata.name": pulumi.String("istio-system")}},
		PodSelector:       metav1.LabelSelectorArgs{MatchLabels: pulumi.StringMap{"app": pulumi.String("istiod")}},
	}
}

func waypointPods() networkingv1.NetworkPolicyPeerArgs {
	return networkingv1.NetworkPolicyPeerArgs{
		PodSelector: metav1.LabelSelectorArgs{MatchLabels: pulumi.StringMap{objects.GatewayNameLabel: pulumi.String(waypoint)}},
	}
}
