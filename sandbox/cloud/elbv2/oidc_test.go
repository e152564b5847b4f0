package elbv2_test

import (
	"maps"
	"testing"

	"github.com/stretchr/testify/assert"

	"retail/sandbox/cloud"
	"retail/sandbox/cloud/elbv2"
)

// asks is an action that asks who somebody is, changed.
func asks(changed cloud.Props) cloud.Props {
	oidc := cloud.Props{"issuer": "https://id.example.com", "authorizationEndpoint": "https://id.example.com/authorize",
		"tokenEndpoint": "https://id.example.com/token", "userInfoEndpoint": "https://id.example.com/me", "clientId": "retail", "clientSecret": "hush"}
	maps.Copy(oidc, changed)
	return cloud.Props{"type": "authenticate-oidc", "authenticateOidc": oidc}
}

func TestAListenerAsksWhoSomebodyIs(t *testing.T) {
	p := start(t)
	lb := p.Create(elbv2.LoadBalancer, p.balancer())
	actions := append(list{asks(nil)}, notFound()...)
	l := p.Create(elbv2.Listener, with(p.https(lb), cloud.Props{"defaultActions": actions}))
	assert.Equal(t, "authenticate", cloud.Lookup(l.State, "defaultActions[0].authenticateOidc.onUnauthenticatedRequest"))
	assert.Equal(t, "AWSELBAuthSessionCookie", cloud.Lookup(l.State, "defaultActions[0].authenticateOidc.sessionCookieName"))
	p.Create(elbv2.ListenerRule, cloud.Props{"listenerArn": l.ID, "priority": 1.0, "actions": actions,
		"conditions": list{cloud.Props{"pathPattern": cloud.Props{"values": list{"/a"}}}}})
	plain := cloud.Props{"loadBalancerArn": lb.ID, "port": 80.0, "protocol": "HTTP", "defaultActions": actions}
	p.FailsCreate(elbv2.Listener, plain, "InvalidLoadBalancerAction")
	for why, changed := range map[string]cloud.Props{
		"plain endpoint": {"tokenEndpoint": "http://id.example.com/token"}, "no issuer": {"issuer": nil}, "no client": {"clientId": nil},
		"no secret": {"clientSecret": nil}, "another answer": {"onUnauthenticatedRequest": "redirect"}, "a long session": {"sessionTimeout": 604801.0},
	} {
		_, broken := p.Check(elbv2.Listener, with(p.https(lb), cloud.Props{"defaultActions": append(list{asks(changed)}, notFound()...)}))
		assert.NotEmpty(t, broken, why)
	}
	_, broken := p.Check(elbv2.Listener, with(p.https(lb), cloud.Props{"defaultActions": list{asks(nil)}}))
	assert.Len(t, broken, 1, "nothing answers")
	_, broken = p.Check(elbv2.Listener, with(p.https(lb), cloud.Props{"defaultActions": append(notFound(), asks(nil))}))
	assert.Len(t, broken, 1, "in the wrong order")
}
