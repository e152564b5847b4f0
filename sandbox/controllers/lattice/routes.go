package lattice

import (
	"context"
	"errors"
	"slices"

	"retail/sandbox/cloud"
	"retail/sandbox/cloud/vpclattice"
	"retail/sandbox/controllers/internal/kube"
)

// routes makes services of the routes whose Gateways are the controller's.
func (w *worker) routes(ctx context.Context) {
	all, ok := list[route](w, routes)
	ours, okGateways := w.ours()
	_, okExports := w.store.Objects(exports)
	_, okImports := w.store.Objects(imports)
	if !ok || !okGateways || !okExports || !okImports {
		return
	}
	for _, r := range all {
		parents := parentsOf(r, ours)
		if len(parents) == 0 {
			continue
		}
		w.attempt(&r.Object, func() error {
			if r.DeletionTimestamp != nil {
				return w.endRoute(ctx, r)
			}
			return w.route(ctx, r, parents)
		})
	}
}

// parentsOf are a route's Gateways among the controller's.
func parentsOf(r *route, ours []*gateway) []*gateway {
	var out []*gateway
	for _, p := range r.Spec.ParentRefs {
		at := slices.IndexFunc(ours, func(g *gateway) bool { return p.of(r, g) })
		if at >= 0 && !slices.Contains(out, ours[at]) {
			out = append(out, ours[at])
		}
	}
	return out
}

// errConflict is a service of another owner: the controller gives up until the route or
// the cluster changes, or a resync is due.
var errConflict = errors.New("")

type conflicted struct{ message string }

func (c conflicted) Error() string   { return c.message }
func (c conflicted) Is(e error) bool { return e == errConflict }

func (w *worker) route(ctx context.Context, r *route, parents []*gateway) error {
	if err := w.hold(ctx, routes, &r.Object, routeFinalizer); err != nil {
		return err
	}
	m, err := w.build(r, parents)
	if err != nil {
		if statusErr := w.routeStatus(ctx, r, parents, nil); statusErr != nil {
			return statusErr
		}
		return built(err)
	}
	sign := m.sign() + w.actor.Role
	if w.unchanged(r.key(), sign) {
		return w.judged(ctx, r, parents)
	}
	service, err := w.deploy(m)
	switch {
	case errors.Is(err, errConflict):
		w.settle(r.key(), sign, err)
		return w.judged(ctx, r, parents)
	case err != nil:
		if statusErr := w.routeStatus(ctx, r, parents, nil); statusErr != nil {
			return statusErr
		}
		return notDeployed(err)
	}
	if err := w.sweepRoute(r, m); err != nil {
		return err
	}
	w.tell(&r.Object, deployed, "Adding/Updating reconcile Done!")
	if err := w.annotate(ctx, routes, &r.Object, map[string]any{assignedDomain: vpclattice.DomainName(service)}); err != nil {
		return err
	}
	w.settle(r.key(), sign, nil)
	return w.routeStatus(ctx, r, parents, nil)
}

// judged says of a route what AWS said of it, until the API server has taken it.
func (w *worker) judged(ctx context.Context, r *route, parents []*gateway) error {
	verdict := w.settled[r.key()].verdict
	if verdict != nil {
		w.warn(&r.Object, failedDeploy, "Failed deploy model due to %s", verdict)
	}
	return w.routeStatus(ctx, r, parents, verdict)
}

// endRoute takes away what is the route's and lets it go. A service that another
// controller owns stays, without a word.
func (w *worker) endRoute(ctx context.Context, r *route) error {
	if err := w.deleteService(serviceName(r), r); err != nil {
		return notDeployed(err)
	}
	if err := w.sweepRoute(r, nil); err != nil {
		return err
	}
	return w.release(ctx, routes, &r.Object, routeFinalizer)
}

// sweepRoute deletes the target groups that were the route's and are no longer.
func (w *worker) sweepRoute(r *route, m *model) error {
	return w.sweepGroups(func(record *cloud.Record, tags map[string]string) bool {
		if tags[tagSource] != sourceRoute || tags[tagRoute] != r.Name || tags[tagRouteSpace] != r.Namespace {
			return false
		}
		return m == nil || !slices.ContainsFunc(m.groups, func(g *group) bool { return g.is(record, w) })
	})
}

// routeStatus writes the conditions of each of the controller's parents; those of other
// controllers stay.
func (w *worker) routeStatus(ctx context.Context, r *route, parents []*gateway, conflict error) error {
	accepted := condition{"Accepted", true, "Accepted", ""}
	if conflict != nil {
		accepted = condition{"Accepted", false, "Conflicted", conflict.Error()}
	}
	refs := w.resolvedRefs(r)
	return w.writeStatus(ctx, routes, &r.Object, func(status map[string]any) {
		have, _ := status["parents"].([]any)
		var out []any
		for _, entry := range have {
			if m, _ := entry.(map[string]any); m["controllerName"] != controllerName {
				out = append(out, entry)
			}
		}
		raw := r.parentRefs()
		for i, p := range r.Spec.ParentRefs {
			if i >= len(raw) || !slices.ContainsFunc(parents, func(g *gateway) bool { return p.of(r, g) }) {
				continue
			}
			var old []any
			for _, entry := range have {
				m, _ := entry.(map[string]any)
				if m["controllerName"] == controllerName && same(m["parentRef"], raw[i]) {
					old, _ = m["conditions"].([]any)
				}
			}
			out = append(out, map[string]any{"controllerName": controllerName, "parentRef": raw[i],
				"conditions": withConditions(old, r.Generation, accepted, refs)})
		}
		status["parents"] = out
	})
}

// resolvedRefs tells of the first backend that is not there.
func (w *worker) resolvedRefs(r *route) condition {
	known, _ := list[serviceImport](w, imports)
	for _, rule := range r.Spec.Rules {
		for _, b := range rule.BackendRefs {
			namespace := b.Namespace
			if namespace == "" {
				namespace = r.Namespace
			}
			_, there := kube.Find[service](w.store.services, namespace+"/"+b.Name)
			switch b.Kind {
			case "", "Service":
			case "ServiceImport":
				there = named(known, namespace, b.Name) != nil
			default:
				return condition{"ResolvedRefs", false, "InvalidKind", "backendRef kind: " + b.Kind}
			}
			if !there {
				return condition{"ResolvedRefs", false, "BackendNotFound", "backendRef name: " + b.Name}
			}
		}
	}
	return condition{"ResolvedRefs", true, "ResolvedRefs", ""}
}
