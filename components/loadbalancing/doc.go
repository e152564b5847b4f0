// Package loadbalancing lets a cluster use AWS load balancers: it installs the AWS Load
// Balancer Controller, or uses what EKS Auto Mode brings, or both side by side, and
// declares what they act on: bindings to target groups that exist ([NewBinding]), an
// internal Application Load Balancer by an Ingress ([NewIngress]) and a Network Load
// Balancer before another ingress ([NewNetworkLoadBalancer]).
//
// Everything that the controllers act on depends on [Controller.Ready] (L1), and is deleted
// for real, while its controller still runs and may still do what it must (L3): it never
// carries DeletedWith. The controller itself and its classes do.
//
// # Two controllers in one cluster
//
// With [Both], a cluster with Auto Mode has a second set of classes, which the installed
// controller serves. No load balancer can be handed over (Amazon EKS User Guide, "Enable
// EKS Auto Mode on existing EKS clusters"); an Ingress moves from one controller to the
// other by standing twice: declare it again for the other [Mode], move its clients, drop
// the first. The mode is part of an Ingress's and a Service's name here, so that neither
// is ever changed in place: loadBalancerClass is immutable, and a changed class would
// take the old load balancer down before the new one is up (L9).
package loadbalancing
