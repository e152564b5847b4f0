package request

import (
	"cmp"
	"net/netip"
	"slices"
	"strings"

	corev1 "k8s.io/api/core/v1"

	"retail/sandbox/cloud"
	"retail/sandbox/cloud/ec2"
	"retail/sandbox/mesh"
)

// Cluster is where a request goes on from a target: to whichever pod the cluster's
// objects lead it.
type Cluster struct {
	// Name and VPC are the cluster's; two VPCs may give pods the same addresses.
	Name, VPC string
	Objects   *mesh.Snapshot
}

// Inside lets requests go on in clusters. Without, they end at a target's address.
func (w *World) Inside(clusters ...Cluster) {
	w.clusters = clusters
	for _, c := range clusters {
		c.Objects.Draw = w.draw.IntN
		c.Objects.Lost = func(p *corev1.Pod) bool { return w.broken[w.zone(c.VPC, p.Status.PodIP)] }
	}
}

// goOn follows the request into the cluster of its target. A target of no cluster
// answers by itself: whoever it is is not known here. One that does not answer is only
// named.
func (t *trace) goOn(address string, port int) {
	for _, c := range t.clusters {
		pod := c.Objects.Pod(address)
		if pod == nil || c.VPC != t.out.VPC {
			continue
		}
		t.out.Cluster, t.out.TargetPod = c.Name, pod.Namespace+"/"+pod.Name
		if t.out.Status != 200 {
			return
		}
		out := c.Objects.Enter(pod, port, mesh.Request{Method: t.request.Method, Host: t.host, Path: cmp.Or(t.request.URL.Path, "/"),
			Headers: t.request.Headers, Source: t.from()})
		for _, s := range out.Steps {
			t.hop(s.What, s.Name, "%s", s.Why)
		}
		t.delayed = out.Delay
		if out.Pod == nil {
			t.unanswered(out)
			return
		}
		t.out.Pod = out.Pod.Namespace + "/" + out.Pod.Name
		t.end(out.Status, "%s", out.Reason)
		return
	}
}

// unanswered ends a request that no pod answered. A target that resets the connection
// is a bad gateway to an Application Load Balancer ("HTTP 502: Bad gateway",
// "Troubleshoot your Application Load Balancers"); a Network Load Balancer passes the
// reset on.
func (t *trace) unanswered(out mesh.Result) {
	if out.Status == 0 && t.through != nil && text(t.through.State, "loadBalancerType") != "network" {
		t.end(502, "the target resets the connection: %s", out.Reason)
		t.byTarget = false
		return
	}
	if out.Status == 0 && t.request.From != nil { // what VPC Lattice answers then is [inferred]
		t.end(502, "the target resets the connection: %s", out.Reason)
		t.byTarget = false
		return
	}
	t.end(out.Status, "%s", out.Reason)
}

// from is an address of the load balancer that asks the target, or of VPC Lattice.
func (t *trace) from() string {
	if t.through == nil {
		if t.request.From != nil {
			return latticeAddress.String()
		}
		return ""
	}
	for _, i := range t.all(ec2.Interface) {
		if i.Owner == t.through.ID && text(i.State, "privateIp") != "" {
			return text(i.State, "privateIp")
		}
	}
	// Without interfaces, the first address that AWS leaves free in its first subnet.
	for _, id := range ec2.Texts(t.through.State, "subnets[*]") {
		at := slices.IndexFunc(t.all(ec2.Subnet), func(s *cloud.Record) bool { return s.ID == id })
		if at < 0 {
			continue
		}
		if p, err := netip.ParsePrefix(text(t.all(ec2.Subnet)[at].State, "cidrBlock")); err == nil {
			return p.Addr().Next().Next().Next().Next().String()
		}
	}
	return ""
}

// Call follows a request of one of a Service's pods to another Service of its cluster.
// Both are NAMESPACE/NAME.
func (c Cluster) Call(from, to string, port int, r mesh.Request) mesh.Result {
	namespace, name, _ := strings.Cut(to, "/")
	client := c.Objects.Behind(from)
	if client == nil {
		return mesh.Result{Reason: "Service " + from + " has no ready pod that could ask"}
	}
	return c.Objects.Call(client, namespace, name, port, r)
}
