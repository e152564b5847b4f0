package stacks

import (
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"retail/components/cluster"
	"retail/components/datastores"
	"retail/components/vpc"
	"retail/stacks/config"
)

// datastores makes a VPC's data stores; nil when it has none.
func (s *environmentStack) datastores(name string, v config.VPC, made *vpc.VPC) (*datastores.Datastores, error) {
	d := v.Datastores
	if d == nil {
		return nil, nil
	}
	args := &datastores.Args{
		PhysicalName: s.physicalName(name), Account: s.config.AWS.Account, Region: s.config.AWS.Region,
		VpcID: made.ID, Zones: v.Zones, Subnets: made.Data, ZoneNames: made.ZoneNames,
		Catalog: databaseArgs(d.Catalog), Orders: databaseArgs(d.Orders),
		LogRetentionDays: s.config.LogRetentionDays, NoFinalSnapshot: d.Relax.NoFinalSnapshot.Given(),
		Unprotected: s.config.Unprotected(v),
	}
	if d.Carts.Kind == config.DynamoDB {
		args.Carts = &datastores.TableArgs{}
	}
	if d.Checkout.Kind == config.ElastiCache {
		args.Checkout = &datastores.CacheArgs{
			NodeType: d.Checkout.NodeType, Nodes: d.Checkout.Nodes, BackupDays: d.Checkout.BackupDays,
			CredentialsGeneration: d.Checkout.CredentialsGeneration,
		}
	}
	switch d.Events.Kind {
	case config.SQS:
		args.Queue = &datastores.QueueArgs{RetentionDays: d.Events.RetentionDays}
	case config.RabbitMQ:
		args.Broker = &datastores.BrokerArgs{InstanceType: d.Events.InstanceType, Single: d.Events.Single}
	}
	return datastores.New(s.ctx, name, args, pulumi.Providers(s.aws, s.engine))
}

func databaseArgs(d config.Database) *datastores.DatabaseArgs {
	if d.Kind != config.Aurora {
		return nil
	}
	return &datastores.DatabaseArgs{
		InstanceClass: d.InstanceClass, MinCapacity: d.MinCapacity, MaxCapacity: d.MaxCapacity,
		Instances: d.Instances, BackupDays: d.BackupDays,
	}
}

// reachStores lets the colour's nodes into the VPC's data stores.
func (c *colourStack) reachStores(name string, made *cluster.Cluster) error {
	if c.stores == nil {
		return nil
	}
	_, err := datastores.NewAccess(c.ctx, name, &datastores.AccessArgs{
		Colour: string(c.colour), NodeSecurityGroupID: made.NodeSecurityGroupID, Stores: c.stores,
	}, pulumi.Providers(c.aws))
	return err
}
