package s3_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"retail/sandbox/cloud"
	"retail/sandbox/cloud/cloudtest"
	"retail/sandbox/cloud/iam"
	"retail/sandbox/cloud/kms"
	"retail/sandbox/cloud/s3"
)

func client(t *testing.T) (*cloudtest.Harness, *cloudtest.Client) {
	h := cloudtest.New(t, iam.Register, kms.Register, s3.Register)
	return h, h.As("222222222222", "eu-west-1")
}

// put delivers a key as a service would.
func put(t *testing.T, h *cloudtest.Harness, bucket, key string) {
	t.Helper()
	require.NoError(t, h.World.Change("222222222222", "eu-west-1", "elb", func(c *cloud.Call) error { return s3.Put(c, bucket, key) }))
}

func keys(t *testing.T, h *cloudtest.Harness, bucket string) (out []string) {
	t.Helper()
	require.NoError(t, h.World.View("222222222222", "eu-west-1", func(c *cloud.Call) error { out = s3.Keys(c, bucket); return nil }))
	return out
}

func TestBucketNameIsUniqueInAllOfAWS(t *testing.T) {
	h, dev := client(t)
	prod := h.As("333333333333", "eu-central-1")
	bucket := dev.Create(s3.Bucket, cloud.Props{"bucket": "retail-logs", "tags": cloud.Props{"team": "platform"}})
	assert.Equal(t, "arn:aws:s3:::retail-logs", bucket.State["arn"])
	assert.Equal(t, "retail-logs.s3.eu-west-1.amazonaws.com", bucket.State["bucketRegionalDomainName"])
	assert.Equal(t, bucket.State, dev.Read(bucket))
	dev.FailsCreate(s3.Bucket, cloud.Props{"bucket": "retail-logs"}, "BucketAlreadyOwnedByYou")
	prod.FailsCreate(s3.Bucket, cloud.Props{"bucket": "retail-logs"}, "BucketAlreadyExists")
	dev.Update(bucket, cloud.Props{"bucket": "retail-logs", "forceDestroy": true})
	assert.True(t, dev.Diff(bucket, cloud.Props{"bucket": "other-logs"}).Replaces())
	dev.Delete(bucket)
	assert.Nil(t, dev.Read(bucket))
	prod.Create(s3.Bucket, cloud.Props{"bucket": "retail-logs"})
}

func TestBucketNamingRules(t *testing.T) {
	_, dev := client(t)
	for _, name := range []string{"Logs", "lo", "-logs", "logs-", "a..b", "10.0.0.1", "xn--logs", "logs-s3alias", "logs_1"} {
		dev.FailsCreate(s3.Bucket, cloud.Props{"bucket": name}, "InvalidBucketName")
	}
	auto := dev.Create(s3.Bucket, cloud.Props{})
	assert.Regexp(t, `^r\d+-[0-9a-f]{7}$`, auto.ID)
	assert.Regexp(t, `^logs-[0-9a-f]{26}$`, dev.Create(s3.Bucket, cloud.Props{"bucketPrefix": "logs-"}).ID)
	_, broken := dev.Check(s3.Bucket, cloud.Props{"acl": "private"})
	assert.Contains(t, strings.Join(broken, "\n"), "acl: is deprecated and not simulated: use aws:s3/bucketAclV2")
}

func TestBucketWithLogsInItIsNotDeleted(t *testing.T) {
	h, dev := client(t)
	before := h.World.Identifiers()
	kept := dev.Create(s3.Bucket, cloud.Props{"bucket": "kept-logs"})
	forced := dev.Create(s3.Bucket, cloud.Props{"bucket": "forced-logs", "forceDestroy": true})
	versioned := dev.Create(s3.Versioning, cloud.Props{"bucket": forced.ID, "versioningConfiguration": cloud.Props{"status": "Enabled"}})
	put(t, h, kept.ID, "AWSLogs/222222222222/ELBAccessLogTestFile")
	put(t, h, forced.ID, "AWSLogs/222222222222/ELBAccessLogTestFile")
	dev.Delete(versioned)
	assert.Len(t, keys(t, h, forced.ID), 1, "a setting goes without what is in the bucket")
	dev.FailsDelete(kept, "BucketNotEmpty")
	dev.Delete(forced)
	assert.Empty(t, keys(t, h, forced.ID))
	dev.Update(kept, cloud.Props{"bucket": "kept-logs", "forceDestroy": true})
	dev.Delete(kept)
	assert.Equal(t, before, h.World.Identifiers())
}

func TestSettingsBelongToABucketAndGoWithIt(t *testing.T) {
	h, dev := client(t)
	status := cloud.Props{"status": "Enabled"}
	dev.FailsCreate(s3.Versioning, cloud.Props{"bucket": "absent", "versioningConfiguration": status}, "NoSuchBucket")
	bucket := dev.Create(s3.Bucket, cloud.Props{"bucket": "retail-logs"})
	versioning := dev.Create(s3.Versioning, cloud.Props{"bucket": bucket.ID, "versioningConfiguration": status})
	_, broken := dev.Check(s3.Versioning, cloud.Props{"bucket": bucket.ID, "versioningConfiguration": cloud.Props{"status": "On"}})
	assert.Len(t, broken, 1)
	dev.Update(versioning, cloud.Props{"bucket": bucket.ID, "versioningConfiguration": cloud.Props{"status": "Suspended"}})
	ownership := dev.Create(s3.Ownership, cloud.Props{"bucket": bucket.ID, "rule": cloud.Props{"objectOwnership": "BucketOwnerPreferred"}})
	require.NoError(t, h.World.View("222222222222", "eu-west-1", func(c *cloud.Call) error {
		assert.True(t, s3.TakesACLs(c, s3.Find(c, bucket.ID)))
		return nil
	}))
	dev.Delete(bucket)
	assert.Nil(t, dev.Read(versioning))
	assert.Nil(t, dev.Read(ownership))
}

// PutBucketVersioning overwrites: a second program takes the setting over.
func TestSecondOwnerOfASettingTakesItOver(t *testing.T) {
	h, dev := client(t)
	bucket := dev.Create(s3.Bucket, cloud.Props{"bucket": "retail-logs"})
	ours := dev.Create(s3.Versioning, cloud.Props{"bucket": bucket.ID, "versioningConfiguration": cloud.Props{"status": "Enabled"}})
	theirs := dev.Create(s3.Versioning, cloud.Props{"bucket": bucket.ID, "versioningConfiguration": cloud.Props{"status": "Suspended"}})
	assert.Equal(t, "Suspended", cloud.Lookup(dev.Read(ours), "versioningConfiguration.status"))
	assert.Len(t, h.Records(s3.Versioning), 1)
	dev.Delete(theirs)
	assert.Nil(t, dev.Read(ours))
}

func TestEncryptionNeedsAKeyThatIsThere(t *testing.T) {
	h, dev := client(t)
	bucket := dev.Create(s3.Bucket, cloud.Props{"bucket": "retail-logs"})
	rules := func(algorithm string, key any) cloud.Props {
		by := cloud.Props{"sseAlgorithm": algorithm}
		if key != nil {
			by["kmsMasterKeyId"] = key
		}
		return cloud.Props{"bucket": bucket.ID, "rules": []any{cloud.Props{"applyServerSideEncryptionByDefault": by}}}
	}
	key := dev.Create(kms.Key, cloud.Props{})
	dev.FailsCreate(s3.Encryption, rules("AES256", key.State["arn"]), "InvalidArgument")
	dev.FailsCreate(s3.Encryption, rules("aws:kms", "alias/absent"), "KMS.NotFoundException")
	set := dev.Create(s3.Encryption, rules("aws:kms", key.State["arn"]))
	algorithm := func() (out string) {
		require.NoError(t, h.World.View("222222222222", "eu-west-1", func(c *cloud.Call) error {
			out, _ = s3.KeyOf(c, s3.Find(c, bucket.ID))
			return nil
		}))
		return out
	}
	assert.Equal(t, "aws:kms", algorithm())
	dev.Delete(set)
	assert.Equal(t, "AES256", algorithm())
}

func TestLifecycleRules(t *testing.T) {
	_, dev := client(t)
	bucket := dev.Create(s3.Bucket, cloud.Props{"bucket": "retail-logs"})
	with := func(rules ...any) cloud.Props { return cloud.Props{"bucket": bucket.ID, "rules": rules} }
	rule := func(p cloud.Props) cloud.Props { p["id"], p["status"] = "expire", "Enabled"; return p }
	expire := func(days float64) cloud.Props { return rule(cloud.Props{"expiration": cloud.Props{"days": days}}) }
	dev.FailsCreate(s3.Lifecycle, with(rule(cloud.Props{})), "InvalidRequest")
	dev.FailsCreate(s3.Lifecycle, with(expire(30), expire(90)), "InvalidArgument")
	cold := func(days float64) []any { return []any{cloud.Props{"days": days, "storageClass": "STANDARD_IA"}} }
	dev.FailsCreate(s3.Lifecycle, with(rule(cloud.Props{"transitions": cold(7)})), "InvalidArgument")
	dev.FailsCreate(s3.Lifecycle, with(rule(cloud.Props{"transitions": cold(60), "expiration": cloud.Props{"days": 60.}})), "InvalidArgument")
	for _, bad := range []cloud.Props{
		{"expiration": cloud.Props{"days": 0.}}, {"expiration": cloud.Props{"days": 1., "date": "2027-01-01"}},
		{"filter": cloud.Props{"prefix": "a", "objectSizeLessThan": 1.}, "expiration": cloud.Props{"days": 1.}},
	} {
		_, broken := dev.Check(s3.Lifecycle, with(rule(bad)))
		assert.Len(t, broken, 1, "%v", bad)
	}
	set := dev.Create(s3.Lifecycle, with(expire(90)))
	dev.Update(set, with(expire(30)))
	dev.Delete(set)
}

func TestServerAccessLogsAreDeliveredWhereThePolicyAllows(t *testing.T) {
	h, dev := client(t)
	source := dev.Create(s3.Bucket, cloud.Props{"bucket": "retail-data"})
	target := dev.Create(s3.Bucket, cloud.Props{"bucket": "retail-logs"})
	far := h.As("222222222222", "eu-central-1").Create(s3.Bucket, cloud.Props{"bucket": "far-logs"})
	foreign := h.As("333333333333", "eu-west-1").Create(s3.Bucket, cloud.Props{"bucket": "foreign-logs"})
	to := func(bucket string) cloud.Props {
		return cloud.Props{"bucket": source.ID, "targetBucket": bucket, "targetPrefix": "data/"}
	}
	dev.FailsCreate(s3.Logging, to("absent"), "InvalidTargetBucketForLogging")
	dev.FailsCreate(s3.Logging, to(foreign.ID), "InvalidTargetBucketForLogging")
	dev.FailsCreate(s3.Logging, to(far.ID), "CrossLocationLoggingProhibitted")
	logging := dev.Create(s3.Logging, to(target.ID))
	assert.Empty(t, keys(t, h, target.ID))
	dev.Delete(logging)
	dev.Create(s3.Policy, cloud.Props{"bucket": target.ID, "policy": allow("logging.s3.amazonaws.com", "arn:aws:s3:::retail-logs/data/*",
		`{"ArnLike":{"aws:SourceArn":"arn:aws:s3:::retail-data"},"StringEquals":{"aws:SourceAccount":"222222222222"}}`)})
	dev.Create(s3.Logging, to(target.ID))
	assert.Equal(t, []string{"data/first"}, keys(t, h, target.ID))
	dev.FailsDelete(target, "BucketNotEmpty")
}
