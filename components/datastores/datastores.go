package datastores

import (
	"fmt"

	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/cloudwatch"
	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/ec2"
	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/kms"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"retail/components/internal/names"
	"retail/components/internal/policy"
	"retail/components/internal/tags"
	"retail/internal/problem"
)

// longestName leaves room for "-checkout" and a snapshot's suffix within the 63
// characters of an Aurora cluster's name.
const longestName = 40

// The stores' names, in logical and physical names and in Datastores.Groups.
const (
	catalog  = "catalog"
	orders   = "orders"
	carts    = "carts"
	checkout = "checkout"
	events   = "events"
)

// Datastores is the component. A store that was not asked for is nil: its service
// keeps its data in memory.
type Datastores struct {
	pulumi.ResourceState

	Catalog, Orders *Database
	Carts           *Table
	Checkout        *Cache
	Events          *Queue
	// KeyArn is the KMS key of every store, of their secrets and logs.
	KeyArn pulumi.StringOutput
}

// builder is what the helpers of New share.
type builder struct {
	ctx  *pulumi.Context
	name string
	args Args
	made *Datastores
	opts []pulumi.ResourceOption
	key  *kms.Key
	// subnets are the data subnets' ids in the order of Args.Zones.
	subnets pulumi.StringArray
}

// New makes the data stores of one VPC, named name. The providers of aws and of the
// engine ("pulumi", for passwords that are kept) are needed. Errors name the argument
// and the remedy, before anything is registered.
func New(ctx *pulumi.Context, name string, args *Args, opts ...pulumi.ResourceOption) (*Datastores, error) {
	full := args.withDefaults()
	if err := full.validate(); err != nil {
		return nil, problem.Under(name, err)
	}
	d := &Datastores{}
	// The children inherit the guard: a destroy is then refused before it takes anything.
	guarded := append([]pulumi.ResourceOption{pulumi.Protect(!full.Unprotected)}, opts...)
	if err := ctx.RegisterComponentResource("retail:datastores:Datastores", name, d, guarded...); err != nil {
		return nil, err
	}
	b := &builder{ctx: ctx, name: names.Child(name, "data"), args: full, made: d, opts: []pulumi.ResourceOption{pulumi.Parent(d)}}
	for _, zone := range full.Zones {
		b.subnets = append(b.subnets, full.Subnets[zone])
	}
	for _, step := range []func() error{b.newKey, b.databases, b.table, b.cache, b.queue, b.broker} {
		if err := step(); err != nil {
			return nil, err
		}
	}
	return d, ctx.RegisterResourceOutputs(d, pulumi.Map{"keyArn": d.KeyArn})
}

// newKey makes the key of all stores of the VPC, with rotation.
func (b *builder) newKey() error {
	document, err := b.keyPolicy().JSON()
	if err != nil {
		return err
	}
	child := names.Child(b.name, "key")
	b.key, err = kms.NewKey(b.ctx, child, &kms.KeyArgs{
		Description:          pulumi.String("Data stores of " + b.args.PhysicalName + ": data, backups, secrets, logs"),
		EnableKeyRotation:    pulumi.Bool(true),
		DeletionWindowInDays: pulumi.Int(b.args.KeyDeletionDays),
		Policy:               pulumi.String(document),
		Tags:                 b.tags(child),
	}, b.opts...)
	if err != nil {
		return err
	}
	b.made.KeyArn = b.key.Arn
	_, err = kms.NewAlias(b.ctx, child, &kms.AliasArgs{
		Name:        pulumi.Sprintf("alias/%s-data", b.args.PhysicalName),
		TargetKeyId: b.key.KeyId,
	}, b.opts...)
	return err
}

// keyPolicy says who may use the key: the account's own IAM policies, on which RDS,
// DynamoDB, ElastiCache, SQS and Secrets Manager rely (each acts with its caller's
// rights), and CloudWatch Logs for these stores' groups only (Amazon CloudWatch Logs
// User Guide, "Encrypt log data in CloudWatch Logs using AWS KMS").
func (b *builder) keyPolicy() policy.Document {
	var groups []string
	for _, name := range b.logGroupNames() {
		groups = append(groups, fmt.Sprintf("arn:aws:logs:%s:%s:log-group:%s", b.args.Region, b.args.Account, name))
	}
	document := policy.Document{{
		Sid: "AccountPolicies", Principals: map[string][]string{"AWS": {"arn:aws:iam::" + b.args.Account + ":root"}},
		Actions: []string{"kms:*"}, Resources: []string{"*"}, // in a key policy: this key
	}}
	if len(groups) == 0 {
		return document
	}
	return append(document, policy.Statement{
		Sid: "Logs", Principals: map[string][]string{"Service": {"logs." + b.args.Region + ".amazonaws.com"}},
		Actions:    []string{"kms:Decrypt*", "kms:Describe*", "kms:Encrypt*", "kms:GenerateDataKey*", "kms:ReEncrypt*"},
		Resources:  []string{"*"},
		Conditions: map[string]map[string][]string{"ArnEquals": {"kms:EncryptionContext:aws:logs:arn": groups}},
	})
}

// logGroupNames are the names of every log group the stores write to.
func (b *builder) logGroupNames() []string {
	var all []string
	for _, store := range b.relational() {
		for _, kind := range store.engine.logs {
			all = append(all, store.logGroup(b.physical(store.name), kind))
		}
	}
	if b.args.Checkout != nil {
		for _, kind := range cacheLogs {
			all = append(all, b.cacheLogGroup(kind))
		}
	}
	return all
}

// logGroup makes a log group before the store that writes to it: one that the service
// makes by itself keeps everything for ever, unencrypted by our key, and stays behind.
func (b *builder) logGroup(child, physical string) (*cloudwatch.LogGroup, error) {
	return cloudwatch.NewLogGroup(b.ctx, child, &cloudwatch.LogGroupArgs{
		Name: pulumi.String(physical), RetentionInDays: pulumi.Int(b.args.LogRetentionDays),
		KmsKeyId: b.key.Arn, Tags: b.tags(child),
	}, b.opts...)
}

// securityGroup makes the group of a store: without rules, so that nobody comes in and
// nothing goes out until a colour is let in (NewAccess).
func (b *builder) securityGroup(store, what string) (*ec2.SecurityGroup, error) {
	child := names.Child(b.name, store)
	return ec2.NewSecurityGroup(b.ctx, child, &ec2.SecurityGroupArgs{
		Description: pulumi.String(what + " of " + b.args.PhysicalName),
		VpcId:       b.args.VpcID.ToStringOutput().ToStringPtrOutput(),
		Tags:        b.tags(child),
	}, b.opts...)
}

// physical is a store's name in AWS.
func (b *builder) physical(store string) string { return names.Child(b.args.PhysicalName, store) }

func (b *builder) tags(child string) pulumi.StringMap { return tags.Named(child, b.args.Tags) }

// with adds options to those of every child.
func (b *builder) with(opts ...pulumi.ResourceOption) []pulumi.ResourceOption {
	return append(append([]pulumi.ResourceOption{}, b.opts...), opts...)
}
