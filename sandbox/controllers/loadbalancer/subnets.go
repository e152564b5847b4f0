package loadbalancer

import (
	"fmt"
	"slices"
	"sort"
	"strings"

	"retail/sandbox/cloud"
	"retail/sandbox/cloud/ec2"
)

// subnetChoice says how an object names its subnets: by ID or Name tag, by tags,
// or not at all.
type subnetChoice struct {
	names []string
	tags  map[string][]string
}

// Role tags of subnets (docs/deploy/subnet_discovery).
const (
	publicRole   = "kubernetes.io/role/elb"
	internalRole = "kubernetes.io/role/internal-elb"
	// fewest addresses that a subnet must have left.
	fewestFree = 8
)

// subnets are those that the object names, or those of the VPC with the role's
// tag, one in each zone.
func (w *worker) subnets(choice subnetChoice, scheme string, zones int) ([]any, error) {
	if err := w.may("ec2:DescribeSubnets", "ec2:DescribeAvailabilityZones"); err != nil {
		return nil, err
	}
	role := internalRole
	if scheme == internetFacing {
		role = publicRole
	}
	var found []*cloud.Record
	err := w.actor.View(func(c *cloud.Call) error {
		for _, s := range c.List(ec2.Subnet) {
			tags, _ := s.State["tags"].(map[string]any)
			if ec2.Text(s.State, "vpcId") != w.vpc || !choice.takes(s, tags, role) {
				continue
			}
			if len(choice.names) == 0 && (w.others(tags) || ec2.FreeAddresses(c, s.ID) < fewestFree) {
				continue
			}
			found = append(found, s)
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	if len(choice.names) > 0 && len(found) != len(choice.names) {
		return nil, fmt.Errorf("couldn't find all subnets, want: %v, got: %d", choice.names, len(found))
	}
	sort.Slice(found, func(i, j int) bool { return found[i].ID < found[j].ID })
	var out []any
	seen := map[string]bool{}
	for _, s := range found {
		zone := ec2.Text(s.State, "availabilityZone")
		if seen[zone] && len(choice.names) > 0 {
			return nil, fmt.Errorf("multiple subnets in same Availability Zone %s: %v", zone, choice.names)
		}
		if !seen[zone] {
			seen[zone], out = true, append(out, s.ID)
		}
	}
	if len(out) < zones {
		return nil, fmt.Errorf("couldn't auto-discover subnets: unable to resolve at least %d subnet in different zones. Evaluated: %d match VPC %s and tags [%s]",
			zones, len(out), w.vpc, role)
	}
	return out, nil
}

func (c subnetChoice) takes(s *cloud.Record, tags map[string]any, role string) bool {
	switch {
	case len(c.names) > 0:
		name, _ := tags["Name"].(string)
		return slices.Contains(c.names, s.ID) || name != "" && slices.Contains(c.names, name)
	case len(c.tags) > 0:
		for k, values := range c.tags {
			value, ok := tags[k].(string)
			if !ok || !slices.Contains(values, value) {
				return false
			}
		}
		return true
	}
	value, ok := tags[role].(string)
	return ok && (value == "" || value == "1")
}

// others tells whether a subnet is tagged for other clusters and not for this one.
func (w *worker) others(tags map[string]any) bool {
	other := false
	for k := range tags {
		if name, ok := strings.CutPrefix(k, "kubernetes.io/cluster/"); ok {
			if name == w.cluster {
				return false
			}
			other = true
		}
	}
	return other
}
