package route53

import (
	"fmt"
	"net/netip"
	"slices"
	"strings"

	"retail/sandbox/cloud"
	"retail/sandbox/cloud/ec2"
)

// refuse is a refused change batch, with every reason in it.
func refuse(c *cloud.Call, reasons ...string) error {
	return c.Fail("InvalidChangeBatch", "[%s]", strings.Join(reasons, ", "))
}

// checkConflicts holds a record against the others of its name: the same one
// twice, a CNAME beside others or at the zone's apex, policies that differ.
func checkConflicts(c *cloud.Call, zone *cloud.Record, name string) error {
	kind, apex := c.Str("type"), text(zone.State, "name")
	if kind == "CNAME" && name == apex {
		return refuse(c, fmt.Sprintf("RRSet of type CNAME with DNS name %s. is not permitted at apex in zone %s.", name, apex))
	}
	if c.Verb == "create" && !c.Bool("allowOverwrite") && same(c) != nil {
		identifier := ""
		if id := c.Str("setIdentifier"); id != "" {
			identifier = fmt.Sprintf(", set-identifier='%s'", id)
		}
		return refuse(c, fmt.Sprintf("Tried to create resource record set [name='%s.', type='%s'%s] but it already exists", name, kind, identifier))
	}
	own := same(c)
	for _, other := range recordsOf(c, zone.ID) {
		if other.ID == c.ID || own != nil && other.ID == own.ID || text(other.State, "fqdn") != name {
			continue
		}
		switch of := text(other.State, "type"); {
		case of == "CNAME" && kind != "CNAME":
			return refuse(c, fmt.Sprintf("RRSet of type %s with DNS name %s. is not permitted because a conflicting RRSet of type  CNAME "+
				"with the same DNS name already exists in zone %s.", kind, name, apex))
		case kind == "CNAME" && of != "CNAME":
			return refuse(c, fmt.Sprintf("RRSet of type CNAME with DNS name %s. is not permitted as it conflicts with other records "+
				"with the same DNS name in zone %s.", name, apex))
		case of == kind:
			if err := besides(c, other, name); err != nil {
				return err
			}
		}
	}
	return nil
}

// besides tells whether a record may stand beside another of its name and type.
func besides(c *cloud.Call, other *cloud.Record, name string) error {
	policy := policyOf(c.Inputs)
	if policy != policyOf(other.State) || policy == "" {
		return refuse(c, fmt.Sprintf("RRSet with DNS name %s., type %s cannot be created as other RRSets exist with the same name and type.",
			name, c.Str("type")))
	}
	for _, path := range []string{"failoverRoutingPolicies[0].type", "latencyRoutingPolicies[0].region"} {
		if v := c.Str(path); v != "" && v == text(other.State, path) {
			return refuse(c, fmt.Sprintf("RRSet with DNS name %s., type %s, SetIdentifier %s cannot be created as another RRSet "+
				"has the same name, type and %s.", name, c.Str("type"), c.Str("setIdentifier"), v))
		}
	}
	return nil
}

// checkValues holds values to the types that a platform of this kind writes.
func checkValues(c *cloud.Call) error {
	values := c.Strs("records")
	if c.Str("failoverRoutingPolicies[0].type") == "PRIMARY" && c.Str("healthCheckId") == "" {
		return c.Fail("InvalidInput", "Invalid request: a failover record of type PRIMARY must have a health check")
	}
	if kind := c.Str("type"); kind == "CNAME" && len(values) > 1 {
		return refuse(c, "Invalid Resource Record: 'FATAL problem: MultipleCNAMERecords (a CNAME holds one value) encountered'")
	} else if kind == "A" || kind == "AAAA" {
		for _, v := range values {
			if a, err := netip.ParseAddr(v); err != nil || a.Is4() != (kind == "A") {
				family := map[string]string{"A": "IPv4", "AAAA": "IPv6"}[kind]
				return refuse(c, fmt.Sprintf("Invalid Resource Record: 'FATAL problem: %sRRDATAIllegal%sAddress (Value is not a valid %s address) "+
					"encountered with '%s''", kind, family, family, v))
			}
		}
	}
	return nil
}

// target is a name that AWS gives out and an alias may point at.
type target struct{ zone, name string }

// sources are the types that give such names: by property, zone and name.
var sources = []struct{ token, zone, name string }{
	{"aws:lb/loadBalancer:LoadBalancer", "zoneId", "dnsName"},
	{"aws:cloudfront/distribution:Distribution", "hostedZoneId", "domainName"},
	{"aws:globalaccelerator/accelerator:Accelerator", "hostedZoneId", "dnsName"},
}

// targets are all names that an alias may point at, in all accounts.
func targets(c *cloud.Call) []target {
	var out []target
	for _, s := range sources {
		for _, r := range c.Everywhere(s.token) {
			out = append(out, target{text(r.State, s.zone), plain(text(r.State, s.name))})
		}
	}
	for _, r := range c.Everywhere(ec2.Endpoint) {
		zones, names := ec2.Texts(r.State, "dnsEntries[*].hostedZoneId"), ec2.Texts(r.State, "dnsEntries[*].dnsName")
		for n := range min(len(zones), len(names)) {
			out = append(out, target{zones[n], plain(names[n])})
		}
	}
	return out
}

// checkAlias demands that an alias's target exists in the zone it names: a name
// that AWS gave out, or a record of the same type in the same hosted zone.
func checkAlias(c *cloud.Call, zone *cloud.Record, name string) error {
	in, to, kind := c.Str("aliases[0].zoneId"), plain(c.Str("aliases[0].name")), c.Str("type")
	said := fmt.Sprintf("Tried to create an alias that targets %s., type %s in zone %s", to, kind, in)
	if in == zone.ID {
		inZone := to == text(zone.State, "name") || strings.HasSuffix(to, "."+text(zone.State, "name"))
		found := slices.ContainsFunc(recordsOf(c, zone.ID), func(r *cloud.Record) bool {
			return text(r.State, "fqdn") == to && text(r.State, "type") == kind && to != name
		})
		switch {
		case !inZone:
			return refuse(c, said+", but the alias target name does not lie within the target zone", said+", but that target was not found")
		case !found:
			return refuse(c, said+", but that target was not found")
		}
		return nil
	}
	if kind != "A" && kind != "AAAA" && kind != "HTTPS" {
		return refuse(c, said+", but that target was not found")
	}
	bare, all := strings.TrimPrefix(to, "dualstack."), targets(c)
	if slices.Contains(all, target{in, bare}) {
		return nil
	}
	if slices.ContainsFunc(all, func(t target) bool { return t.zone == in && parent(t.name) == parent(bare) }) {
		return refuse(c, said+", but that target was not found")
	}
	return refuse(c, said+", but the alias target name does not lie within the target zone", said+", but that target was not found")
}

// parent is a name without its first label.
func parent(name string) string {
	_, rest, _ := strings.Cut(name, ".")
	return rest
}
