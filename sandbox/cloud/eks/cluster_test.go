package eks_test

import (
	"errors"
	"maps"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"retail/sandbox/cloud"
	"retail/sandbox/cloud/ec2"
	"retail/sandbox/cloud/eks"
	"retail/sandbox/cloud/iam"
	"retail/sandbox/cloud/kms"
	"retail/sandbox/cloud/logs"
)

func TestClusterIsActiveWithEverythingEKSAnswers(t *testing.T) {
	f := setUp(t)
	c := f.cluster(nil)
	for path, want := range map[string]any{
		"arn": clusterARN, "status": "ACTIVE", "endpoint": "https://127.0.0.1:6443", "certificateAuthority.data": "LS0tLS1CRUdJTi==",
		"certificateAuthorities[0].data": "LS0tLS1CRUdJTi==", "version": "1.34", "platformVersion": "eks.19",
		"upgradePolicy.supportType": "EXTENDED", "kubernetesNetworkConfig.serviceIpv4Cidr": "172.20.0.0/16",
		"vpcConfig.vpcId": f.vpc.ID, "vpcConfig.endpointPublicAccess": false,
	} {
		assert.Equal(t, want, cloud.Lookup(c.State, path), path)
	}
	assert.Contains(t, cloud.Lookup(c.State, "identities[0].oidcs[0].issuer"), "https://oidc.eks.eu-west-1.amazonaws.com/id/")
	assert.Len(t, f.h.Records(ec2.Interface), 3)
	assert.Equal(t, []string{"upgrade 1.34", "create 1.34"}, f.fake.log)
	f.FailsCreate(eks.Cluster, f.blue(nil), "ResourceInUseException")
	assert.Equal(t, c.State, f.Read(c))
}

func TestClusterLeavesNothingBehind(t *testing.T) {
	f := setUp(t)
	before := f.h.World.Identifiers()
	c := f.cluster(cloud.Props{"bootstrapSelfManagedAddons": true,
		"accessConfig": cloud.Props{"authenticationMode": "API", "bootstrapClusterCreatorAdminPermissions": true}})
	f.FailsDelete(f.resource[0], "DependencyViolation")
	f.Delete(c)
	assert.Equal(t, before, f.h.World.Identifiers())
	assert.Empty(t, f.fake.versions)
}

func TestClusterLeaksWhenItsRoleLostThePolicyE14(t *testing.T) {
	f := setUp(t)
	c := f.cluster(nil)
	f.detach("cluster/AmazonEKSClusterPolicy")
	f.Delete(c)
	assert.Len(t, f.h.Records(ec2.Interface), 3)
	f.FailsDelete(f.resource[0], "DependencyViolation")
}

func TestClusterRefusesWhatEKSRefuses(t *testing.T) {
	f := setUp(t)
	network := func(changes cloud.Props) cloud.Props {
		vpc := cloud.Props{"subnetIds": f.subnets, "endpointPrivateAccess": true, "endpointPublicAccess": false}
		maps.Copy(vpc, changes)
		return f.blue(cloud.Props{"vpcConfig": vpc})
	}
	other := f.Create(ec2.Vpc, cloud.Props{"cidrBlock": "10.9.0.0/16"})
	stranger := f.Create(ec2.SecurityGroup, cloud.Props{"vpcId": other.ID, "name": "stranger"})
	abroad := f.Create(ec2.Subnet, cloud.Props{"vpcId": other.ID, "cidrBlock": "10.9.0.0/24", "availabilityZoneId": "euw1-az2"})
	tiny := f.Create(ec2.Subnet, cloud.Props{"vpcId": f.vpc.ID, "cidrBlock": "10.0.200.0/28", "availabilityZoneId": "euw1-az2"})
	f.occupy(t, tiny.ID, 8)
	f.makeRole("untrusted", "ec2.amazonaws.com", "AmazonEKSClusterPolicy")
	f.makeRole("bare", "eks.amazonaws.com")
	for name, inputs := range map[string]cloud.Props{
		"unsupported version":       f.blue(cloud.Props{"version": "1.29"}),
		"one zone":                  network(cloud.Props{"subnetIds": f.subnets[:1]}),
		"two VPCs":                  network(cloud.Props{"subnetIds": []any{f.subnets[0], abroad.ID}}),
		"few free addresses":        network(cloud.Props{"subnetIds": []any{f.subnets[0], tiny.ID}}),
		"subnet missing":            network(cloud.Props{"subnetIds": []any{f.subnets[0], "subnet-0123456789abcdef0"}}),
		"group of another VPC":      network(cloud.Props{"securityGroupIds": []any{stranger.ID}}),
		"no endpoint (E11)":         network(cloud.Props{"endpointPrivateAccess": false}),
		"CIDR with host bits":       network(cloud.Props{"endpointPublicAccess": true, "publicAccessCidrs": []any{"10.0.0.1/8"}}),
		"role missing":              f.blue(cloud.Props{"roleArn": "arn:aws:iam::222222222222:role/absent"}),
		"role of another service":   f.blue(cloud.Props{"roleArn": "arn:aws:iam::222222222222:role/untrusted"}),
		"role without EKS's policy": f.blue(cloud.Props{"roleArn": "arn:aws:iam::222222222222:role/bare"}),
		"key missing": f.blue(cloud.Props{"encryptionConfig": cloud.Props{"resources": []any{"secrets"},
			"provider": cloud.Props{"keyArn": "arn:aws:kms:eu-west-1:222222222222:key/absent"}}}),
	} {
		t.Run(name, func(t *testing.T) { f.FailsCreate(eks.Cluster, inputs, "InvalidParameterException") })
	}
}

func TestClusterRefusesZonesWithoutControlPlanes(t *testing.T) {
	f := setUpIn(t, "24", "use1-az1", "use1-az3")
	err := f.FailsCreate(eks.Cluster, f.blue(nil), "UnsupportedAvailabilityZoneException")
	assert.ErrorContains(t, err, "Retry and choose from these availability zones")
}

func TestVersionMovesOneMinorForwardE4(t *testing.T) {
	f := setUp(t)
	c := f.cluster(nil)
	f.FailsUpdate(c, f.blue(cloud.Props{"version": "1.36"}), "InvalidParameterException")
	err := f.FailsUpdate(c, f.blue(cloud.Props{"version": "1.33"}), "InvalidParameterException")
	assert.ErrorContains(t, err, "Unsupported Kubernetes minor version update from 1.34 to 1.33")
	f.Update(c, f.blue(cloud.Props{"version": "1.35"}))
	assert.Equal(t, "eks.9", c.State["platformVersion"])
	assert.Equal(t, "1.35", f.fake.versions[clusterARN])
	f.Update(c, f.blue(cloud.Props{"version": nil}))
	assert.Equal(t, "1.35", c.State["version"])
}

func TestAutoModeIsAllOrNothingE2(t *testing.T) {
	f := setUp(t)
	for _, s := range [][3]bool{{true, false, false}, {true, true, false}, {false, true, true}} {
		_, broken := f.Check(eks.Cluster, f.blue(autoMode(s[0], s[1], s[2])))
		assert.Len(t, broken, 1, "%v", s)
	}
	on := autoMode(true, true, true)
	roleOnly := maps.Clone(on)
	roleOnly["computeConfig"] = cloud.Props{"enabled": true, "nodeRoleArn": f.nodeRole}
	poolsOnly := maps.Clone(on)
	poolsOnly["computeConfig"] = cloud.Props{"enabled": true, "nodePools": []any{"system"}}
	addons := maps.Clone(on)
	addons["bootstrapSelfManagedAddons"] = true
	configMap := maps.Clone(on)
	configMap["accessConfig"] = nil
	for name, changes := range map[string]cloud.Props{"role without pools": roleOnly, "pools without role": poolsOnly,
		"self-managed add-ons": addons, "CONFIG_MAP": configMap} {
		t.Run(name, func(t *testing.T) { f.FailsCreate(eks.Cluster, f.blue(changes), "InvalidParameterException") })
	}
}

func TestManagedClusterTurnsIntoAutoModeInPlaceE2(t *testing.T) {
	f := setUp(t)
	c := f.cluster(nil)
	inputs := f.blue(autoMode(true, true, true))
	inputs["computeConfig"] = cloud.Props{"enabled": true, "nodeRoleArn": f.nodeRole, "nodePools": []any{"general-purpose", "system"}}
	err := f.TryUpdate(c, inputs)
	assert.ErrorContains(t, err, "the cluster role lacks the policy AmazonEKSComputePolicy")
	for _, p := range []string{"AmazonEKSComputePolicy", "AmazonEKSBlockStoragePolicy", "AmazonEKSLoadBalancingPolicy", "AmazonEKSNetworkingPolicy"} {
		f.Create(iam.Attachment, cloud.Props{"role": "cluster", "policyArn": managed + p})
	}
	f.Update(c, inputs)
	assert.True(t, f.fake.auto[clusterARN])
	assert.Len(t, f.h.Records(eks.AccessEntry), 1, "EKS admits the built-in node role")
	// Leaving the blocks out asks for nothing: Auto Mode stays on.
	f.Update(c, f.blue(nil))
	assert.Equal(t, true, cloud.Lookup(c.State, "computeConfig.enabled"))
	f.Update(c, f.blue(autoMode(false, false, false)))
	assert.False(t, f.fake.auto[clusterARN])
}

func TestReplacementOfClusterFollowsTheProviderE1(t *testing.T) {
	f := setUp(t)
	key := f.Create(kms.Key, nil)
	encryption := cloud.Props{"resources": []any{"secrets"}, "provider": cloud.Props{"keyArn": key.State["arn"]}}
	c := f.cluster(nil)
	for name, want := range map[string]struct {
		changes  cloud.Props
		replaces bool
	}{
		"self-managed add-ons (E1)":     {cloud.Props{"bootstrapSelfManagedAddons": true}, true},
		"the creator's admin flag":      {cloud.Props{"accessConfig": cloud.Props{"authenticationMode": "API", "bootstrapClusterCreatorAdminPermissions": true}}, true},
		"role":                          {cloud.Props{"roleArn": f.nodeRole}, true},
		"name":                          {cloud.Props{"name": "green"}, true},
		"service range":                 {cloud.Props{"kubernetesNetworkConfig": cloud.Props{"serviceIpv4Cidr": "172.21.0.0/16"}}, true},
		"encryption added":              {cloud.Props{"encryptionConfig": encryption}, false},
		"Auto Mode":                     {autoMode(true, true, true), false},
		"zonal shift":                   {cloud.Props{"zonalShiftConfig": cloud.Props{"enabled": true}}, false},
		"version":                       {cloud.Props{"version": "1.35"}, false},
		"subnets, all but one":          {cloud.Props{"vpcConfig": cloud.Props{"subnetIds": f.subnets[:2]}}, false},
		"mode, with the flag unchanged": {cloud.Props{"accessConfig": cloud.Props{"authenticationMode": "API_AND_CONFIG_MAP", "bootstrapClusterCreatorAdminPermissions": false}}, false},
	} {
		assert.Equal(t, want.replaces, f.Diff(c, f.blue(want.changes)).Replaces(), name)
	}
	f.Update(c, f.blue(cloud.Props{"encryptionConfig": encryption}))
	assert.True(t, f.Diff(c, f.blue(nil)).Replaces(), "encryption cannot be taken away")
}

func TestLogGroupOutlivesTheClusterThatMadeIt(t *testing.T) {
	f := setUp(t)
	types := cloud.Props{"enabledClusterLogTypes": []any{"api", "audit"}}
	group := cloud.Props{"name": "/aws/eks/blue/cluster", "retentionInDays": 30.}
	// Made in time, and deleted after the cluster: nothing remains.
	own := f.Create(logs.Group, group)
	c := f.cluster(types)
	f.Delete(c)
	f.Delete(own)
	assert.Empty(t, f.h.Records(logs.Group))
	// Deleted before the cluster: late events bring it back.
	own = f.Create(logs.Group, group)
	c = f.cluster(types)
	f.Delete(own)
	f.Delete(c)
	assert.Len(t, f.h.Records(logs.Group), 1)
	// It is there already when the program comes to make it.
	f.FailsCreate(logs.Group, group, "ResourceAlreadyExistsException")
}

func TestSubnetsChangeInPlaceWithinTheVPC(t *testing.T) {
	f := setUp(t)
	c := f.cluster(nil)
	vpc := func(subnets ...any) cloud.Props {
		return f.blue(cloud.Props{"vpcConfig": cloud.Props{"subnetIds": subnets, "endpointPrivateAccess": true, "endpointPublicAccess": false}})
	}
	f.FailsUpdate(c, vpc(f.subnets[0]), "InvalidParameterException")
	f.Update(c, vpc(f.subnets[0], f.subnets[1]))
	assert.Len(t, f.h.Records(ec2.Interface), 2)
	assert.NotEmpty(t, cloud.Lookup(c.State, "vpcConfig.clusterSecurityGroupId"))
}

func TestInterruptedCreateIsFinishedByTheNextRun(t *testing.T) {
	f := setUp(t)
	f.fake.fail = errors.New("no room for etcd")
	_, err := f.TryCreate(eks.Cluster, f.blue(nil))
	var unfinished *cloud.UnfinishedError
	require.ErrorAs(t, err, &unfinished)
	assert.Equal(t, "blue", unfinished.ID)
	f.FailsCreate(eks.Cluster, f.blue(nil), "ResourceInUseException")
	record := f.h.Records(eks.Cluster)[0]
	assert.Equal(t, "CREATING", record.State["status"])
	out, err := f.h.World.Update(t.Context(), f.Session, cloud.Request{URN: record.URN, Token: eks.Cluster, ID: "blue",
		Old: record.Inputs, Inputs: record.Inputs, State: record.State})
	require.NoError(t, err)
	assert.Equal(t, "ACTIVE", out.State["status"])
}
