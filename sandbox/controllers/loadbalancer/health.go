package loadbalancer

import (
	"net/netip"
	"slices"
	"strconv"

	corev1 "k8s.io/api/core/v1"

	"retail/sandbox/cloud"
	"retail/sandbox/cloud/ec2"
	"retail/sandbox/cloud/elbv2"
	"retail/sandbox/controllers/internal/kube"
)

// checkHealth is what load balancers find when they ask the pods of this cluster:
// it goes on whether a controller lives or not. Targets of other clusters are
// left to these.
func (c *controller) checkHealth() {
	account, region := c.plane.Spec.Account, c.plane.Spec.Region
	byAddress := map[string]pod{}
	for _, p := range kube.All[pod](c.store.pods) {
		if p.Status.PodIP != "" && !p.Spec.HostNetwork && p.Status.Phase == corev1.PodRunning {
			byAddress[p.Status.PodIP] = p
		}
	}
	blocks, mesh := c.podBlocks(), c.inMesh()
	type finding struct {
		group         string
		target        elbv2.Target
		state, reason string
	}
	var news []finding
	_ = c.world.View(account, region, func(call *cloud.Call) error { // it only reads
		for _, g := range call.List(elbv2.TargetGroup) {
			for _, h := range elbv2.Health(call, g.ID) {
				state, reason, mine := "", "", false
				if g.State["targetType"] == "instance" {
					state, mine = c.nodeHealth(h.Target.ID)
				} else if p, ok := byAddress[h.Target.ID]; ok {
					mine, c.seen[h.Target.ID] = true, true
					state, reason = podHealth(p, h.Target.Port, g.State)
					if state == elbv2.Healthy && !c.reached(call, g.ID, p, healthPort(g.State, h.Target.Port)) {
						state, reason = elbv2.Unhealthy, "Target.Timeout"
					}
					if state == elbv2.Healthy && mesh != nil {
						state, reason = c.meshHealth(call, mesh, g, p, healthPort(g.State, h.Target.Port))
					}
				} else if address, err := netip.ParseAddr(h.Target.ID); err == nil {
					mine = c.seen[h.Target.ID] || slices.ContainsFunc(blocks, func(b netip.Prefix) bool { return b.Contains(address) })
					state, reason = elbv2.Unhealthy, "Target.Timeout"
				}
				if mine && h.State != elbv2.Unused && (h.State != state || h.Reason != reason) {
					news = append(news, finding{g.ID, h.Target, state, reason})
				}
			}
		}
		return nil
	})
	if len(news) == 0 {
		return
	}
	err := c.world.Change(account, region, "health checks of "+c.plane.Spec.Name, func(call *cloud.Call) error {
		for _, n := range news {
			// It may have been deregistered since.
			if err := elbv2.SetHealth(call, n.group, n.target, n.state, n.reason); err != nil && cloud.Code(err) == "" {
				return err
			}
		}
		return nil
	})
	if err != nil {
		c.log.Warn("health checks", "error", err)
	}
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

// nodeHealth is that of a target that is an instance: kube-proxy answers on every
// node.
func (c *controller) nodeHealth(instance string) (state string, mine bool) {
	for _, n := range kube.All[node](c.store.nodes) {
		if instanceOf(n) == instance {
			return elbv2.Healthy, true
		}
	}
	return "", false
}

// podHealth is the answer of a pod to a target group's health check. The pod is
// no process: what it would answer is read from what it declares. Its ports are
// those of its containers; the paths that it serves on a port are those of its
// own HTTP probes there, or any where it has none.
func podHealth(p pod, port int, group cloud.Props) (state, reason string) {
	check := func(name string) string { return ec2.Text(group, "healthCheck."+name) }
	if p.DeletionTimestamp != nil || !isTrue(p, corev1.ContainersReady) {
		return elbv2.Unhealthy, "Target.FailedHealthChecks"
	}
	paths, listens := answers(p, healthPort(group, port))
	switch {
	case !listens:
		return elbv2.Unhealthy, "Target.FailedHealthChecks"
	case check("protocol") == "TCP" || len(paths) == 0 || slices.Contains(paths, check("path")):
		return elbv2.Healthy, ""
	}
	return elbv2.Unhealthy, "Target.ResponseCodeMismatch"
}

// healthPort is the port that a group's health check asks.
func healthPort(group cloud.Props, port int) int {
	if n, err := strconv.Atoi(ec2.Text(group, "healthCheck.port")); err == nil {
		return n
	}
	return port
}

// answers are the paths that a pod's probes name on a port, and whether it listens
// there at all.
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
