package elasticache_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"retail/sandbox/cloud"
	"retail/sandbox/cloud/cloudtest"
	"retail/sandbox/cloud/ec2"
	ec "retail/sandbox/cloud/elasticache"
	"retail/sandbox/cloud/iam"
	"retail/sandbox/cloud/kms"
	"retail/sandbox/cloud/logs"
)

const password = "sixteen-characters-or-more"

type fixture struct {
	*cloudtest.Client
	h                   *cloudtest.Harness
	net                 cloudtest.Network
	subnets, user, team *cloudtest.Resource
}

func user(id string, more cloud.Props) cloud.Props {
	return cloudtest.With(cloud.Props{"userId": id, "userName": "checkout", "engine": "valkey", "accessString": "on ~* -@all +@read +@write",
		"authenticationMode": cloud.Props{"type": "password", "passwords": []any{password}}}, more)
}

func setUp(t *testing.T) *fixture {
	t.Helper()
	h := cloudtest.New(t, ec2.Register, iam.Register, kms.Register, logs.Register, ec.Register)
	f := &fixture{Client: h.As("222222222222", "eu-west-1"), h: h}
	f.net = f.Network(20)
	f.subnets = f.Create(ec.SubnetGroup, cloud.Props{"name": "stores", "subnetIds": f.net.Subnets})
	f.user = f.Create(ec.User, user("checkout", nil))
	f.team = f.Create(ec.UserGroup, cloud.Props{"userGroupId": "checkout", "engine": "valkey", "userIds": []any{"checkout"}})
	return f
}

func (f *fixture) inputs(more cloud.Props) cloud.Props {
	return cloudtest.With(cloud.Props{
		"replicationGroupId": "checkout", "description": "checkout", "engine": "valkey", "engineVersion": "8.0", "parameterGroupName": "default.valkey8",
		"nodeType": "cache.t4g.small", "numCacheClusters": 2., "automaticFailoverEnabled": true, "multiAzEnabled": true,
		"subnetGroupName": "stores", "securityGroupIds": []any{f.net.Group}, "atRestEncryptionEnabled": true, "kmsKeyId": f.net.Key,
		"transitEncryptionEnabled": true, "transitEncryptionMode": "required", "userGroupIds": []any{"checkout"},
	}, more)
}

func TestAGroupWithItsNodes(t *testing.T) {
	f := setUp(t)
	before := f.h.World.Identifiers()
	group := f.Create(ec.ReplicationGroup, f.inputs(nil))
	assert.Regexp(t, `^master\.checkout\.[0-9a-f]{6}\.eu-west-1\.cache\.amazonaws\.com$`, group.State["primaryEndpointAddress"])
	assert.Equal(t, []any{"checkout-001", "checkout-002"}, group.State["memberClusters"])
	assert.Equal(t, "8.0.1", group.State["engineVersionActual"])
	require.Len(t, f.h.Records(ec2.Interface), 2)
	first := f.h.Records(ec2.Interface)[0].ID

	f.Update(group, f.inputs(cloud.Props{"numCacheClusters": 3., "engineVersion": "8.1"}))
	require.Len(t, f.h.Records(ec2.Interface), 3)
	assert.Contains(t, f.h.World.Identifiers(), "222222222222/eu-west-1/"+ec2.Interface+"/"+first, "a node that stands keeps its interface")

	f.FailsDelete(f.subnets, "CacheSubnetGroupInUse")
	f.FailsDelete(f.team, "InvalidUserGroupState")
	f.FailsDelete(&cloudtest.Resource{Token: ec2.SecurityGroup, ID: f.net.Group}, "DependencyViolation")
	f.FailsUpdate(f.subnets, cloud.Props{"name": "stores", "subnetIds": f.net.Subnets[:1]}, "SubnetInUse")
	f.Delete(group)
	assert.Equal(t, before, f.h.World.Identifiers())
}

func TestAFinalSnapshotStays(t *testing.T) {
	f := setUp(t)
	inputs := f.inputs(cloud.Props{"finalSnapshotIdentifier": "last"})
	f.Delete(f.Create(ec.ReplicationGroup, inputs))
	require.Len(t, f.h.Records(ec.Snapshot), 1)
	f.FailsDelete(f.Create(ec.ReplicationGroup, inputs), "SnapshotAlreadyExistsFault")
}

func TestGroupsThatElastiCacheRefuses(t *testing.T) {
	f := setUp(t)
	other := f.Network(21)
	delivery := func(group string) []any {
		return []any{cloud.Props{"destination": group, "destinationType": "cloudwatch-logs", "logFormat": "json", "logType": "slow-log"}}
	}
	for _, r := range []struct {
		why, code string
		inputs    cloud.Props
	}{
		{"unknown version", "InvalidParameterCombination", cloud.Props{"engineVersion": "9.9"}},
		{"another family", "InvalidParameterCombination", cloud.Props{"parameterGroupName": "default.valkey7"}},
		{"parameters of one's own", "CacheParameterGroupNotFound", cloud.Props{"parameterGroupName": "mine"}},
		{"unknown node type", "InvalidParameterValue", cloud.Props{"nodeType": "cache.x9.huge"}},
		{"failover to nobody", "InvalidParameterValue", cloud.Props{"numCacheClusters": 1.}},
		{"too many nodes", "InvalidParameterValue", cloud.Props{"numCacheClusters": 7.}},
		{"users without TLS", "InvalidParameterCombination", cloud.Props{"transitEncryptionEnabled": false}},
		{"a key without encryption", "InvalidParameterCombination", cloud.Props{"atRestEncryptionEnabled": false}},
		{"no key", "InvalidKMSKeyFault", cloud.Props{"kmsKeyId": "arn:aws:kms:eu-west-1:222222222222:key/absent"}},
		{"no subnet group", "CacheSubnetGroupNotFoundFault", cloud.Props{"subnetGroupName": "absent"}},
		{"a group of another VPC", "InvalidParameterCombination", cloud.Props{"securityGroupIds": []any{other.Group}}},
		{"no user group", "UserGroupNotFound", cloud.Props{"userGroupIds": []any{"absent"}}},
		{"no log group", "InvalidParameterValue", cloud.Props{"logDeliveryConfigurations": delivery("absent")}},
	} {
		t.Run(r.why, func(t *testing.T) { f.FailsCreate(ec.ReplicationGroup, f.inputs(r.inputs), r.code) })
	}
	f.Create(logs.Group, cloud.Props{"name": "slow"})
	f.Create(ec.ReplicationGroup, f.inputs(cloud.Props{"logDeliveryConfigurations": delivery("slow")}))
	f.FailsCreate(ec.ReplicationGroup, f.inputs(nil), "ReplicationGroupAlreadyExists")
	f.Create(ec.SubnetGroup, cloud.Props{"name": "one", "subnetIds": f.net.Subnets[:1]})
	f.FailsCreate(ec.ReplicationGroup, f.inputs(cloud.Props{"replicationGroupId": "flat", "subnetGroupName": "one"}), "InvalidParameterCombination")
	_, broken := f.Check(ec.ReplicationGroup, f.inputs(cloud.Props{"automaticFailoverEnabled": false}))
	assert.Len(t, broken, 1)
	_, broken = f.Check(ec.ReplicationGroup, f.inputs(cloud.Props{"numNodeGroups": 2.}))
	assert.Len(t, broken, 1)
}

func TestUsersSignIn(t *testing.T) {
	f := setUp(t)
	with := func(kind string, passwords ...any) cloud.Props {
		mode := cloud.Props{"type": kind}
		if len(passwords) > 0 {
			mode["passwords"] = passwords
		}
		return cloud.Props{"authenticationMode": mode}
	}
	for _, r := range []struct {
		why, code string
		inputs    cloud.Props
	}{
		{"exists", "UserAlreadyExists", user("checkout", nil)},
		{"three passwords", "InvalidParameterValue", user("a", with("password", password, password+"2", password+"3"))},
		{"a short password", "InvalidParameterValue", user("a", with("password", "short"))},
		{"no password at all", "InvalidParameterCombination", user("a", with("no-password-required"))},
		{"a password beside IAM", "InvalidParameterCombination", user("a", with("iam", password))},
		{"a password in the rights", "InvalidParameterValue", user("a", cloud.Props{"accessString": "on >password ~* +@all"})},
	} {
		t.Run(r.why, func(t *testing.T) { f.FailsCreate(ec.User, r.inputs, r.code) })
	}
	twin := f.Create(ec.User, user("twin", nil))
	f.FailsCreate(ec.UserGroup, cloud.Props{"userGroupId": "twins", "engine": "valkey", "userIds": []any{"checkout", "twin"}}, "DuplicateUserName")
	f.FailsCreate(ec.UserGroup, cloud.Props{"userGroupId": "old", "engine": "redis", "userIds": []any{"twin"}}, "InvalidParameterCombination")
	f.FailsCreate(ec.UserGroup, cloud.Props{"userGroupId": "none", "engine": "valkey", "userIds": []any{"absent"}}, "UserNotFound")
	old := f.Create(ec.User, user("old", cloud.Props{"engine": "redis"}))
	f.FailsCreate(ec.UserGroup, cloud.Props{"userGroupId": "old", "engine": "redis", "userIds": []any{old.ID}}, "DefaultUserRequired")
	assert.InDelta(t, 1, cloud.Lookup(twin.State, "authenticationMode.passwordCount"), 0)
	f.Update(twin, user("twin", with("password", password, password+"2")))
	f.Delete(f.user)
	assert.Empty(t, f.Read(f.team)["userIds"], "a deleted user leaves its groups")
}
