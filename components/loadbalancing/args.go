package loadbalancing

import (
	"fmt"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"retail/internal/mirror"
	"retail/internal/problem"
)

// Mode says which controller serves an object.
type Mode string

// The modes.
const (
	// Installed is the AWS Load Balancer Controller, which this program installs.
	Installed Mode = "installed"
	// BuiltIn is EKS Auto Mode.
	BuiltIn Mode = "builtin"
)

// Choice says which controllers a cluster has.
type Choice string

// The choices.
const (
	// Managed installs the AWS Load Balancer Controller.
	Managed Choice = "managed"
	// AutoMode uses EKS Auto Mode's own.
	AutoMode Choice = "builtin"
	// Both installs the controller beside Auto Mode's own, which stays the usual one.
	Both Choice = "both"
)

// Modes returns the modes that a choice brings, the usual one first; nil for no choice.
func (c Choice) Modes() []Mode {
	switch c {
	case Managed:
		return []Mode{Installed}
	case AutoMode:
		return []Mode{BuiltIn}
	case Both:
		return []Mode{BuiltIn, Installed}
	default:
		return nil
	}
}

func (c Choice) installs() bool { return c == Managed || c == Both }

// Args configures load balancing in one cluster.
type Args struct {
	// Choice says which controllers the cluster has. Required. AutoMode and Both need a
	// cluster with Auto Mode, and such a cluster one of the two: its own controller
	// cannot be left out.
	Choice Choice
	// Cluster and ClusterArn are the cluster's. Required with an installed controller.
	Cluster, ClusterArn pulumi.StringInput
	// ControlPlane is what the objects in the cluster go with when it is deleted. Required.
	ControlPlane pulumi.Resource
	// Account and Region are where the cluster lies. Required with an installed controller.
	Account, Region string
	// VpcID is the cluster's VPC. Required with an installed controller, which cannot ask
	// the instance metadata service (L4).
	VpcID pulumi.StringInput
	// NodeSecurityGroupID is the group of the cluster's nodes. Required with an installed
	// controller, which may change its rules and those of groups it made, but no others.
	NodeSecurityGroupID pulumi.StringInput
	// TargetGroups are the ARNs of target groups that the cluster's pods are bound to,
	// by any key. The controller may register targets in these and in its own.
	TargetGroups map[string]pulumi.StringInput
	// After is what the controller's pods need: nodes and the cluster's DNS. Required with
	// [Managed].
	After []pulumi.Resource
	// Mirror is where chart and image come from. Default: their public homes.
	Mirror mirror.Mirror
	// Replicas is how many pods the controller has, at least 2. Default 2.
	Replicas int
	// NodeSelector and Tolerations say where its pods run. Default: anywhere.
	NodeSelector map[string]string
	Tolerations  []Toleration
	// CertificateGeneration renews the webhooks' certificate when it is raised. Default 1.
	CertificateGeneration int
	// Tags are set on what is made, by the program and by the controller.
	Tags map[string]string
}

// Toleration lets pods on tainted nodes.
type Toleration struct {
	// Key is the taint's key. Required.
	Key string `json:"key"`
	// Operator is Exists or Equal. Required.
	Operator string `json:"operator"`
	// Value is the taint's value, with Equal.
	Value string `json:"value,omitempty"`
	// Effect is the taint's effect. Default: every one.
	Effect string `json:"effect,omitempty"`
}

const fewestReplicas = 2

func (a Args) withDefaults() Args {
	if a.Replicas == 0 {
		a.Replicas = fewestReplicas
	}
	if a.CertificateGeneration == 0 {
		a.CertificateGeneration = 1
	}
	return a
}

func (a Args) validate() error {
	var problems problem.List
	if a.Choice.Modes() == nil {
		problems.Add("choice", "must be managed, builtin or both", fmt.Sprintf("%q", a.Choice), "choose one of them")
	}
	if a.ControlPlane == nil {
		problems.Add("controlPlane", "is required", nil, "give the cluster")
	}
	if !a.Choice.installs() {
		return problems.Err()
	}
	for _, field := range []struct {
		path    string
		missing bool
	}{
		{"cluster", a.Cluster == nil}, {"clusterArn", a.ClusterArn == nil}, {"account", a.Account == ""}, {"region", a.Region == ""},
		{"vpcId", a.VpcID == nil}, {"nodeSecurityGroupId", a.NodeSecurityGroupID == nil},
		{"after", a.Choice == Managed && len(a.After) == 0},
	} {
		if field.missing {
			problems.Add(field.path, "is required by an installed controller", nil, "set it")
		}
	}
	if a.Replicas < fewestReplicas {
		problems.Add("replicas", "must be at least 2, so that the loss of a zone leaves one (L11)", a.Replicas, "leave it out, or set 2 or more")
	}
	return problems.Err()
}
