// Package addons declares the EKS add-ons of a cluster with managed nodes.
//
// Nodes need some add-ons to become Ready, others need nodes to become ACTIVE. Hence
// two components, with the node groups between them:
//
//   - [NewBeforeNodes]: kube-proxy, eks-pod-identity-agent and vpc-cni.
//   - [NewAfterNodes]: coredns, metrics-server, eks-node-monitoring-agent and,
//     if configured, aws-ebs-csi-driver.
//
// A cluster in EKS Auto Mode declares none of them. Versions come from the table in
// internal/versions, keyed by the Kubernetes version of the cluster.
package addons
