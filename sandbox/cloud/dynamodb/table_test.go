package dynamodb_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"retail/sandbox/cloud"
	"retail/sandbox/cloud/cloudtest"
	"retail/sandbox/cloud/dynamodb"
	"retail/sandbox/cloud/iam"
	"retail/sandbox/cloud/kms"
)

func setUp(t *testing.T) (*cloudtest.Harness, *cloudtest.Client, cloud.Props) {
	h := cloudtest.New(t, iam.Register, kms.Register, dynamodb.Register)
	c := h.As("222222222222", "eu-west-1")
	key := c.Create(kms.Key, cloud.Props{})
	return h, c, cloud.Props{
		"name": "carts", "hashKey": "id", "billingMode": "PAY_PER_REQUEST",
		"attributes":             []any{cloud.Props{"name": "id", "type": "S"}, cloud.Props{"name": "customerId", "type": "S"}},
		"globalSecondaryIndexes": []any{cloud.Props{"name": "idx_global_customerId", "hashKey": "customerId", "projectionType": "ALL"}},
		"pointInTimeRecovery":    cloud.Props{"enabled": true},
		"serverSideEncryption":   cloud.Props{"enabled": true, "kmsKeyArn": key.State["arn"]},
	}
}

func TestATableIsGuardedAndLeavesItsLastBackup(t *testing.T) {
	h, c, inputs := setUp(t)
	before := h.World.Identifiers()
	table := c.Create(dynamodb.Table, cloudtest.With(inputs, cloud.Props{"deletionProtectionEnabled": true}))
	assert.Equal(t, "arn:aws:dynamodb:eu-west-1:222222222222:table/carts", table.State["arn"])
	c.FailsCreate(dynamodb.Table, inputs, "ResourceInUseException")
	c.FailsDelete(table, "ValidationException")
	c.Update(table, inputs)
	c.Delete(table)
	assert.Equal(t, before, h.World.Identifiers(), "DynamoDB's own backup is no left-over")
	require.Len(t, h.Records(dynamodb.Backup), 1)
	assert.True(t, h.Records(dynamodb.Backup)[0].Fading)
	again := c.Create(dynamodb.Table, inputs)
	assert.True(t, c.Diff(again, cloudtest.With(inputs, cloud.Props{"hashKey": "customerId", "globalSecondaryIndexes": nil,
		"attributes": []any{cloud.Props{"name": "customerId", "type": "S"}}})).Replaces())
}

func TestTablesThatDynamoDBRefuses(t *testing.T) {
	_, c, inputs := setUp(t)
	for _, r := range []struct {
		why    string
		inputs cloud.Props
	}{
		{"a short name", cloud.Props{"name": "ab"}},
		{"a name in other characters", cloud.Props{"name": "carts/main"}},
		{"capacity on demand", cloud.Props{"readCapacity": 5.}},
		{"no capacity", cloud.Props{"billingMode": "PROVISIONED"}},
		{"no capacity of the index", cloud.Props{"billingMode": "PROVISIONED", "readCapacity": 5., "writeCapacity": 5.}},
		{"no key", cloud.Props{"serverSideEncryption": cloud.Props{"enabled": true, "kmsKeyArn": "arn:aws:kms:eu-west-1:222222222222:key/absent"}}},
		{"a key without encryption", cloud.Props{"serverSideEncryption": cloud.Props{"enabled": false, "kmsKeyArn": "arn:aws:kms:eu-west-1:222222222222:key/absent"}}},
		{"a stream of nothing", cloud.Props{"streamEnabled": true}},
	} {
		t.Run(r.why, func(t *testing.T) {
			c.FailsCreate(dynamodb.Table, cloudtest.With(inputs, r.inputs), "ValidationException")
		})
	}
}

func TestAttributesAreThoseOfTheKeys(t *testing.T) {
	_, c, inputs := setUp(t)
	for want, change := range map[string]cloud.Props{
		"Unused attributes":  {"globalSecondaryIndexes": nil},
		"Unmatched indexes":  {"attributes": []any{cloud.Props{"name": "id", "type": "S"}}},
		"is not simulated":   {"restoreSourceName": "other"},
		"PAY_PER_REQUEST":    {"billingMode": "FREE"},
		"must be one of [B ": {"attributes": []any{cloud.Props{"name": "id", "type": "X"}, cloud.Props{"name": "customerId", "type": "S"}}},
	} {
		_, broken := c.Check(dynamodb.Table, cloudtest.With(inputs, change))
		require.Len(t, broken, 1, "%s: %v", want, broken)
	}
}
