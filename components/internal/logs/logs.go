// Package logs makes CloudWatch log groups, each encrypted with a key of its own.
package logs

import (
	"fmt"

	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/cloudwatch"
	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/kms"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"retail/components/internal/names"
	"retail/components/internal/policy"
	"retail/components/internal/tags"
)

// keyDeletionDays is the longest waiting period KMS offers: until then a key
// deleted by mistake, and with it the logs, can be had back.
const keyDeletionDays = 30

// Args configures a log group.
type Args struct {
	// Name is the log group's physical name, such as /retail/dev/main/flow-logs. Required.
	Name string
	// Account and Region are where it lies; the key's policy names both. Required.
	Account, Region string
	// RetentionDays is how long events are kept, in days. Required.
	RetentionDays int
	// Unprotected drops the deletion guard from group and key. Default false.
	Unprotected bool
	// Tags are set on group and key, on top of the provider's default tags.
	Tags map[string]string
}

// Group is a log group and its key.
type Group struct {
	// Arn is the log group's ARN, without the ":*" of its streams.
	Arn pulumi.StringOutput
	// Key is the ARN of the key that encrypts it.
	Key pulumi.StringOutput
	// Ready is what a writer depends on.
	Ready []pulumi.Resource
}

// New makes the key and the log group, named after name.
func New(ctx *pulumi.Context, name string, args *Args, opts ...pulumi.ResourceOption) (*Group, error) {
	key, err := newKey(ctx, name, args, "Encrypts the log group "+args.Name, []string{args.Name}, opts...)
	if err != nil {
		return nil, err
	}
	return newGroup(ctx, name, args, key, opts...)
}

// NewSet makes several log groups under one key, for one writer: names are the groups'
// physical names by what they are called here, and Args.Name is not used.
func NewSet(ctx *pulumi.Context, name string, args *Args, physical map[string]string, opts ...pulumi.ResourceOption) (map[string]*Group, error) {
	var all []string
	for _, role := range tags.Sorted(physical) {
		all = append(all, physical[role])
	}
	key, err := newKey(ctx, name, args, "Encrypts the log groups of "+name, all, opts...)
	if err != nil {
		return nil, err
	}
	made := map[string]*Group{}
	for _, role := range tags.Sorted(physical) {
		one := *args
		one.Name = physical[role]
		if made[role], err = newGroup(ctx, names.Child(name, role), &one, key, opts...); err != nil {
			return nil, err
		}
	}
	return made, nil
}

func (a *Args) guarded(opts []pulumi.ResourceOption) []pulumi.ResourceOption {
	return append([]pulumi.ResourceOption{pulumi.Protect(!a.Unprotected)}, opts...)
}

func newKey(ctx *pulumi.Context, name string, args *Args, description string, groups []string, opts ...pulumi.ResourceOption) (*kms.Key, error) {
	document, err := keyPolicy(args, groups).JSON()
	if err != nil {
		return nil, err
	}
	return kms.NewKey(ctx, names.Child(name, "key"), &kms.KeyArgs{
		Description:          pulumi.String(description),
		EnableKeyRotation:    pulumi.Bool(true),
		DeletionWindowInDays: pulumi.Int(keyDeletionDays),
		Policy:               pulumi.String(document),
		Tags:                 tags.Named(names.Child(name, "key"), args.Tags),
	}, args.guarded(opts)...)
}

func newGroup(ctx *pulumi.Context, name string, args *Args, key *kms.Key, opts ...pulumi.ResourceOption) (*Group, error) {
	group, err := cloudwatch.NewLogGroup(ctx, name, &cloudwatch.LogGroupArgs{
		Name:            pulumi.String(args.Name),
		RetentionInDays: pulumi.Int(args.RetentionDays),
		KmsKeyId:        key.Arn,
		Tags:            tags.Named(name, args.Tags),
	}, args.guarded(opts)...)
	if err != nil {
		return nil, err
	}
	return &Group{Arn: group.Arn, Key: key.Arn, Ready: []pulumi.Resource{key, group}}, nil
}

// keyPolicy lets the account's IAM policies govern the key and CloudWatch Logs
// use it for these groups alone (Amazon CloudWatch Logs User Guide, "Encrypt log
// data in CloudWatch Logs using AWS KMS").
func keyPolicy(args *Args, groups []string) policy.Document {
	var arns []string
	for _, name := range groups {
		arns = append(arns, fmt.Sprintf("arn:aws:logs:%s:%s:log-group:%s", args.Region, args.Account, name))
	}
	return policy.Document{
		{
			Sid:        "Account",
			Principals: map[string][]string{"AWS": {"arn:aws:iam::" + args.Account + ":root"}},
			Actions:    []string{"kms:*"},
			Resources:  []string{"*"},
		},
		{
			Sid:        "Logs",
			Principals: map[string][]string{"Service": {"logs." + args.Region + ".amazonaws.com"}},
			Actions:    []string{"kms:Decrypt*", "kms:Describe*", "kms:Encrypt*", "kms:GenerateDataKey*", "kms:ReEncrypt*"},
			Resources:  []string{"*"},
			Conditions: map[string]map[string][]string{"ArnEquals": {"kms:EncryptionContext:aws:logs:arn": arns}},
		},
	}
}
