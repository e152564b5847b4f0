package unit

import (
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"retail/tests/internal/fixture"
	"retail/tests/internal/recorder"
	"retail/tests/internal/stackfile"
)

// ownGroups are the groups of Kubernetes's own kinds, of which the provider has a table
// (pulumi-kubernetes, pkg/kinds), and of what it serves by itself.
var ownGroups = map[string]bool{
	"core": true, "apps": true, "autoscaling": true, "batch": true, "policy": true, "storage.k8s.io": true,
	"networking.k8s.io": true, "rbac.authorization.k8s.io": true, "admissionregistration.k8s.io": true,
	"apiextensions.k8s.io": true, "scheduling.k8s.io": true, "apiregistration.k8s.io": true, "helm.sh": true,
}

// autoModeGroup is of kinds that EKS brings. Nobody but EKS touches their definitions, so
// that nothing is stated of them: two objects of each shop ask their API server.
const autoModeGroup = "eks.amazonaws.com"

// unlisted are Kubernetes's own kinds that the provider's table lacks (kinds.Kind.Namespaced).
// Nothing can be stated of them: for each of their objects it asks twice. More of them would
// make previews with a dead colour longer.
var unlisted = []string{"ValidatingAdmissionPolicy", "ValidatingAdmissionPolicyBinding"}

// K4: the provider seldom has to ask an API server whether a kind lies in namespaces. Whatever
// is of another's kind comes after the program has said so, in the same cluster; the engine
// hands the provider one after the other in this order.
func TestScopesOfKindsAreStatedK4(t *testing.T) {
	for _, stack := range []string{"dev", "prod"} {
		t.Run(stack, func(t *testing.T) {
			r := fixture.Up(t, recorder.New(t).Hub(fixture.HubOutputs()), stack, stackfile.Set("name", stack))
			stated := map[string]*recorder.Resource{}
			for _, one := range r.All() {
				if strings.HasPrefix(one.Type, "kubernetes:apiextensions.k8s.io/v1:CustomResourceDefinition") {
					stated[one.Provider+" "+one.String("spec.group")+" "+one.String("spec.names.kind")] = one
				}
			}
			groups, asking := map[string]int{}, map[string]int{}
			for _, one := range r.All() {
				group, kind, is := groupKind(one.Type)
				if is && slices.Contains(unlisted, kind) {
					asking[one.Provider]++
				}
				if !is || ownGroups[group] || group == autoModeGroup {
					continue
				}
				groups[group]++
				definition := stated[one.Provider+" "+group+" "+kind]
				if !assert.NotNil(t, definition, "the scope of %s is stated nowhere in its cluster: %s", one.Type, one.Name) {
					continue
				}
				assert.True(t, r.Reaches(one, definition), "%s comes after %s", one.Name, definition.Name)
				assert.Equal(t, definition.String("spec.scope") == "Namespaced", one.String("metadata.namespace") != "", "%s and its kind's scope", one.Name)
			}
			for provider, objects := range asking {
				assert.LessOrEqual(t, objects, 2, "objects that are asked for through %s", provider)
			}
			for _, group := range []string{"elbv2.k8s.aws", "security.istio.io", "networking.istio.io", "gateway.networking.k8s.io", "secrets-store.csi.x-k8s.io"} {
				assert.NotZero(t, groups[group], group)
			}
		})
	}
}

// What is stated of another's definition is as little as names it, is forgotten without asking
// the cluster, and comes after what brings it.
func TestStatedScopesDisturbNobodyK4(t *testing.T) {
	r := fixture.Up(t, recorder.New(t).Hub(fixture.HubOutputs()), "dev", stackfile.Set("name", "dev"))
	all := r.OfType("kubernetes:apiextensions.k8s.io/v1:CustomResourceDefinitionPatch")
	require.NotEmpty(t, all)
	for _, one := range all {
		assert.True(t, one.RetainOnDelete, one.Name)
		assert.NotEmpty(t, one.DeletedWith, one.Name)
		assert.NotEmpty(t, one.DependsOn, one.Name)
		assert.Equal(t, one.String("spec.names.plural")+"."+one.String("spec.group"), one.String("metadata.name"), one.Name)
		spec, isMap := one.Value("spec").Mappable().(map[string]any)
		require.True(t, isMap)
		for key := range spec {
			assert.Contains(t, []string{"group", "names", "scope"}, key, one.Name)
		}
	}
}

// groupKind reads the type of an object in a cluster.
func groupKind(token string) (group, kind string, is bool) {
	parts := strings.Split(token, ":")
	if len(parts) != 3 || parts[0] != "kubernetes" {
		return "", "", false
	}
	group, _, _ = strings.Cut(parts[1], "/")
	if group == "v1" {
		group = "core"
	}
	return group, strings.TrimSuffix(parts[2], "Patch"), true
}
