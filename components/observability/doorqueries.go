package observability

import (
	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/athena"
	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/s3"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"retail/components/internal/names"
	"retail/components/internal/policy"
	"retail/components/internal/tags"
)

const (
	// resultDays is how long answers are kept, in days: they are copies of what the logs hold.
	resultDays = 7
	// mostScanned is how much one query may read, in bytes: 100 GiB, half a US dollar (Amazon
	// Athena, "Pricing").
	mostScanned = 100 << 30
)

// question is a query that somebody has at night.
type question struct{ about, sql string }

// The colour is in the name of its target group, but for VPCs with a name so long that the
// group's is cut; the group's own name is shown in any case.
const (
	targetGroup = `regexp_extract(target_group_arn, ':targetgroup/([^/]+)/', 1)`
	ofColour    = `regexp_extract(target_group_arn, ':targetgroup/.*-(blue|green)-', 1)`
	lastDay     = `day >= date_format(current_timestamp - interval '1' day, '%Y/%m/%d')`
)

// doorQueries are saved, by name. Each reads two days at most.
var doorQueries = map[string]question{
	"top-errors-by-colour": {
		"What fails most at the front door since yesterday, by colour; no colour: the load balancer answered by itself",
		"SELECT " + ofColour + " AS colour, " + targetGroup + " AS target_group,\n" +
			"  elb_status_code, target_status_code, error_reason, request_verb, url_extract_path(request_url) AS path, count(*) AS requests\n" +
			"FROM " + accessTable + "\nWHERE " + lastDay + " AND elb_status_code >= 500\n" +
			"GROUP BY 1, 2, 3, 4, 5, 6, 7\nORDER BY requests DESC\nLIMIT 50",
	},
	"latency-by-target-group": {
		"How long targets took to answer since yesterday, in seconds, by target group",
		"SELECT " + targetGroup + " AS target_group, " + ofColour + " AS colour, count(*) AS requests,\n" +
			"  approx_percentile(target_processing_time, 0.5) AS median, approx_percentile(target_processing_time, 0.95) AS p95,\n" +
			"  approx_percentile(target_processing_time, 0.99) AS p99, max(target_processing_time) AS longest\n" +
			"FROM " + accessTable + "\nWHERE " + lastDay + " AND target_processing_time >= 0\nGROUP BY 1, 2\nORDER BY p99 DESC",
	},
}

// workgroup is where the logs are asked. Who asks cannot send answers elsewhere, or leave
// them unencrypted. It goes with what was asked in it; the logs stay.
func (a *DurableArgs) workgroup(ctx *pulumi.Context, name string, child pulumi.ResourceOption) (*athena.Workgroup, error) {
	results, ready, err := a.results(ctx, names.Child(name, "query-results"), child)
	if err != nil {
		return nil, err
	}
	return athena.NewWorkgroup(ctx, names.Child(name, "queries"), &athena.WorkgroupArgs{
		Name: pulumi.String(a.PhysicalName), Description: pulumi.String("Questions to the logs of " + a.PhysicalName), ForceDestroy: pulumi.Bool(true),
		Configuration: athena.WorkgroupConfigurationArgs{
			EnforceWorkgroupConfiguration: pulumi.Bool(true), PublishCloudwatchMetricsEnabled: pulumi.Bool(true),
			BytesScannedCutoffPerQuery: pulumi.Int(mostScanned), RequesterPaysEnabled: pulumi.Bool(false),
			ResultConfiguration: athena.WorkgroupConfigurationResultConfigurationArgs{
				OutputLocation: pulumi.Sprintf("s3://%s/", results), ExpectedBucketOwner: pulumi.String(a.Account),
				// As the logs themselves are (Application Load Balancers, "Enable access logs").
				EncryptionConfiguration: athena.WorkgroupConfigurationResultConfigurationEncryptionConfigurationArgs{EncryptionOption: pulumi.String("SSE_S3")},
			},
		},
		Tags: tags.Named(names.Child(name, "queries"), a.Tags),
	}, child, pulumi.DependsOn(ready))
}

// results is the bucket that answers go to, and what is to be in force before the first one.
func (a *DurableArgs) results(ctx *pulumi.Context, name string, child pulumi.ResourceOption) (pulumi.StringOutput, []pulumi.Resource, error) {
	bucket, err := s3.NewBucketV2(ctx, name, &s3.BucketV2Args{ForceDestroy: pulumi.Bool(true), Tags: tags.Named(name, a.Tags)}, child)
	if err != nil {
		return pulumi.StringOutput{}, nil, err
	}
	id := bucket.ID().ToStringOutput()
	closed, err := s3.NewBucketPublicAccessBlock(ctx, name, &s3.BucketPublicAccessBlockArgs{
		Bucket: id, BlockPublicAcls: pulumi.Bool(true), BlockPublicPolicy: pulumi.Bool(true),
		IgnorePublicAcls: pulumi.Bool(true), RestrictPublicBuckets: pulumi.Bool(true),
	}, child)
	if err != nil {
		return id, nil, err
	}
	owned, err := s3.NewBucketOwnershipControls(ctx, name, &s3.BucketOwnershipControlsArgs{
		Bucket: id, Rule: s3.BucketOwnershipControlsRuleArgs{ObjectOwnership: pulumi.String("BucketOwnerEnforced")},
	}, child)
	if err != nil {
		return id, nil, err
	}
	encrypted, err := s3.NewBucketServerSideEncryptionConfigurationV2(ctx, name, &s3.BucketServerSideEncryptionConfigurationV2Args{
		Bucket: id, Rules: s3.BucketServerSideEncryptionConfigurationV2RuleArray{s3.BucketServerSideEncryptionConfigurationV2RuleArgs{
			ApplyServerSideEncryptionByDefault: s3.BucketServerSideEncryptionConfigurationV2RuleApplyServerSideEncryptionByDefaultArgs{
				SseAlgorithm: pulumi.String("AES256"),
			},
		}},
	}, child)
	if err != nil {
		return id, nil, err
	}
	_, err = s3.NewBucketLifecycleConfigurationV2(ctx, name, &s3.BucketLifecycleConfigurationV2Args{
		Bucket: id, Rules: s3.BucketLifecycleConfigurationV2RuleArray{s3.BucketLifecycleConfigurationV2RuleArgs{
			Id: pulumi.String("retention"), Status: pulumi.String("Enabled"),
			Filter:                         s3.BucketLifecycleConfigurationV2RuleFilterArgs{Prefix: pulumi.String("")},
			Expiration:                     s3.BucketLifecycleConfigurationV2RuleExpirationArgs{Days: pulumi.Int(resultDays)},
			AbortIncompleteMultipartUpload: s3.BucketLifecycleConfigurationV2RuleAbortIncompleteMultipartUploadArgs{DaysAfterInitiation: pulumi.Int(1)},
		}},
	}, child)
	if err != nil {
		return id, nil, err
	}
	// After the bucket is closed: S3 changes the two one after the other only.
	private, err := s3.NewBucketPolicy(ctx, name, &s3.BucketPolicyArgs{
		Bucket: id,
		Policy: policy.Render(map[string]pulumi.StringInput{"bucket": bucket.Arn}, func(arns map[string]string) policy.Document {
			return policy.Document{{
				Sid: "OnlyTLS", Effect: policy.Deny, Principals: map[string][]string{"AWS": {"*"}},
				Actions: []string{"s3:*"}, Resources: []string{arns["bucket"], arns["bucket"] + "/*"},
				Conditions: map[string]map[string][]string{"Bool": {"aws:SecureTransport": {"false"}}},
			}}
		}),
	}, child, pulumi.DependsOn([]pulumi.Resource{closed, owned}))
	return id, []pulumi.Resource{encrypted, private}, err
}
