package ec2

import (
	"time"

	"retail/sandbox/cloud"
)

func vpcSpec() *cloud.Spec {
	return &cloud.Spec{
		Token: Vpc,
		API: cloud.API{Create: "ec2:CreateVpc", Read: "ec2:DescribeVpcs", Update: "ec2:ModifyVpcAttribute",
			Delete: "ec2:DeleteVpc"},
		Latency:  cloud.Latency{Create: 12 * time.Second, Update: 11 * time.Second, Delete: time.Second},
		Defaults: cloud.Props{"enableDnsSupport": true, "instanceTenancy": "default"},
		Check: []func(*cloud.Call) error{
			checkCidr,
			exactlyOne("cidrBlock", "ipv4IpamPoolId"),
			Unsupported("sandbox/cloud/ec2/vpc.go", "assignGeneratedIpv6CidrBlock", "ipv6CidrBlock", "ipv6IpamPoolId",
				"ipv6NetmaskLength", "ipv6CidrBlockNetworkBorderGroup", "ipv4IpamPoolId", "ipv4NetmaskLength"),
		},
		Create: createVpc,
	}
}

// vpcQuota is "VPCs per Region" of the Amazon VPC quotas page.
const vpcQuota = 5

func createVpc(c *cloud.Call) error {
	if len(c.List(Vpc)) >= Quota(c, QuotaVpcs, vpcQuota) {
		return c.Fail("VpcLimitExceeded", "The maximum number of VPCs has been reached.")
	}
	c.ID = c.NewID("vpc")
	table, group, acl := c.NewID("rtb"), c.NewID("sg"), c.NewID("acl")
	merge(c.State, cloud.Props{
		"arn": c.ARN("ec2", "vpc/"+c.ID), "ownerId": c.Account,
		"mainRouteTableId": table, "defaultRouteTableId": table,
		"defaultSecurityGroupId": group, "defaultNetworkAclId": acl,
		"dhcpOptionsId": "dopt-" + c.Account, "ipv6AssociationId": "", "ipv6CidrBlock": "",
	})
	Fill(c.State, cloud.Props{"enableDnsHostnames": false, "enableNetworkAddressUsageMetrics": false,
		"assignGeneratedIpv6CidrBlock": false, "ipv6NetmaskLength": 0})
	c.Put(&cloud.Record{Token: RouteTable, ID: table, Owner: c.ID, State: cloud.Props{
		"arn": c.ARN("ec2", "route-table/"+table), "ownerId": c.Account, "vpcId": c.ID, "routes": list(), "tags": cloud.Props{},
	}})
	c.Put(&cloud.Record{Token: SecurityGroup, ID: group, Owner: c.ID, State: cloud.Props{
		"arn": c.ARN("ec2", "security-group/"+group), "ownerId": c.Account, "vpcId": c.ID,
		"name": "default", "description": "default VPC security group", "tags": cloud.Props{},
		"ingress": []any{cloud.Props{"protocol": "-1", "fromPort": 0, "toPort": 0, "self": true}},
		"egress":  []any{cloud.Props{"protocol": "-1", "fromPort": 0, "toPort": 0, "cidrBlocks": list("0.0.0.0/0")}},
	}})
	c.Put(&cloud.Record{Token: NetworkACL, ID: acl, Owner: c.ID, State: cloud.Props{
		"arn": c.ARN("ec2", "network-acl/"+acl), "ownerId": c.Account, "vpcId": c.ID, "default": true, "tags": cloud.Props{},
	}})
	return nil
}

// toVpc is the reference of everything that lies in a VPC.
func toVpc() cloud.Ref {
	return cloud.Ref{Path: "vpcId", To: []string{Vpc}, NotFound: "InvalidVpcID.NotFound", Holds: "DependencyViolation"}
}
