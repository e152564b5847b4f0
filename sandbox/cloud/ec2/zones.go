package ec2

import (
	"slices"
	"strings"

	"retail/sandbox/cloud"
)

// zone is what DescribeAvailabilityZones says of one zone.
type zone struct {
	id, name, region  string
	kind, group, edge string // availability-zone or local-zone; zone group; network border group
	optIn             string // opt-in-not-required or not-opted-in
	parentID, parent  string
}

func (z zone) usable() bool { return z.optIn != "not-opted-in" }

func (z zone) value(byName bool) string {
	if byName {
		return z.name
	}
	return z.id
}

// localZones of the simulated regions, by region: zone name, ID and index of
// the parent zone's ID ("Available Local Zones", AWS Local Zones User Guide).
// No account has opted in to any.
var localZones = map[string][]struct {
	name, id string
	parent   int
}{
	"us-east-1":    {{"us-east-1-bos-1a", "use1-bos1-az1", 3}, {"us-east-1-mia-1a", "use1-mia1-az1", 1}},
	"eu-central-1": {{"eu-central-1-ham-1a", "euc1-ham1-az1", 1}},
}

// zones of the call's region, by name.
func zones(c *cloud.Call) []zone {
	var out []zone
	for _, id := range c.Zones() {
		out = append(out, zone{id: id, name: c.ZoneName(id), region: c.Region, kind: "availability-zone",
			group: c.Region, edge: c.Region, optIn: "opt-in-not-required"})
	}
	for _, l := range localZones[c.Region] {
		parent := c.Zones()[l.parent]
		group := strings.TrimRight(l.name, "abc")
		out = append(out, zone{id: l.id, name: l.name, region: c.Region, kind: "local-zone", group: group, edge: group,
			optIn: "not-opted-in", parentID: parent, parent: c.ZoneName(parent)})
	}
	slices.SortFunc(out, func(a, b zone) int { return strings.Compare(a.name, b.name) })
	return out
}

// zoneFilters are the filters of DescribeAvailabilityZones.
var zoneFilters = filters[zone]{
	"group-name":       func(z zone) []string { return []string{z.group} },
	"message":          func(zone) []string { return nil },
	"opt-in-status":    func(z zone) []string { return []string{z.optIn} },
	"parent-zone-id":   func(z zone) []string { return []string{z.parentID} },
	"parent-zone-name": func(z zone) []string { return []string{z.parent} },
	"region-name":      func(z zone) []string { return []string{z.region} },
	"state":            func(zone) []string { return []string{"available"} },
	"zone-id":          func(z zone) []string { return []string{z.id} },
	"zone-name":        func(z zone) []string { return []string{z.name} },
	"zone-type":        func(z zone) []string { return []string{z.kind} },
}

// findZones are the zones that the arguments ask for. Zones that need an
// opt-in are only shown with allAvailabilityZones, as AWS does.
func findZones(c *cloud.Call) ([]zone, error) {
	all := slices.DeleteFunc(zones(c), func(z zone) bool { return !c.Bool("allAvailabilityZones") && !z.usable() })
	if s := c.Str("state"); s != "" && s != "available" {
		all = nil
	}
	return zoneFilters.apply(c, all)
}

func zoneInvokes() []*cloud.Invoke {
	return []*cloud.Invoke{
		{Token: "aws:index/getAvailabilityZones:getAvailabilityZones", API: "ec2:DescribeAvailabilityZones", Do: getZones},
		{Token: "aws:index/getAvailabilityZone:getAvailabilityZone", API: "ec2:DescribeAvailabilityZones", Do: getZone},
	}
}

func getZones(c *cloud.Call) (cloud.Props, error) {
	found, err := findZones(c)
	if err != nil {
		return nil, err
	}
	names, ids, groups := list(), list(), list()
	for _, z := range found {
		if slices.Contains(c.Strs("excludeNames"), z.name) || slices.Contains(c.Strs("excludeZoneIds"), z.id) {
			continue
		}
		names, ids = append(names, z.name), append(ids, z.id)
		if !slices.Contains(groups, any(z.group)) {
			groups = append(groups, z.group)
		}
	}
	out := echo(c, "allAvailabilityZones", "excludeNames", "excludeZoneIds", "filters", "state")
	merge(out, cloud.Props{"id": c.Region, "names": names, "zoneIds": ids, "groupNames": groups})
	return out, nil
}

func getZone(c *cloud.Call) (cloud.Props, error) {
	found, err := findZones(c)
	if err != nil {
		return nil, err
	}
	found = slices.DeleteFunc(found, func(z zone) bool {
		name, id := c.Str("name"), c.Str("zoneId")
		return name != "" && z.name != name || id != "" && z.id != id
	})
	if err := one(c, "EC2 Availability Zone", len(found)); err != nil {
		return nil, err
	}
	z := found[0]
	out := echo(c, "allAvailabilityZones", "filters")
	merge(out, cloud.Props{"id": z.name, "name": z.name, "zoneId": z.id, "region": z.region, "state": "available",
		"groupName": z.group, "networkBorderGroup": z.edge, "optInStatus": z.optIn, "zoneType": z.kind,
		"parentZoneId": z.parentID, "parentZoneName": z.parent, "nameSuffix": strings.TrimPrefix(z.name, z.region)})
	return out, nil
}
