package transitgateway_test

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"retail/sandbox/cloud"
	"retail/sandbox/cloud/ec2"
	"retail/sandbox/cloud/transitgateway"
)

func TestAttachmentNeedsTheSharedGateway_N1(t *testing.T) {
	n := start(t, nil)
	s := n.spoke(dev, "10.10.0.0/16")
	s.FailsCreate(transitgateway.VpcAttachment, s.attach(n.gateway), "InvalidTransitGatewayID.NotFound")
	n.share()
	s.Create(transitgateway.VpcAttachment, s.attach(n.gateway))
}

func TestRouteToTheGatewayWaitsForAcceptance_N1(t *testing.T) {
	n := start(t, nil)
	n.share()
	s := n.spoke(dev, "10.10.0.0/16")
	table := s.Create(ec2.RouteTable, cloud.Props{"vpcId": s.vpc.ID})
	out := cloud.Props{"routeTableId": table.ID, "destinationCidrBlock": "10.0.0.0/8", "transitGatewayId": n.gateway.ID}
	s.FailsCreate(ec2.Route, out, "InvalidTransitGatewayID.NotFound")

	attachment := s.Create(transitgateway.VpcAttachment, s.attach(n.gateway))
	s.FailsCreate(ec2.Route, out, "InvalidTransitGatewayID.NotFound")
	env := n.table()
	n.hub.FailsCreate(transitgateway.Association, tie(env, attachment), "IncorrectState")
	n.hub.FailsCreate(transitgateway.Propagation, tie(env, attachment), "IncorrectState")
	n.hub.FailsCreate(transitgateway.Route, route(env, "10.10.0.0/16", attachment), "IncorrectState")

	accepter := n.hub.Create(transitgateway.Accepter, cloud.Props{"transitGatewayAttachmentId": attachment.ID})
	assert.Equal(t, s.vpc.ID, accepter.State["vpcId"])
	assert.Equal(t, dev, accepter.State["vpcOwnerId"])
	made := s.Create(ec2.Route, out)
	assert.Equal(t, "active", s.Read(made)["state"])
	wrong := cloud.Clone(out)
	wrong["transitGatewayId"], wrong["destinationCidrBlock"] = attachment.ID, "172.16.0.0/12"
	s.FailsCreate(ec2.Route, wrong, "InvalidTransitGatewayID.NotFound")

	s.Delete(attachment)
	assert.Equal(t, "blackhole", s.Read(made)["state"])
}

func TestAutomaticAcceptanceLeavesNothingToAccept_N1(t *testing.T) {
	n := start(t, cloud.Props{"autoAcceptSharedAttachments": "enable"})
	n.share()
	s := n.spoke(dev, "10.10.0.0/16")
	attachment := s.Create(transitgateway.VpcAttachment, s.attach(n.gateway))
	n.hub.FailsCreate(transitgateway.Accepter, cloud.Props{"transitGatewayAttachmentId": attachment.ID}, "IncorrectState")
	n.hub.Create(transitgateway.Association, tie(n.table(), attachment))
}

func TestAttachmentSubnets(t *testing.T) {
	n := start(t, cloud.Props{"autoAcceptSharedAttachments": "enable"})
	n.share()
	s := n.spoke(dev, "10.10.0.0/16")
	subnet := func(cidr, zone string) string {
		return s.Create(ec2.Subnet, cloud.Props{"vpcId": s.vpc.ID, "cidrBlock": cidr, "availabilityZoneId": zone}).ID
	}
	sameZone, two := subnet("10.10.1.0/28", "euw1-az1"), subnet("10.10.2.0/28", "euw1-az2")
	with := func(ids ...any) cloud.Props {
		inputs := s.attach(n.gateway)
		inputs["subnetIds"] = ids
		return inputs
	}
	s.FailsCreate(transitgateway.VpcAttachment, with(s.subnet.ID, sameZone), "DuplicateSubnetsInSameZone")
	attachment := s.Create(transitgateway.VpcAttachment, with(s.subnet.ID))
	s.FailsCreate(transitgateway.VpcAttachment, with(two), "DuplicateTransitGatewayAttachment")
	s.Update(attachment, with(s.subnet.ID, two))
	assert.Len(t, n.Records(ec2.Interface), 2)
	s.FailsDelete(s.subnet, "DependencyViolation")
	s.FailsDelete(s.vpc, "DependencyViolation")
	other := s.attach(n.gateway)
	other["vpcId"] = "vpc-other"
	assert.True(t, s.Diff(attachment, other).Replaces(), "an attachment cannot move to another VPC")
	s.Delete(attachment)
	s.Delete(s.subnet)
	assert.Empty(t, n.Records(ec2.TransitAttachment))
}

func TestDefaultTables(t *testing.T) {
	n := start(t, cloud.Props{"defaultRouteTableAssociation": "enable", "defaultRouteTablePropagation": "enable",
		"autoAcceptSharedAttachments": "enable"})
	n.share()
	assert.NotEmpty(t, n.gateway.State["associationDefaultRouteTableId"])
	shared := n.spoke(dev, "10.10.0.0/16")
	inputs := shared.attach(n.gateway)
	inputs["transitGatewayDefaultRouteTableAssociation"] = false
	attachment := shared.Create(transitgateway.VpcAttachment, inputs)
	assert.Equal(t, true, attachment.State["transitGatewayDefaultRouteTableAssociation"],
		"another account's attachment joins the default table whatever it asks for")
	n.hub.FailsCreate(transitgateway.Association, tie(n.table(), attachment), "Resource.AlreadyAssociated")
	replacing := tie(n.table(), attachment)
	replacing["replaceExistingAssociation"] = true
	n.hub.Create(transitgateway.Association, replacing)

	own := n.spoke(hubAccount, "10.20.0.0/16")
	inputs = own.attach(n.gateway)
	inputs["transitGatewayDefaultRouteTableAssociation"] = false
	kept := own.Create(transitgateway.VpcAttachment, inputs)
	n.hub.Create(transitgateway.Association, tie(n.table(), kept))
}

func TestGatewayIsHeldByItsAttachments(t *testing.T) {
	n := start(t, cloud.Props{"autoAcceptSharedAttachments": "enable"})
	n.share()
	s := n.spoke(dev, "10.10.0.0/16")
	attachment := s.Create(transitgateway.VpcAttachment, s.attach(n.gateway))
	err := n.hub.FailsDelete(n.gateway, "IncorrectState")
	assert.ErrorContains(t, err, "has non-deleted VPC Attachments: "+attachment.ID)
	table := n.table()
	association := n.hub.Create(transitgateway.Association, tie(table, attachment))
	n.hub.FailsDelete(table, "IncorrectState")
	n.hub.FailsCreate(transitgateway.Association, tie(n.table(), attachment), "Resource.AlreadyAssociated")
	n.hub.Delete(association)
	n.hub.Create(transitgateway.Propagation, tie(table, attachment))
	n.hub.FailsCreate(transitgateway.Propagation, tie(table, attachment), "TransitGatewayRouteTablePropagation.Duplicate")
	s.Delete(attachment)
	assert.Empty(t, n.Records(transitgateway.Propagation))
	n.hub.Delete(table)
	n.hub.Delete(n.gateway)
	assert.Empty(t, n.Records(transitgateway.RouteTable), "what route tables are left go with the gateway")
}

func TestTakingBackAnAcceptanceDeletesTheAttachment(t *testing.T) {
	n := start(t, nil)
	n.share()
	s := n.spoke(dev, "10.10.0.0/16")
	attachment := s.Create(transitgateway.VpcAttachment, s.attach(n.gateway))
	accepter := n.hub.Create(transitgateway.Accepter, cloud.Props{"transitGatewayAttachmentId": attachment.ID})
	n.hub.Delete(accepter)
	assert.Nil(t, s.Read(attachment))
	s.Delete(attachment)
	s.Delete(s.subnet)
}

func TestGatewaysAreFoundWhereTheyAreShared(t *testing.T) {
	n := start(t, nil)
	token := "aws:ec2transitgateway/getTransitGateway:getTransitGateway"
	_, err := n.As(dev, region).TryInvoke(token, cloud.Props{"id": n.gateway.ID})
	assert.ErrorContains(t, err, "no matching EC2 Transit Gateway found")
	n.share()
	assert.Equal(t, hubAccount, n.As(dev, region).Invoke(token, cloud.Props{"id": n.gateway.ID})["ownerId"])
}
