// Package zonalshift does in a cluster what EKS does there while a zonal shift or an
// autoshift of the cluster is in effect (EKS User Guide, "Learn about ARC zonal shift in
// Amazon EKS", and ARC Developer Guide, "Amazon Elastic Kubernetes Service"):
//
//   - all nodes of the zone are cordoned; nothing is evicted and no node ends, so that the
//     zone has its full capacity when traffic returns. What was cordoned before stays so
//     afterwards;
//   - the EndpointSlice controller takes the zone's endpoints out of EndpointSlices, from
//     where kube-proxy, meshes and the AWS Load Balancer Controller know them: targets are
//     deregistered in consequence;
//   - managed node groups start no nodes in the zone (package cloud/eks).
//
// EKS runs an EndpointSlice controller of its own for it. The sandbox's is Kubernetes'
// own, which would put the endpoints back: while a shift is in effect a mutating webhook
// takes them out of whatever is written, so that every state the API server ever holds is
// without them. The controller in turn finds its slices as it last left them, and rests.
// The webhook's configuration is there only as long, and its presence says that a shift has
// not been undone yet, so that a daemon that has been away goes on from it.
package zonalshift
