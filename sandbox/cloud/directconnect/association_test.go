package directconnect_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/assert"

	"retail/sandbox/cloud"
	"retail/sandbox/cloud/cloudtest"
	"retail/sandbox/cloud/directconnect"
	"retail/sandbox/cloud/ec2"
	"retail/sandbox/cloud/transitgateway"
)

func start(t *testing.T) *cloudtest.Client {
	return cloudtest.New(t, ec2.Register, transitgateway.Register, directconnect.Register).As("111111111111", "eu-west-1")
}

func transit(c *cloudtest.Client, asn float64) *cloudtest.Resource {
	return c.Create(transitgateway.Gateway, cloud.Props{"amazonSideAsn": asn})
}

func TestAssociationMakesAnAttachment(t *testing.T) {
	c := start(t)
	gateway := transit(c, 64512)
	dx := c.Create(directconnect.Gateway, cloud.Props{"name": "site", "amazonSideAsn": "64600"})
	inputs := cloud.Props{"dxGatewayId": dx.ID, "associatedGatewayId": gateway.ID, "allowedPrefixes": []any{"10.10.0.0/16"}}
	association := c.Create(directconnect.Association, inputs)
	assert.Equal(t, "transitGateway", association.State["associatedGatewayType"])
	c.FailsCreate(directconnect.Association, inputs, "DirectConnectClientException")

	found := c.Invoke("aws:ec2transitgateway/getDirectConnectGatewayAttachment:getDirectConnectGatewayAttachment",
		cloud.Props{"dxGatewayId": dx.ID, "transitGatewayId": gateway.ID})
	table := c.Create(transitgateway.RouteTable, cloud.Props{"transitGatewayId": gateway.ID})
	// The gateway's defaults are on: the attachment has joined the default table.
	c.FailsCreate(transitgateway.Association, cloud.Props{"transitGatewayRouteTableId": table.ID, "transitGatewayAttachmentId": found["id"]},
		"Resource.AlreadyAssociated")
	c.Create(transitgateway.Propagation, cloud.Props{"transitGatewayRouteTableId": table.ID, "transitGatewayAttachmentId": found["id"]})

	more := cloud.Clone(inputs)
	more["allowedPrefixes"] = []any{"10.10.0.0/16", "10.20.0.0/16"}
	c.Update(association, more)
	c.FailsDelete(dx, "DirectConnectClientException")
	err := c.FailsDelete(gateway, "IncorrectState")
	assert.ErrorContains(t, err, "has non-deleted DirectConnect Gateway Attachments")
	c.Delete(association)
	c.Delete(gateway)
	c.Delete(dx)
}

func TestAssociationRules(t *testing.T) {
	c := start(t)
	gateway := transit(c, 64600)
	dx := c.Create(directconnect.Gateway, cloud.Props{"name": "site", "amazonSideAsn": "64600"})
	with := func(prefixes ...any) cloud.Props {
		return cloud.Props{"dxGatewayId": dx.ID, "associatedGatewayId": gateway.ID, "allowedPrefixes": prefixes}
	}
	err := c.FailsCreate(directconnect.Association, with("10.10.0.0/16"), "DirectConnectClientException")
	assert.ErrorContains(t, err, "must differ")
	many := []any{}
	for n := range 201 {
		many = append(many, fmt.Sprintf("10.%d.0.0/24", n))
	}
	for name, inputs := range map[string]cloud.Props{"no network address": with("10.10.0.1/16"), "201 prefixes": with(many...)} {
		_, broken := c.Check(directconnect.Association, inputs)
		assert.NotEmpty(t, broken, name)
	}
	other := transit(c, 64512)
	missing := with("10.10.0.0/16")
	missing["associatedGatewayId"] = other.ID
	c.Create(directconnect.Association, missing)
	_, broken := c.Check(directconnect.Gateway, cloud.Props{"name": "x", "amazonSideAsn": "1"})
	assert.NotEmpty(t, broken)
}

func TestSixTransitGatewaysPerGateway(t *testing.T) {
	c := start(t)
	dx := c.Create(directconnect.Gateway, cloud.Props{"name": "site", "amazonSideAsn": "64600"})
	for n := range 7 {
		inputs := cloud.Props{"dxGatewayId": dx.ID, "associatedGatewayId": transit(c, float64(64512+n)).ID, "allowedPrefixes": []any{"10.0.0.0/8"}}
		if n < 6 {
			c.Create(directconnect.Association, inputs)
			continue
		}
		c.FailsCreate(directconnect.Association, inputs, "DirectConnectClientException")
	}
}
