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

// Reloader is Stakater Reloader, which restarts Deployments when a Secret changes.
//
// 2.2.17 brings Reloader 1.4.22. Charts of the first half of 2026 and before cannot name
// the namespaces that it watches: outside them it would have to read every Secret of the
// cluster (stakater/Reloader#1162). It asks for
// Kubernetes 1.19 (its documentation, "Installation").
var Reloader = Chart{
	Name: "reloader", Version: "2.2.17", Home: "https://stakater.github.io/stakater-charts",
	OldestKubernetes: Minor{1, 19},
}

// ReloaderApp is the release of Reloader that its chart installs: the tag of its image.
const ReloaderApp = "v1.4.22"

// LatticeController is the AWS Gateway API Controller, which makes services, rules and target
// groups in VPC Lattice of objects of the Gateway API.
//
// 2.1 is built on Gateway API 1.5.0, as the load balancer controller of this table is; 2.1.2
// takes an existing target group as a backend, and 2.1 puts back what was changed behind its
// back (its documentation, "Upgrading from v2.0.x to v2.1.y" and "Drift Detection"). The
// version of its chart has a "v", as its tag in the registry does.
var LatticeController = Chart{
	Name: "aws-gateway-controller-chart", Version: "v2.1.3", Home: "oci://public.ecr.aws/aws-application-networking-k8s",
	OldestKubernetes: Minor{1, 31},
}

// Charts returns all charts of the table.
func Charts() []Chart {
	all := append([]Chart{LoadBalancerController, LatticeController, Reloader}, observabilityCharts()...)
	for _, release := range istioReleases {
		for _, name := range []string{IstioBase, Istiod, IstioCNI, IstioZtunnel} {
			all = append(all, release.Chart(name))
		}
	}
	return all
}
