// Package eks simulates Amazon EKS: clusters, managed node groups, add-ons,
// access entries and policies, and Pod Identity associations. Behind a cluster
// that is ACTIVE stands a real Kubernetes control plane (package clusters).
//
// Rules and codes are those of the Amazon EKS API Reference and User Guide;
// texts are EKS's own as users and the provider's source report them. What the
// simulation refuses although no such text is known says so in its own words.
// EKS on Outposts, Fargate, hybrid nodes, IPv6, capabilities and Insights are
// not simulated and are refused by name.
package eks

import (
	"fmt"
	"time"

	"retail/sandbox/cloud"
	"retail/sandbox/clusters"
)

// Tokens of the resource types.
const (
	Cluster     = "aws:eks/cluster:Cluster"
	NodeGroup   = "aws:eks/nodeGroup:NodeGroup"
	Addon       = "aws:eks/addon:Addon"
	AccessEntry = "aws:eks/accessEntry:AccessEntry"
	Association = "aws:eks/accessPolicyAssociation:AccessPolicyAssociation"
	PodIdentity = "aws:eks/podIdentityAssociation:PodIdentityAssociation"
	// AutoScalingGroup is what EKS makes for a node group; its record holds
	// the instances.
	AutoScalingGroup = "aws:autoscaling/group:Group"
	// SelfManaged are add-ons that a cluster was bootstrapped with.
	SelfManaged = "aws:eks/selfManagedAddon:SelfManagedAddon"
)

// service ties the resource types to the control planes of one world.
type service struct{ clusters clusters.Manager }

// Register declares the service's resource types and data sources; clusters
// live in the given manager.
func Register(m clusters.Manager) func(*cloud.Registry) {
	s := &service{m}
	return func(r *cloud.Registry) {
		r.Add(s.clusterSpec(), s.nodeGroupSpec(), s.addonSpec(), accessEntrySpec(), associationSpec(), podIdentitySpec())
		r.AddInvoke(invokes()...)
	}
}

// clusterRef names the cluster of what belongs to one.
func clusterRef() cloud.Ref {
	return cloud.Ref{Path: "clusterName", To: []string{Cluster}, By: "name", NotFound: "ResourceNotFoundException"}
}

// active is the cluster that a resource's clusterName names, which EKS wants
// to be ACTIVE.
func active(c *cloud.Call) (*cloud.Record, error) {
	name := str(c.State, "clusterName")
	cluster := c.Get(Cluster, name)
	if cluster == nil {
		return nil, &cloud.Error{Code: "ResourceNotFoundException", Status: 404, Message: "No cluster found for name: " + name + "."}
	}
	if status := str(cluster.State, "status"); status != "ACTIVE" {
		return nil, c.Fail("InvalidRequestException", "Cluster '%s' is not in ACTIVE status: it is %s", name, status)
	}
	return cluster, nil
}

// inUse is EKS's ResourceInUseException.
func inUse(format string, args ...any) error {
	return &cloud.Error{Code: "ResourceInUseException", Status: 409, Message: fmt.Sprintf(format, args...)}
}

// invalid is EKS's InvalidParameterException.
func invalid(format string, args ...any) error {
	return &cloud.Error{Code: "InvalidParameterException", Message: fmt.Sprintf(format, args...)}
}

// str, flag, num and strs read a property; the zero value when there is none.
func str(p cloud.Props, path string) string  { s, _ := cloud.Lookup(p, path).(string); return s }
func flag(p cloud.Props, path string) bool   { b, _ := cloud.Lookup(p, path).(bool); return b }
func num(p cloud.Props, path string) float64 { n, _ := cloud.Lookup(p, path).(float64); return n }

func strs(p cloud.Props, path string) []string {
	list, _ := cloud.Lookup(p, path).([]any)
	var out []string
	for _, v := range list {
		if s, ok := v.(string); ok {
			out = append(out, s)
		}
	}
	return out
}

// object is a property that is an object; it is made when there is none.
func object(p cloud.Props, name string) cloud.Props {
	o, ok := p[name].(map[string]any)
	if !ok {
		o = cloud.Props{}
		p[name] = o
	}
	return o
}

// uuid is a fresh identifier in the form of a UUID.
func uuid(c *cloud.Call) string {
	h := c.Hex(32)
	return fmt.Sprintf("%s-%s-%s-%s-%s", h[:8], h[8:12], h[12:16], h[16:20], h[20:])
}

// stamp is a time as the provider prints it.
func stamp(t time.Time) string { return t.UTC().Format(time.RFC3339) }

// arnOf is a cluster's ARN from its name.
func arnOf(c *cloud.Call, cluster string) string { return c.ARN("eks", "cluster/"+cluster) }
