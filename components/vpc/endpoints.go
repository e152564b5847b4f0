package vpc

import (
	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/ec2"
	awsvpc "github.com/pulumi/pulumi-aws/sdk/v6/go/aws/vpc"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"retail/components/internal/names"
)

// endpoints makes the ways to AWS services that do not leave the VPC.
func (b *builder) endpoints() error {
	tables := pulumi.StringArray{}
	for _, zone := range b.args.Zones {
		tables = append(tables, b.private[zone].ID())
	}
	for _, service := range b.args.GatewayEndpoints {
		if _, err := b.endpoint(service, "Gateway", func(args *ec2.VpcEndpointArgs) { args.RouteTableIds = tables }); err != nil {
			return err
		}
	}
	if len(b.args.InterfaceEndpoints) == 0 {
		return nil
	}
	group, err := b.endpointGroup()
	if err != nil {
		return err
	}
	private := pulumi.StringArray{}
	for _, zone := range b.args.Zones {
		private = append(private, b.vpc.Private[zone])
	}
	for _, service := range b.args.InterfaceEndpoints {
		made, err := b.endpoint(service, "Interface", func(args *ec2.VpcEndpointArgs) {
			args.SubnetIds, args.SecurityGroupIds = private, pulumi.StringArray{group.ID()}
			args.PrivateDnsEnabled = pulumi.Bool(true)
		})
		if err != nil {
			return err
		}
		b.vpc.Egress = append(b.vpc.Egress, made)
	}
	return nil
}

func (b *builder) endpoint(service, kind string, configure func(*ec2.VpcEndpointArgs)) (*ec2.VpcEndpoint, error) {
	args := &ec2.VpcEndpointArgs{
		VpcId: b.vpc.ID, VpcEndpointType: pulumi.String(kind),
		ServiceName: pulumi.String("com.amazonaws." + b.args.Region + "." + service),
		Tags:        b.tags("endpoint", service),
	}
	configure(args)
	return ec2.NewVpcEndpoint(b.ctx, names.Child(b.name, "endpoint", service), args, b.opts...)
}

// endpointGroup admits HTTPS from the VPC's own ranges to interface endpoints;
// they answer only, so there is no rule for the way out.
func (b *builder) endpointGroup() (*ec2.SecurityGroup, error) {
	group, err := ec2.NewSecurityGroup(b.ctx, names.Child(b.name, "endpoints"), &ec2.SecurityGroupArgs{
		VpcId: b.vpc.ID, Description: pulumi.String("Interface endpoints of " + b.args.PhysicalName),
		Tags: b.tags("endpoints", ""),
	}, b.opts...)
	if err != nil {
		return nil, err
	}
	for _, from := range []struct{ role, block string }{{"nodes", b.args.CIDR}, {"pods", b.args.PodCIDR}} {
		if from.block == "" {
			continue
		}
		if _, err := awsvpc.NewSecurityGroupIngressRule(b.ctx, names.Child(b.name, "endpoints-from", from.role), &awsvpc.SecurityGroupIngressRuleArgs{
			SecurityGroupId: group.ID(), CidrIpv4: pulumi.String(from.block), IpProtocol: pulumi.String("tcp"),
			FromPort: pulumi.Int(443), ToPort: pulumi.Int(443),
			Description: pulumi.String("HTTPS from " + from.role), Tags: b.tags("endpoints-from", from.role),
		}, b.opts...); err != nil {
			return nil, err
		}
	}
	return group, nil
}
