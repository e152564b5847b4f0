package clusters

import (
	"strings"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"
)

var crdResource = schema.GroupVersionResource{Group: "apiextensions.k8s.io", Version: "v1", Resource: "customresourcedefinitions"}

const (
	clusterScope   = "Cluster"
	namespaceScope = "Namespaced"
)

// definition is a custom resource definition with an open schema: for kinds
// that AWS's controllers write and programs seldom do.
type definition struct{ group, version, kind, plural, scope string }

// clusterDefinitions come with every EKS cluster, before any add-on: its VPC
// resource and network policy controllers run in the control plane.
var clusterDefinitions = []definition{
	{"vpcresources.k8s.aws", "v1alpha1", "CNINode", "cninodes", clusterScope},
	{"vpcresources.k8s.aws", "v1beta1", "SecurityGroupPolicy", "securitygrouppolicies", namespaceScope},
	{"networking.k8s.aws", "v1alpha1", "PolicyEndpoint", "policyendpoints", namespaceScope},
}

func (d definition) object() *unstructured.Unstructured {
	return &unstructured.Unstructured{Object: map[string]any{
		"apiVersion": "apiextensions.k8s.io/v1",
		"kind":       "CustomResourceDefinition",
		"metadata":   map[string]any{"name": d.plural + "." + d.group},
		"spec": map[string]any{
			"group": d.group,
			"scope": d.scope,
			"names": map[string]any{
				"kind": d.kind, "listKind": d.kind + "List", "plural": d.plural, "singular": strings.ToLower(d.kind),
			},
			"versions": []any{map[string]any{
				"name": d.version, "served": true, "storage": true,
				"subresources": map[string]any{"status": map[string]any{}},
				"schema": map[string]any{"openAPIV3Schema": map[string]any{
					"type": "object", "x-kubernetes-preserve-unknown-fields": true,
				}},
			}},
		},
	}}
}
