package lattice

import (
	"context"
	"errors"
	"fmt"

	"k8s.io/apimachinery/pkg/runtime/schema"

	"retail/sandbox/cloud"
	"retail/sandbox/cloud/ec2"
	"retail/sandbox/cloud/vpclattice"
	"retail/sandbox/controllers/internal/kube"
)

// bound is a policy with what it is bound to.
type bound struct {
	*object
	target   *target
	resource schema.GroupVersionResource
	kinds    []string // that it may be bound to
}

// accept judges a policy: of several for one target the oldest counts (Gateway API,
// GEP-713). It writes the condition and tells whether the policy counts.
func (w *worker) accept(ctx context.Context, p bound, older []bound) (bool, error) {
	verdict := condition{"Accepted", true, "Accepted", ""}
	switch {
	case p.target == nil || !contain(p.kinds, p.target.Kind):
		verdict = condition{"Accepted", false, "Invalid", "Invalid target reference"}
	case p.target.Namespace != "" && p.target.Namespace != p.Namespace:
		verdict = condition{"Accepted", false, "Invalid", fmt.Sprintf("Invalid namespace %s, must be %s", p.target.Namespace, p.Namespace)}
	case !w.targetExists(p):
		verdict = condition{"Accepted", false, "TargetNotFound", fmt.Sprintf("Target reference %s/%s not found", p.target.Kind, p.target.Name)}
	}
	for _, o := range older {
		if verdict.holds && o.target != nil && *o.target == *p.target && o.Namespace == p.Namespace {
			verdict = condition{"Accepted", false, "Conflicted", fmt.Sprintf("The policy is conflicted with other policies: [%s]", o)}
		}
	}
	return verdict.holds, w.setConditions(ctx, p.resource, p.object, verdict)
}

func contain(list []string, s string) bool {
	for _, o := range list {
		if o == s {
			return true
		}
	}
	return false
}

// targetExists tells whether what a policy is bound to is there and not going.
func (w *worker) targetExists(p bound) bool {
	switch p.target.Kind {
	case "Service":
		_, ok := kube.Find[service](w.store.services, p.Namespace+"/"+p.target.Name)
		return ok
	case "Gateway":
		all, _ := list[gateway](w, gateways)
		return named(all, p.Namespace, p.target.Name) != nil
	case "HTTPRoute":
		all, _ := list[route](w, routes)
		return named(all, p.Namespace, p.target.Name) != nil
	case "ServiceExport":
		all, _ := list[export](w, exports)
		return named(all, p.Namespace, p.target.Name) != nil
	}
	return false
}

// groupPolicies judges TargetGroupPolicies, which act through target groups.
func (w *worker) groupPolicies(ctx context.Context) {
	all, _ := list[groupPolicy](w, groupPolicies)
	var older []bound
	for _, p := range all {
		b := bound{&p.Object, p.Spec.TargetRef, groupPolicies, []string{"Service", "ServiceExport"}}
		w.attempt(&p.Object, func() error { _, err := w.accept(ctx, b, older); return err })
		older = append(older, b)
	}
}

// authPolicies puts auth policies on services and networks.
func (w *worker) authPolicies(ctx context.Context) {
	all, _ := list[authPolicy](w, authPolicies)
	var older []bound
	for _, p := range all {
		b := bound{&p.Object, p.Spec.TargetRef, authPolicies, []string{"Gateway", "HTTPRoute"}}
		w.attempt(&p.Object, func() error {
			err := w.authPolicy(ctx, p, b, older)
			if err != nil {
				return failure{failedPolicy, fmt.Errorf("Reconcile failed: %w", err)} //nolint:staticcheck // the controller's text
			}
			return nil
		})
		if p.DeletionTimestamp == nil {
			older = append(older, b)
		}
	}
}

// What a policy was put on stands in annotations of its own.
const (
	authResource = authPolicyName + "-resource-id"
	authType     = authPolicyName + "-resource-type"
	authName     = authPolicyName + "-resource-name"
)

func (w *worker) authPolicy(ctx context.Context, p *authPolicy, b bound, older []bound) error {
	if p.DeletionTimestamp != nil {
		return w.endAuthPolicy(ctx, p)
	}
	ok, err := w.accept(ctx, b, older)
	if err != nil || !ok {
		return err
	}
	r, err := w.guarded(p)
	if err != nil || r == nil { // the service is not there yet: the route's next change tells
		return err
	}
	if err := w.hold(ctx, authPolicies, &p.Object, authPolicyName); err != nil {
		return err
	}
	if sign := fmt.Sprint(p.Generation, r.ID, w.actor.Role); !w.unchanged(p.key(), sign) {
		if err := w.putAuthPolicy(r, p.Spec.Policy); err != nil {
			return err
		}
		w.settle(p.key(), sign, nil)
	}
	kind := map[string]string{vpclattice.Network: "ServiceNetwork", vpclattice.Service: "Service"}[r.Token]
	return w.annotate(ctx, authPolicies, &p.Object, map[string]any{authResource: r.ID, authType: kind, authName: ec2.Text(r.State, "name")})
}

// guarded is what a policy is to be put on: the service of the route's name, whoever
// owns it, or the Gateway's network. Nil while it is not there.
func (w *worker) guarded(p *authPolicy) (*cloud.Record, error) {
	t := p.Spec.TargetRef
	if t.Kind == "Gateway" {
		n, err := w.serviceNetwork(t.Name)
		if errors.Is(err, errNotFound) {
			return nil, nil
		}
		return n, err
	}
	all, _ := list[route](w, routes)
	r := named(all, p.Namespace, t.Name)
	if r == nil {
		return nil, nil
	}
	return w.findService(serviceName(r))
}

// putAuthPolicy turns AWS_IAM on, and then gives the policy.
func (w *worker) putAuthPolicy(r *cloud.Record, text string) error {
	if err := w.setAuthType(r, vpclattice.AuthIAM); err != nil {
		return err
	}
	have := w.actor.List(vpclattice.AuthPolicy, func(p *cloud.Record) bool {
		return ec2.Text(p.State, "resourceIdentifier") == r.ID && ec2.Text(p.State, "policy") == text
	})
	if len(have) > 0 {
		return nil
	}
	_, err := w.actor.Create(w.ctx(), vpclattice.AuthPolicy, r.ID, cloud.Props{"resourceIdentifier": r.ID, "policy": text})
	return err
}

func (w *worker) setAuthType(r *cloud.Record, kind string) error {
	if r.Account != w.actor.Account {
		return &cloud.Error{Code: "AccessDeniedException", Status: 403, Message: fmt.Sprintf(
			"User: %s is not authorized to perform: vpc-lattice:UpdateServiceNetwork on resource: %s", w.actor.Role, ec2.Text(r.State, "arn"))}
	}
	inputs := cloud.Given(r.Inputs)
	inputs["authType"] = kind
	return w.actor.Update(w.ctx(), r, inputs)
}

// endAuthPolicy turns AWS_IAM off and takes the policy away, of what it was put on,
// whoever owns that now (iamauthpolicy_controller.go): after a takeover the policy of
// the old owner, when it is deleted, opens the service until the new owner's is put
// again.
func (w *worker) endAuthPolicy(ctx context.Context, p *authPolicy) error {
	id := p.Annotations[authResource]
	token := vpclattice.Service
	if p.Annotations[authType] == "ServiceNetwork" {
		token = vpclattice.Network
	}
	if r := w.actor.Get(token, id); id != "" && r != nil {
		if err := w.setAuthType(r, vpclattice.AuthNone); err != nil {
			return err
		}
		if err := w.actor.Delete(w.ctx(), vpclattice.AuthPolicy, id); err != nil {
			return err
		}
	}
	return w.release(ctx, authPolicies, &p.Object, authPolicyName)
}
