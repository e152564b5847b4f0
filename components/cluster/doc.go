// Package cluster raises one Amazon EKS cluster of a VPC: one colour of a blue/green pair.
//
// Three constructors, in the order in which a stack calls them:
//
//   - [NewDurable]: what outlives every colour of a VPC, the encryption key and
//     the control plane's log groups. Both are protected.
//   - [New]: one colour's control plane with its roles, security group, access
//     entries and Kubernetes provider. In EKS Auto Mode this is the whole cluster.
//   - [NewNodes]: the managed node groups of a colour with `compute: managed`,
//     called once the add-ons that nodes need are in place.
//
// The control plane comes from pulumi-eks v2.8.1. That release predates zonal
// shift, Auto Mode and control over the bootstrap of self-managed add-ons, so a
// transform scoped to the component completes the child it creates (see
// [Completion]).
package cluster
