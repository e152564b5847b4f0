package eks_test

import (
	"maps"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"retail/sandbox/cloud"
	"retail/sandbox/cloud/eks"
)

const (
	ci          = "arn:aws:iam::444444444444:role/ci"
	deploy      = "arn:aws:iam::222222222222:role/retail-deploy"
	adminPolicy = "arn:aws:eks::aws:cluster-access-policy/AmazonEKSClusterAdminPolicy"
	viewPolicy  = "arn:aws:eks::aws:cluster-access-policy/AmazonEKSViewPolicy"
)

func entryInputs(principal string, changes cloud.Props) cloud.Props {
	inputs := cloud.Props{"clusterName": "blue", "principalArn": principal}
	maps.Copy(inputs, changes)
	return inputs
}

func (f *fixture) entry(principal string, changes cloud.Props) {
	f.Create(eks.AccessEntry, entryInputs(principal, changes))
}

func associate(principal, policy string, namespaces ...any) cloud.Props {
	scope := cloud.Props{"type": "cluster"}
	if len(namespaces) > 0 {
		scope = cloud.Props{"type": "namespace", "namespaces": namespaces}
	}
	return cloud.Props{"clusterName": "blue", "principalArn": principal, "policyArn": policy, "accessScope": scope}
}

func TestCreatorsEntryLeavesNoRoomForAnotherE10(t *testing.T) {
	f := setUp(t)
	f.cluster(cloud.Props{"accessConfig": cloud.Props{"authenticationMode": "API", "bootstrapClusterCreatorAdminPermissions": true}})
	err := f.FailsCreate(eks.AccessEntry, entryInputs(deploy, nil), "ResourceInUseException")
	assert.ErrorContains(t, err, "The specified access entry resource is already in use on this cluster.")
}

func TestCreatorIsAdmittedOnlyWhenAccessConfigDoesNotSayOtherwiseE10(t *testing.T) {
	f := setUp(t)
	c := f.cluster(cloud.Props{"accessConfig": cloud.Props{"authenticationMode": "API"}})
	assert.Equal(t, false, cloud.Lookup(c.State, "accessConfig.bootstrapClusterCreatorAdminPermissions"))
	assert.Empty(t, f.h.Records(eks.AccessEntry))
	f.entry(deploy, nil)
}

func TestAuthenticationModeMovesOneStepForwardE10(t *testing.T) {
	f := setUp(t)
	mode := func(m string) cloud.Props {
		return f.blue(cloud.Props{"accessConfig": cloud.Props{"authenticationMode": m, "bootstrapClusterCreatorAdminPermissions": false}})
	}
	c := f.Create(eks.Cluster, mode("CONFIG_MAP"))
	f.FailsCreate(eks.AccessEntry, entryInputs(ci, nil), "InvalidRequestException")
	err := f.FailsUpdate(c, mode("API"), "InvalidParameterException")
	assert.ErrorContains(t, err, "Unsupported authentication mode update from CONFIG_MAP to API")
	f.Update(c, mode("API_AND_CONFIG_MAP"))
	f.Update(c, mode("API"))
	f.FailsUpdate(c, mode("API_AND_CONFIG_MAP"), "InvalidParameterException")
}

func TestAccessEntryRefusesWhatEKSRefuses(t *testing.T) {
	f := setUp(t)
	f.cluster(nil)
	for name, c := range map[string]struct {
		inputs cloud.Props
		code   string
	}{
		"session":         {entryInputs("arn:aws:sts::222222222222:assumed-role/retail-deploy/x", nil), "InvalidParameterException"},
		"no such role":    {entryInputs("arn:aws:iam::222222222222:role/absent", nil), "InvalidParameterException"},
		"system group":    {entryInputs(ci, cloud.Props{"kubernetesGroups": []any{"system:masters"}}), "InvalidParameterException"},
		"system user":     {entryInputs(ci, cloud.Props{"userName": "system:admin"}), "InvalidParameterException"},
		"groups of nodes": {entryInputs(ci, cloud.Props{"type": "EC2_LINUX", "kubernetesGroups": []any{"shop"}}), "InvalidParameterException"},
		"unknown type":    {entryInputs(ci, cloud.Props{"type": "LINUX"}), "InvalidParameterException"},
		"no cluster":      {cloud.Props{"clusterName": "green", "principalArn": ci}, "ResourceNotFoundException"},
	} {
		t.Run(name, func(t *testing.T) { f.FailsCreate(eks.AccessEntry, c.inputs, c.code) })
	}
}

func TestPolicyAssociationRefusesWhatEKSRefuses(t *testing.T) {
	f := setUp(t)
	f.cluster(nil)
	f.FailsCreate(eks.Association, associate(ci, adminPolicy), "ResourceNotFoundException")
	f.entry(ci, nil)
	f.FailsCreate(eks.Association, associate(ci, "arn:aws:eks:aws:cluster-access-policy/AmazonEKSClusterAdminPolicy"), "ResourceNotFoundException")
	namespaced := associate(ci, viewPolicy)
	namespaced["accessScope"] = cloud.Props{"type": "namespace"}
	f.FailsCreate(eks.Association, namespaced, "InvalidParameterException")
	namespaced["accessScope"] = cloud.Props{"type": "cluster", "namespaces": []any{"shop"}}
	f.FailsCreate(eks.Association, namespaced, "InvalidParameterException")
	a := f.Create(eks.Association, associate(ci, viewPolicy, "shop"))
	assert.True(t, f.Diff(a, associate(ci, viewPolicy, "shop", "web")).Replaces())
	f.FailsCreate(eks.Association, associate(ci, viewPolicy), "ResourceInUseException")
}

func TestIdentifyNamesWhoAnEntryAdmits(t *testing.T) {
	f := setUp(t)
	f.cluster(nil)
	identify := eks.Identify(f.h.World)
	admin, _, err := f.h.World.ClusterToken("blue", region, deploy)
	require.NoError(t, err)
	_, _, ok := identify(clusterARN, admin)
	assert.False(t, ok, "no entry yet")

	f.entry(deploy, nil)
	f.Create(eks.Association, associate(deploy, adminPolicy))
	f.entry(ci, cloud.Props{"kubernetesGroups": []any{"viewers"}})
	f.Create(eks.Association, associate(ci, viewPolicy, "shop", "web"))
	user, groups, ok := identify(clusterARN, admin)
	assert.True(t, ok)
	assert.Equal(t, "arn:aws:sts::222222222222:assumed-role/retail-deploy/EKSGetTokenAuth", user)
	assert.Equal(t, []string{"eks-access:AmazonEKSClusterAdminPolicy"}, groups)

	own, _, err := f.h.World.ClusterToken("blue", region, "")
	require.NoError(t, err)
	_, groups, ok = identify(clusterARN, own)
	assert.True(t, ok)
	assert.Equal(t, []string{"viewers", "eks-access:AmazonEKSViewPolicy:shop", "eks-access:AmazonEKSViewPolicy:web"}, groups)

	for name, arn := range map[string]string{"another cluster": "arn:aws:eks:eu-west-1:222222222222:cluster/green",
		"another region": "arn:aws:eks:us-east-1:222222222222:cluster/blue", "another account": "arn:aws:eks:eu-west-1:333333333333:cluster/blue"} {
		_, _, ok = identify(arn, own)
		assert.False(t, ok, name)
	}
	_, _, ok = identify(clusterARN, own+"x")
	assert.False(t, ok, "forged")
}

func TestEntryTakesItsPoliciesAlong(t *testing.T) {
	f := setUp(t)
	f.cluster(nil)
	e := f.Create(eks.AccessEntry, entryInputs(ci, nil))
	f.Create(eks.Association, associate(ci, viewPolicy))
	f.Delete(e)
	assert.Empty(t, f.h.Records(eks.Association))
}

func TestPodIdentityNeedsARoleThatPodsMayTake(t *testing.T) {
	f := setUp(t)
	f.cluster(nil)
	inputs := func(role string) cloud.Props {
		return cloud.Props{"clusterName": "blue", "namespace": "kube-system", "serviceAccount": "aws-node", "roleArn": role}
	}
	f.FailsCreate(eks.PodIdentity, inputs(f.nodeRole), "InvalidParameterException")
	role := f.makeRole("pods", "pods.eks.amazonaws.com")
	a := f.Create(eks.PodIdentity, inputs(role))
	assert.Regexp(t, "^a-[0-9a-f]{17}$", a.ID)
	f.FailsCreate(eks.PodIdentity, inputs(role), "ResourceInUseException")
	f.FailsCreate(eks.Addon, f.addonInputs("vpc-cni", cloud.Props{"podIdentityAssociations": []any{
		cloud.Props{"serviceAccount": "aws-node", "roleArn": role}}}), "ResourceInUseException")
}

func TestDataSourcesSeeTheCluster(t *testing.T) {
	f := setUp(t)
	c := f.cluster(nil)
	out := f.Invoke("aws:eks/getCluster:getCluster", cloud.Props{"name": "blue"})
	assert.Equal(t, c.State["endpoint"], out["endpoint"])
	assert.Equal(t, "API", cloud.Lookup(out, "accessConfigs[0].authenticationMode"))
	assert.Equal(t, []any{"blue"}, f.Invoke("aws:eks/getClusters:getClusters", nil)["names"])
	f.FailsInvoke("aws:eks/getCluster:getCluster", cloud.Props{"name": "green"}, "ResourceNotFoundException")
}
