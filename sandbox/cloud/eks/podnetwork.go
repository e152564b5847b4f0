package eks

import (
	"retail/sandbox/cloud"
	"retail/sandbox/cloud/ec2"
	"retail/sandbox/cloud/iam"
	"retail/sandbox/clusters"
)

// podSubnetTag marks subnets for pods ("1") or keeps pods out ("0"): the VPC
// CNI's subnet discovery (amazon-vpc-cni-k8s, README, ENABLE_SUBNET_DISCOVERY).
const podSubnetTag = "kubernetes.io/role/cni"

// nodeProblem is why the group's instances would not become Ready nodes; nil
// when they would.
func nodeProblem(c *cloud.Call) error {
	cluster := str(c.State, "clusterName")
	unhealthy := func(why string) error {
		return &clusters.Issue{Code: clusters.NodeCreationFailure, Message: "Unhealthy nodes in the kubernetes cluster (" + why + ")"}
	}
	if num(c.State, "scalingConfig.desiredSize") == 0 {
		return nil
	}
	role := iam.FindRole(c, str(c.State, "nodeRoleArn"))
	switch {
	case role == nil:
		return &clusters.Issue{Code: "IamNodeRoleNotFound", Message: "the node role does not exist"}
	case !iam.Allows(c, role, "ec2:DescribeInstances") || !iam.Allows(c, role, "eks:DescribeCluster"):
		return unhealthy("the node role needs AmazonEKSWorkerNodePolicy")
	case !iam.Allows(c, role, "ecr:GetAuthorizationToken") || !iam.Allows(c, role, "ecr:BatchGetImage"):
		return unhealthy("the node role needs AmazonEC2ContainerRegistryPullOnly")
	}
	if entry := c.Get(AccessEntry, cluster+":"+str(c.State, "nodeRoleArn")); entry != nil && str(entry.State, "type") != "EC2_LINUX" {
		return unhealthy("the access entry of the node role is of type " + str(entry.State, "type") + ", not EC2_LINUX")
	}
	if c.Get(Addon, cluster+":vpc-cni") == nil && c.Get(SelfManaged, cluster+":vpc-cni") == nil {
		return unhealthy("the cluster has no CNI: the vpc-cni add-on must be there before the nodes")
	}
	if !cniMay(c, "ec2:AssignPrivateIpAddresses") {
		return unhealthy("neither the vpc-cni add-on's role nor the node role has AmazonEKS_CNI_Policy")
	}
	return nil
}

// cniMay tells whether the VPC CNI may do something: with its own role, by Pod
// Identity or service account, else with the node's.
func cniMay(c *cloud.Call, action string) bool {
	cluster := str(c.State, "clusterName")
	arn := str(c.State, "nodeRoleArn")
	if addon := c.Get(Addon, cluster+":vpc-cni"); addon != nil && str(addon.State, "serviceAccountRoleArn") != "" {
		arn = str(addon.State, "serviceAccountRoleArn")
	}
	// Pod Identity needs its agent on the node.
	if a := podIdentityOf(c, cluster, addonNamespace, "aws-node"); a != nil && c.Get(Addon, cluster+":eks-pod-identity-agent") != nil {
		arn = str(a.State, "roleArn")
	}
	role := iam.FindRole(c, arn)
	return role != nil && iam.Allows(c, role, action)
}

// prefixDelegation tells whether the cluster's CNI hands out /28 prefixes. It
// counts when a node starts (case E6).
func prefixDelegation(c *cloud.Call, cluster string) bool {
	addon := c.Get(Addon, cluster+":vpc-cni")
	if addon == nil {
		return false
	}
	values, err := configuration("vpc-cni", str(addon.State, "configurationValues"))
	return err == nil && str(values, "env.ENABLE_PREFIX_DELEGATION") == "true"
}

// roomForPods tells whether the CNI finds addresses for a new node's pods in
// the node's zone: one /28 with prefix delegation, else one address.
func roomForPods(c *cloud.Call, cluster *cloud.Record, subnet string) bool {
	zone, _ := ec2.ZoneOf(c, subnet)
	prefixes := prefixDelegation(c, cluster.ID)
	for _, s := range c.List(ec2.Subnet) {
		tags, _ := s.State["tags"].(map[string]any)
		role, _ := tags[podSubnetTag].(string)
		own, other := s.ID == subnet && role != "0", role == "1"
		if at, _ := ec2.ZoneOf(c, s.ID); at != zone || vpcOf(c, s.ID) != vpcOf(c, subnet) || !own && !other {
			continue
		}
		taken := nodesIn(c, s.ID, subnet)
		if prefixes && ec2.FreePrefixes(c, s.ID) > taken || !prefixes && ec2.FreeAddresses(c, s.ID) > taken+1 {
			return true
		}
	}
	return false
}

// nodesIn counts the nodes whose pods a subnet serves already: those in it,
// or, for a subnet of pods, those in the node subnet that it goes with.
func nodesIn(c *cloud.Call, subnets ...string) int {
	n := 0
	for _, g := range c.List(AutoScalingGroup) {
		for _, i := range instances(g) {
			if !flag(i, "retiring") && (str(i, "subnetId") == subnets[0] || str(i, "subnetId") == subnets[1]) {
				n++
			}
		}
	}
	return n
}
