package elbv2_test

import (
	"context"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"retail/sandbox/cloud"
	"retail/sandbox/cloud/ec2"
	"retail/sandbox/cloud/elbv2"
)

func TestListenerIsMadeChangedAndHeldTogether(t *testing.T) {
	p := start(t)
	lb := p.Create(elbv2.LoadBalancer, p.balancer())
	blue := p.Create(elbv2.TargetGroup, p.targets("blue"))
	https := p.Create(elbv2.Listener, p.https(lb))
	assert.Contains(t, https.ID, ":listener/"+lb.State["arnSuffix"].(string)+"/")
	assert.Equal(t, 1., https.State["defaultActions"].(list)[0].(map[string]any)["order"])
	redirect := p.Create(elbv2.Listener, cloud.Props{"loadBalancerArn": lb.ID, "port": 80.0, "defaultActions": list{cloud.Props{
		"type": "redirect", "redirect": cloud.Props{"protocol": "HTTPS", "port": "443", "statusCode": "HTTP_301"}}}})
	assert.Equal(t, "HTTP", redirect.State["protocol"])

	p.Update(https, with(p.https(lb), cloud.Props{"defaultActions": list{cloud.Props{"type": "forward", "targetGroupArn": blue.ID}}}))
	p.FailsDelete(blue, "ResourceInUse")
	assert.Equal(t, list{lb.ID}, p.Read(blue)["loadBalancerArns"])
	p.Update(https, p.https(lb))
	p.Delete(blue)
	assert.True(t, p.Diff(https, with(p.https(lb), cloud.Props{"loadBalancerArn": "arn:other"})).Replaces())
	p.Delete(lb)
	assert.Empty(t, p.h.Records(elbv2.Listener), "listeners go with their load balancer")
	assert.Nil(t, p.Read(https))
}

func TestWhatAListenerNeeds(t *testing.T) {
	p := start(t)
	lb := p.Create(elbv2.LoadBalancer, p.balancer())
	nlb := p.Create(elbv2.LoadBalancer, with(p.balancer(), cloud.Props{"name": "net", "loadBalancerType": "network"}))
	p.Create(elbv2.Listener, with(p.https(lb), cloud.Props{"port": 444.0}))
	tcp := p.Create(elbv2.TargetGroup, with(p.targets("tcp"), cloud.Props{"protocol": "TCP"}))
	grpc := p.Create(elbv2.TargetGroup, with(p.targets("grpc"), cloud.Props{"protocolVersion": "GRPC"}))
	far := p.Create(ec2.Vpc, cloud.Props{"cidrBlock": "10.1.0.0/16"})
	elsewhere := p.Create(elbv2.TargetGroup, with(p.targets("far"), cloud.Props{"vpcId": far.ID}))
	forward := func(arn string) list { return list{cloud.Props{"type": "forward", "targetGroupArn": arn}} }
	for name, test := range map[string]struct {
		change cloud.Props
		code   string
	}{
		"a port that is taken":      {cloud.Props{"port": 444.0}, "DuplicateListener"},
		"no load balancer":          {cloud.Props{"loadBalancerArn": lb.ID + "0"}, "LoadBalancerNotFound"},
		"no certificate":            {cloud.Props{"certificateArn": nil}, "ValidationError"},
		"no such certificate":       {cloud.Props{"certificateArn": p.certificate + "0"}, "CertificateNotFound"},
		"another Region's":          {cloud.Props{"certificateArn": "arn:aws:acm:us-east-1:222222222222:certificate/x"}, "ValidationError"},
		"a pending certificate":     {cloud.Props{"certificateArn": p.pending}, "UnsupportedCertificate"},
		"no such policy":            {cloud.Props{"sslPolicy": "ELBSecurityPolicy-TLS13-2020"}, "SSLPolicyNotFound"},
		"a certificate for HTTP":    {cloud.Props{"protocol": "HTTP", "sslPolicy": nil}, "InvalidConfigurationRequest"},
		"TCP on an application LB":  {cloud.Props{"protocol": "TCP"}, "ValidationError"},
		"HTTPS on a network LB":     {cloud.Props{"loadBalancerArn": nlb.ID}, "ValidationError"},
		"a fixed response by TLS":   {cloud.Props{"loadBalancerArn": nlb.ID, "protocol": "TLS"}, "InvalidLoadBalancerAction"},
		"no such target group":      {cloud.Props{"defaultActions": forward(tcp.ID + "0")}, "TargetGroupNotFound"},
		"protocols that do not fit": {cloud.Props{"defaultActions": forward(tcp.ID)}, "IncompatibleProtocols"},
		"another VPC's targets":     {cloud.Props{"defaultActions": forward(elsewhere.ID)}, "InvalidConfigurationRequest"},
		"gRPC without TLS": {cloud.Props{"protocol": "HTTP", "certificateArn": nil, "sslPolicy": nil, "defaultActions": forward(grpc.ID)},
			"InvalidConfigurationRequest"},
	} {
		t.Run(name, func(t *testing.T) { p.FailsCreate(elbv2.Listener, with(p.https(lb), test.change), test.code) })
	}
	p.Create(elbv2.Listener, cloud.Props{"loadBalancerArn": nlb.ID, "port": 443.0, "protocol": "TLS", "certificateArn": p.certificate,
		"defaultActions": forward(tcp.ID)})
}

func TestActionsRefusedInPreview(t *testing.T) {
	p := start(t)
	lb := p.Create(elbv2.LoadBalancer, p.balancer())
	fixed := cloud.Props{"contentType": "text/plain", "statusCode": "404"}
	groups := func(weights ...float64) cloud.Props {
		var all list
		for _, w := range weights {
			all = append(all, cloud.Props{"arn": "arn:x", "weight": w})
		}
		return cloud.Props{"targetGroups": all}
	}
	for name, action := range map[string]cloud.Props{
		"no block":           {"type": "forward"},
		"both forms":         {"type": "forward", "targetGroupArn": "arn:x", "forward": groups(1)},
		"another type's":     {"type": "redirect", "fixedResponse": fixed},
		"authentication":     {"type": "authenticate-oidc"},
		"by Cognito":         {"type": "authenticate-cognito"},
		"a redirect loop":    {"type": "redirect", "redirect": cloud.Props{"statusCode": "HTTP_301"}},
		"six target groups":  {"type": "forward", "forward": groups(1, 1, 1, 1, 1, 1)},
		"a weight of 1000":   {"type": "forward", "forward": groups(1000)},
		"a negative weight":  {"type": "forward", "forward": groups(-1)},
		"a content type":     {"type": "fixed-response", "fixedResponse": cloud.Props{"contentType": "image/png"}},
		"a status of no one": {"type": "fixed-response", "fixedResponse": cloud.Props{"contentType": "text/plain", "statusCode": "302"}},
	} {
		_, broken := p.Check(elbv2.Listener, with(p.https(lb), cloud.Props{"defaultActions": list{action}}))
		assert.Len(t, broken, 1, name)
	}
	two := append(notFound(), notFound()...)
	_, broken := p.Check(elbv2.Listener, with(p.https(lb), cloud.Props{"defaultActions": two}))
	assert.Len(t, broken, 1)
	_, broken = p.Check(elbv2.Listener, with(p.https(lb), cloud.Props{"defaultActions": cloud.Unknown{}}))
	assert.Empty(t, broken)
}

// A group without weight gets AWS's own, 1; an explicit 0 stays 0.
func TestAbsentWeightIsOne_B1(t *testing.T) {
	p := start(t)
	lb := p.Create(elbv2.LoadBalancer, p.balancer())
	blue, green := p.Create(elbv2.TargetGroup, p.targets("blue")), p.Create(elbv2.TargetGroup, p.targets("green"))
	weights := func(r cloud.Props) []elbv2.Weighted {
		return elbv2.Groups(r["defaultActions"].(list)[0].(map[string]any))
	}
	with0 := with(p.https(lb), cloud.Props{"defaultActions": weighted(map[string]float64{blue.ID: 100, green.ID: 0}, blue.ID, green.ID)})
	listener := p.Create(elbv2.Listener, with0)
	assert.Equal(t, []elbv2.Weighted{{Arn: blue.ID, Weight: 100}, {Arn: green.ID, Weight: 0}}, weights(p.Read(listener)))
	without := with(p.https(lb), cloud.Props{"defaultActions": weighted(map[string]float64{blue.ID: 100, green.ID: -1}, blue.ID, green.ID)})
	p.Update(listener, without)
	assert.Equal(t, []elbv2.Weighted{{Arn: blue.ID, Weight: 100}, {Arn: green.ID, Weight: 1}}, weights(p.Read(listener)))
	p.Delete(listener)
	raw, err := p.h.World.Create(context.Background(), p.Session, cloud.Request{URN: "raw", Token: elbv2.Listener, Inputs: without})
	require.NoError(t, err)
	assert.Equal(t, 1, weights(raw.State)[1].Weight, "AWS itself does so, whatever pulumi-aws fills in")
}

func TestWeightsMovedByHandAreDrift_B2(t *testing.T) {
	p := start(t)
	lb := p.Create(elbv2.LoadBalancer, p.balancer())
	blue, green := p.Create(elbv2.TargetGroup, p.targets("blue")), p.Create(elbv2.TargetGroup, p.targets("green"))
	inputs := with(p.https(lb), cloud.Props{"defaultActions": weighted(map[string]float64{blue.ID: 100, green.ID: 0}, blue.ID, green.ID)})
	listener := p.Create(elbv2.Listener, inputs)
	unchanged := p.refreshed(listener)
	assert.Equal(t, cloud.Clone(inputs)["defaultActions"], unchanged["defaultActions"], "what AWS adds is no drift")
	require.NoError(t, p.h.World.SetProperty(listener.ID, "defaultActions[0].forward.targetGroups[1].weight", 50.0))
	moved := p.refreshed(listener)
	assert.Equal(t, 50., cloud.Lookup(moved, "defaultActions[0].forward.targetGroups[1].weight"))
}

func TestRules(t *testing.T) {
	p := start(t)
	lb := p.Create(elbv2.LoadBalancer, p.balancer())
	https := p.Create(elbv2.Listener, p.https(lb))
	blue, green := p.Create(elbv2.TargetGroup, p.targets("blue")), p.Create(elbv2.TargetGroup, p.targets("green"))
	split := weighted(map[string]float64{blue.ID: 90, green.ID: 10}, blue.ID, green.ID)
	rule := p.Create(elbv2.ListenerRule, p.rule(https, 10, split))
	assert.Contains(t, rule.ID, ":listener-rule/app/door/")
	p.FailsCreate(elbv2.ListenerRule, p.rule(https, 10, notFound()), "PriorityInUse")
	next := p.Create(elbv2.ListenerRule, with(p.rule(https, 0, notFound()), cloud.Props{"priority": nil}))
	assert.Equal(t, 11., next.State["priority"])
	p.FailsUpdate(next, with(p.rule(https, 10, notFound()), nil), "PriorityInUse")
	p.Update(next, p.rule(https, 20, notFound()))
	p.Update(rule, p.rule(https, 10, weighted(map[string]float64{blue.ID: 0, green.ID: 100}, blue.ID, green.ID)))
	p.FailsDelete(green, "ResourceInUse")
	p.FailsDelete(blue, "ResourceInUse")

	other := p.Create(elbv2.LoadBalancer, with(p.balancer(), cloud.Props{"name": "other"}))
	p.FailsCreate(elbv2.Listener, with(p.https(other), cloud.Props{"defaultActions": split}), "TargetGroupAssociationLimit")
	p.Delete(rule)
	p.Create(elbv2.Listener, with(p.https(other), cloud.Props{"defaultActions": split}))
	p.Delete(https)
	assert.Nil(t, p.Read(next), "rules go with their listener")
	p.FailsCreate(elbv2.ListenerRule, p.rule(https, 10, notFound()), "ListenerNotFound")
}

func TestConditionsOfARule(t *testing.T) {
	p := start(t)
	lb := p.Create(elbv2.LoadBalancer, p.balancer())
	https := p.Create(elbv2.Listener, p.https(lb))
	refused := func(conditions any) []string {
		_, broken := p.Check(elbv2.ListenerRule, with(p.rule(https, 1, notFound()), cloud.Props{"conditions": conditions}))
		return broken
	}
	assert.Len(t, refused(list{}), 1)
	assert.Len(t, refused(list{cloud.Props{}}), 1)
	assert.Len(t, refused(list{cloud.Props{"hostHeader": cloud.Props{"values": list{}}}}), 1)
	assert.Len(t, refused(list{cloud.Props{"hostHeader": cloud.Props{"values": list{"a"}}, "sourceIp": cloud.Props{"values": list{"10.0.0.0/8"}}}}), 1)
	assert.Len(t, refused(list{cloud.Props{"httpHeader": cloud.Props{"httpHeaderName": "x y", "values": list{"a"}}}}), 1)
	fails := func(code string, conditions ...any) {
		t.Helper()
		p.FailsCreate(elbv2.ListenerRule, with(p.rule(https, 1, notFound()), cloud.Props{"conditions": conditions}), code)
	}
	fails("InvalidConfigurationRequest", host("a")[0], host("b")[0])
	fails("ValidationError", cloud.Props{"pathPattern": cloud.Props{"values": list{"/1", "/2", "/3", "/4", "/5", "/6"}}})
	fails("ValidationError", cloud.Props{"pathPattern": cloud.Props{"values": list{"/**", "/**", "/***"}}})
	p.Create(elbv2.ListenerRule, with(p.rule(https, 1, notFound()), cloud.Props{"conditions": list{host("a")[0],
		cloud.Props{"httpHeader": cloud.Props{"httpHeaderName": "x-retail-colour", "values": list{"blue"}}},
		cloud.Props{"queryStrings": list{cloud.Props{"key": "k", "value": "v"}}}}}))

	nlb := p.Create(elbv2.LoadBalancer, with(p.balancer(), cloud.Props{"name": "net", "loadBalancerType": "network"}))
	tcp := p.Create(elbv2.TargetGroup, with(p.targets("tcp"), cloud.Props{"protocol": "TCP"}))
	forward := list{cloud.Props{"type": "forward", "targetGroupArn": tcp.ID}}
	plain := p.Create(elbv2.Listener, cloud.Props{"loadBalancerArn": nlb.ID, "port": 80.0, "protocol": "TCP", "defaultActions": forward})
	p.FailsCreate(elbv2.ListenerRule, p.rule(plain, 1, forward), "InvalidConfigurationRequest")
}

func TestMoreCertificates(t *testing.T) {
	p := start(t)
	lb := p.Create(elbv2.LoadBalancer, p.balancer())
	https := p.Create(elbv2.Listener, p.https(lb))
	p.FailsCreate(elbv2.ListenerCertificate, cloud.Props{"listenerArn": https.ID, "certificateArn": p.pending}, "UnsupportedCertificate")
	more := p.Create(elbv2.ListenerCertificate, cloud.Props{"listenerArn": https.ID, "certificateArn": p.certificate})
	assert.Equal(t, https.ID+"_"+p.certificate, more.ID)
	p.Delete(more)
	plain := p.Create(elbv2.Listener, cloud.Props{"loadBalancerArn": lb.ID, "port": 80.0, "defaultActions": notFound()})
	p.FailsCreate(elbv2.ListenerCertificate, cloud.Props{"listenerArn": plain.ID, "certificateArn": p.certificate}, "InvalidConfigurationRequest")
}

func TestListenerIsFound(t *testing.T) {
	p := start(t)
	lb := p.Create(elbv2.LoadBalancer, p.balancer())
	https := p.Create(elbv2.Listener, p.https(lb))
	out := p.Invoke("aws:lb/getListener:getListener", cloud.Props{"loadBalancerArn": lb.ID, "port": 443.0})
	assert.Equal(t, https.ID, out["arn"])
	assert.Equal(t, "404", cloud.Lookup(out, "defaultActions[0].fixedResponses[0].statusCode"))
	_, err := p.TryInvoke("aws:lb/getListener:getListener", cloud.Props{"port": 443.0})
	assert.ErrorContains(t, err, "loadBalancerArn and port")
}
