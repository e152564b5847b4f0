package lattice

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	corev1 "k8s.io/api/core/v1"
	discoveryv1 "k8s.io/api/discovery/v1"

	"retail/sandbox/cloud"
	"retail/sandbox/cloud/ec2"
	"retail/sandbox/cloud/vpclattice"
	"retail/sandbox/controllers/internal/kube"
)

// group is a target group that should be, and what its targets are.
type group struct {
	namespace, service string            // of the tags; an export's own name
	tags               map[string]string // by which it is found again
	protocol, version  string
	health             cloud.Props
	targets            []endpoint
}

// endpoint is a pod's address behind a Service's port.
type endpoint struct {
	address string
	port    int
	pod     *corev1.Pod
	ready   bool
}

func (e endpoint) String() string { return fmt.Sprintf("%s:%d", e.address, e.port) }

func (e endpoint) target() vpclattice.Target { return vpclattice.Target{ID: e.address, Port: e.port} }

// sign changes with what the group should be.
func (g *group) sign() string {
	return fmt.Sprint(g.namespace, "/", g.service, g.tags, g.protocol, g.version, g.health, g.targets)
}

// groupPort is the port of every target group; targets have their own.
const groupPort = 80

// newGroup is the target group of a Service; the policy decides its protocol.
func (w *worker) newGroup(source, name string, s service, p *groupPolicy) (*group, error) {
	if len(s.Spec.IPFamilies) != 1 {
		return nil, errors.New("Lattice Target Group only supports single stack IP addresses") //nolint:staticcheck // the controller's text
	}
	if s.Spec.IPFamilies[0] != corev1.IPv4Protocol {
		return nil, errors.New("target groups of IPv6 are not simulated: extend sandbox/controllers/lattice/groups.go")
	}
	g := &group{namespace: s.Namespace, service: name, protocol: "HTTP", version: "HTTP1"}
	if p != nil && p.Spec.Protocol != "" {
		g.protocol = p.Spec.Protocol
	}
	if p != nil && p.Spec.ProtocolVersion != "" {
		g.version = p.Spec.ProtocolVersion
	}
	if g.protocol == "TCP" || g.version == "GRPC" {
		return nil, fmt.Errorf("target groups of %s %s are not simulated: extend sandbox/controllers/lattice/groups.go", g.protocol, g.version)
	}
	g.health = healthCheck(p, g.version)
	g.tags = map[string]string{tagCluster: w.cluster, tagServiceSpace: s.Namespace, tagService: name, tagSource: source, tagVersion: g.version}
	return g, nil
}

// healthCheck is a policy's, filled up with VPC Lattice's defaults (pkg/deploy/lattice,
// target_group_manager.go): only HTTP/1 is checked by default.
func healthCheck(p *groupPolicy, version string) cloud.Props {
	out := cloud.Props{"enabled": version == "HTTP1", "healthCheckIntervalSeconds": 30.0, "healthCheckTimeoutSeconds": 5.0,
		"healthyThresholdCount": 5.0, "unhealthyThresholdCount": 2.0, "path": "/", "protocol": "HTTP", "protocolVersion": version,
		"matcher": cloud.Props{"value": "200"}}
	if p == nil || p.Spec.HealthCheck == nil {
		return out
	}
	h := p.Spec.HealthCheck
	if h.Enabled != nil {
		out["enabled"] = *h.Enabled
	}
	for name, n := range map[string]int{"healthCheckIntervalSeconds": h.IntervalSeconds, "healthCheckTimeoutSeconds": h.TimeoutSeconds,
		"healthyThresholdCount": h.HealthyThresholdCount, "unhealthyThresholdCount": h.UnhealthyThresholdCount, "port": h.Port} {
		if n != 0 {
			out[name] = float64(n)
		}
	}
	for name, s := range map[string]string{"path": h.Path, "protocol": h.Protocol, "protocolVersion": h.ProtocolVersion} {
		if s != "" {
			out[name] = s
		}
	}
	if h.StatusMatch != "" {
		out["matcher"] = cloud.Props{"value": h.StatusMatch}
	}
	return out
}

// endpoints are the pods behind some ports of a Service; no port means all. Those that
// are going are left out, those that are not ready yet are in only for their gate.
func (w *worker) endpoints(s service, ports ...int) []endpoint {
	names := map[string]bool{}
	every := len(ports) == 0
	for _, p := range s.Spec.Ports {
		if slices.Contains(ports, int(p.Port)) {
			every = every || p.Name == ""
			names[p.Name] = true
		}
	}
	var out []endpoint
	for _, es := range kube.All[slice](w.store.slices) {
		if es.Namespace != s.Namespace || es.Labels[discoveryv1.LabelServiceName] != s.Name || es.AddressType != discoveryv1.AddressTypeIPv4 {
			continue
		}
		for _, p := range es.Ports {
			if p.Port == nil || !every && (p.Name == nil || !names[*p.Name]) {
				continue
			}
			for _, e := range es.Endpoints {
				out = append(out, w.endpointsOf(es.Namespace, e, int(*p.Port))...)
			}
		}
	}
	slices.SortFunc(out, func(a, b endpoint) int { return strings.Compare(a.String(), b.String()) })
	return slices.CompactFunc(out, func(a, b endpoint) bool { return a.String() == b.String() })
}

func (w *worker) endpointsOf(namespace string, e discoveryv1.Endpoint, port int) []endpoint {
	if e.Conditions.Terminating != nil && *e.Conditions.Terminating {
		return nil
	}
	ready := e.Conditions.Ready == nil || *e.Conditions.Ready
	var p *corev1.Pod
	if e.TargetRef != nil && e.TargetRef.Kind == "Pod" {
		p, _ = kube.Find[pod](w.store.pods, namespace+"/"+e.TargetRef.Name)
	}
	// Without a gate the controller registers what is ready; with one, what only waits
	// for it (targets_manager.go, Update).
	if !ready && (p == nil || !gated(p) || !isTrue(p, corev1.ContainersReady)) {
		return nil
	}
	var out []endpoint
	for _, a := range e.Addresses {
		out = append(out, endpoint{a, port, p, ready})
	}
	return out
}

// findGroup is the group in AWS; one of other immutable fields is another group.
func (w *worker) findGroup(g *group) (*cloud.Record, error) {
	if err := w.may("vpc-lattice:ListTargetGroups", "tag:GetResources"); err != nil {
		return nil, err
	}
	found := w.actor.List(vpclattice.TargetGroup, func(r *cloud.Record) bool {
		return contains(r, g.tags) && ec2.Text(r.State, "config.vpcIdentifier") == w.vpc && ec2.Text(r.State, "config.protocol") == g.protocol
	})
	if len(found) == 0 {
		return nil, nil
	}
	return found[0], w.look("vpc-lattice:GetTargetGroup", ec2.Text(found[0].State, "arn"))
}

// ensureGroup makes a target group and its targets what they should be.
func (w *worker) ensureGroup(g *group) (*cloud.Record, error) {
	r, err := w.findGroup(g)
	if err != nil {
		return nil, err
	}
	config := cloud.Props{"port": float64(groupPort), "protocol": g.protocol, "protocolVersion": g.version, "vpcIdentifier": w.vpc,
		"ipAddressType": "IPV4", "healthCheck": g.health}
	if r == nil {
		tags := props(g.tags)
		tags[managedBy] = w.owner()
		name := groupName(g.namespace, g.service, w.owner(), g.tags, g.protocol)
		if r, err = w.actor.Create(w.ctx(), vpclattice.TargetGroup, name, cloud.Props{"name": name, "type": "IP", "config": config, "tags": tags}); err != nil {
			return nil, fmt.Errorf("failed CreateTargetGroup %s due to %w", name, err)
		}
	} else {
		inputs := cloud.Given(r.Inputs)
		inputs["config"] = config
		if err := w.actor.Update(w.ctx(), r, inputs); err != nil {
			return nil, fmt.Errorf("failed UpdateTargetGroup %s due to %w", r.ID, err)
		}
	}
	return r, w.syncTargets(r, g.targets)
}

// syncTargets registers what is missing and takes out what is too many.
func (w *worker) syncTargets(r *cloud.Record, wanted []endpoint) error {
	if err := w.may("vpc-lattice:ListTargets"); err != nil {
		return err
	}
	var there []vpclattice.TargetHealth
	_ = w.actor.View(func(c *cloud.Call) error { there = vpclattice.Health(c, r); return nil }) // it only reads
	var add, remove []vpclattice.Target
	for _, e := range wanted {
		if !slices.ContainsFunc(there, func(h vpclattice.TargetHealth) bool { return h.Target == e.target() }) {
			add = append(add, e.target())
		}
	}
	for _, h := range there {
		if !slices.ContainsFunc(wanted, func(e endpoint) bool { return e.target() == h.Target }) {
			remove = append(remove, h.Target)
		}
	}
	// It registers first (targets_manager.go, Update).
	if err := w.move("RegisterTargets", vpclattice.RegisterTargets, r, add); err != nil {
		return err
	}
	return w.move("DeregisterTargets", vpclattice.DeregisterTargets, r, remove)
}

func (w *worker) move(operation string, call func(*cloud.Call, string, []vpclattice.Target) ([]vpclattice.Failure, error), r *cloud.Record, targets []vpclattice.Target) error {
	if len(targets) == 0 {
		return nil
	}
	var failed []vpclattice.Failure
	err := w.actor.Do(w.ctx(), "vpc-lattice:"+operation, ec2.Text(r.State, "arn"), func(c *cloud.Call) (err error) {
		failed, err = call(c, r.ID, targets)
		return err
	})
	if err == nil && len(failed) > 0 {
		err = fmt.Errorf("%s: %s (%d targets in all)", failed[0].Target, failed[0].Message, len(failed))
	}
	if err != nil {
		return fmt.Errorf("failed %s %s due to %w", operation, r.ID, err)
	}
	return nil
}

// deleteGroup takes a group's targets out and then the group away: where a rule still
// names it, the rule is left with a group that nothing answers in (V7).
func (w *worker) deleteGroup(r *cloud.Record) error {
	if err := w.syncTargets(r, nil); err != nil {
		return err
	}
	if err := w.actor.Delete(w.ctx(), vpclattice.TargetGroup, r.ID); err != nil {
		return fmt.Errorf("failed DeleteTargetGroup %s due to %w", r.ID, err)
	}
	return nil
}
