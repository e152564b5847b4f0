package route53

import (
	"strings"

	"retail/sandbox/cloud"
)

// Lookup is what the public DNS has for a name and type, in all accounts: the
// records of the zone that is nearest to the name. Several records stand for one
// name with a routing policy. A record in a zone farther from the name is not seen,
// since that zone delegates the name.
func Lookup(c *cloud.Call, name, kind string) []*cloud.Record {
	name = plain(name)
	var nearest string
	for _, z := range zones(c) {
		apex := text(z.State, "name")
		if len(vpcsOf(z.State)) == 0 && (apex == name || strings.HasSuffix(name, "."+apex)) && len(apex) > len(nearest) {
			nearest = apex
		}
	}
	if nearest == "" {
		return nil
	}
	var out []*cloud.Record
	for _, z := range zones(c) {
		if text(z.State, "name") != nearest || len(vpcsOf(z.State)) > 0 {
			continue
		}
		for _, r := range recordsOf(c, z.ID) {
			if r.Account == z.Account && text(r.State, "fqdn") == name && text(r.State, "type") == kind {
				out = append(out, r)
			}
		}
	}
	return out
}
