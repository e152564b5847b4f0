package loadbalancer

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"k8s.io/apimachinery/pkg/util/intstr"

	"retail/sandbox/cloud"
	"retail/sandbox/cloud/ec2"
	"retail/sandbox/controllers/internal/kube"
)

// sharedRule marks the rules that the controller keeps for all bindings together
// (pkg/targetgroupbinding, networking_manager.go).
const sharedRule = "elbv2.k8s.aws/targetGroupBinding=shared"

// opening is a rule of a security group of pods.
type opening struct {
	group, protocol string
	from, to        int
	peer            string // security group or CIDR block
}

func (o opening) key() string { return fmt.Sprint(o.group, o.protocol, o.from, "-", o.to, o.peer) }

func (o opening) inputs() cloud.Props {
	p := cloud.Props{"securityGroupId": o.group, "ipProtocol": o.protocol, "fromPort": float64(o.from), "toPort": float64(o.to),
		"description": sharedRule}
	if strings.HasPrefix(o.peer, "sg-") {
		p["referencedSecurityGroupId"] = o.peer
	} else {
		p["cidrIpv4"] = o.peer
	}
	return p
}

func openingOf(r *cloud.Record) opening {
	return opening{ec2.Text(r.State, "securityGroupId"), ec2.Text(r.State, "ipProtocol"), ec2.Number(r.State, "fromPort"),
		ec2.Number(r.State, "toPort"), ec2.Text(r.State, "referencedSecurityGroupId") + ec2.Text(r.State, "cidrIpv4")}
}

// openNetwork lets load balancers reach the pods of all bindings that are not
// being deleted, and closes what none of them needs.
func (w *worker) openNetwork(ctx context.Context, list []*binding) error {
	const key = "network"
	id := key + "/" + w.flavour.name
	if !w.retries.Due(id) {
		return errors.New("waiting to try security group rules again")
	}
	wanted := map[string]opening{}
	var errs []error
	for _, b := range list {
		if b.DeletionTimestamp != nil || b.Spec.Networking == nil {
			continue
		}
		openings, err := w.openings(b)
		if err != nil {
			w.events.Tell(b, b.APIVersion, "TargetGroupBinding", "Warning", "FailedNetworkReconcile", err.Error())
			errs = append(errs, err)
		}
		for _, o := range openings {
			wanted[o.key()] = o
		}
	}
	if len(errs) == 0 { // else rules that are still needed would go
		errs = append(errs, w.close(ctx, wanted))
	}
	for _, k := range sortedKeys(wanted) {
		o := wanted[k]
		if slices.ContainsFunc(w.rules(), func(r *cloud.Record) bool { return openingOf(r) == o }) {
			continue
		}
		_, err := w.actor.Create(ctx, ec2.IngressRule, k, o.inputs())
		if cloud.Code(err) != "InvalidPermission.Duplicate" { // someone else lets them in
			errs = append(errs, err)
		}
	}
	err := errors.Join(errs...)
	if err != nil {
		w.retries.Failed(id)
		for _, b := range list {
			w.events.Tell(b, b.APIVersion, "TargetGroupBinding", "Warning", "FailedNetworkReconcile", err.Error())
		}
		return err
	}
	w.retries.Done(id)
	return nil
}

func (w *worker) rules() []*cloud.Record {
	return slices.DeleteFunc(w.actor.Own(ec2.IngressRule), func(r *cloud.Record) bool { return ec2.Text(r.State, "description") != sharedRule })
}

func (w *worker) close(ctx context.Context, wanted map[string]opening) error {
	var errs []error
	for _, r := range w.rules() {
		if _, ok := wanted[openingOf(r).key()]; !ok {
			errs = append(errs, w.actor.Delete(ctx, ec2.IngressRule, r.ID))
		}
	}
	return errors.Join(errs...)
}

// openings are the rules that a binding asks for, on the security groups of its
// pods.
func (w *worker) openings(b *binding) ([]opening, error) {
	if err := w.may("ec2:DescribeSecurityGroups", "ec2:DescribeNetworkInterfaces"); err != nil {
		return nil, err
	}
	s, ok := kube.Find[service](w.store.services, b.Namespace+"/"+b.Spec.ServiceRef.Name)
	if !ok {
		return nil, nil
	}
	groups, err := w.groupsOfPods(s)
	if err != nil {
		return nil, err
	}
	var out []opening
	for _, rule := range b.Spec.Networking.Ingress {
		ports := rule.Ports
		if len(ports) == 0 {
			ports = []port{{}}
		}
		for _, p := range ports {
			from, to, err := w.portRange(s, p)
			if err != nil {
				return nil, err
			}
			protocol := strings.ToLower(p.Protocol)
			if protocol == "" {
				protocol = "tcp"
			}
			for _, f := range rule.From {
				for _, g := range groups {
					o := opening{group: g, protocol: protocol, from: from, to: to}
					switch {
					case f.SecurityGroup != nil:
						o.peer = f.SecurityGroup.GroupID
					case f.IPBlock != nil:
						o.peer = f.IPBlock.CIDR
					default:
						return nil, errors.New("either ipBlock or securityGroup should be specified")
					}
					out = append(out, o)
				}
			}
		}
	}
	return out, nil
}

// portRange is a rule's ports: all when it names none, else the number, or what
// the pods call by that name.
func (w *worker) portRange(s service, p port) (from, to int, err error) {
	switch {
	case p.Port == nil:
		return 0, 65535, nil
	case p.Port.Type == intstr.Int:
		return p.Port.IntValue(), p.Port.IntValue(), nil
	}
	for _, e := range w.endpointsOf(s) {
		for _, c := range e.pod.Spec.Containers {
			for _, cp := range c.Ports {
				if cp.Name == p.Port.StrVal {
					return int(cp.ContainerPort), int(cp.ContainerPort), nil
				}
			}
		}
	}
	return 0, 0, fmt.Errorf("no pod of service %s/%s has a port named %s", s.Namespace, s.Name, p.Port.StrVal)
}

// endpointsOf are the pods behind any port of a Service.
func (w *worker) endpointsOf(s service) []endpoint {
	var out []endpoint
	for _, p := range s.Spec.Ports {
		out = append(out, w.endpoints(s, p.Name)...)
	}
	return out
}

// groupsOfPods are the security groups of the network interfaces that a Service's
// pods use: of each the only one, or the one that is tagged as the cluster's.
func (w *worker) groupsOfPods(s service) ([]string, error) {
	found := map[string]bool{}
	for _, e := range w.endpointsOf(s) {
		n, ok := kube.Find[node](w.store.nodes, e.pod.Spec.NodeName)
		if !ok {
			continue
		}
		group, err := w.groupOf(instanceOf(n))
		if err != nil {
			return nil, err
		}
		found[group] = true
	}
	return sortedKeys(found), nil
}

func (w *worker) groupOf(instance string) (string, error) {
	var out string
	err := w.actor.View(func(c *cloud.Call) error {
		groups := nodeGroups(c, w.plane.Spec.Name, instance)
		var tagged []string
		for _, g := range groups {
			if r := c.Get(ec2.SecurityGroup, g); r != nil {
				if tags, _ := r.State["tags"].(map[string]any); tags["kubernetes.io/cluster/"+w.cluster] != nil {
					tagged = append(tagged, g)
				}
			}
		}
		switch {
		case len(groups) == 1:
			out = groups[0]
		case len(tagged) == 1:
			out = tagged[0]
		default:
			return fmt.Errorf("expected exactly one securityGroup tagged with kubernetes.io/cluster/%s for instance %s, got: %v", w.cluster, instance, tagged)
		}
		return nil
	})
	return out, err
}
