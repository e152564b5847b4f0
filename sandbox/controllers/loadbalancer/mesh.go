package loadbalancer

import (
	"slices"
	"strconv"
	"strings"

	corev1 "k8s.io/api/core/v1"

	"retail/sandbox/cloud"
	"retail/sandbox/cloud/ec2"
	"retail/sandbox/cloud/elbv2"
	"retail/sandbox/controllers/internal/kube"
	"retail/sandbox/mesh"
)

// inMesh is the cluster as Istio's proxies see it; nil in a cluster without any of
// their objects.
func (c *controller) inMesh() *mesh.Snapshot {
	s := &mesh.Snapshot{Pods: kube.All[pod](c.store.pods), Services: kube.All[service](c.store.services), Slices: kube.All[slice](c.store.slices),
		Namespaces: kube.All[*corev1.Namespace](c.store.namespaces)}
	some := false
	for _, r := range mesh.Resources() {
		objects, _ := c.store.Objects(r)
		for _, o := range objects {
			some = true
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

// meshHealth is what a health check finds that goes on in the mesh from a pod that is
// up: mesh pods under STRICT reset it (I1), and a gateway answers for the pods that
// its routes lead to. A check that only connects learns nothing of either: proxies
// take every connection.
func (c *controller) meshHealth(call *cloud.Call, s *mesh.Snapshot, group *cloud.Record, p pod, port int) (state, reason string) {
	check := func(name string) string { return ec2.Text(group.State, "healthCheck."+name) }
	if check("protocol") == "TCP" {
		return elbv2.Healthy, ""
	}
	request := mesh.Request{Method: "GET", Host: p.Status.PodIP, Path: check("path"), Source: source(call, group.ID)}
	out := s.Enter(p, port, request)
	switch {
	case out.Status == 0:
		return elbv2.Unhealthy, "Target.FailedHealthChecks"
	case !expected(check("matcher"), out.Status):
		return elbv2.Unhealthy, "Target.ResponseCodeMismatch"
	case out.Pod != nil && out.Pod != p:
		if paths, _ := answers(out.Pod, containerPort(out.Pod)); len(paths) > 0 && !slices.Contains(paths, request.Path) {
			return elbv2.Unhealthy, "Target.ResponseCodeMismatch"
		}
	}
	return elbv2.Healthy, ""
}

// containerPort is the first port of a pod's first container: its own.
func containerPort(p pod) int {
	for _, c := range p.Spec.Containers {
		if len(c.Ports) > 0 {
			return int(c.Ports[0].ContainerPort)
		}
	}
	return 0
}

// source is the address of a load balancer that uses a target group.
func source(call *cloud.Call, group string) string {
	for _, lb := range elbv2.LoadBalancersOf(call, group) {
		for _, i := range ec2.Interfaces(call, lb) {
			if at := ec2.Text(i.State, "privateIp"); at != "" {
				return at
			}
		}
	}
	return ""
}

// expected tells whether a status is one of a matcher's, "200", "200,302" or
// "200-299"; without one, 200.
func expected(matcher string, status int) bool {
	if matcher == "" {
		return status == 200
	}
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
