package rds_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"retail/sandbox/cloud"
	"retail/sandbox/cloud/cloudtest"
	"retail/sandbox/cloud/ec2"
	"retail/sandbox/cloud/iam"
	"retail/sandbox/cloud/kms"
	"retail/sandbox/cloud/logs"
	"retail/sandbox/cloud/rds"
	"retail/sandbox/cloud/secretsmanager"
)

const snapshot = "aws:rds/clusterSnapshot:ClusterSnapshot"

// fixture is an account with a VPC and what a cluster stands on.
type fixture struct {
	*cloudtest.Client
	h       *cloudtest.Harness
	net     cloudtest.Network
	subnets *cloudtest.Resource
	params  *cloudtest.Resource
}

func setUp(t *testing.T) *fixture {
	t.Helper()
	h := cloudtest.New(t, ec2.Register, iam.Register, kms.Register, logs.Register, secretsmanager.Register, rds.Register)
	f := &fixture{Client: h.As("222222222222", "eu-west-1"), h: h}
	f.net = f.Network(20)
	f.subnets = f.Create(rds.SubnetGroup, cloud.Props{"name": "stores", "subnetIds": f.net.Subnets})
	f.params = f.Create(rds.ParameterGroup, cloud.Props{"name": "tls", "family": "aurora-mysql8.0",
		"parameters": []any{cloud.Props{"name": "require_secure_transport", "value": "ON"}}})
	return f
}

// inputs are those of a cluster as the program makes it.
func (f *fixture) inputs(more cloud.Props) cloud.Props {
	return cloudtest.With(cloud.Props{
		"clusterIdentifier": "catalog", "engine": "aurora-mysql", "engineVersion": "8.0.mysql_aurora.3.10.3", "databaseName": "catalog",
		"masterUsername": "retail", "manageMasterUserPassword": true, "masterUserSecretKmsKeyId": f.net.Key,
		"dbSubnetGroupName": "stores", "vpcSecurityGroupIds": []any{f.net.Group}, "dbClusterParameterGroupName": "tls",
		"storageEncrypted": true, "kmsKeyId": f.net.Key, "skipFinalSnapshot": true, "backupRetentionPeriod": 7.,
		"preferredBackupWindow": "01:00-02:00", "preferredMaintenanceWindow": "tue:02:30-tue:03:30",
		"serverlessv2ScalingConfiguration": cloud.Props{"minCapacity": 0.5, "maxCapacity": 4.},
	}, more)
}

func (f *fixture) instance(more cloud.Props) cloud.Props {
	return cloudtest.With(cloud.Props{"clusterIdentifier": "catalog", "engine": "aurora-mysql", "instanceClass": "db.serverless"}, more)
}

func TestAClusterWithItsInstances(t *testing.T) {
	f := setUp(t)
	before := f.h.World.Identifiers()
	cluster := f.Create(rds.Cluster, f.inputs(nil))
	assert.Regexp(t, `^catalog\.cluster-[0-9a-f]{12}\.eu-west-1\.rds\.amazonaws\.com$`, cluster.State["endpoint"])
	assert.InDelta(t, 3306, cluster.State["port"], 0)
	first := f.Create(rds.Instance, f.instance(cloud.Props{"identifier": "one"}))
	second := f.Create(rds.Instance, f.instance(cloud.Props{"identifier": "two"}))
	assert.Equal(t, true, first.State["writer"])
	assert.Equal(t, false, second.State["writer"])
	assert.NotEqual(t, first.State["availabilityZone"], second.State["availabilityZone"], "instances spread by themselves")
	assert.Equal(t, []any{"one", "two"}, f.Read(cluster)["clusterMembers"])
	assert.Len(t, f.h.Records(ec2.Interface), 2)

	f.FailsDelete(cluster, "InvalidDBClusterStateFault")
	f.FailsDelete(f.subnets, "InvalidDBSubnetGroupStateFault")
	f.FailsDelete(f.params, "InvalidDBParameterGroupState")
	f.FailsDelete(&cloudtest.Resource{Token: ec2.SecurityGroup, ID: f.net.Group}, "DependencyViolation")
	f.Delete(first)
	assert.Equal(t, true, f.Read(second)["writer"], "another one takes over")
	f.Delete(second)
	f.Delete(cluster)
	assert.Equal(t, before, f.h.World.Identifiers())
}

func TestTheMasterSecretBelongsToTheClusterS4(t *testing.T) {
	f := setUp(t)
	cluster := f.Create(rds.Cluster, f.inputs(nil))
	arn, _ := cloud.Lookup(cluster.State, "masterUserSecrets[0].secretArn").(string)
	assert.Contains(t, arn, ":secret:rds!cluster-")
	assert.Equal(t, f.net.Key, cloud.Lookup(cluster.State, "masterUserSecrets[0].kmsKeyId"))
	assert.NotContains(t, cluster.State, "masterPassword", "the password is nowhere in the cluster's state")
	require.Len(t, f.h.Records(secretsmanager.Secret), 1)
	f.Update(cluster, f.inputs(cloud.Props{"backupRetentionPeriod": 14.}))
	assert.Equal(t, arn, cloud.Lookup(cluster.State, "masterUserSecrets[0].secretArn"), "it stays")
	f.FailsCreate(secretsmanager.Version, cloud.Props{"secretId": arn, "secretString": "mine"}, "InvalidRequestException")
	f.Delete(cluster)
	assert.Empty(t, f.h.Records(secretsmanager.Secret))
	assert.Empty(t, f.h.Records("aws:secretsmanager/ownedValue:OwnedValue"))
}

func TestDeletionIsGuardedAndLeavesASnapshot(t *testing.T) {
	f := setUp(t)
	guarded := f.inputs(cloud.Props{"deletionProtection": true, "skipFinalSnapshot": false, "finalSnapshotIdentifier": "last"})
	cluster := f.Create(rds.Cluster, guarded)
	f.FailsDelete(cluster, "InvalidParameterCombination")
	f.Update(cluster, cloudtest.With(guarded, cloud.Props{"deletionProtection": false, "finalSnapshotIdentifier": nil}))
	require.ErrorContains(t, f.TryDelete(cluster), "final_snapshot_identifier is required")
	f.Update(cluster, cloudtest.With(guarded, cloud.Props{"deletionProtection": false}))
	f.Delete(cluster)
	require.Len(t, f.h.Records(snapshot), 1)
	assert.Equal(t, "last", f.h.Records(snapshot)[0].ID)
	again := f.Create(rds.Cluster, cloudtest.With(guarded, cloud.Props{"deletionProtection": false}))
	f.FailsDelete(again, "DBClusterSnapshotAlreadyExistsFault")
}

func TestClustersThatRDSRefuses(t *testing.T) {
	f := setUp(t)
	other := f.Network(21)
	off := f.Create(kms.Key, cloud.Props{"isEnabled": false})
	f.Create(rds.ParameterGroup, cloud.Props{"name": "postgres", "family": "aurora-postgresql16"})
	for _, r := range []struct {
		why, code string
		inputs    cloud.Props
	}{
		{"unknown version", "InvalidParameterCombination", cloud.Props{"engineVersion": "8.0.mysql_aurora.3.99.0"}},
		{"no subnet group", "DBSubnetGroupNotFoundFault", cloud.Props{"dbSubnetGroupName": "absent"}},
		{"no parameter group", "DBClusterParameterGroupNotFound", cloud.Props{"dbClusterParameterGroupName": "absent"}},
		{"another engine's parameters", "InvalidParameterCombination", cloud.Props{"dbClusterParameterGroupName": "postgres"}},
		{"no security group", "InvalidGroup.NotFound", cloud.Props{"vpcSecurityGroupIds": []any{"sg-absent"}}},
		{"a group of another VPC", "InvalidParameterCombination", cloud.Props{"vpcSecurityGroupIds": []any{other.Group}}},
		{"a key that is off", "KMSKeyNotAccessibleFault", cloud.Props{"kmsKeyId": off.State["arn"]}},
		{"no key", "KMSKeyNotAccessibleFault", cloud.Props{"masterUserSecretKmsKeyId": "arn:aws:kms:eu-west-1:222222222222:key/absent"}},
		{"a key without encryption", "InvalidParameterCombination", cloud.Props{"storageEncrypted": false}},
		{"windows that meet", "InvalidParameterValue", cloud.Props{"preferredMaintenanceWindow": "tue:01:30-tue:02:30"}},
		{"a short window", "InvalidParameterValue", cloud.Props{"preferredBackupWindow": "01:00-01:10"}},
		{"another engine's log", "InvalidParameterCombination", cloud.Props{"enabledCloudwatchLogsExports": []any{"postgresql"}}},
		{"capacity in other steps", "InvalidParameterValue", cloud.Props{"serverlessv2ScalingConfiguration": cloud.Props{"minCapacity": 0.7, "maxCapacity": 4.}}},
		{"no password", "InvalidParameterValue", cloud.Props{"manageMasterUserPassword": nil, "masterUserSecretKmsKeyId": nil}},
		{"a reserved name", "InvalidParameterValue", cloud.Props{"masterUsername": "rdsadmin"}},
	} {
		t.Run(r.why, func(t *testing.T) { f.FailsCreate(rds.Cluster, f.inputs(r.inputs), r.code) })
	}
	f.Create(rds.Cluster, f.inputs(nil))
	f.FailsCreate(rds.Cluster, f.inputs(nil), "DBClusterAlreadyExistsFault")
	for _, r := range []struct {
		why, code string
		inputs    cloud.Props
	}{
		{"no cluster", "DBClusterNotFoundFault", cloud.Props{"clusterIdentifier": "absent"}},
		{"another engine", "InvalidParameterCombination", cloud.Props{"engine": "aurora-postgresql"}},
		{"an unknown class", "InvalidParameterCombination", cloud.Props{"instanceClass": "db.m5.large"}},
		{"a zone without subnet", "InvalidVPCNetworkStateFault", cloud.Props{"availabilityZone": "eu-west-1z"}},
	} {
		t.Run(r.why, func(t *testing.T) { f.FailsCreate(rds.Instance, f.instance(r.inputs), r.code) })
	}
}

func TestServerlessNeedsItsRange(t *testing.T) {
	f := setUp(t)
	f.Create(rds.Cluster, f.inputs(cloud.Props{"serverlessv2ScalingConfiguration": nil}))
	f.FailsCreate(rds.Instance, f.instance(nil), "InvalidParameterCombination")
	f.Create(rds.Instance, f.instance(cloud.Props{"instanceClass": "db.r7g.large"}))
}

func TestLogsComeByThemselvesUnlessTheyAreThere(t *testing.T) {
	f := setUp(t)
	f.Create(logs.Group, cloud.Props{"name": "/aws/rds/cluster/catalog/error", "retentionInDays": 14.})
	f.Create(rds.Cluster, f.inputs(cloud.Props{"enabledCloudwatchLogsExports": []any{"error", "slowquery"}}))
	groups := f.h.Records(logs.Group)
	require.Len(t, groups, 2)
	assert.NotEmpty(t, groups[0].URN)
	assert.Empty(t, groups[1].URN, "slowquery belongs to nobody, and stays")
}

func TestGroupsThatRDSRefuses(t *testing.T) {
	f := setUp(t)
	f.FailsCreate(rds.SubnetGroup, cloud.Props{"name": "one", "subnetIds": f.net.Subnets[:1]}, "DBSubnetGroupDoesNotCoverEnoughAZs")
	f.FailsCreate(rds.SubnetGroup, cloud.Props{"name": "stores", "subnetIds": f.net.Subnets}, "DBSubnetGroupAlreadyExists")
	f.FailsCreate(rds.SubnetGroup, cloud.Props{"name": "gone", "subnetIds": []any{"subnet-absent"}}, "InvalidSubnet")
	f.FailsCreate(rds.SubnetGroup, cloud.Props{"name": "two", "subnetIds": append(f.Network(22).Subnets, f.net.Subnets...)}, "InvalidSubnet")
	parameter := func(name, value, method string) cloud.Props {
		p := cloud.Props{"name": name, "value": value}
		if method != "" {
			p["applyMethod"] = method
		}
		return cloud.Props{"name": "bad", "family": "aurora-mysql8.0", "parameters": []any{p}}
	}
	f.FailsCreate(rds.ParameterGroup, parameter("rds.force_ssl", "1", ""), "InvalidParameterValue")
	f.FailsCreate(rds.ParameterGroup, parameter("require_secure_transport", "yes", ""), "InvalidParameterValue")
	f.FailsCreate(rds.ParameterGroup, parameter("max_connections", "100", ""), "InvalidParameterCombination")
	f.FailsCreate(rds.ParameterGroup, cloud.Props{"name": "bad", "family": "aurora-mysql9.0"}, "InvalidParameterValue")

	f.Create(rds.Cluster, f.inputs(nil))
	i := f.Create(rds.Instance, f.instance(nil))
	used := f.h.Records(ec2.Interface)[0].State["subnetId"]
	var rest []any
	for _, subnet := range f.net.Subnets {
		if subnet != used {
			rest = append(rest, subnet)
		}
	}
	f.FailsUpdate(f.subnets, cloud.Props{"name": "stores", "subnetIds": rest}, "SubnetAlreadyInUse")
	f.Delete(i)
	f.Update(f.subnets, cloud.Props{"name": "stores", "subnetIds": rest})
}

func TestWhatIsNotSimulatedIsRefused(t *testing.T) {
	f := setUp(t)
	for path, value := range map[string]any{
		"engine": "mysql", "engineMode": "serverless", "snapshotIdentifier": "last", "globalClusterIdentifier": "world", "masterPassword": "secret-secret",
	} {
		_, broken := f.Check(rds.Cluster, f.inputs(cloud.Props{path: value}))
		require.Len(t, broken, 1, path)
	}
}

func TestVersionsMove(t *testing.T) {
	f := setUp(t)
	cluster := f.Create(rds.Cluster, f.inputs(nil))
	i := f.Create(rds.Instance, f.instance(nil))
	f.Update(cluster, f.inputs(cloud.Props{"engineVersion": "8.0.mysql_aurora.3.12.0"}))
	assert.Equal(t, "8.0.mysql_aurora.3.12.0", f.Read(i)["engineVersionActual"])
	assert.True(t, f.Diff(cluster, f.inputs(cloud.Props{"kmsKeyId": "another"})).Replaces())
	assert.False(t, f.Diff(cluster, f.inputs(cloud.Props{"deletionProtection": true})).Replaces())

	f.Create(rds.Cluster, f.inputs(cloud.Props{"clusterIdentifier": "orders", "engine": "aurora-postgresql", "engineVersion": "16.8", "dbClusterParameterGroupName": nil}))
}
