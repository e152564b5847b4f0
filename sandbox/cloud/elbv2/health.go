package elbv2

import (
	"net/netip"
	"slices"

	"retail/sandbox/cloud"
	"retail/sandbox/cloud/ec2"
)

// Target is what a target group sends requests to.
type Target struct {
	// ID is an IPv4 address, an instance's ID or the ARN of an application load
	// balancer, by the group's type.
	ID string
	// Port of the target; 0: the group's.
	Port int
	// Zone is the name of an Availability Zone, or "all" for an address outside the
	// VPC. Empty: AWS knows it.
	Zone string
}

// States of a target's health (TargetHealth, ELBv2 API reference).
const (
	Initial     = "initial"
	Healthy     = "healthy"
	Unhealthy   = "unhealthy"
	Unused      = "unused"
	Draining    = "draining"
	Unavailable = "unavailable"
)

// states with the reason that AWS gives when no other is known.
var states = map[string]string{Initial: "Elb.RegistrationInProgress", Healthy: "", Unhealthy: "Target.FailedHealthChecks",
	Unused: "Target.NotInUse", Draining: "Target.DeregistrationInProgress", Unavailable: "Target.HealthCheckDisabled"}

// TargetHealth is a target and its health.
type TargetHealth struct {
	Target        Target
	State, Reason string
}

// group finds a target group of the call's account and Region.
func group(c *cloud.Call, arn string) (*cloud.Record, error) {
	if g := c.Get(TargetGroup, arn); g != nil {
		return g, nil
	}
	return nil, c.Fail("TargetGroupNotFound", "Target groups '%s' not found", arn)
}

// RegisterTargets adds targets to a group, in the state initial. A target that is
// registered already stays as it is. Errors: TargetGroupNotFound, InvalidTarget,
// ValidationError, TooManyTargets; then nothing is registered.
func RegisterTargets(c *cloud.Call, arn string, targets []Target) error {
	g, err := group(c, arn)
	if err != nil {
		return err
	}
	for _, t := range targets {
		if t.Port == 0 {
			t.Port = ec2.Number(g.State, "port")
		}
		if registered(c, g, t) != nil {
			continue
		}
		if err := checkTarget(c, g, t); err != nil {
			return err
		}
		c.Put(&cloud.Record{Token: Attachment, ID: arn + "-" + t.String(), State: cloud.Props{
			"targetGroupArn": arn, "targetId": t.ID, "port": t.Port, "availabilityZone": t.Zone}})
	}
	return nil
}

// DeregisterTargets takes targets out of a group. One that is not registered is no
// error, as AWS treats it. Errors: TargetGroupNotFound.
func DeregisterTargets(c *cloud.Call, arn string, targets []Target) error {
	g, err := group(c, arn)
	if err != nil {
		return err
	}
	for _, t := range targets {
		if a := registered(c, g, t); a != nil {
			c.Remove(a)
		}
	}
	return nil
}

// registered is the record of a target; nil when it is not registered.
func registered(c *cloud.Call, g *cloud.Record, t Target) *cloud.Record {
	if t.Port == 0 {
		t.Port = ec2.Number(g.State, "port")
	}
	for _, a := range attachments(c, g.ID) {
		if own := targetOf(a, g); own.ID == t.ID && own.Port == t.Port {
			return a
		}
	}
	return nil
}

// SetHealth says how a target is, as its health checks find it: one of the states
// above, and AWS's reason code (empty: the state's usual one). Errors:
// TargetGroupNotFound, and InvalidTarget for one that is not registered.
func SetHealth(c *cloud.Call, arn string, target Target, state, reason string) error {
	g, err := group(c, arn)
	if err != nil {
		return err
	}
	usual, known := states[state]
	if !known {
		return c.Fail("ValidationError", "'%s' is no state of a target's health", state)
	}
	if reason == "" {
		reason = usual
	}
	a := registered(c, g, target)
	if a == nil {
		return c.Fail("InvalidTarget", "The following targets are not registered: '%s'", target)
	}
	a.State["health"] = cloud.Props{"state": state, "reason": reason}
	c.Save(a)
	return nil
}

// Health is how the targets of a group are, by ID: unused while no listener or
// rule names the group, or where the load balancer has no node in the target's
// zone. A group that does not exist has no targets.
func Health(c *cloud.Call, arn string) []TargetHealth {
	g := c.Get(TargetGroup, arn)
	if g == nil {
		return nil
	}
	zones := map[string]bool{}
	for _, lb := range LoadBalancersOf(c, arn) {
		if r := c.Get(LoadBalancer, lb); r != nil {
			for _, s := range ec2.Texts(r.State, "subnets[*]") {
				_, name := ec2.ZoneOf(c, s)
				zones[name] = true
			}
		}
	}
	var out []TargetHealth
	for _, a := range attachments(c, arn) {
		h := TargetHealth{Target: targetOf(a, g), State: Initial, Reason: states[Initial]}
		if state := text(a.State, "health.state"); state != "" {
			h.State, h.Reason = state, text(a.State, "health.reason")
		}
		if zone := ZoneOf(c, g, h.Target); len(zones) == 0 || zone != "" && !zones[zone] {
			h.State, h.Reason = Unused, states[Unused]
		}
		out = append(out, h)
	}
	return out
}

// ZoneOf is the name of the zone a target is in: its own, or that of the subnet
// its address or instance lies in; "" when it may be in any.
func ZoneOf(c *cloud.Call, group *cloud.Record, t Target) string {
	if t.Zone != "" && t.Zone != "all" {
		return t.Zone
	}
	if subnet := ec2.SubnetOfInstance(c, t.ID); subnet != "" {
		_, name := ec2.ZoneOf(c, subnet)
		return name
	}
	address, err := netip.ParseAddr(t.ID)
	if err != nil {
		return ""
	}
	all := c.List(ec2.Subnet)
	at := slices.IndexFunc(all, func(s *cloud.Record) bool {
		p, err := netip.ParsePrefix(text(s.State, "cidrBlock"))
		return err == nil && s.State["vpcId"] == group.State["vpcId"] && p.Contains(address)
	})
	if at < 0 {
		return ""
	}
	return text(all[at].State, "availabilityZone")
}
