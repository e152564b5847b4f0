package ec2_test

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"retail/sandbox/cloud"
	"retail/sandbox/cloud/ec2"
)

func TestGatewayEndpointPutsOnePrefixListIntoATable(t *testing.T) {
	a := start(t)
	vpc := a.vpc("10.0.0.0/16")
	table := a.Create(ec2.RouteTable, cloud.Props{"vpcId": vpc.ID})
	inputs := cloud.Props{"vpcId": vpc.ID, "serviceName": "com.amazonaws.eu-west-1.s3", "routeTableIds": []any{table.ID}}
	s3 := a.Create(ec2.Endpoint, inputs)
	assert.Equal(t, "pl-6da54004", s3.State["prefixListId"])
	a.FailsCreate(ec2.Endpoint, inputs, "RouteAlreadyExists")
	for name, test := range map[string]struct {
		change cloud.Props
		code   string
	}{
		"service without gateway endpoints": {cloud.Props{"serviceName": "com.amazonaws.eu-west-1.sts"}, "InvalidServiceName"},
		"service of another region":         {cloud.Props{"serviceName": "com.amazonaws.us-east-1.s3"}, "InvalidServiceName"},
		"no such table":                     {cloud.Props{"routeTableIds": []any{"rtb-0"}}, "InvalidRouteTableId.NotFound"},
		"private DNS":                       {cloud.Props{"serviceName": "com.amazonaws.eu-west-1.dynamodb", "privateDnsEnabled": true}, "InvalidParameter"},
	} {
		t.Run(name, func(t *testing.T) {
			changed := cloud.Clone(inputs)
			for k, v := range test.change {
				changed[k] = v
			}
			a.FailsCreate(ec2.Endpoint, changed, test.code)
		})
	}
	a.FailsDelete(vpc, "DependencyViolation")
}

func TestInterfaceEndpoint(t *testing.T) {
	a := start(t)
	vpc := a.vpc("10.0.0.0/16")
	one, two := a.subnet(vpc, "10.0.0.0/24", "euw1-az1"), a.subnet(vpc, "10.0.1.0/24", "euw1-az2")
	sameZone := a.subnet(vpc, "10.0.2.0/24", "euw1-az1")
	group := a.Create(ec2.SecurityGroup, cloud.Props{"vpcId": vpc.ID, "name": "endpoints"})
	with := func(subnets ...any) cloud.Props {
		return cloud.Props{"vpcId": vpc.ID, "vpcEndpointType": "Interface", "serviceName": "com.amazonaws.eu-west-1.eks-auth",
			"subnetIds": subnets, "securityGroupIds": []any{group.ID}, "privateDnsEnabled": true}
	}
	a.FailsCreate(ec2.Endpoint, with(one.ID, sameZone.ID), "DuplicateSubnetsInSameZone")
	endpoint := a.Create(ec2.Endpoint, with(one.ID))
	assert.Len(t, endpoint.State["networkInterfaceIds"], 1)
	names := []any{}
	for _, e := range endpoint.State["dnsEntries"].([]any) {
		names = append(names, e.(map[string]any)["dnsName"])
	}
	assert.Contains(t, names, "eks-auth.eu-west-1.api.aws")
	a.FailsCreate(ec2.Endpoint, with(two.ID), "InvalidParameter")
	before := endpoint.State["networkInterfaceIds"].([]any)[0]
	a.Update(endpoint, with(one.ID, two.ID))
	assert.Len(t, endpoint.State["networkInterfaceIds"], 2)
	assert.Contains(t, endpoint.State["networkInterfaceIds"], before, "the zone that stays keeps its interface")
	a.FailsDelete(one, "DependencyViolation")
	a.FailsDelete(group, "DependencyViolation")
	a.Delete(endpoint)
	a.Delete(one)
	a.Delete(group)
}

func TestPrivateDNSNeedsTheVpcsNames(t *testing.T) {
	a := start(t)
	vpc := a.Create(ec2.Vpc, cloud.Props{"cidrBlock": "10.0.0.0/16"})
	subnet := a.subnet(vpc, "10.0.0.0/24", "euw1-az1")
	inputs := cloud.Props{"vpcId": vpc.ID, "vpcEndpointType": "Interface", "serviceName": "com.amazonaws.eu-west-1.ecr.dkr",
		"subnetIds": []any{subnet.ID}, "privateDnsEnabled": true}
	err := a.FailsCreate(ec2.Endpoint, inputs, "InvalidParameter")
	assert.ErrorContains(t, err, "enableDnsHostnames")
	a.Update(vpc, cloud.Props{"cidrBlock": "10.0.0.0/16", "enableDnsHostnames": true})
	a.Create(ec2.Endpoint, inputs)
}

func TestPrefixLists(t *testing.T) {
	a := start(t)
	find := func(name string) cloud.Props {
		return a.Invoke("aws:ec2/getManagedPrefixList:getManagedPrefixList", cloud.Props{"name": "com.amazonaws.eu-west-1." + name})
	}
	assert.Equal(t, "AWS", find("s3")["ownerId"])
	assert.Equal(t, "IPv6", find("ipv6.vpc-lattice")["addressFamily"])
	assert.NotEqual(t, find("vpc-lattice")["id"], find("ipv6.vpc-lattice")["id"])
	edge := a.Invoke("aws:ec2/getManagedPrefixList:getManagedPrefixList", cloud.Props{"name": "com.amazonaws.global.cloudfront.origin-facing"})
	assert.Equal(t, "pl-4fa04526", edge["id"], "of eu-west-1")
	_, err := a.TryInvoke("aws:ec2/getManagedPrefixList:getManagedPrefixList", cloud.Props{"name": "com.amazonaws.eu-west-1.lattice"})
	assert.ErrorContains(t, err, "no matching EC2 Managed Prefix List found")

	own := a.Create(ec2.PrefixList, cloud.Props{"name": "on-premises", "addressFamily": "IPv4", "maxEntries": 2.0,
		"entries": []any{cloud.Props{"cidr": "172.16.0.0/12"}}})
	a.Update(own, cloud.Props{"name": "on-premises", "addressFamily": "IPv4", "maxEntries": 2.0,
		"entries": []any{cloud.Props{"cidr": "172.16.0.0/13"}}})
	assert.EqualValues(t, 2, own.State["version"])
	vpc := a.vpc("10.0.0.0/16")
	group := a.Create(ec2.SecurityGroup, cloud.Props{"vpcId": vpc.ID, "name": "a"})
	a.Create(ec2.IngressRule, cloud.Props{"securityGroupId": group.ID, "ipProtocol": "-1", "prefixListId": own.ID})
	a.FailsDelete(own, "DependencyViolation")
}
