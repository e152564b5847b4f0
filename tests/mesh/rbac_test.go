package mesh

import (
	"fmt"
	"net/netip"
	"regexp"
	"slices"
	"strings"

	corev3 "github.com/envoyproxy/go-control-plane/envoy/config/core/v3"
	rbacv3 "github.com/envoyproxy/go-control-plane/envoy/config/rbac/v3"
	routev3 "github.com/envoyproxy/go-control-plane/envoy/config/route/v3"
	templatev3 "github.com/envoyproxy/go-control-plane/envoy/extensions/path/match/uri_template/v3"
	matcherv3 "github.com/envoyproxy/go-control-plane/envoy/type/matcher/v3"
)

// request is what Envoy knows when it decides.
type request struct {
	connection
	method, path string
}

// peerPrincipal is where a waypoint keeps who called it.
const peerPrincipal = "io.istio.peer_principal"

// allowedBy says whether one set of Envoy's rules lets a request through (Envoy API
// reference, config.rbac.v3.RBAC). Whatever is not known here stops the test: a rule that
// is skipped would be a rule that is not checked.
func allowedBy(rules *rbacv3.RBAC, r request) bool {
	matched := false
	for _, policy := range rules.GetPolicies() {
		permitted := slices.ContainsFunc(policy.Permissions, r.permission)
		if policy.Condition != nil || policy.CheckedCondition != nil {
			panic("a condition in a policy: teach this test what it means")
		}
		matched = matched || permitted && slices.ContainsFunc(policy.Principals, r.principal)
	}
	switch rules.GetAction() {
	case rbacv3.RBAC_ALLOW:
		return matched
	case rbacv3.RBAC_DENY:
		return !matched
	}
	panic(fmt.Sprintf("action %v: teach this test what it means", rules.GetAction()))
}

func all[T any](list []T, is func(T) bool) bool {
	return !slices.ContainsFunc(list, func(one T) bool { return !is(one) })
}

func (r request) permission(p *rbacv3.Permission) bool {
	switch rule := p.Rule.(type) {
	case *rbacv3.Permission_Any:
		return rule.Any
	case *rbacv3.Permission_AndRules:
		return all(rule.AndRules.Rules, r.permission)
	case *rbacv3.Permission_OrRules:
		return slices.ContainsFunc(rule.OrRules.Rules, r.permission)
	case *rbacv3.Permission_NotRule:
		return !r.permission(rule.NotRule)
	case *rbacv3.Permission_Header:
		return r.header(rule.Header)
	case *rbacv3.Permission_UrlPath:
		return text(rule.UrlPath.GetPath(), r.bare())
	case *rbacv3.Permission_DestinationPort:
		return rule.DestinationPort == r.port
	case *rbacv3.Permission_DestinationIp:
		return within(rule.DestinationIp, r.to)
	case *rbacv3.Permission_UriTemplate:
		return template(rule.UriTemplate, r.bare())
	}
	panic(fmt.Sprintf("permission %T: teach this test what it means", p.Rule))
}

func (r request) principal(p *rbacv3.Principal) bool {
	switch rule := p.Identifier.(type) {
	case *rbacv3.Principal_Any:
		return rule.Any
	case *rbacv3.Principal_AndIds:
		return all(rule.AndIds.Ids, r.principal)
	case *rbacv3.Principal_OrIds:
		return slices.ContainsFunc(rule.OrIds.Ids, r.principal)
	case *rbacv3.Principal_NotId:
		return !r.principal(rule.NotId)
	case *rbacv3.Principal_Authenticated_:
		return r.identity != "" && (rule.Authenticated.PrincipalName == nil || text(rule.Authenticated.PrincipalName, r.identity))
	case *rbacv3.Principal_FilterState:
		if rule.FilterState.Key != peerPrincipal {
			panic("filter state " + rule.FilterState.Key + ": teach this test what it means")
		}
		return r.identity != "" && text(rule.FilterState.GetStringMatch(), r.identity)
	case *rbacv3.Principal_DirectRemoteIp:
		return within(rule.DirectRemoteIp, r.source)
	case *rbacv3.Principal_RemoteIp:
		return within(rule.RemoteIp, r.source)
	case *rbacv3.Principal_Header:
		return r.header(rule.Header)
	}
	panic(fmt.Sprintf("principal %T: teach this test what it means", p.Identifier))
}

// bare is the path without its query, which Envoy's path rules do not look at.
func (r request) bare() string {
	path, _, _ := strings.Cut(r.path, "?")
	return path
}

func (r request) header(want *routev3.HeaderMatcher) bool {
	value, known := map[string]string{":method": r.method, ":path": r.path}[want.Name]
	if _, isPresence := want.HeaderMatchSpecifier.(*routev3.HeaderMatcher_PresentMatch); known && isPresence {
		return (value != "") == want.GetPresentMatch() != want.InvertMatch
	}
	if !known || want.GetStringMatch() == nil {
		panic(fmt.Sprintf("header %v: teach this test what it means", want))
	}
	return text(want.GetStringMatch(), value) != want.InvertMatch
}

func within(want *corev3.CidrRange, addr netip.Addr) bool {
	return netip.PrefixFrom(netip.MustParseAddr(want.AddressPrefix), int(want.PrefixLen.GetValue())).Contains(addr)
}

func text(want *matcherv3.StringMatcher, value string) bool {
	if want.GetIgnoreCase() {
		panic("a match that ignores case: teach this test what it means")
	}
	switch rule := want.GetMatchPattern().(type) {
	case *matcherv3.StringMatcher_Exact:
		return value == rule.Exact
	case *matcherv3.StringMatcher_Prefix:
		return strings.HasPrefix(value, rule.Prefix)
	case *matcherv3.StringMatcher_Suffix:
		return strings.HasSuffix(value, rule.Suffix)
	case *matcherv3.StringMatcher_Contains:
		return strings.Contains(value, rule.Contains)
	case *matcherv3.StringMatcher_SafeRegex:
		return regexp.MustCompile("^(?:" + rule.SafeRegex.Regex + ")$").MatchString(value)
	}
	panic(fmt.Sprintf("text match %T: teach this test what it means", want.GetMatchPattern()))
}

// template says whether a path has the form of a template, in which "*" is one segment and
// "**" any number of characters (Envoy API reference, path.match.uri_template.v3).
func template(config *corev3.TypedExtensionConfig, path string) bool {
	want := &templatev3.UriTemplateMatchConfig{}
	if err := config.TypedConfig.UnmarshalTo(want); err != nil {
		panic(err)
	}
	pattern := strings.NewReplacer(`\*\*`, `.*`, `\*`, `[^/]+`).Replace(regexp.QuoteMeta(want.PathTemplate))
	return regexp.MustCompile("^" + pattern + "$").MatchString(path)
}
