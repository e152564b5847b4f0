package lattice

import (
	"context"
	"fmt"
	"slices"

	"retail/sandbox/cloud"
	"retail/sandbox/cloud/ec2"
	"retail/sandbox/cloud/vpclattice"
	"retail/sandbox/controllers/internal/kube"
)

// exports makes a target group of every export, which routes of other clusters of the
// account and Region may use.
func (w *worker) exports(ctx context.Context) {
	all, ok := list[export](w, exports)
	if !ok {
		return
	}
	for _, e := range all {
		if e.Annotations[federation] != "amazon-vpc-lattice" {
			continue
		}
		w.attempt(&e.Object, func() error {
			if e.DeletionTimestamp != nil {
				return w.endExport(ctx, e)
			}
			return w.export(ctx, e)
		})
	}
}

// serviceOf is the Service that an export exports: of its own name, or of another by the
// annotation.
func (e *export) serviceOf() string {
	if name := e.Annotations[exportService]; name != "" {
		return name
	}
	return e.Name
}

func (w *worker) export(ctx context.Context, e *export) error {
	if err := w.hold(ctx, exports, &e.Object, exportFinalizer); err != nil {
		return err
	}
	g, err := w.exportGroup(e)
	if err != nil {
		return built(err)
	}
	if sign := g.sign() + w.actor.Role; !w.unchanged(e.key(), sign) {
		if _, err := w.ensureGroup(g); err != nil {
			return notDeployed(err)
		}
		w.settle(e.key(), sign, nil)
	}
	return w.sweepGroups(func(r *cloud.Record, tags map[string]string) bool {
		return tags[tagSource] == sourceExport && tags[tagServiceSpace] == e.Namespace && tags[tagService] == e.Name && !g.is(r, w)
	})
}

// is tells whether a record is the group: one of other immutable fields is out of date.
func (g *group) is(r *cloud.Record, w *worker) bool {
	return contains(r, g.tags) && ec2.Text(r.State, "config.vpcIdentifier") == w.vpc && ec2.Text(r.State, "config.protocol") == g.protocol
}

// exportGroup is the target group that an export should have.
func (w *worker) exportGroup(e *export) (*group, error) {
	s, ok := kube.Find[service](w.store.services, e.Namespace+"/"+e.serviceOf())
	if !ok {
		return nil, fmt.Errorf("failed to find corresponding k8sService %s/%s", e.Namespace, e.serviceOf())
	}
	var ports []int
	for _, p := range e.Spec.ExportedPorts {
		if p.RouteType != "HTTP" {
			return nil, fmt.Errorf("exported port %d: routeType %s is not simulated: extend sandbox/controllers/lattice/exports.go", p.Port, p.RouteType)
		}
		ports = append(ports, p.Port)
	}
	if len(ports) == 0 { // v1 named one in an annotation
		if port := e.Annotations[prefix+"port"]; port != "" {
			return nil, fmt.Errorf("the annotation %sport is not simulated: name spec.exportedPorts", prefix)
		}
	}
	g, err := w.newGroup(sourceExport, e.Name, s, w.groupPolicyOf(s.Namespace, "ServiceExport", e.Name, s.Name))
	if err != nil {
		return nil, err
	}
	g.targets = w.endpoints(s, ports...)
	return g, nil
}

// endExport takes an export's target groups away and lets it go. One that a rule names
// cannot go: the export waits, its targets taken out already (V7).
func (w *worker) endExport(ctx context.Context, e *export) error {
	found := w.actor.List(vpclattice.TargetGroup, func(r *cloud.Record) bool {
		return contains(r, map[string]string{tagCluster: w.cluster, tagSource: sourceExport, tagServiceSpace: e.Namespace, tagService: e.Name}) &&
			ec2.Text(r.State, "config.vpcIdentifier") == w.vpc
	})
	for _, r := range found {
		if err := w.deleteGroup(r); err != nil {
			return notDeployed(err)
		}
	}
	return w.release(ctx, exports, &e.Object, exportFinalizer)
}

// sweepGroups deletes what no service uses of the cluster's groups that a condition
// holds for.
func (w *worker) sweepGroups(stale func(r *cloud.Record, tags map[string]string) bool) error {
	var old []*cloud.Record
	_ = w.actor.View(func(c *cloud.Call) error { // it only reads
		for _, r := range c.List(vpclattice.TargetGroup) {
			tags := tagsOf(r)
			if tags[tagCluster] == w.cluster && ec2.Text(r.State, "config.vpcIdentifier") == w.vpc && stale(r, tags) && len(vpclattice.UsedBy(c, r)) == 0 {
				old = append(old, r)
			}
		}
		return nil
	})
	for _, r := range old {
		if err := w.deleteGroup(r); err != nil {
			return notDeployed(err)
		}
	}
	return nil
}

// groupPolicyOf is the policy of a Service or of its export: the oldest that is not in
// conflict.
func (w *worker) groupPolicyOf(namespace, kind, name, service string) *groupPolicy {
	all, _ := list[groupPolicy](w, groupPolicies)
	at := slices.IndexFunc(all, func(p *groupPolicy) bool {
		t := p.Spec.TargetRef
		return t != nil && p.DeletionTimestamp == nil && p.Namespace == namespace &&
			(t.Kind == kind && t.Name == name || t.Kind == "Service" && t.Name == service)
	})
	if at < 0 {
		return nil
	}
	return all[at]
}
