package loadbalancing

import (
	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/ec2"
	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/vpc"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"retail/components/internal/names"
	"retail/components/internal/objects"
	"retail/components/internal/tags"
)

// Class is under which names a controller's objects ask for it.
type Class struct {
	// Ingress is the name of the IngressClass.
	Ingress string
	// Service is the loadBalancerClass of Services.
	Service string
}

// Classes are the classes by mode. No two are alike, so that no object is taken by two
// controllers or by none (L9).
var Classes = map[Mode]Class{
	Installed: {Ingress: "alb", Service: "service.k8s.aws/nlb"},
	BuiltIn:   {Ingress: "eks-auto-alb", Service: "eks.amazonaws.com/nlb"},
}

// Controller is what serves a cluster's load balancers.
type Controller struct {
	pulumi.ResourceState

	// Modes are the modes that the cluster has, the usual one first.
	Modes []Mode
	// IngressClass and LoadBalancerClass are those of the usual mode.
	IngressClass, LoadBalancerClass string
	// Ready is what everything depends on that a controller acts on.
	Ready []pulumi.Resource
	// BackendSecurityGroupID is the group that the installed controller's load balancers
	// are in, empty without one.
	BackendSecurityGroupID pulumi.StringOutput
	// ReadinessGates says that the usual controller puts readiness gates into pods of
	// namespaces with the label [ReadinessGateLabel]. EKS Auto Mode does not (L7).
	ReadinessGates bool
}

// ReadinessGateLabel, with the value ReadinessGateEnabled, makes the installed controller
// hold a namespace's pods back from being Ready until their target is healthy (AWS Load
// Balancer Controller, "Pod readiness gate").
const (
	ReadinessGateLabel   = "elbv2.k8s.aws/pod-readiness-gate-inject"
	ReadinessGateEnabled = "enabled"
)

// Mode returns the usual mode.
func (c *Controller) Mode() Mode { return c.Modes[0] }

// New prepares a cluster for load balancers. It wants explicit providers for the packages
// aws, kubernetes and pulumi among its options.
func New(ctx *pulumi.Context, name string, args *Args, opts ...pulumi.ResourceOption) (*Controller, error) {
	full := args.withDefaults()
	if err := full.validate(); err != nil {
		return nil, err
	}
	modes := full.Choice.Modes()
	usual := Classes[modes[0]]
	c := &Controller{
		Modes: modes, IngressClass: usual.Ingress, LoadBalancerClass: usual.Service,
		ReadinessGates: modes[0] == Installed, BackendSecurityGroupID: pulumi.String("").ToStringOutput(),
	}
	if err := ctx.RegisterComponentResource("retail:loadbalancing:Controller", name, c, opts...); err != nil {
		return nil, err
	}
	child := pulumi.Parent(c)
	for _, mode := range modes {
		var after []pulumi.Resource
		if mode == Installed {
			release, err := c.install(ctx, name, full, child)
			if err != nil {
				return nil, err
			}
			scopes, err := objects.Scopes(ctx, name, objects.ControllerKinds(),
				child, pulumi.DeletedWith(full.ControlPlane), pulumi.DependsOn([]pulumi.Resource{release}))
			if err != nil {
				return nil, err
			}
			after = append([]pulumi.Resource{release}, scopes...)
		}
		class, err := newClass(ctx, name, mode, full, after, child)
		if err != nil {
			return nil, err
		}
		c.Ready = append(c.Ready, append(after, class)...)
	}
	return c, ctx.RegisterResourceOutputs(c, pulumi.Map{
		"ingressClass": pulumi.String(c.IngressClass), "loadBalancerClass": pulumi.String(c.LoadBalancerClass),
		"backendSecurityGroupId": c.BackendSecurityGroupID,
	})
}

// ClusterTag is the tag by which the controller tells one cluster's resources from
// another's, and on which its permissions rest; its value is the cluster's name.
const ClusterTag = "elbv2.k8s.aws/cluster"

// newBackendGroup makes the group from which the controller's load balancers reach pods.
// The controller would make one by itself, outside the state.
func newBackendGroup(ctx *pulumi.Context, name string, args Args, child pulumi.ResourceOption) (*ec2.SecurityGroup, error) {
	role := names.Child(name, "backend")
	tagged := tags.Named(role, args.Tags)
	tagged[ClusterTag] = args.Cluster
	group, err := ec2.NewSecurityGroup(ctx, role, &ec2.SecurityGroupArgs{
		Description:         pulumi.String("Load balancers made in the cluster, towards its pods"),
		VpcId:               args.VpcID.ToStringOutput().ToStringPtrOutput(),
		RevokeRulesOnDelete: pulumi.Bool(true),
		Tags:                tagged,
	}, child)
	if err != nil {
		return nil, err
	}
	// The nodes' side of it the controller opens and closes itself, port by port.
	_, err = vpc.NewSecurityGroupEgressRule(ctx, names.Child(role, "to-nodes"), &vpc.SecurityGroupEgressRuleArgs{
		SecurityGroupId: group.ID(), ReferencedSecurityGroupId: args.NodeSecurityGroupID,
		IpProtocol: pulumi.String("tcp"), FromPort: pulumi.Int(1), ToPort: pulumi.Int(65535),
		Description: pulumi.String("Requests and health checks to pods and nodes"),
	}, child)
	return group, err
}
