package observability

import (
	"slices"

	corev1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/core/v1"
	metav1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/meta/v1"
	networkingv1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/networking/v1"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"retail/components/internal/names"
)

// Namespace is where everything here runs.
const Namespace = "observability"

// ScraperLabels are those of Prometheus's pods, as the chart gives them: who may read the
// metrics of Istio's parts.
func ScraperLabels() map[string]string {
	return map[string]string{"app.kubernetes.io/name": "prometheus", "app.kubernetes.io/component": "server"}
}

// Labels by which pods are found.
var (
	grafanaPods = map[string]string{"app.kubernetes.io/name": "grafana"}
	kialiPods   = map[string]string{"app.kubernetes.io/name": "kiali"}
	statePods   = map[string]string{"app.kubernetes.io/name": stateMetrics}
	tracePods   = map[string]string{"app.kubernetes.io/name": tracesService}
)

// Addresses and ports that pods here talk to, beside each other's.
const (
	anywhere             = "0.0.0.0/0"
	httpsPort            = 443
	dnsPort              = 53
	podIdentityAgent     = "169.254.170.23/32"
	podIdentityAgentPort = 80
)

// newHome makes the namespace, with the strictest standard for its pods, closes it, and
// opens what each pod needs. It is outside the mesh; the label says so, whatever the mesh's
// own default is.
func (b *builder) newHome() error {
	labels := map[string]string{"istio.io/dataplane-mode": "none"}
	for _, mode := range []string{"enforce", "audit", "warn"} {
		labels["pod-security.kubernetes.io/"+mode] = "restricted"
	}
	labels["pod-security.kubernetes.io/enforce-version"] = "latest"
	namespace, err := corev1.NewNamespace(b.ctx, names.Child(b.name, "observability-namespace"), &corev1.NamespaceArgs{
		Metadata: metav1.ObjectMetaArgs{Name: pulumi.String(Namespace), Labels: pulumi.ToStringMap(labels)},
	}, b.inside...)
	if err != nil {
		return err
	}
	b.home = []pulumi.Resource{namespace}
	for _, p := range b.policies() {
		if err := b.policy(p); err != nil {
			return err
		}
	}
	b.home = slices.Concat(b.home, b.args.After)
	return nil
}

// networkPolicy is what some pods here may be asked and may ask.
type networkPolicy struct {
	name string
	// pods are whom it is for; empty for all.
	pods map[string]string
	// in and out are what is allowed. A policy with none of one direction says nothing of it.
	in, out []allowance
	// closing forbids what no policy allows, both ways.
	closing bool
}

type allowance struct {
	peers []networkingv1.NetworkPolicyPeerInput
	ports []int
	udp   bool
}

// policies are what pods need, and nothing else. `kubectl port-forward` comes from the
// node itself, which policies do not touch (Amazon VPC CNI, "Network policies").
func (b *builder) policies() []networkPolicy {
	api := allowance{peers: cidr(anywhere), ports: []int{httpsPort}}
	all := []networkPolicy{
		{name: "closed", closing: true, out: []allowance{{peers: b.dns(), ports: []int{dnsPort}, udp: true}}},
		{name: "prometheus", pods: ScraperLabels(), in: []allowance{{peers: own(grafanaPods, kialiPods), ports: []int{prometheusPort}}}, out: b.scraping(api)},
		{name: stateMetrics, pods: statePods, in: []allowance{{peers: own(ScraperLabels()), ports: []int{stateMetricsPort}}}, out: []allowance{api}},
	}
	if b.args.Grafana {
		all = append(all, networkPolicy{name: "grafana", pods: grafanaPods, in: b.fromDoor(grafanaPort), out: append(b.signed(), allowance{peers: own(ScraperLabels()), ports: []int{prometheusPort}},
			allowance{peers: own(tracePods), ports: []int{queryPort}})})
	}
	if b.args.Kiali {
		all = append(all, networkPolicy{name: "kiali", pods: kialiPods, in: b.fromDoor(kialiPort), out: []allowance{
			api, {peers: own(ScraperLabels()), ports: []int{prometheusPort}}, {peers: own(tracePods), ports: []int{queryPort}},
			{peers: namespaces(b.args.Mesh.RootNamespace), ports: []int{IstiodMetricsPort}},
		}})
	}
	return append(all, b.meshPolicies(api)...)
}

// signed is what a pod needs that signs its requests to AWS: a service there, and the agent
// of EKS Pod Identity on the node.
func (b *builder) signed() []allowance {
	if b.args.Workspace == nil {
		return nil
	}
	return []allowance{{peers: cidr(anywhere), ports: []int{httpsPort}}, {peers: cidr(podIdentityAgent), ports: []int{podIdentityAgentPort}}}
}

// scraping is whom Prometheus asks.
func (b *builder) scraping(api allowance) []allowance {
	out := []allowance{api, {peers: cidr(b.args.NodeCIDRs...), ports: []int{kubeletPort}}, {peers: own(statePods), ports: []int{stateMetricsPort}}}
	if m := b.args.Mesh; m != nil {
		out = append(out, allowance{peers: namespaces(m.RootNamespace, b.args.Watch.Namespace), ports: []int{IstiodMetricsPort, ProxyMetricsPort}})
	}
	if b.args.Workspace != nil {
		out = append(out, allowance{peers: cidr(podIdentityAgent), ports: []int{podIdentityAgentPort}})
	}
	return out
}

// meshPolicies let spans in. The watched namespace and Istio's own are others' to open, for
// [ScraperLabels] on [ProxyMetricsPort] and to [Receiver]: who owns a namespace knows which
// of its pods are proxies, and a first policy there would close what it does not name.
func (b *builder) meshPolicies(api allowance) []networkPolicy {
	if b.args.Mesh == nil || b.args.Tracing == nil {
		return nil
	}
	traces := networkPolicy{name: tracesService, pods: tracePods, in: []allowance{
		{peers: namespaces(b.args.Watch.Namespace), ports: []int{TracePort}}, {peers: own(kialiPods, grafanaPods), ports: []int{queryPort}},
	}}
	if b.args.Tracing.Backend == XRay {
		traces.out = []allowance{api, {peers: cidr(podIdentityAgent), ports: []int{podIdentityAgentPort}}}
	}
	return []networkPolicy{traces}
}
