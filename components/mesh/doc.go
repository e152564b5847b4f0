// Package mesh installs Istio in ambient mode: base (resource definitions), istiod (the
// control plane), the CNI plugin and ztunnel, in this order and all of one version.
//
// Traffic of pods in namespaces with the label istio.io/dataplane-mode: ambient then goes
// through ztunnel on its node, which encrypts it and knows both ends by their certificates.
// What reads requests, a waypoint or a gateway, belongs to the workloads and is declared
// with them.
package mesh
