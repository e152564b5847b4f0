package elbv2_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"

	"retail/sandbox/cloud"
	"retail/sandbox/cloud/ec2"
	"retail/sandbox/cloud/elbv2"
)

func TestTargetGroup(t *testing.T) {
	p := start(t)
	blue := p.Create(elbv2.TargetGroup, p.targets("blue"))
	assert.Regexp(t, `^targetgroup/blue/[0-9a-f]{16}$`, blue.State["arnSuffix"])
	assert.Equal(t, cloud.Props{"enabled": true, "healthyThreshold": 5., "unhealthyThreshold": 2., "interval": 30., "timeout": 5.,
		"path": "/", "matcher": "200", "port": "traffic-port", "protocol": "HTTP"}, blue.State["healthCheck"])
	p.FailsCreate(elbv2.TargetGroup, p.targets("blue"), "DuplicateTargetGroupName")
	p.FailsCreate(elbv2.TargetGroup, with(p.targets("x"), cloud.Props{"vpcId": "vpc-0"}), "ValidationError")
	p.Update(blue, with(p.targets("blue"), cloud.Props{"slowStart": 30.0, "deregistrationDelay": 20.0,
		"healthCheck": cloud.Props{"path": "/health", "interval": 10.0, "timeout": 5.0}}))
	assert.Equal(t, 3., cloud.Lookup(p.Read(blue), "healthCheck.healthyThreshold"), "pulumi-aws's default within a block")
	for name, change := range map[string]cloud.Props{"port": {"port": 80.0}, "protocol": {"protocol": "HTTPS"},
		"vpcId": {"vpcId": "vpc-1"}, "targetType": {"targetType": "instance"}, "name": {"name": "azure"},
		"protocolVersion": {"protocolVersion": "HTTP2"}} {
		diff := p.Diff(blue, with(p.targets("blue"), change))
		assert.True(t, diff.Replaces(), name)
		assert.Equal(t, name != "name", diff.DeleteFirst, "a name of its own stands in the way (case B8)")
	}
	auto := p.Create(elbv2.TargetGroup, with(p.targets(""), cloud.Props{"name": nil}))
	assert.False(t, p.Diff(auto, with(p.targets(""), cloud.Props{"name": nil, "port": 80.0})).DeleteFirst)
	assert.LessOrEqual(t, len(auto.State["name"].(string)), 32)
	found := p.Invoke("aws:lb/getTargetGroup:getTargetGroup", cloud.Props{"name": "blue"})
	assert.Equal(t, "20", found["deregistrationDelay"])
	p.Delete(blue)
}

func TestTargetGroupsRefusedInPreview(t *testing.T) {
	p := start(t)
	for name, test := range map[string]struct {
		path   string
		change cloud.Props
	}{
		"a long name":           {"name", cloud.Props{"name": strings.Repeat("a", 33)}},
		"no port":               {"port", cloud.Props{"port": nil}},
		"no VPC":                {"vpcId", cloud.Props{"vpcId": nil}},
		"Lambda":                {"targetType", cloud.Props{"targetType": "lambda"}},
		"slow start of 10 s":    {"slowStart", cloud.Props{"slowStart": 10.0}},
		"slow start of 901 s":   {"slowStart", cloud.Props{"slowStart": 901.0}},
		"a delay of 3601 s":     {"deregistrationDelay", cloud.Props{"deregistrationDelay": 3601.0}},
		"interval of 4 s":       {"healthCheck.interval", cloud.Props{"healthCheck": cloud.Props{"interval": 4.0}}},
		"timeout of 30 s":       {"healthCheck.timeout", cloud.Props{"healthCheck": cloud.Props{"timeout": 30.0}}},
		"threshold of 1":        {"healthCheck.healthyThreshold", cloud.Props{"healthCheck": cloud.Props{"healthyThreshold": 1.0}}},
		"TCP check of HTTP":     {"healthCheck.protocol", cloud.Props{"healthCheck": cloud.Props{"protocol": "TCP"}}},
		"path of a TCP check":   {"healthCheck.path", cloud.Props{"protocol": "TCP", "healthCheck": cloud.Props{"protocol": "TCP", "path": "/"}}},
		"ALB target by HTTP":    {"protocol", cloud.Props{"targetType": "alb"}},
		"port 65536":            {"healthCheck.port", cloud.Props{"healthCheck": cloud.Props{"port": "65536"}}},
		"a relative path":       {"healthCheck.path", cloud.Props{"healthCheck": cloud.Props{"path": "health"}}},
		"no stickiness of that": {"stickiness.type", cloud.Props{"stickiness": cloud.Props{"type": "cookie"}}},
	} {
		_, broken := p.Check(elbv2.TargetGroup, with(p.targets("blue"), test.change))
		if assert.Len(t, broken, 1, name) {
			assert.True(t, strings.HasPrefix(broken[0], test.path+": "), broken[0])
		}
	}
}

func TestAttributesThatExcludeEachOther(t *testing.T) {
	p := start(t)
	sticky := func(kind string, more cloud.Props) cloud.Props {
		return cloud.Props{"stickiness": with(cloud.Props{"type": kind}, more)}
	}
	tcp := cloud.Props{"protocol": "TCP"}
	for name, change := range map[string]cloud.Props{
		"slow start with least outstanding requests": {"slowStart": 30.0, "loadBalancingAlgorithmType": "least_outstanding_requests"},
		"anomaly mitigation with round robin":        {"loadBalancingAnomalyMitigation": "on"},
		"proxy protocol of HTTP":                     {"proxyProtocolV2": true},
		"slow start of TCP":                          with(tcp, cloud.Props{"slowStart": 30.0}),
		"cookies of TCP":                             with(tcp, sticky("lb_cookie", nil)),
		"source address of HTTP":                     sticky("source_ip", nil),
		"source address of TLS":                      with(sticky("source_ip", nil), cloud.Props{"protocol": "TLS"}),
	} {
		t.Run(name, func(t *testing.T) {
			p.FailsCreate(elbv2.TargetGroup, with(p.targets("x"), change), "InvalidConfigurationRequest")
		})
	}
	p.FailsCreate(elbv2.TargetGroup, with(p.targets("x"), sticky("app_cookie", nil)), "ValidationError")
	p.FailsCreate(elbv2.TargetGroup, with(p.targets("x"), sticky("app_cookie", cloud.Props{"cookieName": "AWSALBTG"})), "ValidationError")
	p.Create(elbv2.TargetGroup, with(p.targets("x"), sticky("app_cookie", cloud.Props{"cookieName": "basket"})))
	p.Create(elbv2.TargetGroup, with(p.targets("y"), cloud.Props{"slowStart": 30.0, "loadBalancingAlgorithmType": "round_robin"}))
}

// Sticky targets behind weights need weights that are sticky too.
func TestStickinessCannotBreakWeights(t *testing.T) {
	p := start(t)
	lb := p.Create(elbv2.LoadBalancer, p.balancer())
	https := p.Create(elbv2.Listener, p.https(lb))
	sticky := with(p.targets("blue"), cloud.Props{"stickiness": cloud.Props{"type": "lb_cookie"}})
	blue, green := p.Create(elbv2.TargetGroup, sticky), p.Create(elbv2.TargetGroup, p.targets("green"))
	split := weighted(map[string]float64{blue.ID: 90, green.ID: 10}, blue.ID, green.ID)
	p.FailsCreate(elbv2.ListenerRule, p.rule(https, 1, split), "InvalidConfigurationRequest")
	p.Create(elbv2.ListenerRule, p.rule(https, 2, list{cloud.Props{"type": "forward", "targetGroupArn": blue.ID}}))
	p.Update(blue, p.targets("blue"))
	p.Create(elbv2.ListenerRule, p.rule(https, 1, split))
	err := p.FailsUpdate(blue, sticky, "InvalidConfigurationRequest")
	assert.ErrorContains(t, err, "This target group appears behind a rule with group stickiness disabled")
}

func TestTargetsMustLieInTheVPC(t *testing.T) {
	p := start(t)
	p.Create(ec2.CidrAssociation, cloud.Props{"vpcId": p.vpc.ID, "cidrBlock": "100.64.0.0/16"})
	blue := p.Create(elbv2.TargetGroup, p.targets("blue"))
	target := func(id, zone string) cloud.Props {
		return with(cloud.Props{"targetGroupArn": blue.ID, "targetId": id}, cloud.Props{"availabilityZone": zone})
	}
	attach := func(id string) cloud.Props { return with(target(id, ""), cloud.Props{"availabilityZone": nil}) }
	inside := p.Create(elbv2.Attachment, attach("10.0.0.10"))
	p.Create(elbv2.Attachment, attach("100.64.1.10"))
	p.Create(elbv2.Attachment, target("10.9.0.1", "all"))
	p.FailsCreate(elbv2.Attachment, attach("10.9.0.2"), "InvalidTarget")
	p.FailsCreate(elbv2.Attachment, target("8.8.8.8", "all"), "InvalidTarget")
	p.FailsCreate(elbv2.Attachment, target("10.0.0.11", "all"), "ValidationError")
	p.FailsCreate(elbv2.Attachment, attach("i-0123456789abcdef0"), "ValidationError")
	p.FailsCreate(elbv2.Attachment, with(attach("10.0.0.12"), cloud.Props{"targetGroupArn": blue.ID + "0"}), "TargetGroupNotFound")
	assert.True(t, p.Diff(inside, attach("10.0.0.13")).Replaces())
	instances := p.Create(elbv2.TargetGroup, with(p.targets("machines"), cloud.Props{"targetType": "instance"}))
	p.FailsCreate(elbv2.Attachment, with(attach("i-0123456789abcdef0"), cloud.Props{"targetGroupArn": instances.ID}), "InvalidTarget")
	p.change(func(c *cloud.Call) error {
		c.Put(&cloud.Record{Token: "aws:autoscaling/group:Group", ID: "nodes", State: cloud.Props{
			"instances": list{cloud.Props{"instanceId": "i-0123456789abcdef0", "subnetId": p.one.ID}}}})
		return nil
	})
	p.Create(elbv2.Attachment, with(attach("i-0123456789abcdef0"), cloud.Props{"targetGroupArn": instances.ID}))
	p.Delete(inside)
	p.Delete(blue)
	assert.Len(t, p.h.Records(elbv2.Attachment), 1, "targets go with their group")
}

func TestApplicationLoadBalancerBehindANetworkLoadBalancer(t *testing.T) {
	p := start(t)
	lb := p.Create(elbv2.LoadBalancer, p.balancer())
	group := p.Create(elbv2.TargetGroup, with(p.targets("door"), cloud.Props{"port": 80.0, "protocol": "TCP", "targetType": "alb"}))
	target := cloud.Props{"targetGroupArn": group.ID, "targetId": lb.ID}
	p.FailsCreate(elbv2.Attachment, target, "InvalidTarget")
	p.Create(elbv2.Listener, cloud.Props{"loadBalancerArn": lb.ID, "port": 80.0, "defaultActions": notFound()})
	p.Create(elbv2.Attachment, target)
	p.FailsCreate(elbv2.Attachment, target, "TooManyTargets")
	p.FailsCreate(elbv2.Attachment, with(target, cloud.Props{"targetId": lb.ID + "0"}), "InvalidTarget")
}
