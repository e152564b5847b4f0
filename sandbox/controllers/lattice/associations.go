package lattice

import (
	"context"
	"errors"
	"fmt"

	"retail/sandbox/cloud"
	"retail/sandbox/cloud/ec2"
	"retail/sandbox/cloud/vpclattice"
)

// vpcPolicies associates the cluster's VPC with the networks of Gateways, for
// VpcAssociationPolicies.
func (w *worker) vpcPolicies(ctx context.Context) {
	all, _ := list[vpcPolicy](w, vpcPolicies)
	var older []bound
	for _, p := range all {
		b := bound{&p.Object, p.Spec.TargetRef, vpcPolicies, []string{"Gateway"}}
		w.attempt(&p.Object, func() error {
			if p.DeletionTimestamp != nil || p.Spec.AssociateWithVpc != nil && !*p.Spec.AssociateWithVpc {
				return w.dissociate(ctx, p)
			}
			ok, err := w.accept(ctx, b, older)
			if err != nil || !ok {
				return err
			}
			return w.associateVpc(ctx, p)
		})
		older = append(older, b)
	}
}

// associateVpc makes the association, or takes one without an owner; one of another
// owner is a conflict (service_network_manager.go). A VPC has one association: a second
// network's is AWS's ConflictException (V5).
func (w *worker) associateVpc(ctx context.Context, p *vpcPolicy) error {
	if err := w.hold(ctx, vpcPolicies, &p.Object, vpcPolicyName); err != nil {
		return err
	}
	if sign := fmt.Sprint(p.Generation, w.actor.Role); !w.unchanged(p.key(), sign) {
		a, err := w.upsertAssociation(p)
		if err != nil {
			return failure{failedPolicy, fmt.Errorf("Reconcile failed: %w", err)} //nolint:staticcheck // the controller's text
		}
		if err := w.annotate(ctx, vpcPolicies, &p.Object, map[string]any{prefix + "resourceArn": ec2.Text(a.State, "arn")}); err != nil {
			return err
		}
		w.settle(p.key(), sign, nil)
	}
	return nil
}

func (w *worker) upsertAssociation(p *vpcPolicy) (*cloud.Record, error) {
	// Of its own account only: the association of another's network is what would let the
	// controller find that.
	n, err := w.serviceNetwork(p.Spec.TargetRef.Name)
	if err != nil {
		return nil, err
	}
	groups := []any{}
	for _, id := range p.Spec.SecurityGroupIDs {
		groups = append(groups, id)
	}
	a := w.association(n)
	if a == nil {
		return w.actor.Create(w.ctx(), vpclattice.VpcAssociation, w.vpc, cloud.Props{"vpcIdentifier": w.vpc,
			"serviceNetworkIdentifier": ec2.Text(n.State, "arn"), "securityGroupIds": groups, "tags": cloud.Props{managedBy: w.owner()}})
	}
	switch owner := tagsOf(a)[managedBy]; owner {
	case w.owner():
	case "":
		if err := w.tag(a, map[string]string{managedBy: w.owner()}); err != nil {
			return nil, err
		}
		a = w.actor.Get(a.Token, a.ID)
	default:
		return nil, conflicted{fmt.Sprintf("service network vpc association %s had a conflict: Found existing vpc association not owned by controller: %s",
			n.ID, ec2.Text(a.State, "arn"))}
	}
	inputs := cloud.Given(a.Inputs)
	if len(groups) > 0 {
		inputs["securityGroupIds"] = groups
	}
	return a, w.actor.Update(w.ctx(), a, inputs)
}

// association is that of the cluster's VPC with a network; nil when there is none.
func (w *worker) association(n *cloud.Record) *cloud.Record {
	found := w.actor.List(vpclattice.VpcAssociation, func(r *cloud.Record) bool {
		return ec2.Text(r.State, "vpcIdentifier") == w.vpc && names(r, n)
	})
	if len(found) == 0 {
		return nil
	}
	return found[0]
}

// dissociate ends the association, if it is the controller's.
func (w *worker) dissociate(ctx context.Context, p *vpcPolicy) error {
	n, err := w.serviceNetwork(p.Spec.TargetRef.Name)
	switch {
	case errors.Is(err, errNotFound):
	case err != nil:
		return err
	default:
		if a := w.association(n); a != nil && tagsOf(a)[managedBy] == w.owner() {
			if err := w.actor.Delete(w.ctx(), vpclattice.VpcAssociation, a.ID); err != nil {
				return failure{failedPolicy, fmt.Errorf("Reconcile failed: %w", err)} //nolint:staticcheck // the controller's text
			}
		}
	}
	return w.release(ctx, vpcPolicies, &p.Object, vpcPolicyName)
}
