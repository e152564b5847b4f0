package lattice

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"retail/sandbox/cloud/ec2"
)

// acceptClasses accepts the classes that name the controller.
func (w *worker) acceptClasses(ctx context.Context) {
	all, _ := list[class](w, classes)
	for _, c := range all {
		if c.Spec.ControllerName == controllerName {
			w.attempt(&c.Object, func() error {
				return w.setConditions(ctx, classes, &c.Object, condition{"Accepted", true, "Accepted", "Accepted"})
			})
		}
	}
}

// ours are the Gateways of the controller's classes.
func (w *worker) ours() ([]*gateway, bool) {
	all, ok := list[gateway](w, gateways)
	known, okClasses := list[class](w, classes)
	return slices.DeleteFunc(all, func(g *gateway) bool {
		return !slices.ContainsFunc(known, func(c *class) bool {
			return c.Name == g.Spec.GatewayClassName && c.Spec.ControllerName == controllerName
		})
	}), ok && okClasses
}

// gateways binds Gateways to service networks.
func (w *worker) gateways(ctx context.Context) {
	all, ok := w.ours()
	allRoutes, okRoutes := list[route](w, routes)
	if !ok || !okRoutes {
		return
	}
	for _, g := range all {
		if g.DeletionTimestamp != nil {
			w.attempt(&g.Object, func() error { return w.endGateway(ctx, g, allRoutes) })
			continue
		}
		w.attempt(&g.Object, func() error { return w.bindGateway(ctx, g, allRoutes) })
	}
}

// endGateway lets a Gateway go that no route's first parent is.
func (w *worker) endGateway(ctx context.Context, g *gateway, all []*route) error {
	for _, r := range all {
		if len(r.Spec.ParentRefs) > 0 && r.Spec.ParentRefs[0].of(r, g) {
			return fmt.Errorf("cannot delete gateway %s/%s - found referencing route %s/%s", g.Namespace, g.Name, r.Namespace, r.Name)
		}
	}
	return w.release(ctx, gateways, &g.Object, gatewayFinalizer)
}

// of tells whether a parent reference of a route is a Gateway.
func (p parent) of(r *route, g *gateway) bool {
	namespace := p.Namespace
	if namespace == "" {
		namespace = r.Namespace
	}
	return p.Name == g.Name && namespace == g.Namespace && (p.Kind == "" || p.Kind == "Gateway")
}

// bindGateway looks for the network when the Gateway has changed, and at a resync: one
// that is made or associated later is not seen before.
func (w *worker) bindGateway(ctx context.Context, g *gateway, all []*route) error {
	if err := w.hold(ctx, gateways, &g.Object, gatewayFinalizer); err != nil {
		return err
	}
	programmed := condition{}
	sign := fmt.Sprint(g.Generation, w.actor.Role, w.associating(g))
	if !w.unchanged(g.key(), sign) {
		var err error
		if programmed, err = w.programmed(g); err != nil {
			return err
		}
	}
	err := w.writeStatus(ctx, gateways, &g.Object, func(status map[string]any) {
		conditions, _ := status["conditions"].([]any)
		wanted := []condition{{"Accepted", true, "Accepted", controllerName}}
		if programmed.kind != "" {
			wanted = append(wanted, programmed)
		}
		status["conditions"] = withConditions(conditions, g.Generation, wanted...)
		have, _ := status["listeners"].([]any)
		var listeners []any
		for i, l := range g.Spec.Listeners {
			listeners = append(listeners, g.listenerStatus(have, l, i == 0, all))
		}
		status["listeners"] = listeners
		if addresses := g.addresses(all); len(addresses) > 0 {
			status["addresses"] = addresses
		} else {
			delete(status, "addresses")
		}
	})
	if err == nil && programmed.kind != "" { // what was found is told
		w.settle(g.key(), sign, nil)
	}
	return err
}

func (w *worker) programmed(g *gateway) (condition, error) {
	network, err := w.serviceNetwork(g.Name)
	switch {
	case errors.Is(err, errNotFound):
		return condition{"Programmed", false, "Pending", "VPC Lattice Service Network not found"}, nil
	case errors.Is(err, errSeveral):
		return condition{"Programmed", false, "Invalid", "Found multiple VPC Lattice Service Networks matching Gateway name. Either ensure only one " +
			"Service Network has a matching name, or use the Service Network's id as the Gateway name."}, nil
	case err != nil:
		return condition{}, err
	}
	return condition{"Programmed", true, "Programmed", "aws-service-network-arn: " + ec2.Text(network.State, "arn")}, nil
}

// associating tells what VpcAssociationPolicies say of a Gateway: they are watched.
func (w *worker) associating(g *gateway) string {
	all, _ := list[vpcPolicy](w, vpcPolicies)
	out := ""
	for _, p := range all {
		if p.Spec.TargetRef != nil && p.Spec.TargetRef.Name == g.Name {
			out += fmt.Sprint(p.UID, p.Generation, p.Raw.Object["status"])
		}
	}
	return out
}

// listenerStatus counts the routes that are attached, the first listener taking those
// that name none.
func (g *gateway) listenerStatus(have []any, l listener, first bool, all []*route) map[string]any {
	var conditions []any
	for _, h := range have {
		if old, _ := h.(map[string]any); old["name"] == l.Name {
			conditions, _ = old["conditions"].([]any)
		}
	}
	kinds := []any{map[string]any{"kind": "HTTPRoute"}}
	if l.Protocol == "HTTPS" {
		kinds = append([]any{map[string]any{"kind": "GRPCRoute"}}, kinds...)
	}
	for _, k := range l.AllowedRoutes.Kinds {
		if k.Kind != "HTTPRoute" && (k.Kind != "GRPCRoute" || l.Protocol != "HTTPS") {
			return map[string]any{"name": l.Name, "attachedRoutes": int64(0), "supportedKinds": kinds,
				"conditions": withConditions(conditions, g.Generation, condition{"ResolvedRefs", false, "InvalidRouteKinds", ""})}
		}
	}
	attached := int64(0)
	for _, r := range all {
		for _, p := range r.Spec.ParentRefs {
			named := p.SectionName == l.Name || p.SectionName == "" && first
			if r.DeletionTimestamp == nil && p.of(r, g) && named && (p.Port == 0 || p.Port == l.Port) {
				attached++
			}
		}
	}
	return map[string]any{"name": l.Name, "attachedRoutes": attached, "supportedKinds": kinds,
		"conditions": withConditions(conditions, g.Generation, condition{"Accepted", true, "Accepted", ""})}
}

// addresses are one domain name of one of the Gateway's routes: a network has many.
func (g *gateway) addresses(all []*route) []any {
	for _, r := range all {
		if domain := r.Annotations[assignedDomain]; domain != "" && r.DeletionTimestamp == nil {
			return []any{map[string]any{"type": "Hostname", "value": domain}}
		}
	}
	return nil
}
