// Package roles makes IAM roles whose permissions outlive what uses them.
package roles

import (
	"path"

	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/iam"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"retail/components/internal/names"
	"retail/components/internal/tags"
)

// managedPolicyPrefix begins the ARN of every policy that AWS manages.
const managedPolicyPrefix = "arn:aws:iam::aws:policy/"

// Args configures a role.
type Args struct {
	// Description says what the role is for. Required.
	Description string
	// Trust is the trust policy. Required.
	Trust pulumi.StringInput
	// Managed names policies managed by AWS, for example "AmazonEKSClusterPolicy"
	// or, with its path, "service-role/AmazonEBSCSIDriverPolicyV2".
	Managed []string
	// Inline is one more policy document, optional.
	Inline pulumi.StringInput
	// Tags are set on the role.
	Tags map[string]string
}

// Role is a role with its permissions.
type Role struct {
	*iam.Role
	// Permissions are the role and its policies. What uses the role depends on all
	// of them: the engine then removes them last, and EKS can still clean up network
	// interfaces and security groups when a cluster or its nodes go (E14).
	Permissions []pulumi.Resource
}

// New makes the role name and attaches its policies, each under the policy's own name.
func New(ctx *pulumi.Context, name string, args *Args, opts ...pulumi.ResourceOption) (*Role, error) {
	role, err := iam.NewRole(ctx, name, &iam.RoleArgs{
		Description:      pulumi.String(args.Description),
		AssumeRolePolicy: args.Trust,
		Tags:             tags.Named(name, args.Tags),
	}, opts...)
	if err != nil {
		return nil, err
	}
	made := &Role{Role: role, Permissions: []pulumi.Resource{role}}
	for _, policy := range args.Managed {
		attachment, err := iam.NewRolePolicyAttachment(ctx, names.Child(name, path.Base(policy)), &iam.RolePolicyAttachmentArgs{
			Role: role.Name, PolicyArn: pulumi.String(managedPolicyPrefix + policy),
		}, opts...)
		if err != nil {
			return nil, err
		}
		made.Permissions = append(made.Permissions, attachment)
	}
	if args.Inline == nil {
		return made, nil
	}
	inline, err := iam.NewRolePolicy(ctx, names.Child(name, "inline"), &iam.RolePolicyArgs{
		Role: role.Name, Policy: args.Inline,
	}, opts...)
	if err != nil {
		return nil, err
	}
	made.Permissions = append(made.Permissions, inline)
	return made, nil
}
