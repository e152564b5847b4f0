package config

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"retail/internal/problem"
	"retail/internal/subnets"
)

// zoneForm is the id of an availability zone. Local Zones (usw2-lax1-az1) and
// Wavelength Zones (use1-wl1-bos-wlz1) have other forms: EKS puts no control
// plane there.
var zoneForm = regexp.MustCompile(`^[a-z]+\d-az\d$`)

// withoutControlPlane are the zones in which EKS places no control plane
// interface (Amazon EKS User Guide, "Network requirements", subnet
// requirements).
var withoutControlPlane = []string{"use1-az3", "usw1-az2", "cac1-az3"}

// directions abbreviates the middle part of a Region's name as zone ids do.
var directions = map[string]string{
	"north": "n", "south": "s", "east": "e", "west": "w", "central": "c",
	"northeast": "ne", "northwest": "nw", "southeast": "se", "southwest": "sw",
}

// fewestZones is how many zones production needs, and fewestForEKS how many EKS
// insists on.
const (
	fewestZones  = 3
	fewestForEKS = 2
)

// zonePrefix returns how the ids of a Region's zones begin: eu-west-1 → euw1.
func zonePrefix(region string) string {
	parts := strings.Split(region, "-")
	prefix := ""
	for _, part := range parts {
		switch short, ok := directions[part]; {
		case ok:
			prefix += short
		case part == "gov":
			prefix += "g"
		default:
			prefix += part
		}
	}
	return prefix
}

func zoneRules(list *problem.List, path, region string, v VPC) {
	path += ".zones"
	var left []string
	for _, zone := range v.Zones {
		if zoneUsable(list, path, region, zone) {
			left = append(left, zone)
		}
	}
	zonesDistinct(list, path, v.Zones)
	zoneCount(list, path, left, v)
}

// zoneUsable is case N3.
func zoneUsable(list *problem.List, path, region, zone string) bool {
	_, slotErr := subnets.Slot(zone)
	switch {
	case !zoneForm.MatchString(zone) || slotErr != nil:
		list.Add(path, "must be ids of availability zones", quoted(zone),
			"give ids such as "+zonePrefix(region)+"-az1: zone names differ between accounts, and EKS has no control plane in Local Zones")
	case !strings.HasPrefix(zone, zonePrefix(region)+"-"):
		list.Add(path, "must be zones of "+region, zone, "their ids begin with "+zonePrefix(region)+"-")
	case slices.Contains(withoutControlPlane, zone):
		list.Add(path, "EKS has no control plane in this zone", zone, "use other zones than "+strings.Join(withoutControlPlane, ", "))
	default:
		return true
	}
	return false
}

func zonesDistinct(list *problem.List, path string, zones []string) {
	sorted := slices.Sorted(slices.Values(zones))
	for i := 1; i < len(sorted); i++ {
		if sorted[i] == sorted[i-1] {
			list.Add(path, "each zone is listed once", sorted[i], "remove the repetition")
		}
	}
}

func zoneCount(list *problem.List, path string, usable []string, v VPC) {
	got := fmt.Sprintf("%d usable of %d (%s)", len(usable), len(v.Zones), strings.Join(v.Zones, ", "))
	switch {
	case len(usable) < fewestForEKS:
		list.Add(path, "EKS needs at least two zones", got, "add zones")
	case len(usable) < fewestZones && !v.Relax.TwoZones.Given():
		list.Add(path, "at least three zones are needed to lose one", got, "add a zone, or state a reason in relax.twoZones")
	case len(usable) >= fewestZones && v.Relax.TwoZones.Given():
		list.Add(strings.TrimSuffix(path, ".zones")+".relax.twoZones", "relaxes what holds anyway", got, "remove it")
	}
}
