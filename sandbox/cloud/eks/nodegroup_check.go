package eks

import (
	"strconv"
	"strings"

	"retail/sandbox/cloud"
	"retail/sandbox/cloud/ec2"
	"retail/sandbox/cloud/iam"
)

// checkNodeRole wants a role that instances may take. What it must allow shows
// when the nodes start (nodeProblem).
func checkNodeRole(c *cloud.Call, _ *cloud.Record) error {
	arn := str(c.State, "nodeRoleArn")
	role := iam.FindRole(c, arn)
	if role == nil {
		return invalid("The role with name %s cannot be found.", iam.RoleName(arn))
	}
	if !iam.Trusts(role, "ec2.amazonaws.com", "sts:AssumeRole") {
		return invalid("Following required service principals [ec2.amazonaws.com] were not found in the trust relationships of nodeRole %s", arn)
	}
	return nil
}

func checkNodeSubnets(c *cloud.Call, cluster *cloud.Record) error {
	vpc := str(cluster.State, "vpcConfig.vpcId")
	for _, subnet := range strs(c.State, "subnetIds") {
		if vpcOf(c, subnet) != vpc {
			return invalid("Subnet %s is not in the cluster's VPC %s", subnet, vpc)
		}
	}
	return nil
}

// checkImage holds the rules about image type, image release, instance types
// and Kubernetes version among one another.
func checkImage(c *cloud.Call, _ *cloud.Record) error {
	amiType, version := str(c.State, "amiType"), str(c.State, "version")
	if strings.HasPrefix(amiType, "AL2_") && minorOf(version) >= 33 {
		return invalid("AMI Type %s is only supported for kubernetes versions 1.32 or earlier", amiType)
	}
	for _, instanceType := range instanceTypes(c) {
		m, err := machineOf(instanceType)
		if err != nil {
			return err
		}
		if amiType != "CUSTOM" && m.arm != strings.Contains(amiType, "ARM_64") {
			return invalid("[%s] is not a valid instance type for requested amiType %s", instanceType, amiType)
		}
	}
	release := str(c.State, "releaseVersion")
	if strings.HasPrefix(amiType, "AL2023") && release != "" && !strings.HasPrefix(release, version+".") {
		return invalid("Requested release version %s is not valid for kubernetes version %s.", release, version)
	}
	return nil
}

// instanceTypes are those of the group, or of its launch template.
func instanceTypes(c *cloud.Call) []string {
	if types := strs(c.State, "instanceTypes"); len(types) > 0 {
		return types
	}
	if t := str(templateOf(c), "instanceType"); t != "" {
		return []string{t}
	}
	return []string{"t3.medium"}
}

// templateRecord is the group's launch template; nil when it has none.
func templateRecord(c *cloud.Call) *cloud.Record {
	if id := str(c.State, "launchTemplate.id"); id != "" {
		return c.Get(ec2.LaunchTemplate, id)
	}
	if name := str(c.State, "launchTemplate.name"); name != "" {
		return c.GetBy(ec2.LaunchTemplate, "name", name)
	}
	return nil
}

// templateOf is the content of the group's launch template, by its newest
// version; nil when it has none.
func templateOf(c *cloud.Call) cloud.Props {
	if t := templateRecord(c); t != nil {
		return t.State
	}
	return nil
}

// checkTemplate holds EKS's rules about what a launch template may say and
// what then must not be said to EKS (EKS User Guide, "Customize managed nodes
// with launch templates").
func checkTemplate(c *cloud.Call, _ *cloud.Record) error {
	record := templateRecord(c)
	if record == nil {
		if str(c.State, "amiType") == "CUSTOM" {
			return invalid("Launch template details can't be null for Custom ami type node group")
		}
		return nil
	}
	t := record.State
	if version := str(c.State, "launchTemplate.version"); version != "$Latest" && version != "$Default" {
		n, err := strconv.Atoi(version)
		if err != nil || n < 1 || float64(n) > num(t, "latestVersion") {
			return c.Fail("InvalidRequestException", "Launch template with ID %s and version %s could not be found.", record.ID, version)
		}
	}
	nested, _ := cloud.All(t, "networkInterfaces[*].subnetId")
	switch {
	case c.Any("instanceTypes") != nil && str(t, "instanceType") != "":
		return invalid("Cannot specify instance types in launch template and API request")
	case c.Any("diskSize") != nil:
		return invalid("Disk size must be specified within the launch template.")
	case c.Any("remoteAccess") != nil:
		return invalid("Remote access configuration cannot be specified with a launch template.")
	case t["iamInstanceProfile"] != nil:
		return invalid("Launch template %s should not specify an instance profile. The noderole in your request will be used to construct an instance profile.", record.ID)
	case len(nested) > 0:
		return invalid("Launch template %s should not specify a subnet in its network interfaces.", record.ID)
	case str(t, "instanceInitiatedShutdownBehavior") != "":
		return invalid("Launch template %s should not specify the instance initiated shutdown behavior.", record.ID)
	case str(t, "imageId") != "" && str(c.State, "amiType") != "CUSTOM":
		return invalid("You cannot specify an AMI Type other than CUSTOM, when specifying an image id in your launch template.")
	case t["instanceMarketOptions"] != nil || t["hibernationOptions"] != nil && flag(t, "hibernationOptions.configured"):
		return invalid("Launch template %s should specify neither market nor hibernation options: use the group's capacity type.", record.ID)
	}
	return nil
}

// nodeSecurityGroups are those of the instances: their own security groups instead of the cluster's,
// where the launch template names some.
func nodeSecurityGroups(c *cloud.Call, cluster *cloud.Record) []string {
	t := templateOf(c)
	groups := strs(t, "vpcSecurityGroupIds")
	nested, _ := cloud.All(t, "networkInterfaces[*].securityGroups[*]")
	for _, g := range nested {
		if id, ok := g.(string); ok {
			groups = append(groups, id)
		}
	}
	if len(groups) == 0 {
		groups = []string{str(cluster.State, "vpcConfig.clusterSecurityGroupId")}
	}
	return groups
}
