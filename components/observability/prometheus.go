package observability

import (
	"fmt"
	"slices"

	metav1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/meta/v1"
	rbacv1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/rbac/v1"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"retail/components/internal/helm"
	"retail/components/internal/names"
	"retail/internal/versions"
)

const (
	prometheusRelease = "prometheus"
	prometheusPort    = 9090
	stateMetrics      = "kube-state-metrics"
	stateMetricsPort  = 8080
	// nobody is the user of Prometheus's image and of kube-state-metrics's.
	nobody = 65534
	// configName is what the chart puts after the release's name to find its configuration.
	configName = "config"
	configKey  = "prometheus.yml"
	rulesKey   = "alerting_rules.yml"
	// diskMiB is the most that Prometheus may keep on the node's disk.
	diskMiB = 4096
)

// prometheusValues are the values of the chart prometheus that this program sets, under the
// chart's keys.
type prometheusValues struct {
	Server          prometheusServer  `json:"server"`
	ServiceAccounts serviceAccounts   `json:"serviceAccounts"`
	ConfigmapReload configmapReload   `json:"configmapReload"`
	Alertmanager    enabled           `json:"alertmanager"`
	Pushgateway     enabled           `json:"prometheus-pushgateway"`
	NodeExporter    enabled           `json:"prometheus-node-exporter"`
	StateMetrics    stateMetricValues `json:"kube-state-metrics"`
}

type prometheusServer struct {
	FullnameOverride           string            `json:"fullnameOverride"`
	Image                      repository        `json:"image"`
	UseExistingClusterRoleName string            `json:"useExistingClusterRoleName"`
	ConfigMapOverrideName      string            `json:"configMapOverrideName"`
	Retention                  string            `json:"retention"`
	RetentionSize              string            `json:"retentionSize"`
	PersistentVolume           enabled           `json:"persistentVolume"`
	EmptyDir                   emptyDir          `json:"emptyDir"`
	Service                    servicePort       `json:"service"`
	Resources                  resources         `json:"resources"`
	SecurityContext            podSecurity       `json:"securityContext"`
	ContainerSecurityContext   containerSecurity `json:"containerSecurityContext"`
}

type repository struct {
	Repository string `json:"repository"`
}

type emptyDir struct {
	SizeLimit string `json:"sizeLimit"`
}

type servicePort struct {
	ServicePort int `json:"servicePort"`
}

type serviceAccounts struct {
	Server account `json:"server"`
}

type account struct {
	Create bool   `json:"create"`
	Name   string `json:"name"`
}

type configmapReload struct {
	Prometheus reloadContainer `json:"prometheus"`
}

type reloadContainer struct {
	Image                    repository        `json:"image"`
	Resources                resources         `json:"resources"`
	ContainerSecurityContext containerSecurity `json:"containerSecurityContext"`
}

type stateMetricValues struct {
	FullnameOverride         string            `json:"fullnameOverride"`
	Image                    image             `json:"image"`
	Collectors               []string          `json:"collectors"`
	Resources                resources         `json:"resources"`
	SecurityContext          stateSecurity     `json:"securityContext"`
	ContainerSecurityContext containerSecurity `json:"containerSecurityContext"`
}

// stateSecurity is [podSecurity] with the chart's own switch.
type stateSecurity struct {
	Enabled        bool    `json:"enabled"`
	RunAsNonRoot   bool    `json:"runAsNonRoot"`
	RunAsUser      int     `json:"runAsUser"`
	RunAsGroup     int     `json:"runAsGroup"`
	FsGroup        int     `json:"fsGroup"`
	SeccompProfile seccomp `json:"seccompProfile"`
}

// prometheus installs Prometheus: one pod, which keeps hours of measurements on the node's
// disk and loses them with the pod. What must outlive the pod, or the colour, belongs into
// a workspace, where it is sent as it is measured.
func (b *builder) prometheus() error {
	role, err := b.reader()
	if err != nil {
		return err
	}
	files, err := b.configuration()
	if err != nil {
		return err
	}
	needs := slices.Concat(b.home, []pulumi.Resource{role, files})
	if w := b.args.Workspace; w != nil {
		identity, err := b.identity(prometheusRelease, onWorkspace(w, "Write", "aps:RemoteWrite"))
		if err != nil {
			return err
		}
		needs = append(needs, identity...)
	}
	release, err := helm.New(b.ctx, names.Child(b.name, "prometheus"), &helm.Args{
		Chart: versions.Prometheus, Mirror: b.args.Mirror, Release: prometheusRelease, Namespace: Namespace, Values: b.prometheusValues(),
	}, b.after(needs)...)
	b.out.Ready = append(b.out.Ready, release)
	return err
}

// configuration keeps what Prometheus reads. It is an object of this program's own and not
// the chart's, so that a preview shows each line that changes, and a sidecar of the chart
// has it read again without a restart.
func (b *builder) configuration() (pulumi.Resource, error) {
	files := pulumi.StringMap{}
	var endpoint pulumi.StringInput = pulumi.String("")
	if w := b.args.Workspace; w != nil {
		endpoint = w.Endpoint
	} else {
		rules, err := b.args.Watch.Rules()
		if err != nil {
			return nil, err
		}
		files[rulesKey] = pulumi.String(rules)
	}
	files[configKey] = pulumi.All(b.args.Cluster, endpoint).ApplyT(func(known []any) (string, error) {
		remote := known[1].(string)
		if remote != "" {
			remote += "api/v1/remote_write"
		}
		return b.args.config(known[0].(string), remote)
	}).(pulumi.StringOutput)
	return b.configMap("prometheus-config", prometheusRelease+"-"+configName, files)
}

// reader is what Prometheus may see of the cluster. The chart's own role is wider.
func (b *builder) reader() (pulumi.Resource, error) {
	return rbacv1.NewClusterRole(b.ctx, names.Child(b.name, "prometheus-reader"), &rbacv1.ClusterRoleArgs{
		Metadata: metav1.ObjectMetaArgs{Name: pulumi.String("observability-prometheus")},
		Rules: rbacv1.PolicyRuleArray{
			rbacv1.PolicyRuleArgs{
				ApiGroups: pulumi.ToStringArray([]string{""}), Resources: pulumi.ToStringArray([]string{"nodes", "pods"}),
				Verbs: pulumi.ToStringArray([]string{"get", "list", "watch"}),
			},
			// The kubelet asks the API server whether the caller may read its metrics.
			rbacv1.PolicyRuleArgs{
				ApiGroups: pulumi.ToStringArray([]string{""}), Resources: pulumi.ToStringArray([]string{"nodes/metrics"}),
				Verbs: pulumi.ToStringArray([]string{"get"}),
			},
		},
	}, b.inside...)
}

func (b *builder) prometheusValues() prometheusValues {
	security := unprivileged(nobody)
	return prometheusValues{
		Server: prometheusServer{
			FullnameOverride: prometheusRelease, Image: repository{b.args.Mirror.Image("quay.io/prometheus/prometheus")},
			UseExistingClusterRoleName: "observability-prometheus", ConfigMapOverrideName: configName,
			Retention: fmt.Sprintf("%dh", b.args.RetentionHours), RetentionSize: fmt.Sprintf("%dMB", diskMiB*3/4),
			EmptyDir: emptyDir{fmt.Sprintf("%dMi", diskMiB)}, Service: servicePort{prometheusPort},
			Resources: sized("100m", "768Mi"), SecurityContext: security, ContainerSecurityContext: locked,
		},
		ServiceAccounts: serviceAccounts{account{Create: true, Name: prometheusRelease}},
		ConfigmapReload: configmapReload{reloadContainer{
			Image:     repository{b.args.Mirror.Image("quay.io/prometheus-operator/prometheus-config-reloader")},
			Resources: sized("10m", "32Mi"), ContainerSecurityContext: locked,
		}},
		// Alerts are sent by the workspace, else looked at in Prometheus. Nobody pushes, and
		// what nodes use the kubelets say: a further pod on each, with the node's own
		// filesystem and network, would not pass this namespace's standard.
		StateMetrics: stateMetricValues{
			FullnameOverride: stateMetrics, Image: b.image("registry.k8s.io/kube-state-metrics/kube-state-metrics"),
			// Also what its role may read: no Secret, no ConfigMap.
			Collectors: []string{"deployments", "horizontalpodautoscalers", "nodes", "pods"},
			Resources:  sized("10m", "96Mi"),
			SecurityContext: stateSecurity{
				Enabled: true, RunAsNonRoot: true, RunAsUser: nobody, RunAsGroup: nobody, FsGroup: nobody, SeccompProfile: security.SeccompProfile,
			},
			ContainerSecurityContext: locked,
		},
	}
}
