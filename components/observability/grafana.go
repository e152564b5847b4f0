package observability

import (
	"slices"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"retail/components/internal/helm"
	"retail/components/internal/names"
	"retail/components/internal/once"
	"retail/internal/versions"
)

const (
	grafanaRelease = "grafana"
	grafanaPort    = 3000
	// grafanaSecret keeps the administrator's name and password.
	grafanaSecret    = "grafana-admin"
	grafanaAdmin     = "admin"
	dashboardsConfig = "grafana-dashboards"
	// grafanaUser is the user of Grafana's image.
	grafanaUser = 472
)

// Addresses within the cluster.
const (
	prometheusURL = "http://" + prometheusRelease + "." + Namespace + ":9090"
	queryURL      = "http://" + tracesService + "." + Namespace + ":16686"
)

// grafanaValues are the values of the chart grafana that this program sets, under the
// chart's keys.
type grafanaValues struct {
	FullnameOverride         string                     `json:"fullnameOverride"`
	Image                    image                      `json:"image"`
	RBAC                     created                    `json:"rbac"`
	ServiceAccount           account                    `json:"serviceAccount"`
	TestFramework            enabled                    `json:"testFramework"`
	Admin                    existingSecret             `json:"admin"`
	Service                  port                       `json:"service"`
	PodLabels                map[string]string          `json:"podLabels"`
	AutomountToken           bool                       `json:"automountServiceAccountToken"`
	ExtraEmptyDirMounts      []mount                    `json:"extraEmptyDirMounts"`
	SecurityContext          podSecurity                `json:"securityContext"`
	ContainerSecurityContext containerSecurity          `json:"containerSecurityContext"`
	Resources                resources                  `json:"resources"`
	Config                   grafanaConfig              `json:"grafana.ini"`
	Datasources              map[string]datasourceFile  `json:"datasources"`
	DashboardProviders       map[string]dashboardFolder `json:"dashboardProviders"`
	DashboardsConfigMaps     map[string]string          `json:"dashboardsConfigMaps"`
}

type created struct {
	Create bool `json:"create"`
}

type existingSecret struct {
	ExistingSecret string `json:"existingSecret"`
	UserKey        string `json:"userKey"`
	PasswordKey    string `json:"passwordKey"`
}

type mount struct {
	Name      string `json:"name"`
	MountPath string `json:"mountPath"`
}

type port struct {
	Port int `json:"port"`
}

// grafanaConfig is Grafana's own configuration (Grafana, "Configure Grafana").
type grafanaConfig struct {
	Analytics struct {
		CheckForUpdates       bool `json:"check_for_updates"`
		CheckForPluginUpdates bool `json:"check_for_plugin_updates"`
		ReportingEnabled      bool `json:"reporting_enabled"`
	} `json:"analytics"`
	Anonymous enabled `json:"auth.anonymous"`
	Auth      struct {
		SigV4 bool `json:"sigv4_auth_enabled"`
	} `json:"auth"`
	Server grafanaServer `json:"server"`
	Users  struct {
		AllowSignUp bool `json:"allow_sign_up"`
	} `json:"users"`
}

// grafanaServer says under which address people see Grafana; empty for wherever they are.
type grafanaServer struct {
	RootURL string `json:"root_url,omitempty"`
}

type datasourceFile struct {
	APIVersion  int          `json:"apiVersion"`
	Datasources []datasource `json:"datasources"`
}

type datasource struct {
	Name      string             `json:"name"`
	UID       string             `json:"uid"`
	Type      string             `json:"type"`
	Access    string             `json:"access"`
	URL       pulumi.StringInput `json:"url"`
	IsDefault bool               `json:"isDefault"`
	Editable  bool               `json:"editable"`
	JSONData  datasourceOptions  `json:"jsonData"`
}

type datasourceOptions struct {
	TimeInterval string `json:"timeInterval,omitempty"`
	HTTPMethod   string `json:"httpMethod,omitempty"`
	SigV4Auth    bool   `json:"sigV4Auth,omitempty"`
	SigV4Type    string `json:"sigV4AuthType,omitempty"`
	SigV4Region  string `json:"sigV4Region,omitempty"`
}

type dashboardFolder struct {
	APIVersion int                 `json:"apiVersion"`
	Providers  []dashboardProvider `json:"providers"`
}

type dashboardProvider struct {
	Name            string        `json:"name"`
	Folder          string        `json:"folder"`
	Type            string        `json:"type"`
	DisableDeletion bool          `json:"disableDeletion"`
	Editable        bool          `json:"editable"`
	Options         folderOptions `json:"options"`
}

type folderOptions struct {
	Path string `json:"path"`
}

// grafana installs Grafana with the dashboards. It keeps nothing of its own: what is changed
// in its pages is gone with the pod, and belongs into this program.
func (b *builder) grafana() error {
	if !b.args.Grafana {
		return nil
	}
	password, err := once.NewPassword(b.ctx, names.Child(b.name, "grafana"), b.args.PasswordGeneration, 32, once.Letters, b.aws...)
	if err != nil {
		return err
	}
	secret, err := b.secret("grafana-admin", grafanaSecret, pulumi.StringMap{"user": pulumi.String(grafanaAdmin), "password": password})
	if err != nil {
		return err
	}
	files, err := b.args.Watch.Dashboards()
	if err != nil {
		return err
	}
	dashboards, err := b.configMap("grafana-dashboards", dashboardsConfig, pulumi.ToStringMap(files))
	if err != nil {
		return err
	}
	needs := slices.Concat(b.home, []pulumi.Resource{secret, dashboards})
	if w := b.args.Workspace; w != nil {
		identity, err := b.identity(grafanaRelease, onWorkspace(w, "Query", queries...))
		if err != nil {
			return err
		}
		needs = append(needs, identity...)
	}
	release, err := helm.New(b.ctx, names.Child(b.name, "grafana"), &helm.Args{
		Chart: versions.Grafana, Mirror: b.args.Mirror, Release: grafanaRelease, Namespace: Namespace, Values: b.grafanaValues(),
	}, b.after(needs)...)
	b.out.Ready = append(b.out.Ready, release)
	return err
}

// queries are the calls that reading a workspace takes (Amazon Managed Service for
// Prometheus, "IAM permissions and policies").
var queries = []string{"aps:GetLabels", "aps:GetMetricMetadata", "aps:GetSeries", "aps:QueryMetrics"}

func (b *builder) grafanaValues() grafanaValues {
	values := grafanaValues{
		FullnameOverride: grafanaRelease, Image: b.image("docker.io/grafana/grafana"),
		ServiceAccount: account{Create: true, Name: grafanaRelease},
		Admin:          existingSecret{grafanaSecret, "user", "password"},
		Service:        port{grafanaPort}, PodLabels: map[string]string{"sidecar.istio.io/inject": "false"},
		// Its image is read-only.
		ExtraEmptyDirMounts: []mount{{"tmp", "/tmp"}},
		SecurityContext:     unprivileged(grafanaUser), ContainerSecurityContext: locked, Resources: sized("50m", "256Mi"),
		Datasources: map[string]datasourceFile{"datasources.yaml": {APIVersion: 1, Datasources: b.datasources()}},
		DashboardProviders: map[string]dashboardFolder{"dashboardproviders.yaml": {APIVersion: 1, Providers: []dashboardProvider{{
			Name: "retail", Folder: "Retail", Type: "file", DisableDeletion: true, Options: folderOptions{"/var/lib/grafana/dashboards/retail"},
		}}}},
		DashboardsConfigMaps: map[string]string{"retail": dashboardsConfig},
	}
	values.Config.Auth.SigV4 = b.args.Workspace != nil
	if d := b.args.Door; d != nil {
		// Its own login stays. Whom the load balancer has let through it says in a header, which
		// whoever reaches the pod could write too, and Grafana cannot check its signature:
		// each key of a load balancer has an address of its own (Application Load Balancers,
		// "User claims encoding and signature verification").
		values.Config.Server.RootURL = "https://" + d.Host + "/"
	}
	return values
}

// datasources are what dashboards ask: the workspace, which knows both colours, where there
// is one, else this cluster's Prometheus.
func (b *builder) datasources() []datasource {
	metrics := datasource{
		Name: "Prometheus", UID: metricsSource, Type: "prometheus", Access: "proxy", URL: pulumi.String(prometheusURL), IsDefault: true,
		JSONData: datasourceOptions{TimeInterval: "30s", HTTPMethod: "POST"},
	}
	if w := b.args.Workspace; w != nil {
		metrics.URL = w.Endpoint
		metrics.JSONData.SigV4Auth, metrics.JSONData.SigV4Type, metrics.JSONData.SigV4Region = true, "default", b.args.Region
	}
	all := []datasource{metrics}
	if t := b.args.Tracing; t != nil && t.Backend == Jaeger {
		all = append(all, datasource{Name: "Jaeger", UID: "traces", Type: "jaeger", Access: "proxy", URL: pulumi.String(queryURL)})
	}
	return all
}
