package athena_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"retail/sandbox/cloud"
	"retail/sandbox/cloud/athena"
	"retail/sandbox/cloud/cloudtest"
	"retail/sandbox/cloud/iam"
	"retail/sandbox/cloud/kms"
	"retail/sandbox/cloud/s3"
)

func setUp(t *testing.T) (*cloudtest.Harness, *cloudtest.Client) {
	h := cloudtest.New(t, iam.Register, kms.Register, s3.Register, athena.Register)
	return h, h.As("222222222222", "eu-west-1")
}

func workgroup(result cloud.Props) cloud.Props {
	return cloud.Props{"name": "dev", "configuration": cloud.Props{"resultConfiguration": result}}
}

func TestAWorkgroupGoesOnlyWhenItIsEmpty(t *testing.T) {
	h, c := setUp(t)
	before := h.World.Identifiers()
	bucket := c.Create(s3.Bucket, cloud.Props{"bucket": "results"})
	inputs := workgroup(cloud.Props{"outputLocation": "s3://results/", "expectedBucketOwner": "222222222222",
		"encryptionConfiguration": cloud.Props{"encryptionOption": "SSE_S3"}})
	group := c.Create(athena.Workgroup, inputs)
	assert.Equal(t, "arn:aws:athena:eu-west-1:222222222222:workgroup/dev", group.State["arn"])
	assert.Equal(t, true, group.State["configuration"].(map[string]any)["enforceWorkgroupConfiguration"])
	c.FailsCreate(athena.Workgroup, inputs, "InvalidRequestException")
	question := cloud.Props{"name": "errors", "database": "logs", "query": "SELECT 1", "workgroup": "dev"}
	query := c.Create(athena.NamedQuery, question)
	assert.True(t, c.Diff(query, cloudtest.With(question, cloud.Props{"query": "SELECT 2"})).Replaces(), "Athena has no way to change one through pulumi-aws")
	c.FailsDelete(group, "InvalidRequestException")
	c.Delete(query)
	c.Delete(group)
	forced := c.Create(athena.Workgroup, cloudtest.With(inputs, cloud.Props{"forceDestroy": true}))
	c.Create(athena.NamedQuery, question)
	c.Delete(forced)
	c.Delete(bucket)
	assert.Equal(t, before, h.World.Identifiers())
}

func TestWhatAthenaRefuses(t *testing.T) {
	_, c := setUp(t)
	c.Create(s3.Bucket, cloud.Props{"bucket": "results"})
	for why, result := range map[string]cloud.Props{
		"no path of S3's":         {"outputLocation": "https://results/"},
		"no such bucket":          {"outputLocation": "s3://absent/"},
		"somebody else's bucket":  {"outputLocation": "s3://results/", "expectedBucketOwner": "333333333333"},
		"a key is missing":        {"encryptionConfiguration": cloud.Props{"encryptionOption": "SSE_KMS"}},
		"a key that is not there": {"encryptionConfiguration": cloud.Props{"encryptionOption": "SSE_KMS", "kmsKeyArn": "arn:aws:kms:eu-west-1:222222222222:key/absent"}},
		"a key without use":       {"encryptionConfiguration": cloud.Props{"encryptionOption": "SSE_S3", "kmsKeyArn": "arn:aws:kms:eu-west-1:222222222222:key/absent"}},
	} {
		t.Run(why, func(t *testing.T) { c.FailsCreate(athena.Workgroup, workgroup(result), "InvalidRequestException") })
	}
	c.FailsCreate(athena.NamedQuery, cloud.Props{"name": "x", "database": "logs", "query": "SELECT 1", "workgroup": "absent"}, "InvalidRequestException")
	for why, inputs := range map[string]cloud.Props{
		"too small a limit":    {"configuration": cloud.Props{"bytesScannedCutoffPerQuery": 1.0}},
		"an unknown option":    workgroup(cloud.Props{"encryptionConfiguration": cloud.Props{"encryptionOption": "NONE"}}),
		"an unknown property":  {"workGroupConfiguration": cloud.Props{}},
		"a name with a blank":  {"name": "d ev"},
		"a state that is none": {"state": "ON"},
	} {
		_, failures := c.Check(athena.Workgroup, inputs)
		assert.NotEmpty(t, failures, why)
	}
	_, failures := c.Check(athena.NamedQuery, cloud.Props{"query": "SELECT 1"})
	require.NotEmpty(t, failures, "a database is required")
}
