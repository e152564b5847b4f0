package eks

import (
	"fmt"
	"net/netip"
	"slices"
	"strings"

	"retail/sandbox/cloud"
	"retail/sandbox/cloud/ec2"
	"retail/sandbox/cloud/iam"
	"retail/sandbox/cloud/kms"
	"retail/sandbox/cloud/logs"
)

// freeWanted is how many free addresses each subnet must have for a new or an
// updated control plane.
const freeWanted = 5

// deniedZones have no EKS control planes (EKS User Guide, "VPC and subnet
// considerations").
var deniedZones = []string{"use1-az3", "usw1-az2", "cac1-az3"}

func upper(s string) string { return strings.ToUpper(s) }

// defaults sets the properties that are absent.
func defaults(p, values cloud.Props) {
	for name, v := range values {
		if p[name] == nil {
			p[name] = v
		}
	}
}

// vpcOf is the VPC of a subnet.
func vpcOf(c *cloud.Call, subnet string) string {
	if s := c.Get(ec2.Subnet, subnet); s != nil {
		return str(s.State, "vpcId")
	}
	return ""
}

// checkNetwork holds the rules about a cluster's subnets and security groups.
func checkNetwork(c *cloud.Call) error {
	subnets := c.Strs("vpcConfig.subnetIds")
	zones, vpc := map[string]bool{}, ""
	for i, subnet := range subnets {
		id, name := ec2.ZoneOf(c, subnet)
		if slices.Contains(deniedZones, id) {
			return c.Fail("UnsupportedAvailabilityZoneException", "Cannot create cluster '%s' because %s, the targeted availability zone, "+
				"does not currently have sufficient capacity to support the cluster. Retry and choose from these availability zones: %s",
				c.Str("name"), name, strings.Join(goodZones(c), ", "))
		}
		zones[id] = true
		if i > 0 && vpcOf(c, subnet) != vpc {
			return invalid("Subnets specified must be in the same VPC: %s", strings.Join(subnets, ", "))
		}
		vpc = vpcOf(c, subnet)
	}
	if len(zones) < 2 {
		return invalid("Subnets specified must be in at least two different AZs")
	}
	for _, group := range c.Strs("vpcConfig.securityGroupIds") {
		if g := c.Get(ec2.SecurityGroup, group); g == nil || str(g.State, "vpcId") != vpc {
			return invalid("Security group(s) [%s] are not in the same VPC as the subnets.", group)
		}
	}
	return checkFree(c, subnets)
}

// checkFree wants room for the control plane's network interfaces.
func checkFree(c *cloud.Call, subnets []string) error {
	own := map[string]int{}
	for _, i := range ec2.Interfaces(c, arnOf(c, c.Str("name"))) {
		own[str(i.State, "subnetId")]++
	}
	for _, subnet := range subnets {
		if free := ec2.FreeAddresses(c, subnet) + own[subnet]; free < freeWanted {
			return invalid("Provided subnets %s Free IPs: %d, need at least %d IPs in each subnet to be free for this operation",
				subnet, free, freeWanted)
		}
	}
	return nil
}

func goodZones(c *cloud.Call) []string {
	var names []string
	for _, id := range c.Zones() {
		if !slices.Contains(deniedZones, id) {
			names = append(names, c.ZoneName(id))
		}
	}
	return names
}

func checkEndpoint(c *cloud.Call) error {
	vpc := cloud.Props{"endpointPrivateAccess": false, "endpointPublicAccess": true}
	if given, ok := c.Any("vpcConfig").(map[string]any); ok {
		for name, v := range given {
			vpc[name] = v
		}
	}
	if !flag(vpc, "endpointPrivateAccess") && !flag(vpc, "endpointPublicAccess") {
		return invalid("Private and public endpoint access cannot be false")
	}
	for _, cidr := range strs(vpc, "publicAccessCidrs") {
		p, err := netip.ParsePrefix(cidr)
		if err != nil || p != p.Masked() {
			return invalid("The following CIDRs are invalid in publicAccessCidrs: [%s]", cidr)
		}
	}
	return nil
}

// checkRole wants a role that EKS may assume and that carries EKS's policy.
func checkRole(c *cloud.Call) error {
	arn := c.Str("roleArn")
	role := iam.FindRole(c, arn)
	if role == nil || !iam.Trusts(role, "eks.amazonaws.com", "sts:AssumeRole") {
		return invalid("Role with arn: %s, could not be assumed because it does not exist or the trusted entity is not correct", arn)
	}
	if !iam.HasPolicy(c, role, "AmazonEKSClusterPolicy") {
		return invalid("The provided role doesn't have the Amazon EKS Managed Policies associated with it. " +
			"Please ensure the following policy is attached: arn:aws:iam::aws:policy/AmazonEKSClusterPolicy")
	}
	return nil
}

// checkEncryption wants a symmetric key of this region that is enabled.
func checkEncryption(c *cloud.Call) error {
	arn := c.Str("encryptionConfig.provider.keyArn")
	if arn == "" {
		return nil
	}
	key, err := kms.Find(c, arn)
	switch {
	case err != nil:
		return invalid("encryptionConfig: %v", err)
	case str(key.State, "customerMasterKeySpec") != "SYMMETRIC_DEFAULT" || !flag(key.State, "isEnabled"):
		return invalid("encryptionConfig: the key %s must be symmetric and enabled", arn)
	}
	return nil
}

// serviceRange is what EKS picks for Services: the range that the VPC is not in.
func serviceRange(c *cloud.Call) string {
	for _, subnet := range c.Strs("vpcConfig.subnetIds") {
		if v := c.Get(ec2.Vpc, vpcOf(c, subnet)); v != nil && strings.HasPrefix(str(v.State, "cidrBlock"), "10.") {
			return "172.20.0.0/16"
		}
	}
	return "10.100.0.0/16"
}

// network makes the cluster security group and the control plane's interfaces.
func network(c *cloud.Call) error {
	subnets := c.Strs("vpcConfig.subnetIds")
	vpc := object(c.State, "vpcConfig")
	vpc["vpcId"] = vpcOf(c, subnets[0])
	number := 0
	for _, d := range c.Hex(7) {
		number = number*10 + int(d)%10
	}
	name := fmt.Sprintf("eks-cluster-sg-%s-%d", c.ID, number)
	group := ec2.AddSecurityGroup(c, str(vpc, "vpcId"), name, "EKS created security group applied to ENI that is attached to "+
		"EKS Control Plane master nodes, as well as any managed workloads.", arnOf(c, c.ID))
	group.State["tags"] = cloud.Props{"Name": name, "aws:eks:cluster-name": c.ID, "kubernetes.io/cluster/" + c.ID: "owned"}
	c.Save(group)
	vpc["clusterSecurityGroupId"] = group.ID
	return interfaces(c)
}

// interfaces puts the control plane into the cluster's subnets, or moves it.
func interfaces(c *cloud.Call) error {
	groups := append([]string{str(c.State, "vpcConfig.clusterSecurityGroupId")}, strs(c.State, "vpcConfig.securityGroupIds")...)
	return ec2.SyncInterfaces(c, strs(c.State, "vpcConfig.subnetIds"), groups, arnOf(c, c.ID), "Amazon EKS "+c.ID)
}

// logging makes the log group that the control plane writes to, when nobody
// has: it then belongs to no program and outlives the cluster.
func logging(c *cloud.Call) {
	if len(strs(c.State, "enabledClusterLogTypes")) > 0 {
		logs.Ensure(c, "/aws/eks/"+c.ID+"/cluster")
	}
}
