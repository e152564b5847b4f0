package observability_test

import (
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"retail/components/observability"
)

func TestTheFrontDoorsLogsCanBeAsked(t *testing.T) {
	args := durable()
	args.DoorLogs = &observability.DoorLogs{Bucket: pulumi.String("door-logs-1"), Prefix: "access"}
	r, err := declare(t, args)
	require.NoError(t, err)
	workgroup := r.One(t, "aws:athena/workgroup:Workgroup", "main-queries")
	config := workgroup.Value("configuration").ObjectValue()
	assert.True(t, config["enforceWorkgroupConfiguration"].BoolValue(), "nobody sends answers elsewhere")
	result := config["resultConfiguration"].ObjectValue()
	assert.Equal(t, "SSE_S3", result["encryptionConfiguration"].ObjectValue()["encryptionOption"].StringValue())
	assert.Equal(t, "222222222222", result["expectedBucketOwner"].StringValue())
	for _, kind := range []string{"bucketPolicy:BucketPolicy", "bucketServerSideEncryptionConfigurationV2:BucketServerSideEncryptionConfigurationV2"} {
		assert.True(t, workgroup.WaitsFor(r.One(t, "aws:s3/"+kind, "main-query-results")), "the first answer is encrypted and closed")
	}
	assert.NotEmpty(t, r.OfType("aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock"))
	expiry := r.One(t, "aws:s3/bucketLifecycleConfigurationV2:BucketLifecycleConfigurationV2", "main-query-results")
	assert.EqualValues(t, 7, expiry.Value("rules[0].expiration.days").NumberValue())
	database := r.One(t, "aws:glue/catalogDatabase:CatalogDatabase", "main-logs")
	assert.Equal(t, "retail_prod_main_logs", database.String("name"))
	table := r.One(t, "aws:glue/catalogTable:CatalogTable", "main-logs-access")
	location := "s3://door-logs-1/access/AWSLogs/222222222222/elasticloadbalancing/eu-west-1/"
	assert.Equal(t, location, table.String("storageDescriptor.location"))
	parameters := table.Value("parameters").ObjectValue()
	assert.Equal(t, location+"${day}", parameters["storage.location.template"].StringValue())
	assert.Equal(t, "NOW-365DAYS,NOW", parameters["projection.day.range"].StringValue(), "as long as the bucket keeps them")
	queries := r.OfType("aws:athena/namedQuery:NamedQuery")
	require.Len(t, queries, 2)
	for _, query := range queries {
		assert.Contains(t, query.String("query"), "FROM access")
	}
}

func TestWithoutAFrontDoorThereIsNothingToAsk(t *testing.T) {
	r, err := declare(t, durable())
	require.NoError(t, err)
	assert.Empty(t, r.OfType("aws:athena/workgroup:Workgroup"))
	assert.Empty(t, r.OfType("aws:glue/catalogTable:CatalogTable"))
	args := durable()
	args.DoorLogs = &observability.DoorLogs{}
	_, err = declare(t, args)
	require.ErrorContains(t, err, "doorLogs: bucket and prefix are required")
}
