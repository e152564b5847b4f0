package ec2

import (
	"fmt"
	"strings"
	"time"

	"retail/sandbox/cloud"
)

// ruleQuota is "Inbound or outbound rules per security group" of the Amazon
// VPC quotas page; each direction has its own count.
const ruleQuota = 60

// rule is one permission of a security group in EC2's own terms: one direction,
// one range of ports, one peer.
type rule struct {
	egress   bool
	protocol string
	from, to int
	peer     string // CIDR block, security group or prefix list
}

// String is how EC2 names a rule in its errors.
func (r rule) String() string {
	if r.protocol == "-1" {
		return fmt.Sprintf("peer: %s, ALL, ALLOW", r.peer)
	}
	return fmt.Sprintf("peer: %s, %s, from port: %d, to port: %d, ALLOW", r.peer, strings.ToUpper(r.protocol), r.from, r.to)
}

// inlineRules reads the rules that a group's own properties list.
func inlineRules(p cloud.Props) []rule {
	var out []rule
	for _, side := range []string{"ingress", "egress"} {
		blocks, _ := p[side].([]any)
		for _, b := range blocks {
			block, _ := b.(map[string]any)
			r := rule{egress: side == "egress", protocol: Text(block, "protocol"), from: Number(block, "fromPort"), to: Number(block, "toPort")}
			for _, name := range []string{"cidrBlocks", "ipv6CidrBlocks", "prefixListIds", "securityGroups"} {
				for _, peer := range Texts(block, name+"[*]") {
					r.peer = peer
					out = append(out, r)
				}
			}
			if Flag(block, "self") {
				r.peer = "self"
				out = append(out, r)
			}
		}
	}
	return out
}

// ruleSpec declares a rule as a resource of its own, for one direction.
func ruleSpec(token string) *cloud.Spec {
	direction := "Ingress"
	if token == EgressRule {
		direction = "Egress"
	}
	return &cloud.Spec{
		Token: token,
		API: cloud.API{Create: "ec2:AuthorizeSecurityGroup" + direction, Read: "ec2:DescribeSecurityGroupRules",
			Update: "ec2:ModifySecurityGroupRules", Delete: "ec2:RevokeSecurityGroup" + direction},
		Latency: cloud.Latency{Create: time.Second, Update: time.Second, Delete: time.Second},
		// ModifySecurityGroupRules changes a rule in place; only the group is fixed.
		UpdateOn: []string{"cidrIpv4", "cidrIpv6", "prefixListId", "referencedSecurityGroupId", "ipProtocol", "fromPort", "toPort",
			"description"},
		Refs: []cloud.Ref{toGroup("securityGroupId", ""), toGroup("referencedSecurityGroupId", "")},
		Check: []func(*cloud.Call) error{
			exactlyOne("cidrIpv4", "cidrIpv6", "prefixListId", "referencedSecurityGroupId"), checkPorts,
		},
		Create: func(c *cloud.Call) error {
			if err := checkRules(c, c.Str("securityGroupId"), []rule{ruleOf(c.Inputs, token)}); err != nil {
				return err
			}
			c.ID = c.NewID("sgr")
			merge(c.State, cloud.Props{"securityGroupRuleId": c.ID, "arn": c.ARN("ec2", "security-group-rule/"+c.ID)})
			return nil
		},
		Update: func(c *cloud.Call) error {
			return checkRules(c, c.Str("securityGroupId"), []rule{ruleOf(c.Inputs, token)})
		},
	}
}

func ruleOf(p cloud.Props, token string) rule {
	return rule{egress: token == EgressRule, protocol: Text(p, "ipProtocol"), from: Number(p, "fromPort"), to: Number(p, "toPort"),
		peer: first(p, []string{"cidrIpv4", "cidrIpv6", "prefixListId", "referencedSecurityGroupId"})}
}

// checkPorts is EC2's rule for port ranges.
func checkPorts(c *cloud.Call) error {
	protocol, from, to := c.Str("ipProtocol"), c.Any("fromPort"), c.Any("toPort")
	if protocol != "tcp" && protocol != "udp" && protocol != "6" && protocol != "17" {
		return nil
	}
	if from == nil || to == nil {
		return c.Invalid("fromPort", "both fromPort and toPort must be given with %s", protocol)
	}
	if c.Known("fromPort") && c.Known("toPort") && c.Num("fromPort") > c.Num("toPort") {
		return c.Invalid("fromPort", "%v is above toPort %v", from, to)
	}
	return nil
}

// checkRules checks rules to be added to a group against those it has, and
// that their peers exist. The rule that the call itself stands for is left out.
func checkRules(c *cloud.Call, group string, added []rule) error {
	have := existingRules(c, group)
	count := map[bool]int{}
	for r := range have {
		count[r.egress] += weight(c, r)
	}
	quota := Quota(c, QuotaRulesPerGroup, ruleQuota)
	for _, r := range added {
		if have[r] {
			return c.Fail("InvalidPermission.Duplicate", "the specified rule %q already exists", r.String())
		}
		have[r] = true
		if count[r.egress] += weight(c, r); count[r.egress] > quota {
			return c.Fail("RulesPerSecurityGroupLimitExceeded", "The maximum number of rules per security group has been reached.")
		}
		if err := checkPeer(c, group, r.peer); err != nil {
			return err
		}
	}
	return nil
}

func existingRules(c *cloud.Call, group string) map[rule]bool {
	have := map[rule]bool{}
	if g := c.Get(SecurityGroup, group); g != nil && group != c.ID {
		for _, r := range inlineRules(g.State) {
			have[r] = true
		}
	}
	for _, token := range []string{IngressRule, EgressRule} {
		for _, r := range c.List(token) {
			if Text(r.State, "securityGroupId") == group && r.ID != c.ID {
				have[ruleOf(r.State, token)] = true
			}
		}
	}
	for _, r := range c.List(GroupRule) {
		if Text(r.State, "securityGroupId") == group && r.ID != c.ID {
			for _, own := range groupRules(r.State) {
				have[own] = true
			}
		}
	}
	return have
}

// weight is how many rules a peer counts for: a prefix list counts for its
// maximum number of entries.
func weight(c *cloud.Call, r rule) int {
	if list := PrefixListByID(c, r.peer); list != nil {
		return Number(list, "maxEntries")
	}
	return 1
}

func checkPeer(c *cloud.Call, group, peer string) error {
	switch {
	case strings.HasPrefix(peer, "pl-") && PrefixListByID(c, peer) == nil:
		return c.Fail("InvalidPrefixListID.NotFound", "The prefix list ID '%s' does not exist", peer)
	case strings.HasPrefix(peer, "sg-"):
		other, own := c.Get(SecurityGroup, peer), c.Get(SecurityGroup, group)
		if other == nil {
			return c.Fail("InvalidGroup.NotFound", "The security group '%s' does not exist", peer)
		}
		vpc := c.Str("vpcId") // a group that is being made
		if own != nil {
			vpc = Text(own.State, "vpcId")
		}
		if Text(other.State, "vpcId") != vpc {
			return c.Fail("InvalidGroup.NotFound", "You have specified two resources that belong to different networks.")
		}
	}
	return nil
}
