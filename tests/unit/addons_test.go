package unit

import (
	"encoding/json"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"retail/components/addons"
	"retail/internal/versions"
	"retail/tests/internal/recorder"
)

const (
	before = "main-blue-addons-before-"
	after  = "main-blue-addons-after-"
)

func configuration(t *testing.T, addon *recorder.Resource) map[string]any {
	t.Helper()
	var values map[string]any
	require.NoError(t, json.Unmarshal([]byte(addon.String("configurationValues")), &values))
	return values
}

// E5, E6: control plane → CNI, proxy, agent → nodes → CoreDNS and the rest.
func TestOrderOfAddonsAndNodesE5E6(t *testing.T) {
	c := managedColour()
	c.block = true
	r := deploy(t, c)
	control := r.One(t, clusterType, "main-blue-eksCluster")
	nodes := r.One(t, nodeGroupType, "main-blue-nodes-general")
	for _, name := range []string{versions.VpcCni, versions.KubeProxy, versions.PodIdentityAgent} {
		addon := r.One(t, addonType, before+name)
		assert.True(t, r.Reaches(addon, control), "%s after the control plane's version", name)
		assert.True(t, nodes.WaitsFor(addon), "nodes after %s", name)
		assert.False(t, r.Reaches(addon, nodes), name)
	}
	for _, name := range []string{versions.CoreDNS, versions.MetricsServer, versions.NodeMonitoring, versions.EbsCsiDriver} {
		assert.True(t, r.One(t, addonType, after+name).WaitsFor(nodes), "%s after nodes", name)
	}
	cni, agent := r.One(t, addonType, before+versions.VpcCni), r.One(t, addonType, before+versions.PodIdentityAgent)
	assert.True(t, cni.WaitsFor(agent), "the CNI's credentials come from the agent")
}

// K4: EKS deletes add-ons with their cluster, so that nobody asks a cluster that may not
// answer. Their roles are IAM's and are deleted for real.
func TestAddonsGoWithTheirClusterAndRolesByThemselves_K4(t *testing.T) {
	c := managedColour()
	c.block = true
	r := deploy(t, c)
	control := r.One(t, "retail:cluster:Cluster", "main-blue")
	for _, addon := range r.OfType(addonType) {
		assert.Equal(t, control.URN, addon.DeletedWith, addon.Name)
	}
	roles := 0
	for _, resource := range r.All() {
		if strings.HasPrefix(resource.Type, "aws:iam/") {
			assert.Empty(t, resource.DeletedWith, resource.Name)
			roles++
		}
	}
	assert.Greater(t, roles, 3)
}

// E5: versions are those of the table for the cluster's version.
func TestAddonVersionsFollowTheClusterE5(t *testing.T) {
	for _, minor := range versions.Supported() {
		c := managedColour()
		c.cluster.Version = minor.String()
		for _, addon := range deploy(t, c).OfType(addonType) {
			want, err := versions.Addon(addon.String("addonName"), minor)
			require.NoError(t, err)
			assert.Equal(t, want, addon.String("addonVersion"), "%s on %s", addon.Name, minor)
		}
	}
}

// E7: EKS refuses PRESERVE at creation; the deprecated common setting is not used.
func TestAddonConflictsE7(t *testing.T) {
	addons := deploy(t, managedColour()).OfType(addonType)
	require.Len(t, addons, 6)
	for _, addon := range addons {
		assert.Equal(t, "OVERWRITE", addon.String("resolveConflictsOnCreate"), addon.Name)
		assert.Equal(t, "PRESERVE", addon.String("resolveConflictsOnUpdate"), addon.Name)
		assert.True(t, addon.Value("resolveConflicts").IsNull(), addon.Name)
	}
}

// I2: security groups for pods must not drop the probes that Istio ambient readdresses.
func TestVpcCniConfigurationI2(t *testing.T) {
	values := configuration(t, deploy(t, managedColour()).One(t, addonType, before+versions.VpcCni))
	assert.Equal(t, map[string]any{
		"enableNetworkPolicy": "true",
		"env": map[string]any{
			"ENABLE_PREFIX_DELEGATION": "true", "WARM_PREFIX_TARGET": "1",
			"POD_SECURITY_GROUP_ENFORCING_MODE": "standard", "AWS_VPC_K8S_CNI_EXTERNALSNAT": "false",
		},
	}, values)
}

// Z5: the loss of a zone leaves a CoreDNS pod, and a drain never takes both.
func TestCoreDNSSurvivesAZoneZ5(t *testing.T) {
	values := configuration(t, deploy(t, managedColour()).One(t, addonType, after+versions.CoreDNS))
	assert.EqualValues(t, 2, values["replicaCount"])
	assert.Equal(t, map[string]any{"enabled": true, "maxUnavailable": 1.0}, values["podDisruptionBudget"])
	spread := values["topologySpreadConstraints"].([]any)[0].(map[string]any)
	assert.Equal(t, "topology.kubernetes.io/zone", spread["topologyKey"])
	assert.Equal(t, "DoNotSchedule", spread["whenUnsatisfiable"])
	assert.Equal(t, "Honor", spread["nodeTaintsPolicy"], "cordoned nodes of a shifted zone do not count")
	assert.Equal(t, map[string]any{"k8s-app": "kube-dns"}, spread["labelSelector"].(map[string]any)["matchLabels"])
}

func TestPodIdentityIsNarrowedToOneServiceAccountOfOneCluster(t *testing.T) {
	c := managedColour()
	c.block = true
	r := deploy(t, c)
	for child, account := range map[string]string{
		before + versions.VpcCni: "aws-node", after + versions.EbsCsiDriver: "ebs-csi-controller-sa",
	} {
		addon := r.One(t, addonType, child)
		assert.Equal(t, account, addon.String("podIdentityAssociations[0].serviceAccount"))
		assert.Equal(t, "arn:aws:iam::222222222222:role/"+child+"-role", addon.String("podIdentityAssociations[0].roleArn"))
		var trust struct {
			Statement []struct {
				Action    []string
				Principal map[string][]string
				Condition map[string]map[string][]string
			}
		}
		require.NoError(t, json.Unmarshal([]byte(r.One(t, "aws:iam/role:Role", child+"-role").String("assumeRolePolicy")), &trust))
		require.Len(t, trust.Statement, 1)
		assert.Equal(t, []string{"sts:AssumeRole", "sts:TagSession"}, trust.Statement[0].Action)
		assert.Equal(t, []string{"pods.eks.amazonaws.com"}, trust.Statement[0].Principal["Service"])
		assert.Equal(t, map[string][]string{
			"aws:RequestTag/eks-cluster-arn":            {"arn:aws:eks:eu-west-1:222222222222:cluster/" + name},
			"aws:RequestTag/kubernetes-namespace":       {"kube-system"},
			"aws:RequestTag/kubernetes-service-account": {account},
		}, trust.Statement[0].Condition["StringEquals"])
	}
	key := r.One(t, "aws:iam/rolePolicy:RolePolicy", after+versions.EbsCsiDriver+"-role-inline").String("policy")
	assert.Contains(t, key, `"Resource":["arn:aws:kms:eu-west-1:222222222222:key/main-durable-key"]`)
}

func TestOverridesChangeVersionAndConfiguration(t *testing.T) {
	r := recorder.New(t)
	require.NoError(t, r.Run(func(ctx *pulumi.Context) error {
		_, err := addons.NewBeforeNodes(ctx, "x", &addons.BeforeNodesArgs{
			Cluster: pulumi.String("c"), ClusterArn: pulumi.String("arn"), Version: "1.35", WarmPrefixes: 2,
			Overrides: map[string]addons.Override{
				versions.VpcCni: {
					Version:       "v1.23.1-eksbuild.1",
					Configuration: map[string]any{"env": map[string]any{"ENABLE_POD_ENI": "true", "WARM_PREFIX_TARGET": "3"}},
				},
				versions.CoreDNS: {Version: "v1.13.2-eksbuild.4"}, // of the other constructor: no error
			},
		})
		return err
	}))
	cni := r.One(t, addonType, "x-"+versions.VpcCni)
	assert.Equal(t, "v1.23.1-eksbuild.1", cni.String("addonVersion"))
	env := configuration(t, cni)["env"].(map[string]any)
	assert.Equal(t, "true", env["ENABLE_POD_ENI"])
	assert.Equal(t, "3", env["WARM_PREFIX_TARGET"], "the override wins")
	assert.Equal(t, "true", env["ENABLE_PREFIX_DELEGATION"], "what it does not name stays")
	assert.True(t, r.One(t, addonType, "x-"+versions.KubeProxy).Value("configurationValues").IsNull())
}

func TestAddonsRefuseAllProblemsAtOnce(t *testing.T) {
	for constructor, run := range map[string]func(*pulumi.Context) error{
		"before": func(ctx *pulumi.Context) error {
			_, err := addons.NewBeforeNodes(ctx, "x", &addons.BeforeNodesArgs{
				Version: "1.3", WarmPrefixes: 99, Overrides: map[string]addons.Override{"vpccni": {Version: "latest"}},
			})
			return err
		},
		"after": func(ctx *pulumi.Context) error {
			_, err := addons.NewAfterNodes(ctx, "x", &addons.AfterNodesArgs{
				Version: "1.3", DNSReplicas: 1, BlockStorage: true, Overrides: map[string]addons.Override{"vpccni": {Version: "latest"}},
			})
			return err
		},
	} {
		r := recorder.New(t)
		err := r.Run(run)
		wanted := map[string][]string{
			"before": {"cluster: is required", "clusterArn: is required", "version: must be", "warmPrefixes: must be 1 to 8", "overrides.vpccni: must be one of", "overrides.vpccni.version: must be an EKS"},
			"after":  {"cluster: is required", "clusterArn: is required", "version: must be", "dnsReplicas: must be at least 2", "nodes: is required", "keyArn: is required", "overrides.vpccni"},
		}
		for _, text := range wanted[constructor] {
			assert.ErrorContains(t, err, text, constructor)
		}
		assert.Empty(t, r.All(), "nothing is registered: %v", slices.Collect(maps.Keys(r.Count())))
	}
}
