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
	guarded := append([]pulumi.ResourceOption{pulumi.Protect(!args.Unprotected)}, opts...)
	document, err := keyPolicy(args).JSON()
	if err != nil {
		return nil, err
	}
	key, err := kms.NewKey(ctx, names.Child(name, "key"), &kms.KeyArgs{
		Description:          pulumi.String("Encrypts the log group " + args.Name),
		EnableKeyRotation:    pulumi.Bool(true),
		DeletionWindowInDays: pulumi.Int(keyDeletionDays),
		Policy:               pulumi.String(document),
		Tags:                 tags.Named(names.Child(name, "key"), args.Tags),
	}, guarded...)
	if err != nil {
		return nil, err
	}
	group, err := cloudwatch.NewLogGroup(ctx, name, &cloudwatch.LogGroupArgs{
		Name:            pulumi.String(args.Name),
		RetentionInDays: pulumi.Int(args.RetentionDays),
		KmsKeyId:        key.Arn,
		Tags:            tags.Named(name, args.Tags),
	}, guarded...)
	if err != nil {
		return nil, err
	}
	return &Group{Arn: group.Arn, Key: key.Arn, Ready: []pulumi.Resource{key, group}}, nil
}

// keyPolicy lets the account's IAM policies govern the key and CloudWatch Logs
// use it for this one group (Amazon CloudWatch Logs User Guide, "Encrypt log
// data in CloudWatch Logs using AWS KMS").
func keyPolicy(args *Args) policy.Document {
	group := fmt.Sprintf("arn:aws:logs:%s:%s:log-group:%s", args.Region, args.Account, args.Name)
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
			Conditions: map[string]map[string][]string{"ArnEquals": {"kms:EncryptionContext:aws:logs:arn": {group}}},
		},
	}
}
