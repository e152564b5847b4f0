package charts_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	rbacv1 "k8s.io/api/rbac/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"

	"retail/sandbox/charts/chartstest"
)

const measures = `
server:
  fullnameOverride: prometheus
  useExistingClusterRoleName: reader
  configMapOverrideName: config
  retention: 24h
  persistentVolume: {enabled: false}
  emptyDir: {sizeLimit: 4Gi}
  service: {servicePort: 9090}
  securityContext: {runAsUser: 65534, seccompProfile: {type: RuntimeDefault}}
  containerSecurityContext: {allowPrivilegeEscalation: false}
serviceAccounts: {server: {create: true, name: prometheus}}
alertmanager: {enabled: false}
prometheus-pushgateway: {enabled: false}
prometheus-node-exporter: {enabled: false}
kube-state-metrics: {fullnameOverride: kube-state-metrics, collectors: [pods, deployments]}
`

func rendered(t *testing.T, chart, values string) []*unstructured.Unstructured {
	t.Helper()
	_, objects, err := chartstest.Render(chart, "observability", values)
	require.NoError(t, err)
	return objects
}

// deployments are the Deployments among objects, by name.
func deployments(t *testing.T, objects []*unstructured.Unstructured) map[string]appsv1.Deployment {
	t.Helper()
	all := map[string]appsv1.Deployment{}
	for _, o := range objects {
		if o.GetKind() == "Deployment" {
			d := pick[appsv1.Deployment](t, []*unstructured.Unstructured{o}, "Deployment")
			all[d.Name] = *d
		}
	}
	return all
}

func TestPrometheusReadsTheProgramsConfiguration(t *testing.T) {
	objects := rendered(t, "prometheus", measures)
	made := deployments(t, objects)
	pod := made["prometheus"].Spec.Template.Spec
	assert.Equal(t, "prometheus", pod.ServiceAccountName)
	assert.Equal(t, "prometheus-config", pod.Volumes[0].ConfigMap.Name)
	assert.Equal(t, "4Gi", pod.Volumes[1].EmptyDir.SizeLimit.String())
	assert.Equal(t, corev1.SeccompProfileTypeRuntimeDefault, pod.SecurityContext.SeccompProfile.Type)
	require.Len(t, pod.Containers, 2)
	assert.Contains(t, pod.Containers[1].Args, "--storage.tsdb.retention.time=24h")
	assert.Equal(t, "quay.io/prometheus/prometheus:v3.10.0", pod.Containers[1].Image)
	assert.Equal(t, "server", made["prometheus"].Spec.Template.Labels["app.kubernetes.io/component"])
	for _, o := range objects {
		if o.GetKind() == "ClusterRole" {
			role := pick[rbacv1.ClusterRole](t, []*unstructured.Unstructured{o}, "ClusterRole")
			assert.Equal(t, "kube-state-metrics", role.Name, "the server's role is the program's")
			assert.Len(t, role.Rules, 2)
			assert.Equal(t, []string{"list", "watch"}, role.Rules[0].Verbs)
		}
	}
	require.Contains(t, made, "kube-state-metrics")
	assert.Contains(t, made["kube-state-metrics"].Spec.Template.Spec.Containers[0].Args, "--resources=pods,deployments")
}

func TestPrometheusRefuses(t *testing.T) {
	refuses(t, "prometheus", measures, map[string][2]string{
		"alertmanager: {enabled: false}":        {"", "alertmanager.enabled: the sandbox's stand-in does not have it"},
		"retention: 24h":                        {"retentionHours: 24", "additional properties 'retentionHours' not allowed"},
		"useExistingClusterRoleName: reader":    {"", "name a role"},
		"configMapOverrideName: config":         {"", "name a ConfigMap"},
		"persistentVolume: {enabled: false}":    {"", "server.persistentVolume.enabled"},
		"emptyDir: {sizeLimit: 4Gi}":            {"remoteWrite: [{url: https://x}]", "server.remoteWrite: the sandbox's stand-in does not have it"},
		"service: {servicePort: 9090}":          {"service: {port: 9090}", "additional properties 'port' not allowed"},
		"collectors: [pods, deployments]":       {"collectors: [pods, deployment]", "deployment is no collector"},
		"prometheus-node-exporter: {enabled: f": {"prometheus-node-exporters: {enabled: f", "additional properties 'prometheus-node-exporters' not allowed"},
	})
}

const pages = `
rbac: {create: false}
testFramework: {enabled: false}
admin: {existingSecret: grafana-admin, userKey: user, passwordKey: password}
service: {port: 3000}
automountServiceAccountToken: false
extraEmptyDirMounts: [{name: tmp, mountPath: /tmp}]
grafana.ini: {auth.anonymous: {enabled: false}}
datasources: {datasources.yaml: {apiVersion: 1, datasources: [{name: Prometheus, url: http://prometheus:9090}]}}
dashboardProviders: {dashboardproviders.yaml: {apiVersion: 1, providers: [{name: retail, options: {path: /var/lib/grafana/dashboards/retail}}]}}
dashboardsConfigMaps: {retail: grafana-dashboards}
`

func TestGrafanaGetsItsPasswordFromASecret(t *testing.T) {
	objects := rendered(t, "grafana", pages)
	pod := pick[appsv1.Deployment](t, objects, "Deployment").Spec.Template.Spec
	assert.Equal(t, "docker.io/grafana/grafana:12.0.1", pod.Containers[0].Image)
	assert.False(t, *pod.AutomountServiceAccountToken)
	for _, variable := range pod.Containers[0].Env {
		assert.Equal(t, "grafana-admin", variable.ValueFrom.SecretKeyRef.Name)
	}
	config := pick[corev1.ConfigMap](t, objects, "ConfigMap").Data
	assert.Contains(t, config["grafana.ini"], "[auth.anonymous]\nenabled = false")
	assert.Contains(t, config["datasources.yaml"], "url: http://prometheus:9090")
	var mounted []string
	for _, mount := range pod.Containers[0].VolumeMounts {
		mounted = append(mounted, mount.MountPath)
	}
	assert.Subset(t, mounted, []string{"/tmp", "/var/lib/grafana/dashboards/retail", "/etc/grafana/provisioning/datasources/datasources.yaml"})
	assert.EqualValues(t, 3000, pick[corev1.Service](t, objects, "Service").Spec.Ports[0].Port)
}

func TestGrafanaRefuses(t *testing.T) {
	refuses(t, "grafana", pages, map[string][2]string{
		"rbac: {create: false}":                    {"", "rbac.create"},
		"existingSecret: grafana-admin,":           {"", "another one on every rendering"},
		"service: {port: 3000}":                    {"service: {servicePort: 3000}", "additional properties 'servicePort' not allowed"},
		"dashboardsConfigMaps: {retail: ":          {"dashboardsConfigMaps: {other: ", "no provider of this name"},
		"testFramework: {enabled: false}":          {"", "testFramework.enabled"},
		"automountServiceAccountToken: false":      {"adminPassword: secret", "adminPassword: a password among the values"},
		"extraEmptyDirMounts: [{name: tmp, mountP": {"env: {GF_X: y}\nextraEmptyDirMounts: [{name: tmp, mountP", "env: the sandbox's stand-in does not have it"},
	})
}

const draws = `
auth: {strategy: token}
deployment: {image_version: v2.26, view_only_mode: true}
external_services: {istio: {root_namespace: istio-system}, prometheus: {url: "http://prometheus:9090"}, tracing: {enabled: false}}
login_token: {signing_key: "secret:kiali-session:key"}
`

func TestKialiReadsAndKeepsItsKeySecret(t *testing.T) {
	objects := rendered(t, "kiali-server", draws)
	for _, rule := range pick[rbacv1.ClusterRole](t, objects, "ClusterRole").Rules {
		assert.NotContains(t, rule.Resources, "secrets")
		assert.NotContains(t, rule.Verbs, "patch", "%v", rule.Resources)
	}
	config := pick[corev1.ConfigMap](t, objects, "ConfigMap").Data["config.yaml"]
	for _, want := range []string{"strategy: token", "root_namespace: istio-system", "url: http://prometheus:9090", "signing_key: secret:kiali-session:key", "web_root: /kiali"} {
		assert.Contains(t, config, want)
	}
	pod := pick[appsv1.Deployment](t, objects, "Deployment").Spec.Template.Spec
	assert.Equal(t, "quay.io/kiali/kiali:v2.26", pod.Containers[0].Image)
	assert.Equal(t, "/kiali/healthz", pod.Containers[0].ReadinessProbe.HTTPGet.Path)
	assert.Equal(t, "kiali-session", pod.Volumes[2].Secret.SecretName)
}

func TestKialiRefuses(t *testing.T) {
	refuses(t, "kiali-server", draws, map[string][2]string{
		"strategy: token":                       {"strategy: anonymous", "knows token only"},
		"view_only_mode: true":                  {"view_only_mode: false", "would change the mesh"},
		`signing_key: "secret:kiali-session:ke`: {`signing_key: "0123456789`, "drawn anew on every rendering"},
		"image_version: v2.26":                  {"image_tag: v2.26", "additional properties 'image_tag' not allowed"},
		"prometheus: {url:":                     {"prometheus: {auth: {type: basic}, url:", "external_services.prometheus.auth"},
	})
}

// refuses changes one line of good values at a time.
func refuses(t *testing.T, chart, good string, changes map[string][2]string) {
	t.Helper()
	for from, to := range changes {
		require.Contains(t, good, from)
		_, _, err := chartstest.Render(chart, "observability", strings.Replace(good, from, to[0], 1))
		assert.ErrorContains(t, err, to[1], from)
	}
}
