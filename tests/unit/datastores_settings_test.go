package unit

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"retail/components/datastores"
)

// Everything is encrypted at rest by our key, and by TLS on the way.
func TestStoresAreEncrypted(t *testing.T) {
	r := everything(t)
	ours := "arn:aws:kms:eu-west-1:222222222222:key/main-data-key"
	for token, path := range map[string]string{
		rdsCluster: "kmsKeyId", rdsInstance: "performanceInsightsKmsKeyId", "aws:dynamodb/table:Table": "serverSideEncryption.kmsKeyArn",
		cacheGroup: "kmsKeyId", "aws:sqs/queue:Queue": "kmsMasterKeyId", "aws:secretsmanager/secret:Secret": "kmsKeyId",
		"aws:cloudwatch/logGroup:LogGroup": "kmsKeyId",
	} {
		require.NotEmpty(t, r.OfType(token), token)
		for _, res := range r.OfType(token) {
			assert.Equal(t, ours, res.String(path), "%s of %s", path, res.Name)
		}
	}
	assert.True(t, r.One(t, kmsKey, "main-data-key").Value("enableKeyRotation").BoolValue())
	for _, c := range r.OfType(rdsCluster) {
		assert.True(t, c.Value("storageEncrypted").BoolValue(), c.Name)
	}
	forced := map[string]string{}
	for _, group := range r.OfType("aws:rds/clusterParameterGroup:ClusterParameterGroup") {
		forced[group.String("parameters[0].name")] = group.String("parameters[0].value")
	}
	assert.Equal(t, map[string]string{"require_secure_transport": "ON", "rds.force_ssl": "1"}, forced)
	cache := r.OfType(cacheGroup)[0]
	assert.Equal(t, "required", cache.String("transitEncryptionMode"))
	for _, flag := range []string{"transitEncryptionEnabled", "atRestEncryptionEnabled", "automaticFailoverEnabled", "multiAzEnabled"} {
		assert.True(t, cache.Value(flag).BoolValue(), flag)
	}
	policies := r.OfType("aws:sqs/queuePolicy:QueuePolicy")
	require.Len(t, policies, 2)
	for _, p := range policies {
		assert.Contains(t, p.String("policy"), `"Effect":"Deny"`, p.Name)
		assert.Contains(t, p.String("policy"), `"aws:SecureTransport":["false"]`, p.Name)
	}
}

// The key lets CloudWatch Logs in for the stores' groups, by name, and no other service.
func TestTheKeyServesNobodyElse(t *testing.T) {
	r := everything(t)
	document := r.One(t, kmsKey, "main-data-key").String("policy")
	for _, group := range r.OfType("aws:cloudwatch/logGroup:LogGroup") {
		assert.Contains(t, document, ":log-group:"+group.String("name"))
	}
	assert.Equal(t, 1, strings.Count(document, `"Service":`))
	assert.NotContains(t, document, `"AWS":["*"]`)
}

// Log groups stand before what writes to them, with an end to what they keep.
func TestLogGroupsStandFirst(t *testing.T) {
	r := everything(t)
	for _, c := range r.OfType(rdsCluster) {
		exported := c.Value("enabledCloudwatchLogsExports").ArrayValue()
		require.NotEmpty(t, exported)
		for _, kind := range exported {
			name := "/aws/rds/cluster/" + c.String("clusterIdentifier") + "/" + kind.StringValue()
			group := r.One(t, "aws:cloudwatch/logGroup:LogGroup", c.Name+"-log-"+kind.StringValue())
			assert.Equal(t, name, group.String("name"))
			assert.True(t, c.WaitsFor(group), "%s waits for %s", c.Name, group.Name)
			assert.InDelta(t, 365, group.Value("retentionInDays").NumberValue(), 0)
		}
	}
}

// Instances stand in the zones round and round, each under its zone's name.
func TestInstancesStandInEveryZone(t *testing.T) {
	zones := map[string]string{}
	for _, i := range everything(t).OfType(rdsInstance) {
		zones[i.Name] = i.String("availabilityZone")
		assert.False(t, i.Value("publiclyAccessible").BoolValue(), i.Name)
	}
	assert.Equal(t, map[string]string{
		"main-data-catalog-euw1-az1": "eu-west-1c", "main-data-catalog-euw1-az2": "eu-west-1a",
		"main-data-orders-euw1-az1": "eu-west-1c", "main-data-orders-euw1-az2": "eu-west-1a",
		"main-data-orders-euw1-az3": "eu-west-1b", "main-data-orders-euw1-az1-2": "eu-west-1c",
	}, zones)
}

// A last snapshot is taken under a name that no earlier life of the store has used.
func TestAFinalSnapshotIsTaken(t *testing.T) {
	for _, c := range everything(t).OfType(rdsCluster) {
		assert.False(t, c.Value("skipFinalSnapshot").BoolValue(), c.Name)
		assert.Equal(t, c.String("clusterIdentifier")+"-final-main-dat", c.String("finalSnapshotIdentifier"), "the key's id ends the name")
	}
	args := everyStore()
	args.NoFinalSnapshot = true
	r, err := stored(t, args)
	require.NoError(t, err)
	for _, c := range append(r.OfType(rdsCluster), r.OfType(cacheGroup)...) {
		assert.True(t, c.Value("finalSnapshotIdentifier").IsNull(), c.Name)
	}
}

// A new password leaves the one before valid, and the secret holds the new one.
func TestANewPasswordComesBesideTheOldOne(t *testing.T) {
	args := everyStore()
	args.Checkout.CredentialsGeneration = 3
	r, err := stored(t, args)
	require.NoError(t, err)
	var kept []string
	for _, s := range r.OfType(stash) {
		kept = append(kept, s.Name)
	}
	assert.Equal(t, []string{"main-data-checkout-password-generation-2", "main-data-checkout-password-generation-3"}, kept)
	assert.Len(t, r.OfType(cacheUser)[0].Value("authenticationMode.passwords").ArrayValue(), 2)
	assert.True(t, r.Reaches(r.OfType(secretValue)[0], r.One(t, stash, kept[1])))
	assert.False(t, r.Reaches(r.OfType(secretValue)[0], r.One(t, stash, kept[0])))
}

// A store that was not asked for leaves nothing behind; no store needs no network.
func TestStoresAreChosenOneByOne(t *testing.T) {
	r, err := stored(t, &datastores.Args{
		PhysicalName: "retail-dev-main", Account: "222222222222", Region: "eu-west-1", Carts: &datastores.TableArgs{},
	})
	require.NoError(t, err)
	assert.Equal(t, map[string]int{
		"pulumi:providers:aws": 1, "retail:datastores:Datastores": 1, "retail:datastores:Access": 1,
		kmsKey: 1, "aws:kms/alias:Alias": 1, "aws:dynamodb/table:Table": 1,
	}, r.Count())
}

func TestDatastoresRefuseWhatAWSRefuses(t *testing.T) {
	args := everyStore()
	args.PhysicalName, args.Zones, args.Broker = "", []string{"euw1-az1"}, &datastores.BrokerArgs{}
	args.Catalog.BackupDays, args.Orders.Instances, args.Checkout.Nodes, args.Queue.RetentionDays = 36, 16, 7, 15
	args.Catalog.MinCapacity, args.Catalog.MaxCapacity = 4, 2
	r, err := stored(t, args)
	for _, want := range []string{
		"main.physicalName: is required", "main.zones: must be at least two", "main.broker: events go to one place",
		"main.catalog.backupDays: must be 1 to 35, got 36", "main.orders.instances: must be 1 to 15, got 16",
		"main.checkout.nodes: must be 1 to 6, got 7", "main.queue.retentionDays: must be 1 to 14, got 15", "main.catalog.maxCapacity: ",
	} {
		require.ErrorContains(t, err, want)
	}
	assert.Empty(t, r.OfType("retail:datastores:Datastores"), "nothing is registered")
}
