package elbv2

import (
	"maps"
	"slices"
	"strings"

	"retail/sandbox/cloud"
	"retail/sandbox/cloud/ec2"
)

// listenersPerBalancer is the quota of both types.
const listenersPerBalancer = 50

const quotaListeners = "L-B6DF7632"

func listenerSpec() *cloud.Spec {
	return &cloud.Spec{
		Token: Listener,
		API: cloud.API{Create: "elbv2:CreateListener", Read: "elbv2:DescribeListeners", Update: "elbv2:ModifyListener",
			Delete: "elbv2:DeleteListener"},
		Latency:  cloud.Latency{Create: fast, Update: fast, Delete: fast},
		Defaults: actionDefaults("defaultActions"),
		Refs: append(toGroups("defaultActions"),
			cloud.Ref{Path: "loadBalancerArn", To: []string{LoadBalancer}, NotFound: "LoadBalancerNotFound"},
			toCertificate()),
		Check: []func(*cloud.Call) error{checkActions("defaultActions"),
			ec2.Unsupported(placeOfThisFolder+"listener.go", "mutualAuthentication.mode", "mutualAuthentication.trustStoreArn")},
		Create: createListener,
		Update: settleListener,
		Delete: func(c *cloud.Call) error { removeRules(c, c.ID); return nil },
	}
}

func createListener(c *cloud.Call) error {
	loadBalancer := c.Get(LoadBalancer, c.Str("loadBalancerArn"))
	count := 0
	for _, l := range c.List(Listener) {
		if text(l.State, "loadBalancerArn") == loadBalancer.ID {
			count++
		}
	}
	if count >= ec2.Quota(c, quotaListeners, listenersPerBalancer) {
		return c.Fail("TooManyListeners", "The maximum number of listeners on load balancer '%s' has been reached", loadBalancer.ID)
	}
	c.ID = strings.Replace(loadBalancer.ID, ":loadbalancer/", ":listener/", 1) + "/" + c.Hex(idLength)
	c.State["arn"] = c.ID
	return settleListener(c)
}

// protocols that each type of load balancer listens with.
var protocols = map[string][]string{applicationType: {"HTTPS", "HTTP"}, networkType: {"TLS", "TCP", "TCP_UDP", "UDP"}}

// settleListener checks what a listener is to do and makes its state what AWS
// answers.
func settleListener(c *cloud.Call) error {
	loadBalancer := c.Get(LoadBalancer, c.Str("loadBalancerArn"))
	kind, protocol := text(loadBalancer.State, "loadBalancerType"), c.Str("protocol")
	if protocol == "" && kind == applicationType {
		protocol = "HTTP" // pulumi-aws's default
	}
	if !slices.Contains(protocols[kind], protocol) {
		return c.Fail("ValidationError", "Listener protocol '%s' must be one of '%s'", protocol, strings.Join(protocols[kind], ", "))
	}
	if c.Any("port") == nil {
		return c.Fail("ValidationError", "A listener port must be specified")
	}
	for _, other := range c.List(Listener) {
		if other.ID != c.ID && text(other.State, "loadBalancerArn") == loadBalancer.ID && other.State["port"] == c.Any("port") {
			return c.Fail("DuplicateListener", "A listener already exists on this port for this load balancer '%s'", loadBalancer.ID)
		}
	}
	if err := checkSecure(c, protocol); err != nil {
		return err
	}
	if kind == networkType && slices.ContainsFunc(items(c.Inputs, "defaultActions"), func(a cloud.Props) bool { return a["type"] != "forward" }) {
		return c.Fail("InvalidLoadBalancerAction", "The action type of a listener of a network load balancer must be 'forward'")
	}
	if err := authenticates(c, protocol, "defaultActions"); err != nil {
		return err
	}
	if err := associate(c, loadBalancer, protocol, "defaultActions"); err != nil {
		return err
	}
	maps.Copy(c.State, cloud.Props{"protocol": protocol, "defaultActions": settled(c.Any("defaultActions"))})
	ec2.Fill(c.State, cloud.Props{"sslPolicy": "", "certificateArn": "", "alpnPolicy": ""})
	if secure(protocol) {
		if c.State["sslPolicy"] == "" {
			c.State["sslPolicy"] = defaultPolicy
		}
	}
	if protocol == "TCP" {
		ec2.Fill(c.State, cloud.Props{"tcpIdleTimeoutSeconds": 350})
	}
	return nil
}

// removeRules takes away what goes with a listener.
func removeRules(c *cloud.Call, listener string) {
	for _, token := range []string{ListenerRule, ListenerCertificate} {
		for _, r := range c.List(token) {
			if text(r.State, "listenerArn") == listener {
				c.Remove(r)
			}
		}
	}
}
