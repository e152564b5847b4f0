package cluster

import (
	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/ec2"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"retail/components/internal/tags"
)

// Root devices of the AMIs. Bottlerocket keeps its system apart from the data: images,
// logs and volumes of pods are on the second device (Bottlerocket documentation, "EBS").
const (
	rootDevice = "/dev/xvda"
	dataDevice = "/dev/xvdb"
)

// newLaunchTemplate makes the launch template of a node group. It names no security
// group, so that EKS puts nodes into the cluster security group (E19), no AMI, so that
// EKS chooses and updates it, and no key pair: there is no SSH.
func newLaunchTemplate(
	ctx *pulumi.Context, name string, spec NodeGroup, args NodesArgs, opts ...pulumi.ResourceOption,
) (*ec2.LaunchTemplate, error) {
	specifications := ec2.LaunchTemplateTagSpecificationArray{}
	for _, kind := range []string{"instance", "network-interface", "volume"} {
		specifications = append(specifications, ec2.LaunchTemplateTagSpecificationArgs{
			ResourceType: pulumi.String(kind), Tags: tags.Named(name, args.Tags),
		})
	}
	return ec2.NewLaunchTemplate(ctx, name, &ec2.LaunchTemplateArgs{
		Description:          pulumi.String("Managed nodes " + name),
		UpdateDefaultVersion: pulumi.Bool(true),
		MetadataOptions: ec2.LaunchTemplateMetadataOptionsArgs{
			HttpEndpoint: pulumi.String("enabled"),
			HttpTokens:   pulumi.String("required"), // IMDSv2
			// One hop: pods outside the host network cannot reach the node's credentials.
			HttpPutResponseHopLimit: pulumi.Int(1),
		},
		Monitoring:          ec2.LaunchTemplateMonitoringArgs{Enabled: pulumi.Bool(spec.DetailedMonitoring)},
		BlockDeviceMappings: volumes(spec, args.KeyArn),
		TagSpecifications:   specifications,
		Tags:                tags.Named(name, args.Tags),
	}, opts...)
}

// volumes returns the encrypted volumes of a node.
func volumes(spec NodeGroup, key pulumi.StringInput) ec2.LaunchTemplateBlockDeviceMappingArray {
	volume := func(device string, size pulumi.IntPtrInput) ec2.LaunchTemplateBlockDeviceMappingArgs {
		return ec2.LaunchTemplateBlockDeviceMappingArgs{
			DeviceName: pulumi.String(device),
			Ebs: ec2.LaunchTemplateBlockDeviceMappingEbsArgs{
				VolumeType: pulumi.String("gp3"), VolumeSize: size,
				Encrypted: pulumi.String("true"), KmsKeyId: key.ToStringOutput().ToStringPtrOutput(),
				DeleteOnTermination: pulumi.String("true"),
			},
		}
	}
	sized := pulumi.Int(spec.DiskGiB)
	if spec.Family == Bottlerocket {
		return ec2.LaunchTemplateBlockDeviceMappingArray{volume(rootDevice, nil), volume(dataDevice, sized)}
	}
	return ec2.LaunchTemplateBlockDeviceMappingArray{volume(rootDevice, sized)}
}
