package frontdoor

import (
	"fmt"

	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/ec2"
	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/vpc"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"retail/components/internal/names"
)

// cloudFrontPrefixes is AWS's own list of the addresses from which CloudFront calls origins.
// It counts as 55 of the 60 rules that a security group may have, so that it fits once: for
// one port (Amazon CloudFront Developer Guide, "Use the CloudFront managed prefix list").
const cloudFrontPrefixes = "com.amazonaws.global.cloudfront.origin-facing"

// securityGroup lets customers in, or CloudFront alone, and lets nothing out but to pods.
func (b *builder) securityGroup() error {
	group, err := ec2.NewSecurityGroup(b.ctx, names.Child(b.name, "door"), &ec2.SecurityGroupArgs{
		Description: pulumi.String("Load balancer of " + b.args.PhysicalName),
		VpcId:       b.args.VpcID.ToStringOutput().ToStringPtrOutput(), RevokeRulesOnDelete: pulumi.Bool(true),
		Tags: b.tags("door"),
	}, b.shared...)
	if err != nil {
		return err
	}
	b.door.SecurityGroupID = group.ID().ToStringOutput()
	if err := b.ways(); err != nil {
		return err
	}
	for _, block := range b.args.TargetCIDRs {
		port := b.args.Target.Port
		if _, err := vpc.NewSecurityGroupEgressRule(b.ctx, names.Child(b.name, "door-to", block), &vpc.SecurityGroupEgressRuleArgs{
			SecurityGroupId: b.door.SecurityGroupID, CidrIpv4: pulumi.String(block), IpProtocol: pulumi.String("tcp"),
			FromPort: pulumi.Int(port), ToPort: pulumi.Int(port),
			Description: pulumi.String(fmt.Sprintf("Requests and health checks to pods, port %d", port)), Tags: b.tags("door-to", block),
		}, b.shared...); err != nil {
			return err
		}
	}
	return nil
}

// ways are the ways in.
func (b *builder) ways() error {
	if len(b.args.OriginKeys) == 0 {
		anyone := func(rule *vpc.SecurityGroupIngressRuleArgs) { rule.CidrIpv4 = pulumi.String("0.0.0.0/0") }
		if err := b.let("https", 443, "HTTPS from the internet", anyone); err != nil {
			return err
		}
		return b.let("http", 80, "HTTP from the internet, to be redirected to HTTPS", anyone)
	}
	name := cloudFrontPrefixes
	list, err := ec2.LookupManagedPrefixList(b.ctx, &ec2.LookupManagedPrefixListArgs{Name: &name}, pulumi.Parent(b.door))
	if err != nil {
		return fmt.Errorf("AWS's prefix list %s cannot be looked up: %w", name, err)
	}
	return b.let("cloudfront", 443, "HTTPS from CloudFront", func(rule *vpc.SecurityGroupIngressRuleArgs) {
		rule.PrefixListId = pulumi.String(list.Id)
	})
}

func (b *builder) let(key string, port int, why string, from func(*vpc.SecurityGroupIngressRuleArgs)) error {
	rule := &vpc.SecurityGroupIngressRuleArgs{
		SecurityGroupId: b.door.SecurityGroupID, IpProtocol: pulumi.String("tcp"),
		FromPort: pulumi.Int(port), ToPort: pulumi.Int(port),
		Description: pulumi.String(why), Tags: b.tags("door-from", key),
	}
	from(rule)
	_, err := vpc.NewSecurityGroupIngressRule(b.ctx, names.Child(b.name, "door-from", key), rule, b.shared...)
	return err
}
