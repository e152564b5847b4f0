package golden

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"

	"retail/tests/internal/recorder"
)

const (
	telemetryKind = "kubernetes:telemetry.istio.io/v1:Telemetry"
	workspaceKind = "aws:amp/workspace:Workspace"
)

// watchedInside is dev's way: what its clusters run watches them.
func watchedInside(t *testing.T, r *recorder.Recorder) {
	t.Helper()
	assert.Empty(t, r.OfType(workspaceKind), "nothing is paid for by the sample")
	assert.Len(t, r.OfType(telemetryKind), 2)
	for _, colour := range []string{"blue", "green"} {
		for _, chart := range []string{"prometheus", "grafana", "kiali"} {
			release := r.One(t, releaseType, "main-"+colour+"-"+chart)
			assert.Equal(t, "observability", release.String("namespace"))
		}
		istiod := r.One(t, releaseType, "main-"+colour+"-istiod")
		assert.Equal(t, "traces.observability.svc.cluster.local", istiod.String("values.meshConfig.extensionProviders[0].opentelemetry.service"), "proxies know where spans go")
	}
}

// managedObservability is production of which AWS watches one VPC and nobody the other.
var managedObservability = variant{
	of: "prod", edits: []edit{set("vpcs.second.observability", nil)},
	means: func(t *testing.T, r *recorder.Recorder, _ difference) {
		made := r.OfType(workspaceKind)
		assert.Len(t, made, 1, "one for the VPC, which both colours send to")
		assert.True(t, made[0].Protect, "it outlives colours (B12)")
		for _, colour := range []string{"blue", "green"} {
			config := r.One(t, "kubernetes:core/v1:ConfigMap", "main-"+colour+"-prometheus-config").Value("data").ObjectValue()["prometheus.yml"].StringValue()
			assert.Contains(t, config, "/api/v1/remote_write")
			assert.Contains(t, config, "replacement: "+colour)
			for _, res := range r.OfType("aws:iam/rolePolicy:RolePolicy") {
				if res.Name == "main-"+colour+"-prometheus-role-inline" {
					assert.Contains(t, res.String("policy"), `"aps:RemoteWrite"`)
					assert.False(t, strings.Contains(res.String("policy"), `"Resource":["*"]`), "on its workspace alone")
				}
			}
		}
	},
}

// chosenObservability is development that is looked at in every way that is not the default:
// from private networks by OpenID Connect, in Amazon Managed Grafana, by Container Insights.
var chosenObservability = variant{
	of: "dev", edits: []edit{set("vpcs.main.observability", map[string]any{
		"prometheus": "managed", "grafana": "managed", "kiali": true, "tracing": map[string]any{}, "containerInsights": true,
		"alertTopics":    []any{"arn:aws:sns:eu-west-1:222222222222:on-call"},
		"managedGrafana": map[string]any{"sourceCidrs": []any{"10.0.0.0/8"}, "identityCenter": map[string]any{"adminGroups": []any{"11111111-2222-3333-4444-555555555555"}}},
		"access": map[string]any{
			"domain": "observe.example.internal", "certificateArn": "arn:aws:acm:eu-west-1:222222222222:certificate/observe", "sourceCidrs": []any{"10.0.0.0/8"},
			"oidc": map[string]any{
				"issuer": "https://id.example.com", "authorizationEndpoint": "https://id.example.com/authorize", "tokenEndpoint": "https://id.example.com/token",
				"userInfoEndpoint": "https://id.example.com/me", "clientId": "retail", "clientSecret": "secret:hush",
			},
		},
	})},
	means: func(t *testing.T, r *recorder.Recorder, _ difference) {
		workspace := r.One(t, "aws:grafana/workspace:Workspace", "main-grafana")
		assert.Len(t, workspace.Value("networkAccessControl.vpceIds").ArrayValue(), 1, "one for both colours, reached from the VPC")
		for _, colour := range []string{"blue", "green"} {
			addon := r.One(t, "aws:eks/addon:Addon", "main-"+colour+"-amazon-cloudwatch-observability")
			assert.Equal(t, "cloudwatch-agent", addon.String("podIdentityAssociations[0].serviceAccount"), "nodes have no such permission")
			for _, group := range []string{"application", "dataplane", "host", "performance"} {
				made := r.One(t, "aws:cloudwatch/logGroup:LogGroup", "main-insights-"+colour+"-"+group)
				assert.True(t, r.Reaches(addon, made), "the log group stands before what writes into it")
			}
			ingress := r.One(t, "kubernetes:networking.k8s.io/v1:Ingress", "main-"+colour+"-observability-ingress-installed")
			assert.Equal(t, colour+".observe.example.internal", ingress.String("spec.rules[0].host"))
			assert.True(t, r.Reaches(ingress, r.One(t, releaseType, "main-"+colour+"-kiali")))
			for _, release := range r.OfType(releaseType) {
				assert.NotEqual(t, "main-"+colour+"-grafana", release.Name, "AWS runs it")
			}
		}
	},
}
