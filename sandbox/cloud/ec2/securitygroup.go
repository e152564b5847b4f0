package ec2

import (
	"strings"
	"time"

	"retail/sandbox/cloud"
)

func securityGroupSpec() *cloud.Spec {
	return &cloud.Spec{
		Token: SecurityGroup,
		API: cloud.API{Create: "ec2:CreateSecurityGroup", Read: "ec2:DescribeSecurityGroups",
			Update: "ec2:AuthorizeSecurityGroupIngress", Delete: "ec2:DeleteSecurityGroup"},
		Latency:  cloud.Latency{Create: 3 * time.Second, Update: time.Second, Delete: time.Second},
		AutoName: &cloud.AutoName{Property: "name", Max: 255},
		Defaults: cloud.Props{"description": "Managed by Pulumi", "revokeRulesOnDelete": false},
		Refs:     []cloud.Ref{toVpc()},
		Check:    []func(*cloud.Call) error{checkGroupName},
		Create:   createGroup,
		Update:   func(c *cloud.Call) error { return checkRules(c, c.ID, inlineRules(c.Inputs)) },
		Delete:   deleteGroup,
	}
}

func checkGroupName(c *cloud.Call) error {
	for _, path := range []string{"name", "namePrefix"} {
		if strings.HasPrefix(c.Str(path), "sg-") {
			return c.Invalid(path, "%q must not begin with sg-, which EC2 keeps for identifiers", c.Str(path))
		}
	}
	return nil
}

// createGroup makes the group without the egress rule that AWS gives it:
// pulumi-aws revokes that at once.
func createGroup(c *cloud.Call) error {
	vpc, name := c.Str("vpcId"), c.Str("name")
	if vpc == "" {
		return c.Fail("VPCIdNotSpecified", "No default VPC for this user. GroupName is only supported for EC2-Classic and default VPC.")
	}
	if name == "" {
		name = c.Str("namePrefix") + c.Hex(26)
	}
	for _, g := range c.List(SecurityGroup) {
		if Text(g.State, "vpcId") == vpc && Text(g.State, "name") == name {
			return c.Fail("InvalidGroup.Duplicate", "The security group '%s' already exists for VPC '%s'", name, vpc)
		}
	}
	c.ID = c.NewID("sg")
	if err := checkRules(c, c.ID, inlineRules(c.Inputs)); err != nil {
		return err
	}
	merge(c.State, cloud.Props{"arn": c.ARN("ec2", "security-group/"+c.ID), "ownerId": c.Account, "name": name})
	Fill(c.State, cloud.Props{"namePrefix": "", "ingress": list(), "egress": list()})
	return nil
}

// deleteGroup refuses while another group's rules name this one; the rules of
// the group itself go with it. Network interfaces hold it by reference.
func deleteGroup(c *cloud.Call) error {
	if Text(c.State, "name") == "default" {
		return c.Fail("CannotDelete", "the specified group: \"%s\" name: \"default\" cannot be deleted by a user", c.ID)
	}
	for _, g := range c.List(SecurityGroup) {
		for _, r := range inlineRules(g.State) {
			if g.ID != c.ID && r.peer == c.ID {
				return c.Fail("DependencyViolation", "resource %s has a dependent object", c.ID)
			}
		}
	}
	for token, peer := range map[string]string{
		IngressRule: "referencedSecurityGroupId", EgressRule: "referencedSecurityGroupId", GroupRule: "sourceSecurityGroupId",
	} {
		for _, r := range c.List(token) {
			own := Text(r.State, "securityGroupId") == c.ID
			if own {
				c.Remove(r)
			} else if Text(r.State, peer) == c.ID {
				return c.Fail("DependencyViolation", "resource %s has a dependent object", c.ID)
			}
		}
	}
	return nil
}

// AddSecurityGroup makes a group that an AWS service owns, as EKS makes the
// cluster security group: all traffic between its members, all egress.
func AddSecurityGroup(c *cloud.Call, vpcID, name, description, owner string) *cloud.Record {
	id := c.NewID("sg")
	g := &cloud.Record{Token: SecurityGroup, ID: id, Owner: owner, State: cloud.Props{
		"arn": c.ARN("ec2", "security-group/"+id), "ownerId": c.Account, "vpcId": vpcID, "name": name,
		"description": description, "namePrefix": "", "tags": cloud.Props{},
		"ingress": []any{cloud.Props{"protocol": "-1", "fromPort": 0.0, "toPort": 0.0, "self": true}},
		"egress":  []any{cloud.Props{"protocol": "-1", "fromPort": 0.0, "toPort": 0.0, "cidrBlocks": list("0.0.0.0/0")}},
	}}
	c.Put(g)
	return g
}

// RemoveSecurityGroup takes a group that an AWS service owns away, with the rules
// that others have added to it.
func RemoveSecurityGroup(c *cloud.Call, group *cloud.Record) {
	for _, token := range []string{IngressRule, EgressRule, GroupRule} {
		for _, r := range c.List(token) {
			if Text(r.State, "securityGroupId") == group.ID {
				c.Remove(r)
			}
		}
	}
	c.Remove(group)
}

// toGroup is the reference of what uses a security group.
func toGroup(path, holds string) cloud.Ref {
	return cloud.Ref{Path: path, To: []string{SecurityGroup}, NotFound: "InvalidGroup.NotFound", Holds: holds}
}

// defaultGroupSpec adopts the group that every VPC has: its rules become what
// the resource lists. Deleting the resource leaves the group as it is.
func defaultGroupSpec() *cloud.Spec {
	return &cloud.Spec{
		Token: DefaultSecurityGroup,
		API: cloud.API{Create: "ec2:RevokeSecurityGroupIngress", Read: "ec2:DescribeSecurityGroups",
			Update: "ec2:AuthorizeSecurityGroupIngress", Delete: "ec2:DescribeSecurityGroups"},
		Latency:  cloud.Latency{Create: time.Second, Update: time.Second},
		Defaults: cloud.Props{"revokeRulesOnDelete": false},
		Refs:     []cloud.Ref{{Path: "vpcId", To: []string{Vpc}, NotFound: "InvalidVpcID.NotFound"}},
		Create: func(c *cloud.Call) error {
			vpc := c.Get(Vpc, c.Str("vpcId"))
			if vpc == nil {
				return c.Fail("InvalidGroup.NotFound", "The security group 'default' does not exist")
			}
			c.ID = Text(vpc.State, "defaultSecurityGroupId")
			if c.Get(DefaultSecurityGroup, c.ID) != nil {
				return c.Invalid("vpcId", "the default security group %s is adopted by another resource already", c.ID)
			}
			group := c.Get(SecurityGroup, c.ID)
			merge(c.State, cloud.Props{"arn": group.State["arn"], "ownerId": c.Account, "name": "default", "namePrefix": "",
				"description": group.State["description"]})
			Fill(c.State, cloud.Props{"ingress": list(), "egress": list()})
			return adoptRules(c)
		},
		Update: adoptRules,
	}
}

// adoptRules writes the resource's rules into the group itself.
func adoptRules(c *cloud.Call) error {
	if err := checkRules(c, c.ID, inlineRules(c.Inputs)); err != nil {
		return err
	}
	group := c.Get(SecurityGroup, c.ID)
	for _, side := range []string{"ingress", "egress"} {
		group.State[side] = list()
		if rules, ok := c.Any(side).([]any); ok {
			group.State[side] = rules
		}
	}
	c.Save(group)
	return nil
}
