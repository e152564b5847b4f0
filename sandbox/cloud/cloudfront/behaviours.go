package cloudfront

import (
	"slices"
	"strings"

	"retail/sandbox/cloud"
)

// methods are the sets of methods that a behaviour may allow.
var methods = [][]string{
	{"GET", "HEAD"}, {"GET", "HEAD", "OPTIONS"}, {"DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT"},
}

func checkBehaviours(c *cloud.Call) error {
	behaviours := append(objects(c.Inputs, "defaultCacheBehavior"), objects(c.Inputs, "orderedCacheBehaviors[*]")...)
	seen := map[string]bool{}
	for i, b := range behaviours {
		if pattern := str(b, "pathPattern"); i > 0 {
			if seen[pattern] {
				return invalid(c, "The parameter PathPattern is there twice: %s", pattern)
			}
			seen[pattern] = true
		}
		for _, rule := range []func(*cloud.Call, cloud.Props) error{checkTarget, checkMethods, checkPolicies} {
			if err := rule(c, b); err != nil {
				return err
			}
		}
	}
	return nil
}

// checkTarget: a behaviour names an origin or an origin group. Failover is for
// requests that change nothing, so a behaviour with a group takes no others
// (Developer Guide, "Optimize high availability with CloudFront origin failover").
func checkTarget(c *cloud.Call, b cloud.Props) error {
	target := str(b, "targetOriginId")
	switch {
	case slices.Contains(texts(c.Inputs, "originGroups[*].originId"), target):
		if slices.Contains(texts(b, "allowedMethods[*]"), "POST") {
			return invalid(c, "The parameter AllowedMethods cannot include POST, PUT, PATCH, and DELETE for a cached behavior "+
				"associated with an origin group.")
		}
	case !slices.Contains(texts(c.Inputs, "origins[*].originId"), target):
		return noOrigin(target)
	}
	return nil
}

func checkMethods(c *cloud.Call, b cloud.Props) error {
	allowed, cached := texts(b, "allowedMethods[*]"), texts(b, "cachedMethods[*]")
	is := func(list []string) func([]string) bool {
		slices.Sort(list)
		return func(set []string) bool { return slices.Equal(list, set) }
	}
	switch {
	case !slices.ContainsFunc(methods, is(allowed)):
		return invalid(c, "The parameter AllowedMethods is not one of the sets that are supported: %s", strings.Join(allowed, ", "))
	case !slices.ContainsFunc(methods[:2], is(cached)):
		return invalid(c, "The parameter CachedMethods is not one of the sets that are supported: %s", strings.Join(cached, ", "))
	}
	for _, m := range cached {
		if !slices.Contains(allowed, m) {
			return invalid(c, "The parameter CachedMethods must be a part of AllowedMethods: %s", m)
		}
	}
	return nil
}

// checkPolicies looks for the policies among those that AWS manages; others
// cannot be made here.
func checkPolicies(c *cloud.Call, b cloud.Props) error {
	cache := str(b, "cachePolicyId")
	switch {
	case cache == "":
		return invalid(c, "The parameter ForwardedValues is required. (a behaviour needs a cache policy)")
	case find(cachePolicies, cache) == nil:
		return notFound("NoSuchCachePolicy", "The specified cache policy does not exist.")
	}
	for _, ttl := range []string{"defaultTtl", "maxTtl", "minTtl"} {
		if n, _ := b[ttl].(float64); n != 0 {
			return invalid(c, "The parameter %s cannot be used when a cache policy is associated to the cache behavior.", ttl)
		}
	}
	if id := str(b, "originRequestPolicyId"); id != "" && find(requestPolicies, id) == nil {
		return notFound("NoSuchOriginRequestPolicy", "The specified origin request policy does not exist.")
	}
	if id := str(b, "responseHeadersPolicyId"); id != "" && find(headersPolicies, id) == nil {
		return notFound("NoSuchResponseHeadersPolicy", "The specified response headers policy does not exist.")
	}
	return nil
}
