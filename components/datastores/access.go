package datastores

import (
	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/vpc"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"retail/components/internal/names"
	"retail/internal/problem"
)

// Access lets the nodes of one colour reach the data stores of its VPC.
type Access struct {
	pulumi.ResourceState
}

// AccessArgs configures NewAccess.
type AccessArgs struct {
	// Colour is the cluster's colour. Required.
	Colour string
	// NodeSecurityGroupID is the group that the colour's nodes and pods are in: the one
	// EKS made for the cluster, not the control plane's (case E19). Required.
	NodeSecurityGroupID pulumi.StringInput
	// Stores are the VPC's data stores. Required.
	Stores *Datastores
}

// NewAccess opens each store's port to the nodes of one colour. The rules belong to the
// colour: they come and go with it, and no other's change.
func NewAccess(ctx *pulumi.Context, name string, args *AccessArgs, opts ...pulumi.ResourceOption) (*Access, error) {
	var problems problem.List
	for path, given := range map[string]bool{
		"colour": args.Colour != "", "nodeSecurityGroupId": args.NodeSecurityGroupID != nil, "stores": args.Stores != nil,
	} {
		if !given {
			problems.Add(problem.Path(name, path), "is required", nil, "set it")
		}
	}
	if err := problems.Err(); err != nil {
		return nil, err
	}
	access := &Access{}
	if err := ctx.RegisterComponentResource("retail:datastores:Access", name, access, opts...); err != nil {
		return nil, err
	}
	for _, door := range args.Stores.doors() {
		if _, err := vpc.NewSecurityGroupIngressRule(ctx, names.Child(name, "data", door.store), &vpc.SecurityGroupIngressRuleArgs{
			SecurityGroupId: door.group, ReferencedSecurityGroupId: args.NodeSecurityGroupID,
			IpProtocol: pulumi.String("tcp"), FromPort: pulumi.Int(door.port), ToPort: pulumi.Int(door.port),
			Description: pulumi.String("Nodes and pods of " + args.Colour),
		}, pulumi.Parent(access)); err != nil {
			return nil, err
		}
	}
	return access, ctx.RegisterResourceOutputs(access, pulumi.Map{})
}

// door is a store's port in the VPC.
type door struct {
	store string
	group pulumi.StringOutput
	port  int
}

// doors are the stores that stand in the VPC; tables and SQS queues are reached through
// AWS's own endpoints, and IAM says who may.
func (d *Datastores) doors() []door {
	var all []door
	if d.Catalog != nil {
		all = append(all, door{catalog, d.Catalog.SecurityGroupID, d.Catalog.Port})
	}
	if d.Orders != nil {
		all = append(all, door{orders, d.Orders.SecurityGroupID, d.Orders.Port})
	}
	if d.Checkout != nil {
		all = append(all, door{checkout, d.Checkout.SecurityGroupID, d.Checkout.Port})
	}
	if d.Events != nil && d.Events.Kind == RabbitMQ {
		all = append(all, door{events, d.Events.SecurityGroupID, BrokerPort})
	}
	return all
}
