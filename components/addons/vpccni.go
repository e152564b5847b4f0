package addons

import (
	"strconv"
)

// vpcCniConfig is the configuration of the VPC CNI (amazon-vpc-cni-k8s, "CNI
// Configuration Variables").
//
// Where pods get their addresses is left to enhanced subnet discovery, on by default
// since 1.18: secondary interfaces go to the subnets of the node's zone that are tagged
// kubernetes.io/role/cni=1, and a node subnet tagged =0 serves no pods. Custom networking
// (ENIConfig) would do the same with an object per zone in every cluster, fall behind
// whenever a zone is added, and take the primary interface away from pods all the same.
// AWS recommends discovery for most uses; it works together with prefix delegation,
// network policies and security groups for pods (Amazon EKS User Guide, "Configure
// subnet selection for Pod IP addresses").
type vpcCniConfig struct {
	EnableNetworkPolicy string    `json:"enableNetworkPolicy"`
	Env                 vpcCniEnv `json:"env"`
}

// vpcCniEnv are environment variables: all values are strings.
type vpcCniEnv struct {
	// EnablePrefixDelegation hands a node /28 blocks instead of single addresses.
	EnablePrefixDelegation string `json:"ENABLE_PREFIX_DELEGATION"`
	// WarmPrefixTarget is how many free blocks a node keeps.
	WarmPrefixTarget string `json:"WARM_PREFIX_TARGET"`
	// PodSecurityGroupEnforcingMode must be standard with Istio ambient: strict, the
	// default, drops the kubelet's probes, which ambient readdresses (I2).
	PodSecurityGroupEnforcingMode string `json:"POD_SECURITY_GROUP_ENFORCING_MODE"`
	// ExternalSNAT off translates traffic that leaves the VPC to the node's address. Pod
	// ranges are not routed beyond the VPC, and repeat between VPCs (N2).
	ExternalSNAT string `json:"AWS_VPC_K8S_CNI_EXTERNALSNAT"`
}

func newVpcCniConfig(warmPrefixes int) vpcCniConfig {
	return vpcCniConfig{
		EnableNetworkPolicy: "true",
		Env: vpcCniEnv{
			EnablePrefixDelegation:        "true",
			WarmPrefixTarget:              strconv.Itoa(warmPrefixes),
			PodSecurityGroupEnforcingMode: "standard",
			ExternalSNAT:                  "false",
		},
	}
}
