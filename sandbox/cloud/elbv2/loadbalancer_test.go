package elbv2_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"

	"retail/sandbox/cloud"
	"retail/sandbox/cloud/ec2"
	"retail/sandbox/cloud/elbv2"
)

func TestApplicationLoadBalancerLivesInItsSubnets(t *testing.T) {
	p := start(t)
	lb := p.Create(elbv2.LoadBalancer, p.balancer())
	assert.Regexp(t, `^arn:aws:elasticloadbalancing:eu-west-1:222222222222:loadbalancer/app/door/[0-9a-f]{16}$`, lb.ID)
	_, suffix, _ := strings.Cut(lb.ID, ":loadbalancer/")
	assert.Equal(t, suffix, lb.State["arnSuffix"])
	assert.Regexp(t, `^door-\d+\.eu-west-1\.elb\.amazonaws\.com$`, lb.State["dnsName"])
	assert.Equal(t, "Z32O12XQLNTSW2", lb.State["zoneId"])
	assert.Equal(t, p.vpc.ID, lb.State["vpcId"])

	cards := p.h.Records(ec2.Interface)
	assert.Len(t, cards, 2)
	assert.Equal(t, "ELB "+lb.State["arnSuffix"].(string), cards[0].State["description"])
	assert.NotEqual(t, cards[0].State["publicIp"], cards[1].State["publicIp"])
	p.FailsDelete(p.one, "DependencyViolation")
	p.FailsDelete(p.group, "DependencyViolation")
	p.FailsDelete(p.gateway, "DependencyViolation")
	p.FailsDelete(p.vpc, "DependencyViolation")

	p.Update(lb, with(p.balancer(), cloud.Props{"enableDeletionProtection": true, "enableZonalShift": true, "idleTimeout": 30.0}))
	assert.Equal(t, true, p.Read(lb)["enableZonalShift"])
	p.FailsDelete(lb, "OperationNotPermitted")
	p.Update(lb, p.balancer())
	p.Delete(lb)
	assert.Empty(t, p.h.Records(ec2.Interface))
	p.Delete(p.gateway)
	p.Delete(p.one)
	p.Delete(p.group)
}

func TestWhatAnApplicationLoadBalancerNeeds(t *testing.T) {
	p := start(t)
	p.Create(elbv2.LoadBalancer, with(p.balancer(), cloud.Props{"name": "taken"}))
	small := p.subnet("10.0.3.0/28", "euw1-az3")
	p.change(func(c *cloud.Call) error {
		for range 4 {
			if _, err := ec2.AddInterface(c, small.ID, nil, "someone", "someone"); err != nil {
				return err
			}
		}
		return nil
	})
	elsewhere := p.Create(ec2.Vpc, cloud.Props{"cidrBlock": "10.1.0.0/16"})
	far := p.Create(ec2.Subnet, cloud.Props{"vpcId": elsewhere.ID, "cidrBlock": "10.1.0.0/24", "availabilityZoneId": "euw1-az3"})
	foreign := p.Create(ec2.SecurityGroup, cloud.Props{"vpcId": elsewhere.ID, "name": "foreign"})
	nearFar := p.Create(ec2.Subnet, cloud.Props{"vpcId": elsewhere.ID, "cidrBlock": "10.1.1.0/24", "availabilityZoneId": "euw1-az1"})
	for name, test := range map[string]struct {
		change cloud.Props
		code   string
	}{
		"a name that is taken":      {cloud.Props{"name": "taken"}, "DuplicateLoadBalancerName"},
		"one zone":                  {cloud.Props{"subnets": list{p.one.ID}}, "ValidationError"},
		"two subnets of a zone":     {cloud.Props{"subnets": list{p.one.ID, p.two.ID, p.twin.ID}}, "InvalidConfigurationRequest"},
		"no such subnet":            {cloud.Props{"subnets": list{p.one.ID, "subnet-0"}}, "SubnetNotFound"},
		"subnets of two VPCs":       {cloud.Props{"subnets": list{p.one.ID, far.ID}}, "InvalidConfigurationRequest"},
		"no such group":             {cloud.Props{"securityGroups": list{"sg-0"}}, "InvalidSecurityGroup"},
		"another VPC's group":       {cloud.Props{"securityGroups": list{foreign.ID}}, "InvalidConfigurationRequest"},
		"no internet gateway":       {cloud.Props{"subnets": list{far.ID, nearFar.ID}, "securityGroups": nil}, "InvalidSubnet"},
		"no room":                   {cloud.Props{"subnets": list{p.one.ID, small.ID}}, "InvalidSubnet"},
		"logs without a bucket":     {cloud.Props{"accessLogs": cloud.Props{"bucket": "absent", "enabled": true}}, "InvalidConfigurationRequest"},
		"no bucket for connections": {cloud.Props{"connectionLogs": cloud.Props{"bucket": "absent", "enabled": true}}, "InvalidConfigurationRequest"},
		"an address that is no one's": {cloud.Props{"subnets": nil, "loadBalancerType": "network",
			"subnetMappings": list{cloud.Props{"subnetId": p.one.ID, "allocationId": "eipalloc-0"}}}, "AllocationIdNotFound"},
	} {
		t.Run(name, func(t *testing.T) {
			p.FailsCreate(elbv2.LoadBalancer, with(p.balancer(), test.change), test.code)
		})
	}
	internal := p.Create(elbv2.LoadBalancer, cloud.Props{"internal": true, "subnets": list{far.ID, nearFar.ID}})
	assert.True(t, strings.HasPrefix(internal.State["dnsName"].(string), "internal-"))
	assert.Equal(t, list{elsewhereDefault(p, elsewhere.ID)}, internal.State["securityGroups"], "the VPC's default group")
}

func elsewhereDefault(p *place, vpc string) any {
	for _, v := range p.h.Records(ec2.Vpc) {
		if v.ID == vpc {
			return v.State["defaultSecurityGroupId"]
		}
	}
	return nil
}

// Names over 32 characters are refused in preview; automatic ones fit.
func TestLoadBalancersRefusedInPreview(t *testing.T) {
	p := start(t)
	for path, change := range map[string]cloud.Props{
		"name":                    {"name": strings.Repeat("a", 33)},
		"subnets":                 {"subnetMappings": list{cloud.Props{"subnetId": p.one.ID}}},
		"loadBalancerType":        {"loadBalancerType": "gateway"},
		"ipAddressType":           {"ipAddressType": "dualstack"},
		"idleTimeout":             {"idleTimeout": 4001.0},
		"clientKeepAlive":         {"clientKeepAlive": 59.0},
		"xffHeaderProcessingMode": {"xffHeaderProcessingMode": "drop"},
		"enableZonalShifts":       {"enableZonalShifts": true},
	} {
		_, broken := p.Check(elbv2.LoadBalancer, with(p.balancer(), change))
		if assert.Len(t, broken, 1, path) {
			assert.True(t, strings.HasPrefix(broken[0], path+": "), broken[0])
		}
	}
	for _, name := range []string{"-door", "door-", "internal-door", "do_or"} {
		_, broken := p.Check(elbv2.LoadBalancer, with(p.balancer(), cloud.Props{"name": name}))
		assert.NotEmpty(t, broken, name)
	}
	auto := p.Create(elbv2.LoadBalancer, with(p.balancer(), cloud.Props{"name": nil}))
	assert.LessOrEqual(t, len(auto.State["name"].(string)), 32)
	prefixed := p.Create(elbv2.LoadBalancer, with(p.balancer(), cloud.Props{"name": nil, "namePrefix": "door-"}))
	assert.Len(t, prefixed.State["name"], 31)
}

func TestWhatReplacesALoadBalancer(t *testing.T) {
	p := start(t)
	three := p.subnet("10.0.4.0/24", "euw1-az3")
	alb := p.Create(elbv2.LoadBalancer, p.balancer())
	network := cloud.Props{"name": "net", "loadBalancerType": "network", "subnets": list{p.one.ID, p.two.ID}}
	nlb := p.Create(elbv2.LoadBalancer, network)
	assert.Equal(t, list{}, nlb.State["securityGroups"])
	assert.Regexp(t, `^net-[0-9a-f]{16}\.elb\.eu-west-1\.amazonaws\.com$`, nlb.State["dnsName"])
	assert.True(t, p.Diff(alb, with(p.balancer(), cloud.Props{"internal": true})).Replaces())
	assert.False(t, p.Diff(alb, with(p.balancer(), cloud.Props{"subnets": list{p.one.ID, three.ID}})).Replaces())
	assert.False(t, p.Diff(alb, with(p.balancer(), cloud.Props{"securityGroups": nil})).Replaces())
	assert.False(t, p.Diff(nlb, with(network, cloud.Props{"subnets": list{p.one.ID, p.two.ID, three.ID}})).Replaces())
	assert.True(t, p.Diff(nlb, with(network, cloud.Props{"subnets": list{p.one.ID, three.ID}})).Replaces())
	assert.True(t, p.Diff(nlb, with(network, cloud.Props{"securityGroups": list{p.group.ID}})).Replaces())
	p.Delete(nlb)
	secured := with(network, cloud.Props{"name": "secured", "securityGroups": list{p.group.ID}})
	nlb = p.Create(elbv2.LoadBalancer, secured)
	assert.Equal(t, "on", nlb.State["enforceSecurityGroupInboundRulesOnPrivateLinkTraffic"])
	assert.True(t, p.Diff(nlb, with(secured, cloud.Props{"securityGroups": nil})).Replaces())

	p.Update(alb, with(p.balancer(), cloud.Props{"subnets": list{p.one.ID, three.ID}}))
	var held []any
	for _, i := range p.h.Records(ec2.Interface) {
		if i.Owner == alb.ID {
			held = append(held, i.State["subnetId"])
		}
	}
	assert.ElementsMatch(t, list{p.one.ID, three.ID}, held)
}

func TestOnlySubnetsWithARouteToTheInternetAreReached(t *testing.T) {
	p := start(t)
	lb := p.Create(elbv2.LoadBalancer, p.balancer())
	table := p.Create(ec2.RouteTable, cloud.Props{"vpcId": p.vpc.ID})
	p.Create(ec2.Route, cloud.Props{"routeTableId": table.ID, "destinationCidrBlock": "0.0.0.0/0", "gatewayId": p.gateway.ID})
	p.Create(ec2.RouteTableAssociation, cloud.Props{"routeTableId": table.ID, "subnetId": p.one.ID})
	p.change(func(c *cloud.Call) error {
		assert.Equal(t, []string{p.two.ID}, elbv2.Unrouted(c, c.Get(elbv2.LoadBalancer, lb.ID)))
		return nil
	})
}

func TestElasticIPOfANetworkLoadBalancerIsHeld(t *testing.T) {
	p := start(t)
	eip := p.Create(ec2.Eip, cloud.Props{})
	nlb := p.Create(elbv2.LoadBalancer, cloud.Props{"loadBalancerType": "network",
		"subnetMappings": list{cloud.Props{"subnetId": p.one.ID, "allocationId": eip.ID}}})
	assert.Equal(t, eip.State["publicIp"], p.h.Records(ec2.Interface)[0].State["publicIp"])
	p.FailsDelete(eip, "AuthFailure")
	p.Delete(nlb)
	p.Delete(eip)
}

func TestLoadBalancerIsFound(t *testing.T) {
	p := start(t)
	lb := p.Create(elbv2.LoadBalancer, with(p.balancer(), cloud.Props{"tags": cloud.Props{"colour": "blue"}}))
	for _, args := range []cloud.Props{{"arn": lb.ID}, {"name": "door"}, {"tags": cloud.Props{"colour": "blue"}}} {
		out := p.Invoke("aws:lb/getLoadBalancer:getLoadBalancer", args)
		assert.Equal(t, lb.State["dnsName"], out["dnsName"])
		assert.Equal(t, lb.ID, out["id"])
	}
	_, err := p.TryInvoke("aws:lb/getLoadBalancer:getLoadBalancer", cloud.Props{"name": "absent"})
	assert.ErrorContains(t, err, "couldn't find resource")
}

// Two worlds that differ in AWS's own choices only are the same, normalised.
func TestNormalisedHidesWhatAWSChooses(t *testing.T) {
	var worlds [2]map[string]string
	for i, seed := range []string{"one", "two"} {
		p := startWith(t, seed)
		lb := p.Create(elbv2.LoadBalancer, with(p.balancer(), cloud.Props{"internal": true}))
		blue := p.Create(elbv2.TargetGroup, p.targets("blue"))
		https := p.Create(elbv2.Listener, p.https(lb))
		p.Create(elbv2.ListenerRule, p.rule(https, 1, list{cloud.Props{"type": "forward", "targetGroupArn": blue.ID}}))
		p.change(func(c *cloud.Call) error { return elbv2.RegisterTargets(c, blue.ID, []elbv2.Target{{ID: "10.0.0.10"}}) })
		worlds[i] = p.h.World.Normalised()
	}
	assert.Equal(t, worlds[0], worlds[1])
}
