package transitgateway

import (
	"time"

	"retail/sandbox/cloud"
	"retail/sandbox/cloud/ec2"
)

// associationSpec says which table routes what comes from an attachment. An
// attachment has one.
func associationSpec() *cloud.Spec {
	return &cloud.Spec{
		Token: Association,
		API: cloud.API{Create: "ec2:AssociateTransitGatewayRouteTable", Read: "ec2:GetTransitGatewayRouteTableAssociations",
			Delete: "ec2:DisassociateTransitGatewayRouteTable"},
		Latency: cloud.Latency{Create: 60 * time.Second, Delete: 40 * time.Second},
		Refs:    []cloud.Ref{toTable(), toAttachment()},
		Create: func(c *cloud.Call) error {
			id := c.Str("transitGatewayAttachmentId")
			if err := usable(c, id); err != nil {
				return err
			}
			if other := c.GetBy(Association, "transitGatewayAttachmentId", id); other != nil {
				if !c.Bool("replaceExistingAssociation") {
					return c.Fail("Resource.AlreadyAssociated", "Transit Gateway Attachment %s is already associated to a route table.", id)
				}
				c.Remove(other)
			}
			return tie(c)
		},
	}
}

// propagationSpec lets an attachment write its networks into a table.
func propagationSpec() *cloud.Spec {
	return &cloud.Spec{
		Token: Propagation,
		API: cloud.API{Create: "ec2:EnableTransitGatewayRouteTablePropagation",
			Read: "ec2:GetTransitGatewayRouteTablePropagations", Delete: "ec2:DisableTransitGatewayRouteTablePropagation"},
		Latency: cloud.Latency{Create: 5 * time.Second, Delete: 5 * time.Second},
		Refs:    []cloud.Ref{toTable(), toAttachment()},
		Create: func(c *cloud.Call) error {
			id, table := c.Str("transitGatewayAttachmentId"), c.Str("transitGatewayRouteTableId")
			if err := usable(c, id); err != nil {
				return err
			}
			if c.Get(Propagation, table+"_"+id) != nil {
				return c.Fail("TransitGatewayRouteTablePropagation.Duplicate",
					"Propagation %s already exists in Transit Gateway Route Table %s.", id, table)
			}
			return tie(c)
		},
	}
}

// tie fills in what associations and propagations have in common; their ID is
// the table's and the attachment's.
func tie(c *cloud.Call) error {
	a := attachment(c, c.Str("transitGatewayAttachmentId"))
	c.ID = c.Str("transitGatewayRouteTableId") + "_" + a.ID
	c.State["resourceId"], c.State["resourceType"] = ec2.Text(a.State, "resourceId"), ec2.Text(a.State, "resourceType")
	return nil
}
