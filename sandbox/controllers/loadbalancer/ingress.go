package loadbalancer

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"retail/sandbox/cloud/ec2"
	"retail/sandbox/controllers/internal/kube"
)

const ingressPrefix = "alb.ingress.kubernetes.io/"

// ingressAnnotations are what is understood (docs/guide/ingress/annotations; EKS
// User Guide, "Create an IngressClass to configure an Application Load Balancer").
var ingressAnnotations = []string{"scheme", "target-type", "group.name", "group.order", "load-balancer-name", "subnets", "security-groups",
	"manage-backend-security-group-rules", "listen-ports", "certificate-arn", "ssl-policy", "ssl-redirect", "load-balancer-attributes",
	"target-group-attributes", "inbound-cidrs", "security-group-prefix-lists", "healthcheck-port", "healthcheck-protocol",
	"healthcheck-path", "healthcheck-interval-seconds", "healthcheck-timeout-seconds", "healthy-threshold-count",
	"unhealthy-threshold-count", "success-codes", "backend-protocol", "backend-protocol-version", "tags"}

// member is an Ingress with what its class and its annotations say.
type member struct {
	ingress ingress
	a       *annotations
	params  params
	order   int
}

// group is the Ingresses that share a load balancer.
type group struct {
	id        string // of the stack: the group's name, or "namespace/name"
	explicit  bool
	members   []member
	leaving   []ingress // those that held a place in it and do not any more
	finalizer string
}

func (w *worker) ingressFinalizer(f string) bool {
	return f == w.flavour.ingresses+"/resources" || strings.HasPrefix(f, "group."+w.flavour.ingresses+"/")
}

// ingresses brings the application load balancers to what Ingresses ask for.
func (w *worker) ingresses(ctx context.Context) {
	groups := map[string]*group{}
	at := func(id string, explicit bool) *group {
		if groups[id] == nil {
			groups[id] = &group{id: id, explicit: explicit, finalizer: w.flavour.ingresses + "/resources"}
			if explicit {
				groups[id].finalizer = "group." + w.flavour.ingresses + "/" + id
			}
		}
		return groups[id]
	}
	list := kube.All[ingress](w.store.ingresses)
	slices.SortFunc(list, func(a, b ingress) int { return strings.Compare(a.Namespace+"/"+a.Name, b.Namespace+"/"+b.Name) })
	for _, i := range list {
		joined := ""
		if c, mine := w.classOf(i); mine && i.DeletionTimestamp == nil {
			w.attempt(i, "join/"+w.flavour.name+string(i.UID), func() (string, error) {
				m, err := w.join(i, c)
				if err != nil {
					joined = "?" // it keeps what it has until it can be read
					return "", err
				}
				name := m.params.group
				if name == "" {
					name = m.a.values["group.name"]
				}
				explicit := name != ""
				if !explicit {
					name = i.Namespace + "/" + i.Name
				}
				joined = name
				g := at(name, explicit)
				g.members = append(g.members, m)
				return "", nil
			})
			if joined == "" {
				joined = "?"
			}
		}
		for _, f := range i.Finalizers {
			id, explicit := strings.CutPrefix(f, "group."+w.flavour.ingresses+"/")
			if !w.ingressFinalizer(f) || joined == "?" {
				continue
			}
			if !explicit {
				id = i.Namespace + "/" + i.Name
			}
			if id != joined {
				g := at(id, explicit)
				g.leaving = append(g.leaving, i)
			}
		}
	}
	for _, id := range sortedKeys(groups) {
		w.deployGroup(ctx, groups[id])
	}
}

// classOf is the class of an Ingress when it is this controller's.
func (w *worker) classOf(i ingress) (class, bool) {
	if i.Spec.IngressClassName == nil {
		return nil, false
	}
	c, ok := kube.Find[class](w.store.classes, *i.Spec.IngressClassName)
	return c, ok && c.Spec.Controller == w.flavour.ingress
}

func (w *worker) join(i ingress, c class) (member, error) {
	p, err := w.paramsOf(c)
	if err != nil {
		return member{}, err
	}
	known := ingressAnnotations
	if w.flavour.builtIn { // groups are the class's
		known = slices.DeleteFunc(slices.Clone(known), func(n string) bool { return n == "group.name" })
	}
	a, err := read(ingressPrefix, i.Annotations, slices.Concat(known, oidcAnnotations))
	if err != nil {
		return member{}, err
	}
	order, err := a.number("group.order")
	return member{i, a, p, order}, err
}

// deployGroup makes a group's load balancer, or takes it away with its last
// member.
func (w *worker) deployGroup(ctx context.Context, g *group) {
	slices.SortStableFunc(g.members, func(a, b member) int { return a.order - b.order })
	var object ingress
	if len(g.members) > 0 {
		object = g.members[0].ingress
	} else {
		object = g.leaving[0]
	}
	key := "ingress/" + w.flavour.name + "/" + g.id
	w.attempt(object, key, func() (string, error) {
		parts := []any{w.actor.Role, w.flags}
		for _, m := range g.members {
			parts = append(parts, m.ingress.UID, m.ingress.Spec, m.ingress.Annotations, m.params, w.backends(m.ingress), w.asked(ctx, m))
		}
		mark := sign(parts...)
		if w.settled[key] == mark && len(g.leaving) == 0 {
			return "", nil
		}
		for _, m := range g.members {
			if err := w.holdIngress(ctx, m.ingress, g.finalizer); err != nil {
				return "", err
			}
		}
		dns, done, err := w.deployMembers(ctx, g)
		if err != nil || !done {
			return "", err
		}
		for _, m := range g.members {
			if err := w.setIngressStatus(ctx, m.ingress, dns); err != nil {
				return "", err
			}
		}
		for _, i := range g.leaving {
			if err := w.releaseIngress(ctx, i, g.finalizer); err != nil {
				return "", err
			}
		}
		w.settled[key] = mark
		if len(g.members) == 0 {
			delete(w.settled, key)
		}
		return mark, nil
	})
}

func (w *worker) deployMembers(ctx context.Context, g *group) (dns string, done bool, err error) {
	st := w.stackOf(w.flavour.ingresses, g.id, nil)
	if len(g.members) > 0 {
		m, err := w.modelGroup(ctx, g)
		if err != nil {
			return "", false, err
		}
		st.more = m.tags
		lb, err := m.deploy(ctx, st)
		if err != nil {
			return "", false, err
		}
		dns = ec2.Text(lb.State, "dnsName")
	}
	done, err = st.sweep(ctx)
	return dns, done, err
}

// backends are the ports of the Services that an Ingress names: what its target
// groups depend on beside itself.
func (w *worker) backends(i ingress) []any {
	var out []any
	for _, r := range i.Spec.Rules {
		if r.HTTP == nil {
			continue
		}
		for _, p := range r.HTTP.Paths {
			if p.Backend.Service != nil {
				if s, ok := kube.Find[service](w.store.services, i.Namespace+"/"+p.Backend.Service.Name); ok {
					out = append(out, s.UID, s.Spec.Ports, s.Annotations)
				}
			}
		}
	}
	return out
}

// agree is a setting that all members of a group must agree on: the class's before
// the annotation's.
func agree(g *group, name string, of func(member) string) (string, error) {
	found := ""
	for _, m := range g.members {
		switch v := of(m); {
		case v == "" || v == found:
		case found == "":
			found = v
		default:
			return "", fmt.Errorf("conflicting %s: %s | %s", name, found, v)
		}
	}
	return found, nil
}
