package lattice

import (
	"fmt"
	"slices"

	"retail/sandbox/cloud"
	"retail/sandbox/cloud/ec2"
	"retail/sandbox/cloud/vpclattice"
)

// deploy makes VPC Lattice what a model says: target groups and targets first, then the
// service with its associations, its listeners, its rules (pkg/deploy,
// stack_deployer.go).
func (w *worker) deploy(m *model) (*cloud.Record, error) {
	ids := make([]string, len(m.groups))
	for i, g := range m.groups {
		r, err := w.ensureGroup(g)
		if err != nil {
			return nil, err
		}
		ids[i] = r.ID
	}
	s, err := w.ensureService(m)
	if err != nil {
		return nil, err
	}
	listeners, err := w.ensureListeners(m, s)
	if err != nil {
		return nil, err
	}
	for _, l := range listeners {
		if err := w.ensureRules(m, s, l, ids); err != nil {
			return nil, err
		}
	}
	return w.actor.Get(vpclattice.Service, s.ID), nil
}

// resolveRule finds the target groups of a rule. One import that is missing fails it, so
// that it stays as it was, its weights too.
func (w *worker) resolveRule(r *modelRule, own []string) error {
	for i := range r.Forwards {
		f := &r.Forwards[i]
		switch {
		case f.Invalid:
			f.resolved = invalidBackend
		case f.Own >= 0:
			f.resolved = own[f.Own]
		default:
			id, err := w.resolve(f.Import)
			if err != nil {
				return err
			}
			f.resolved = id
		}
	}
	return nil
}

// findService is the account's service of a name.
func (w *worker) findService(name string) (*cloud.Record, error) {
	if err := w.may("vpc-lattice:ListServices"); err != nil {
		return nil, err
	}
	found := w.actor.List(vpclattice.Service, func(r *cloud.Record) bool { return ec2.Text(r.State, "name") == name })
	if len(found) == 0 {
		return nil, nil
	}
	return found[0], nil
}

func (w *worker) ensureService(m *model) (*cloud.Record, error) {
	s, err := w.findService(m.Name)
	if err != nil {
		return nil, err
	}
	if s == nil {
		tags := props(m.tags)
		tags[managedBy] = w.owner()
		inputs := cloud.Props{"name": m.Name, "tags": tags}
		if m.Domain != "" {
			inputs["customDomainName"] = m.Domain
		}
		if m.Certificate != "" {
			inputs["certificateArn"] = m.Certificate
		}
		if s, err = w.actor.Create(w.ctx(), vpclattice.Service, m.Name, inputs); err != nil {
			return nil, fmt.Errorf("failed CreateService %s due to %w", m.Name, err)
		}
		return s, w.associate(m, s)
	}
	if err := w.own(m, s); err != nil {
		return nil, err
	}
	s = w.actor.Get(vpclattice.Service, s.ID)
	// The custom domain name is for life; only the certificate is brought up to date.
	if m.Certificate != "" && ec2.Text(s.State, "certificateArn") != m.Certificate {
		inputs := cloud.Given(s.Inputs)
		inputs["certificateArn"] = m.Certificate
		if err := w.actor.Update(w.ctx(), s, inputs); err != nil {
			return nil, err
		}
	}
	return s, w.associate(m, s)
}

// own refuses a service of another owner, unless the route says that it may be taken
// from that one (service_manager.go, checkAndUpdateTags). Case V1.
func (w *worker) own(m *model, s *cloud.Record) error {
	if err := w.may("vpc-lattice:ListTagsForResource"); err != nil {
		return err
	}
	tags, arn := tagsOf(s), ec2.Text(s.State, "arn")
	switch owner := tags[managedBy]; {
	case owner == "":
		if err := w.tag(s, map[string]string{managedBy: w.owner()}); err != nil {
			return err
		}
	case owner == w.owner():
	case m.TakeoverFrom != "" && owner == m.TakeoverFrom:
		if err := w.tag(s, map[string]string{managedBy: w.owner()}); err != nil {
			return fmt.Errorf("failed to takeover service %s from %s to %s: %w", m.Name, owner, w.owner(), err)
		}
		return nil
	default:
		return conflicted{fmt.Sprintf("service %s/%s had a conflict: Found existing resource not owned by controller: %s", m.tags[tagRouteSpace], m.tags[tagRoute], arn)}
	}
	if tags[tagRoute] == "" && tags[tagRouteSpace] == "" {
		return w.tag(s, m.tags)
	}
	if !contains(s, m.tags) {
		return conflicted{fmt.Sprintf("service %s/%s had a conflict: Found existing resource with conflicting service name: %s", m.tags[tagRoute], m.tags[tagRouteSpace], arn)}
	}
	return nil
}

// associate brings the service into the networks of its Gateways and out of others into
// which the controller brought it.
func (w *worker) associate(m *model, s *cloud.Record) error {
	have, err := w.associations(s)
	if err != nil {
		return err
	}
	for _, name := range m.Networks {
		n, err := w.serviceNetwork(name)
		if err != nil {
			return err
		}
		arn := ec2.Text(n.State, "arn")
		at := slices.IndexFunc(have, func(a *cloud.Record) bool { return names(a, n) })
		if at >= 0 {
			if m.TakeoverFrom != "" {
				err = w.tag(have[at], map[string]string{managedBy: w.owner()})
			}
			have = slices.Delete(have, at, at+1)
		} else {
			_, err = w.actor.Create(w.ctx(), vpclattice.ServiceAssociation, s.ID+"/"+name, cloud.Props{"serviceIdentifier": s.ID,
				"serviceNetworkIdentifier": arn, "tags": cloud.Props{managedBy: w.owner()}})
		}
		if err != nil {
			return fmt.Errorf("failed CreateServiceNetworkServiceAssociation %s %s due to %w", n.ID, s.ID, err)
		}
	}
	for _, a := range have {
		if tagsOf(a)[managedBy] != w.owner() {
			continue
		}
		if err := w.actor.Delete(w.ctx(), vpclattice.ServiceAssociation, a.ID); err != nil {
			return err
		}
	}
	return nil
}

// names tells whether an association is with a network.
func names(a, network *cloud.Record) bool {
	id := ec2.Text(a.State, "serviceNetworkIdentifier")
	return id == network.ID || id == ec2.Text(network.State, "arn")
}

// associations are those of a service that its account made.
func (w *worker) associations(s *cloud.Record) ([]*cloud.Record, error) {
	if err := w.may("vpc-lattice:ListServiceNetworkServiceAssociations"); err != nil {
		return nil, err
	}
	var out []*cloud.Record
	_ = w.actor.View(func(c *cloud.Call) error { // it only reads
		out = slices.DeleteFunc(vpclattice.ServiceAssociations(c, nil, s), func(a *cloud.Record) bool { return a.Account != c.Account })
		return nil
	})
	return out, nil
}

func (w *worker) listenersOf(s *cloud.Record) []*cloud.Record {
	var out []*cloud.Record
	_ = w.actor.View(func(c *cloud.Call) error { out = vpclattice.ListenersOf(c, s); return nil }) // it only reads
	return out
}

// action is what a rule does: without a backend that is there it answers 500.
func (r *modelRule) action() cloud.Props {
	weights, order := map[string]int{}, []string{}
	for _, f := range r.Forwards {
		if f.resolved == invalidBackend {
			continue
		}
		if _, twice := weights[f.resolved]; !twice {
			order = append(order, f.resolved)
		}
		weights[f.resolved] += f.Weight
	}
	if len(order) == 0 {
		return cloud.Props{"fixedResponse": cloud.Props{"statusCode": 500.0}}
	}
	var groups []any
	for _, id := range order {
		groups = append(groups, cloud.Props{"targetGroupIdentifier": id, "weight": float64(weights[id])})
	}
	return cloud.Props{"forward": cloud.Props{"targetGroups": groups}}
}
