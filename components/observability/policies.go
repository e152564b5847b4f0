package observability

import (
	metav1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/meta/v1"
	networkingv1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/networking/v1"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"retail/components/internal/names"
)

// policy declares one network policy. It is among what pods wait for.
func (b *builder) policy(p networkPolicy) error {
	var directions []string
	if p.closing || len(p.in) > 0 {
		directions = append(directions, "Ingress")
	}
	if p.closing || len(p.out) > 0 {
		directions = append(directions, "Egress")
	}
	spec := networkingv1.NetworkPolicySpecArgs{PodSelector: metav1.LabelSelectorArgs{}, PolicyTypes: pulumi.ToStringArray(directions)}
	if len(p.pods) > 0 {
		spec.PodSelector = metav1.LabelSelectorArgs{MatchLabels: pulumi.ToStringMap(p.pods)}
	}
	ingress, egress := networkingv1.NetworkPolicyIngressRuleArray{}, networkingv1.NetworkPolicyEgressRuleArray{}
	for _, a := range p.in {
		ingress = append(ingress, networkingv1.NetworkPolicyIngressRuleArgs{From: networkingv1.NetworkPolicyPeerArray(a.peers), Ports: a.numbers()})
	}
	for _, a := range p.out {
		egress = append(egress, networkingv1.NetworkPolicyEgressRuleArgs{To: networkingv1.NetworkPolicyPeerArray(a.peers), Ports: a.numbers()})
	}
	if len(ingress) > 0 {
		spec.Ingress = ingress
	}
	if len(egress) > 0 {
		spec.Egress = egress
	}
	made, err := networkingv1.NewNetworkPolicy(b.ctx, names.Child(b.name, "observability-network", p.name), &networkingv1.NetworkPolicyArgs{
		Metadata: metav1.ObjectMetaArgs{Name: pulumi.String(p.name), Namespace: pulumi.String(Namespace)},
		Spec:     spec,
	}, b.after(append(b.home[:1:1], b.args.After...))...)
	b.home = append(b.home, made)
	return err
}

// numbers are the ports of an allowance.
func (a allowance) numbers() networkingv1.NetworkPolicyPortArray {
	var all networkingv1.NetworkPolicyPortArray
	for _, number := range a.ports {
		if a.udp {
			all = append(all, networkingv1.NetworkPolicyPortArgs{Protocol: pulumi.String("UDP"), Port: pulumi.Int(number)})
		}
		all = append(all, networkingv1.NetworkPolicyPortArgs{Protocol: pulumi.String("TCP"), Port: pulumi.Int(number)})
	}
	return all
}

// dns is who answers for names: CoreDNS's pods or, under EKS Auto Mode, the node itself.
func (b *builder) dns() []networkingv1.NetworkPolicyPeerInput {
	if b.args.DNSAddress != "" {
		return cidr(b.args.DNSAddress + "/32")
	}
	return []networkingv1.NetworkPolicyPeerInput{networkingv1.NetworkPolicyPeerArgs{
		NamespaceSelector: named("kube-system"),
		PodSelector:       metav1.LabelSelectorArgs{MatchLabels: pulumi.StringMap{"k8s-app": pulumi.String("kube-dns")}},
	}}
}

// own are pods of the policy's namespace.
func own(sets ...map[string]string) []networkingv1.NetworkPolicyPeerInput {
	var peers []networkingv1.NetworkPolicyPeerInput
	for _, labels := range sets {
		peers = append(peers, networkingv1.NetworkPolicyPeerArgs{PodSelector: metav1.LabelSelectorArgs{MatchLabels: pulumi.ToStringMap(labels)}})
	}
	return peers
}

// namespaces are all pods of namespaces.
func namespaces(all ...string) []networkingv1.NetworkPolicyPeerInput {
	var peers []networkingv1.NetworkPolicyPeerInput
	for _, name := range all {
		peers = append(peers, networkingv1.NetworkPolicyPeerArgs{NamespaceSelector: named(name)})
	}
	return peers
}

func named(namespace string) metav1.LabelSelectorArgs {
	return metav1.LabelSelectorArgs{MatchLabels: pulumi.StringMap{"kubernetes.io/metadata.name": pulumi.String(namespace)}}
}

func cidr(ranges ...string) []networkingv1.NetworkPolicyPeerInput {
	var peers []networkingv1.NetworkPolicyPeerInput
	for _, one := range ranges {
		peers = append(peers, networkingv1.NetworkPolicyPeerArgs{IpBlock: networkingv1.IPBlockArgs{Cidr: pulumi.String(one)}})
	}
	return peers
}
