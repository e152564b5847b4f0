// Package mesh follows a request inside a cluster: through Istio's gateways, waypoints,
// ztunnels and sidecars to a pod, as far as the cluster's objects decide it. Nothing is
// sent. It works on a snapshot of objects, whoever has taken it: the load balancers'
// health checks, `sandbox request`.
//
// What decides, from Istio's documentation ("Ambient and the data plane",
// "Authorization Policy", "PeerAuthentication", "Use Layer 7 features") and the Gateway
// API's:
//
//   - A pod is in the mesh by a sidecar, by the CNI agent's annotation, or as a gateway.
//     Plaintext to one under STRICT is refused, except to a gateway's own listener.
//   - A gateway follows the HTTPRoutes of its listener to a Service; without one it
//     answers 404, without a ready endpoint 503.
//   - To a Service that is bound to a waypoint ztunnel goes through that, gateways only
//     where the Service or its namespace says istio.io/ingress-use-waypoint; sidecars not.
//     The pod behind then sees the waypoint's identity.
//   - Authorization policies with targetRefs hold at the gateway or waypoint, others at
//     the pod. ztunnel knows no requests: a rule of an ALLOW policy that names methods or
//     paths matches nothing there, one of a DENY policy is held without those.
//   - A waypoint takes requests for a Service by its HTTPRoutes, or by a VirtualService
//     in their place, whose faults it makes: an abort with its status, a delay, each for
//     a share of requests.
//
// It is a small evaluator, to see where requests go. What it cannot judge ends the
// request with a reason that names it: JWT, custom conditions, request header
// conditions, and all of a VirtualService but one rule with a fault. What Istio's own code makes of the policies is proven
// elsewhere, from its xDS.
package mesh
