package vpclattice

import (
	"fmt"
	"net/netip"
	"slices"
	"strconv"

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
}

// String is the target as the IDs of attachments name it, "10.0.1.2/8080".
func (t Target) String() string { return fmt.Sprintf("%s/%s", t.ID, strconv.Itoa(t.Port)) }

// Failure is a target that was not registered or deregistered (TargetFailure).
type Failure struct {
	Target        Target
	Code, Message string
}

// attachmentSpec declares a target that a program registers. Targets that a
// controller registers are records of the same type.
func attachmentSpec() *cloud.Spec {
	return &cloud.Spec{
		Token: Attachment,
		API: cloud.API{Create: "vpc-lattice:RegisterTargets", Read: "vpc-lattice:ListTargets",
			Delete: "vpc-lattice:DeregisterTargets"},
		Latency: cloud.Latency{Create: 5 * fast, Delete: 5 * fast},
		Refs:    named("targetGroupIdentifier", TargetGroup),
		Create: func(c *cloud.Call) error {
			group, err := TargetGroupOf(c, c.Str("targetGroupIdentifier"))
			if err != nil {
				return err
			}
			t := withPort(group, Target{ID: c.Str("target.id"), Port: int(c.Num("target.port"))})
			if failure := refusal(c, group, t); failure != nil {
				return invalid("targets", "%s: %s", t, failure.Message)
			}
			c.ID = attachmentID(group, t)
			if before := c.Get(Attachment, c.ID); before != nil {
				c.Remove(before) // registering again changes nothing for AWS
			}
			c.State["target"] = cloud.Props{"id": t.ID, "port": t.Port}
			return nil
		},
		Read: func(c *cloud.Call) error { // health is no property of pulumi-aws's
			delete(c.State, "health")
			return nil
		},
	}
}

func attachmentID(group *cloud.Record, t Target) string { return group.ID + "/" + t.String() }

func withPort(group *cloud.Record, t Target) Target {
	if t.Port == 0 {
		t.Port = ec2.Number(group.State, "config.port")
	}
	return t
}

// RegisterTargets adds targets to a group and tells which it did not take; the
// others are registered. One that is registered already stays as it is. Errors:
// ResourceNotFoundException, ServiceQuotaExceededException.
func RegisterTargets(c *cloud.Call, identifier string, targets []Target) ([]Failure, error) {
	group, err := TargetGroupOf(c, identifier)
	if err != nil {
		return nil, err
	}
	var failed []Failure
	for _, t := range targets {
		t = withPort(group, t)
		id := attachmentID(group, t)
		if c.Get(Attachment, id) != nil {
			continue
		}
		if err := withinQuota(c, quotaTargets, targetsPerGroup, len(attachments(c, group.ID)), typeTarget, "targets per target group"); err != nil {
			return nil, err
		}
		if failure := refusal(c, group, t); failure != nil {
			failed = append(failed, *failure)
			continue
		}
		c.Put(&cloud.Record{Token: Attachment, ID: id, State: cloud.Props{"targetGroupIdentifier": group.ID,
			"target": cloud.Props{"id": t.ID, "port": float64(t.Port)}}})
	}
	return failed, nil
}

// DeregisterTargets takes targets out of a group at once: connections that drain
// are not simulated. It tells which were not registered. Error:
// ResourceNotFoundException.
func DeregisterTargets(c *cloud.Call, identifier string, targets []Target) ([]Failure, error) {
	group, err := TargetGroupOf(c, identifier)
	if err != nil {
		return nil, err
	}
	var failed []Failure
	for _, t := range targets {
		t = withPort(group, t)
		if a := c.Get(Attachment, attachmentID(group, t)); a != nil {
			c.Remove(a)
			continue
		}
		failed = append(failed, Failure{t, "TargetNotFound", "Target is not registered"})
	}
	return failed, nil
}

// refusal is why a group does not take a target; nil when it does. Addresses must
// be of the group's VPC ("Register targets with a VPC Lattice target group").
func refusal(c *cloud.Call, group *cloud.Record, t Target) *Failure {
	vpc := text(group.State, "config.vpcIdentifier")
	no := func(format string, args ...any) *Failure {
		return &Failure{t, "InvalidTarget", fmt.Sprintf(format, args...)}
	}
	switch text(group.State, "type") {
	case TypeIP:
		address, err := netip.ParseAddr(t.ID)
		if err != nil || !address.Is4() {
			return no("%s is not an IPv4 address", t.ID)
		}
		if !slices.ContainsFunc(ec2.CIDRs(c, vpc), func(p netip.Prefix) bool { return p.Contains(address) }) {
			return no("%s is not an address of VPC %s", t.ID, vpc)
		}
	case TypeALB:
		lb := c.GetBy(balancer, "arn", t.ID)
		if lb == nil || text(lb.State, "loadBalancerType") != "application" || text(lb.State, "vpcId") != vpc {
			return no("%s is not an application load balancer of VPC %s", t.ID, vpc)
		}
		if len(attachments(c, group.ID)) > 0 {
			return no("a target group of type ALB holds one target")
		}
	default:
		if subnet := c.Get(ec2.Subnet, ec2.SubnetOfInstance(c, t.ID)); subnet == nil || text(subnet.State, "vpcId") != vpc {
			return no("%s is not an instance of VPC %s", t.ID, vpc)
		}
	}
	return nil
}

// balancer is a load balancer of another service, which can be a target.
const balancer = "aws:lb/loadBalancer:LoadBalancer"

// attachments are the records of a group's targets, by ID.
func attachments(c *cloud.Call, group string) []*cloud.Record {
	return slices.DeleteFunc(c.Everywhere(Attachment), func(a *cloud.Record) bool {
		return a.Region != c.Region || lastPart(text(a.State, "targetGroupIdentifier")) != group
	})
}
