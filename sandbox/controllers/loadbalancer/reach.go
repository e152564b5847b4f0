package loadbalancer

import (
	"net/netip"
	"slices"

	"retail/sandbox/cloud"
	"retail/sandbox/cloud/ec2"
	"retail/sandbox/cloud/eks"
	"retail/sandbox/cloud/elbv2"
	"retail/sandbox/controllers/internal/kube"
)

// reached tells whether a load balancer that uses a target group gets through to
// a pod's port: its security groups and those of the pod's node decide. A packet
// that they drop is a health check that times out.
func (c *controller) reached(call *cloud.Call, group string, p pod, port int) bool {
	address, err := netip.ParseAddr(p.Status.PodIP)
	n, ok := kube.Find[node](c.store.nodes, p.Spec.NodeName)
	if err != nil || !ok {
		return false
	}
	to := ec2.Peer{Address: address, Groups: nodeGroups(call, c.plane.Spec.Name, instanceOf(n))}
	return slices.ContainsFunc(elbv2.LoadBalancersOf(call, group), func(lb string) bool {
		return slices.ContainsFunc(ec2.Interfaces(call, lb), func(i *cloud.Record) bool {
			from, err := netip.ParseAddr(ec2.Text(i.State, "privateIp"))
			return err == nil && ec2.Admits(call, ec2.Peer{Address: from, Groups: ec2.Texts(i.State, "securityGroups[*]")}, to, port)
		})
	})
}

// nodeGroups are the security groups of a node's network interface, which its pods
// share. Nodes of Auto Mode have the cluster's.
func nodeGroups(c *cloud.Call, cluster, instance string) []string {
	for _, i := range c.List(ec2.Interface) {
		if ec2.Text(i.State, "description") == "aws-K8S-"+instance {
			return ec2.Texts(i.State, "securityGroups[*]")
		}
	}
	if r := c.Get(eks.Cluster, cluster); r != nil {
		return []string{ec2.Text(r.State, "vpcConfig.clusterSecurityGroupId")}
	}
	return nil
}
