package eks_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"retail/sandbox/cloud"
	"retail/sandbox/cloud/ec2"
	"retail/sandbox/cloud/eks"
	"retail/sandbox/clusters"
)

// ready is a cluster whose network add-ons are installed.
func ready(t *testing.T) *fixture {
	t.Helper()
	f := setUp(t)
	f.cluster(nil)
	f.addon("vpc-cni", nil)
	f.addon("kube-proxy", nil)
	f.fake.log = nil
	return f
}

func TestNodesSpreadOverZonesWithTheirMachinesLimits(t *testing.T) {
	f := ready(t)
	g := f.group(cloud.Props{"labels": cloud.Props{"pool": "general"},
		"taints": []any{cloud.Props{"key": "dedicated", "value": "shop", "effect": "NO_SCHEDULE"}}})
	assert.Equal(t, "ACTIVE", g.State["status"])
	assert.Equal(t, "1.34", g.State["version"])
	assert.Regexp(t, "^eks-general-[0-9a-f-]{36}$", cloud.Lookup(g.State, "resources[0].autoscalingGroups[0].name"))
	nodes := f.fake.nodes["general"]
	require.Len(t, nodes, 3)
	zones := map[string]bool{}
	for _, n := range nodes {
		zones[n.ZoneID] = true
		assert.Regexp(t, `^ip-10-0-\d-\d+\.eu-west-1\.compute\.internal$`, n.Name)
		assert.Equal(t, 29, n.MaxPods, "m6i.large: 3 interfaces of 10 addresses")
		assert.Equal(t, map[string]string{"pool": "general"}, n.Labels)
		assert.Equal(t, []clusters.Taint{{Key: "dedicated", Value: "shop", Effect: "NO_SCHEDULE"}}, n.Taints)
		assert.True(t, strings.HasPrefix(n.ProviderID, "aws:///"+n.Zone+"/i-"))
	}
	assert.Len(t, zones, 3)
	entries := f.h.Records(eks.AccessEntry)
	require.Len(t, entries, 1)
	assert.Equal(t, "EC2_LINUX", entries[0].State["type"])
}

func TestPrefixDelegationCountsForNodesThatStartAfterItE6(t *testing.T) {
	f := setUp(t)
	f.cluster(nil)
	cni := f.addon("vpc-cni", nil)
	f.group(nil)
	assert.Equal(t, 29, f.fake.nodes["general"][0].MaxPods)
	f.Update(cni, f.addonInputs("vpc-cni", cloud.Props{"configurationValues": `{"env":{"ENABLE_PREFIX_DELEGATION":"true"}}`}))
	assert.Equal(t, 29, f.fake.nodes["general"][0].MaxPods)
	f.group(cloud.Props{"nodeGroupName": "late"})
	assert.Equal(t, 110, f.fake.nodes["late"][0].MaxPods)
}

func TestNodesNeedNetworkAndPermissionsE6(t *testing.T) {
	for name, spoil := range map[string]func(*fixture){
		"no CNI":                func(*fixture) {},
		"no worker policy":      func(f *fixture) { f.addon("vpc-cni", nil); f.detach("node/AmazonEKSWorkerNodePolicy") },
		"no registry":           func(f *fixture) { f.addon("vpc-cni", nil); f.detach("node/AmazonEC2ContainerRegistryPullOnly") },
		"no CNI policy":         func(f *fixture) { f.addon("vpc-cni", nil); f.detach("node/AmazonEKS_CNI_Policy") },
		"entry of another type": func(f *fixture) { f.addon("vpc-cni", nil); f.entry(f.nodeRole, nil) },
	} {
		t.Run(name, func(t *testing.T) {
			f := setUp(t)
			f.cluster(nil)
			spoil(f)
			_, err := f.TryCreate(eks.NodeGroup, f.groupInputs(nil))
			var issue *clusters.Issue
			require.ErrorAs(t, err, &issue)
			assert.Equal(t, "NodeCreationFailure", issue.Code)
			assert.Empty(t, f.fake.nodes)
		})
	}
}

func TestPodIdentityGivesTheCNIItsOwnRole(t *testing.T) {
	f := setUp(t)
	f.cluster(nil)
	cni := f.makeRole("cni", "pods.eks.amazonaws.com", "AmazonEKS_CNI_Policy")
	f.addon("vpc-cni", cloud.Props{"podIdentityAssociations": []any{cloud.Props{"serviceAccount": "aws-node", "roleArn": cni}}})
	f.detach("node/AmazonEKS_CNI_Policy")
	_, err := f.TryCreate(eks.NodeGroup, f.groupInputs(nil))
	assert.ErrorContains(t, err, "Unhealthy nodes", "without the agent the association has no effect")
	f.addon("eks-pod-identity-agent", nil)
	f.group(cloud.Props{"nodeGroupName": "second"})
}

func TestNodeGroupRefusesWhatEKSRefuses(t *testing.T) {
	f := ready(t)
	lt := f.Create(ec2.LaunchTemplate, cloud.Props{"name": "node", "instanceType": "m6i.large"})
	template := func(version string, changes cloud.Props) cloud.Props {
		in := f.groupInputs(changes)
		in["launchTemplate"] = cloud.Props{"id": lt.ID, "version": version}
		return in
	}
	other := f.Create(ec2.Vpc, cloud.Props{"cidrBlock": "10.9.0.0/16"})
	abroad := f.Create(ec2.Subnet, cloud.Props{"vpcId": other.ID, "cidrBlock": "10.9.0.0/24", "availabilityZoneId": "euw1-az2"})
	for name, c := range map[string]struct {
		inputs cloud.Props
		code   string
	}{
		"cluster missing":            {f.groupInputs(cloud.Props{"clusterName": "green"}), "ResourceNotFoundException"},
		"min above desired":          {f.groupInputs(cloud.Props{"scalingConfig": sizes(3, 2, 6)}), "InvalidParameterException"},
		"desired above max":          {f.groupInputs(cloud.Props{"scalingConfig": sizes(1, 7, 6)}), "InvalidParameterException"},
		"role of another service":    {f.groupInputs(cloud.Props{"nodeRoleArn": f.role}), "InvalidParameterException"},
		"subnet of another VPC":      {f.groupInputs(cloud.Props{"subnetIds": []any{abroad.ID}}), "InvalidParameterException"},
		"unknown instance type":      {f.groupInputs(cloud.Props{"instanceTypes": []any{"m6i.huge"}}), "InvalidParameterException"},
		"architecture":               {f.groupInputs(cloud.Props{"instanceTypes": []any{"m7g.large"}}), "InvalidParameterException"},
		"AL2 with 1.33 and later":    {f.groupInputs(cloud.Props{"amiType": "AL2_x86_64"}), "InvalidParameterException"},
		"version not the cluster's":  {f.groupInputs(cloud.Props{"version": "1.33"}), "InvalidParameterException"},
		"image of another version":   {f.groupInputs(cloud.Props{"releaseVersion": "1.33.8-20260401"}), "InvalidParameterException"},
		"reserved label":             {f.groupInputs(cloud.Props{"labels": cloud.Props{"eks.amazonaws.com/x": "y"}}), "InvalidParameterException"},
		"custom image, no template":  {f.groupInputs(cloud.Props{"amiType": "CUSTOM"}), "InvalidParameterException"},
		"types in both":              {template("1", nil), "InvalidParameterException"},
		"disk size beside template":  {template("1", cloud.Props{"instanceTypes": nil, "diskSize": 50.}), "InvalidParameterException"},
		"template version missing":   {template("2", cloud.Props{"instanceTypes": nil}), "InvalidRequestException"},
		"remote access and template": {template("1", cloud.Props{"instanceTypes": nil, "remoteAccess": cloud.Props{"ec2SshKey": "me"}}), "InvalidParameterException"},
	} {
		t.Run(name, func(t *testing.T) { f.FailsCreate(eks.NodeGroup, c.inputs, c.code) })
	}
	f.group(nil)
	f.FailsCreate(eks.NodeGroup, f.groupInputs(nil), "ResourceInUseException")
}

func TestNewTemplateVersionBringsNewNodesBeforeOldOnesGo(t *testing.T) {
	f := ready(t)
	lt := f.Create(ec2.LaunchTemplate, cloud.Props{"name": "node", "instanceType": "m6i.large"})
	inputs := func(version string) cloud.Props {
		return f.groupInputs(cloud.Props{"instanceTypes": nil, "launchTemplate": cloud.Props{"id": lt.ID, "version": version}})
	}
	g := f.Create(eks.NodeGroup, inputs("1"))
	old := f.fake.nodes["general"]
	f.Update(lt, cloud.Props{"name": "node", "instanceType": "m6i.xlarge"})
	f.fake.fail = errors.New("drain takes too long")
	require.Error(t, f.TryUpdate(g, inputs("2")))
	assert.Len(t, f.h.Records(ec2.Interface), 3+6, "old and new instances stand side by side")
	f.Update(g, inputs("2"))
	assert.Len(t, f.h.Records(ec2.Interface), 3+3)
	now := f.fake.nodes["general"]
	require.Len(t, now, 3)
	for i := range now {
		assert.NotEqual(t, old[i].Name, now[i].Name)
		assert.Equal(t, "m6i.xlarge", now[i].InstanceType)
	}
}

func TestWhatReplacesANodeGroup(t *testing.T) {
	f := ready(t)
	g := f.group(nil)
	for name, c := range map[string]struct {
		changes  cloud.Props
		replaces bool
	}{
		"instance types": {cloud.Props{"instanceTypes": []any{"m6i.xlarge"}}, true},
		"image type":     {cloud.Props{"amiType": "BOTTLEROCKET_x86_64"}, true},
		"capacity":       {cloud.Props{"capacityType": "SPOT"}, true},
		"subnets":        {cloud.Props{"subnetIds": f.subnets[:2]}, true},
		"template":       {cloud.Props{"launchTemplate": cloud.Props{"id": "lt-0123456789abcdef0", "version": "1"}}, true},
		"labels":         {cloud.Props{"labels": cloud.Props{"a": "b"}}, false},
		"sizes":          {cloud.Props{"scalingConfig": sizes(1, 4, 6)}, false},
		"version":        {cloud.Props{"version": "1.35"}, false},
	} {
		assert.Equal(t, c.replaces, f.Diff(g, f.groupInputs(c.changes)).Replaces(), name)
	}
}

func TestLabelsReachNodesInPlaceAndVersionFollowsTheCluster(t *testing.T) {
	f := setUp(t)
	c := f.cluster(nil)
	f.addon("vpc-cni", nil)
	g := f.group(cloud.Props{"version": "1.34"})
	before := f.fake.nodes["general"]
	f.Update(g, f.groupInputs(cloud.Props{"version": "1.34", "labels": cloud.Props{"a": "b"}}))
	assert.Equal(t, before[0].Name, f.fake.nodes["general"][0].Name)
	assert.Equal(t, "b", f.fake.nodes["general"][0].Labels["a"])
	f.FailsUpdate(g, f.groupInputs(cloud.Props{"version": "1.35"}), "InvalidParameterException")
	f.Update(c, f.blue(cloud.Props{"version": "1.35"}))
	f.Update(g, f.groupInputs(cloud.Props{"version": "1.35"}))
	assert.Equal(t, "1.35", f.fake.nodes["general"][0].Version)
	assert.Equal(t, "1.35.2-20260401", g.State["releaseVersion"])
}

func TestAutoscaledSizeSurvivesOtherChangesB5(t *testing.T) {
	f := ready(t)
	g := f.group(nil)
	require.NoError(t, f.h.World.Change(account, region, "autoscaler", func(c *cloud.Call) error {
		r := c.Get(eks.NodeGroup, g.ID)
		r.State["scalingConfig"].(map[string]any)["desiredSize"] = 5.
		c.Save(r)
		return nil
	}))
	f.Update(g, f.groupInputs(cloud.Props{"labels": cloud.Props{"a": "b"}}))
	assert.Equal(t, 5., cloud.Lookup(g.State, "scalingConfig.desiredSize"))
	assert.Len(t, f.fake.nodes["general"], 5)
	// Another change of the sizes sends the program's own idea along.
	f.Update(g, f.groupInputs(cloud.Props{"labels": cloud.Props{"a": "b"}, "scalingConfig": sizes(1, 3, 8)}))
	assert.Len(t, f.fake.nodes["general"], 3)
}
