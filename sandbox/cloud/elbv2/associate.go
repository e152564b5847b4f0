package elbv2

import (
	"maps"
	"slices"
	"strings"

	"retail/sandbox/cloud"
	"retail/sandbox/cloud/ec2"
)

// groupsPerBalancer is the quota of target groups of an application load balancer.
const groupsPerBalancer = 100

// associate checks the actions of a listener or a rule against the target groups
// they name: same VPC, protocols that fit, no other load balancer, stickiness.
func associate(c *cloud.Call, loadBalancer *cloud.Record, protocol, path string) error {
	all := map[string]bool{}
	for _, arn := range groupsIn(c.Inputs, path) {
		group := c.Get(TargetGroup, arn)
		if text(group.State, "vpcId") != text(loadBalancer.State, "vpcId") {
			return c.Fail("InvalidConfigurationRequest", "The following target groups are not in the same VPC as the load balancer '%s': %s",
				loadBalancer.ID, arn)
		}
		if err := fits(c, protocol, group); err != nil {
			return err
		}
		for _, other := range LoadBalancersOf(c, arn) {
			if other != loadBalancer.ID {
				return c.Fail("TargetGroupAssociationLimit",
					"The following target groups cannot be associated with more than one load balancer: %s", arn)
			}
		}
		all[arn] = true
	}
	for _, group := range c.List(TargetGroup) {
		if slices.Contains(LoadBalancersOf(c, group.ID), loadBalancer.ID) {
			all[group.ID] = true
		}
	}
	if len(all) > groupsPerBalancer {
		return c.Fail("TooManyUniqueTargetGroupsPerLoadBalancer",
			"The maximum number of unique target groups for load balancer '%s' has been reached", loadBalancer.ID)
	}
	return sticks(c, path)
}

// compatible are the target groups' protocols for a listener's ("Listener
// configuration" of both User Guides).
var compatible = map[string][]string{
	"HTTP": {"HTTP", "HTTPS"}, "HTTPS": {"HTTP", "HTTPS"},
	"TCP": {"TCP", "TCP_UDP"}, "TLS": {"TCP", "TLS"}, "UDP": {"UDP", "TCP_UDP"}, "TCP_UDP": {"TCP_UDP"},
}

func fits(c *cloud.Call, protocol string, group *cloud.Record) error {
	if of := text(group.State, "protocol"); !slices.Contains(compatible[protocol], of) {
		return c.Fail("IncompatibleProtocols", "The listener and its associated target group '%s' have incompatible protocols: '%s' and '%s'",
			group.ID, protocol, of)
	}
	if version := text(group.State, "protocolVersion"); protocol == "HTTP" && (version == "HTTP2" || version == "GRPC") {
		return c.Fail("InvalidConfigurationRequest",
			"Listener protocol 'HTTP' is not supported with a target group with the protocol-version '%s'", version)
	}
	return nil
}

// sticks refuses sticky targets behind weights that are not sticky themselves: a
// customer's cookie would lead to a target of a group that the next request may
// not reach.
func sticks(c *cloud.Call, path string) error {
	for _, action := range items(c.Inputs, path) {
		groups := Groups(action)
		if len(groups) < 2 || ec2.Flag(action, "forward.stickiness.enabled") {
			continue
		}
		for _, g := range groups {
			if sticky(c.Get(TargetGroup, g.Arn).State) {
				return c.Fail("InvalidConfigurationRequest",
					"You must enable group stickiness on a rule if you enabled target stickiness on one of its target groups")
			}
		}
	}
	return nil
}

func sticky(group cloud.Props) bool {
	return ec2.Flag(group, "stickiness.enabled") && strings.HasSuffix(text(group, "stickiness.type"), "_cookie")
}

// uses calls a function for every list of actions in the account's Region that
// names a target group, with the load balancer it works on.
func uses(c *cloud.Call, group string, f func(loadBalancer string, action cloud.Props)) {
	visit := func(state cloud.Props, path, loadBalancer string) {
		for _, action := range items(state, path) {
			if slices.ContainsFunc(Groups(action), func(g Weighted) bool { return g.Arn == group }) {
				f(loadBalancer, action)
			}
		}
	}
	for _, l := range c.List(Listener) {
		visit(l.State, "defaultActions", text(l.State, "loadBalancerArn"))
	}
	for _, r := range c.List(ListenerRule) {
		if l := c.Get(Listener, text(r.State, "listenerArn")); l != nil {
			visit(r.State, "actions", text(l.State, "loadBalancerArn"))
		}
	}
}

// LoadBalancersOf are the load balancers that use a target group, by a listener's
// default action or by a rule.
func LoadBalancersOf(c *cloud.Call, group string) []string {
	found := map[string]bool{}
	uses(c, group, func(loadBalancer string, _ cloud.Props) { found[loadBalancer] = true })
	return slices.Sorted(maps.Keys(found))
}
