package lattice

import (
	"github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/apiextensions"
	metav1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/meta/v1"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
)

// assigned is the name that the controller put on a route.
func assigned(route pulumi.Resource) pulumi.StringOutput {
	object, isObject := route.(*apiextensions.CustomResource)
	if !isObject {
		return pulumi.String("").ToStringOutput()
	}
	return object.Metadata.ApplyT(func(meta *metav1.ObjectMeta) string {
		if meta == nil {
			return ""
		}
		return meta.Annotations[assignedName]
	}).(pulumi.StringOutput)
}
