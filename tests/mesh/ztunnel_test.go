package mesh

import (
	"net/netip"
	"slices"
	"strings"

	"istio.io/istio/pkg/workloadapi"
	"istio.io/istio/pkg/workloadapi/security"
)

// connection is what ztunnel knows when it decides.
type connection struct {
	// identity is the caller's, such as "spiffe://cluster.local/ns/store/sa/ui"; empty for
	// plain text.
	identity string
	source   netip.Addr
	to       netip.Addr
	port     uint32
}

// admitted says whether ztunnel lets a connection in to a workload, by the policies that
// istiod sends it: none that denies may match, and where there are any that allow, one must
// (istio/ztunnel, src/state.rs, assert_rbac).
func admitted(w *world, at *workloadapi.Workload, c connection) bool {
	var allowing, allowed bool
	for _, policy := range policiesOf(w, at) {
		if policy.DryRun {
			continue
		}
		matched := slices.ContainsFunc(policy.Groups, func(group *security.Group) bool { return groupMatches(group, c) })
		if policy.Action == security.Action_DENY {
			if matched {
				return false
			}
			continue
		}
		allowing, allowed = true, allowed || matched
	}
	return !allowing || allowed
}

// policiesOf are those of the workload itself, of its namespace and of all.
func policiesOf(w *world, at *workloadapi.Workload) []*security.Authorization {
	w.learn()
	var all []*security.Authorization
	for _, one := range w.made.policies {
		policy := one.Authorization
		switch policy.Scope {
		case security.Scope_GLOBAL:
		case security.Scope_NAMESPACE:
			if policy.Namespace != at.Namespace {
				continue
			}
		default:
			if !slices.Contains(at.AuthorizationPolicies, policy.Namespace+"/"+policy.Name) {
				continue
			}
		}
		all = append(all, policy)
	}
	return all
}

// groupMatches: in a group all rules must hold, in a rule any match, in a match all that is
// set, of each the one or the other value (pkg/workloadapi/security/authorization.proto and
// istio/ztunnel, src/rbac.rs).
func groupMatches(group *security.Group, c connection) bool {
	for _, rule := range group.Rules {
		if len(rule.Matches) > 0 && !slices.ContainsFunc(rule.Matches, func(match *security.Match) bool { return c.matches(match) }) {
			return false
		}
	}
	return true
}

func (c connection) matches(m *security.Match) bool {
	identity, known := strings.CutPrefix(c.identity, "spiffe://")
	space, account := "", ""
	if parts := strings.Split(identity, "/"); len(parts) == 5 {
		space, account = parts[2], parts[4]
	}
	principal := func(want *security.StringMatch) bool { return known && stringMatches(want, identity) }
	inNamespace := func(want *security.StringMatch) bool { return stringMatches(want, space) }
	isAccount := func(want *security.ServiceAccountMatch) bool {
		return known && want.Namespace == space && want.ServiceAccount == account
	}
	within := func(addr netip.Addr) func(*security.Address) bool {
		return func(want *security.Address) bool {
			base, ok := netip.AddrFromSlice(want.Address)
			return ok && netip.PrefixFrom(base, int(want.Length)).Contains(addr)
		}
	}
	port := func(want uint32) bool { return want == c.port }
	return holds(m.Principals, m.NotPrincipals, principal) && holds(m.Namespaces, m.NotNamespaces, inNamespace) &&
		holds(m.ServiceAccounts, m.NotServiceAccounts, isAccount) &&
		holds(m.SourceIps, m.NotSourceIps, within(c.source)) && holds(m.DestinationIps, m.NotDestinationIps, within(c.to)) &&
		holds(m.DestinationPorts, m.NotDestinationPorts, port)
}

// holds says whether one of the wanted and none of the unwanted matches; nothing wanted is
// anything.
func holds[T any](wanted, unwanted []T, is func(T) bool) bool {
	return (len(wanted) == 0 || slices.ContainsFunc(wanted, is)) && !slices.ContainsFunc(unwanted, is)
}

func stringMatches(want *security.StringMatch, value string) bool {
	switch kind := want.MatchType.(type) {
	case *security.StringMatch_Exact:
		return value == kind.Exact
	case *security.StringMatch_Prefix:
		return strings.HasPrefix(value, kind.Prefix)
	case *security.StringMatch_Suffix:
		return strings.HasSuffix(value, kind.Suffix)
	case *security.StringMatch_Presence:
		return value != ""
	}
	return false
}

// workload is what istiod tells ztunnel of a pod; nil if nothing.
func (w *world) workload(name string) *workloadapi.Workload {
	w.learn()
	return w.made.workloads[name]
}

// service is what istiod tells ztunnel of a Service of the shop; nil if nothing.
func (w *world) service(name string) *workloadapi.Service {
	w.learn()
	return w.made.services[name]
}

// learn takes in what istiod tells ztunnel, once.
func (w *world) learn() {
	if w.made.workloads != nil {
		return
	}
	w.made.workloads, w.made.services = map[string]*workloadapi.Workload{}, map[string]*workloadapi.Service{}
	all, _ := w.ambient.AddressInformation(nil)
	for _, one := range all {
		if workload := one.GetWorkload(); workload != nil {
			w.made.workloads[workload.Name] = workload
		}
		if service := one.GetService(); service != nil && service.Namespace == namespace {
			w.made.services[service.Name] = service
		}
	}
	w.made.policies = w.ambient.Policies(nil)
}
