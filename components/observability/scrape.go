package observability

import "fmt"

// Names of the scrape jobs, which alerts and dashboards use.
const (
	jobIstiod  = "istiod"
	jobZtunnel = "ztunnel"
	jobProxies = "proxies"
	jobNodes   = "nodes"
	jobObjects = "kube-state-metrics"
	jobSelf    = "prometheus"
)

// prometheusConfig is Prometheus's configuration file (Prometheus, "Configuration").
type prometheusConfig struct {
	Global      globalConfig  `yaml:"global"`
	RuleFiles   []string      `yaml:"rule_files,omitempty"`
	Scrape      []scrape      `yaml:"scrape_configs"`
	RemoteWrite []remoteWrite `yaml:"remote_write,omitempty"`
}

type globalConfig struct {
	ScrapeInterval     string            `yaml:"scrape_interval"`
	ScrapeTimeout      string            `yaml:"scrape_timeout"`
	EvaluationInterval string            `yaml:"evaluation_interval"`
	ExternalLabels     map[string]string `yaml:"external_labels"`
}

type scrape struct {
	Job           string        `yaml:"job_name"`
	Scheme        string        `yaml:"scheme,omitempty"`
	Path          string        `yaml:"metrics_path,omitempty"`
	Authorization *credentials  `yaml:"authorization,omitempty"`
	TLS           *tlsConfig    `yaml:"tls_config,omitempty"`
	Kubernetes    []discovery   `yaml:"kubernetes_sd_configs,omitempty"`
	Static        []staticGroup `yaml:"static_configs,omitempty"`
	Relabel       []relabel     `yaml:"relabel_configs,omitempty"`
	MetricRelabel []relabel     `yaml:"metric_relabel_configs,omitempty"`
}

type credentials struct {
	File string `yaml:"credentials_file"`
}

type tlsConfig struct {
	CAFile string `yaml:"ca_file"`
}

type discovery struct {
	Role       string              `yaml:"role"`
	Namespaces map[string][]string `yaml:"namespaces,omitempty"`
}

type staticGroup struct {
	Targets []string `yaml:"targets"`
}

type relabel struct {
	Source      []string `yaml:"source_labels,flow,omitempty"`
	Regex       string   `yaml:"regex,omitempty"`
	Target      string   `yaml:"target_label,omitempty"`
	Replacement string   `yaml:"replacement,omitempty"`
	Action      string   `yaml:"action,omitempty"`
}

type remoteWrite struct {
	URL   string `yaml:"url"`
	SigV4 sigV4  `yaml:"sigv4"`
}

type sigV4 struct {
	Region string `yaml:"region"`
}

const (
	meta = "__meta_kubernetes_pod_"
	// token and authority are what a pod's service account brings.
	token     = "/var/run/secrets/kubernetes.io/serviceaccount/token"
	authority = "/var/run/secrets/kubernetes.io/serviceaccount/ca.crt"
	// proxyPath is where proxies merge their own metrics with Envoy's (Istio, "Prometheus").
	proxyPath = "/stats/prometheus"
	// kubeletPort is where the kubelet answers (Kubernetes, "Ports and Protocols").
	kubeletPort = 10250
)

// rulesPath is where the chart mounts the rules.
const rulesPath = "/etc/config/" + rulesKey

// config is what Prometheus reads. Every series bears its colour, so that one query shows
// blue beside green; cluster and VPC are added when samples leave.
func (a *Args) config(cluster, remoteURL string) (string, error) {
	config := prometheusConfig{
		Global: globalConfig{
			ScrapeInterval: "30s", ScrapeTimeout: "10s", EvaluationInterval: "30s",
			ExternalLabels: map[string]string{"cluster": cluster, "vpc": a.VPC},
		},
		Scrape: []scrape{a.nodes(), a.kubernetesObjects(), {Job: jobSelf, Static: []staticGroup{{[]string{"localhost:9090"}}}, Relabel: a.coloured()}},
	}
	if a.Mesh != nil {
		config.Scrape = append(config.Scrape, a.pods(jobIstiod, a.Mesh.RootNamespace, "istiod", IstiodMetricsPort, "/metrics"),
			a.pods(jobZtunnel, a.Mesh.RootNamespace, "ztunnel", ProxyMetricsPort, "/metrics"), a.proxies())
	}
	if remoteURL == "" {
		config.RuleFiles = []string{rulesPath}
	} else {
		config.RemoteWrite = []remoteWrite{{URL: remoteURL, SigV4: sigV4{a.Region}}}
	}
	return marshal(config)
}

// coloured puts the colour on what is scraped.
func (a *Args) coloured(more ...relabel) []relabel {
	return append(more, relabel{Target: colourLabel, Replacement: a.Colour})
}

// address sends the scrape to one port of a pod. Without it, each port that a pod declares
// would be one target, and a pod that declares none none.
func address(port int) []relabel {
	return []relabel{
		// A pod has a target for each container port; one of them is enough.
		{Source: []string{meta + "ip"}, Regex: "(.+)", Target: "__address__", Replacement: fmt.Sprintf("$1:%d", port)},
		{Source: []string{meta + "name"}, Target: "pod"},
		{Source: []string{meta + "node_name"}, Target: "node"},
		{Source: []string{"__meta_kubernetes_namespace"}, Target: "namespace"},
	}
}

// pods scrapes the pods of one app of the mesh.
func (a *Args) pods(job, namespace, app string, port int, path string) scrape {
	keep := relabel{Source: []string{meta + "label_app"}, Regex: app, Action: "keep"}
	return scrape{
		Job: job, Path: path, Kubernetes: []discovery{{Role: "pod", Namespaces: map[string][]string{"names": {namespace}}}},
		Relabel: a.coloured(append([]relabel{keep}, address(port)...)...),
	}
}

// proxies scrapes gateways, waypoints and sidecars, and no application: these pods bear the
// annotation that Istio gives them, and their metrics' port is outside the mesh.
func (a *Args) proxies() scrape {
	keep := relabel{Source: []string{meta + "annotation_prometheus_io_path"}, Regex: proxyPath, Action: "keep"}
	return scrape{
		Job: jobProxies, Path: proxyPath,
		Kubernetes: []discovery{{Role: "pod", Namespaces: map[string][]string{"names": {a.Watch.Namespace}}}},
		Relabel:    a.coloured(append([]relabel{keep}, address(ProxyMetricsPort)...)...),
		// Sizes are of use as sums; their distribution is a third of all series.
		MetricRelabel: []relabel{{Source: []string{"__name__"}, Regex: "istio_(request|response)_bytes_bucket", Action: "drop"}},
	}
}

// nodes scrapes what containers use from the kubelets, at their own port: the way through
// the API server would need the right nodes/proxy, which lets its owner run commands in
// every pod (Kubernetes, "RBAC Good Practices").
func (a *Args) nodes() scrape {
	return scrape{
		Job: jobNodes, Scheme: "https", Path: "/metrics/cadvisor",
		Authorization: &credentials{token}, TLS: &tlsConfig{authority},
		Kubernetes:    []discovery{{Role: "node"}},
		Relabel:       a.coloured(relabel{Source: []string{"__meta_kubernetes_node_name"}, Target: "node"}),
		MetricRelabel: []relabel{keepMetrics("container_(cpu_usage_seconds_total|cpu_cfs_throttled_seconds_total|memory_working_set_bytes)")},
	}
}

// kubernetesObjects scrapes what kube-state-metrics says of the cluster's objects.
func (a *Args) kubernetesObjects() scrape {
	return scrape{
		Job: jobObjects, Static: []staticGroup{{[]string{fmt.Sprintf("%s.%s.svc:%d", stateMetrics, Namespace, stateMetricsPort)}}},
		Relabel: a.coloured(),
		MetricRelabel: []relabel{keepMetrics(
			"kube_(pod_container_(resource_requests|resource_limits|status_restarts_total)|pod_status_ready|" +
				"deployment_(spec_replicas|status_replicas_available)|horizontalpodautoscaler_(spec_max_replicas|status_current_replicas)|node_status_condition)")},
	}
}

// keepMetrics drops every metric that is not used here: samples are what is paid for.
func keepMetrics(names string) relabel {
	return relabel{Source: []string{"__name__"}, Regex: names, Action: "keep"}
}
