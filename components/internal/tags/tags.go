// Package tags makes the tags that single resources need on top of the default
// tags, which the providers set in one place.
package tags

import (
	"maps"
	"slices"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
)

// Keys with a meaning to AWS, Kubernetes or their controllers.
const (
	// NameKey is what the AWS console shows as a resource's name.
	NameKey = "Name"
	// PublicELB marks a subnet for internet-facing load balancers (AWS Load
	// Balancer Controller, "Subnet auto-discovery").
	PublicELB = "kubernetes.io/role/elb"
	// InternalELB marks a subnet for internal load balancers.
	InternalELB = "kubernetes.io/role/internal-elb"
	// RoleEnabled is the value that switches the two subnet roles on.
	RoleEnabled = "1"
)

// ClusterKey returns the tag key by which controllers find the resources of one
// cluster; its value is Owned or Shared. Subnets serve every colour and must
// not carry it.
func ClusterKey(cluster string) string { return "kubernetes.io/cluster/" + cluster }

// Values of the tag ClusterKey.
const (
	Owned  = "owned"
	Shared = "shared"
)

// Merge returns one map of all entries; a later set wins over an earlier one.
func Merge(sets ...map[string]string) map[string]string {
	merged := map[string]string{}
	for _, set := range sets {
		maps.Copy(merged, set)
	}
	return merged
}

// Named returns a resource's tags: its Name and the given sets.
func Named(name string, sets ...map[string]string) pulumi.StringMap {
	return pulumi.ToStringMap(Merge(append([]map[string]string{{NameKey: name}}, sets...)...))
}

// Sorted returns the keys of a set in order, for whatever must come out the
// same on every run.
func Sorted[V any](set map[string]V) []string { return slices.Sorted(maps.Keys(set)) }
