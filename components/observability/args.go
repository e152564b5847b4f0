package observability

import (
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"retail/internal/mirror"
	"retail/internal/problem"
)

// Args configures what stands in one cluster.
type Args struct {
	// Cluster and ClusterArn are the cluster's name and ARN. Required.
	Cluster, ClusterArn pulumi.StringInput
	// Region, VPC and Colour say where it is; the last two become labels of what is
	// measured. Required.
	Region, VPC, Colour string
	// Control is the cluster's control plane: everything here goes with it. Required.
	Control pulumi.Resource
	// After is what must stand before: nodes, DNS, the namespace watched.
	After []pulumi.Resource
	// Watch says what dashboards and alerts are about. Its Mesh follows from Mesh below.
	// Required.
	Watch Watch
	// NodeCIDRs are the ranges of the nodes' addresses, where kubelets answer. Required.
	NodeCIDRs []string
	// DNSAddress is where DNS answers under EKS Auto Mode; empty with managed nodes.
	DNSAddress string
	// Mesh is the cluster's mesh; nil without one.
	Mesh *Mesh
	// RetentionHours is how long Prometheus keeps what it measured, in hours: on the pod's
	// own disk, so not longer than the pod lives. Required.
	RetentionHours int
	// Workspace is where measurements are sent to as well, and where alerts are watched
	// then; nil for nowhere.
	Workspace *Workspace
	// Grafana runs Grafana in the cluster. Kiali runs Kiali; it needs a mesh.
	Grafana, Kiali bool
	// Door is the load balancer before the pages of Grafana and Kiali; nil for none.
	Door *Door
	// Tracing says where traces go; nil for none. It needs a mesh.
	Tracing *Tracing
	// AccessLogs says which requests proxies log. Required with a mesh.
	AccessLogs AccessLogs
	// PasswordGeneration is raised by one to give Grafana's administrator another password,
	// and Kiali's sessions another key. Required.
	PasswordGeneration int
	// Mirror says where charts and images come from. Default: their public homes.
	Mirror mirror.Mirror
	// Tags are set on roles, on top of the provider's default tags.
	Tags map[string]string
}

// Mesh is the mesh of a cluster.
type Mesh struct {
	// RootNamespace is where Istio and its mesh-wide objects are. Required.
	RootNamespace string
	// After is what objects of Istio wait for. Required.
	After []pulumi.Resource
}

// Workspace is a workspace of Amazon Managed Service for Prometheus.
type Workspace struct {
	// Arn is the workspace's ARN. Endpoint is its address, with a slash at its end.
	Arn, Endpoint pulumi.StringInput
}

// Backend is where traces are kept.
type Backend string

// The backends.
const (
	// Jaeger keeps the last traces in its own memory, in the cluster.
	Jaeger Backend = "jaeger"
	// XRay is AWS X-Ray, reached through a collector in the cluster.
	XRay Backend = "xray"
)

// Tracing configures traces.
type Tracing struct {
	// Backend is where they go. Required.
	Backend Backend
	// SamplingPercent is of how many requests in a hundred there is a trace, 0 to 100.
	SamplingPercent int
}

func (a *Args) validate() error {
	var problems problem.List
	for path, given := range map[string]bool{
		"cluster": a.Cluster != nil, "clusterArn": a.ClusterArn != nil, "region": a.Region != "", "vpc": a.VPC != "",
		"colour": a.Colour != "", "control": a.Control != nil, "watch.namespace": a.Watch.Namespace != "", "watch.colours": len(a.Watch.Colours) > 0, "nodeCidrs": len(a.NodeCIDRs) > 0,
	} {
		if !given {
			problems.Add(path, "is required", nil, "set it")
		}
	}
	for path, number := range map[string]int{
		"retentionHours": a.RetentionHours, "watch.errorPercent": a.Watch.ErrorPercent, "watch.latencyMillis": a.Watch.LatencyMillis, "passwordGeneration": a.PasswordGeneration,
	} {
		if number < 1 {
			problems.Add(path, "must be 1 or more", number, "set it")
		}
	}
	if t := a.Tracing; t != nil {
		if t.Backend != Jaeger && t.Backend != XRay {
			problems.Add("tracing.backend", "must be jaeger or xray", string(t.Backend), "choose one of them")
		}
		if t.SamplingPercent < 0 || t.SamplingPercent > 100 {
			problems.Add("tracing.samplingPercent", "must be 0 to 100", t.SamplingPercent, "correct it")
		}
	}
	if d := a.Door; d != nil && (len(d.CIDRs) == 0 || d.Host == "" || d.HealthPathAnnotation == "") {
		problems.Add("door", "cidrs, host and healthPathAnnotation are required", nil, "give what the load balancer is")
	}
	a.validateMesh(&problems)
	return problems.Err()
}

// validateMesh holds that what shows a mesh has one to show.
func (a *Args) validateMesh(problems *problem.List) {
	switch m := a.Mesh; {
	case m == nil:
		for path, given := range map[string]bool{"kiali": a.Kiali, "tracing": a.Tracing != nil} {
			if given {
				problems.Add(path, "needs a mesh: it shows what the mesh's proxies report", nil, "give the cluster a mesh, or leave it out")
			}
		}
	case m.RootNamespace == "" || len(m.After) == 0:
		problems.Add("mesh", "rootNamespace and after are required", nil, "give what the mesh says is ready")
	case a.AccessLogs != ErrorLogs && a.AccessLogs != AllLogs && a.AccessLogs != NoLogs:
		problems.Add("accessLogs", "must be errors, all or none", string(a.AccessLogs), "choose one of them")
	}
}
