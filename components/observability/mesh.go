package observability

import (
	"fmt"
	"maps"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"retail/components/internal/names"
	"retail/components/internal/objects"
)

// Ports at which Istio's parts say how they are (Istio, "Application Requirements", "Ports
// used by Istio").
const (
	// ProxyMetricsPort is where ztunnel, gateways, waypoints and sidecars answer.
	ProxyMetricsPort = 15020
	// IstiodMetricsPort is where istiod answers.
	IstiodMetricsPort = 15014
)

// TracePort is where spans arrive by OTLP over gRPC (OpenTelemetry, "OTLP Specification").
const TracePort = 4317

// TracingProvider is the name under which the mesh knows where to send spans. The mesh's
// own configuration (meshConfig.extensionProviders) must define it as [SpanReceiver] says.
const TracingProvider = "retail-tracing"

// SpanReceiver is where the mesh's proxies send spans.
type SpanReceiver struct {
	// Provider is the name that [Telemetry] objects use.
	Provider string
	// Service is the Service's full name in the cluster, Port its port and that of the pods
	// behind it.
	Service string
	Port    int
	// Pods are the labels of those pods.
	Pods map[string]string
}

// Receiver returns where proxies send spans; the same for every backend, so that a change of
// the backend changes nothing in the mesh.
func Receiver() SpanReceiver {
	return SpanReceiver{Provider: TracingProvider, Service: tracesService + "." + Namespace + ".svc.cluster.local", Port: TracePort, Pods: maps.Clone(tracePods)}
}

// TelemetrySpec is the spec of Istio's Telemetry (Istio, "Telemetry" reference).
type TelemetrySpec struct {
	AccessLogging []AccessLogging `json:"accessLogging,omitempty"`
	Tracing       []TraceSampling `json:"tracing,omitempty"`
	Metrics       []Metrics       `json:"metrics,omitempty"`
}

// Kind implements [objects.Spec].
func (TelemetrySpec) Kind() (apiVersion, kind string) { return "telemetry.istio.io/v1", "Telemetry" }

// AccessLogging says which requests proxies log, and where to.
type AccessLogging struct {
	Providers []ProviderRef `json:"providers"`
	Filter    *LogFilter    `json:"filter,omitempty"`
}

// ProviderRef names a provider of the mesh's configuration.
type ProviderRef struct {
	Name string `json:"name"`
}

// LogFilter is an expression of the Common Expression Language over Envoy's attributes.
type LogFilter struct {
	Expression string `json:"expression"`
}

// TraceSampling says of which share of requests proxies report spans.
type TraceSampling struct {
	Providers []ProviderRef `json:"providers"`
	// RandomSamplingPercentage is 0 to 100.
	RandomSamplingPercentage int `json:"randomSamplingPercentage"`
}

// Metrics says to whom proxies report metrics.
type Metrics struct {
	Providers []ProviderRef `json:"providers"`
}

// AccessLogs says which requests proxies write to their logs.
type AccessLogs string

// What is logged.
const (
	// ErrorLogs are requests that failed, were refused or took long.
	ErrorLogs AccessLogs = "errors"
	// AllLogs are all requests.
	AllLogs AccessLogs = "all"
	// NoLogs are none.
	NoLogs AccessLogs = "none"
)

// slowMillis is from how many milliseconds a request is slow enough to be logged.
const slowMillis = 1000

// errorsOnly keeps what somebody looks for at night: answers of 400 and above, connections
// that gave none (code 0), and slow ones. Attributes are Envoy's ("Attributes"), in whose
// terms Istio evaluates the filter.
var errorsOnly = LogFilter{Expression: fmt.Sprintf(
	`response.code >= 400 || response.code == 0 || request.duration > duration("%dms")`, slowMillis)}

// telemetry is the mesh-wide object's spec: metrics for Prometheus always, logs and traces as
// chosen. "envoy" and "prometheus" are providers that Istio brings (Istio, "Telemetry API",
// "Providers").
func (a *Args) telemetry() TelemetrySpec {
	spec := TelemetrySpec{Metrics: []Metrics{{Providers: []ProviderRef{{Name: "prometheus"}}}}}
	if a.AccessLogs != NoLogs {
		logging := AccessLogging{Providers: []ProviderRef{{Name: "envoy"}}}
		if a.AccessLogs == ErrorLogs {
			logging.Filter = &errorsOnly
		}
		spec.AccessLogging = []AccessLogging{logging}
	}
	if a.Tracing != nil {
		spec.Tracing = []TraceSampling{{
			Providers: []ProviderRef{{Name: TracingProvider}}, RandomSamplingPercentage: a.Tracing.SamplingPercent,
		}}
	}
	return spec
}

// tellMesh declares what the whole mesh reports. An object in the mesh's root namespace
// holds for all of it, and only one there may be without a selector (Istio, "Telemetry").
func (b *builder) tellMesh() error {
	mesh := b.args.Mesh
	if mesh == nil {
		return nil
	}
	made, err := objects.New(b.ctx, names.Child(b.name, "telemetry"), objects.Metadata{
		Name: "mesh-default", Namespace: mesh.RootNamespace,
	}, b.args.telemetry(), b.after(mesh.After)...)
	b.out.Ready = append(b.out.Ready, made)
	return err
}

// after are the options of what stands in the cluster and waits for something.
func (b *builder) after(needs []pulumi.Resource) []pulumi.ResourceOption {
	return append(b.inside[:len(b.inside):len(b.inside)], pulumi.DependsOn(needs))
}
