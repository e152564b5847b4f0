package transitgateway

import (
	"context"
	"time"

	"retail/sandbox/cloud"
	"retail/sandbox/cloud/ec2"
)

// accepterSpec is the gateway owner's yes to another account's attachment.
// Deleting it deletes the attachment, as pulumi-aws does.
func accepterSpec() *cloud.Spec {
	return &cloud.Spec{
		Token: Accepter,
		API: cloud.API{Create: "ec2:AcceptTransitGatewayVpcAttachment", Read: "ec2:DescribeTransitGatewayVpcAttachments",
			Update: "ec2:AssociateTransitGatewayRouteTable", Delete: "ec2:DeleteTransitGatewayVpcAttachment"},
		Latency:  cloud.Latency{Create: 60 * time.Second, Update: 10 * time.Second, Delete: 50 * time.Second},
		Defaults: cloud.Props{"transitGatewayDefaultRouteTableAssociation": true, "transitGatewayDefaultRouteTablePropagation": true},
		Refs:     []cloud.Ref{toAttachment()},
		Create: func(c *cloud.Call) error {
			id := c.Str("transitGatewayAttachmentId")
			if a := attachment(c, id); ec2.Text(a.State, "state") != pendingAcceptance {
				return c.Fail("IncorrectState", "%s is in invalid state", id)
			}
			c.ID = id
			vpc := vpcAttachment(c, id)
			for _, name := range []string{"applianceModeSupport", "dnsSupport", "ipv6Support", "securityGroupReferencingSupport",
				"subnetIds", "transitGatewayId", "vpcId", "vpcOwnerId"} {
				c.State[name] = vpc.State[name]
			}
			return nil
		},
		Update: func(c *cloud.Call) error {
			joinDefaults(c, c.Get(Gateway, ec2.Text(c.State, "transitGatewayId")), c.ID, flags(c.Inputs))
			return nil
		},
		Delete: func(c *cloud.Call) error {
			Detach(c, c.ID)
			if vpc := vpcAttachment(c, c.ID); vpc != nil {
				for _, i := range c.Everywhere(ec2.Interface) {
					if i.Owner == vpc.ID {
						c.Remove(i)
					}
				}
				c.Remove(vpc)
			}
			return nil
		},
		Wait: func(_ context.Context, c *cloud.Call) (func() error, error) {
			return func() error {
				if a := attachment(c, c.ID); c.Verb == "create" && a != nil && ec2.Text(a.State, "state") == pendingAcceptance {
					open(c, a, flags(c.Inputs))
				}
				return nil
			}, nil
		},
	}
}

// vpcAttachment finds the attachment as the VPC's owner made it.
func vpcAttachment(from ec2.Records, id string) *cloud.Record {
	for _, a := range from.Everywhere(VpcAttachment) {
		if a.ID == id {
			return a
		}
	}
	return nil
}

// toAttachment is the reference to an attachment of the account's own gateway.
func toAttachment() cloud.Ref {
	return cloud.Ref{Path: "transitGatewayAttachmentId", To: []string{ec2.TransitAttachment},
		NotFound: "InvalidTransitGatewayAttachmentID.NotFound"}
}
