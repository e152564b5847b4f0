package request_test

import (
	"net/url"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"retail/sandbox/cloud"
	"retail/sandbox/cloud/ec2"
	"retail/sandbox/request"
)

func record(token, id string, state cloud.Props) *cloud.Record {
	return &cloud.Record{Token: token, ID: id, Region: "eu-west-1", State: cloud.Clone(state)}
}

// shop is a zone, a load balancer with a test rule for green and a weighted rule,
// and a healthy target for each colour.
func shop(blue, green int) []*cloud.Record {
	forward := func(groups ...any) []any {
		return []any{cloud.Props{"type": "forward", "forward": cloud.Props{"targetGroups": groups}}}
	}
	host := cloud.Props{"hostHeader": cloud.Props{"values": []any{"shop.example.com"}}}
	return []*cloud.Record{
		record("aws:route53/zone:Zone", "Z1", cloud.Props{"name": "example.com"}),
		record("aws:route53/record:Record", "Z1_shop", cloud.Props{"zoneId": "Z1", "name": "shop.example.com", "type": "A",
			"aliases": []any{cloud.Props{"name": "lb.amazonaws.com", "evaluateTargetHealth": true}}}),
		record("aws:ec2/securityGroup:SecurityGroup", "sg-1", cloud.Props{"ingress": []any{
			cloud.Props{"protocol": "tcp", "fromPort": 80, "toPort": 443, "cidrBlocks": []any{"0.0.0.0/0"}}}}),
		record("aws:lb/loadBalancer:LoadBalancer", "arn:lb", cloud.Props{"name": "lb", "dnsName": "lb.amazonaws.com", "securityGroups": []any{"sg-1"}}),
		record("aws:acm/certificate:Certificate", "arn:cert", cloud.Props{"arn": "arn:cert", "domainName": "*.example.com"}),
		record("aws:lb/listener:Listener", "arn:80", cloud.Props{"loadBalancerArn": "arn:lb", "port": 80, "protocol": "HTTP", "defaultActions": []any{
			cloud.Props{"type": "redirect", "redirect": cloud.Props{"protocol": "HTTPS", "port": "443", "host": "#{host}", "path": "/#{path}",
				"query": "#{query}", "statusCode": "HTTP_301"}}}}),
		record("aws:lb/listener:Listener", "arn:443", cloud.Props{"loadBalancerArn": "arn:lb", "port": 443, "protocol": "HTTPS", "certificateArn": "arn:cert",
			"defaultActions": []any{cloud.Props{"type": "fixed-response", "fixedResponse": cloud.Props{"statusCode": "404", "messageBody": "no shop"}}}}),
		record("aws:lb/listenerRule:ListenerRule", "arn:test", cloud.Props{"listenerArn": "arn:443", "priority": 10,
			"conditions": []any{host, cloud.Props{"httpHeader": cloud.Props{"httpHeaderName": "x-retail-colour", "values": []any{"green"}}}},
			"actions":    forward(cloud.Props{"arn": "arn:green", "weight": 1})}),
		record("aws:lb/listenerRule:ListenerRule", "arn:traffic", cloud.Props{"listenerArn": "arn:443", "priority": 100, "conditions": []any{host},
			"actions": forward(cloud.Props{"arn": "arn:blue", "weight": blue}, cloud.Props{"arn": "arn:green", "weight": green})}),
		record("aws:lb/targetGroup:TargetGroup", "arn:blue", cloud.Props{"name": "blue", "port": 8080, "vpcId": "vpc-1"}),
		record("aws:lb/targetGroup:TargetGroup", "arn:green", cloud.Props{"name": "green", "port": 8080, "vpcId": "vpc-1"}),
		target("blue", "10.0.0.1"), target("green", "10.0.0.2"),
	}
}

func target(group, address string) *cloud.Record {
	return record("aws:lb/targetGroupAttachment:TargetGroupAttachment", group+address, cloud.Props{"targetGroupArn": "arn:" + group,
		"targetId": address, "port": 8080, "health": cloud.Props{"state": "healthy"}})
}

func ask(t *testing.T, address string, headers ...string) request.Request {
	t.Helper()
	u, err := url.Parse(address)
	require.NoError(t, err)
	r := request.Request{URL: u, Headers: map[string]string{}}
	for n := 0; n < len(headers); n += 2 {
		r.Headers[headers[n]] = headers[n+1]
	}
	return r
}

// find is the record of an ID, to be changed by a test.
func find(records []*cloud.Record, id string) *cloud.Record {
	for _, r := range records {
		if r.ID == id {
			return r
		}
	}
	return nil
}

func TestRequestsFollowTheWeights(t *testing.T) {
	for _, weights := range [][2]int{{100, 0}, {90, 10}, {50, 50}, {0, 100}} {
		world, count := request.New(shop(weights[0], weights[1]), 1), map[string]int{}
		for range 1000 {
			out := world.Do(ask(t, "https://shop.example.com/"))
			require.Equal(t, 200, out.Status, out.Reason)
			count[out.TargetGroup]++
		}
		assert.InDelta(t, 10*weights[0], count["blue"], 40, "%v", weights)
		if weights[0] == 0 || weights[1] == 0 {
			assert.Len(t, count, 1, "weight 0 means none: %v", weights)
		}
	}
}

// B10: a colour of weight 0 can be reached for a test, and by nobody else.
func TestTheTestRuleReachesTheIdleColour_B10(t *testing.T) {
	world := request.New(shop(100, 0), 1)
	out := world.Do(ask(t, "https://SHOP.example.com/cart", "X-Retail-Colour", "green"))
	assert.Equal(t, "green", out.TargetGroup)
	assert.Equal(t, "10.0.0.2:8080", out.Target)
	assert.Equal(t, "blue", world.Do(ask(t, "https://shop.example.com/", "x-retail-colour", "red")).TargetGroup)
}

func TestPlainHTTPIsRedirectedAndFollowed(t *testing.T) {
	out := request.New(shop(100, 0), 1).Do(ask(t, "http://shop.example.com/a?b=c"))
	assert.Equal(t, 200, out.Status)
	assert.Contains(t, out.Hops, request.Hop{What: "redirect", Name: "https://shop.example.com:443/a?b=c", Why: "301"})
}

func TestRequestsThatNoPodAnswers(t *testing.T) {
	for name, c := range map[string]struct {
		change  func([]*cloud.Record) []*cloud.Record
		address string
		status  int
		reason  string
	}{
		"no zone":       {nil, "https://shop.example.org/", 0, "no public hosted zone answers"},
		"no record":     {nil, "https://other.example.com/", 0, "has no A or CNAME record"},
		"no listener":   {nil, "https://shop.example.com:8443/", 0, "admit no packet on port 8443"},
		"no target":     {without("green10.0.0.2"), "https://shop.example.com/", 503, "has no targets"},
		"unhealthy":     {set("green10.0.0.2", "health", cloud.Props{"state": "unhealthy"}), "https://shop.example.com/", 502, "no target is healthy"},
		"closed":        {set("sg-1", "ingress", []any{}), "https://shop.example.com/", 0, "admit no packet"},
		"internal":      {set("arn:lb", "internal", true), "https://shop.example.com/", 0, "internal"},
		"certificate":   {set("arn:cert", "domainName", "shop.example.org"), "https://shop.example.com/", 0, "no certificate"},
		"unknown host":  {set("Z1_shop", "name", "other.example.com"), "https://other.example.com/", 404, "answers by itself"},
		"weights of 0":  {set("arn:traffic", "actions", []any{cloud.Props{"type": "forward", "forward": cloud.Props{"targetGroups": []any{}}}}), "https://shop.example.com/", 503, "weight above 0"},
		"private zones": {set("Z1", "vpcs", []any{cloud.Props{"vpcId": "vpc-1"}}), "https://shop.example.com/", 0, "no public hosted zone"},
	} {
		t.Run(name, func(t *testing.T) {
			records := shop(0, 100)
			if c.change != nil {
				records = c.change(records)
			}
			out := request.New(records, 1).Do(ask(t, c.address))
			assert.Equal(t, c.status, out.Status)
			assert.Contains(t, out.Reason, c.reason)
			assert.NotEqual(t, 200, out.Status)
		})
	}
}

func without(id string) func([]*cloud.Record) []*cloud.Record {
	return func(records []*cloud.Record) []*cloud.Record {
		find(records, id).Fading = true
		return records
	}
}

func set(id, property string, value any) func([]*cloud.Record) []*cloud.Record {
	return func(records []*cloud.Record) []*cloud.Record {
		find(records, id).State[property] = value
		return records
	}
}

// edge is CloudFront with the shop as its first origin, behind a load balancer
// that lets nobody else in, and a second origin that answers on failure.
func edge() []*cloud.Record {
	records := shop(100, 0)
	find(records, "Z1_shop").State["aliases"] = []any{cloud.Props{"name": "d1.cloudfront.net"}}
	find(records, "sg-1").State["ingress"] = []any{cloud.Props{"protocol": "tcp", "fromPort": 443.0, "toPort": 443.0,
		"prefixListIds": []any{ec2.EdgePrefixList("eu-west-1")}}}
	origin := func(id, name string) any {
		return cloud.Props{"originId": id, "domainName": name, "customOriginConfig": cloud.Props{"originProtocolPolicy": "https-only"}}
	}
	return append(records,
		record("aws:cloudfront/distribution:Distribution", "D1", cloud.Props{"domainName": "d1.cloudfront.net", "enabled": true,
			"aliases": []any{"shop.example.com"}, "origins": []any{origin("one", "one.example.com"), origin("two", "lb.amazonaws.com")},
			"originGroups": []any{cloud.Props{"originId": "both", "failoverCriteria": cloud.Props{"statusCodes": []any{500.0, 502.0, 503.0, 504.0}},
				"members": []any{cloud.Props{"originId": "one"}, cloud.Props{"originId": "two"}}}},
			"defaultCacheBehavior": cloud.Props{"targetOriginId": "both", "viewerProtocolPolicy": "redirect-to-https",
				"originRequestPolicyId": "216adef6-5c7f-47e4-b989-5492eafa07d3"}}),
		record("aws:route53/record:Record", "Z1_one", cloud.Props{"zoneId": "Z1", "name": "one.example.com", "type": "CNAME", "records": []any{"lb.amazonaws.com"}}))
}

func TestCloudFrontReachesAnOriginThatTakesNobodyElse(t *testing.T) {
	records := edge()
	out := request.New(records, 1).Do(ask(t, "https://shop.example.com/"))
	assert.Equal(t, 200, out.Status, out.Reason)
	assert.Equal(t, "blue", out.TargetGroup)

	find(records, "Z1_shop").State["aliases"] = []any{cloud.Props{"name": "lb.amazonaws.com"}}
	assert.Contains(t, request.New(records, 1).Do(ask(t, "https://shop.example.com/")).Reason, "admit no packet on port 443 from the internet")
}

func TestCloudFrontFailsOverToTheSecondOrigin(t *testing.T) {
	records := edge()
	find(records, "Z1_one").Fading = true
	out := request.New(records, 1).Do(ask(t, "https://shop.example.com/"))
	assert.Equal(t, 200, out.Status, out.Reason)
	assert.Contains(t, out.Hops[len(out.Hops)-5].Why, "origin one failed")
}

// Reading is tried again at the second origin, writing is not: it may have been done.
func TestCloudFrontAsksAsThePathsBehaviourSays(t *testing.T) {
	records := edge()
	d := find(records, "D1").State
	reads, all := []any{"GET", "HEAD", "OPTIONS"}, []any{"GET", "HEAD", "OPTIONS", "POST"}
	d["defaultCacheBehavior"].(cloud.Props)["targetOriginId"] = "one"
	d["defaultCacheBehavior"].(cloud.Props)["allowedMethods"] = all
	for _, pattern := range []string{"catalog/*", "/catalog*"} {
		d["orderedCacheBehaviors"] = []any{cloud.Props{"pathPattern": "/", "targetOriginId": "both", "viewerProtocolPolicy": "https-only"},
			cloud.Props{"pathPattern": pattern, "targetOriginId": "both", "allowedMethods": reads, "originRequestPolicyId": "216adef6-5c7f-47e4-b989-5492eafa07d3"}}
		find(records, "Z1_one").Fading = true
		for path, status := range map[string]int{"/catalog/1": 200, "/cart": 504, "/Catalog/1": 504} {
			out := request.New(records, 1).Do(ask(t, "https://shop.example.com"+path))
			assert.Equal(t, status, out.Status, "%s %s: %s", pattern, path, out.Reason)
		}
		write := ask(t, "https://shop.example.com/catalog/1")
		write.Method = "POST"
		out := request.New(records, 1).Do(write)
		assert.Equal(t, 403, out.Status, out.Reason)
		assert.Contains(t, out.Reason, "does not allow the method POST on /catalog/1")
		assert.Equal(t, 403, request.New(records, 1).Do(ask(t, "http://shop.example.com/")).Status, "HTTPS only")
	}
}

// accelerated puts the shop behind an accelerator with a second load balancer
// that has no healthy target.
func accelerated() []*cloud.Record {
	records := shop(100, 0)
	find(records, "Z1_shop").State["aliases"] = []any{cloud.Props{"name": "a1.awsglobalaccelerator.com"}}
	return append(records,
		record("aws:globalaccelerator/accelerator:Accelerator", "arn:ga", cloud.Props{"name": "shop", "dnsName": "a1.awsglobalaccelerator.com", "enabled": true}),
		record("aws:globalaccelerator/listener:Listener", "arn:gal", cloud.Props{"acceleratorArn": "arn:ga", "portRanges": []any{cloud.Props{"fromPort": 443, "toPort": 443}}}),
		record("aws:globalaccelerator/endpointGroup:EndpointGroup", "arn:gag", cloud.Props{"listenerArn": "arn:gal", "trafficDialPercentage": 100,
			"endpointConfigurations": []any{cloud.Props{"endpointId": "arn:lb", "weight": 50}, cloud.Props{"endpointId": "arn:lb2", "weight": 50}}}),
		record("aws:lb/loadBalancer:LoadBalancer", "arn:lb2", cloud.Props{"name": "lb2", "dnsName": "lb2.amazonaws.com", "securityGroups": []any{"sg-1"}}),
		record("aws:lb/listener:Listener", "arn:443-2", cloud.Props{"loadBalancerArn": "arn:lb2", "port": 443, "protocol": "HTTPS", "certificateArn": "arn:cert",
			"defaultActions": []any{cloud.Props{"type": "forward", "targetGroupArn": "arn:empty"}}}),
		record("aws:lb/targetGroup:TargetGroup", "arn:empty", cloud.Props{"name": "empty"}))
}

func TestAnAcceleratorAvoidsAnEndpointWithoutHealthyTargets(t *testing.T) {
	world := request.New(accelerated(), 1)
	for range 50 {
		require.Equal(t, "blue", world.Do(ask(t, "https://shop.example.com/")).TargetGroup)
	}
}
