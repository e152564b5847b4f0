package route53_test

import (
	"context"
	"testing"

	"github.com/stretchr/testify/assert"

	"retail/sandbox/cloud"
	"retail/sandbox/cloud/cloudtest"
	"retail/sandbox/cloud/ec2"
	"retail/sandbox/cloud/elbv2"
	"retail/sandbox/cloud/route53"
)

const dev, domain = "222222222222", "dev.shop.example.com"

type list = []any

func client(t *testing.T) (*cloudtest.Harness, *cloudtest.Client, string) {
	t.Helper()
	h := cloudtest.New(t, ec2.Register, elbv2.Register, route53.Register)
	c := h.As(dev, "eu-west-1")
	return h, c, c.Invoke("aws:route53/getZone:getZone", cloud.Props{"name": domain})["zoneId"].(string)
}

func address(zone, name, ip string) cloud.Props {
	return cloud.Props{"zoneId": zone, "name": name, "type": "A", "ttl": 60.0, "records": list{ip}}
}

func with(inputs, changes cloud.Props) cloud.Props {
	out := cloud.Clone(inputs)
	for k, v := range changes {
		if out[k] = v; v == nil {
			delete(out, k)
		}
	}
	return out
}

// A zone that is delegated before any program runs is found, and nobody's
// left-over.
func TestZonesOfTheOrganisation(t *testing.T) {
	h, c, id := client(t)
	assert.Empty(t, h.World.Identifiers())
	zone := c.Invoke("aws:route53/getZone:getZone", cloud.Props{"zoneId": id})
	assert.Equal(t, domain, zone["name"])
	assert.Len(t, zone["nameServers"], 4)
	assert.Equal(t, false, zone["privateZone"])
	record := c.Create(route53.Record, address(id, "www", "203.0.113.7"))
	assert.Equal(t, "www."+domain, record.State["fqdn"])
	assert.Equal(t, 3, int(c.Invoke("aws:route53/getZone:getZone", cloud.Props{"name": domain + "."})["resourceRecordSetCount"].(float64)))
	c.Delete(record)
	assert.Empty(t, h.World.Identifiers())

	prod := h.As("333333333333", "eu-west-1")
	prod.FailsCreate(route53.Record, address(id, "www", "203.0.113.7"), "NoSuchHostedZone")
	assert.Equal(t, "shop.example.com", prod.Invoke("aws:route53/getZone:getZone", cloud.Props{"name": "shop.example.com"})["name"])
	_, err := prod.TryInvoke("aws:route53/getZone:getZone", cloud.Props{"name": domain})
	assert.ErrorContains(t, err, "no matching Route 53 Hosted Zone found")
	_, err = prod.TryInvoke("aws:route53/getZone:getZone", cloud.Props{})
	assert.ErrorContains(t, err, "either name, zone_id or tags must be set")
}

func TestZone(t *testing.T) {
	h, c, _ := client(t)
	zone := c.Create(route53.Zone, cloud.Props{"name": "shop.example.net."})
	assert.Equal(t, "shop.example.net", zone.State["name"])
	assert.Equal(t, "Managed by Pulumi", zone.State["comment"])
	record := c.Create(route53.Record, address(zone.ID, "", "203.0.113.7"))
	assert.Equal(t, "shop.example.net", record.State["fqdn"])
	c.FailsDelete(zone, "HostedZoneNotEmpty")
	assert.True(t, c.Diff(zone, cloud.Props{"name": "other.example.net"}).Replaces())
	c.Update(zone, cloud.Props{"name": "shop.example.net.", "forceDestroy": true})
	c.Delete(zone)
	assert.Empty(t, h.World.Identifiers())
	c.Create(route53.Zone, cloud.Props{"name": domain})
	_, err := c.TryInvoke("aws:route53/getZone:getZone", cloud.Props{"name": domain})
	assert.ErrorContains(t, err, "multiple Route 53 Hosted Zones matched")
}

// The same request again is no second zone: AWS knows its caller reference.
func TestZoneIsNotMadeTwice(t *testing.T) {
	h, c, _ := client(t)
	request := cloud.Request{URN: "urn:pulumi:test::retail::" + route53.Zone + "::z", Token: route53.Zone,
		Inputs: cloud.Props{"name": "shop.example.net"}}
	_, err := h.World.Create(context.Background(), c.Session, request)
	assert.NoError(t, err)
	_, err = h.World.Create(context.Background(), c.Session, request)
	assert.Equal(t, "HostedZoneAlreadyExists", cloud.Code(err))
}

func TestPrivateZone(t *testing.T) {
	_, c, _ := client(t)
	vpc, other := c.Create(ec2.Vpc, cloud.Props{"cidrBlock": "10.0.0.0/16"}), c.Create(ec2.Vpc, cloud.Props{"cidrBlock": "10.1.0.0/16"})
	in := func(vpcs ...string) cloud.Props {
		all := list{}
		for _, v := range vpcs {
			all = append(all, cloud.Props{"vpcId": v})
		}
		return cloud.Props{"name": "retail.internal", "vpcs": all}
	}
	c.FailsCreate(route53.Zone, in("vpc-0"), "InvalidVPCId")
	zone := c.Create(route53.Zone, in(vpc.ID))
	c.FailsCreate(route53.Zone, in(vpc.ID), "ConflictingDomainExists")
	c.Update(zone, in(vpc.ID, other.ID))
	c.FailsUpdate(zone, in(), "LastVPCAssociation")
	found := c.Invoke("aws:route53/getZone:getZone", cloud.Props{"name": "retail.internal", "privateZone": true})
	assert.Equal(t, zone.ID, found["zoneId"])
	_, err := c.TryInvoke("aws:route53/getZone:getZone", cloud.Props{"name": "retail.internal"})
	assert.ErrorContains(t, err, "no matching", "a private zone must be asked for")
	public := c.Create(route53.Zone, cloud.Props{"name": "shop.example.net"})
	c.FailsUpdate(public, cloud.Props{"name": "shop.example.net", "vpcs": list{cloud.Props{"vpcId": vpc.ID}}}, "PublicZoneVPCAssociation")
}

func TestRecordsConflict(t *testing.T) {
	_, c, zone := client(t)
	www := c.Create(route53.Record, address(zone, "www", "203.0.113.7"))
	assert.Equal(t, zone+"_www_A", www.ID)
	cname := func(name string) cloud.Props {
		return with(address(zone, name, ""), cloud.Props{"type": "CNAME", "records": list{"shop.example.net"}})
	}
	err := c.FailsCreate(route53.Record, address(zone, "www."+domain, "203.0.113.8"), "InvalidChangeBatch")
	assert.ErrorContains(t, err, "[Tried to create resource record set [name='www."+domain+".', type='A'] but it already exists]")
	err = c.FailsCreate(route53.Record, cname(domain), "InvalidChangeBatch")
	assert.ErrorContains(t, err, "is not permitted at apex in zone "+domain+".")
	c.FailsCreate(route53.Record, cname("www"), "InvalidChangeBatch")
	c.Create(route53.Record, cname("blog"))
	c.FailsCreate(route53.Record, address(zone, "blog", "203.0.113.7"), "InvalidChangeBatch")
	c.FailsCreate(route53.Record, address("Z0", "x", "203.0.113.7"), "NoSuchHostedZone")
	c.FailsCreate(route53.Record, address(zone, "y", "2001:db8::1"), "InvalidChangeBatch")
	c.FailsCreate(route53.Record, with(cname("z"), cloud.Props{"records": list{"a", "b"}}), "InvalidChangeBatch")
	c.FailsCreate(route53.Record, with(address(zone, "www", "203.0.113.9"), cloud.Props{"setIdentifier": "a",
		"weightedRoutingPolicies": list{cloud.Props{"weight": 1.0}}}), "InvalidChangeBatch")
	over := c.Create(route53.Record, with(address(zone, "www", "203.0.113.9"), cloud.Props{"allowOverwrite": true}))
	c.Update(over, with(address(zone, "www", "203.0.113.10"), cloud.Props{"allowOverwrite": true}))
	assert.True(t, c.Diff(over, address(zone, "w", "203.0.113.10")).Replaces())
	assert.True(t, c.Diff(over, cname("www")).Replaces())
}

func TestRoutingPolicies(t *testing.T) {
	_, c, zone := client(t)
	check := c.Create(route53.HealthCheck, cloud.Props{"type": "HTTPS", "fqdn": "a." + domain, "resourcePath": "/health"})
	weighted := func(id string, weight float64) cloud.Props {
		return with(address(zone, "w", "203.0.113.7"), cloud.Props{"setIdentifier": id, "healthCheckId": check.ID,
			"weightedRoutingPolicies": list{cloud.Props{"weight": weight}}})
	}
	blue := c.Create(route53.Record, weighted("blue", 90))
	c.Create(route53.Record, weighted("green", 10))
	c.Update(blue, weighted("blue", 0))
	c.FailsCreate(route53.Record, weighted("green", 10), "InvalidChangeBatch")
	c.FailsCreate(route53.Record, with(weighted("red", 1), cloud.Props{"healthCheckId": "absent"}), "NoSuchHealthCheck")
	policy := func(name, id string, policy cloud.Props) cloud.Props {
		return with(address(zone, name, "203.0.113.7"), with(policy, cloud.Props{"setIdentifier": id}))
	}
	failover := func(kind string) cloud.Props {
		return cloud.Props{"failoverRoutingPolicies": list{cloud.Props{"type": kind}}}
	}
	latency := func(region string) cloud.Props {
		return cloud.Props{"latencyRoutingPolicies": list{cloud.Props{"region": region}}}
	}
	c.FailsCreate(route53.Record, policy("f", "a", failover("PRIMARY")), "InvalidInput")
	c.Create(route53.Record, policy("f", "a", with(failover("PRIMARY"), cloud.Props{"healthCheckId": check.ID})))
	c.Create(route53.Record, policy("f", "b", failover("SECONDARY")))
	c.FailsCreate(route53.Record, policy("f", "c", failover("SECONDARY")), "InvalidChangeBatch")
	c.FailsCreate(route53.Record, policy("f", "d", latency("eu-west-1")), "InvalidChangeBatch")
	c.Create(route53.Record, policy("l", "a", latency("eu-west-1")))
	c.FailsCreate(route53.Record, policy("l", "b", latency("eu-west-1")), "InvalidChangeBatch")
	c.Create(route53.Record, policy("l", "b", latency("us-east-1")))
	for name, change := range map[string]cloud.Props{
		"no identifier":      latency("eu-west-1"),
		"an identifier only": {"setIdentifier": "a"},
		"two policies":       with(latency("eu-west-1"), with(failover("PRIMARY"), cloud.Props{"setIdentifier": "a"})),
		"no time to live":    {"ttl": nil},
		"neither":            {"records": nil, "ttl": nil},
		"a weight of 256":    {"setIdentifier": "a", "weightedRoutingPolicies": list{cloud.Props{"weight": 256.0}}},
		"geolocation":        {"setIdentifier": "a", "geolocationRoutingPolicies": list{cloud.Props{"country": "DE"}}},
		"a type of no one":   {"type": "B"},
	} {
		_, broken := c.Check(route53.Record, with(address(zone, "x", "203.0.113.7"), change))
		assert.NotEmpty(t, broken, name)
	}
}

func TestAliasNeedsItsTarget(t *testing.T) {
	h, c, zone := client(t)
	vpc := c.Create(ec2.Vpc, cloud.Props{"cidrBlock": "10.0.0.0/16"})
	one := c.Create(ec2.Subnet, cloud.Props{"vpcId": vpc.ID, "cidrBlock": "10.0.0.0/24", "availabilityZoneId": "euw1-az1"})
	two := c.Create(ec2.Subnet, cloud.Props{"vpcId": vpc.ID, "cidrBlock": "10.0.1.0/24", "availabilityZoneId": "euw1-az2"})
	lb := c.Create(elbv2.LoadBalancer, cloud.Props{"internal": true, "subnets": list{one.ID, two.ID}})
	alias := func(name string, to, in any) cloud.Props {
		return cloud.Props{"zoneId": zone, "name": name, "type": "A",
			"aliases": list{cloud.Props{"name": to, "zoneId": in, "evaluateTargetHealth": true}}}
	}
	c.Create(route53.Record, alias("", lb.State["dnsName"], lb.State["zoneId"]))
	c.Create(route53.Record, alias("dual", "dualstack."+lb.State["dnsName"].(string), lb.State["zoneId"]))
	err := c.FailsCreate(route53.Record, alias("a", lb.State["dnsName"], zone), "InvalidChangeBatch")
	assert.ErrorContains(t, err, "but the alias target name does not lie within the target zone")
	err = c.FailsCreate(route53.Record, alias("b", "gone-1.eu-west-1.elb.amazonaws.com", lb.State["zoneId"]), "InvalidChangeBatch")
	assert.ErrorContains(t, err, "but that target was not found")
	assert.NotContains(t, err.Error(), "does not lie within")
	c.FailsCreate(route53.Record, alias("c", lb.State["dnsName"], "Z35SXDOTRQ7X7K"), "InvalidChangeBatch")
	c.FailsCreate(route53.Record, alias("d", "absent."+domain, zone), "InvalidChangeBatch")
	c.Create(route53.Record, alias("d", domain, zone))
	_, broken := c.Check(route53.Record, with(alias("e", domain, zone), cloud.Props{"ttl": 60.0}))
	assert.Len(t, broken, 1)
	see := func(name string) (n int) {
		assert.NoError(t, h.World.View(dev, "eu-west-1", func(c *cloud.Call) error { n = len(route53.Lookup(c, name, "A")); return nil }))
		return n
	}
	assert.Equal(t, 1, see("DUAL."+domain+"."))
	assert.Zero(t, see("absent."+domain))
	assert.Zero(t, see("dual.example.org"))
}

// A private zone that is nearer to a name hides nothing from the public; a public
// one does.
func TestNearestPublicZoneAnswers(t *testing.T) {
	h, c, zone := client(t)
	vpc := c.Create(ec2.Vpc, cloud.Props{"cidrBlock": "10.0.0.0/16"})
	c.Create(route53.Record, address(zone, "a.sub", "203.0.113.7"))
	c.Create(route53.Zone, cloud.Props{"name": "sub." + domain, "vpcs": list{cloud.Props{"vpcId": vpc.ID}}})
	see := func() (n int) {
		assert.NoError(t, h.World.View(dev, "eu-west-1", func(c *cloud.Call) error {
			n = len(route53.Lookup(c, "a.sub."+domain, "A"))
			return nil
		}))
		return n
	}
	assert.Equal(t, 1, see())
	sub := h.As("333333333333", "eu-west-1").Create(route53.Zone, cloud.Props{"name": "sub." + domain})
	assert.Zero(t, see())
	h.As("333333333333", "eu-west-1").Create(route53.Record, address(sub.ID, "a", "203.0.113.8"))
	assert.Equal(t, 1, see())
}
