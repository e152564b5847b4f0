package mesh_test

import (
	"strings"
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"retail/components/mesh"
	"retail/internal/mirror"
	"retail/tests/internal/recorder"
)

// I12: each part waits for all before it, each is awaited, and Istio's objects wait for all of
// them, so that its webhooks answer; in the opposite order they go first.
func TestPartsOfTheMeshInOrderI12(t *testing.T) {
	r := installed(t, args(), mirror.Mirror{})
	before := append(definitions(r), r.One(t, namespaceType, "main-blue-istio-namespace"))
	for _, name := range parts {
		part := r.One(t, releaseType, name)
		for _, needed := range before {
			assert.True(t, part.WaitsFor(needed), "%s waits for %s", name, needed.Name)
		}
		assert.Equal(t, "1.30.4", part.String("version"), "one version for all")
		assert.Equal(t, "istio-system", part.String("namespace"))
		assert.False(t, part.Value("skipAwait").BoolValue(), "%s is awaited", name)
		assert.Equal(t, r.One(t, "retail:cluster:Cluster", "main-blue").URN, part.DeletedWith, name)
		before = append(before, part)
	}
	object := r.One(t, "kubernetes:security.istio.io/v1:PeerAuthentication", "strict")
	for _, part := range parts {
		assert.True(t, object.WaitsFor(r.One(t, releaseType, part)), "Istio's objects wait for %s", part)
	}
	var charts []string
	for _, part := range parts {
		charts = append(charts, r.One(t, releaseType, part).String("chart"))
	}
	assert.Equal(t, []string{"base", "istiod", "cni", "ztunnel"}, charts)
}

// I6: what istiod writes into its webhooks is nothing that the program declares: everything
// comes by Helm's releases, which do not compare with the cluster, and no value fixes what
// istiod is to change.
func TestNothingDeclaresWhatIstiodPatchesI6(t *testing.T) {
	r := installed(t, args(), mirror.Mirror{})
	for token := range r.Count() {
		assert.NotContains(t, token, "WebhookConfiguration")
	}
	base := r.One(t, releaseType, parts[0])
	assert.Equal(t, map[string]any{"defaultRevision": "default", "base": map[string]any{"enableCRDTemplates": true}},
		base.Value("values").Mappable(), "failurePolicy stays istiod's, definitions follow the version")
}

// Only the namespace of what runs on nodes is open to privileged pods.
func TestTheMeshsNamespace(t *testing.T) {
	r := installed(t, args(), mirror.Mirror{})
	require.Len(t, r.OfType(namespaceType), 1)
	namespace := r.One(t, namespaceType, "main-blue-istio-namespace")
	assert.Equal(t, mesh.Namespace, namespace.String("metadata.name"))
	assert.Equal(t, "privileged", namespace.String(`metadata.labels["pod-security.kubernetes.io/enforce"]`))
	assert.True(t, namespace.Value(`metadata.labels["istio.io/dataplane-mode"]`).IsNull(), "the mesh is not in the mesh")
}

func TestIncompleteArgumentsAreRefused(t *testing.T) {
	err := recorder.New(t).Run(func(ctx *pulumi.Context) error {
		_, err := mesh.New(ctx, "main-blue", &mesh.Args{
			Level: "l5", Version: "1.29.0", TrustDomain: "Blue", Replicas: 1, MaxReplicas: -1,
			Providers: []mesh.Provider{{}, {Name: "traces", OpenTelemetry: &mesh.Collector{Service: "collector", Port: 4317}},
				{Name: "traces", OpenTelemetry: &mesh.Collector{Service: "c.o.svc.cluster.local"}}},
		})
		return err
	})
	require.Error(t, err)
	for _, want := range []string{
		`level: must be l4 or l7, got "l5"`, "version: must be one of the known Istio releases", `trustDomain: must be lower-case`,
		"replicas: must be at least 2", "maxReplicas: must not be less than replicas", "providers.0.name: is required",
		"providers.0.opentelemetry: is required", "providers.1.opentelemetry.service: must be the full name of a Service",
		"providers.2.name: is required, and no two are alike", "providers.2.opentelemetry.port: must be 1 to 65535",
		"control: is required", "after: is required",
	} {
		assert.ErrorContains(t, err, want)
	}
}

func TestChartsAndImagesComeFromTheMirror(t *testing.T) {
	r := installed(t, args(), mirror.Mirror{Charts: "oci://registry.example/charts", Images: "registry.example/copies"})
	for _, name := range parts {
		part := r.One(t, releaseType, name)
		assert.True(t, strings.HasPrefix(part.String("chart"), "oci://registry.example/charts/"), name)
	}
	const hub = "registry.example/copies/release"
	assert.Equal(t, hub, r.One(t, releaseType, parts[1]).String("values.global.hub"))
	assert.Equal(t, hub, r.One(t, releaseType, parts[2]).String("values.global.hub"))
	assert.Equal(t, hub, r.One(t, releaseType, parts[3]).String("values.hub"))
}
