package eks

import (
	"time"

	"retail/sandbox/cloud"
	"retail/sandbox/cloud/ec2"
	"retail/sandbox/cloud/iam"
	"retail/sandbox/cloud/kms"
)

func (s *service) clusterSpec() *cloud.Spec {
	return &cloud.Spec{
		Token: Cluster,
		API: cloud.API{Create: "eks:CreateCluster", Read: "eks:DescribeCluster", Update: "eks:UpdateClusterConfig",
			Delete: "eks:DeleteCluster"},
		Latency:  cloud.Latency{Create: 9 * time.Minute, Update: 8 * time.Minute, Delete: 3 * time.Minute},
		AutoName: &cloud.AutoName{Property: "name", Max: 100},
		// pulumi-aws's own default (aws_eks_cluster in terraform-provider-aws).
		Defaults: cloud.Props{"bootstrapSelfManagedAddons": true},
		Replace:  replacesCluster,
		Refs: []cloud.Ref{
			{Path: "roleArn", To: []string{iam.Role}, By: "arn", NotFound: "InvalidParameterException"},
			{Path: "computeConfig.nodeRoleArn", To: []string{iam.Role}, By: "arn", NotFound: "InvalidParameterException"},
			{Path: "vpcConfig.subnetIds[*]", To: []string{ec2.Subnet}, NotFound: "InvalidParameterException"},
			{Path: "vpcConfig.securityGroupIds[*]", To: []string{ec2.SecurityGroup}, NotFound: "InvalidParameterException"},
			{Path: "encryptionConfig.provider.keyArn", To: []string{kms.Key}, By: "arn", NotFound: "InvalidParameterException"},
		},
		Check:  []func(*cloud.Call) error{checkAutoMode, checkCluster},
		Create: createCluster,
		Update: updateCluster,
		Delete: deleteCluster,
		Wait:   s.waitCluster,
	}
}

// replacesCluster says what the provider does where the tables, made from
// CloudFormation's resource, know less (CustomizeDiff and schema of
// aws_eks_cluster): load balancing is switched in place while the rest of the
// network configuration is fixed; encryption can be added and never taken
// away; Auto Mode's node role can be given but not exchanged.
func replacesCluster(d cloud.Difference, old, now cloud.Props) (replace, decides bool) {
	switch d.Path {
	case "kubernetesNetworkConfig":
		given, _ := cloud.Lookup(now, "kubernetesNetworkConfig").(map[string]any)
		return d.Kind == cloud.Add && (given["ipFamily"] != nil || given["serviceIpv4Cidr"] != nil), true
	case "kubernetesNetworkConfig.elasticLoadBalancing", "kubernetesNetworkConfig.elasticLoadBalancing.enabled":
		return false, true
	case "kubernetesNetworkConfig.ipFamily", "kubernetesNetworkConfig.serviceIpv4Cidr":
		return d.Kind != cloud.Drop, true
	case "encryptionConfig":
		return d.Kind == cloud.Drop, true
	case "computeConfig.nodeRoleArn":
		return str(old, d.Path) != "" && d.Kind == cloud.Change, true
	}
	return false, false
}

// autoMode reads the three switches of EKS Auto Mode.
func autoMode(p cloud.Props) (compute, balancing, storage bool) {
	return flag(p, "computeConfig.enabled"), flag(p, "kubernetesNetworkConfig.elasticLoadBalancing.enabled"),
		flag(p, "storageConfig.blockStorage.enabled")
}

// checkAutoMode is the provider's own rule, already in preview.
func checkAutoMode(c *cloud.Call) error {
	for _, path := range []string{"computeConfig", "kubernetesNetworkConfig", "storageConfig"} {
		if c.Any(path) != nil && !c.Known(path) {
			return nil
		}
	}
	if compute, balancing, storage := autoMode(c.Inputs); compute != balancing || compute != storage {
		return c.Invalid("computeConfig.enabled", "compute_config.enabled, kubernetes_networking_config.elastic_load_balancing.enabled, "+
			"and storage_config.block_storage.enabled must all be set to either true or false (got %v, %v, %v)", compute, balancing, storage)
	}
	return nil
}

// checkCluster refuses what is not simulated.
func checkCluster(c *cloud.Call) error {
	for _, path := range []string{"outpostConfig", "remoteNetworkConfig", "defaultAddonsToRemoves"} {
		if c.Any(path) != nil {
			return c.Invalid(path, "is not simulated: extend sandbox/cloud/eks/cluster.go")
		}
	}
	if c.Str("kubernetesNetworkConfig.ipFamily") == "ipv6" {
		return c.Invalid("kubernetesNetworkConfig.ipFamily", "ipv6 is not simulated: extend sandbox/cloud/eks/cluster.go")
	}
	return nil
}

func createCluster(c *cloud.Call) error {
	name := c.Str("name")
	if c.Get(Cluster, name) != nil {
		return inUse("Cluster already exists with name: %s", name)
	}
	version := c.Str("version")
	if version == "" {
		version = newest()
	}
	r, ok := releaseOf(version)
	if !ok || r.status(c.Now()) == "UNSUPPORTED" {
		return invalid("unsupported Kubernetes version %s", version)
	}
	for _, rule := range []func(*cloud.Call) error{checkRole, checkNetwork, checkEndpoint, checkCompute, checkEncryption} {
		if err := rule(c); err != nil {
			return err
		}
	}
	c.ID = name
	fillCluster(c, r)
	if err := network(c); err != nil {
		return err
	}
	if err := admitCreator(c); err != nil {
		return err
	}
	for _, addon := range bootstrapped(c) {
		c.Put(&cloud.Record{Token: SelfManaged, ID: name + ":" + addon, Owner: arnOf(c, name),
			State: cloud.Props{"clusterName": name, "name": addon}})
	}
	logging(c)
	return nil
}

// fillCluster completes the state with what EKS answers.
func fillCluster(c *cloud.Call, r release) {
	c.State["arn"] = arnOf(c, c.ID)
	c.State["version"], c.State["platformVersion"] = r.minor, r.platform
	c.State["status"], c.State["createdAt"] = "CREATING", stamp(c.Now())
	issuer := "https://oidc.eks." + c.Region + ".amazonaws.com/id/" + upper(c.Hex(32))
	c.State["identities"] = []any{cloud.Props{"oidcs": []any{cloud.Props{"issuer": issuer}}}}
	access := object(c.State, "accessConfig")
	if access["bootstrapClusterCreatorAdminPermissions"] == nil {
		// True as long as accessConfig is not given at all (aws_eks_cluster).
		access["bootstrapClusterCreatorAdminPermissions"] = c.Any("accessConfig") == nil
	}
	defaults(access, cloud.Props{"authenticationMode": "CONFIG_MAP"})
	defaults(object(c.State, "upgradePolicy"), cloud.Props{"supportType": "EXTENDED"})
	defaults(object(c.State, "kubernetesNetworkConfig"), cloud.Props{
		"ipFamily": "ipv4", "serviceIpv4Cidr": serviceRange(c), "elasticLoadBalancing": cloud.Props{"enabled": false}})
	defaults(object(c.State, "vpcConfig"), cloud.Props{
		"endpointPrivateAccess": false, "endpointPublicAccess": true, "publicAccessCidrs": []any{"0.0.0.0/0"}})
}
