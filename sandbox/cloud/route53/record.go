package route53

import (
	"slices"
	"strings"

	"retail/sandbox/cloud"
	"retail/sandbox/cloud/ec2"
)

func recordSpec() *cloud.Spec {
	return &cloud.Spec{
		Token: Record,
		API: cloud.API{Create: "route53:ChangeResourceRecordSets", Read: "route53:ListResourceRecordSets",
			Update: "route53:ChangeResourceRecordSets", Delete: "route53:ChangeResourceRecordSets"},
		Latency: cloud.Latency{Create: inSync, Update: inSync, Delete: inSync},
		// pulumi-aws deletes and creates in one batch when these change, and the
		// record's ID changes with them: here that is a replacement.
		ReplaceOn: []string{"type", "setIdentifier"},
		Refs: []cloud.Ref{
			// A zone that is not empty says so itself; one of the organisation is no record.
			{Path: "zoneId", To: []string{Zone}, Loose: func(string) bool { return true }},
			{Path: "healthCheckId", To: []string{HealthCheck}, NotFound: "NoSuchHealthCheck"},
		},
		Check: []func(*cloud.Call) error{checkContent, checkPolicies,
			ec2.Unsupported(folder+"record.go", "cidrRoutingPolicy.collectionId", "geolocationRoutingPolicies", "geoproximityRoutingPolicy.bias",
				"geoproximityRoutingPolicy.awsRegion")},
		Create: func(c *cloud.Call) error {
			c.ID = recordID(c.Inputs)
			if err := putRecord(c); err != nil {
				return err
			}
			if there := same(c); there != nil { // overwritten by an UPSERT
				c.Remove(there)
			}
			return nil
		},
		Update: putRecord,
	}
}

// recordID is pulumi-aws's: zone, name, type and, where there is one, identifier.
func recordID(p cloud.Props) string {
	parts := []string{text(p, "zoneId"), plain(text(p, "name")), text(p, "type")}
	if id := text(p, "setIdentifier"); id != "" {
		parts = append(parts, id)
	}
	return strings.Join(parts, "_")
}

// policies are the routing policies and pulumi-aws's names for them.
var policies = []string{"failoverRoutingPolicies", "latencyRoutingPolicies", "multivalueAnswerRoutingPolicy", "weightedRoutingPolicies"}

// given tells whether an input is there and not empty.
func given(c *cloud.Call, path string) bool {
	switch v := c.Any(path).(type) {
	case nil:
		return false
	case []any:
		return len(v) > 0
	case string:
		return v != ""
	case bool:
		return v
	}
	return true
}

// checkContent is pulumi-aws's rule: an alias, or values with a time to live.
func checkContent(c *cloud.Call) error {
	switch alias, records := given(c, "aliases"), given(c, "records"); {
	case alias == records:
		return c.Invalid("records", "exactly one of aliases, records must be set")
	case alias && c.Any("ttl") != nil:
		return c.Invalid("ttl", "conflicts with aliases: an alias has the time to live of its target")
	case records && c.Any("ttl") == nil:
		return c.Invalid("ttl", "is required with records")
	}
	if list, _ := c.Any("aliases").([]any); len(list) > 1 {
		return c.Invalid("aliases", "has %d items, must have 1", len(list))
	}
	return nil
}

// checkPolicies is pulumi-aws's rule: at most one policy, and an identifier with it.
func checkPolicies(c *cloud.Call) error {
	var used []string
	for _, p := range policies {
		if given(c, p) {
			used = append(used, p)
		}
	}
	switch {
	case len(used) > 1:
		return c.Invalid(used[1], "conflicts with %s", used[0])
	case len(used) == 1 && !given(c, "setIdentifier"):
		return c.Invalid("setIdentifier", "is required with %s", used[0])
	case len(used) == 0 && given(c, "setIdentifier"):
		return c.Invalid("setIdentifier", "needs a routing policy: one of %s", strings.Join(policies, ", "))
	}
	return nil
}

// putRecord checks a change against the zone and makes the state what Route 53
// answers.
func putRecord(c *cloud.Call) error {
	zone := Find(c, c.Str("zoneId"))
	if zone == nil {
		return c.Fail("NoSuchHostedZone", "No hosted zone found with ID: %s", c.Str("zoneId"))
	}
	name := within(c.Str("name"), text(zone.State, "name"))
	c.State["fqdn"] = name
	if err := checkConflicts(c, zone, name); err != nil {
		return err
	}
	if given(c, "aliases") {
		return checkAlias(c, zone, name)
	}
	return checkValues(c)
}

// within is a record's full name: pulumi-aws adds the zone's unless it is there.
func within(name, zone string) string {
	name = plain(name)
	switch {
	case name == "" || name == zone:
		return zone
	case strings.HasSuffix(name, "."+zone):
		return name
	}
	return name + "." + zone
}

// recordsOf are the records of a zone, by ID, whoever of its account made them.
func recordsOf(c *cloud.Call, zone string) []*cloud.Record {
	return slices.DeleteFunc(c.Everywhere(Record), func(r *cloud.Record) bool {
		return strings.TrimPrefix(text(r.State, "zoneId"), "/hostedzone/") != zone
	})
}

// same is the record that a new one would take the place of; nil when there is
// none.
func same(c *cloud.Call) *cloud.Record {
	for _, r := range recordsOf(c, strings.TrimPrefix(c.Str("zoneId"), "/hostedzone/")) {
		if text(r.State, "fqdn") == c.State["fqdn"] && text(r.State, "type") == c.Str("type") &&
			text(r.State, "setIdentifier") == c.Str("setIdentifier") {
			return r
		}
	}
	return nil
}

// policyOf is a record's routing policy; "" for a simple one.
func policyOf(p cloud.Props) string {
	for _, name := range policies {
		if list, _ := p[name].([]any); len(list) > 0 || p[name] == true {
			return name
		}
	}
	return ""
}
