package request

import (
	"net/netip"
	"slices"
	"strings"

	"retail/sandbox/cloud"
	"retail/sandbox/cloud/ec2"
	"retail/sandbox/cloud/iam/policy"
)

// matches tells whether every condition of a rule holds ("Condition types for
// listener rules", Application Load Balancer User Guide).
func (t *trace) matches(rule *cloud.Record) bool {
	for _, c := range items(rule.State, "conditions") {
		if !t.holds(c) {
			return false
		}
	}
	return true
}

// holds tells whether one of a condition's values fits. Host names and header
// values are compared without case, paths with it.
func (t *trace) holds(c cloud.Props) bool {
	anyOf := func(path, value string, fits func(pattern, value string) bool) bool {
		return slices.ContainsFunc(ec2.Texts(c, path), func(pattern string) bool { return fits(pattern, value) })
	}
	switch {
	case c["hostHeader"] != nil:
		return anyOf("hostHeader.values[*]", t.host, policy.MatchFold)
	case c["pathPattern"] != nil:
		path := t.request.URL.Path
		if path == "" {
			path = "/"
		}
		return anyOf("pathPattern.values[*]", path, policy.Match)
	case c["httpHeader"] != nil:
		for name, value := range t.request.Headers {
			if strings.EqualFold(name, text(c, "httpHeader.httpHeaderName")) && anyOf("httpHeader.values[*]", value, policy.MatchFold) {
				return true
			}
		}
		return false
	case c["httpRequestMethod"] != nil:
		return anyOf("httpRequestMethod.values[*]", t.request.Method, policy.Match)
	case c["queryStrings"] != nil:
		return t.queryHolds(items(c, "queryStrings"))
	case c["sourceIp"] != nil:
		return slices.ContainsFunc(ec2.Texts(c, "sourceIp.values[*]"), func(cidr string) bool {
			p, err := netip.ParsePrefix(cidr)
			return err == nil && p.Contains(customer)
		})
	}
	return false
}

// customer is the address that requests come from, of a range for documentation
// (RFC 5737).
var customer = netip.MustParseAddr("198.51.100.77")

func (t *trace) queryHolds(wanted []cloud.Props) bool {
	return slices.ContainsFunc(wanted, func(pair cloud.Props) bool {
		for key, values := range t.request.URL.Query() {
			if k := text(pair, "key"); k != "" && !policy.MatchFold(k, key) {
				continue
			}
			if slices.ContainsFunc(values, func(v string) bool { return policy.MatchFold(text(pair, "value"), v) }) {
				return true
			}
		}
		return false
	})
}
