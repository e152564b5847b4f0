package request_test

import (
	"net/netip"
	"testing"

	"github.com/stretchr/testify/assert"

	"retail/sandbox/cloud"
	"retail/sandbox/request"
)

// asking is a shop whose internal load balancer asks by OpenID Connect who somebody is, and
// admits 10.0.0.0/8.
func asking(onUnauthenticated string) []*cloud.Record {
	records := shop(100, 0)
	find(records, "arn:lb").State["internal"] = true
	find(records, "sg-1").State["ingress"] = []any{cloud.Props{"protocol": "tcp", "fromPort": 443.0, "toPort": 443.0, "cidrBlocks": []any{"10.0.0.0/8"}}}
	rule := find(records, "arn:traffic")
	answer, _ := rule.State["actions"].([]any)
	rule.State["actions"] = append([]any{cloud.Props{"type": "authenticate-oidc", "authenticateOidc": cloud.Props{
		"issuer": "https://id.example.com", "authorizationEndpoint": "https://id.example.com/authorize", "clientId": "retail",
		"scope": "openid", "sessionCookieName": "AWSELBAuthSessionCookie", "onUnauthenticatedRequest": onUnauthenticated,
	}}}, answer...)
	return records
}

func TestWhoIsNotKnownIsSentToTheProvider(t *testing.T) {
	inside, outside := netip.MustParseAddr("10.1.2.3"), netip.MustParseAddr("192.168.1.1")
	world := request.New(asking("authenticate"), 1)
	const name = "lb.amazonaws.com"
	out := world.Private(ask(t, "https://shop.example.com/"), inside, name)
	assert.Equal(t, 302, out.Status, out.Reason)
	assert.Contains(t, out.Reason, "https://id.example.com/authorize?client_id=retail&redirect_uri=https%3A%2F%2Fshop.example.com%2Foauth2%2Fidpresponse&response_type=code&scope=openid")
	known := ask(t, "https://shop.example.com/")
	known.Headers["Cookie"] = "a=b; AWSELBAuthSessionCookie-0=x"
	assert.Equal(t, 200, world.Private(known, inside, name).Status)
	assert.Equal(t, 401, request.New(asking("deny"), 1).Private(ask(t, "https://shop.example.com/"), inside, name).Status)
	assert.Equal(t, 200, request.New(asking("allow"), 1).Private(ask(t, "https://shop.example.com/"), inside, name).Status)
	assert.Contains(t, world.Private(ask(t, "https://shop.example.com/"), outside, name).Reason, "admit no packet on port 443 from 192.168.1.1")
	assert.Contains(t, world.Do(ask(t, "https://shop.example.com/")).Reason, "is internal: no way from the internet")
	assert.Contains(t, world.Private(known, inside, "elsewhere").Reason, "is the name of no load balancer")
}
