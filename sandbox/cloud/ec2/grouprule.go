package ec2

import (
	"errors"
	"time"

	"retail/sandbox/cloud"
)

// groupRuleSpec is the older resource for rules, which pulumi-eks makes: one
// resource stands for one or more of EC2's rules of one direction.
func groupRuleSpec() *cloud.Spec {
	return &cloud.Spec{
		Token: GroupRule,
		API: cloud.API{Create: "ec2:AuthorizeSecurityGroupIngress", Read: "ec2:DescribeSecurityGroups",
			Update: "ec2:UpdateSecurityGroupRuleDescriptionsIngress", Delete: "ec2:RevokeSecurityGroupIngress"},
		Latency:  cloud.Latency{Create: time.Second, Update: time.Second, Delete: time.Second},
		Defaults: cloud.Props{"self": false},
		Refs:     []cloud.Ref{toGroup("securityGroupId", ""), toGroup("sourceSecurityGroupId", "")},
		Check:    []func(*cloud.Call) error{checkGroupRule},
		Create: func(c *cloud.Call) error {
			if err := checkRules(c, c.Str("securityGroupId"), groupRules(c.Inputs)); err != nil {
				return err
			}
			c.ID = "sgrule-" + c.Hex(8)
			rule := c.NewID("sgr")
			if len(groupRules(c.Inputs)) == 1 { // else the resource stands for several
				c.State["securityGroupRuleId"] = rule
			}
			return nil
		},
	}
}

// checkGroupRule is what terraform-provider-aws asks of aws_security_group_rule.
func checkGroupRule(c *cloud.Call) error {
	var errs []error
	if kind := c.Str("type"); c.Known("type") && kind != "ingress" && kind != "egress" {
		errs = append(errs, c.Invalid("type", "must be ingress or egress, got %q", kind))
	}
	if c.Any("sourceSecurityGroupId") != nil && (c.Bool("self") || c.Any("cidrBlocks") != nil || c.Any("ipv6CidrBlocks") != nil) {
		errs = append(errs, c.Invalid("sourceSecurityGroupId", "conflicts with self, cidrBlocks and ipv6CidrBlocks"))
	}
	if c.Any("sourceSecurityGroupId") == nil && !c.Bool("self") && c.Any("cidrBlocks") == nil &&
		c.Any("ipv6CidrBlocks") == nil && c.Any("prefixListIds") == nil {
		errs = append(errs, c.Invalid("", "one of cidrBlocks, ipv6CidrBlocks, self, sourceSecurityGroupId, prefixListIds must be set"))
	}
	return errors.Join(errs...)
}

// groupRules are the rules that the resource stands for.
func groupRules(p cloud.Props) []rule {
	block := cloud.Clone(p)
	if source := Text(p, "sourceSecurityGroupId"); source != "" {
		block["securityGroups"] = list(source)
	}
	if Text(p, "type") == "egress" {
		return inlineRules(cloud.Props{"egress": []any{block}})
	}
	return inlineRules(cloud.Props{"ingress": []any{block}})
}
