package cluster

import (
	"fmt"
	"slices"
	"strconv"

	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/ec2"
	awseks "github.com/pulumi/pulumi-aws/sdk/v6/go/aws/eks"
	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/vpc"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"retail/components/internal/names"
	"retail/components/internal/tags"
)

// opening is a port on which the control plane calls nodes and pods.
type opening struct {
	port int
	why  string
}

// toNodes are the ports that every cluster needs.
var toNodes = []opening{
	{443, "extension API servers and webhooks"},
	{9443, "webhooks of the AWS Load Balancer Controller"},
	{10250, "kubelet: logs, exec, port-forward; metrics-server"},
}

// toIstiod is the port of Istio's webhooks (Istio, "Application Requirements", ports; I3).
//
// It is all that a mesh adds. Nodes and the pods on them are in one group, in which EKS lets
// all members reach each other on every port (Amazon EKS User Guide, "View Amazon EKS
// security group requirements for clusters"): HBONE on 15008, istiod for proxies on 15012,
// metrics and readiness on 15020 and 15021 need no rule. Each colour has a group of its own
// and no rule names the other's: blue and green are two meshes, which do not talk.
var toIstiod = opening{15017, "webhooks of Istio"}

func (a Args) toNodes() []opening {
	if a.Mesh {
		return append(slices.Clone(toNodes), toIstiod)
	}
	return toNodes
}

// nodeSecurityGroup is the group that EKS makes for the cluster and puts every node
// in. The cluster has it as vpcConfig.clusterSecurityGroupId, but a preview in which a
// subnet is added does not know any part of vpcConfig, and would show every rule on
// the group as replaced. EKS tags the group with the cluster's name, so that it can be
// looked up as soon as the cluster stands (Amazon EKS User Guide, "View Amazon EKS
// security group requirements for clusters").
func nodeSecurityGroup(ctx *pulumi.Context, control awseks.ClusterOutput, child pulumi.ResourceOrInvokeOption) pulumi.StringOutput {
	// The ID is the name, but is not known before the cluster stands.
	id := control.ApplyT(func(cluster *awseks.Cluster) pulumi.IDOutput { return cluster.ID() }).(pulumi.IDOutput)
	return ec2.LookupSecurityGroupOutput(ctx, ec2.LookupSecurityGroupOutputArgs{
		Filters: ec2.GetSecurityGroupFilterArray{ec2.GetSecurityGroupFilterArgs{
			Name: pulumi.String("tag:aws:eks:cluster-name"), Values: pulumi.StringArray{id},
		}},
	}, child).Id()
}

// newSecurityGroup makes the group of the control plane's interfaces, beside the one
// EKS makes. It carries no kubernetes.io/cluster tag: exactly one group may, and EKS
// puts the tag on its own.
func newSecurityGroup(ctx *pulumi.Context, name string, args Args, opts ...pulumi.ResourceOption) (*ec2.SecurityGroup, error) {
	child := names.Child(name, "control-plane")
	return ec2.NewSecurityGroup(ctx, child, &ec2.SecurityGroupArgs{
		Description:         pulumi.String("Control plane of " + args.name()),
		VpcId:               args.VpcID.ToStringOutput().ToStringPtrOutput(),
		RevokeRulesOnDelete: pulumi.Bool(true),
		Tags:                tags.Named(child, args.Tags),
	}, opts...)
}

// newRules opens what control plane and nodes need of each other. Nodes are in the
// group EKS makes (vpcConfig.clusterSecurityGroupId), never in the control plane's own
// (vpcConfig.securityGroupIds): a rule on the latter would not reach them (E19).
func newRules(
	ctx *pulumi.Context, name string, args Args, controlPlane, nodes pulumi.StringOutput, opts ...pulumi.ResourceOption,
) error {
	for _, to := range args.toNodes() {
		port := strconv.Itoa(to.port)
		if _, err := vpc.NewSecurityGroupIngressRule(ctx, names.Child(name, "nodes-from-control-plane", port), &vpc.SecurityGroupIngressRuleArgs{
			SecurityGroupId: nodes, ReferencedSecurityGroupId: controlPlane,
			IpProtocol: pulumi.String("tcp"), FromPort: pulumi.Int(to.port), ToPort: pulumi.Int(to.port),
			Description: pulumi.String("From the control plane: " + to.why),
		}, opts...); err != nil {
			return err
		}
		if _, err := vpc.NewSecurityGroupEgressRule(ctx, names.Child(name, "control-plane-to-nodes", port), &vpc.SecurityGroupEgressRuleArgs{
			SecurityGroupId: controlPlane, ReferencedSecurityGroupId: nodes,
			IpProtocol: pulumi.String("tcp"), FromPort: pulumi.Int(to.port), ToPort: pulumi.Int(to.port),
			Description: pulumi.String("To nodes: " + to.why),
		}, opts...); err != nil {
			return err
		}
	}
	if _, err := vpc.NewSecurityGroupIngressRule(ctx, names.Child(name, "control-plane-from-nodes"), &vpc.SecurityGroupIngressRuleArgs{
		SecurityGroupId: controlPlane, ReferencedSecurityGroupId: nodes,
		IpProtocol: pulumi.String("tcp"), FromPort: pulumi.Int(443), ToPort: pulumi.Int(443),
		Description: pulumi.String("API server from nodes and pods"),
	}, opts...); err != nil {
		return err
	}
	for _, cidr := range args.PrivateCIDRs {
		if _, err := vpc.NewSecurityGroupIngressRule(ctx, names.Child(name, "control-plane-from", cidr), &vpc.SecurityGroupIngressRuleArgs{
			SecurityGroupId: controlPlane, CidrIpv4: pulumi.String(cidr),
			IpProtocol: pulumi.String("tcp"), FromPort: pulumi.Int(443), ToPort: pulumi.Int(443),
			Description: pulumi.String(fmt.Sprintf("API server from %s", cidr)),
		}, opts...); err != nil {
			return err
		}
	}
	return nil
}
