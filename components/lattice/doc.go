// Package lattice leads east-west callers to the shop through Amazon VPC Lattice: the hub's
// service network of an environment ([NewNetwork]), a VPC's place in it ([NewAssociation]),
// and in each cluster the AWS Gateway API Controller ([NewController]), what the cluster
// offers ([NewEntry]) and, in one of a VPC's clusters, the route over what all of them offer
// ([NewRoute]).
//
// # Order
//
// Network, its auth policy and its share; association; controller; Gateway; every colour's
// export; route. Each waits for the one before, and goes before it: a controller finds a
// network of another account only through its VPC's association (V2), a route with a backend
// whose target group is missing is not written at all, and what has a finalizer needs its
// controller to go (V7).
//
// # Who owns what
//
// The controller marks what it makes with the cluster's name, and leaves alone what another
// one marked ([retail/internal/lattice.ManagedBy]). One cluster of a VPC has the HTTPRoute,
// and so the service, its listener and its rule; a target group belongs to the cluster that
// exports it. The route's backends are imports of all exports, of its own cluster's too: a
// backend that is a Service would have a target group of its own, which a new owner would
// fill only after it took over. So the new owner sends to the very target groups that the
// old one did, and only marks change hands.
package lattice
