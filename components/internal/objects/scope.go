package objects

import (
	"strings"

	"github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"retail/components/internal/names"
)

// definitionPatch is a part of a resource definition that somebody else owns (Pulumi,
// "Kubernetes provider", server-side apply: Patch resources). It is registered by its token,
// as the SDK's package of it holds every type of a definition's schema.
const definitionPatch = "kubernetes:apiextensions.k8s.io/v1:CustomResourceDefinitionPatch"

// Defined is a kind whose definition comes with a chart or an add-on.
type Defined struct {
	// Group and Kind are the kind's, Plural its name in URLs. All are required.
	Group, Kind, Plural string
	// WholeCluster says that its objects lie in no namespace.
	WholeCluster bool
}

// Scopes states of which scope kinds are, and returns what every object of them must depend
// on. Opts name the provider, the cluster that takes the statements along, and what brings
// the definitions.
//
// To compare an object with the last update the Kubernetes provider must know whether its
// kind lies in namespaces. Of kinds that are not Kubernetes's own it knows what the program
// declares of their definitions; for all others it asks the API server, one object after the
// other, and the engine goes on with no resource meanwhile, 32 seconds each where the server
// accepts and is silent (pulumi-kubernetes, pkg/clients: IsNamespacedKind; client-go,
// discovery: defaultTimeout). A colour whose server is gone would hold up the environment for
// a quarter of an hour, at every preview (K4).
//
// What is stated are fields that nobody can change, with the values that they have, so that
// the owner of the definition is not disturbed; wrong ones would be refused. They are
// forgotten and not taken back: that would ask the server too.
func Scopes(ctx *pulumi.Context, name string, kinds []Defined, opts ...pulumi.ResourceOption) ([]pulumi.Resource, error) {
	var all []pulumi.Resource
	for _, kind := range kinds {
		made := &pulumi.CustomResourceState{}
		if err := ctx.RegisterResource(definitionPatch, names.Child(name, "scope", kind.Plural), kind.patch(), made,
			append(opts[:len(opts):len(opts)], pulumi.RetainOnDelete(true))...); err != nil {
			return nil, err
		}
		all = append(all, made)
	}
	return all, nil
}

func (d Defined) patch() kubernetes.UntypedArgs {
	scope := "Namespaced"
	if d.WholeCluster {
		scope = "Cluster"
	}
	return kubernetes.UntypedArgs{
		"apiVersion": "apiextensions.k8s.io/v1", "kind": "CustomResourceDefinition",
		"metadata": map[string]any{"name": strings.Join([]string{d.Plural, d.Group}, ".")},
		"spec": map[string]any{
			"group": d.Group, "scope": scope,
			"names": map[string]any{"kind": d.Kind, "plural": d.Plural},
		},
	}
}
