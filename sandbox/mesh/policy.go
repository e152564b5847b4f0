package mesh

import (
	"cmp"
	"fmt"
	"net/netip"
	"slices"
	"strconv"
	"strings"

	corev1 "k8s.io/api/core/v1"
)

// asked is a request as a policy sees it.
type asked struct {
	client  *corev1.Pod // nil from outside the cluster
	address string      // where client is nil
	port    int
	l7      bool // who judges reads requests
}

// atPod are the policies that hold at a pod's own proxy or ztunnel.
func (s *Snapshot) atPod(pod *corev1.Pod) []*policy {
	var out []*policy
	for _, p := range s.policies {
		if len(p.targets()) == 0 && (p.Namespace == pod.Namespace || p.Namespace == RootNamespace) && p.Spec.Selector.selects(pod.Labels) {
			out = append(out, p)
		}
	}
	return out
}

// atProxy are the policies that hold at a gateway, or at a waypoint for a Service. Those
// that select pods hold at gateways too, not at waypoints.
func (s *Snapshot) atProxy(pod *corev1.Pod, gateway string, service *corev1.Service) []*policy {
	var out []*policy
	if member(pod) == proxy {
		out = s.atPod(pod)
	}
	for _, p := range s.policies {
		if slices.ContainsFunc(p.targets(), func(r reference) bool {
			switch r.Kind {
			case "Gateway":
				return r.Name == gateway && p.Namespace == pod.Namespace
			case "GatewayClass":
				return r.Name == "istio-waypoint" && member(pod) == waypoints && p.Namespace == RootNamespace
			case "Service":
				return service != nil && r.Name == service.Name && p.Namespace == service.Namespace
			}
			return false
		}) {
			out = append(out, p)
		}
	}
	return out
}

// judge tells why policies do not let a request through; "" when they do: no DENY
// matches, and where there are ALLOW policies one does ("Authorization Policy",
// implicit enablement).
func (w *walk) judge(a asked, all []*policy) string {
	var allows []string
	allowed := false
	for _, p := range all {
		name := p.Namespace + "/" + p.Name
		action := cmp.Or(p.Spec.Action, "ALLOW")
		matches, strange := false, ""
		for _, r := range p.Spec.Rules {
			m, s := w.permits(r, a, action)
			matches, strange = matches || m, cmp.Or(strange, s)
		}
		switch {
		case strange != "":
			return fmt.Sprintf("AuthorizationPolicy %s: %s is not followed: extend sandbox/mesh/policy.go", name, strange)
		case action == "DENY" && matches:
			return "AuthorizationPolicy " + name + " denies it"
		case action == "ALLOW":
			allows, allowed = append(allows, name), allowed || matches
		case action == "CUSTOM":
			return fmt.Sprintf("AuthorizationPolicy %s: action CUSTOM is not followed: extend sandbox/mesh/policy.go", name)
		}
	}
	if allowed || len(allows) == 0 {
		return ""
	}
	slices.Sort(allows)
	who := cmp.Or(identity(a.client), a.address, "plaintext")
	return fmt.Sprintf("no rule of AuthorizationPolicy %s allows %s %s to %s", strings.Join(allows, ", "), w.request.Method, cmp.Or(w.request.Path, "/"), who)
}

// permits tells whether a rule matches; strange names what cannot be judged.
func (w *walk) permits(r permission, a asked, action string) (matches bool, strange string) {
	if len(r.When) > 0 {
		return false, "when"
	}
	from := len(r.From) == 0
	for _, f := range r.From {
		if len(f.Source.RequestPrincipals)+len(f.Source.NotRequestPrincipals) > 0 {
			return false, "requestPrincipals"
		}
		from = from || a.from(f.Source)
	}
	to := len(r.To) == 0
	for _, t := range r.To {
		to = to || w.to(t.Operation, a, action)
	}
	return from && to, ""
}

func (a asked) from(s source) bool {
	id := identity(a.client)
	var space, account string
	if parts := strings.Split(id, "/"); len(parts) == 4 {
		space, account = parts[1], parts[1]+"/"+parts[3]
	}
	address := a.address
	if a.client != nil {
		address = a.client.Status.PodIP
	}
	principal := func(patterns []string) bool {
		return slices.ContainsFunc(patterns, func(p string) bool {
			// A principal begins with the trust domain, of which a snapshot knows nothing:
			// any counts.
			if _, rest, cut := strings.Cut(p, "/"); cut && strings.HasPrefix(rest, "ns/") {
				p = rest
			}
			return id != "" && like(p, id)
		})
	}
	return oneOf(s.Principals, principal) && noneOf(s.NotPrincipals, principal) &&
		oneOf(s.Namespaces, texts(space)) && noneOf(s.NotNamespaces, texts(space)) &&
		oneOf(s.ServiceAccounts, texts(account)) && noneOf(s.NotServiceAccounts, texts(account)) &&
		oneOf(s.IPBlocks, within(address)) && noneOf(s.NotIPBlocks, within(address)) &&
		oneOf(s.RemoteIPBlocks, within(address)) && noneOf(s.NotRemoteIPBlocks, within(address))
}

// to tells whether an operation fits. Who knows no requests takes what it says of them
// for never fitting when it would allow, and for always fitting when it would deny.
func (w *walk) to(o operation, a asked, action string) bool {
	port := texts(strconv.Itoa(a.port))
	if !oneOf(o.Ports, port) || !noneOf(o.NotPorts, port) {
		return false
	}
	if !a.l7 && len(o.Methods)+len(o.NotMethods)+len(o.Paths)+len(o.NotPaths)+len(o.Hosts)+len(o.NotHosts) > 0 {
		return action == "DENY"
	}
	method, host := texts(w.request.Method), texts(w.request.Host)
	path := func(patterns []string) bool {
		at, _, _ := strings.Cut(cmp.Or(w.request.Path, "/"), "?")
		return slices.ContainsFunc(patterns, func(p string) bool { return likePath(p, at) })
	}
	return oneOf(o.Methods, method) && noneOf(o.NotMethods, method) && oneOf(o.Paths, path) && noneOf(o.NotPaths, path) &&
		oneOf(o.Hosts, host) && noneOf(o.NotHosts, host)
}

// oneOf and noneOf take an empty list for no condition.
func oneOf(patterns []string, fits func([]string) bool) bool {
	return len(patterns) == 0 || fits(patterns)
}

func noneOf(patterns []string, fits func([]string) bool) bool {
	return len(patterns) == 0 || !fits(patterns)
}

func texts(value string) func([]string) bool {
	return func(patterns []string) bool {
		return slices.ContainsFunc(patterns, func(p string) bool { return value != "" && like(p, value) })
	}
}

func within(address string) func([]string) bool {
	at, err := netip.ParseAddr(address)
	return func(blocks []string) bool {
		return err == nil && slices.ContainsFunc(blocks, func(b string) bool {
			if prefix, err := netip.ParsePrefix(b); err == nil {
				return prefix.Contains(at)
			}
			return b == address
		})
	}
}

// like compares with a pattern of Istio's: exact, "x*", "*x" or "*" for anything.
func like(pattern, value string) bool {
	switch {
	case pattern == "*":
		return value != ""
	case strings.HasSuffix(pattern, "*"):
		return strings.HasPrefix(value, strings.TrimSuffix(pattern, "*"))
	case strings.HasPrefix(pattern, "*"):
		return strings.HasSuffix(value, strings.TrimPrefix(pattern, "*"))
	}
	return pattern == value
}

// likePath knows templates too: {*} is one segment that is not empty, {**} any number.
func likePath(pattern, path string) bool {
	if !strings.Contains(pattern, "{*") {
		return like(pattern, path)
	}
	return segments(strings.Split(pattern, "/"), strings.Split(path, "/"))
}

func segments(pattern, path []string) bool {
	switch {
	case len(pattern) == 0:
		return len(path) == 0
	case pattern[0] == "{**}":
		for n := range len(path) + 1 {
			if segments(pattern[1:], path[n:]) {
				return true
			}
		}
		return false
	case len(path) == 0:
		return false
	case pattern[0] == "{*}":
		return path[0] != "" && segments(pattern[1:], path[1:])
	}
	return pattern[0] == path[0] && segments(pattern[1:], path[1:])
}
