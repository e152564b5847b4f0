package ec2_test

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"retail/sandbox/cloud"
	"retail/sandbox/cloud/cloudtest"
	"retail/sandbox/cloud/ec2"
)

// public makes a VPC with an internet gateway and a subnet.
func (a account) public() (vpc, gateway, subnet *cloudtest.Resource) {
	vpc = a.vpc("10.0.0.0/16")
	gateway = a.Create(ec2.InternetGateway, cloud.Props{"vpcId": vpc.ID})
	return vpc, gateway, a.subnet(vpc, "10.0.0.0/24", "euw1-az1")
}

func TestOneInternetGatewayPerVpc(t *testing.T) {
	a := start(t)
	vpc, gateway, _ := a.public()
	a.FailsCreate(ec2.InternetGateway, cloud.Props{"vpcId": vpc.ID}, "InvalidParameterValue")
	a.FailsDelete(vpc, "DependencyViolation")
	loose := a.Create(ec2.InternetGateway, cloud.Props{})
	a.FailsUpdate(loose, cloud.Props{"vpcId": vpc.ID}, "InvalidParameterValue")
	a.Delete(gateway)
	a.Update(loose, cloud.Props{"vpcId": vpc.ID})
}

func TestElasticIPQuotaOfFive(t *testing.T) {
	a := start(t)
	addresses := map[any]bool{}
	for range 5 {
		addresses[a.Create(ec2.Eip, cloud.Props{"domain": "vpc"}).State["publicIp"]] = true
	}
	assert.Len(t, addresses, 5, "every address is another")
	a.FailsCreate(ec2.Eip, cloud.Props{"domain": "vpc"}, "AddressLimitExceeded")
	a.world.As(dev, "us-east-1").Create(ec2.Eip, cloud.Props{"domain": "vpc"})

	raised := a.world.As("333333333333", "eu-west-1")
	for range 10 {
		raised.Create(ec2.Eip, cloud.Props{"domain": "vpc"})
	}
	raised.FailsCreate(ec2.Eip, cloud.Props{"domain": "vpc"}, "AddressLimitExceeded")
}

func TestNatGatewayNeedsAnInternetGatewayAndAFreeAddress(t *testing.T) {
	a := start(t)
	vpc := a.vpc("10.0.0.0/16")
	subnet := a.subnet(vpc, "10.0.0.0/24", "euw1-az1")
	address := a.Create(ec2.Eip, cloud.Props{"domain": "vpc"})
	inputs := cloud.Props{"subnetId": subnet.ID, "allocationId": address.ID}
	a.FailsCreate(ec2.NatGateway, inputs, "Gateway.NotAttached")
	gateway := a.Create(ec2.InternetGateway, cloud.Props{"vpcId": vpc.ID})
	nat := a.Create(ec2.NatGateway, inputs)
	assert.Equal(t, address.State["publicIp"], nat.State["publicIp"])
	a.FailsCreate(ec2.NatGateway, inputs, "Resource.AlreadyAssociated")
	a.FailsCreate(ec2.NatGateway, cloud.Props{"subnetId": subnet.ID, "allocationId": "eipalloc-0"}, "InvalidAllocationID.NotFound")

	a.FailsDelete(subnet, "DependencyViolation")
	a.FailsDelete(gateway, "DependencyViolation")
	a.FailsDelete(address, "AuthFailure")
	a.Delete(nat)
	a.Delete(subnet)
	a.Delete(gateway)
	a.Delete(address)
}

func TestRouteTargets(t *testing.T) {
	a := start(t)
	vpc, gateway, subnet := a.public()
	elsewhere := a.vpc("10.9.0.0/16")
	foreign := a.Create(ec2.InternetGateway, cloud.Props{"vpcId": elsewhere.ID})
	table := a.Create(ec2.RouteTable, cloud.Props{"vpcId": vpc.ID})
	route := func(more cloud.Props) cloud.Props {
		inputs := cloud.Props{"routeTableId": table.ID, "destinationCidrBlock": "0.0.0.0/0"}
		for k, v := range more {
			inputs[k] = v
		}
		return inputs
	}
	for name, test := range map[string]struct {
		more cloud.Props
		code string
	}{
		"gateway of another VPC":                     {cloud.Props{"gatewayId": foreign.ID}, "InvalidParameterValue"},
		"no such gateway":                            {cloud.Props{"gatewayId": "igw-0"}, "InvalidGatewayID.NotFound"},
		"no such NAT gateway":                        {cloud.Props{"natGatewayId": "nat-0"}, "InvalidNatGatewayID.NotFound"},
		"inside the VPC":                             {cloud.Props{"gatewayId": gateway.ID, "destinationCidrBlock": "10.0.1.0/24"}, "InvalidParameterValue"},
		"no such table":                              {cloud.Props{"gatewayId": gateway.ID, "routeTableId": "rtb-0"}, "InvalidRouteTableID.NotFound"},
		"transit gateway without an attachment (N1)": {cloud.Props{"transitGatewayId": "tgw-0"}, "InvalidTransitGatewayID.NotFound"},
	} {
		t.Run(name, func(t *testing.T) { a.FailsCreate(ec2.Route, route(test.more), test.code) })
	}
	a.Create(ec2.Route, route(cloud.Props{"gatewayId": gateway.ID}))
	a.FailsCreate(ec2.Route, route(cloud.Props{"gatewayId": gateway.ID}), "RouteAlreadyExists")
	_, broken := a.Check(ec2.Route, route(cloud.Props{"gatewayId": gateway.ID, "natGatewayId": "nat-0"}))
	assert.Len(t, broken, 1, "one target only")

	tie := a.Create(ec2.RouteTableAssociation, cloud.Props{"routeTableId": table.ID, "subnetId": subnet.ID})
	a.FailsCreate(ec2.RouteTableAssociation, cloud.Props{"routeTableId": table.ID, "subnetId": subnet.ID}, "Resource.AlreadyAssociated")
	a.FailsDelete(table, "DependencyViolation")
	second := a.Create(ec2.RouteTable, cloud.Props{"vpcId": vpc.ID})
	a.Update(tie, cloud.Props{"routeTableId": second.ID, "subnetId": subnet.ID})
	a.Delete(table)
	assert.Empty(t, a.world.Records(ec2.Route), "a table's routes go with it")
}

func TestARouteWhoseTargetIsGoneIsABlackhole(t *testing.T) {
	a := start(t)
	vpc, gateway, _ := a.public()
	table := a.Create(ec2.RouteTable, cloud.Props{"vpcId": vpc.ID})
	route := a.Create(ec2.Route, cloud.Props{"routeTableId": table.ID, "destinationCidrBlock": "0.0.0.0/0", "gatewayId": gateway.ID})
	assert.Equal(t, "active", a.Read(route)["state"])
	a.Delete(gateway)
	assert.Equal(t, "blackhole", a.Read(route)["state"])
}

func TestInlineRoutesAndRouteResourcesAreOneTable(t *testing.T) {
	a := start(t)
	vpc, gateway, _ := a.public()
	table := a.Create(ec2.RouteTable, cloud.Props{"vpcId": vpc.ID, "routes": []any{
		cloud.Props{"cidrBlock": "0.0.0.0/0", "gatewayId": gateway.ID}}})
	a.FailsCreate(ec2.Route, cloud.Props{"routeTableId": table.ID, "destinationCidrBlock": "0.0.0.0/0", "gatewayId": gateway.ID},
		"RouteAlreadyExists")
	out := a.Invoke("aws:ec2/getRouteTable:getRouteTable", cloud.Props{"routeTableId": table.ID})
	assert.Len(t, out["routes"], 1)
}
