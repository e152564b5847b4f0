package loadbalancer

import (
	"context"
	"slices"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"retail/sandbox/cloud"
	"retail/sandbox/cloud/ec2"
	"retail/sandbox/controllers/internal/kube"
)

// securityGroups gives a load balancer its groups: those that its object names, or
// one for clients, and the shared one towards the pods. The result is the one that
// pods must let in; "" when the object's author keeps that to himself.
func securityGroups(ctx context.Context, st *stack, balancer cloud.Props, own []string, manage bool,
	front func() (*cloud.Record, error)) (string, error) {
	groups := []any{}
	for _, g := range own {
		groups = append(groups, g)
	}
	if len(own) == 0 {
		f, err := front()
		if err != nil {
			return "", err
		}
		groups = append(groups, f.ID)
		if st.flags["enable-backend-security-group"] == "false" {
			balancer["securityGroups"] = groups
			return f.ID, nil
		}
	}
	shared := ""
	if len(own) == 0 || manage {
		var err error
		if shared, err = st.backendGroup(ctx); err != nil {
			return "", err
		}
		groups = append(groups, shared)
	}
	balancer["securityGroups"] = groups
	return shared, nil
}

// defaultTargetType is the controller's; EKS's is ip.
func (w *worker) defaultTargetType() string {
	if w.flags["default-target-type"] != "" {
		return w.flags["default-target-type"]
	}
	if w.flavour.builtIn {
		return "ip"
	}
	return "instance"
}

// frontendGroup is the security group that lets clients in on the listeners' ports.
func (s *stack) frontendGroup(ctx context.Context, name string, ports []int, protocol string, cidrs, lists []string) (*cloud.Record, error) {
	ingress := []any{}
	for _, p := range ports {
		for _, c := range cidrs {
			ingress = append(ingress, cloud.Props{"protocol": protocol, "fromPort": float64(p), "toPort": float64(p), "cidrBlocks": []any{c}})
		}
		for _, l := range lists {
			ingress = append(ingress, cloud.Props{"protocol": protocol, "fromPort": float64(p), "toPort": float64(p), "prefixListIds": []any{l}})
		}
	}
	return s.ensure(ctx, ec2.SecurityGroup, "ManagedLBSecurityGroup", cloud.Props{"name": name, "vpcId": s.vpc,
		"description": "[k8s] Managed SecurityGroup for LoadBalancer", "ingress": ingress, "egress": everywhere()})
}

func everywhere() []any {
	return []any{cloud.Props{"protocol": "-1", "fromPort": 0.0, "toPort": 0.0, "cidrBlocks": []any{"0.0.0.0/0"}}}
}

// sharedStack holds what belongs to the whole cluster; no object has such a name.
const sharedStack = "//shared"

// backendGroup is the security group by which pods know the cluster's load
// balancers: the one that the controller was given, or one that it makes.
func (w *worker) backendGroup(ctx context.Context) (string, error) {
	if w.flags["backend-security-group"] != "" {
		return w.flags["backend-security-group"], nil
	}
	s := w.stackOf(w.flavour.ingresses, sharedStack, nil)
	inputs := cloud.Props{"name": backendName(w.cluster), "vpcId": w.vpc, "egress": everywhere(),
		"description": "[k8s] Shared Backend SecurityGroup for LoadBalancer"}
	r, err := s.ensure(ctx, ec2.SecurityGroup, "backend-sg", inputs)
	if err != nil {
		return "", err
	}
	return r.ID, nil
}

// shared takes the shared security group away when no object needs it any more.
func (w *worker) shared(ctx context.Context) {
	s := w.stackOf(w.flavour.ingresses, sharedStack, nil)
	if len(s.owned(ec2.SecurityGroup, "")) == 0 || w.needed() || !w.retries.Due("backend/"+w.flavour.name) {
		return
	}
	if _, err := s.sweep(ctx); err != nil {
		w.log.Debug("backend security group", "error", err)
		w.retries.Failed("backend/" + w.flavour.name)
		return
	}
	w.retries.Done("backend/" + w.flavour.name)
}

// needed tells whether a Service or an Ingress still has something in AWS.
func (w *worker) needed() bool {
	holds := func(o metav1.Object, f string) bool { return slices.Contains(o.GetFinalizers(), f) }
	return slices.ContainsFunc(kube.All[service](w.store.services), func(o service) bool { return holds(o, w.flavour.service+"/resources") }) ||
		slices.ContainsFunc(kube.All[ingress](w.store.ingresses), func(o ingress) bool {
			return slices.ContainsFunc(o.Finalizers, func(f string) bool { return w.ingressFinalizer(f) })
		})
}
