package lattice

import (
	"errors"
	"fmt"

	"retail/sandbox/cloud/vpclattice"
)

// deleteService takes a route's service away with what belongs to it, if it is the
// controller's.
func (w *worker) deleteService(name string, r *route) error {
	s, err := w.findService(name)
	if err != nil || s == nil {
		return err
	}
	m := &model{Name: name, TakeoverFrom: r.Annotations[takeover],
		tags: map[string]string{tagRoute: r.Name, tagRouteSpace: r.Namespace, tagRouteType: routeTypeHTTP}}
	if err := w.own(m, s); err != nil {
		if errors.Is(err, errConflict) {
			return nil
		}
		return err
	}
	all, err := w.associations(s)
	if err != nil {
		return err
	}
	for _, a := range all {
		if err := w.actor.Delete(w.ctx(), vpclattice.ServiceAssociation, a.ID); err != nil {
			return fmt.Errorf("failed DeleteServiceNetworkServiceAssociation %s due to %w", a.ID, err)
		}
	}
	for _, l := range w.listenersOf(s) {
		if err := w.actor.Delete(w.ctx(), vpclattice.Listener, l.ID); err != nil {
			return err
		}
	}
	if err := w.actor.Delete(w.ctx(), vpclattice.Service, s.ID); err != nil {
		return fmt.Errorf("failed DeleteService %s due to %w", s.ID, err)
	}
	return nil
}
