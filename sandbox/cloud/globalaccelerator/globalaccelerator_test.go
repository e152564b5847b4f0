package globalaccelerator_test

import (
	"context"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"retail/sandbox/cloud"
	"retail/sandbox/cloud/cloudtest"
	"retail/sandbox/cloud/ec2"
	"retail/sandbox/cloud/elbv2"
	ga "retail/sandbox/cloud/globalaccelerator"
	"retail/sandbox/cloud/iam"
	"retail/sandbox/cloud/kms"
	"retail/sandbox/cloud/s3"
)

func client(t *testing.T) (*cloudtest.Harness, *cloudtest.Client) {
	h := cloudtest.New(t, ec2.Register, elbv2.Register, ga.Register, iam.Register, kms.Register, s3.Register)
	return h, h.As("222222222222", "eu-west-1")
}

// site is a VPC with a load balancer in two zones.
type site struct {
	vpc, gateway, one, two, group, balancer *cloudtest.Resource
}

func newSite(c *cloudtest.Client, internal bool) site {
	var s site
	s.vpc = c.Create(ec2.Vpc, cloud.Props{"cidrBlock": "10.0.0.0/16"})
	s.gateway = c.Create(ec2.InternetGateway, cloud.Props{"vpcId": s.vpc.ID})
	s.one = c.Create(ec2.Subnet, cloud.Props{"vpcId": s.vpc.ID, "cidrBlock": "10.0.0.0/24", "availabilityZoneId": "euw1-az1"})
	s.two = c.Create(ec2.Subnet, cloud.Props{"vpcId": s.vpc.ID, "cidrBlock": "10.0.1.0/24", "availabilityZoneId": "euw1-az2"})
	s.group = c.Create(ec2.SecurityGroup, cloud.Props{"vpcId": s.vpc.ID, "name": "door"})
	s.balancer = c.Create(elbv2.LoadBalancer, cloud.Props{"internal": internal, "loadBalancerType": "application",
		"subnets": []any{s.one.ID, s.two.ID}, "securityGroups": []any{s.group.ID}})
	return s
}

func https(accelerator string) cloud.Props {
	return cloud.Props{"acceleratorArn": accelerator, "protocol": "TCP", "portRanges": []any{cloud.Props{"fromPort": 443., "toPort": 443.}}}
}

func TestAcceleratorLives(t *testing.T) {
	h, dev := client(t)
	before := h.World.Identifiers()
	a := dev.Create(ga.Accelerator, cloud.Props{"name": "shop"})
	assert.Regexp(t, `^arn:aws:globalaccelerator::222222222222:accelerator/[0-9a-f-]{36}$`, a.ID)
	assert.Equal(t, []any{"198.51.100.1", "203.0.113.1"}, cloud.Lookup(a.State, "ipSets[0].ipAddresses"))
	assert.Equal(t, ga.HostedZone, a.State["hostedZoneId"])
	assert.Equal(t, a.State, dev.Read(a))
	other := h.As("333333333333", "us-east-1").Create(ga.Accelerator, cloud.Props{})
	assert.Equal(t, "198.51.100.2", cloud.Lookup(other.State, "ipAddresses[0]"), "addresses are nobody else's")
	dev.Update(a, cloud.Props{"name": "store", "enabled": false})
	_, broken := dev.Check(ga.Accelerator, cloud.Props{"name": "-shop"})
	assert.Len(t, broken, 1)
	listener := dev.Create(ga.Listener, https(a.ID))
	dev.FailsDelete(a, "AssociatedListenerFoundException")
	assert.True(t, dev.Diff(listener, https("arn:other")).Replaces())
	dev.Delete(listener)
	dev.Delete(a)
	h.As("333333333333", "eu-west-1").Delete(other)
	assert.Equal(t, before, h.World.Identifiers())
}

func TestListenersDoNotShareAPort(t *testing.T) {
	_, dev := client(t)
	a := dev.Create(ga.Accelerator, cloud.Props{})
	dev.FailsCreate(ga.Listener, https(a.ID+"x"), "AcceleratorNotFoundException")
	listener := dev.Create(ga.Listener, https(a.ID))
	dev.FailsCreate(ga.Listener, https(a.ID), "InvalidPortRangeException")
	backwards := https(a.ID)
	backwards["portRanges"] = []any{cloud.Props{"fromPort": 90., "toPort": 80.}}
	dev.FailsUpdate(listener, backwards, "InvalidPortRangeException")
	udp := https(a.ID)
	udp["protocol"] = "UDP"
	dev.Create(ga.Listener, udp)
	for _, bad := range []cloud.Props{{"protocol": "HTTP"}, {"clientAffinity": "COOKIE"}, {"portRanges": []any{}}} {
		p := https(a.ID)
		for k, v := range bad {
			p[k] = v
		}
		_, broken := dev.Check(ga.Listener, p)
		assert.Len(t, broken, 1, "%v", bad)
	}
}

func TestEndpointsMustExistInTheGroupsRegion(t *testing.T) {
	h, dev := client(t)
	s := newSite(dev, false)
	listener := dev.Create(ga.Listener, https(dev.Create(ga.Accelerator, cloud.Props{}).ID))
	group := func(change cloud.Props, endpoints ...any) cloud.Props {
		p := cloud.Props{"listenerArn": listener.ID, "endpointConfigurations": endpoints}
		for k, v := range change {
			p[k] = v
		}
		return p
	}
	alb := cloud.Props{"endpointId": s.balancer.ID, "weight": 100.}
	dev.FailsCreate(ga.EndpointGroup, cloud.Props{"listenerArn": listener.ID + "x"}, "ListenerNotFoundException")
	dev.FailsCreate(ga.EndpointGroup, group(nil, cloud.Props{"endpointId": s.balancer.ID + "x"}), "InvalidArgumentException")
	dev.FailsCreate(ga.EndpointGroup, group(cloud.Props{"endpointGroupRegion": "eu-central-1"}, alb), "InvalidArgumentException")
	dev.FailsCreate(ga.EndpointGroup, group(cloud.Props{"endpointGroupRegion": "eu-west-9"}), "InvalidArgumentException")
	dev.FailsCreate(ga.EndpointGroup, group(nil, alb, alb), "EndpointAlreadyExistsException")
	for name, bad := range map[string]cloud.Props{
		"weight":   group(nil, cloud.Props{"endpointId": s.balancer.ID, "weight": 256.}),
		"dial":     group(cloud.Props{"trafficDialPercentage": 101.}, alb),
		"interval": group(cloud.Props{"healthCheckIntervalSeconds": 20.}, alb),
		"address":  group(nil, cloud.Props{"endpointId": "eipalloc-0123456789abcdef0"}),
	} {
		_, broken := dev.Check(ga.EndpointGroup, bad)
		assert.Len(t, broken, 1, name)
	}
	made := h.As("222222222222", "us-east-1").Create(ga.EndpointGroup, group(cloud.Props{"endpointGroupRegion": "eu-west-1"}, alb))
	assert.Equal(t, 443., made.State["healthCheckPort"])
	assert.Equal(t, true, cloud.Lookup(made.State, "endpointConfigurations[0].clientIpPreservationEnabled"))
	read, err := h.World.Read(context.Background(), dev.Session, cloud.Request{URN: made.URN, Token: made.Token, ID: made.ID,
		Old: made.Inputs, State: made.State})
	require.NoError(t, err)
	assert.Equal(t, []any{alb}, read.Inputs["endpointConfigurations"], "what AWS fills in beside is no input")
	dev.FailsCreate(ga.EndpointGroup, group(nil, alb), "EndpointGroupAlreadyExistsException")
	dev.FailsDelete(listener, "AssociatedEndpointGroupFoundException")
	assert.True(t, dev.Diff(made, group(cloud.Props{"endpointGroupRegion": "us-east-1"}, alb)).Replaces())
	dev.Update(made, group(cloud.Props{"endpointGroupRegion": "eu-west-1", "trafficDialPercentage": 0.},
		cloud.Props{"endpointId": s.balancer.ID, "weight": 0.}))
	assert.Equal(t, 0., cloud.Lookup(made.State, "endpointConfigurations[0].weight"))
}

// What Global Accelerator makes in a VPC: interfaces, which go with the endpoint
// group, and a security group, which nobody takes away.
func TestPreservedAddressesLeaveASecurityGroupBehind(t *testing.T) {
	h, dev := client(t)
	s := newSite(dev, false)
	listener := dev.Create(ga.Listener, https(dev.Create(ga.Accelerator, cloud.Props{}).ID))
	with := func(preserve bool) cloud.Props {
		return cloud.Props{"listenerArn": listener.ID, "endpointConfigurations": []any{
			cloud.Props{"endpointId": s.balancer.ID, "clientIpPreservationEnabled": preserve}}}
	}
	groups, interfaces := len(h.Records(ec2.SecurityGroup)), len(h.Records(ec2.Interface))
	made := dev.Create(ga.EndpointGroup, with(false))
	assert.Len(t, h.Records(ec2.Interface), interfaces)
	dev.Update(made, with(true))
	assert.Len(t, h.Records(ec2.Interface), interfaces+2)
	dev.Update(made, with(false))
	assert.Len(t, h.Records(ec2.Interface), interfaces)
	dev.Update(made, with(true))
	dev.Delete(made)
	assert.Len(t, h.Records(ec2.Interface), interfaces)
	assert.Len(t, h.Records(ec2.SecurityGroup), groups+1)
	for _, r := range []*cloudtest.Resource{s.balancer, s.group, s.one, s.two, s.gateway} {
		dev.Delete(r)
	}
	dev.FailsDelete(s.vpc, "DependencyViolation")
}

func TestGroupOfThatNameIsUsedWhenAProgramOwnsIt(t *testing.T) {
	h, dev := client(t)
	s := newSite(dev, true)
	own := dev.Create(ec2.SecurityGroup, cloud.Props{"vpcId": s.vpc.ID, "name": "GlobalAccelerator"})
	listener := dev.Create(ga.Listener, https(dev.Create(ga.Accelerator, cloud.Props{}).ID))
	with := func(preserve any) cloud.Props {
		e := cloud.Props{"endpointId": s.balancer.ID}
		if preserve != nil {
			e["clientIpPreservationEnabled"] = preserve
		}
		return cloud.Props{"listenerArn": listener.ID, "endpointConfigurations": []any{e}}
	}
	dev.FailsCreate(ga.EndpointGroup, with(false), "InvalidArgumentException")
	count := len(h.Records(ec2.SecurityGroup))
	made := dev.Create(ga.EndpointGroup, with(nil))
	assert.Len(t, h.Records(ec2.SecurityGroup), count)
	dev.FailsDelete(own, "DependencyViolation")
	dev.Delete(made)
	for _, r := range []*cloudtest.Resource{own, s.balancer, s.group, s.one, s.two, s.gateway, s.vpc} {
		dev.Delete(r)
	}
}

func TestFlowLogsNeedABucketThatTakesThem(t *testing.T) {
	_, dev := client(t)
	logged := cloud.Props{"name": "shop", "attributes": cloud.Props{"flowLogsEnabled": true, "flowLogsS3Bucket": "retail-flows", "flowLogsS3Prefix": "ga/"}}
	dev.FailsCreate(ga.Accelerator, cloud.Props{"attributes": cloud.Props{"flowLogsEnabled": true}}, "InvalidArgumentException")
	bucket := dev.Create(s3.Bucket, cloud.Props{"bucket": "retail-flows"})
	dev.FailsCreate(ga.Accelerator, logged, "AccessDeniedException")
	dev.Create(s3.Policy, cloud.Props{"bucket": bucket.ID, "policy": `{"Version":"2012-10-17","Statement":{"Effect":"Allow",
		"Principal":{"Service":"delivery.logs.amazonaws.com"},"Action":"s3:PutObject","Resource":"arn:aws:s3:::retail-flows/ga/AWSLogs/222222222222/*",
		"Condition":{"StringEquals":{"aws:SourceAccount":"222222222222"}}}}`})
	dev.Create(ga.Accelerator, logged)
	dev.FailsDelete(bucket, "BucketNotEmpty")
}

func TestWorldsCompareWithoutWhatAcceleratorsGet(t *testing.T) {
	build := func(seed string, taken bool) map[string]string {
		h := cloudtest.NewWith(t, cloud.Options{Registry: cloud.NewRegistry(ga.Register), Facts: cloud.Tables, Seed: seed})
		theirs := &cloud.Record{Token: ga.Accelerator, Account: "333333333333", ID: "theirs",
			State: cloud.Props{"ipAddresses": []any{"198.51.100.1", "203.0.113.1"}}}
		change := func(f func(*cloud.Call)) {
			require.NoError(t, h.World.Change("333333333333", "", "test", func(c *cloud.Call) error { f(c); return nil }))
		}
		if taken {
			change(func(c *cloud.Call) { c.Put(theirs) })
		}
		h.As("222222222222", "eu-west-1").Create(ga.Accelerator, cloud.Props{"name": "shop"})
		if taken {
			change(func(c *cloud.Call) { c.Remove(theirs) })
		}
		return h.World.Normalised()
	}
	assert.Equal(t, build("one", false), build("two", true))
}
