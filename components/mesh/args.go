package mesh

import (
	"fmt"
	"regexp"
	"slices"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"retail/internal/mirror"
	"retail/internal/problem"
	"retail/internal/versions"
)

// Args configures the mesh of one cluster.
type Args struct {
	// Level is what the workloads are to use. Required.
	Level Level
	// Version is the Istio release, of the table in internal/versions. Required.
	Version string
	// TrustDomain is the first part of every identity: the cluster's name, since every
	// cluster has a certificate authority of its own (SPIFFE-ID, "Trust domain": one for
	// each root of trust). Required.
	TrustDomain string
	// Replicas is how many pods istiod has at least, 2 or more. Default 2.
	Replicas int
	// MaxReplicas is how many it has at most. Default: three more than Replicas.
	MaxReplicas int
	// Providers are where proxies send telemetry, beside those that Istio knows by itself
	// ("envoy" for access logs on standard output, "prometheus"). None is used before an
	// object of kind Telemetry names it. Default none.
	Providers []Provider
	// Control is the cluster's control plane: everything here goes with it. Required.
	Control pulumi.Resource
	// After is what must stand before: nodes and DNS, and the Gateway API's definitions.
	// Required.
	After []pulumi.Resource
	// Mirror says where charts and images come from. Default: their public homes.
	Mirror mirror.Mirror
}

// Provider is where proxies send telemetry (Istio, "Global Mesh Options":
// extensionProviders).
type Provider struct {
	// Name is what objects of kind Telemetry call it. Required.
	Name string `json:"name"`
	// OpenTelemetry is a collector of traces. Required: there is no other kind here.
	OpenTelemetry *Collector `json:"opentelemetry"`
}

// Collector takes OTLP over gRPC.
type Collector struct {
	// Service is the collector's Service by its full name,
	// NAME.NAMESPACE.svc.cluster.local. Required.
	Service string `json:"service"`
	// Port is the Service's. Required.
	Port int `json:"port"`
}

const (
	fewestReplicas = 2
	moreReplicas   = 3
)

func (a Args) withDefaults() Args {
	if a.Replicas == 0 {
		a.Replicas = fewestReplicas
	}
	if a.MaxReplicas == 0 {
		a.MaxReplicas = a.Replicas + moreReplicas
	}
	return a
}

// Forms of names: a trust domain's is SPIFFE's, a Service's that of Kubernetes.
var (
	trustDomainForm = regexp.MustCompile(`^[a-z0-9]([a-z0-9.-]*[a-z0-9])?$`)
	serviceForm     = regexp.MustCompile(`^[a-z0-9-]+\.[a-z0-9-]+\.svc\.cluster\.local$`)
)

const trustDomainLimit = 255 // characters; SPIFFE-ID, "Maximum SPIFFE ID Length"

func (a Args) validate() error {
	var problems problem.List
	if !slices.Contains(Levels(), a.Level) {
		problems.Add("level", "must be l4 or l7", fmt.Sprintf("%q", a.Level), "choose one, or make no mesh")
	}
	_, err := versions.Istio(a.Version)
	problems.Join(problem.Under("version", err), problem.Under("mirror", a.Mirror.Check()))
	if !trustDomainForm.MatchString(a.TrustDomain) || len(a.TrustDomain) > trustDomainLimit {
		problems.Add("trustDomain", fmt.Sprintf("must be lower-case letters, digits, dots and hyphens, at most %d", trustDomainLimit),
			fmt.Sprintf("%q", a.TrustDomain), "give the cluster's name")
	}
	if a.Replicas < fewestReplicas {
		problems.Add("replicas", "must be at least 2, so that the loss of a zone leaves one", a.Replicas, "leave it out, or set 2 or more")
	}
	if a.MaxReplicas < a.Replicas {
		problems.Add("maxReplicas", "must not be less than replicas", fmt.Sprintf("%d with replicas %d", a.MaxReplicas, a.Replicas), "raise it, or leave it out")
	}
	a.checkProviders(&problems)
	if a.Control == nil {
		problems.Add("control", "is required", nil, "give the cluster")
	}
	if len(a.After) == 0 {
		problems.Add("after", "is required", nil, "give nodes, DNS and the Gateway API's definitions")
	}
	return problems.Err()
}

func (a Args) checkProviders(problems *problem.List) {
	seen := map[string]bool{}
	for i, provider := range a.Providers {
		at := fmt.Sprintf("providers.%d", i)
		if provider.Name == "" || seen[provider.Name] {
			problems.Add(at+".name", "is required, and no two are alike", fmt.Sprintf("%q", provider.Name), "name it")
		}
		seen[provider.Name] = true
		switch collector := provider.OpenTelemetry; {
		case collector == nil:
			problems.Add(at+".opentelemetry", "is required", nil, "give the collector")
		case !serviceForm.MatchString(collector.Service):
			problems.Add(at+".opentelemetry.service", "must be the full name of a Service", fmt.Sprintf("%q", collector.Service),
				"write it as collector.observability.svc.cluster.local")
		case collector.Port < 1 || collector.Port > 65535:
			problems.Add(at+".opentelemetry.port", "must be 1 to 65535", collector.Port, "give the port for OTLP over gRPC, usually 4317")
		}
	}
}
