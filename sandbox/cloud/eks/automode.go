package eks

import (
	"slices"
	"strings"

	"retail/sandbox/cloud"
	"retail/sandbox/cloud/iam"
)

// builtInPools are Auto Mode's own node pools.
var builtInPools = []string{"general-purpose", "system"}

// autoPolicies are what the cluster role needs for Auto Mode beside EKS's own
// policy (EKS User Guide, "Amazon EKS Auto Mode cluster IAM role").
var autoPolicies = []string{"AmazonEKSComputePolicy", "AmazonEKSBlockStoragePolicy", "AmazonEKSLoadBalancingPolicy",
	"AmazonEKSNetworkingPolicy"}

// uniform wants Auto Mode's three switches to be all on or all off.
func uniform(p cloud.Props) error {
	if compute, balancing, storage := autoMode(p); compute != balancing || compute != storage {
		return invalid("For EKS Auto Mode, please ensure that all required configs, including computeConfig, kubernetesNetworkConfig, " +
			"and blockStorage are all either fully enabled or fully disabled.")
	}
	return nil
}

// checkCompute holds EKS's rules about Auto Mode.
func checkCompute(c *cloud.Call) error {
	if err := uniform(c.Inputs); err != nil {
		return err
	}
	compute := c.Bool("computeConfig.enabled")
	pools, role := c.Strs("computeConfig.nodePools"), c.Str("computeConfig.nodeRoleArn")
	for _, pool := range pools {
		if !slices.Contains(builtInPools, pool) {
			return invalid("Compute Config nodePool value(s) [%s] must be among [%s]", pool, strings.Join(builtInPools, ", "))
		}
	}
	switch {
	case role != "" && len(pools) == 0:
		return invalid("When Compute Config nodeRoleArn is not null or empty, nodePool value(s) must be provided.")
	case role == "" && len(pools) > 0:
		return invalid("When Compute Config nodeRoleArn is null or empty, nodePool list cannot be populated.")
	case !compute:
		return nil
	case c.Verb == "create" && c.Bool("bootstrapSelfManagedAddons"):
		return invalid("When EKS Auto Mode is enabled, bootstrapSelfManagedAddons must be set to false.")
	}
	if mode := str(c.State, "accessConfig.authenticationMode"); mode != "API" && mode != "API_AND_CONFIG_MAP" {
		return invalid("EKS Auto Mode needs the authentication mode API or API_AND_CONFIG_MAP, got %q", mode)
	}
	return nil
}

// autoModeProblem is why Auto Mode cannot provide nodes, "" when it can. EKS
// accepts the cluster all the same; its nodes then never come.
func autoModeProblem(c *cloud.Call) string {
	role := iam.FindRole(c, str(c.State, "roleArn"))
	if role == nil {
		return "the cluster role does not exist"
	}
	if !iam.Trusts(role, "eks.amazonaws.com", "sts:AssumeRole", "sts:TagSession") {
		return "the trust policy of the cluster role must allow eks.amazonaws.com sts:AssumeRole and sts:TagSession"
	}
	for _, name := range autoPolicies {
		if !iam.HasPolicy(c, role, name) {
			return "the cluster role lacks the policy " + name
		}
	}
	arn := str(c.State, "computeConfig.nodeRoleArn")
	if arn == "" {
		return ""
	}
	node := iam.FindRole(c, arn)
	switch {
	case node == nil:
		return "the node role does not exist"
	case !iam.Trusts(node, "ec2.amazonaws.com", "sts:AssumeRole"):
		return "the trust policy of the node role must allow ec2.amazonaws.com sts:AssumeRole"
	case !iam.Allows(c, node, "eks-auth:AssumeRoleForPodIdentity") || !iam.Allows(c, node, "ecr:GetAuthorizationToken"):
		return "the node role needs AmazonEKSWorkerNodeMinimalPolicy and AmazonEC2ContainerRegistryPullOnly"
	}
	return ""
}

// admitAutoNodes makes the access entry of Auto Mode's built-in node role, as
// EKS does (EKS User Guide, "Create an access entry for Auto Mode").
func admitAutoNodes(c *cloud.Call) {
	arn := str(c.State, "computeConfig.nodeRoleArn")
	if arn == "" || !flag(c.State, "computeConfig.enabled") || c.Get(AccessEntry, c.ID+":"+arn) != nil {
		return
	}
	putEntry(c, c.ID, arn, "EC2")
	putAssociation(c, c.ID, arn, "AmazonEKSAutoNodePolicy")
}
