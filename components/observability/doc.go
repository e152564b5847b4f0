// Package observability makes the platform visible: metrics, traces, logs, and the
// dashboards and alerts over them.
//
// Two parts. [Cluster] is what stands in one cluster and goes with it: Prometheus, Grafana,
// Kiali, a tracing backend or a collector, and the objects that tell the mesh what to
// report. [Durable] belongs to the VPC and outlives colours: the workspaces of Amazon
// Managed Service for Prometheus and Amazon Managed Grafana, the CloudWatch dashboard that
// shows blue beside green, saved queries for logs.
//
// Nothing here is reachable from the internet. Operators come in by `kubectl port-forward`,
// which asks for the same rights as any other access, or from private networks: to a
// cluster's pages through an internal load balancer that asks who they are ([Door]), to
// Amazon Managed Grafana through an endpoint in the VPC. docs/observability.md says how.
//
// The namespace observability is not part of the mesh. Prometheus reads the proxies' own
// ports, which the mesh leaves in plain text (Istio, "Prometheus", "Metrics merging"); were
// it inside, a broken mesh would take the means to see it along.
package observability
