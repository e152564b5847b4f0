package unit

import (
	"strings"
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"retail/components/cluster"
	"retail/tests/internal/recorder"
)

const (
	clusterType      = "aws:eks/cluster:Cluster"
	nodeGroupType    = "aws:eks/nodeGroup:NodeGroup"
	addonType        = "aws:eks/addon:Addon"
	entryType        = "aws:eks/accessEntry:AccessEntry"
	associationType  = "aws:eks/accessPolicyAssociation:AccessPolicyAssociation"
	attachmentType   = "aws:iam/rolePolicyAttachment:RolePolicyAttachment"
	ingressType      = "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule"
	egressType       = "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule"
	remoteType       = "eks:index:Cluster"
	templateType     = "aws:ec2/launchTemplate:LaunchTemplate"
	securityType     = "aws:ec2/securityGroup:SecurityGroup"
	kubeProviderType = "pulumi:providers:kubernetes"
	name             = "retail-prod-main-blue"
)

func TestManagedColourRegistersExactly(t *testing.T) {
	r := deploy(t, managedColour())
	count := r.Count()
	delete(count, "pulumi:providers:aws")
	delete(count, "pulumi:providers:eks")
	assert.Equal(t, map[string]int{
		"retail:cluster:Durable": 1, "retail:cluster:Cluster": 1, "retail:cluster:Nodes": 1,
		"retail:addons:BeforeNodes": 1, "retail:addons:AfterNodes": 1,
		"aws:kms/key:Key": 1, "aws:kms/alias:Alias": 1, "aws:cloudwatch/logGroup:LogGroup": 2,
		remoteType: 1, clusterType: 1, kubeProviderType: 3, // one of ours, two of pulumi-eks
		securityType: 2, ingressType: 4, egressType: 3,
		"aws:iam/role:Role": 3, attachmentType: 4, // cluster, node, CNI
		entryType: 3, associationType: 3,
		templateType: 1, nodeGroupType: 1, addonType: 6,
	}, count)
}

// E1, E2, E10, B7: what the transform makes of pulumi-eks's cluster.
func TestClusterOfPulumiEksIsCompletedE1E2E10(t *testing.T) {
	r := deploy(t, managedColour())
	c := r.One(t, clusterType, "main-blue-eksCluster")
	assert.Equal(t, name, c.String("name"))
	assert.Equal(t, "1.35", c.String("version"))
	assert.False(t, c.Value("bootstrapSelfManagedAddons").BoolValue())
	assert.False(t, c.Value("accessConfig.bootstrapClusterCreatorAdminPermissions").BoolValue())
	assert.Equal(t, "API", c.String("accessConfig.authenticationMode"))
	assert.False(t, c.Value("computeConfig.enabled").BoolValue())
	assert.True(t, c.Value("zonalShiftConfig.enabled").BoolValue())
	assert.Equal(t, "STANDARD", c.String("upgradePolicy.supportType"))
	assert.Equal(t, "172.20.0.0/16", c.String("kubernetesNetworkConfig.serviceIpv4Cidr"))
	assert.True(t, c.Value("vpcConfig.endpointPrivateAccess").BoolValue())
	assert.False(t, c.Value("vpcConfig.endpointPublicAccess").BoolValue())
	assert.Len(t, c.Value("enabledClusterLogTypes").ArrayValue(), 5)
	assert.Equal(t, "arn:aws:kms:eu-west-1:222222222222:key/main-durable-key", c.String("encryptionConfig.provider.keyArn"))
	assert.ElementsMatch(t, []string{"bootstrapSelfManagedAddons", "accessConfig.bootstrapClusterCreatorAdminPermissions"}, c.IgnoreChanges)
	assert.True(t, c.Protect, "the colour that carries traffic is protected (B7)")
	assert.Equal(t, []string{"main-blue-upgrade-guard"}, c.Hooks)
}

func TestColourWithoutTrafficIsNotProtectedB7(t *testing.T) {
	c := managedColour()
	c.cluster.Protect = false
	assert.False(t, deploy(t, c).One(t, clusterType, "main-blue-eksCluster").Protect)
}

// E18: pulumi-eks makes nothing this program declares itself.
func TestPulumiEksMakesNoNodesRolesOrEntriesE9E18(t *testing.T) {
	remote := deploy(t, managedColour()).One(t, remoteType, "main-blue")
	assert.True(t, remote.Value("skipDefaultNodeGroup").BoolValue())
	assert.True(t, remote.Value("useDefaultVpcCni").BoolValue())
	assert.True(t, remote.Value("instanceRoles").IsArray(), "empty, not absent: absent makes pulumi-eks create a role")
	assert.Empty(t, remote.Value("instanceRoles").ArrayValue())
	assert.True(t, remote.Value("serviceRole").IsResourceReference())
	assert.True(t, remote.Value("clusterSecurityGroup").IsResourceReference())
	for _, absent := range []string{"accessEntries", "roleMappings", "nodeGroupOptions", "storageClasses", "fargate"} {
		assert.True(t, remote.Value(absent).IsNull(), absent)
	}
}

// E14: whatever permissions a cluster or its nodes use goes after them.
func TestPermissionsOutliveTheirUsersE14(t *testing.T) {
	r := deploy(t, managedColour())
	remote, nodes := r.One(t, remoteType, "main-blue"), r.One(t, nodeGroupType, "main-blue-nodes-general")
	cni := r.One(t, addonType, "main-blue-addons-before-vpc-cni")
	for name, user := range map[string]*recorder.Resource{
		"main-blue-cluster-role-AmazonEKSClusterPolicy":             remote,
		"main-blue-nodes-role-AmazonEKSWorkerNodePolicy":            nodes,
		"main-blue-nodes-role-AmazonEC2ContainerRegistryPullOnly":   nodes,
		"main-blue-addons-before-vpc-cni-role-AmazonEKS_CNI_Policy": cni,
	} {
		assert.True(t, user.WaitsFor(r.One(t, attachmentType, name)), "%s waits for %s", user.Name, name)
	}
	assert.True(t, nodes.WaitsFor(cni), "nodes go before the CNI that manages their interfaces")
}

func TestClusterWaitsForItsLogGroup(t *testing.T) {
	r := deploy(t, managedColour())
	group := r.One(t, "aws:cloudwatch/logGroup:LogGroup", "main-durable-log-blue")
	assert.Equal(t, "/aws/eks/"+name+"/cluster", group.String("name"))
	assert.True(t, r.One(t, remoteType, "main-blue").WaitsFor(group))
}

// K9: every resource has the explicit provider of its package.
func TestEveryResourceHasAnExplicitProviderK9(t *testing.T) {
	r := deploy(t, managedColour())
	for _, res := range r.All() {
		if strings.HasPrefix(res.Type, "aws:") {
			provider := r.ByReference(res.Provider)
			require.NotNil(t, provider, "%s %s", res.Type, res.Name)
			assert.Equal(t, "aws", provider.Name)
		}
	}
	remote := r.ByReference(r.One(t, remoteType, "main-blue").Provider)
	require.NotNil(t, remote, "a remote component needs a provider of its own package")
	assert.Equal(t, "pulumi:providers:eks", remote.Type)
	// The engine hands a remote component the providers of the components above it.
	assert.Contains(t, r.One(t, "retail:cluster:Cluster", "main-blue").Providers, "aws")
}

// B12: what outlives a colour belongs to none, and is protected.
func TestDurableStateBelongsToNoColourB12(t *testing.T) {
	r := deploy(t, managedColour())
	durable := r.One(t, "retail:cluster:Durable", "main-durable")
	for _, token := range []string{"aws:kms/key:Key", "aws:kms/alias:Alias", "aws:cloudwatch/logGroup:LogGroup"} {
		for _, res := range r.OfType(token) {
			assert.Equal(t, durable.URN, res.Parent, res.Name)
			assert.True(t, res.Protect, res.Name)
		}
	}
	green := r.One(t, "aws:cloudwatch/logGroup:LogGroup", "main-durable-log-green")
	assert.Equal(t, "/aws/eks/retail-prod-main-green/cluster", green.String("name"), "there before green is")
	assert.EqualValues(t, 365, green.Value("retentionInDays").NumberValue())
}

func TestAutoModeDeclaresNoNodesAndOnlyTheAddonItLacksE2E6(t *testing.T) {
	c := managedColour()
	c.cluster.Compute = cluster.Auto
	r := deploy(t, c)
	require.Len(t, r.OfType(addonType), 1)
	assert.Equal(t, "metrics-server", r.OfType(addonType)[0].String("addonName"), "the pods' autoscalers need it")
	assert.Empty(t, r.OfType(nodeGroupType))
	made := r.One(t, clusterType, "main-blue-eksCluster")
	for _, flag := range []string{
		"computeConfig.enabled", "storageConfig.blockStorage.enabled", "kubernetesNetworkConfig.elasticLoadBalancing.enabled",
	} {
		assert.True(t, made.Value(flag).BoolValue(), flag)
	}
	assert.Equal(t, "arn:aws:iam::222222222222:role/main-blue-auto-node-role", made.String("computeConfig.nodeRoleArn"))
	assert.Len(t, r.OfType(entryType), 3, "EKS itself admits the node role of built-in pools")

	var policies []string
	for _, attachment := range r.OfType(attachmentType) {
		policies = append(policies, attachment.String("policyArn")[len("arn:aws:iam::aws:policy/"):])
	}
	assert.ElementsMatch(t, []string{
		"AmazonEKSClusterPolicy", "AmazonEKSComputePolicy", "AmazonEKSBlockStoragePolicy", "AmazonEKSLoadBalancingPolicy",
		"AmazonEKSNetworkingPolicy", "AmazonEKSWorkerNodeMinimalPolicy", "AmazonEC2ContainerRegistryPullOnly",
	}, policies)
	trust := r.One(t, "aws:iam/role:Role", "main-blue-cluster-role").String("assumeRolePolicy")
	assert.Contains(t, trust, "sts:TagSession")
}

func TestAutoModeWithoutBuiltInPoolsAdmitsItsNodeRoleE2(t *testing.T) {
	c := managedColour()
	c.cluster.Compute, c.cluster.AutoNodePools = cluster.Auto, []string{}
	r := deploy(t, c)
	made := r.One(t, clusterType, "main-blue-eksCluster")
	assert.True(t, made.Value("computeConfig.enabled").BoolValue())
	assert.True(t, made.Value("computeConfig.nodeRoleArn").IsNull(), "node role and pools go together")
	assert.True(t, made.Value("computeConfig.nodePools").IsNull())
	assert.Equal(t, "EC2", r.One(t, entryType, "main-blue-access-auto-nodes").String("type"))
	association := r.One(t, associationType, "main-blue-access-auto-nodes")
	assert.Equal(t, "arn:aws:eks::aws:cluster-access-policy/AmazonEKSAutoNodePolicy", association.String("policyArn"))
}

func TestNothingIsRegisteredForARefusedCluster(t *testing.T) {
	r := recorder.New(t)
	err := r.Run(func(ctx *pulumi.Context) error {
		_, err := cluster.New(ctx, "x", &cluster.Args{})
		return err
	})
	assert.ErrorContains(t, err, "version: must be")
	assert.Empty(t, r.All())
}
