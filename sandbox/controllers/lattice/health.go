package lattice

import (
	"net/netip"
	"slices"
	"strconv"
	"strings"

	corev1 "k8s.io/api/core/v1"

	"retail/sandbox/cloud"
	"retail/sandbox/cloud/ec2"
	"retail/sandbox/cloud/eks"
	"retail/sandbox/cloud/vpclattice"
	"retail/sandbox/controllers/internal/kube"
	"retail/sandbox/mesh"
)

// lattice is an address that VPC Lattice's health checks and requests come from, of its
// managed prefix list ("Control traffic in VPC Lattice using security groups").
var latticeAddress = netip.MustParseAddr("169.254.171.10")

// finding is what a health check says that was not known.
type finding struct {
	group          string
	target         vpclattice.Target
	status, reason string
}

// checkHealth is what VPC Lattice finds when it asks the pods of this cluster: it goes on
// whether a controller lives or not. Targets of other clusters are left to these.
func (c *controller) checkHealth() {
	account, region := c.plane.Spec.Account, c.plane.Spec.Region
	byAddress := map[string]pod{}
	for _, p := range kube.All[pod](c.store.pods) {
		if p.Status.PodIP != "" && !p.Spec.HostNetwork && p.Status.Phase == corev1.PodRunning {
			byAddress[p.Status.PodIP] = p
		}
	}
	var news []finding
	_ = c.world.View(account, region, func(call *cloud.Call) error { // it only reads
		groups := call.List(vpclattice.TargetGroup)
		if len(groups) == 0 {
			return nil
		}
		blocks, mesh, vpc := c.podBlocks(), c.inMesh(), c.vpcOf(call)
		for _, g := range groups {
			if ec2.Text(g.State, "type") != vpclattice.TypeIP || vpc != "" && ec2.Text(g.State, "config.vpcIdentifier") != vpc {
				continue
			}
			for _, h := range vpclattice.Health(call, g) {
				status, reason, mine := c.ask(call, g, h.Target, byAddress, blocks, mesh)
				known := h.Status == vpclattice.Unused || h.Status == vpclattice.Unavailable || h.Status == status && h.Reason == reason
				if mine && !known {
					news = append(news, finding{g.ID, h.Target, status, reason})
				}
			}
		}
		return nil
	})
	if len(news) == 0 {
		return
	}
	err := c.world.Change(account, region, "lattice health checks of "+c.plane.Spec.Name, func(call *cloud.Call) error {
		for _, n := range news {
			// It may have been deregistered since.
			if err := vpclattice.SetHealth(call, n.group, n.target, n.status, n.reason); err != nil && cloud.Code(err) == "" {
				return err
			}
		}
		return nil
	})
	if err != nil {
		c.log.Warn("health checks", "error", err)
	}
}

// vpcOf is the cluster's; "" where the world knows none.
func (c *controller) vpcOf(call *cloud.Call) string {
	if r := call.Get(eks.Cluster, c.plane.Spec.Name); r != nil {
		return ec2.Text(r.State, "vpcConfig.vpcId")
	}
	return ""
}

// ask is one health check. It is not this cluster's business when the address is none of
// its pods'.
func (c *controller) ask(call *cloud.Call, g *cloud.Record, t vpclattice.Target, pods map[string]pod, blocks []netip.Prefix, m *mesh.Snapshot) (status, reason string, mine bool) {
	p, ok := pods[t.ID]
	if !ok {
		address, err := netip.ParseAddr(t.ID)
		mine = err == nil && (c.seen[t.ID] || slices.ContainsFunc(blocks, func(b netip.Prefix) bool { return b.Contains(address) }))
		return vpclattice.Unhealthy, "Target.Timeout", mine
	}
	c.seen[t.ID] = true
	port := t.Port
	if n := ec2.Number(g.State, "config.healthCheck.port"); n != 0 {
		port = n
	}
	paths, listens := answers(p, port)
	switch {
	case p.DeletionTimestamp != nil || !isTrue(p, corev1.ContainersReady) || !listens:
		return vpclattice.Unhealthy, "Target.FailedHealthChecks", true
	case !c.reached(call, p, port):
		return vpclattice.Unhealthy, "Target.Timeout", true
	case m == nil && len(paths) > 0 && !slices.Contains(paths, ec2.Text(g.State, "config.healthCheck.path")):
		return vpclattice.Unhealthy, "Target.ResponseCodeMismatch", true
	case m == nil:
		return vpclattice.Healthy, "", true
	}
	status, reason = meshHealth(m, g, p, port)
	return status, reason, true
}

// meshHealth is what a health check finds that goes on in the mesh from a pod that is up:
// mesh pods under STRICT reset it, and a gateway answers for the pods behind it (I1, I6).
func meshHealth(m *mesh.Snapshot, g *cloud.Record, p pod, port int) (status, reason string) {
	request := mesh.Request{Method: "GET", Host: p.Status.PodIP, Path: ec2.Text(g.State, "config.healthCheck.path"), Source: latticeAddress.String()}
	out := m.Enter(p, port, request)
	switch {
	case out.Status == 0:
		return vpclattice.Unhealthy, "Target.FailedHealthChecks"
	case !expected(ec2.Text(g.State, "config.healthCheck.matcher.value"), out.Status):
		return vpclattice.Unhealthy, "Target.ResponseCodeMismatch"
	case out.Pod != nil:
		if paths, _ := answers(out.Pod, containerPort(out.Pod)); len(paths) > 0 && !slices.Contains(paths, request.Path) {
			return vpclattice.Unhealthy, "Target.ResponseCodeMismatch"
		}
	}
	return vpclattice.Healthy, ""
}

// inMesh is the cluster as Istio's proxies see it; nil in a cluster without any of their
// objects.
func (c *controller) inMesh() *mesh.Snapshot {
	s := &mesh.Snapshot{Pods: kube.All[pod](c.store.pods), Services: kube.All[service](c.store.services), Slices: kube.All[slice](c.store.slices),
		Namespaces: kube.All[*corev1.Namespace](c.store.namespaces)}
	some := false
	for _, r := range mesh.Resources() {
		objects, _ := c.store.Objects(r)
		for _, o := range objects {
			some = some || strings.HasSuffix(r.Group, "istio.io")
			if err := s.Add(o); err != nil {
				c.log.Warn("health checks", "error", err)
			}
		}
	}
	if !some {
		return nil
	}
	return s
}

// reached tells whether VPC Lattice gets through to a pod's port: its node's security
// groups decide, of which one must let the managed prefix list in (V3). A packet that
// they drop is a health check that times out.
func (c *controller) reached(call *cloud.Call, p pod, port int) bool {
	n, ok := kube.Find[node](c.store.nodes, p.Spec.NodeName)
	address, err := netip.ParseAddr(p.Status.PodIP)
	if err != nil || !ok {
		return false
	}
	groups, known := nodeGroups(call, c.plane.Spec.Name, n)
	return !known || ec2.Admits(call, ec2.Peer{Address: latticeAddress}, ec2.Peer{Address: address, Groups: groups}, port)
}

// nodeGroups are the security groups of a node's network interface, which its pods share;
// nodes of Auto Mode have the cluster's. Unknown where the world has no such cluster.
func nodeGroups(c *cloud.Call, cluster string, n node) (groups []string, known bool) {
	instance := n.Spec.ProviderID[strings.LastIndex(n.Spec.ProviderID, "/")+1:]
	for _, i := range c.List(ec2.Interface) {
		if ec2.Text(i.State, "description") == "aws-K8S-"+instance {
			return ec2.Texts(i.State, "securityGroups[*]"), true
		}
	}
	if r := c.Get(eks.Cluster, cluster); r != nil && ec2.Text(r.State, "vpcConfig.clusterSecurityGroupId") != "" {
		return []string{ec2.Text(r.State, "vpcConfig.clusterSecurityGroupId")}, true
	}
	return nil, false
}

// podBlocks are where the cluster's pods have their addresses.
func (c *controller) podBlocks() []netip.Prefix {
	var out []netip.Prefix
	for _, n := range kube.All[node](c.store.nodes) {
		if p, err := netip.ParsePrefix(n.Spec.PodCIDR); err == nil {
			out = append(out, p)
		}
	}
	return out
}

// answers are the paths that a pod's probes name on a port, and whether it listens there
// at all: the pod is no process, and what it would answer is read from what it declares.
func answers(p pod, port int) (paths []string, listens bool) {
	for _, c := range p.Spec.Containers {
		named := map[string]int{}
		for _, cp := range c.Ports {
			named[cp.Name] = int(cp.ContainerPort)
			listens = listens || int(cp.ContainerPort) == port
		}
		for _, probe := range []*corev1.Probe{c.ReadinessProbe, c.LivenessProbe, c.StartupProbe} {
			if probe == nil || probe.HTTPGet == nil {
				continue
			}
			at := probe.HTTPGet.Port.IntValue()
			if name := probe.HTTPGet.Port.StrVal; name != "" {
				at = named[name]
			}
			if at == port {
				paths = append(paths, probe.HTTPGet.Path)
			}
		}
	}
	return paths, listens
}

// containerPort is the first port of a pod's first container with one.
func containerPort(p pod) int {
	for _, c := range p.Spec.Containers {
		if len(c.Ports) > 0 {
			return int(c.Ports[0].ContainerPort)
		}
	}
	return 0
}

// expected tells whether a status is one of a matcher's, "200", "200,302" or "200-299".
func expected(matcher string, status int) bool {
	return slices.ContainsFunc(strings.Split(matcher, ","), func(part string) bool {
		low, high, ranged := strings.Cut(strings.TrimSpace(part), "-")
		if !ranged {
			high = low
		}
		from, err := strconv.Atoi(low)
		to, errTo := strconv.Atoi(high)
		return err == nil && errTo == nil && from <= status && status <= to
	})
}
