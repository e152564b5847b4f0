package unit

import (
	"testing"

	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws"
	"github.com/pulumi/pulumi-eks/sdk/v2/go/eks"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"github.com/stretchr/testify/require"

	"retail/components/addons"
	"retail/components/cluster"
	"retail/tests/internal/recorder"
)

const (
	deployRole = "arn:aws:iam::222222222222:role/retail-deploy"
	adminRole  = "arn:aws:iam::222222222222:role/platform/admins"
	viewerRole = "arn:aws:iam::222222222222:role/developers"
)

func subnets(prefix string) map[string]pulumi.StringInput {
	return map[string]pulumi.StringInput{
		"euw1-az1": pulumi.String(prefix + "1"), "euw1-az2": pulumi.String(prefix + "2"), "euw1-az3": pulumi.String(prefix + "3"),
	}
}

// colour is one whole colour: what stacks wires, in the order in which it wires it.
type colour struct {
	cluster cluster.Args
	nodes   map[string]cluster.NodeGroup
	block   bool
}

func managedColour() colour {
	return colour{
		cluster: cluster.Args{
			Environment: "prod", VPC: "main", Colour: "blue", Region: "eu-west-1", Version: "1.35",
			VpcID: pulumi.String("vpc-1"), Subnets: subnets("subnet-"),
			DeployRoleArn: deployRole, Admins: []string{adminRole}, Viewers: []string{viewerRole},
			ZonalShift: true, Protect: true, Tags: map[string]string{"colour": "blue"},
		},
		nodes: map[string]cluster.NodeGroup{"general": {
			InstanceTypes: []string{"m7g.large", "m6g.large"}, Family: cluster.Bottlerocket, Min: 3, Max: 9,
			Labels: map[string]string{"pool": "general"}, Taints: []cluster.Taint{{Key: "dedicated", Value: "shop", Effect: "NoSchedule"}},
		}},
	}
}

// deploy wires a colour and returns what was registered.
func deploy(t *testing.T, c colour) *recorder.Recorder {
	t.Helper()
	r := recorder.New(t)
	require.NoError(t, r.Run(func(ctx *pulumi.Context) error { return raise(ctx, c) }))
	return r
}

func raise(ctx *pulumi.Context, c colour) error {
	awsProvider, err := aws.NewProvider(ctx, "aws", &aws.ProviderArgs{Region: pulumi.String("eu-west-1")})
	if err != nil {
		return err
	}
	eksProvider, err := eks.NewProvider(ctx, "eks", nil)
	if err != nil {
		return err
	}
	providers := pulumi.Providers(awsProvider, eksProvider)
	durable, err := cluster.NewDurable(ctx, "main-durable", &cluster.DurableArgs{
		Environment: "prod", VPC: "main", Account: "222222222222", Region: "eu-west-1",
	}, providers)
	if err != nil {
		return err
	}
	c.cluster.KeyArn, c.cluster.LogGroup = durable.KeyArn, durable.LogGroups[c.cluster.Colour]
	name := "main-" + c.cluster.Colour
	control, err := cluster.New(ctx, name, &c.cluster, providers)
	if err != nil {
		return err
	}
	if c.cluster.Compute == cluster.Auto {
		_, err := addons.NewAfterNodes(ctx, name+"-addons-after", &addons.AfterNodesArgs{
			Cluster: control.Name, ClusterArn: control.Arn, Version: c.cluster.Version, ControlPlane: control, Auto: true,
		}, providers)
		return err
	}
	before, err := addons.NewBeforeNodes(ctx, name+"-addons-before", &addons.BeforeNodesArgs{
		Cluster: control.Name, ClusterArn: control.Arn, Version: c.cluster.Version, ControlPlane: control,
	}, providers)
	if err != nil {
		return err
	}
	nodes, err := cluster.NewNodes(ctx, name+"-nodes", &cluster.NodesArgs{
		Cluster: control.Name, Version: c.cluster.Version, Subnets: subnets("subnet-"), KeyArn: durable.KeyArn,
		Groups: c.nodes, After: before.All(), Tags: map[string]string{"colour": "blue"},
	}, providers)
	if err != nil {
		return err
	}
	_, err = addons.NewAfterNodes(ctx, name+"-addons-after", &addons.AfterNodesArgs{
		Cluster: control.Name, ClusterArn: control.Arn, Version: c.cluster.Version, ControlPlane: control,
		Nodes: nodes.All(), BlockStorage: c.block, KeyArn: durable.KeyArn,
	}, providers)
	return err
}
