package frontdoor

import (
	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/s3"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"retail/components/internal/names"
	"retail/components/internal/policy"
)

// AccessPrefix is what keys of access logs begin with in the bucket, connectionPrefix those of
// connection logs.
const (
	AccessPrefix     = "access"
	connectionPrefix = "connections"
)

// logBucket is where the load balancer writes its logs.
type logBucket struct {
	name pulumi.StringOutput
	// ready is what the load balancer waits for: it tries the bucket when logs are switched on.
	ready []pulumi.Resource
}

// logs makes the bucket for access and connection logs. It is encrypted with S3's own keys:
// Elastic Load Balancing writes to no bucket that is encrypted otherwise (Application Load
// Balancers, "Enable access logs", step 1).
func (b *builder) logs() error {
	child := names.Child(b.name, "door-logs")
	bucket, err := s3.NewBucketV2(b.ctx, child, &s3.BucketV2Args{
		// What is guarded keeps its logs even from whoever takes the guard off its parts.
		ForceDestroy: pulumi.Bool(b.args.Unprotected), Tags: b.tags("door-logs"),
	}, b.shared...)
	if err != nil {
		return err
	}
	id := bucket.ID().ToStringOutput()
	b.bucket, b.door.LogBucket = &logBucket{name: id}, id
	closed, err := s3.NewBucketPublicAccessBlock(b.ctx, child, &s3.BucketPublicAccessBlockArgs{
		Bucket: id, BlockPublicAcls: pulumi.Bool(true), BlockPublicPolicy: pulumi.Bool(true),
		IgnorePublicAcls: pulumi.Bool(true), RestrictPublicBuckets: pulumi.Bool(true),
	}, b.shared...)
	if err != nil {
		return err
	}
	owned, err := s3.NewBucketOwnershipControls(b.ctx, child, &s3.BucketOwnershipControlsArgs{
		Bucket: id, Rule: s3.BucketOwnershipControlsRuleArgs{ObjectOwnership: pulumi.String("BucketOwnerEnforced")},
	}, b.shared...)
	if err != nil {
		return err
	}
	encrypted, err := s3.NewBucketServerSideEncryptionConfigurationV2(b.ctx, child, &s3.BucketServerSideEncryptionConfigurationV2Args{
		Bucket: id, Rules: s3.BucketServerSideEncryptionConfigurationV2RuleArray{s3.BucketServerSideEncryptionConfigurationV2RuleArgs{
			ApplyServerSideEncryptionByDefault: s3.BucketServerSideEncryptionConfigurationV2RuleApplyServerSideEncryptionByDefaultArgs{
				SseAlgorithm: pulumi.String("AES256"),
			},
		}},
	}, b.shared...)
	if err != nil {
		return err
	}
	if err := b.keep(child, id); err != nil {
		return err
	}
	// The bucket is closed to the public before a policy opens it to the load balancer: S3
	// changes the two one after the other only (OperationAborted otherwise).
	opened, err := s3.NewBucketPolicy(b.ctx, child, &s3.BucketPolicyArgs{
		Bucket: id,
		Policy: policy.Render(map[string]pulumi.StringInput{"bucket": bucket.Arn}, func(arns map[string]string) policy.Document {
			return logPolicy(arns["bucket"], b.args.Account, b.args.Region)
		}),
	}, b.with(pulumi.DependsOn([]pulumi.Resource{closed, owned}))...)
	b.bucket.ready = []pulumi.Resource{opened, encrypted}
	return err
}

// keep makes a log impossible to overwrite, and lets it go after its time.
func (b *builder) keep(child string, bucket pulumi.StringOutput) error {
	versioned, err := s3.NewBucketVersioningV2(b.ctx, child, &s3.BucketVersioningV2Args{
		Bucket: bucket, VersioningConfiguration: s3.BucketVersioningV2VersioningConfigurationArgs{Status: pulumi.String("Enabled")},
	}, b.shared...)
	if err != nil {
		return err
	}
	_, err = s3.NewBucketLifecycleConfigurationV2(b.ctx, child, &s3.BucketLifecycleConfigurationV2Args{
		Bucket: bucket, Rules: s3.BucketLifecycleConfigurationV2RuleArray{s3.BucketLifecycleConfigurationV2RuleArgs{
			Id: pulumi.String("retention"), Status: pulumi.String("Enabled"),
			Filter:                         s3.BucketLifecycleConfigurationV2RuleFilterArgs{Prefix: pulumi.String("")},
			Expiration:                     s3.BucketLifecycleConfigurationV2RuleExpirationArgs{Days: pulumi.Int(b.args.LogRetentionDays)},
			NoncurrentVersionExpiration:    s3.BucketLifecycleConfigurationV2RuleNoncurrentVersionExpirationArgs{NoncurrentDays: pulumi.Int(30)},
			AbortIncompleteMultipartUpload: s3.BucketLifecycleConfigurationV2RuleAbortIncompleteMultipartUploadArgs{DaysAfterInitiation: pulumi.Int(7)},
		}},
	}, b.with(pulumi.DependsOn([]pulumi.Resource{versioned}))...)
	return err
}

// logPolicy lets Elastic Load Balancing write this account's logs, on behalf of load balancers
// of this account and Region only, and nobody speak to the bucket without TLS (Application
// Load Balancers, "Enable access logs", step 2).
func logPolicy(bucket, account, region string) policy.Document {
	return policy.Document{
		{
			Sid: "Deliver", Principals: map[string][]string{"Service": {"logdelivery.elasticloadbalancing.amazonaws.com"}},
			Actions: []string{"s3:PutObject"},
			Resources: []string{
				bucket + "/" + AccessPrefix + "/AWSLogs/" + account + "/*", bucket + "/" + connectionPrefix + "/AWSLogs/" + account + "/*",
			},
			Conditions: map[string]map[string][]string{
				"StringEquals": {"aws:SourceAccount": {account}},
				"ArnLike":      {"aws:SourceArn": {"arn:aws:elasticloadbalancing:" + region + ":" + account + ":loadbalancer/*"}},
			},
		},
		{
			Sid: "OnlyTLS", Effect: policy.Deny, Principals: map[string][]string{"AWS": {"*"}},
			Actions: []string{"s3:*"}, Resources: []string{bucket, bucket + "/*"},
			Conditions: map[string]map[string][]string{"Bool": {"aws:SecureTransport": {"false"}}},
		},
	}
}
