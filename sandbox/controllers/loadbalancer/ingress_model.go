package loadbalancer

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"retail/sandbox/cloud"
	"retail/sandbox/cloud/elbv2"
)

// listen is a port of an application load balancer.
type listen struct {
	port     int
	protocol string
}

// application is an application load balancer as a group describes it.
type application struct {
	group        *group
	tags         map[string]string
	balancer     cloud.Props
	asks         map[asking]cloud.Props
	ports        []listen
	certificates []string
	policy       string
	redirect     int // port that plain HTTP is sent to; 0: none
	cidrs, lists []string
	own          []string // security groups that the group names
	manage       bool
}

func (w *worker) modelGroup(ctx context.Context, g *group) (*application, error) {
	m := &application{group: g, tags: map[string]string{}}
	first := func(name, annotation string, param func(params) string) (string, error) {
		return agree(g, name, func(x member) string {
			if v := param(x.params); v != "" {
				return v
			}
			return x.a.values[annotation]
		})
	}
	scheme, err := first("scheme", "scheme", func(p params) string { return p.scheme })
	if err != nil {
		return nil, err
	}
	if scheme == "" {
		scheme = internalOnly
	}
	if scheme != internalOnly && scheme != internetFacing {
		return nil, fmt.Errorf("unknown scheme: %s", scheme)
	}
	name, err := first("load balancer name", "load-balancer-name", func(p params) string { return p.name })
	if err != nil {
		return nil, err
	}
	if name == "" {
		name = w.applicationName(g, scheme)
	}
	if m.policy, err = first("sslPolicy", "ssl-policy", func(p params) string { return p.sslPolicy }); err != nil {
		return nil, err
	}
	redirect, err := first("sslRedirect port", "ssl-redirect", func(p params) string { return p.sslRedirect })
	if err != nil {
		return nil, err
	}
	if redirect != "" {
		if m.redirect, err = strconv.Atoi(redirect); err != nil {
			return nil, fmt.Errorf("failed to parse integer annotation, %sssl-redirect: %s", ingressPrefix, redirect)
		}
	}
	m.balancer = cloud.Props{"name": name, "loadBalancerType": "application", "internal": scheme == internalOnly}
	if err := w.completeModel(m, scheme); err != nil {
		return nil, err
	}
	return m, w.authenticate(ctx, m)
}

// applicationName follows the controller: an implicit group shows the Ingress, an
// explicit one its own name.
func (w *worker) applicationName(g *group, scheme string) string {
	if g.explicit {
		return groupName(g.id, w.cluster, g.id, scheme)
	}
	i := g.members[0].ingress
	return nameOf(i.Namespace, i.Name, w.cluster, g.id, scheme)
}

// completeModel reads what members add up to.
func (w *worker) completeModel(m *application, scheme string) error {
	choice, attributes := subnetChoice{}, map[string]string{}
	for _, x := range m.group.members {
		own, err := x.a.pairs("load-balancer-attributes")
		if err != nil {
			return err
		}
		tags, err := x.a.pairs("tags")
		if err != nil {
			return err
		}
		attributes = merged(attributes, own, x.params.attributes)
		m.tags = merged(m.tags, tags, x.params.tags)
		if len(x.params.subnets.names) > 0 || len(x.params.subnets.tags) > 0 {
			choice = x.params.subnets
		} else if names := x.a.list("subnets"); len(names) > 0 {
			choice = subnetChoice{names: names}
		}
		m.certificates = union(m.certificates, x.params.certificates, x.a.list("certificate-arn"))
		m.cidrs = union(m.cidrs, either(x.params.cidrs, x.a.list("inbound-cidrs")))
		m.lists = union(m.lists, either(x.params.lists, x.a.list("security-group-prefix-lists")))
		m.own = union(m.own, x.a.list("security-groups"))
		manage, err := x.a.flag("manage-backend-security-group-rules")
		if err != nil {
			return err
		}
		m.manage = m.manage || manage
		if len(x.ingress.Spec.TLS) > 0 && len(m.certificates) == 0 {
			return fmt.Errorf("finding a certificate for spec.tls is not simulated: give %scertificate-arn", ingressPrefix)
		}
		ports, err := portsOf(x.a, len(m.certificates) > 0)
		if err != nil {
			return err
		}
		m.ports = union(m.ports, ports)
	}
	if len(m.cidrs) == 0 && len(m.lists) == 0 {
		m.cidrs = []string{"0.0.0.0/0"}
	}
	if m.policy == "" {
		m.policy = "ELBSecurityPolicy-2016-08"
	}
	if err := apply(m.balancer, attributes, balancerAttributes); err != nil {
		return err
	}
	var err error
	m.balancer["subnets"], err = w.subnets(choice, scheme, 2)
	return err
}

// portsOf are the ports that an Ingress listens on: its annotation's, else 443
// with a certificate and 80 without.
func portsOf(a *annotations, secure bool) ([]listen, error) {
	if a.values["listen-ports"] == "" {
		if secure {
			return []listen{{443, "HTTPS"}}, nil
		}
		return []listen{{80, "HTTP"}}, nil
	}
	var entries []map[string]int
	if err := json.Unmarshal([]byte(a.values["listen-ports"]), &entries); err != nil {
		return nil, fmt.Errorf("failed to parse json annotation, %slisten-ports: %s", ingressPrefix, a.values["listen-ports"])
	}
	var out []listen
	for _, e := range entries {
		for protocol, port := range e {
			if protocol != "HTTP" && protocol != "HTTPS" {
				return nil, fmt.Errorf("listen protocol must be HTTP or HTTPS: %s", protocol)
			}
			if protocol == "HTTPS" && !secure {
				return nil, fmt.Errorf("no certificate found for the HTTPS listener on port %d: give %scertificate-arn", port, ingressPrefix)
			}
			out = append(out, listen{port, protocol})
		}
	}
	return out, nil
}

func union[T comparable](lists ...[]T) []T {
	var out []T
	for _, l := range lists {
		for _, v := range l {
			if !slices.Contains(out, v) {
				out = append(out, v)
			}
		}
	}
	return out
}

func either[T any](a, b []T) []T {
	if len(a) > 0 {
		return a
	}
	return b
}

// deploy makes the load balancer with its listeners and rules.
func (m *application) deploy(ctx context.Context, st *stack) (*cloud.Record, error) {
	peerGroup, err := m.groups(ctx, st)
	if err != nil {
		return nil, err
	}
	lb, err := st.ensure(ctx, elbv2.LoadBalancer, "LoadBalancer", m.balancer)
	if err != nil {
		return nil, err
	}
	slices.SortFunc(m.ports, func(a, b listen) int { return a.port - b.port })
	for _, l := range m.ports {
		inputs := cloud.Props{"loadBalancerArn": lb.ID, "port": float64(l.port), "protocol": l.protocol}
		if l.protocol == "HTTPS" {
			inputs["certificateArn"], inputs["sslPolicy"] = m.certificates[0], m.policy
		}
		redirects := m.redirect != 0 && m.redirect != l.port
		inputs["defaultActions"] = []any{notFound()}
		if redirects {
			inputs["defaultActions"] = []any{cloud.Props{"type": "redirect", "redirect": cloud.Props{
				"port": strconv.Itoa(m.redirect), "protocol": "HTTPS", "statusCode": "HTTP_301"}}}
		}
		listener, err := st.ensure(ctx, elbv2.Listener, strconv.Itoa(l.port), inputs)
		if err != nil {
			return nil, err
		}
		if l.protocol == "HTTPS" {
			if err := st.certificates(ctx, listener.ID, m.certificates[1:]); err != nil {
				return nil, err
			}
		}
		if redirects {
			continue
		}
		if err := m.rules(ctx, st, listener, l, peerGroup); err != nil {
			return nil, err
		}
	}
	return lb, nil
}

// notFound is the answer where no rule fits.
func notFound() cloud.Props {
	return cloud.Props{"type": "fixed-response", "fixedResponse": cloud.Props{"contentType": "text/plain", "statusCode": "404"}}
}

// groups are as a Service's.
func (m *application) groups(ctx context.Context, st *stack) (string, error) {
	var ports []int
	for _, l := range m.ports {
		ports = append(ports, l.port)
	}
	return securityGroups(ctx, st, m.balancer, m.own, m.manage, func() (*cloud.Record, error) {
		return st.frontendGroup(ctx, fmt.Sprint(m.balancer["name"]), ports, "tcp", m.cidrs, m.lists)
	})
}

// ruleID names a rule within its stack.
func ruleID(port, priority int) string {
	return strings.Join([]string{strconv.Itoa(port), strconv.Itoa(priority)}, ":")
}
