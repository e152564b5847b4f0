package store

import (
	metav1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/meta/v1"
	networkingv1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/networking/v1"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"retail/internal/problem"
)

// Watch is who looks at the shop's proxies. It means nothing without a mesh, as there are
// none then; applications are not read.
type Watch struct {
	// Namespace is where the pods below run. Required.
	Namespace string
	// Scraper are labels of the pods that read what proxies measure. Required.
	Scraper map[string]string
	// MetricsPort is where proxies of every kind tell it: the port of Istio's agent, which
	// neither a sidecar's redirection nor mutual TLS takes in (Istio, "Ports used by Istio";
	// pilot-agent's status server answers /stats/prometheus there). Required.
	MetricsPort int
	// Spans is where proxies send traces; nil for nowhere.
	Spans *Spans
}

// Spans is where proxies send traces.
type Spans struct {
	// Pods are labels of the pods that take them. Required.
	Pods map[string]string
	// Host is their Service's full name, Port its port and theirs. Required.
	Host string
	Port int
}

func (w *Watch) validate(problems *problem.List) {
	if w == nil {
		return
	}
	if w.Namespace == "" || len(w.Scraper) == 0 || w.MetricsPort < 1 {
		problems.Add("watch", "namespace, scraper and metricsPort are required", nil, "take them from what scrapes")
	}
	if s := w.Spans; s != nil && (len(s.Pods) == 0 || s.Host == "" || s.Port < 1) {
		problems.Add("watch.spans", "pods, host and port are required", nil, "take them from what receives spans")
	}
}

// watched lets a proxy be read, and its spans out. Without anybody who watches, nothing is
// opened.
func (b *builder) watched(proxy *rules) {
	w := b.args.Watch
	if w == nil {
		return
	}
	proxy.from(w.MetricsPort, w.peer(w.Scraper))
	if w.Spans != nil {
		proxy.to(w.Spans.Port, w.peer(w.Spans.Pods))
	}
}

// peer are pods in the namespace of those who watch.
func (w *Watch) peer(pods map[string]string) networkingv1.NetworkPolicyPeerArgs {
	return networkingv1.NetworkPolicyPeerArgs{
		NamespaceSelector: metav1.LabelSelectorArgs{MatchLabels: pulumi.StringMap{"kubernetes.io/metadata.name": pulumi.String(w.Namespace)}},
		PodSelector:       metav1.LabelSelectorArgs{MatchLabels: pulumi.ToStringMap(pods)},
	}
}

// sidecarHosts are what catalog's sidecar knows, each as "NAMESPACE/NAME": its own stores, what
// the mesh itself offers, and where it sends spans, which it would drop otherwise: a provider
// of the mesh is not among what a Sidecar lets in by itself (Istio reference, "Sidecar").
func (b *builder) sidecarHosts() []string {
	hosts := []string{"./*", "istio-system/*"}
	if w := b.args.Watch; w != nil && w.Spans != nil {
		hosts = append(hosts, w.Namespace+"/"+w.Spans.Host)
	}
	return hosts
}
