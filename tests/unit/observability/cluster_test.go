package observability_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"gopkg.in/yaml.v3"

	"retail/components/observability"
	"retail/internal/mirror"
)

func TestEverythingGoesWithItsClusterAndComesAfterTheShop(t *testing.T) {
	for name, w := range map[string]watched{"in the cluster": everything(), "sent": sent()} {
		r := w.declare(t)
		shop, mesh := r.One(t, "aws:ec2/subnet:Subnet", "shop"), r.One(t, "aws:ec2/subnet:Subnet", "mesh")
		for _, res := range r.All() {
			if strings.HasPrefix(res.Type, "kubernetes:") {
				assert.NotEmpty(t, res.DeletedWith, "%s: %s", name, res.URN)
			}
		}
		require.Len(t, r.OfType(release), 3)
		for _, one := range r.OfType(release) {
			assert.True(t, one.WaitsFor(shop), "%s: the shop has the first claim on the nodes: %s", name, one.Name)
			assert.Equal(t, "observability", one.String("namespace"))
		}
		assert.True(t, r.OfType(telemetry)[0].WaitsFor(mesh), "I12: Istio's webhook answers before")
	}
}

func TestNamespaceIsClosedAndRestricted(t *testing.T) {
	r := everything().declare(t)
	home := r.One(t, "kubernetes:core/v1:Namespace", "main-blue-observability-namespace")
	assert.Equal(t, "restricted", home.Value("metadata.labels").ObjectValue()["pod-security.kubernetes.io/enforce"].StringValue())
	assert.Equal(t, "none", home.Value("metadata.labels").ObjectValue()["istio.io/dataplane-mode"].StringValue())
	closed := r.One(t, network, "main-blue-observability-network-closed")
	assert.Empty(t, closed.Value("spec.podSelector").ObjectValue())
	assert.Len(t, closed.Value("spec.policyTypes").ArrayValue(), 2)
	assert.True(t, closed.Value("spec.ingress").IsNull())
	for _, service := range r.OfType("kubernetes:core/v1:Service") {
		assert.True(t, service.Value("spec.type").IsNull(), "nothing is public: %s", service.Name)
	}
	assert.Empty(t, r.OfType("kubernetes:networking.k8s.io/v1:Ingress"))
	for _, policy := range r.OfType(network) {
		assert.Equal(t, "observability", policy.String("metadata.namespace"), "a first policy elsewhere would close what it does not name (I3)")
	}
}

func TestTelemetryOfTheMesh(t *testing.T) {
	r := everything().declare(t)
	made := r.OfType(telemetry)[0]
	assert.Equal(t, "istio-system", made.String("metadata.namespace"))
	assert.Contains(t, made.String("spec.accessLogging[0].filter.expression"), "response.code >= 400")
	assert.EqualValues(t, 10, made.Value("spec.tracing[0].randomSamplingPercentage").NumberValue())
	assert.Equal(t, observability.TracingProvider, made.String("spec.tracing[0].providers[0].name"))
	to := observability.Receiver()
	assert.Equal(t, "traces.observability.svc.cluster.local", to.Service)
	service := r.One(t, "kubernetes:core/v1:Service", "main-blue-traces")
	assert.Equal(t, "traces", service.String("metadata.name"))
	assert.EqualValues(t, to.Port, service.Value("spec.ports[0].port").NumberValue())
	quiet := everything()
	quiet.args.AccessLogs, quiet.args.Tracing = observability.NoLogs, nil
	r = quiet.declare(t)
	assert.True(t, r.OfType(telemetry)[0].Value("spec.accessLogging").IsNull())
	assert.Empty(t, r.OfType(deployment))
}

// configuration is Prometheus's own, as the cluster gets it.
func configuration(t *testing.T, w watched) (config map[string]any, files map[string]any) {
	t.Helper()
	data := w.declare(t).One(t, configMap, "main-blue-prometheus-config").Value("data").ObjectValue().Mappable()
	require.NoError(t, yaml.Unmarshal([]byte(data["prometheus.yml"].(string)), &config))
	return config, data
}

func TestPrometheusScrapesTheProxiesAndNoApplication(t *testing.T) {
	config, files := configuration(t, everything())
	var jobs []string
	for _, one := range config["scrape_configs"].([]any) {
		job := one.(map[string]any)
		jobs = append(jobs, job["job_name"].(string))
		relabelled := job["relabel_configs"].([]any)
		assert.Equal(t, map[string]any{"target_label": "colour", "replacement": "blue"}, relabelled[len(relabelled)-1], "%s bears its colour", job["job_name"])
	}
	assert.ElementsMatch(t, []string{"nodes", "kube-state-metrics", "prometheus", "istiod", "ztunnel", "proxies"}, jobs)
	assert.NotContains(t, files["prometheus.yml"], "nodes/proxy")
	assert.NotContains(t, files["prometheus.yml"], "insecure_skip_verify")
	assert.Equal(t, []any{"/etc/config/alerting_rules.yml"}, config["rule_files"])
	bare := everything()
	bare.mesh, bare.args.Kiali, bare.args.Tracing = false, false, nil
	config, files = configuration(t, bare)
	assert.Len(t, config["scrape_configs"], 3)
	assert.NotContains(t, files["alerting_rules.yml"], "istio_")
}

func TestAWorkspaceTakesAlertsAndMeasurements(t *testing.T) {
	config, files := configuration(t, sent())
	remote := config["remote_write"].([]any)[0].(map[string]any)
	assert.Equal(t, "https://aps-workspaces.eu-west-1.amazonaws.com/workspaces/ws-1/api/v1/remote_write", remote["url"])
	assert.Equal(t, map[string]any{"region": "eu-west-1"}, remote["sigv4"])
	assert.Nil(t, config["rule_files"], "alerts are watched in one place")
	assert.NotContains(t, files, "alerting_rules.yml")
	r := sent().declare(t)
	for name, want := range map[string][2]string{
		"main-blue-prometheus-role-inline": {"aps:RemoteWrite", workspace},
		"main-blue-grafana-role-inline":    {"aps:QueryMetrics", workspace},
		"main-blue-traces-role-inline":     {"xray:PutTraceSegments", "*"},
	} {
		var document struct {
			Statement []struct{ Action, Resource []string }
		}
		require.NoError(t, json.Unmarshal([]byte(r.One(t, rolePolicy, name).String("policy")), &document))
		require.Len(t, document.Statement, 1, name)
		assert.Contains(t, document.Statement[0].Action, want[0])
		assert.Equal(t, []string{want[1]}, document.Statement[0].Resource, name)
	}
	assert.Empty(t, everything().declare(t).OfType(rolePolicy), "what stays in the cluster needs nothing of AWS")
}

func TestPasswordsAreSecretAndOfTheProgram(t *testing.T) {
	r := everything().declare(t)
	for name, key := range map[string]string{"main-blue-grafana-admin": "password", "main-blue-kiali-key": "key"} {
		value := r.One(t, secret, name).Inputs["stringData"]
		assert.True(t, value.IsSecret() || value.ObjectValue()[resource.PropertyKey(key)].IsSecret(), "%s.%s", name, key)
	}
	kiali := r.One(t, release, "main-blue-kiali")
	assert.Equal(t, "secret:kiali-session:key", kiali.String("values.login_token.signing_key"))
	assert.True(t, kiali.Value("values.deployment.view_only_mode").BoolValue())
	assert.Equal(t, "token", kiali.String("values.auth.strategy"))
	assert.False(t, r.One(t, release, "main-blue-grafana").Value(`values.rbac.create`).BoolValue())
}

func TestChartsAndImagesComeFromTheMirror(t *testing.T) {
	w := sent()
	w.args.Mirror = mirror.Mirror{Charts: "oci://registry.example/charts", Images: "registry.example/copies"}
	r := w.declare(t)
	for _, one := range r.OfType(release) {
		assert.True(t, strings.HasPrefix(one.String("chart"), "oci://registry.example/charts/"), one.Name)
	}
	assert.Equal(t, "registry.example", r.One(t, release, "main-blue-grafana").String("values.image.registry"))
	assert.Equal(t, "copies/grafana/grafana", r.One(t, release, "main-blue-grafana").String("values.image.repository"))
	assert.True(t, strings.HasPrefix(r.OfType(deployment)[0].String("spec.template.spec.containers[0].image"), "registry.example/copies/"))
}

func TestWhatCannotBeIsRefused(t *testing.T) {
	for want, change := range map[string]func(*watched){
		"kiali: needs a mesh":                      func(w *watched) { w.mesh = false },
		"tracing: needs a mesh":                    func(w *watched) { w.mesh = false },
		"tracing.backend: must be jaeger or xray":  func(w *watched) { w.args.Tracing.Backend = "zipkin" },
		"tracing.samplingPercent: must be 0 to":    func(w *watched) { w.args.Tracing.SamplingPercent = 101 },
		"accessLogs: must be errors, all or none":  func(w *watched) { w.args.AccessLogs = "some" },
		"watch.errorPercent: must be 1 or more":    func(w *watched) { w.args.Watch.ErrorPercent = 0 },
		"retentionHours: must be 1 or more, got 0": func(w *watched) { w.args.RetentionHours = 0 },
		"watch.colours: is required":               func(w *watched) { w.args.Watch.Colours = nil },
		"nodeCidrs: is required":                   func(w *watched) { w.args.NodeCIDRs = nil },
	} {
		w := everything()
		change(&w)
		_, err := w.try(t)
		assert.ErrorContains(t, err, want)
	}
}
