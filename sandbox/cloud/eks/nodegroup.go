package eks

import (
	"slices"
	"strings"
	"time"

	"retail/sandbox/cloud"
	"retail/sandbox/cloud/ec2"
	"retail/sandbox/cloud/iam"
)

func (s *service) nodeGroupSpec() *cloud.Spec {
	return &cloud.Spec{
		Token: NodeGroup,
		API: cloud.API{Create: "eks:CreateNodegroup", Read: "eks:DescribeNodegroup", Update: "eks:UpdateNodegroupVersion",
			Delete: "eks:DeleteNodegroup"},
		Latency:  cloud.Latency{Create: 2 * time.Minute, Update: 5 * time.Minute, Delete: 4 * time.Minute},
		AutoName: &cloud.AutoName{Property: "nodeGroupName", Max: 63},
		// ForceNew in aws_eks_node_group, besides what the tables say.
		ReplaceOn: []string{"subnetIds", "nodeRoleArn", "nodeGroupNamePrefix", "remoteAccess"},
		Replace:   replacesNodeGroup,
		Refs: []cloud.Ref{
			clusterRef(),
			{Path: "nodeRoleArn", To: []string{iam.Role}, By: "arn", NotFound: "InvalidParameterException"},
			{Path: "subnetIds[*]", To: []string{ec2.Subnet}, NotFound: "InvalidParameterException"},
			{Path: "launchTemplate.id", To: []string{ec2.LaunchTemplate}, NotFound: "InvalidRequestException"},
			{Path: "launchTemplate.name", To: []string{ec2.LaunchTemplate}, By: "name", NotFound: "InvalidRequestException"},
			{Path: "remoteAccess.sourceSecurityGroupIds[*]", To: []string{ec2.SecurityGroup}, NotFound: "InvalidParameterException"},
		},
		Check:  []func(*cloud.Call) error{checkNodeGroup},
		Create: createNodeGroup,
		Update: updateNodeGroup,
		Wait:   s.waitNodeGroup,
	}
}

// replacesNodeGroup: another launch template is another group, another version
// of it rolls the nodes (schema of aws_eks_node_group).
func replacesNodeGroup(d cloud.Difference, _, _ cloud.Props) (replace, decides bool) {
	if d.Path == "launchTemplate.version" {
		return false, true
	}
	return true, d.Path == "launchTemplate" || d.Path == "launchTemplate.id" || d.Path == "launchTemplate.name"
}

// checkNodeGroup is the provider's own validation: arguments that exclude one
// another.
func checkNodeGroup(c *cloud.Call) error {
	if c.Any("launchTemplate.id") != nil && c.Any("launchTemplate.name") != nil {
		return c.Invalid("launchTemplate.name", "conflicts with launchTemplate.id")
	}
	if both := c.Any("updateConfig.maxUnavailable") != nil; c.Any("updateConfig") != nil &&
		both == (c.Any("updateConfig.maxUnavailablePercentage") != nil) {
		return c.Invalid("updateConfig", "exactly one of maxUnavailable and maxUnavailablePercentage must be set")
	}
	if strings.HasPrefix(c.Str("amiType"), "WINDOWS") || c.Str("capacityType") == "CAPACITY_BLOCK" {
		return c.Invalid("amiType", "Windows and capacity blocks are not simulated: extend sandbox/cloud/eks/nodegroup.go")
	}
	return nil
}

func createNodeGroup(c *cloud.Call) error {
	cluster, err := active(c)
	if err != nil {
		return err
	}
	name := c.Str("nodeGroupName")
	if name == "" {
		name = c.Str("nodeGroupNamePrefix") + c.Hex(26)
	}
	c.ID = cluster.ID + ":" + name
	if c.Get(NodeGroup, c.ID) != nil {
		return inUse("NodeGroup already exists with name %s and cluster name %s", name, cluster.ID)
	}
	if v := c.Str("version"); v != "" && v != str(cluster.State, "version") {
		// CreateNodegroup takes the cluster's version only (API Reference).
		return invalid("Requested Nodegroup version %s does not match the cluster's version %s", v, str(cluster.State, "version"))
	}
	fillNodeGroup(c, cluster, name)
	for _, rule := range []func(*cloud.Call, *cloud.Record) error{checkNodeRole, checkNodeSubnets, checkScaling, checkImage, checkTemplate, checkLabels} {
		if err := rule(c, cluster); err != nil {
			return err
		}
	}
	admitNodes(c, cluster)
	return nil
}

// fillNodeGroup completes the state with what EKS answers.
func fillNodeGroup(c *cloud.Call, cluster *cloud.Record, name string) {
	id := uuid(c)
	c.State["nodeGroupName"] = name
	c.State["arn"] = c.ARN("eks", "nodegroup/"+cluster.ID+"/"+name+"/"+id)
	c.State["status"] = "CREATING"
	c.State["resources"] = []any{cloud.Props{"autoscalingGroups": []any{cloud.Props{"name": "eks-" + name + "-" + id}},
		"remoteAccessSecurityGroupId": ""}}
	defaults(c.State, cloud.Props{"version": cluster.State["version"], "capacityType": "ON_DEMAND",
		"amiType": "AL2023_x86_64_STANDARD", "updateConfig": cloud.Props{"maxUnavailable": 1}})
	if custom := templateOf(c); custom == nil {
		defaults(c.State, cloud.Props{"instanceTypes": []any{"t3.medium"}, "diskSize": 20})
	} else if str(custom, "imageId") != "" && c.Any("amiType") == nil {
		c.State["amiType"] = "CUSTOM"
	}
	if c.Any("releaseVersion") == nil && str(c.State, "amiType") != "CUSTOM" {
		c.State["releaseVersion"] = imageRelease(str(c.State, "amiType"), str(c.State, "version"))
	}
}

// imageRelease is the newest image of a version: EKS names Amazon Linux images
// by Kubernetes patch and day, Bottlerocket's by their own version.
func imageRelease(amiType, version string) string {
	r, _ := releaseOf(version)
	if strings.HasPrefix(amiType, "BOTTLEROCKET") {
		return "1.57.0-2f1b8c0d"
	}
	return r.patch + "-20260401"
}

// admitNodes makes the access entry of the node role, as EKS does for a
// managed node group when the cluster asks access entries at all.
func admitNodes(c *cloud.Call, cluster *cloud.Record) {
	arn := str(c.State, "nodeRoleArn")
	if takesEntries(c, cluster) == nil && c.Get(AccessEntry, cluster.ID+":"+arn) == nil {
		putEntry(c, cluster.ID, arn, "EC2_LINUX")
	}
}

func updateNodeGroup(c *cloud.Call) error {
	cluster, err := active(c)
	if err != nil {
		return err
	}
	live := c.Get(NodeGroup, c.ID)
	defaults(c.State, cloud.Props{"version": live.State["version"], "updateConfig": cloud.Props{"maxUnavailable": 1}})
	if err := updateNodeVersion(c, live, cluster); err != nil {
		return err
	}
	keepDesired(c, live)
	for _, rule := range []func(*cloud.Call, *cloud.Record) error{checkScaling, checkTemplate, checkLabels} {
		if err := rule(c, cluster); err != nil {
			return err
		}
	}
	return nil
}

// updateNodeVersion keeps nodes between their own version and the cluster's.
func updateNodeVersion(c *cloud.Call, live, cluster *cloud.Record) error {
	from, to, limit := str(live.State, "version"), str(c.State, "version"), str(cluster.State, "version")
	if minorOf(to) > minorOf(limit) || minorOf(to) < minorOf(from) {
		return invalid("Nodegroup Kubernetes version should be equal to Cluster kubernetes version %s or NodeGroup kubernetes version %s, got %s",
			limit, from, to)
	}
	if from != to && c.Any("releaseVersion") == nil && str(c.State, "amiType") != "CUSTOM" {
		c.State["releaseVersion"] = imageRelease(str(c.State, "amiType"), to)
	}
	defaults(c.State, cloud.Props{"releaseVersion": live.State["releaseVersion"]})
	return checkImage(c, cluster)
}

// keepDesired leaves the number of nodes as an autoscaler has set it, unless
// the program changes the sizes: the provider then sends all three (case B5).
func keepDesired(c *cloud.Call, live *cloud.Record) {
	for _, size := range []string{"minSize", "maxSize", "desiredSize"} {
		if num(c.Old, "scalingConfig."+size) != num(c.Inputs, "scalingConfig."+size) {
			return
		}
	}
	object(c.State, "scalingConfig")["desiredSize"] = num(live.State, "scalingConfig.desiredSize")
}

func checkScaling(c *cloud.Call, _ *cloud.Record) error {
	low, desired, high := num(c.State, "scalingConfig.minSize"), num(c.State, "scalingConfig.desiredSize"), num(c.State, "scalingConfig.maxSize")
	switch {
	case low > desired:
		return invalid("Minimum capacity %v can't be greater than desired size %v", low, desired)
	case desired > high:
		return invalid("desired capacity %v can't be greater than max size %v", desired, high)
	}
	return nil
}

// reservedLabels begin label keys that only EKS and Kubernetes may set.
var reservedLabels = []string{"kubernetes.io/", "k8s.io/", "eks.amazonaws.com/"}

func checkLabels(c *cloud.Call, _ *cloud.Record) error {
	labels, _ := c.State["labels"].(map[string]any)
	for key := range labels {
		if slices.ContainsFunc(reservedLabels, func(p string) bool { return strings.HasPrefix(key, p) }) {
			return invalid("Label cannot contain reserved prefixes [kubernetes.io/, k8s.io/, eks.amazonaws.com/]")
		}
	}
	if taints, _ := c.State["taints"].([]any); len(taints) > 50 {
		return invalid("Number of taints cannot exceed 50")
	}
	return nil
}
