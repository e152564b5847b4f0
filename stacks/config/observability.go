package config

// Observability configures how a VPC's clusters are watched: what is measured, kept and
// shown. Nothing of it can be reached from the internet: operators use
// `kubectl port-forward`, AWS's own consoles or, from private networks, what access says;
// see docs/observability.md.
type Observability struct {
	// Prometheus is where measurements are kept: "managed" (a workspace of Amazon Managed
	// Service for Prometheus, which knows both colours, outlives them and sends alerts) or
	// "inCluster" (each cluster's own Prometheus alone, on its node's disk). A Prometheus in
	// each cluster measures in any case. Default managed.
	Prometheus Home `json:"prometheus"`
	// Grafana is where dashboards are shown: "inCluster" (a Grafana in each cluster, which
	// asks whatever prometheus says), "managed" (a workspace of Amazon Managed Grafana, which
	// shows both colours and needs prometheus managed; its data sources and dashboards are
	// put into it by hand, see docs/observability.md) or "none". Default inCluster.
	Grafana Home `json:"grafana"`
	// ManagedGrafana says who gets into the workspace. Required with grafana managed, refused
	// otherwise.
	ManagedGrafana *ManagedGrafana `json:"managedGrafana"`
	// Access lets people on private networks reach Grafana and Kiali without `kubectl`, by an
	// internal load balancer of each cluster that asks an OpenID Connect provider who they
	// are. Default: `kubectl port-forward` alone.
	Access *ObservabilityAccess `json:"access"`
	// ContainerInsights sends what containers and nodes use, and what they write, to
	// CloudWatch, where both outlive colours: by the EKS add-on
	// amazon-cloudwatch-observability, with both kinds of compute. It is paid for by what is
	// observed and written. Default false.
	ContainerInsights bool `json:"containerInsights"`
	// Kiali draws the mesh, in each cluster that has one; others go without. Default false.
	Kiali bool `json:"kiali"`
	// Tracing keeps traces of requests, of clusters with a mesh; others go without. Default:
	// none.
	Tracing *Tracing `json:"tracing"`
	// AccessLogs are the requests that the mesh's proxies log: "errors" (those that failed,
	// were refused or took a second or more), "all" or "none". Default errors.
	AccessLogs AccessLogs `json:"accessLogs"`
	// RetentionHours is how long a cluster's own Prometheus keeps measurements, in hours, 1
	// to 360. A workspace keeps them for 150 days. Default 24.
	RetentionHours int `json:"retentionHours"`
	// ErrorPercent is from which share of failed requests of a service there is an alert, in
	// per cent, 1 to 100. Default 1.
	ErrorPercent int `json:"errorPercent"`
	// LatencyMillis is from how long the slowest of a hundred requests to a service take
	// there is an alert, in milliseconds. Default 1000.
	LatencyMillis int `json:"latencyMillis"`
	// AlertTopics are ARNs of SNS topics, in the VPC's Region, that alerts go to; each must
	// let aps.amazonaws.com publish for the workspace. Only with prometheus managed, which
	// needs one.
	AlertTopics []string `json:"alertTopics"`
	// PasswordGeneration is raised by one to give Grafana's administrator in the clusters
	// another password, and Kiali's sessions another key. Default 1.
	PasswordGeneration int `json:"passwordGeneration"`
	// Relax departs from production-safe defaults, with reasons.
	Relax ObservabilityRelaxations `json:"relax"`
}

// Home says who runs a part of the observability.
type Home string

// The homes.
const (
	InCluster    Home = "inCluster"
	ManagedByAWS Home = "managed"
	NoHome       Home = "none"
)

// mostRetention is the longest that a cluster's own Prometheus keeps measurements, in hours.
const mostRetention = 360

// Tracing configures traces.
type Tracing struct {
	// Backend is where traces are kept: "xray" (AWS X-Ray) or "jaeger" (the last ones, in
	// each cluster's memory). Default xray.
	Backend TraceBackend `json:"backend"`
	// SamplingPercent is of how many requests in a hundred there is a trace, 1 to 100.
	// Default 1.
	SamplingPercent int `json:"samplingPercent"`
}

// TraceBackend is where traces are kept.
type TraceBackend string

// The backends.
const (
	JaegerTraces TraceBackend = "jaeger"
	XRayTraces   TraceBackend = "xray"
)

// AccessLogs says which requests are logged.
type AccessLogs string

// What is logged.
const (
	LogErrors AccessLogs = "errors"
	LogAll    AccessLogs = "all"
	LogNone   AccessLogs = "none"
)

// ObservabilityRelaxations are departures from production-safe defaults.
type ObservabilityRelaxations struct {
	// SilentAlerts allows alerts that nobody is told of.
	SilentAlerts Reason `json:"silentAlerts"`
}

func (o *Observability) setDefaults() {
	or(&o.Prometheus, ManagedByAWS)
	or(&o.Grafana, InCluster)
	or(&o.AccessLogs, LogErrors)
	or(&o.RetentionHours, 24)
	or(&o.ErrorPercent, 1)
	or(&o.LatencyMillis, 1000)
	or(&o.PasswordGeneration, 1)
	if a := o.Access; a != nil {
		or(&a.OIDC.SessionSeconds, 8*60*60)
		if a.OIDC.Scopes == nil {
			a.OIDC.Scopes = []string{"openid"}
		}
	}
	if o.ManagedGrafana != nil {
		or(&o.ManagedGrafana.Version, newestGrafana)
	}
	if o.Tracing != nil {
		or(&o.Tracing.Backend, XRayTraces)
		or(&o.Tracing.SamplingPercent, 1)
	}
}
