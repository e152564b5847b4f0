package facts_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"retail/sandbox/facts"
)

// changes of resources. What replaces decides whether an operator loses a
// cluster: each line is a decision of terraform-provider-aws's schema, on which
// CloudFormation agrees or generate/mapping says why it does not.
var changes = map[string]struct{ replaces, updates []string }{
	"aws:ec2/vpc:Vpc": {
		[]string{"cidrBlock", "ipv4IpamPoolId"},
		[]string{"enableDnsSupport", "enableDnsHostnames", "tags", `tags["Name"]`},
	},
	"aws:ec2/subnet:Subnet": {
		[]string{"vpcId", "cidrBlock", "availabilityZone", "availabilityZoneId"},
		[]string{"mapPublicIpOnLaunch", "tags"},
	},
	"aws:ec2/natGateway:NatGateway": {[]string{"subnetId", "allocationId"}, []string{"secondaryAllocationIds"}},
	"aws:ec2/routeTableAssociation:RouteTableAssociation": {
		[]string{"subnetId"}, []string{"routeTableId"},
	},
	"aws:ec2/securityGroup:SecurityGroup": {
		[]string{"name", "description", "vpcId"}, []string{"ingress", "ingress[0].fromPort", "tags"},
	},
	"aws:ec2/launchTemplate:LaunchTemplate": {
		[]string{"name", "namePrefix"},
		[]string{"imageId", "userData", "metadataOptions.httpTokens", "blockDeviceMappings[0].ebs.volumeSize"},
	},
	"aws:ec2/vpcEndpoint:VpcEndpoint": {
		[]string{"vpcId", "serviceName", "vpcEndpointType"},
		[]string{"policy", "subnetIds", "securityGroupIds", "routeTableIds"},
	},
	"aws:ec2transitgateway/transitGateway:TransitGateway": {
		[]string{"multicastSupport"},
		[]string{"amazonSideAsn", "description", "autoAcceptSharedAttachments"},
	},
	"aws:ec2transitgateway/vpcAttachment:VpcAttachment": {
		[]string{"transitGatewayId", "vpcId"},
		[]string{"subnetIds", "subnetIds[1]", "applianceModeSupport"},
	},
	"aws:iam/role:Role":     {[]string{"name", "path"}, []string{"assumeRolePolicy", "description"}},
	"aws:iam/policy:Policy": {[]string{"description", "name", "path"}, []string{"policy"}},
	"aws:kms/key:Key":       {[]string{"keyUsage", "multiRegion"}, []string{"policy", "deletionWindowInDays"}},
	"aws:rds/cluster:Cluster": {
		[]string{"clusterIdentifier", "databaseName", "engine", "kmsKeyId", "masterUsername", "storageEncrypted"},
		[]string{
			"engineVersion", "deletionProtection", "backupRetentionPeriod", "finalSnapshotIdentifier", "vpcSecurityGroupIds",
			"serverlessv2ScalingConfiguration.maxCapacity",
		},
	},
	"aws:rds/clusterInstance:ClusterInstance": {[]string{"availabilityZone", "clusterIdentifier"}, []string{"instanceClass"}},
	"aws:dynamodb/table:Table": {
		[]string{"hashKey", "name"}, []string{"deletionProtectionEnabled", "globalSecondaryIndexes", "serverSideEncryption.kmsKeyArn"},
	},
	"aws:elasticache/replicationGroup:ReplicationGroup": {
		[]string{"kmsKeyId", "port", "subnetGroupName"}, []string{"engineVersion", "nodeType", "numCacheClusters", "userGroupIds"},
	},
	"aws:elasticache/user:User":                      {[]string{"userId", "userName"}, []string{"accessString", "authenticationMode.passwords"}},
	"aws:mq/broker:Broker":                           {[]string{"brokerName", "deploymentMode", "subnetIds"}, []string{"engineVersion", "hostInstanceType", "securityGroups"}},
	"aws:sqs/queue:Queue":                            {[]string{"fifoQueue", "name"}, []string{"kmsMasterKeyId", "redrivePolicy"}},
	"aws:secretsmanager/secretVersion:SecretVersion": {[]string{"secretId", "secretString"}, nil},
	"aws:cloudwatch/logGroup:LogGroup": {
		[]string{"name", "logGroupClass"}, []string{"retentionInDays", "kmsKeyId"},
	},
	"aws:eks/cluster:Cluster": {
		[]string{
			"name", "roleArn", "bootstrapSelfManagedAddons", // case E1
			"accessConfig.bootstrapClusterCreatorAdminPermissions", // case E10
			"kubernetesNetworkConfig.ipFamily",
		},
		[]string{
			"version", "accessConfig.authenticationMode", "vpcConfig.subnetIds[2]", "vpcConfig.endpointPublicAccess",
			"vpcConfig.securityGroupIds", "kubernetesNetworkConfig.elasticLoadBalancing.enabled",
			"zonalShiftConfig.enabled", "upgradePolicy.supportType", "enabledClusterLogTypes[0]",
		},
	},
	"aws:eks/nodeGroup:NodeGroup": {
		[]string{"instanceTypes", "instanceTypes[0]", "amiType", "capacityType", "subnetIds", "launchTemplate.id"},
		[]string{"launchTemplate.version", "version", "releaseVersion", "scalingConfig.maxSize", "labels", "taints[0].key"},
	},
	"aws:eks/addon:Addon": {
		[]string{"addonName", "clusterName"}, []string{"addonVersion", "configurationValues", "preserve"},
	},
	"aws:eks/podIdentityAssociation:PodIdentityAssociation": {
		[]string{"namespace", "serviceAccount", "clusterName"}, []string{"roleArn"},
	},
	"aws:eks/accessPolicyAssociation:AccessPolicyAssociation": {
		[]string{"accessScope.namespaces[0]", "policyArn"}, nil,
	},
}

func TestChangesThatReplaceAndChangesThatDoNot(t *testing.T) {
	for token, changes := range changes {
		typ, ok := facts.For(token)
		require.True(t, ok, token)
		for _, path := range changes.replaces {
			assert.True(t, typ.Replaces(path), "%s: %s must replace", token, path)
			assert.True(t, typ.ReplacesChange(path, "a", "b"), "%s: %s must replace", token, path)
		}
		for _, path := range changes.updates {
			assert.False(t, typ.Replaces(path), "%s: %s must be updated in place", token, path)
			assert.False(t, typ.ReplacesChange(path, "a", "b"), "%s: %s must be updated in place", token, path)
		}
	}
}

func TestSomePropertiesReplaceOnlyAtTimes(t *testing.T) {
	encryption := map[string]any{"resources": []any{"secrets"}}
	for _, change := range []struct {
		token, path   string
		before, after any
		replaces      bool
	}{
		{"aws:eks/cluster:Cluster", "encryptionConfig", encryption, nil, true},
		{"aws:eks/cluster:Cluster", "encryptionConfig", nil, encryption, false},
		{"aws:eks/cluster:Cluster", "computeConfig.nodeRoleArn", nil, "arn:a", false},
		{"aws:eks/cluster:Cluster", "computeConfig.nodeRoleArn", "arn:a", "arn:b", true},
		{"aws:eks/cluster:Cluster", "computeConfig.nodeRoleArn", "arn:a", nil, true},
		{"aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule", "cidrIpv4", "10.0.0.0/8", "10.1.0.0/16", false},
		{"aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule", "cidrIpv4", "10.0.0.0/8", nil, true},
		{"aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule", "referencedSecurityGroupId", nil, "sg-1", true},
		{"aws:ec2transitgateway/transitGateway:TransitGateway", "defaultRouteTableAssociation", "disable", "enable", true},
		{"aws:ec2transitgateway/transitGateway:TransitGateway", "defaultRouteTableAssociation", "enable", "disable", false},
		{"aws:ec2/vpc:Vpc", "instanceTenancy", "dedicated", "default", false},
		{"aws:ec2/vpc:Vpc", "instanceTenancy", "default", "dedicated", true},
	} {
		typ, ok := facts.For(change.token)
		require.True(t, ok, change.token)
		assert.Equal(t, change.replaces, typ.ReplacesChange(change.path, change.before, change.after),
			"%s: %s from %v to %v", change.token, change.path, change.before, change.after)
		assert.False(t, typ.Replaces(change.path), "%s: %s does not replace always", change.token, change.path)
	}
}

func TestPathsWithinAnObjectThatReplace(t *testing.T) {
	cluster, _ := facts.For("aws:eks/cluster:Cluster")
	assert.Equal(t, []string{"accessConfig.bootstrapClusterCreatorAdminPermissions"}, cluster.ReplacesWithin("accessConfig"))
	assert.Empty(t, cluster.ReplacesWithin("vpcConfig"))
	assert.Empty(t, cluster.ReplacesWithin("noSuchProperty"))
}

func TestGeneratedNames(t *testing.T) {
	for token, want := range map[string]struct {
		property string
		longest  int
		prefix   string
	}{
		"aws:iam/role:Role":                           {"name", 64, ""},
		"aws:kms/alias:Alias":                         {"name", 238, "alias/"},
		"aws:eks/nodeGroup:NodeGroup":                 {"nodeGroupName", 255, ""},
		"aws:ec2/securityGroup:SecurityGroup":         {"name", 255, ""},
		"aws:ram/resourceShare:ResourceShare":         {"name", 255, ""},
		"aws:ec2/vpc:Vpc":                             {},
		"aws:iam/serviceLinkedRole:ServiceLinkedRole": {},
	} {
		typ, ok := facts.For(token)
		require.True(t, ok, token)
		property, longest, ok := typ.Autoname()
		assert.Equal(t, want.property != "", ok, token)
		assert.Equal(t, want.property, property, token)
		assert.Equal(t, want.longest, longest, token)
		assert.Equal(t, want.prefix, typ.AutonamePrefix(), token)
	}
}

func TestWhatIsTheSameToAWSIsDeletedFirst(t *testing.T) {
	for token, first := range map[string]bool{
		"aws:iam/rolePolicyAttachment:RolePolicyAttachment": true,
		"aws:ec2/securityGroupRule:SecurityGroupRule":       true,
		"aws:ec2/subnet:Subnet":                             false,
	} {
		typ, ok := facts.For(token)
		require.True(t, ok, token)
		assert.Equal(t, first, typ.DeleteFirst(), token)
	}
}
