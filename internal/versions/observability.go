package versions

// Charts of what makes the platform visible: those that Istio 1.30 was tried with
// (istio.io/istio, manifests/addons/gen.sh of the branch release-1.30). Which
// Kubernetes Kiali's asks for is not in its chart; it is [inferred] from the releases that
// Istio 1.30 supports.
var (
	// Prometheus brings Prometheus 3.10.0 and, as a part, kube-state-metrics.
	Prometheus = Chart{
		Name: "prometheus", Version: "28.13.0", Home: "https://prometheus-community.github.io/helm-charts",
		OldestKubernetes: Minor{1, 19},
	}
	// Grafana brings Grafana 12.0.1.
	Grafana = Chart{
		Name: "grafana", Version: "9.2.2", Home: "https://grafana.github.io/helm-charts",
		OldestKubernetes: Minor{1, 8},
	}
	// Kiali brings Kiali 2.26.
	Kiali = Chart{
		Name: "kiali-server", Version: "2.26.0", Home: "https://kiali.org/helm-charts",
		OldestKubernetes: Minor{1, 32},
	}
)

// Images of what this program runs without a chart.
const (
	// Jaeger is the release that Istio 1.30 was tried with (samples/addons/jaeger.yaml).
	Jaeger = "docker.io/jaegertracing/jaeger:2.14.0"
	// TraceCollector is the AWS Distro for OpenTelemetry's collector.
	TraceCollector = "public.ecr.aws/aws-observability/aws-otel-collector:v0.49.0"
)

// observabilityCharts are the charts above.
func observabilityCharts() []Chart { return []Chart{Prometheus, Grafana, Kiali} }
