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
