package mesh_test

import (
	"strings"
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"retail/components/gatewayapi"
	"retail/internal/mirror"
	"retail/tests/internal/recorder"
)

const (
	definitionType = "kubernetes:apiextensions.k8s.io/v1:CustomResourceDefinition"
	policyType     = "kubernetes:admissionregistration.k8s.io/v1:ValidatingAdmissionPolicy"
	bindingType    = policyType + "Binding"
)

// definitions are the objects of the Gateway API's bundle.
func definitions(r *recorder.Recorder) []*recorder.Resource {
	var all []*recorder.Resource
	for _, token := range []string{definitionType, policyType, bindingType} {
		all = append(all, r.OfType(token)...)
	}
	return all
}

// K4, K11: one owner for the definitions, who forgets them and never deletes them, takes over
// what an earlier mesh left behind, and declares each by itself: no component of the provider,
// which would ask a cluster that does not answer, and no address that a preview would fetch.
func TestDefinitionsAreLeftBehindAndTakenOverK4K11(t *testing.T) {
	r := installed(t, args(), mirror.Mirror{})
	owner := r.One(t, "retail:gatewayapi:Definitions", "main-blue")
	var found []string
	for _, one := range definitions(r) {
		found = append(found, strings.TrimPrefix(one.Name, "main-blue-gateway-api-"))
		assert.True(t, one.Custom && !one.Remote && one.RetainOnDelete, one.Name)
		assert.Equal(t, r.One(t, "retail:cluster:Cluster", "main-blue").URN, one.DeletedWith, one.Name)
		assert.Equal(t, owner.URN, one.Parent, one.Name)
		assert.Equal(t, "true", one.String(`metadata.annotations["pulumi.com/patchForce"]`), one.Name)
		assert.Equal(t, "standard", one.String(`metadata.annotations["gateway.networking.k8s.io/channel"]`), one.Name)
		if one.Type != definitionType {
			assert.True(t, one.Value(`metadata.annotations["pulumi.com/waitFor"]`).IsNull(), "%s has no conditions", one.Name)
			continue
		}
		assert.Equal(t, "condition=Established", one.String(`metadata.annotations["pulumi.com/waitFor"]`), one.Name)
		assert.Equal(t, "v1.5.1", one.String(`metadata.annotations["gateway.networking.k8s.io/bundle-version"]`), one.Name)
		assert.Equal(t, one.String("spec.names.plural")+".gateway.networking.k8s.io", one.String("metadata.name"), one.Name)
		assert.True(t, one.Value("status").IsNull(), one.Name)
	}
	assert.ElementsMatch(t, []string{
		"backendtlspolicies", "gatewayclasses", "gateways", "grpcroutes", "httproutes", "listenersets", "referencegrants", "tlsroutes",
		"safe-upgrades", "safe-upgrades-binding",
	}, found)
	for token := range r.Count() {
		assert.NotContains(t, token, "kubernetes:yaml")
	}
}

func TestDefinitionsNeedTheirCluster(t *testing.T) {
	err := recorder.New(t).Run(func(ctx *pulumi.Context) error {
		_, err := gatewayapi.New(ctx, "main-blue", &gatewayapi.Args{})
		return err
	})
	require.Error(t, err)
	assert.ErrorContains(t, err, "main-blue.control: is required")
}
