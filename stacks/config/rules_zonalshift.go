package config

import (
	"fmt"

	"retail/internal/problem"
	"retail/internal/shifts"
)

// zonalShiftRules are ARC's rules for autoshift, and what would make a shift useless.
func zonalShiftRules(list *problem.List, e *Environment, path string, v VPC) {
	z := v.ZonalShift
	if z == nil {
		return
	}
	at := path + ".zonalShift"
	if v.FrontDoor == nil {
		list.Add(at, "needs the VPC's front door: ARC wants an alarm that tells whether customers notice (Z1)", nil, "declare frontDoor, or remove zonalShift")
	} else if len(e.Shifted(v)) == 0 {
		list.Add(at, "nothing is registered for zonal shift", nil, "remove a relax.noZonalShift, or zonalShift")
	}
	list.Join(problem.Under(at+".practice", z.Practice.rules().Validate(e.AWS.Account, e.AWS.Region)))
	if z.Relax.NoAutoshift.Given() {
		return
	}
	if len(v.Zones) < fewestZones {
		list.Add(at, fmt.Sprintf("autoshift needs %d zones: of fewer, a shift leaves one, and the next failure nothing (Z5)", fewestZones), len(v.Zones),
			"add a zone, or state a reason in zonalShift.relax.noAutoshift")
	}
	if e.Observers == nil {
		list.Add("observers", "is required with autoshift: somebody must hear that AWS took a zone away", nil,
			"name subscribers, or state a reason in "+at+".relax.noAutoshift")
	}
}

func observerRules(list *problem.List, e *Environment) {
	if e.Observers == nil {
		return
	}
	if len(e.Observers.Subscribers) == 0 {
		list.Add("observers.subscribers", "at least one is required", nil, "name who is told, or remove observers")
	}
	for _, name := range sortedKeys(e.Observers.Subscribers) {
		path := problem.Path("observers.subscribers", name)
		nameForm(list, path, name)
		list.Join(problem.Under(path, shifts.Subscriber(e.Observers.Subscribers[name]).Validate()))
	}
}

// zonalShiftRelaxations lists what is relaxed about shifts.
func (e *Environment) zonalShiftRelaxations(all map[string]Reason) {
	for name, v := range e.VPCs {
		if z := v.ZonalShift; z != nil {
			at := problem.Path("vpcs", name, "zonalShift.relax")
			all[at+".noAutoshift"], all[at+".clustersByHand"] = z.Relax.NoAutoshift, z.Relax.ClustersByHand
		}
	}
}

// survivesAZone is case Z5 for one cluster: nodes and DNS in every zone, and in the zones
// that are left nodes for what must go on, without waiting for new ones.
func survivesAZone(list *problem.List, path string, v VPC, c Cluster) {
	zones := len(v.Zones)
	if c.Relax.NoZonalShift.Given() || c.Compute != Managed || zones < fewestForEKS {
		return
	}
	if c.Addons.DNSReplicas >= 2 && c.Addons.DNSReplicas < zones {
		list.Add(path+".addons.dnsReplicas", fmt.Sprintf("must be one for each of %d zones", zones), c.Addons.DNSReplicas,
			"leave it out, or state a reason in relax.noZonalShift")
	}
	for _, name := range sortedKeys(c.NodeGroups) {
		if group := c.NodeGroups[name]; !group.PerZone && group.Min >= 1 && group.Min < zones {
			list.Add(problem.Path(path, "nodeGroups", name, "min"), fmt.Sprintf("must be one for each of %d zones", zones), group.Min,
				"leave it out, or state a reason in relax.noZonalShift")
		}
	}
	if v.Shop != nil && c.countable() {
		peakFits(list, path, v, c)
	}
}

// peakFits compares what must go on when a zone is gone with the nodes that always stand:
// the peak of the shop's services, as much of what the mesh puts before them, istiod and what
// watches.
func peakFits(list *problem.List, path string, v VPC, c Cluster) {
	istiod, _ := c.istiod()
	needed := v.beside(c, v.Shop.Services["ui"].Peak, istiod, v.Shop.Services["catalog"].Peak)
	for _, name := range shopServices {
		service := v.Shop.Services[name]
		each, known := service.asks(name)
		if !known || !service.sized() || service.Peak < 1 {
			return // refused already
		}
		needed = needed.plus(each.times(service.Peak))
	}
	room, power, memory := v.left(c)
	for _, r := range []struct {
		what, unit   string
		needed, room int
		known        bool
	}{
		{"room", " pods", needed.pods, room.pods, true},
		{"the CPU", "m", needed.cpu, room.cpu, power},
		{"the memory", "Mi", needed.memory, room.memory, memory},
	} {
		if r.known && r.needed > r.room {
			list.Add(path, fmt.Sprintf("the nodes that always stand must have %s for the shop's peak with one zone lost, its mesh and what watches it: %d%s", r.what, r.room, r.unit),
				fmt.Sprintf("%d%s", r.needed, r.unit), "raise min of the node groups, take larger instances, or lower peak of the shop's services")
		}
	}
}

// left is what the fewest nodes have for the shop and what stands beside it when one zone is
// lost. CPU and memory are known only where all instance types' are.
func (v VPC) left(c Cluster) (room demand, power, memory bool) {
	zones := len(v.Zones)
	power, memory = true, true
	for _, group := range c.NodeGroups {
		if group.keepsShopOut() {
			continue
		}
		nodes := group.Min - ceil(group.Min, zones)
		if group.PerZone {
			nodes = group.Min * (zones - 1)
		}
		cores, coresKnown := smallest(group.InstanceTypes, vcpus)
		size, sizeKnown := smallest(group.InstanceTypes, memoryOf)
		power, memory = power && coresKnown, memory && sizeKnown
		kept := v.kept(c, group.PodsPerNode)
		room = room.plus(demand{
			max(group.PodsPerNode-kept.pods, 0), max(1000*cores-kept.cpu, 0), max(size-kept.memory, 0),
		}.times(nodes))
	}
	return room, power, memory
}

// smallest is the least that any of the instance types has; false unless all are known.
func smallest(instances []string, has func(string) (int, bool)) (int, bool) {
	least := 0
	for i, instance := range instances {
		value, known := has(instance)
		if !known {
			return 0, false
		}
		if i == 0 || value < least {
			least = value
		}
	}
	return least, len(instances) > 0
}
