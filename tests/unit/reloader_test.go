package unit

import (
	"testing"

	"github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"retail/components/reloader"
	"retail/components/store"
	"retail/internal/mirror"
	"retail/internal/versions"
	"retail/tests/internal/recorder"
)

const (
	chartType        = "kubernetes:helm.sh/v3:Release"
	reloadAnnotation = `metadata.annotations["secret.reloader.stakater.com/reload"]`
)

func reloading(t *testing.T, args reloader.Args) (*recorder.Recorder, error) {
	t.Helper()
	r := recorder.New(t)
	return r, r.Run(func(ctx *pulumi.Context) error {
		inside, err := kubernetes.NewProvider(ctx, "blue", &kubernetes.ProviderArgs{})
		if err != nil {
			return err
		}
		cluster := &control{}
		if err := ctx.RegisterComponentResource("retail:test:cluster", "cluster", cluster); err != nil {
			return err
		}
		entry, err := store.NewEntry(ctx, "main-blue", &store.EntryArgs{Colour: "blue", Control: cluster}, pulumi.Providers(inside))
		if err != nil {
			return err
		}
		args.Control, args.After = cluster, entry.Ready
		_, err = reloader.New(ctx, "main-blue", &args, pulumi.Providers(inside))
		return err
	})
}

// Who may read passwords sees one namespace, from a namespace of its own that is closed.
func TestReloaderSeesTheShopOnly(t *testing.T) {
	r, err := reloading(t, reloader.Args{Watch: store.Namespace, Mirror: mirror.Mirror{Charts: "https://charts.example", Images: "registry.example/copies"}})
	require.NoError(t, err)
	chart := r.One(t, chartType, "main-blue-reloader")
	assert.Equal(t, versions.Reloader.Version, chart.String("version"))
	assert.Equal(t, "https://charts.example", chart.String("repositoryOpts.repo"))
	assert.Equal(t, "registry.example/copies/stakater/reloader", chart.String("values.image.repository"))
	assert.Equal(t, versions.ReloaderApp, chart.String("values.image.tag"))
	const settings = "values.reloader."
	assert.False(t, chart.Value(settings+"watchGlobally").BoolValue())
	assert.Equal(t, []any{store.Namespace}, list(t, chart, settings+"namespaces"))
	assert.Equal(t, "annotations", chart.String(settings+"reloadStrategy"), "the containers' environment is the program's")
	assert.False(t, chart.Value(settings+"autoReloadAll").BoolValue())
	for _, key := range []string{"ignoreConfigMaps", "ignoreJobs", "ignoreCronJobs", "enableHA", "readOnlyRootFileSystem"} {
		assert.True(t, chart.Value(settings+key).BoolValue(), key)
	}

	home := r.One(t, "kubernetes:core/v1:Namespace", "main-blue-reloader-namespace")
	assert.Equal(t, chart.String("namespace"), home.String("metadata.name"))
	assert.NotContains(t, []string{"kube-system", store.Namespace}, home.String("metadata.name"))
	assert.Equal(t, "restricted", home.String(`metadata.labels["pod-security.kubernetes.io/enforce"]`))
	closed := r.One(t, policyType, "main-blue-reloader-network")
	assert.Equal(t, []any{"Ingress", "Egress"}, list(t, closed, "spec.policyTypes"))
	assert.True(t, closed.Value("spec.ingress").IsNull())
	assert.Equal(t, []any{map[string]any{"ports": []any{map[string]any{"port": 443.0, "protocol": "TCP"}}}}, list(t, closed, "spec.egress"))
	for _, needed := range []*recorder.Resource{home, closed, r.One(t, "kubernetes:core/v1:Namespace", "main-blue-namespace")} {
		assert.True(t, chart.WaitsFor(needed), needed.Name)
	}
}

// L11, Z5: two pods in two zones, one of which may go at a time; as tight as can be.
func TestReloaderOutlivesAZoneL11Z5(t *testing.T) {
	r, err := reloading(t, reloader.Args{Watch: store.Namespace})
	require.NoError(t, err)
	chart := r.One(t, chartType, "main-blue-reloader")
	const pods = "values.reloader.deployment."
	assert.EqualValues(t, 2, chart.Value(pods+"replicas").NumberValue())
	assert.Equal(t, []any{map[string]any{
		"maxSkew": 1.0, "topologyKey": "topology.kubernetes.io/zone", "whenUnsatisfiable": "DoNotSchedule", "nodeTaintsPolicy": "Honor",
		"labelSelector": map[string]any{"matchLabels": map[string]any{"app": "reloader", "release": "reloader"}},
	}}, list(t, chart, pods+"topologySpreadConstraints"))
	assert.Equal(t, chart.String("name"), chart.String("values.fullnameOverride"), "the chart's labels are those of the constraint")
	assert.Equal(t, map[string]any{"enabled": true, "maxUnavailable": 1.0}, chart.Value("values.reloader.podDisruptionBudget").Mappable())
	assert.True(t, chart.Value(pods+"securityContext.runAsNonRoot").BoolValue())
	assert.Equal(t, "RuntimeDefault", chart.String(pods+"securityContext.seccompProfile.type"))
	assert.Equal(t, map[string]any{"allowPrivilegeEscalation": false, "readOnlyRootFilesystem": true, "capabilities": map[string]any{"drop": []any{"ALL"}}},
		chart.Value(pods+"containerSecurityContext").Mappable())
	assert.NotEmpty(t, chart.String(pods+"resources.limits.memory"))
	assert.NotEmpty(t, chart.String(pods+"resources.requests.cpu"))
}

func TestReloaderGoesWithItsCluster(t *testing.T) {
	r, err := reloading(t, reloader.Args{Watch: store.Namespace})
	require.NoError(t, err)
	component := r.One(t, "retail:reloader:Reloader", "main-blue")
	var own int
	for _, one := range r.All() {
		if one.Parent == component.URN {
			own++
			assert.Equal(t, r.One(t, "retail:test:cluster", "cluster").URN, one.DeletedWith, one.Name)
		}
	}
	assert.Equal(t, 3, own)
	_, err = reloading(t, reloader.Args{})
	assert.ErrorContains(t, err, "main-blue.watch: is required")
}

// Who holds a password is restarted when it changes, for its own Secret and for no other.
func TestDeploymentsNameTheirSecrets(t *testing.T) {
	named := map[string]string{}
	for _, one := range shopped(t, stocked()).OfType(deploymentType) {
		named[one.String("metadata.name")] = one.String(reloadAnnotation)
		assert.True(t, one.Value(`spec.template.metadata.annotations["secret.reloader.stakater.com/reload"]`).IsNull(), "Reloader reads the Deployment's own")
	}
	assert.Equal(t, map[string]string{"ui": "", "carts": "", "catalog": "catalog-credentials", "orders": "orders-credentials",
		"checkout": "checkout-credentials"}, named)
	for _, one := range shopped(t, shopOf{}).OfType(deploymentType) {
		assert.Empty(t, one.String(reloadAnnotation), "%s holds no password", one.Name)
	}
}
