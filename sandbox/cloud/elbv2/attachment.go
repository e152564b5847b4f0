package elbv2

import (
	"fmt"
	"net/netip"
	"slices"
	"strconv"

	"retail/sandbox/cloud"
	"retail/sandbox/cloud/ec2"
)

// targetsPerGroup is the quota of targets of an application load balancer.
const targetsPerGroup = 1000

// attachmentSpec declares a target that a program registers. Targets that a
// controller registers are records of the same type.
func attachmentSpec() *cloud.Spec {
	return &cloud.Spec{
		Token: Attachment,
		API: cloud.API{Create: "elbv2:RegisterTargets", Read: "elbv2:DescribeTargetHealth",
			Delete: "elbv2:DeregisterTargets"},
		Latency: cloud.Latency{Create: fast, Delete: fast},
		Refs:    []cloud.Ref{{Path: "targetGroupArn", To: []string{TargetGroup}, NotFound: "TargetGroupNotFound"}},
		Create: func(c *cloud.Call) error {
			group := c.Get(TargetGroup, c.Str("targetGroupArn"))
			target := Target{ID: c.Str("targetId"), Port: int(c.Num("port")), Zone: c.Str("availabilityZone")}
			if err := checkTarget(c, group, target); err != nil {
				return err
			}
			c.ID = group.ID + "-" + c.Hex(26)
			return nil
		},
		Read: func(c *cloud.Call) error { // health is no property of pulumi-aws's
			delete(c.State, "health")
			return nil
		},
	}
}

// checkTarget demands what RegisterTargets demands of a target, by the group's
// type.
func checkTarget(c *cloud.Call, group *cloud.Record, t Target) error {
	if len(attachments(c, group.ID)) >= targetsPerGroup {
		return c.Fail("TooManyTargets", "The maximum number of targets for target group '%s' has been reached", group.ID)
	}
	switch vpc := text(group.State, "vpcId"); text(group.State, "targetType") {
	case "ip":
		return checkAddress(c, vpc, t)
	case "alb":
		return checkBalancer(c, group, t)
	default:
		subnet := ec2.SubnetOfInstance(c, t.ID)
		if subnet == "" {
			return c.Fail("InvalidTarget", "Instance ID '%s' is not valid", t.ID)
		}
		if s := c.Get(ec2.Subnet, subnet); s == nil || text(s.State, "vpcId") != vpc {
			return c.Fail("InvalidTarget", "The following targets are not in the target group VPC '%s': '%s'", vpc, t.ID)
		}
	}
	return nil
}

// beyond are the ranges that targets outside the VPC may have ("Target type",
// Application Load Balancer User Guide).
var beyond = []netip.Prefix{netip.MustParsePrefix("10.0.0.0/8"), netip.MustParsePrefix("100.64.0.0/10"),
	netip.MustParsePrefix("172.16.0.0/12"), netip.MustParsePrefix("192.168.0.0/16")}

// checkAddress demands an address of the VPC (of any of its ranges), or a private
// one elsewhere that is registered for all zones.
func checkAddress(c *cloud.Call, vpc string, t Target) error {
	address, err := netip.ParseAddr(t.ID)
	if err != nil || !address.Is4() {
		return c.Fail("ValidationError", "The target id '%s' is not valid", t.ID)
	}
	holds := func(p netip.Prefix) bool { return p.Contains(address) }
	inside := slices.ContainsFunc(ec2.CIDRs(c, vpc), holds)
	switch {
	case inside && t.Zone == "all":
		return c.Fail("ValidationError", "The IP address '%s' is within the VPC, and cannot have its Availability Zone overridden to 'all'", t.ID)
	case inside:
		return nil
	case !slices.ContainsFunc(beyond, holds):
		return c.Fail("InvalidTarget", "The IP address '%s' is not a valid target: it is outside the VPC and not private", t.ID)
	case t.Zone != "all":
		return c.Fail("InvalidTarget", "You must specify a valid Availability Zone or select 'all' for all enabled Availability zones, "+
			"since the IP address '%s' is outside the VPC", t.ID)
	}
	return nil
}

// checkBalancer demands an application load balancer of the same VPC that listens
// on the group's port; a group holds one.
func checkBalancer(c *cloud.Call, group *cloud.Record, t Target) error {
	target := c.Get(LoadBalancer, t.ID)
	if target == nil || text(target.State, "loadBalancerType") != applicationType || target.State["vpcId"] != group.State["vpcId"] {
		return c.Fail("InvalidTarget", "The target '%s' is not an Application Load Balancer in the target group VPC '%s'",
			t.ID, text(group.State, "vpcId"))
	}
	if t.Port != 0 && t.Port != ec2.Number(group.State, "port") {
		return c.Fail("ValidationError", "The port of the target must match the port of the target group")
	}
	listens := slices.ContainsFunc(c.List(Listener), func(l *cloud.Record) bool {
		return text(l.State, "loadBalancerArn") == target.ID && l.State["port"] == group.State["port"]
	})
	if !listens {
		return c.Fail("InvalidTarget", "The Application Load Balancer '%s' must have a listener whose port matches the port of the target group", t.ID)
	}
	if len(attachments(c, group.ID)) > 0 {
		return c.Fail("TooManyTargets", "The maximum number of targets for target group '%s' has been reached", group.ID)
	}
	return nil
}

// attachments are the records of a group's targets, by ID.
func attachments(c *cloud.Call, group string) []*cloud.Record {
	return slices.DeleteFunc(c.List(Attachment), func(a *cloud.Record) bool { return text(a.State, "targetGroupArn") != group })
}

// targetOf is the target that a record stands for; without a port of its own it
// has the group's.
func targetOf(a, group *cloud.Record) Target {
	t := Target{ID: text(a.State, "targetId"), Port: ec2.Number(a.State, "port"), Zone: text(a.State, "availabilityZone")}
	if t.Port == 0 {
		t.Port = ec2.Number(group.State, "port")
	}
	return t
}

// String is the target as AWS's answers name it, "10.0.1.2:8080".
func (t Target) String() string { return fmt.Sprintf("%s:%s", t.ID, strconv.Itoa(t.Port)) }
