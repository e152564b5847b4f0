// Package objects declares custom resources from structs of this program's own, so that a
// misspelt field does not compile.
package objects

import (
	"fmt"

	"github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/apiextensions"
	metav1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/meta/v1"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"retail/components/internal/typed"
)

// Spec is the spec of one kind of custom resource.
type Spec interface {
	// Kind returns the kind's API version and name.
	Kind() (apiVersion, kind string)
}

// Metadata names an object.
type Metadata struct {
	// Name is the object's name. Required.
	Name string
	// Namespace is where it lies; empty for kinds of the whole cluster. It is never left
	// to the provider's default (K3).
	Namespace string
	// Labels and Annotations are the object's.
	Labels, Annotations map[string]string
	// Known are annotations whose values other resources bring.
	Known map[string]pulumi.StringInput
}

// Input returns the metadata as the Kubernetes SDK takes it.
func (m Metadata) Input() metav1.ObjectMetaArgs {
	meta := metav1.ObjectMetaArgs{Name: pulumi.String(m.Name)}
	if m.Namespace != "" {
		meta.Namespace = pulumi.String(m.Namespace)
	}
	if len(m.Labels) > 0 {
		meta.Labels = pulumi.ToStringMap(m.Labels)
	}
	if len(m.Annotations)+len(m.Known) > 0 {
		annotations := pulumi.ToStringMap(m.Annotations)
		for key, value := range m.Known {
			annotations[key] = value
		}
		meta.Annotations = annotations
	}
	return meta
}

// New declares a custom resource. It must depend on whatever brings its definition (K3).
func New(ctx *pulumi.Context, name string, meta Metadata, spec Spec, opts ...pulumi.ResourceOption) (pulumi.Resource, error) {
	apiVersion, kind := spec.Kind()
	if meta.Name == "" {
		return nil, fmt.Errorf("%s %s: its metadata has no name", kind, name)
	}
	fields, err := typed.Map(spec)
	if err != nil {
		return nil, fmt.Errorf("%s %s: %w", kind, name, err)
	}
	return apiextensions.NewCustomResource(ctx, name, &apiextensions.CustomResourceArgs{
		ApiVersion: pulumi.String(apiVersion), Kind: pulumi.String(kind), Metadata: meta.Input(),
		OtherFields: map[string]any{"spec": fields},
	}, opts...)
}
