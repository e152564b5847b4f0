package ec2_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"retail/sandbox/cloud"
	"retail/sandbox/cloud/ec2"
)

func TestVpcBringsItsDefaultsAndTakesThemAlong(t *testing.T) {
	a := start(t)
	vpc := a.vpc("10.0.0.0/16")
	for _, output := range []string{"mainRouteTableId", "defaultRouteTableId", "defaultSecurityGroupId", "defaultNetworkAclId"} {
		assert.NotEmpty(t, vpc.State[output], output)
	}
	assert.Equal(t, "arn:aws:ec2:eu-west-1:222222222222:vpc/"+vpc.ID, vpc.State["arn"])
	assert.Equal(t, dev, vpc.State["ownerId"])
	a.Delete(vpc)
	assert.Empty(t, a.world.World.Records(), "nothing is left of the VPC")
}

func TestVpcRefusesBlocksThatAWSRefuses(t *testing.T) {
	a := start(t)
	for cidr, want := range map[string]string{
		"10.0.0.0/15": "must match", "10.0.0.0/29": "must match", "10.0.0.1/16": "did you mean 10.0.0.0/16",
		"fd00::/56": "not an IPv4 CIDR block", "ten": "not an IPv4 CIDR block",
	} {
		_, broken := a.Check(ec2.Vpc, cloud.Props{"cidrBlock": cidr})
		assert.Contains(t, strings.Join(broken, "; "), want, cidr)
	}
}

func TestVpcQuotaOfFive(t *testing.T) {
	a := start(t)
	for range 5 {
		a.vpc("10.0.0.0/16")
	}
	a.FailsCreate(ec2.Vpc, cloud.Props{"cidrBlock": "10.0.0.0/16"}, "VpcLimitExceeded")
}

func TestSecondaryBlocks(t *testing.T) {
	for name, test := range map[string]struct{ primary, block, code string }{
		"pod range beside a private one":         {"10.1.0.0/16", "100.64.0.0/16", ""},
		"same private range":                     {"10.1.0.0/16", "10.2.0.0/16", ""},
		"publicly routable":                      {"10.1.0.0/16", "8.8.0.0/16", ""},
		"another private range":                  {"10.1.0.0/16", "192.168.0.0/16", "InvalidVpc.Range"},
		"another private range, the other way":   {"192.168.0.0/16", "172.16.0.0/16", "InvalidVpc.Range"},
		"the block of network benchmarks":        {"10.1.0.0/16", "198.19.0.0/16", "InvalidVpc.Range"},
		"overlap":                                {"10.1.0.0/16", "10.1.128.0/17", "InvalidVpc.Range"},
		"10.0/16 beside 10.1/16":                 {"10.1.0.0/16", "10.0.0.0/16", "InvalidVpc.Range"},
		"172.31 beside 172.16":                   {"172.16.0.0/16", "172.31.0.0/16", "InvalidVpc.Range"},
		"private range beside a pod range alone": {"100.64.0.0/16", "10.1.0.0/16", "InvalidVpc.Range"},
	} {
		t.Run(name, func(t *testing.T) {
			a := start(t)
			vpc := a.vpc(test.primary)
			_, err := a.TryCreate(ec2.CidrAssociation, cloud.Props{"vpcId": vpc.ID, "cidrBlock": test.block})
			assert.Equal(t, test.code, cloud.Code(err), "%v", err)
		})
	}
}

func TestAtMostFiveBlocksAndNoneGoesUnderASubnet(t *testing.T) {
	a := start(t)
	vpc := a.vpc("10.2.0.0/16")
	second := a.Create(ec2.CidrAssociation, cloud.Props{"vpcId": vpc.ID, "cidrBlock": "100.64.0.0/16"})
	for _, cidr := range []string{"100.65.0.0/16", "100.66.0.0/16", "100.67.0.0/16"} {
		a.Create(ec2.CidrAssociation, cloud.Props{"vpcId": vpc.ID, "cidrBlock": cidr})
	}
	a.FailsCreate(ec2.CidrAssociation, cloud.Props{"vpcId": vpc.ID, "cidrBlock": "100.68.0.0/16"}, "CidrLimitExceeded")
	pods := a.subnet(vpc, "100.64.0.0/18", "euw1-az1")
	a.FailsDelete(second, "InvalidCidrBlock.InUse")
	a.FailsDelete(vpc, "DependencyViolation")
	a.Delete(pods)
	a.Delete(second)
}

func TestSubnetPlacement(t *testing.T) {
	a := start(t)
	vpc := a.vpc("10.0.0.0/16")
	one := a.subnet(vpc, "10.0.0.0/20", "euw1-az2")
	assert.Equal(t, "euw1-az2", one.State["availabilityZoneId"])
	for name, test := range map[string]struct {
		inputs cloud.Props
		code   string
	}{
		"outside the VPC":        {cloud.Props{"cidrBlock": "10.1.0.0/24"}, "InvalidSubnet.Range"},
		"wider than the VPC":     {cloud.Props{"cidrBlock": "10.0.0.0/16"}, "InvalidSubnet.Conflict"},
		"on another subnet":      {cloud.Props{"cidrBlock": "10.0.8.0/24"}, "InvalidSubnet.Conflict"},
		"zone of another region": {cloud.Props{"cidrBlock": "10.0.16.0/24", "availabilityZoneId": "use1-az1"}, "InvalidParameterValue"},
		"zone name unknown":      {cloud.Props{"cidrBlock": "10.0.16.0/24", "availabilityZone": "eu-west-1z"}, "InvalidParameterValue"},
		"no such VPC":            {cloud.Props{"cidrBlock": "10.0.16.0/24", "vpcId": "vpc-0"}, "InvalidVpcID.NotFound"},
	} {
		t.Run(name, func(t *testing.T) {
			inputs := cloud.Props{"vpcId": vpc.ID}
			for k, v := range test.inputs {
				inputs[k] = v
			}
			a.FailsCreate(ec2.Subnet, inputs, test.code)
		})
	}
	a.FailsDelete(vpc, "DependencyViolation")
}

func TestZoneNamesAreTheAccountsOwn_N3(t *testing.T) {
	a := start(t)
	names := map[string]string{}
	for _, account := range []string{"111111111111", dev, "333333333333"} {
		out := a.world.As(account, "us-east-1").Invoke("aws:index/getAvailabilityZones:getAvailabilityZones", cloud.Props{
			"state": "available", "filters": []any{cloud.Props{"name": "zone-id", "values": []any{"use1-az3"}}}})
		require.Equal(t, []any{"use1-az3"}, out["zoneIds"])
		names[account] = out["names"].([]any)[0].(string)
	}
	assert.NotEqual(t, names["111111111111"], names[dev], "a zone name says nothing in another account")
}

func TestLocalZonesAreShownOnlyOnRequestAndNotUsable_N3(t *testing.T) {
	a := start(t)
	us := a.world.As(dev, "us-east-1")
	zones := "aws:index/getAvailabilityZones:getAvailabilityZones"
	assert.Len(t, us.Invoke(zones, cloud.Props{})["zoneIds"], 6)
	all := us.Invoke(zones, cloud.Props{"allAvailabilityZones": true})
	assert.Contains(t, all["zoneIds"], "use1-bos1-az1")
	optedIn := cloud.Props{"allAvailabilityZones": true,
		"filters": []any{cloud.Props{"name": "opt-in-status", "values": []any{"opt-in-not-required"}}}}
	assert.Len(t, us.Invoke(zones, optedIn)["zoneIds"], 6)
	vpc := us.Create(ec2.Vpc, cloud.Props{"cidrBlock": "10.0.0.0/16"})
	us.FailsCreate(ec2.Subnet, cloud.Props{"vpcId": vpc.ID, "cidrBlock": "10.0.0.0/24", "availabilityZoneId": "use1-bos1-az1"},
		"InvalidParameterValue")
}

func TestUnknownFiltersAreErrors(t *testing.T) {
	a := start(t)
	filter := cloud.Props{"filters": []any{cloud.Props{"name": "zone", "values": []any{"a"}}}}
	for _, token := range []string{"aws:index/getAvailabilityZones:getAvailabilityZones", "aws:ec2/getSubnets:getSubnets",
		"aws:ec2/getManagedPrefixList:getManagedPrefixList", "aws:ec2transitgateway/getTransitGateway:getTransitGateway"} {
		a.FailsInvoke(token, filter, "InvalidParameterValue")
	}
}

func TestSubnetsAreFoundByTagAndVpc(t *testing.T) {
	a := start(t)
	vpc, other := a.vpc("10.0.0.0/16"), a.vpc("10.1.0.0/16")
	want := a.Create(ec2.Subnet, cloud.Props{"vpcId": vpc.ID, "cidrBlock": "10.0.0.0/24", "availabilityZoneId": "euw1-az1",
		"tags": cloud.Props{"kubernetes.io/role/elb": "1"}})
	a.subnet(vpc, "10.0.1.0/24", "euw1-az1")
	a.subnet(other, "10.1.0.0/24", "euw1-az1")
	out := a.Invoke("aws:ec2/getSubnets:getSubnets", cloud.Props{"filters": []any{
		cloud.Props{"name": "vpc-id", "values": []any{vpc.ID}},
		cloud.Props{"name": "tag:kubernetes.io/role/elb", "values": []any{"*"}}}})
	assert.Equal(t, []any{want.ID}, out["ids"])
	_, err := a.TryInvoke("aws:ec2/getSubnet:getSubnet", cloud.Props{"vpcId": vpc.ID})
	assert.ErrorContains(t, err, "multiple EC2 Subnets matched")
}

func TestFreeAddressesAndPrefixes_N8(t *testing.T) {
	a := start(t)
	vpc := a.vpc("10.0.0.0/16")
	small := a.subnet(vpc, "10.0.0.0/26", "euw1-az1")
	a.see(func(c *cloud.Call) {
		assert.Equal(t, 59, ec2.FreeAddresses(c, small.ID), "five of 64 are AWS's")
		assert.Equal(t, 2, ec2.FreePrefixes(c, small.ID), "the first and the last block hold AWS's addresses")
		zone, _ := ec2.ZoneOf(c, small.ID)
		assert.Equal(t, "euw1-az1", zone)
	})
	a.Create(ec2.CidrReservation, cloud.Props{"subnetId": small.ID, "cidrBlock": "10.0.0.16/28", "reservationType": "prefix"})
	a.see(func(c *cloud.Call) {
		assert.Equal(t, 43, ec2.FreeAddresses(c, small.ID), "reserved addresses are not assigned")
		assert.Equal(t, 2, ec2.FreePrefixes(c, small.ID), "the reservation keeps its block for prefixes")
	})
	a.FailsCreate(ec2.CidrReservation, cloud.Props{"subnetId": small.ID, "cidrBlock": "10.0.0.16/29", "reservationType": "explicit"},
		"InvalidParameterValue")
}

func TestInterfacesHoldSubnetAndGroupUntilTheOwnerLetsGo(t *testing.T) {
	a := start(t)
	vpc := a.vpc("10.0.0.0/16")
	subnet := a.subnet(vpc, "10.0.0.0/28", "euw1-az1")
	group := a.Create(ec2.SecurityGroup, cloud.Props{"vpcId": vpc.ID, "name": "control-plane"})
	add := func(c *cloud.Call) error {
		_, err := ec2.AddInterface(c, subnet.ID, []string{group.ID}, "blue", "Amazon EKS blue")
		return err
	}
	for range 11 {
		a.change(add)
	}
	err := a.world.World.Change(dev, region, "aws", add)
	assert.Equal(t, "InsufficientFreeAddressesInSubnet", cloud.Code(err), "a /28 has eleven addresses to give")
	a.FailsDelete(subnet, "DependencyViolation")
	a.FailsDelete(group, "DependencyViolation")
	a.change(func(c *cloud.Call) error { ec2.RemoveInterfaces(c, "blue"); return nil })
	a.Delete(subnet)
	a.Delete(group)
	a.Delete(vpc)
}
