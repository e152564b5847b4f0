package observability

import (
	"fmt"
	"slices"
	"strings"
)

// label is a label of a series. Only those below exist, so that one which is misspelt, and
// would match nothing without a word, does not compile.
type label struct{ name string }

func (l label) String() string { return l.name }

// The labels that queries use: of Istio's standard metrics (Istio, "Istio Standard Metrics",
// "Labels"), of histograms, of containers (Kubernetes documentation, "Node metrics data";
// kube-state-metrics, "Pod Metrics"), and the one that this program's scrape configuration adds.
var (
	reporter                    = label{"reporter"}
	destinationServiceName      = label{"destination_service_name"}
	destinationServiceNamespace = label{"destination_service_namespace"}
	responseCode                = label{"response_code"}
	connectionSecurityPolicy    = label{"connection_security_policy"}

	upperBound = label{"le"}

	namespace = label{"namespace"}
	container = label{"container"}
	resource  = label{"resource"}

	colourOf = label{colourLabel}
)

// colourLabel is the label that tells blue from green.
const colourLabel = "colour"

// Names of Istio's standard metrics that are used here (the same page, "Metrics").
const (
	requestsTotal     = "istio_requests_total"
	requestDuration   = "istio_request_duration_milliseconds_bucket"
	connectionsOpened = "istio_tcp_connections_opened_total"
)

// serviceAndColour is by what golden signals are told apart.
var serviceAndColour = []label{destinationServiceName, colourOf}

// selector is the part of a query that picks series.
type selector []matcher

type matcher struct {
	label           label
	operator, value string
}

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
func (w Watch) from(kind, colour string) selector {
	pick := selector{{reporter, "=", kind}, {destinationServiceNamespace, "=", w.Namespace}}
	if colour != "" {
		pick = append(pick, matcher{colourOf, "=", colour})
	}
	return pick
}

// rate is a counter's increase a second over five minutes, summed by labels.
func rate(metric string, pick selector, by ...label) string {
	return fmt.Sprintf("sum by (%s) (rate(%s%s[5m]))", listed(by), metric, pick)
}

// listed are labels as a query lists them.
func listed(labels []label) string {
	all := make([]string, len(labels))
	for i, one := range labels {
		all[i] = one.name
	}
	return strings.Join(all, ", ")
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
	failed := rate(requestsTotal, w.fromWaypoint(colour, matcher{responseCode, "=~", "5.."}), serviceAndColour...)
	pods := selector{{namespace, "=", w.Namespace}, {container, "!=", ""}}
	if colour != "" {
		pods = append(pods, matcher{colourOf, "=", colour})
	}
	of := func(what string) selector {
		return append(pods[:len(pods):len(pods)], matcher{resource, "=", what})
	}
	return signals{
		requests: all,
		// Without a failed request there is no series of failures: or makes it nought.
		errors: fmt.Sprintf("100 * (%s or 0 * %s) / %s", failed, all, all),
		latency: fmt.Sprintf("histogram_quantile(%g, %s)", quantile,
			rate(requestDuration, w.fromWaypoint(colour), append(slices.Clone(serviceAndColour), upperBound)...)),
		connections: rate(connectionsOpened, w.from("source", colour), serviceAndColour...),
		cpu: fmt.Sprintf(`100 * sum by (container, colour) (rate(container_cpu_usage_seconds_total%s[5m])) / `+
			`sum by (container, colour) (kube_pod_container_resource_requests%s)`, pods, of("cpu")),
		memory: fmt.Sprintf(`100 * max by (container, colour) (container_memory_working_set_bytes%s) / `+
			`max by (container, colour) (kube_pod_container_resource_limits%s)`, pods, of("memory")),
		restarts: fmt.Sprintf(`sum by (container, colour) (increase(kube_pod_container_status_restarts_total%s[15m]))`, pods),
	}
}
