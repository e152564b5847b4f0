package cluster

import (
	"fmt"
	"slices"

	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/cloudwatch"
	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/kms"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"retail/components/internal/names"
	"retail/components/internal/policy"
	"retail/components/internal/tags"
	"retail/internal/problem"
)

// Durable is what outlives every colour of a VPC. A cluster that goes must take neither
// the key, without which its backups and volumes are lost, nor its audit log; and one
// that comes back must not stumble over a log group of its name that is still there.
// So both colours' log groups stand from the beginning, whichever clusters do.
type Durable struct {
	pulumi.ResourceState

	// KeyArn is the KMS key for Secrets, node volumes and control plane logs.
	KeyArn pulumi.StringOutput
	// LogGroups are the control plane's log groups by colour.
	LogGroups map[string]*cloudwatch.LogGroup
}

// logRetention are the periods CloudWatch Logs accepts, in days (Amazon CloudWatch Logs
// API Reference, PutRetentionPolicy).
var logRetention = []int{
	1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653,
}

func (a DurableArgs) withDefaults() DurableArgs {
	if a.Colours == nil {
		a.Colours = []string{"blue", "green"}
	}
	if a.LogRetentionDays == 0 {
		a.LogRetentionDays = 365
	}
	if a.KeyDeletionDays == 0 {
		a.KeyDeletionDays = 30
	}
	return a
}

func (a DurableArgs) validate() error {
	var problems problem.List
	for _, colour := range a.Colours {
		checkName(&problems, a.Environment, a.VPC, colour)
	}
	need(&problems, "account", a.Account != "")
	need(&problems, "region", a.Region != "")
	if !slices.Contains(logRetention, a.LogRetentionDays) {
		problems.Add("logRetentionDays", fmt.Sprintf("must be one of %v", logRetention), a.LogRetentionDays, "choose the next longer period")
	}
	if a.KeyDeletionDays < 7 || a.KeyDeletionDays > 30 {
		problems.Add("keyDeletionDays", "must be 7 to 30 days", a.KeyDeletionDays, "choose a period KMS accepts")
	}
	return problems.Err()
}

// NewDurable makes what outlives the colours of one VPC.
func NewDurable(ctx *pulumi.Context, name string, args *DurableArgs, opts ...pulumi.ResourceOption) (*Durable, error) {
	full := args.withDefaults()
	if err := full.validate(); err != nil {
		return nil, err
	}
	d := &Durable{LogGroups: map[string]*cloudwatch.LogGroup{}}
	if err := ctx.RegisterComponentResource("retail:cluster:Durable", name, d, opts...); err != nil {
		return nil, err
	}
	guarded := []pulumi.ResourceOption{pulumi.Parent(d), pulumi.Protect(!full.Unprotected)}
	if err := d.key(ctx, name, full, guarded...); err != nil {
		return nil, err
	}
	for _, colour := range full.Colours {
		child := names.Child(name, "log", colour)
		group, err := cloudwatch.NewLogGroup(ctx, child, &cloudwatch.LogGroupArgs{
			Name:            pulumi.String(LogGroupName(Name(full.Environment, full.VPC, colour))),
			RetentionInDays: pulumi.Int(full.LogRetentionDays),
			KmsKeyId:        d.KeyArn,
			Tags:            tags.Named(child, full.Tags),
		}, guarded...)
		if err != nil {
			return nil, err
		}
		d.LogGroups[colour] = group
	}
	return d, ctx.RegisterResourceOutputs(d, pulumi.Map{"keyArn": d.KeyArn})
}

func (d *Durable) key(ctx *pulumi.Context, name string, args DurableArgs, opts ...pulumi.ResourceOption) error {
	document, err := keyPolicy(args.Account, args.Region, args.Environment, args.VPC).JSON()
	if err != nil {
		return err
	}
	child := names.Child(name, "key")
	key, err := kms.NewKey(ctx, child, &kms.KeyArgs{
		Description:          pulumi.String(fmt.Sprintf("EKS clusters of %s/%s: Secrets, node volumes, control plane logs", args.Environment, args.VPC)),
		EnableKeyRotation:    pulumi.Bool(true),
		DeletionWindowInDays: pulumi.Int(args.KeyDeletionDays),
		Policy:               pulumi.String(document),
		Tags:                 tags.Named(child, args.Tags),
	}, opts...)
	if err != nil {
		return err
	}
	d.KeyArn = key.Arn
	_, err = kms.NewAlias(ctx, child, &kms.AliasArgs{
		Name:        pulumi.String(fmt.Sprintf("alias/%s-%s-%s-eks", Project, args.Environment, args.VPC)),
		TargetKeyId: key.KeyId,
	}, opts...)
	return err
}

// keyPolicy says who may use the key.
//
//   - The account's own IAM policies, as for every key that is to stay manageable.
//   - EC2 Auto Scaling, which starts managed nodes with volumes under this key (Amazon EC2
//     Auto Scaling User Guide, "Required AWS KMS key policy for use with encrypted
//     volumes"). Its service-linked role is named in a condition and not as principal:
//     KMS refuses a principal that does not exist yet, as in an account without nodes.
//   - CloudWatch Logs, for the log groups of this VPC's clusters only (Amazon CloudWatch
//     Logs User Guide, "Encrypt log data using AWS KMS").
func keyPolicy(account, region, environment, vpc string) policy.Document {
	scaling := fmt.Sprintf("arn:aws:iam::%s:role/aws-service-role/autoscaling.amazonaws.com/AWSServiceRoleForAutoScaling", account)
	logs := fmt.Sprintf("arn:aws:logs:%s:%s:log-group:%s", region, account, LogGroupName(Name(environment, vpc, "*")))
	use := []string{"kms:Decrypt", "kms:DescribeKey", "kms:Encrypt", "kms:GenerateDataKey*", "kms:ReEncrypt*"}
	everything := []string{"*"} // in a key policy: this key
	return policy.Document{
		{
			Sid: "AccountPolicies", Principals: map[string][]string{"AWS": {"arn:aws:iam::" + account + ":root"}},
			Actions: []string{"kms:*"}, Resources: everything,
		},
		{
			Sid: "NodeVolumes", Principals: map[string][]string{"AWS": {"*"}}, Actions: use, Resources: everything,
			Conditions: map[string]map[string][]string{"StringEquals": {"aws:PrincipalArn": {scaling}}},
		},
		{
			Sid: "NodeVolumeGrants", Principals: map[string][]string{"AWS": {"*"}},
			Actions: []string{"kms:CreateGrant"}, Resources: everything,
			Conditions: map[string]map[string][]string{
				"StringEquals": {"aws:PrincipalArn": {scaling}}, "Bool": {"kms:GrantIsForAWSResource": {"true"}},
			},
		},
		{
			Sid: "ControlPlaneLogs", Principals: map[string][]string{"Service": {"logs." + region + ".amazonaws.com"}},
			Actions: use, Resources: everything,
			Conditions: map[string]map[string][]string{"ArnLike": {"kms:EncryptionContext:aws:logs:arn": {logs}}},
		},
	}
}
