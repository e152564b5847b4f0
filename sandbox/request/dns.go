package request

import (
	"slices"
	"strings"

	"retail/sandbox/cloud"
)

const (
	zoneToken         = "aws:route53/zone:Zone"
	recordToken       = "aws:route53/record:Record"
	distributionToken = "aws:cloudfront/distribution:Distribution"
	acceleratorToken  = "aws:globalaccelerator/accelerator:Accelerator"
	balancerToken     = "aws:lb/loadBalancer:LoadBalancer"
	// maxAliases bounds chains of names, as resolvers do.
	maxAliases = 8
)

// resolve follows a name to what answers for it and returns the location of a
// redirect, if that is the answer.
func (t *trace) resolve(name string) (location string) {
	for range maxAliases {
		if location, found := t.serve(name); found {
			return location
		}
		next, found := t.lookup(name)
		if !found {
			return ""
		}
		name = next
	}
	t.end(0, "%s: more than %d names in a chain", t.host, maxAliases)
	return ""
}

// serve hands the request to what has this name of AWS's giving.
func (t *trace) serve(name string) (location string, found bool) {
	name = domain(name)
	for _, d := range t.all(distributionToken) {
		if domain(text(d.State, "domainName")) == name {
			return t.distribution(d), true
		}
	}
	for _, a := range t.all(acceleratorToken) {
		if domain(text(a.State, "dnsName")) == name || domain(text(a.State, "dualStackDnsName")) == name {
			return t.accelerator(a), true
		}
	}
	if lb := t.balancerOf(name); lb != nil {
		return t.balancer(lb), true
	}
	return "", false
}

func (w *World) balancerOf(name string) *cloud.Record {
	for _, lb := range w.all(balancerToken) {
		// Consoles and aliases write "dualstack." in front of the same name.
		if domain(text(lb.State, "dnsName")) == strings.TrimPrefix(domain(name), "dualstack.") {
			return lb
		}
	}
	return nil
}

// lookup asks the public zone that is closest to a name. Of several records of
// one name, weights or failover decide among those whose target is healthy; when
// none is, all count as healthy ("How Amazon Route 53 chooses records when health
// checking is configured", Amazon Route 53 Developer Guide).
func (t *trace) lookup(name string) (next string, found bool) {
	zone := t.zoneOf(name)
	if zone == nil {
		t.end(0, "no such host: no public hosted zone answers for %s", name)
		return "", false
	}
	var candidates []*cloud.Record
	for _, kind := range []string{"A", "CNAME"} {
		for _, r := range t.all(recordToken) {
			if text(r.State, "zoneId") == zone.ID && text(r.State, "type") == kind && domain(fqdn(r, zone)) == domain(name) {
				candidates = append(candidates, r)
			}
		}
		if len(candidates) > 0 {
			break
		}
	}
	if len(candidates) == 0 {
		t.end(0, "no such host: zone %s has no A or CNAME record %s", text(zone.State, "name"), name)
		return "", false
	}
	healthy := slices.DeleteFunc(slices.Clone(candidates), func(r *cloud.Record) bool { return !t.recordHealthy(r) })
	if len(healthy) == 0 {
		healthy = candidates
	}
	return t.choose(name, healthy)
}

func fqdn(r, zone *cloud.Record) string {
	name := domain(text(r.State, "name"))
	apex := domain(text(zone.State, "name"))
	if name == apex || strings.HasSuffix(name, "."+apex) {
		return name
	}
	return strings.TrimPrefix(name+"."+apex, ".")
}

// zoneOf is the public zone with the longest name that holds a name.
func (w *World) zoneOf(name string) *cloud.Record {
	var best *cloud.Record
	for _, z := range w.all(zoneToken) {
		apex := domain(text(z.State, "name"))
		private := len(items(z.State, "vpcs")) > 0
		if private || domain(name) != apex && !strings.HasSuffix(domain(name), "."+apex) {
			continue
		}
		if best == nil || len(apex) > len(domain(text(best.State, "name"))) {
			best = z
		}
	}
	return best
}

func (t *trace) choose(name string, records []*cloud.Record) (next string, found bool) {
	for _, r := range records {
		for _, policy := range []string{"latencyRoutingPolicies", "geolocationRoutingPolicies", "geoproximityRoutingPolicy", "cidrRoutingPolicy"} {
			if len(items(r.State, policy)) > 0 {
				t.end(0, "%s: %s is not followed: extend sandbox/request/dns.go", name, policy)
				return "", false
			}
		}
	}
	var ways []weighted[*cloud.Record]
	for _, r := range records {
		weight := 1
		if policies := items(r.State, "weightedRoutingPolicies"); len(policies) > 0 {
			weight = number(policies[0], "weight")
		}
		if policies := items(r.State, "failoverRoutingPolicies"); len(policies) > 0 && text(policies[0], "type") == "PRIMARY" {
			ways = []weighted[*cloud.Record]{{r, 1}} // healthy, else it would not be here
			break
		}
		ways = append(ways, weighted[*cloud.Record]{r, weight})
	}
	chosen, share, ok := pick(t.draw, ways)
	if !ok {
		// All weights 0: Route 53 treats them as equal.
		chosen, share = records[t.draw.IntN(len(records))], "all weights 0"
	}
	if len(ways) == 1 {
		share = ""
	}
	target := ""
	if aliases := items(chosen.State, "aliases"); len(aliases) > 0 {
		target = text(aliases[0], "name")
	} else if values, _ := cloud.Lookup(chosen.State, "records").([]any); len(values) > 0 {
		target, _ = values[0].(string)
	}
	t.hop("dns", name+" → "+target, "%s", share)
	return target, target != ""
}

// recordHealthy evaluates the health of an alias's target, where it is asked to.
func (w *World) recordHealthy(r *cloud.Record) bool {
	for _, alias := range items(r.State, "aliases") {
		if alias["evaluateTargetHealth"] != true {
			continue
		}
		if lb := w.balancerOf(text(alias, "name")); lb != nil && !w.balancerHealthy(lb) {
			return false
		}
	}
	return true
}
