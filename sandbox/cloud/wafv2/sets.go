package wafv2

import (
	"net/netip"

	"github.com/dlclark/regexp2/v2"

	"retail/sandbox/cloud"
)

// Limits of sets (Developer Guide, "AWS WAF quotas").
const (
	addressesLimit = 10000
	patternsLimit  = 10
)

func ipSetSpec() *cloud.Spec {
	spec := scoped(IPSet, "ipset", "IPSet", putIPSet)
	spec.Delete = unused("ipSetReferenceStatement")
	return spec
}

func putIPSet(c *cloud.Call) error {
	addresses := c.Strs("addresses")
	if len(addresses) > addressesLimit {
		return c.Fail("WAFLimitsExceededException", "AWS WAF couldn't perform the operation because you exceeded your resource limit: "+
			"an IP set has at most %d addresses.", addressesLimit)
	}
	for _, a := range addresses {
		prefix, err := netip.ParsePrefix(a)
		if err != nil || prefix.Bits() == 0 || prefix.Addr().Is4() != (c.Str("ipAddressVersion") == "IPV4") {
			return invalid(c, "The parameter contains formatting that is not valid.", "IP_ADDRESS", a)
		}
	}
	return nil
}

func regexPatternSetSpec() *cloud.Spec {
	spec := scoped(RegexPatternSet, "regexpatternset", "RegexPatternSet", putPatterns)
	spec.Delete = unused("regexPatternSetReferenceStatement")
	return spec
}

func putPatterns(c *cloud.Call) error {
	patterns := objects(c.Any("regularExpressions"))
	if len(patterns) > patternsLimit {
		return c.Fail("WAFLimitsExceededException", "AWS WAF couldn't perform the operation because you exceeded your resource limit: "+
			"a regex pattern set has at most %d patterns.", patternsLimit)
	}
	for _, p := range patterns {
		if _, err := regexp2.Compile(str(p, "regexString"), regexp2.None); err != nil {
			return invalid(c, "The parameter contains formatting that is not valid.", "REGEX_PATTERN_SET", str(p, "regexString"))
		}
	}
	return nil
}

// unused refuses to delete a set that a web ACL's statement of a kind names.
func unused(kind string) func(*cloud.Call) error {
	return func(c *cloud.Call) error {
		for _, acl := range c.List(WebACL) {
			if names(acl.State["rules"], kind, str(c.State, "arn")) {
				return associated(c)
			}
		}
		return nil
	}
}

// names tells whether a statement of a kind, at any depth, names an ARN.
func names(at any, kind, arn string) bool {
	switch v := at.(type) {
	case []any:
		for _, e := range v {
			if names(e, kind, arn) {
				return true
			}
		}
	case cloud.Props:
		if str(v, kind+".arn") == arn {
			return true
		}
		for _, e := range v {
			if names(e, kind, arn) {
				return true
			}
		}
	}
	return false
}

func associated(c *cloud.Call) error {
	return c.Fail("WAFAssociatedItemException", "AWS WAF couldn't perform the operation because your resource is being used by "+
		"another resource or it's associated with another resource.")
}
