package mesh_test

import (
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"gopkg.in/yaml.v3"

	"retail/components/mesh"
	"retail/internal/mirror"
	"retail/internal/versions"
	"retail/tests/internal/recorder"
)

func values(t *testing.T, r *recorder.Recorder, part string) map[string]any {
	t.Helper()
	all, isMap := r.One(t, releaseType, part).Value("values").Mappable().(map[string]any)
	require.True(t, isMap)
	return all
}

// L11, Z5: istiod outlives a zone, and grows with its load.
func TestIstiodOutlivesAZoneL11Z5(t *testing.T) {
	more := args()
	more.Replicas = 3
	istiod := values(t, installed(t, more, mirror.Mirror{}), parts[1])
	assert.Equal(t, []any{true, 3.0, 6.0}, []any{istiod["autoscaleEnabled"], istiod["autoscaleMin"], istiod["autoscaleMax"]})
	assert.Equal(t, map[string]any{"minAvailable": 2.0}, istiod["pdb"])
	assert.Equal(t, []any{map[string]any{
		"maxSkew": 1.0, "topologyKey": "topology.kubernetes.io/zone", "whenUnsatisfiable": "DoNotSchedule", "nodeTaintsPolicy": "Honor",
		"labelSelector": map[string]any{"matchLabels": map[string]any{"app": "istiod"}},
	}}, istiod["topologySpreadConstraints"])
	for _, part := range parts[1:] {
		asked := values(t, installed(t, more, mirror.Mirror{}), part)["resources"].(map[string]any)
		assert.NotEmpty(t, asked["requests"].(map[string]any)["cpu"], part)
		assert.NotEmpty(t, asked["limits"].(map[string]any)["memory"], part)
	}
}

func TestMeshConfig(t *testing.T) {
	plain := values(t, installed(t, args(), mirror.Mirror{}), parts[1])
	assert.Equal(t, "ambient", plain["profile"])
	assert.Equal(t, map[string]any{
		"trustDomain": clusterName, "accessLogFile": "", "outboundTrafficPolicy": map[string]any{"mode": "REGISTRY_ONLY"},
		"enablePrometheusMerge": true, "ingressControllerMode": "OFF",
	}, plain["meshConfig"])
	assert.Equal(t, map[string]any{"enabled": true}, plain["cni"], "injected pods need no privilege")
	assert.Equal(t, []any{"--grpcAddr="}, plain["extraContainerArgs"], "no configuration without TLS")

	traced := args()
	traced.Providers = []mesh.Provider{{Name: "traces", OpenTelemetry: &mesh.Collector{Service: "collector.observability.svc.cluster.local", Port: 4317}}}
	with := values(t, installed(t, traced, mirror.Mirror{}), parts[1])
	assert.Equal(t, []any{map[string]any{"name": "traces", "opentelemetry": map[string]any{
		"service": "collector.observability.svc.cluster.local", "port": 4317.0,
	}}}, with["meshConfig"].(map[string]any)["extensionProviders"])
}

func TestTheNodeAgentIsChainedBehindTheVPCCNI(t *testing.T) {
	cni := values(t, installed(t, args(), mirror.Mirror{}), parts[2])
	assert.Equal(t, "ambient", cni["profile"])
	assert.Equal(t, []any{true, "/opt/cni/bin", "/etc/cni/net.d"}, []any{cni["chained"], cni["cniBinDir"], cni["cniConfDir"]})
	assert.Equal(t, map[string]any{"dnsCapture": true, "reconcileIptablesOnStartup": true}, cni["ambient"])
	assert.Equal(t, map[string]any{"type": "spc_t"}, cni["seLinuxOptions"], "Bottlerocket, and so Auto Mode")
	assert.Nil(t, values(t, installed(t, args(), mirror.Mirror{}), parts[3])["seLinuxOptions"])
}

// folders of the charts in Istio's repository.
var folders = map[string]string{
	parts[0]: "base", parts[1]: "istio-control/istio-discovery", parts[2]: "istio-cni", parts[3]: "ztunnel",
}

// modules are the commits of Istio's module from which the releases of the table were made.
var modules = map[string]string{
	"1.30.4": "istio.io/istio@v0.0.0-20260826214018-9739e10eb9d7",
	"1.31.0": "istio.io/istio@v0.0.0-20260827124520-eed52ebb66ad",
}

// freeForm are values below which a chart takes any key: its mesh settings are the API's.
var freeForm = []string{"meshConfig", "resources", "seLinuxOptions", "seccompProfile", "updateStrategy", "profile"}

// The charts have no schema and take any key: every one that is written is in the chart's own
// values.yaml, of every release of the table.
func TestNoKeyThatAChartDoesNotHave(t *testing.T) {
	for _, version := range versions.IstioVersions() {
		require.Contains(t, modules, version, "a release of the table without the module to check it against")
		charts := filepath.Join(moduleCache(t), modules[version], "manifests", "charts")
		if _, err := os.Stat(charts); err != nil {
			t.Logf("SKIPPED: the values of Istio %s are not compared, its module is not in the module cache: %v", version, err)
			continue
		}
		of := args()
		of.Version = version
		r := installed(t, of, mirror.Mirror{})
		for _, part := range parts {
			text, err := os.ReadFile(filepath.Join(charts, folders[part], "values.yaml"))
			require.NoError(t, err)
			var chart struct {
				Values map[string]any `yaml:"_internal_defaults_do_not_set"`
			}
			require.NoError(t, yaml.Unmarshal(text, &chart))
			require.NotEmpty(t, chart.Values)
			assert.Empty(t, strange("", values(t, r, part), chart.Values), "%s of Istio %s", part, version)
		}
	}
	assert.Equal(t, []string{"a.c"}, strange("", map[string]any{"a": map[string]any{"b": 1, "c": 2}}, map[string]any{"a": map[string]any{"b": 0}}))
}

// strange are the keys of written, by path, that the chart's values do not have.
func strange(path string, written, chart map[string]any) []string {
	var found []string
	for _, key := range slices.Sorted(maps.Keys(written)) {
		at := strings.TrimPrefix(path+"."+key, ".")
		below, known := chart[key]
		inner, isMap := written[key].(map[string]any)
		chartInner, chartIsMap := below.(map[string]any)
		switch {
		case !known && key != "profile":
			found = append(found, at)
		case isMap && slices.Contains(freeForm, key):
		case isMap && !chartIsMap:
			found = append(found, fmt.Sprintf("%s (no mapping in the chart)", at))
		case isMap:
			found = append(found, strange(at, inner, chartInner)...)
		}
	}
	return found
}

func moduleCache(t *testing.T) string {
	t.Helper()
	out, err := exec.Command("go", "env", "GOMODCACHE").Output()
	require.NoError(t, err)
	return strings.TrimSpace(string(out))
}
