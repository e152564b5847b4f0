package versions

import "maps"

// Names of the EKS add-ons this program declares.
const (
	VpcCni           = "vpc-cni"
	KubeProxy        = "kube-proxy"
	PodIdentityAgent = "eks-pod-identity-agent"
	CoreDNS          = "coredns"
	MetricsServer    = "metrics-server"
	NodeMonitoring   = "eks-node-monitoring-agent"
	EbsCsiDriver     = "aws-ebs-csi-driver"
	SecretsStore     = "aws-secrets-store-csi-driver-provider"
	CloudWatch       = "amazon-cloudwatch-observability"
)

type entry struct {
	standardSupportEnds string
	addons              map[string]string
}

// anyVersion holds the add-ons whose builds serve every version of the table.
//
// vpc-cni is kept at 1.22.4, the build EKS offers by default for all four minors; it
// knows the subnet tag kubernetes.io/role/cni=0, on which the split of node and pod
// addresses rests.
//
// amazon-cloudwatch-observability is kept before 6.0, which measures by OpenTelemetry
// as well, under other names and for another price. That EKS offers this build for 1.36
// is [inferred] from its being offered for 1.33 to 1.35.
var anyVersion = map[string]string{
	VpcCni:           "v1.22.4-eksbuild.3",
	PodIdentityAgent: "v1.3.10-eksbuild.3",
	MetricsServer:    "v0.9.0-eksbuild.11",
	NodeMonitoring:   "v1.7.2-eksbuild.1",
	EbsCsiDriver:     "v1.66.0-eksbuild.1",
	SecretsStore:     "v3.1.3-eksbuild.1",
	CloudWatch:       "v5.4.0-eksbuild.1",
}

// table is the one place where versions meet.
//
// Sources: end of standard support from the Amazon EKS User Guide, "Amazon EKS
// Kubernetes release calendar"; add-on versions as `aws eks describe-addon-versions`
// offered them in September 2026. Before adding a minor, ask that command for each
// add-on: kube-proxy and CoreDNS are built per minor.
var table = map[Minor]entry{
	{1, 33}: {"2026-07-29", with("v1.33.10-eksbuild.29", "v1.12.4-eksbuild.38")},
	{1, 34}: {"2026-12-02", with("v1.34.6-eksbuild.29", "v1.12.4-eksbuild.38")},
	{1, 35}: {"2027-03-27", with("v1.35.3-eksbuild.29", "v1.13.2-eksbuild.31")},
	{1, 36}: {"2027-08-02", with("v1.36.0-eksbuild.25", "v1.14.3-eksbuild.23")},
}

func with(kubeProxy, coreDNS string) map[string]string {
	addons := maps.Clone(anyVersion)
	addons[KubeProxy] = kubeProxy
	addons[CoreDNS] = coreDNS
	return addons
}
