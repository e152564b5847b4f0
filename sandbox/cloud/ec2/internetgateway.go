package ec2

import (
	"time"

	"retail/sandbox/cloud"
)

func internetGatewaySpec() *cloud.Spec {
	return &cloud.Spec{
		Token: InternetGateway,
		API: cloud.API{Create: "ec2:CreateInternetGateway", Read: "ec2:DescribeInternetGateways",
			Update: "ec2:AttachInternetGateway", Delete: "ec2:DeleteInternetGateway"},
		Latency: cloud.Latency{Create: time.Second, Update: time.Second, Delete: 10 * time.Second},
		// CloudFormation knows no VpcId here; pulumi-aws detaches and attaches.
		UpdateOn: []string{"vpcId"},
		Refs:     []cloud.Ref{toVpc()},
		Create: func(c *cloud.Call) error {
			if err := attach(c, c.Str("vpcId")); err != nil {
				return err
			}
			c.ID = c.NewID("igw")
			merge(c.State, cloud.Props{"arn": c.ARN("ec2", "internet-gateway/"+c.ID), "ownerId": c.Account})
			Fill(c.State, cloud.Props{"vpcId": ""})
			return nil
		},
		Update: func(c *cloud.Call) error {
			old, _ := c.Old["vpcId"].(string)
			if old == c.Str("vpcId") {
				return nil
			}
			if err := detach(c, old); err != nil {
				return err
			}
			return attach(c, c.Str("vpcId"))
		},
		Delete: func(c *cloud.Call) error { return detach(c, Text(c.State, "vpcId")) },
	}
}

// attachmentSpec is the attachment as a resource of its own. Its ID is
// "igw-…:vpc-…".
func attachmentSpec() *cloud.Spec {
	return &cloud.Spec{
		Token: GatewayAttachment,
		API: cloud.API{Create: "ec2:AttachInternetGateway", Read: "ec2:DescribeInternetGateways",
			Delete: "ec2:DetachInternetGateway"},
		Refs: []cloud.Ref{
			toVpc(),
			{Path: "internetGatewayId", To: []string{InternetGateway}, NotFound: "InvalidInternetGatewayID.NotFound",
				Holds: "DependencyViolation"},
		},
		Create: func(c *cloud.Call) error {
			gateway, vpc := c.Str("internetGatewayId"), c.Str("vpcId")
			if at := vpcOf(c, gateway); at != "" {
				return c.Fail("Resource.AlreadyAssociated", "resource %s is already attached to network %s", gateway, at)
			}
			if err := attach(c, vpc); err != nil {
				return err
			}
			c.ID = gateway + ":" + vpc
			return nil
		},
		Delete: func(c *cloud.Call) error { return detach(c, Text(c.State, "vpcId")) },
	}
}

// attach refuses a second internet gateway on a VPC.
func attach(c *cloud.Call, vpc string) error {
	if vpc == "" {
		return nil
	}
	if other := InternetGatewayOf(c, vpc); other != "" && other != c.ID {
		return c.Fail("InvalidParameterValue", "Network %s already has an internet gateway attached", vpc)
	}
	return nil
}

// detach refuses while public addresses are mapped into the VPC.
func detach(c *cloud.Call, vpc string) error {
	for _, i := range c.List(Interface) {
		if vpc != "" && Text(i.State, "vpcId") == vpc && Text(i.State, "publicIp") != "" {
			return c.Fail("DependencyViolation", "Network %s has some mapped public address(es). "+
				"Please unmap those public address(es) before detaching the gateway.", vpc)
		}
	}
	return nil
}

// InternetGatewayOf is the internet gateway attached to a VPC; "" when there is
// none.
func InternetGatewayOf(c *cloud.Call, vpc string) string {
	if g := c.GetBy(InternetGateway, "vpcId", vpc); g != nil {
		return g.ID
	}
	if a := c.GetBy(GatewayAttachment, "vpcId", vpc); a != nil {
		return Text(a.State, "internetGatewayId")
	}
	return ""
}

// vpcOf is the VPC that an internet gateway is attached to.
func vpcOf(c *cloud.Call, gateway string) string {
	if g := c.Get(InternetGateway, gateway); g != nil && Text(g.State, "vpcId") != "" {
		return Text(g.State, "vpcId")
	}
	if a := c.GetBy(GatewayAttachment, "internetGatewayId", gateway); a != nil {
		return Text(a.State, "vpcId")
	}
	return ""
}
