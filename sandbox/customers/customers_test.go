package customers_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"retail/sandbox/cloud"
	"retail/sandbox/cloud/cloudtest"
	"retail/sandbox/cloud/cloudwatch/metrics"
	"retail/sandbox/customers"
	"retail/sandbox/request"
)

const (
	account = "222222222222"
	region  = "eu-west-1"
	balance = "app/door/0123456789abcdef"
	group   = "targetgroup/green/0123456789abcdef"
)

// shop is a world with a load balancer that sends everything to one healthy target of the
// cluster green, and a second, unhealthy one.
type shop struct {
	*customers.Crowd
	world *cloud.World
	store *metrics.Store
}

func open(t *testing.T) *shop {
	t.Helper()
	s := &shop{world: cloudtest.New(t).World, store: metrics.New(metrics.Pace{Minute: time.Minute})}
	s.Crowd = customers.New(func() *cloud.World { return s.world }, func() *metrics.Store { return s.store })
	target := func(id, health string) *cloud.Record {
		return &cloud.Record{Token: "aws:lb/targetGroupAttachment:TargetGroupAttachment", ID: "green-" + id, Owner: "green/aws-load-balancer-controller",
			State: cloud.Props{"targetGroupArn": "arn:green", "targetId": id, "port": 8080., "health": cloud.Props{"state": health}}}
	}
	s.put(t,
		&cloud.Record{Token: "aws:route53/zone:Zone", ID: "Z1", State: cloud.Props{"name": "example.net"}},
		&cloud.Record{Token: "aws:route53/record:Record", ID: "Z1_shop", State: cloud.Props{"zoneId": "Z1", "name": "shop.example.net", "type": "A",
			"aliases": []any{cloud.Props{"name": "lb.amazonaws.com", "evaluateTargetHealth": true}}}},
		&cloud.Record{Token: "aws:ec2/securityGroup:SecurityGroup", ID: "sg-1", State: cloud.Props{"ingress": []any{
			cloud.Props{"protocol": "tcp", "fromPort": 80., "toPort": 443., "cidrBlocks": []any{"0.0.0.0/0"}}}}},
		&cloud.Record{Token: "aws:ec2/subnet:Subnet", ID: "subnet-1", State: cloud.Props{"vpcId": "vpc-1", "cidrBlock": "10.0.0.0/24",
			"availabilityZone": "eu-west-1a", "availabilityZoneId": "euw1-az1"}},
		&cloud.Record{Token: "aws:lb/loadBalancer:LoadBalancer", ID: "arn:lb", State: cloud.Props{"name": "door", "dnsName": "lb.amazonaws.com",
			"arnSuffix": balance, "loadBalancerType": "application", "securityGroups": []any{"sg-1"}, "subnets": []any{"subnet-1"}}},
		&cloud.Record{Token: "aws:acm/certificate:Certificate", ID: "arn:cert", State: cloud.Props{"arn": "arn:cert", "domainName": "*.example.net"}},
		&cloud.Record{Token: "aws:lb/listener:Listener", ID: "arn:443", State: cloud.Props{"loadBalancerArn": "arn:lb", "port": 443., "protocol": "HTTPS",
			"certificateArn": "arn:cert", "defaultActions": []any{cloud.Props{"type": "forward", "targetGroupArn": "arn:green"}}}},
		&cloud.Record{Token: "aws:lb/listener:Listener", ID: "arn:80", State: cloud.Props{"loadBalancerArn": "arn:lb", "port": 80., "protocol": "HTTP",
			"defaultActions": []any{cloud.Props{"type": "redirect", "redirect": cloud.Props{"protocol": "HTTPS", "port": "443", "host": "#{host}",
				"path": "/#{path}", "query": "#{query}", "statusCode": "HTTP_301"}}}}},
		&cloud.Record{Token: "aws:lb/targetGroup:TargetGroup", ID: "arn:green", State: cloud.Props{"name": "green", "port": 8080., "vpcId": "vpc-1", "arnSuffix": group}},
		&cloud.Record{Token: "aws:eks/cluster:Cluster", ID: "green", State: cloud.Props{"name": "green", "arn": "arn:aws:eks:eu-west-1:222222222222:cluster/green"}},
		target("10.0.0.9", "healthy"), target("10.0.0.10", "unhealthy"))
	return s
}

func (s *shop) put(t *testing.T, records ...*cloud.Record) {
	t.Helper()
	require.NoError(t, s.world.Change(account, region, "test", func(c *cloud.Call) error {
		for _, r := range records {
			c.Put(r)
		}
		return nil
	}))
}

// sum is what a metric has counted in the last two minutes; -1: nothing.
func (s *shop) sum(name string, dimensions map[string]string) float64 {
	pace, out := s.store.Pace(), -1.
	points := s.store.Periods(metrics.Metric{Account: account, Region: region, Namespace: "AWS/ApplicationELB", Name: name, Dimensions: metrics.Dimensions(dimensions)},
		pace.At(time.Now())/60*60+60, 60, 2)
	for _, p := range points {
		out = max(out, 0) + p.Sum
	}
	return out
}

func TestRequestsAreCountedAsLoadBalancersDo(t *testing.T) {
	s := open(t)
	require.NoError(t, request.SetErrors(s.world, request.Errors{Cluster: "green", Percent: 30, Status: 503}))
	answers, err := s.Ask(t.Context(), customers.Question{URL: "https://shop.example.net/", Count: 1000, Seed: 1})
	require.NoError(t, err)
	require.Len(t, answers, 2)
	good, bad := float64(answers[0].Count), float64(answers[1].Count)
	assert.Equal(t, []int{200, 503}, []int{answers[0].Status, answers[1].Status})
	assert.InDelta(t, 300, bad, 50)
	for _, of := range []map[string]string{
		{"LoadBalancer": balance}, {"LoadBalancer": balance, "TargetGroup": group},
		{"LoadBalancer": balance, "AvailabilityZone": "eu-west-1a"}, {"LoadBalancer": balance, "TargetGroup": group, "AvailabilityZone": "eu-west-1a"},
	} {
		assert.Equal(t, 1000., s.sum("RequestCount", of), "%v", of)
		assert.Equal(t, good, s.sum("HTTPCode_Target_2XX_Count", of), "%v", of)
		assert.Equal(t, bad, s.sum("HTTPCode_Target_5XX_Count", of), "%v", of)
		assert.InDelta(t, 20, s.sum("TargetResponseTime", of), 1e-6, "%v", of)
		assert.Equal(t, -1., s.sum("HTTPCode_ELB_5XX_Count", of), "%v", of)
	}
}

func TestErrorsOfTheLoadBalancerAreItsOwn(t *testing.T) {
	s := open(t)
	for _, id := range []string{"10.0.0.9", "10.0.0.10"} {
		s.put(t, &cloud.Record{Token: "aws:lb/targetGroupAttachment:TargetGroupAttachment", ID: "green-" + id, Fading: true, State: cloud.Props{}})
	}
	_, err := s.Ask(t.Context(), customers.Question{URL: "https://shop.example.net/", Count: 10})
	require.NoError(t, err)
	assert.Equal(t, 10., s.sum("HTTPCode_ELB_5XX_Count", map[string]string{"LoadBalancer": balance}))
	assert.Equal(t, 10., s.sum("HTTPCode_ELB_503_Count", map[string]string{"LoadBalancer": balance, "AvailabilityZone": "eu-west-1a"}))
	assert.Equal(t, -1., s.sum("RequestCount", map[string]string{"LoadBalancer": balance}), "no target was chosen")
}

func TestVPCLatticeCountsByServiceAndTargetGroup(t *testing.T) {
	s := open(t)
	service, group := &cloud.Record{ID: "svc-1", Account: account, Region: region}, &cloud.Record{ID: "tg-1", Account: account, Region: region}
	s.Count(request.Sample{Service: service, Group: group, Status: 500, ByTarget: true, Took: 20 * time.Millisecond})
	s.Count(request.Sample{Service: service, Status: 403})
	sum := func(name, dimension, id string) (out float64) {
		pace := s.store.Pace()
		for _, p := range s.store.Periods(metrics.Metric{Account: account, Region: region, Namespace: "AWS/VpcLattice", Name: name,
			Dimensions: dimension + "=" + id}, pace.At(time.Now())/60*60+60, 60, 2) {
			out += p.Sum
		}
		return out
	}
	assert.InDelta(t, 2, sum("TotalRequestCount", "Service", "svc-1"), 0)
	assert.InDelta(t, 1, sum("HTTPCode_5XX_Count", "Service", "svc-1"), 0)
	assert.InDelta(t, 1, sum("HTTPCode_4XX_Count", "Service", "svc-1"), 0)
	assert.InDelta(t, 1, sum("TotalRequestCount", "TargetGroup", "tg-1"), 0, "what a policy refuses reaches no target group")
	assert.InDelta(t, 20, sum("RequestTime", "TargetGroup", "tg-1"), 0, "milliseconds")
}

func TestTargetsHealthIsReported(t *testing.T) {
	s := open(t)
	s.Health()
	for _, of := range []map[string]string{{"LoadBalancer": balance, "TargetGroup": group}, {"LoadBalancer": balance, "TargetGroup": group, "AvailabilityZone": "eu-west-1a"}} {
		assert.Equal(t, 1., s.sum("HealthyHostCount", of), "%v", of)
		assert.Equal(t, 1., s.sum("UnHealthyHostCount", of), "%v", of)
	}
}

func TestQuestionsThatAreRefused(t *testing.T) {
	s := open(t)
	for reason, q := range map[string]customers.Question{
		"is no URL of a web page": {URL: "shop.example.net", Count: 1}, "--count 0": {URL: "https://shop.example.net/"},
		"--count 1000001": {URL: "https://shop.example.net/", Count: 1_000_001},
	} {
		_, err := s.Ask(t.Context(), q)
		require.ErrorContains(t, err, reason)
	}
}
