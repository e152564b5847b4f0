package observability

import (
	"fmt"
	"slices"
	"strings"
)

// standardLabels are the labels of Istio's standard metrics (Istio, "Istio Standard
// Metrics", "Labels"), and colour, which this program's scrape configuration adds.
var standardLabels = []string{
	"reporter", "source_workload", "source_workload_namespace", "source_canonical_service", "source_canonical_revision",
	"source_principal", "source_app", "source_version", "source_cluster", "destination_workload",
	"destination_workload_namespace", "destination_canonical_service", "destination_canonical_revision", "destination_principal",
	"destination_app", "destination_version", "destination_service", "destination_service_name", "destination_service_namespace",
	"destination_cluster", "request_protocol", "response_code", "grpc_response_status", "response_flags",
	"connection_security_policy", colourLabel, "le",
}

// colourLabel is the label that tells blue from green.
const colourLabel = "colour"

// Names of Istio's standard metrics that are used here (the same page, "Metrics").
const (
	requestsTotal     = "istio_requests_total"
	requestDuration   = "istio_request_duration_milliseconds_bucket"
	connectionsOpened = "istio_tcp_connections_opened_total"
)

// serviceAndColour is by what golden signals are told apart.
var serviceAndColour = []string{"destination_service_name", colourLabel}

// selector is the part of a query that picks series.
type selector []matcher

type matcher struct{ label, operator, value string }

func (s selector) String() string {
	parts := make([]string, len(s))
	for i, m := range s {
		parts[i] = fmt.Sprintf("%s%s%q", m.label, m.operator, m.value)
	}
	return "{" + strings.Join(parts, ",") + "}"
}

// fromWaypoint picks what the waypoint reports of requests to the shop's services. Every
// request within the mesh passes the waypoint once; were other reporters let in, the
// gateway's and the sidecar's would count it again.
func (w Watch) fromWaypoint(colour string, more ...matcher) selector {
	return append(w.from("waypoint", colour), more...)
}

// from picks what one kind of reporter says of the watched services, of one colour or, with
// none given, of all.
func (w Watch) from(reporter, colour string) selector {
	pick := selector{{"reporter", "=", reporter}, {"destination_service_namespace", "=", w.Namespace}}
	if colour != "" {
		pick = append(pick, matcher{colourLabel, "=", colour})
	}
	return pick
}

// rate is a counter's increase a second over five minutes, summed by labels. A label that
// Istio does not know is a mistake in this package: it would match nothing, silently.
func rate(metric string, pick selector, by ...string) string {
	for _, m := range pick {
		mustBeStandard(m.label)
	}
	for _, label := range by {
		mustBeStandard(label)
	}
	return fmt.Sprintf("sum by (%s) (rate(%s%s[5m]))", strings.Join(by, ", "), metric, pick)
}

func mustBeStandard(label string) {
	if !slices.Contains(standardLabels, label) {
		panic("observability: " + label + " is no label of Istio's standard metrics")
	}
}

// Watch says what golden signals and alerts are about.
type Watch struct {
	// Namespace is that of the services. Required.
	Namespace string
	// Colours are the clusters whose signals can be asked for together, for dashboards.
	// Required.
	Colours []string
	// ErrorPercent is from which share of failed requests of a service an alert is raised,
	// in per cent; LatencyMillis is from how many milliseconds, for the slowest of a hundred
	// requests. Required.
	ErrorPercent, LatencyMillis int
	// Mesh says that there is a mesh: without one there are no requests to count.
	Mesh bool
}

// signals are the golden signals of the watched services, as queries (Google, "Site
// Reliability Engineering", chapter 6).
type signals struct {
	requests, errors, latency, connections, cpu, memory, restarts string
}

// quantile is of how many requests the latency is an upper bound.
const quantile = 0.99

// signals are those of one colour or, with none given, of all.
func (w Watch) signals(colour string) signals {
	all := rate(requestsTotal, w.fromWaypoint(colour), serviceAndColour...)
	failed := rate(requestsTotal, w.fromWaypoint(colour, matcher{"response_code", "=~", "5.."}), serviceAndColour...)
	container := selector{{"namespace", "=", w.Namespace}, {"container", "!=", ""}}
	if colour != "" {
		container = append(container, matcher{colourLabel, "=", colour})
	}
	of := func(resource string) selector {
		return append(container[:len(container):len(container)], matcher{"resource", "=", resource})
	}
	return signals{
		requests: all,
		// Without a failed request there is no series of failures: or makes it nought.
		errors: fmt.Sprintf("100 * (%s or 0 * %s) / %s", failed, all, all),
		latency: fmt.Sprintf("histogram_quantile(%g, %s)", quantile,
			rate(requestDuration, w.fromWaypoint(colour), append(slices.Clone(serviceAndColour), "le")...)),
		connections: rate(connectionsOpened, w.from("source", colour), serviceAndColour...),
		cpu: fmt.Sprintf(`100 * sum by (container, colour) (rate(container_cpu_usage_seconds_total%s[5m])) / `+
			`sum by (container, colour) (kube_pod_container_resource_requests%s)`, container, of("cpu")),
		memory: fmt.Sprintf(`100 * max by (container, colour) (container_memory_working_set_bytes%s) / `+
			`max by (container, colour) (kube_pod_container_resource_limits%s)`, container, of("memory")),
		restarts: fmt.Sprintf(`sum by (container, colour) (increase(kube_pod_container_status_restarts_total%s[15m]))`, container),
	}
}
