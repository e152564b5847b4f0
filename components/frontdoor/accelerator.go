package frontdoor

import (
	"maps"
	"slices"

	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/ec2"
	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/globalaccelerator"
	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/route53"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"retail/components/internal/names"
	"retail/components/internal/tags"
)

// accelerator puts Global Accelerator before the load balancers. Customers' addresses stay as
// they are, so that firewall and logs see them. Of the load balancers' health it knows what
// they say themselves: that every target group has a healthy target.
func (b *builderOfEntrance) accelerator() error {
	accelerator, err := globalaccelerator.NewAccelerator(b.ctx, b.name, &globalaccelerator.AcceleratorArgs{
		Enabled: pulumi.Bool(true), IpAddressType: pulumi.String("IPV4"), Tags: tags.Named(b.args.PhysicalName, b.args.Tags),
	}, b.opts...)
	if err != nil {
		return err
	}
	listener, err := globalaccelerator.NewListener(b.ctx, b.name, &globalaccelerator.ListenerArgs{
		AcceleratorArn: accelerator.Arn, Protocol: pulumi.String("TCP"), ClientAffinity: pulumi.String("NONE"),
		PortRanges: globalaccelerator.ListenerPortRangeArray{ports(80), ports(443)},
	}, b.opts...)
	if err != nil {
		return err
	}
	groups, err := b.acceleratorGroups()
	if err != nil {
		return err
	}
	endpoints := globalaccelerator.EndpointGroupEndpointConfigurationArray{}
	for _, vpc := range slices.Sorted(maps.Keys(b.args.Doors)) {
		endpoints = append(endpoints, globalaccelerator.EndpointGroupEndpointConfigurationArgs{
			EndpointId: b.args.Doors[vpc].LoadBalancerArn.ToStringOutput().ToStringPtrOutput(), Weight: pulumi.Int(b.args.Weights[vpc]),
			ClientIpPreservationEnabled: pulumi.Bool(true),
		})
	}
	if _, err := globalaccelerator.NewEndpointGroup(b.ctx, b.name, &globalaccelerator.EndpointGroupArgs{
		ListenerArn: listener.Arn, EndpointGroupRegion: pulumi.String(b.args.Region),
		TrafficDialPercentage: pulumi.Float64(100), EndpointConfigurations: endpoints,
	}, append(slices.Clone(b.opts), pulumi.DependsOn(groups))...); err != nil {
		return err
	}
	b.entrance.Target = accelerator.DnsName
	b.entrance.Addresses = accelerator.IpSets.ApplyT(func(sets []globalaccelerator.AcceleratorIpSet) []string {
		var all []string
		for _, set := range sets {
			all = append(all, set.IpAddresses...)
		}
		return all
	}).(pulumi.StringArrayOutput)
	return b.records(string(GlobalAccelerator), 100, []string{"A"}, route53.RecordAliasArgs{
		Name: accelerator.DnsName, ZoneId: accelerator.HostedZoneId, EvaluateTargetHealth: pulumi.Bool(false),
	})
}

// acceleratorGroups makes the security group of Global Accelerator's interfaces in each VPC.
// Global Accelerator makes one of this name where there is none, keeps it for later
// accelerators, and never takes it away: the VPC could then not be deleted (AWS Global
// Accelerator Developer Guide, "Best practices for ENIs and security groups"). That it also
// keeps to a group that was there before the first accelerator is inferred from that.
func (b *builderOfEntrance) acceleratorGroups() ([]pulumi.Resource, error) {
	var all []pulumi.Resource
	for _, name := range slices.Sorted(maps.Keys(b.args.Doors)) {
		group, err := ec2.NewSecurityGroup(b.ctx, names.Child(b.name, "accelerator", name), &ec2.SecurityGroupArgs{
			Name: pulumi.String("GlobalAccelerator"), Description: pulumi.String("Interfaces of Global Accelerator"),
			VpcId: b.args.Doors[name].VpcID.ToStringOutput().ToStringPtrOutput(), RevokeRulesOnDelete: pulumi.Bool(true),
			Tags: tags.Named(names.Child(b.args.PhysicalName, "accelerator", name), b.args.Tags),
		}, b.opts...)
		if err != nil {
			return nil, err
		}
		all = append(all, group)
	}
	return all, nil
}

func ports(port int) globalaccelerator.ListenerPortRangeArgs {
	return globalaccelerator.ListenerPortRangeArgs{FromPort: pulumi.Int(port), ToPort: pulumi.Int(port)}
}
