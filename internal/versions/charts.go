package versions

// Chart is a Helm chart in the one version this program installs.
type Chart struct {
	// Name and Version are the chart's.
	Name, Version string
	// Home is where it is published: https:// of a repository or oci:// of a registry's
	// folder.
	Home string
	// OldestKubernetes is the first minor version it supports.
	OldestKubernetes Minor
}

// LoadBalancerController is the AWS Load Balancer Controller.
//
// 3.4.3 is the last release built on Gateway API 1.5, which Istio 1.30 and the Lattice
// controller 2.1 also need; 3.5 demands 1.6, which neither claims (their go.mod files).
// The three share one set of resource definitions in a cluster, so that they move
// together. That set asks for Kubernetes 1.31 (Gateway API, "Supported Versions").
var LoadBalancerController = Chart{
	Name: "aws-load-balancer-controller", Version: "3.4.3", Home: "https://aws.github.io/eks-charts",
	OldestKubernetes: Minor{1, 31},
}

// Charts returns all charts of the table.
func Charts() []Chart { return []Chart{LoadBalancerController} }
