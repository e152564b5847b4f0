package eks

import (
	"slices"

	"retail/sandbox/cloud"
	"retail/sandbox/cloud/ec2"
	"retail/sandbox/cloud/iam"
)

// modes are the authentication modes in the only direction EKS allows.
var modes = []string{"CONFIG_MAP", "API_AND_CONFIG_MAP", "API"}

// updateCluster does what the provider does with one API call for each kind
// of change, version first (resourceClusterUpdate).
func updateCluster(c *cloud.Call) error {
	live := c.Get(Cluster, c.ID)
	for _, step := range []func(*cloud.Call, *cloud.Record) error{
		updateVersion, updateAccess, updateCompute, updateEncryption, updateNetwork,
	} {
		if err := step(c, live); err != nil {
			return err
		}
	}
	logging(c)
	return nil
}

func updateVersion(c *cloud.Call, live *cloud.Record) error {
	from, to := str(live.State, "version"), str(c.State, "version")
	if to == "" { // no longer given: the cluster keeps its version
		c.State["version"] = from
		return nil
	}
	if from == to {
		return nil
	}
	if err := checkStep(from, to); err != nil {
		return err
	}
	if err := checkFree(c, strs(c.State, "vpcConfig.subnetIds")); err != nil {
		return err
	}
	r, _ := releaseOf(to)
	c.State["platformVersion"] = r.platform
	return nil
}

func updateAccess(c *cloud.Call, live *cloud.Record) error {
	from, to := str(live.State, "accessConfig.authenticationMode"), str(c.State, "accessConfig.authenticationMode")
	if to == "" {
		object(c.State, "accessConfig")["authenticationMode"] = from
		return nil
	}
	if from != to && slices.Index(modes, to) != slices.Index(modes, from)+1 {
		return invalid("Unsupported authentication mode update from %s to %s", from, to)
	}
	return nil
}

// updateCompute switches Auto Mode. Leaving the blocks out is no request to
// switch it off: EKS then keeps what is.
func updateCompute(c *cloud.Call, live *cloud.Record) error {
	wasOn, _, _ := autoMode(live.State)
	if c.Any("computeConfig") == nil {
		for _, name := range []string{"computeConfig", "storageConfig"} {
			c.State[name] = live.State[name]
		}
		if wasOn && c.Any("kubernetesNetworkConfig.elasticLoadBalancing") == nil {
			object(c.State, "kubernetesNetworkConfig")["elasticLoadBalancing"] =
				cloud.Lookup(live.State, "kubernetesNetworkConfig.elasticLoadBalancing")
		}
		return uniform(c.State)
	}
	if c.Any("kubernetesNetworkConfig") == nil {
		c.State["kubernetesNetworkConfig"] = live.State["kubernetesNetworkConfig"]
	}
	if err := checkCompute(c); err != nil {
		return err
	}
	admitAutoNodes(c)
	return nil
}

func updateEncryption(c *cloud.Call, live *cloud.Record) error {
	if str(live.State, "encryptionConfig.provider.keyArn") == str(c.State, "encryptionConfig.provider.keyArn") {
		return nil
	}
	return checkEncryption(c)
}

func updateNetwork(c *cloud.Call, live *cloud.Record) error {
	if err := checkEndpoint(c); err != nil {
		return err
	}
	was, is := strs(live.State, "vpcConfig.subnetIds"), strs(c.State, "vpcConfig.subnetIds")
	moved := !slices.Equal(slices.Sorted(slices.Values(was)), slices.Sorted(slices.Values(is)))
	regrouped := !slices.Equal(strs(live.State, "vpcConfig.securityGroupIds"), strs(c.State, "vpcConfig.securityGroupIds"))
	if !moved && !regrouped {
		return nil
	}
	if vpcOf(c, is[0]) != str(live.State, "vpcConfig.vpcId") {
		return invalid("Provided subnets belong to different VPC than the cluster's VPC %s", str(live.State, "vpcConfig.vpcId"))
	}
	if err := checkNetwork(c); err != nil {
		return err
	}
	return interfaces(c)
}

// deleteCluster refuses while node groups stand; what EKS takes along goes
// when the control plane is gone (buryCluster).
func deleteCluster(c *cloud.Call) error {
	for _, group := range c.List(NodeGroup) {
		if str(group.State, "clusterName") == c.ID {
			return inUse("Cluster has nodegroups attached")
		}
	}
	return nil
}

// buryCluster removes what EKS removes with a cluster. Network interfaces and
// the cluster security group need the cluster role: without its policy they
// stay behind and hold the VPC (case E14).
func buryCluster(c *cloud.Call) {
	arn := arnOf(c, c.ID)
	may := func(action string) bool {
		role := iam.FindRole(c, str(c.State, "roleArn"))
		return role != nil && iam.Allows(c, role, action)
	}
	clears := may("ec2:DeleteNetworkInterface") && may("ec2:DeleteSecurityGroup")
	for _, token := range []string{ec2.Interface, ec2.SecurityGroup} {
		for _, r := range c.List(token) {
			switch {
			case r.Owner != arn:
			case clears && token == ec2.SecurityGroup && !grouped(c, r.ID):
				ec2.RemoveSecurityGroup(c, r)
			case clears && token != ec2.SecurityGroup:
				c.Remove(r)
			default:
				r.Owner = ""
				c.Save(r)
			}
		}
	}
	for _, token := range []string{AccessEntry, Association, Addon, PodIdentity, SelfManaged} {
		for _, r := range c.List(token) {
			if str(r.State, "clusterName") == c.ID {
				c.Remove(r)
			}
		}
	}
	logging(c) // events that arrive late make a deleted log group again
}

// grouped tells whether a network interface is still in a security group.
func grouped(c *cloud.Call, group string) bool {
	return slices.ContainsFunc(c.List(ec2.Interface), func(r *cloud.Record) bool {
		return slices.Contains(strs(r.State, "securityGroups"), group)
	})
}
