package store

import (
	corev1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/core/v1"
	metav1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/meta/v1"
	networkingv1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/networking/v1"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"retail/components/internal/names"
)

const (
	// podIdentityAgent is where EKS Pod Identity's agent on every node answers (Amazon EKS
	// User Guide, "Learn how EKS Pod Identity grants pods access to AWS services").
	podIdentityAgent     = "169.254.170.23/32"
	podIdentityAgentPort = 80
	dnsPort              = 53
	httpsPort            = 443
	anywhere             = "0.0.0.0/0"
)

// Both directions of traffic, as policies name them.
var bothWays = pulumi.ToStringArray([]string{"Ingress", "Egress"})

// closed forbids all traffic of all pods of the namespace, but questions to the cluster's
// DNS. What is needed is allowed service by service.
func (b *builder) closed() ([]pulumi.Resource, error) {
	policy, err := networkingv1.NewNetworkPolicy(b.ctx, names.Child(b.name, "closed"), &networkingv1.NetworkPolicyArgs{
		Metadata: metav1.ObjectMetaArgs{Name: pulumi.String("closed"), Namespace: pulumi.String(Namespace)},
		Spec: networkingv1.NetworkPolicySpecArgs{
			PodSelector: metav1.LabelSelectorArgs{}, PolicyTypes: bothWays,
			Egress: networkingv1.NetworkPolicyEgressRuleArray{networkingv1.NetworkPolicyEgressRuleArgs{
				To:    networkingv1.NetworkPolicyPeerArray{b.dns()},
				Ports: networkingv1.NetworkPolicyPortArray{port("UDP", dnsPort), port("TCP", dnsPort)},
			}},
		},
	}, b.inside...)
	return []pulumi.Resource{policy}, err
}

// enforced switches the enforcement of network policies on where nobody else does: EKS
// Auto Mode takes them and does nothing until this object asks for it (Amazon EKS User
// Guide, "Use Network Policies with EKS Auto Mode"). With managed nodes the VPC CNI's
// add-on is told.
func (b *builder) enforced() ([]pulumi.Resource, error) {
	if b.args.DNSAddress == "" {
		return nil, nil
	}
	object, err := corev1.NewConfigMap(b.ctx, names.Child(b.name, "enforce-policies"), &corev1.ConfigMapArgs{
		Metadata: metav1.ObjectMetaArgs{Name: pulumi.String("amazon-vpc-cni"), Namespace: pulumi.String("kube-system")},
		Data:     pulumi.StringMap{"enable-network-policy-controller": pulumi.String("true")},
	}, b.inside...)
	return []pulumi.Resource{object}, err
}

// dns is who answers for names: CoreDNS's pods or, under EKS Auto Mode, the node itself at
// the address of the DNS Service.
func (b *builder) dns() networkingv1.NetworkPolicyPeerArgs {
	if b.args.DNSAddress != "" {
		return block(b.args.DNSAddress + "/32")
	}
	return networkingv1.NetworkPolicyPeerArgs{
		NamespaceSelector: metav1.LabelSelectorArgs{MatchLabels: pulumi.StringMap{"kubernetes.io/metadata.name": pulumi.String("kube-system")}},
		PodSelector:       metav1.LabelSelectorArgs{MatchLabels: pulumi.StringMap{"k8s-app": pulumi.String("kube-dns")}},
	}
}

// network allows what one service needs, and nothing else. A rule lists peers and ports
// and allows each with each, so that there is a rule for every kind of peer.
func (b *builder) network(s service) ([]pulumi.Resource, error) {
	if b.mesh().on() {
		return b.meshNetwork(s)
	}
	policy, err := networkingv1.NewNetworkPolicy(b.ctx, b.child(s, "network"), &networkingv1.NetworkPolicyArgs{
		Metadata: meta(s.name),
		Spec: networkingv1.NetworkPolicySpecArgs{
			PodSelector: metav1.LabelSelectorArgs{MatchLabels: selector(s.name)}, PolicyTypes: bothWays,
			Ingress: networkingv1.NetworkPolicyIngressRuleArray{networkingv1.NetworkPolicyIngressRuleArgs{
				From:  b.callers(s),
				Ports: networkingv1.NetworkPolicyPortArray{port("TCP", ContainerPort)},
			}},
			Egress: append(b.calls(s), b.egress(s)...),
		},
	}, b.inside...)
	return []pulumi.Resource{policy}, err
}

// callers are who may call a service: the services that say so, and load balancers.
func (b *builder) callers(s service) networkingv1.NetworkPolicyPeerArray {
	callers := networkingv1.NetworkPolicyPeerArray{}
	for _, caller := range callersOf(s.name) {
		if caller != StoreGateway {
			callers = append(callers, pods(caller))
		}
	}
	if s.entry {
		callers = append(callers, blocks(b.args.EntryCIDRs)...)
	}
	return callers
}

// calls lets a service reach those it calls.
func (b *builder) calls(s service) networkingv1.NetworkPolicyEgressRuleArray {
	if len(callees(s.name)) == 0 {
		return nil
	}
	return networkingv1.NetworkPolicyEgressRuleArray{networkingv1.NetworkPolicyEgressRuleArgs{
		To: podsOf(callees(s.name)), Ports: networkingv1.NetworkPolicyPortArray{port("TCP", ContainerPort)},
	}}
}

// egress lets a service reach what lies outside the cluster.
func (b *builder) egress(s service) networkingv1.NetworkPolicyEgressRuleArray {
	rules := networkingv1.NetworkPolicyEgressRuleArray{}
	allow := func(number int, peers ...networkingv1.NetworkPolicyPeerInput) {
		rules = append(rules, networkingv1.NetworkPolicyEgressRuleArgs{
			To: networkingv1.NetworkPolicyPeerArray(peers), Ports: networkingv1.NetworkPolicyPortArray{port("TCP", number)},
		})
	}
	for _, number := range s.ports {
		allow(number, blocks(b.args.DataCIDRs)...)
	}
	if s.callsAWS {
		// AWS's addresses are many and change; what may be done there is said in IAM.
		allow(httpsPort, block(anywhere))
		allow(podIdentityAgentPort, block(podIdentityAgent))
	}
	return rules
}

// pods are a service's pods.
func pods(service string) networkingv1.NetworkPolicyPeerArgs {
	return networkingv1.NetworkPolicyPeerArgs{PodSelector: metav1.LabelSelectorArgs{MatchLabels: selector(service)}}
}

func podsOf(services []string) networkingv1.NetworkPolicyPeerArray {
	all := networkingv1.NetworkPolicyPeerArray{}
	for _, name := range services {
		all = append(all, pods(name))
	}
	return all
}

func blocks(cidrs []string) []networkingv1.NetworkPolicyPeerInput {
	var all []networkingv1.NetworkPolicyPeerInput
	for _, cidr := range cidrs {
		all = append(all, block(cidr))
	}
	return all
}

func block(cidr string) networkingv1.NetworkPolicyPeerArgs {
	return networkingv1.NetworkPolicyPeerArgs{IpBlock: networkingv1.IPBlockArgs{Cidr: pulumi.String(cidr)}}
}

func port(protocol string, number int) networkingv1.NetworkPolicyPortArgs {
	return networkingv1.NetworkPolicyPortArgs{Protocol: pulumi.String(protocol), Port: pulumi.Int(number)}
}
