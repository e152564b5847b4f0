package lattice

import (
	"slices"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"retail/components/internal/policy"
	"retail/internal/lattice"
)

// scope is what a controller's permissions are narrowed to.
type scope struct {
	account, region, network, vpc, cluster string
}

func permissionsOf(args ControllerArgs) pulumi.StringOutput {
	return policy.Render(map[string]pulumi.StringInput{"vpc": args.VpcID, "cluster": args.Cluster}, func(known map[string]string) policy.Document {
		return scope{args.Account, args.Region, args.NetworkArn, known["vpc"], known["cluster"]}.document()
	})
}

type conditions = map[string]map[string][]string

const ownTag = "aws:ResourceTag/" + lattice.ManagedByTag

// document is the policy that the controller's project publishes
// (config/iam/recommended-inline-policy.json), without what this program does not let it do
// (making service networks and associations of VPCs, access logs and their delivery, bucket
// policies, looking for certificates), and narrowed to one account, Region and network.
//
// A service belongs to whose mark it carries: only that cluster's controller may change or
// delete it, or its auth policy. The controller itself looks at the mark before it deletes a
// service, but not before it takes an auth policy away, and with the policy the demand for
// signed requests: the old owner of a route, which deletes its IAMAuthPolicy, would open the
// service that the new one has. Here IAM refuses it.
func (s scope) document() policy.Document { return slices.Concat(s.reading(), s.writing()) }

// reading is what the controller looks at.
func (s scope) reading() policy.Document {
	services := s.arn("service/*")
	return policy.Document{
		{
			// VPC Lattice and EC2 know no resource for these (Service Authorization Reference).
			Sid: "Read", Resources: []string{"*"},
			Actions: []string{
				"ec2:DescribeSecurityGroups", "ec2:DescribeSubnets", "ec2:DescribeTags", "ec2:DescribeVpcs", "tag:GetResources",
				"vpc-lattice:ListAccessLogSubscriptions", "vpc-lattice:ListListeners", "vpc-lattice:ListRules",
				"vpc-lattice:ListServiceNetworkServiceAssociations", "vpc-lattice:ListServiceNetworkVpcAssociations",
				"vpc-lattice:ListServiceNetworks", "vpc-lattice:ListServices", "vpc-lattice:ListTagsForResource", "vpc-lattice:ListTargetGroups",
				"vpc-lattice:ListTargets",
			},
		},
		{
			Sid: "ReadOne", Resources: []string{s.network, services, services + "/listener/*", s.arn("targetgroup/*"),
				s.arn("servicenetworkserviceassociation/*"), s.arn("servicenetworkvpcassociation/*")},
			Actions: []string{
				"vpc-lattice:GetAuthPolicy", "vpc-lattice:GetListener", "vpc-lattice:GetRule", "vpc-lattice:GetService", "vpc-lattice:GetServiceNetwork",
				"vpc-lattice:GetServiceNetworkServiceAssociation", "vpc-lattice:GetServiceNetworkVpcAssociation", "vpc-lattice:GetTargetGroup",
			},
		},
	}
}

// writing is what it makes and changes, by the marks.
func (s scope) writing() policy.Document {
	services, groups := s.arn("service/*"), s.arn("targetgroup/*")
	associations := s.arn("servicenetworkserviceassociation/*")
	own := conditions{"StringEquals": {ownTag: {lattice.ManagedBy(s.account, s.cluster, s.vpc)}}}
	neighbours := conditions{"StringLike": {ownTag: {lattice.ManagedBy(s.account, "*", s.vpc)}}}
	return policy.Document{
		{
			Sid: "Create", Resources: []string{services, groups}, Actions: []string{"vpc-lattice:CreateService", "vpc-lattice:CreateTargetGroup"},
			Conditions: conditions{"StringEquals": {"aws:RequestTag/" + lattice.ManagedByTag: {lattice.ManagedBy(s.account, s.cluster, s.vpc)}}},
		},
		{
			Sid: "Associate", Resources: []string{s.network, services, associations},
			Actions: []string{"vpc-lattice:CreateServiceNetworkServiceAssociation"},
		},
		{
			Sid: "Dissociate", Resources: []string{associations}, Conditions: own,
			Actions: []string{"vpc-lattice:DeleteServiceNetworkServiceAssociation"},
		},
		{
			Sid: "OwnServices", Resources: []string{services}, Conditions: own,
			Actions: []string{"vpc-lattice:DeleteAuthPolicy", "vpc-lattice:DeleteService", "vpc-lattice:PutAuthPolicy", "vpc-lattice:UpdateService"},
		},
		{
			// Listeners and rules still carry the old owner's mark when a new one writes them.
			Sid: "Rules", Resources: []string{services, services + "/listener/*"},
			Actions: []string{
				"vpc-lattice:BatchUpdateRule", "vpc-lattice:CreateListener", "vpc-lattice:CreateRule", "vpc-lattice:DeleteListener", "vpc-lattice:DeleteRule",
				"vpc-lattice:UpdateListener", "vpc-lattice:UpdateRule",
			},
		},
		{
			Sid: "OwnTargets", Resources: []string{groups}, Conditions: own,
			Actions: []string{
				"vpc-lattice:DeleteTargetGroup", "vpc-lattice:DeregisterTargets", "vpc-lattice:RegisterTargets", "vpc-lattice:UpdateTargetGroup",
			},
		},
		{
			// What nobody has marked.
			Sid: "TagNew", Resources: []string{services, services + "/listener/*", groups, associations},
			Actions: []string{"vpc-lattice:TagResource"},
			Conditions: conditions{
				"StringEquals": {"aws:RequestTag/" + lattice.ManagedByTag: {lattice.ManagedBy(s.account, s.cluster, s.vpc)}},
				"Null":         {ownTag: {"true"}},
			},
		},
		{
			// A takeover: what a cluster of the same VPC marked gets this one's mark.
			Sid: "Retag", Resources: []string{services, services + "/listener/*", groups, associations}, Conditions: neighbours,
			Actions: []string{"vpc-lattice:TagResource", "vpc-lattice:UntagResource"},
		},
		{
			Sid: "ServiceLinkedRole", Actions: []string{"iam:CreateServiceLinkedRole"},
			Resources:  []string{"arn:aws:iam::" + s.account + ":role/aws-service-role/vpc-lattice.amazonaws.com/AWSServiceRoleForVpcLattice"},
			Conditions: conditions{"StringEquals": {"iam:AWSServiceName": {"vpc-lattice.amazonaws.com"}}},
		},
	}
}

func (s scope) arn(rest string) string {
	return "arn:aws:vpc-lattice:" + s.region + ":" + s.account + ":" + rest
}
