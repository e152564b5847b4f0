package config

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"

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

// peakFits compares what must go on when a zone is gone with the nodes that always stand.
func peakFits(list *problem.List, path string, v VPC, c Cluster) {
	pods, cpu := 0, 0
	for _, name := range shopServices {
		service := v.Shop.Services[name]
		each, ok := thousandths(service.CPU)
		if !ok || !service.sized() || service.Peak < 1 {
			return // refused already
		}
		pods, cpu = pods+service.Peak, cpu+service.Peak*each
	}
	const remedy = "raise min of the node groups, take larger instances, or lower peak of the shop's services"
	room, power, known := c.left(len(v.Zones))
	if pods > room {
		list.Add(path, fmt.Sprintf("the nodes that always stand must have room for the shop's peak with one zone lost: %d pods", room), fmt.Sprintf("%d", pods), remedy)
	}
	if known && cpu > power {
		list.Add(path, fmt.Sprintf("the nodes that always stand must have the CPU for the shop's peak with one zone lost: %dm", power), fmt.Sprintf("%dm", cpu), remedy)
	}
}

// left is how many of the shop's pods, and how many thousandths of a core for them, the
// fewest nodes have when one zone is lost. The CPU is known only where all instance types'
// sizes are.
func (c Cluster) left(zones int) (pods, cpu int, known bool) {
	known = true
	for _, group := range c.NodeGroups {
		if group.keepsShopOut() {
			continue
		}
		nodes := group.Min - ceil(group.Min, zones)
		if group.PerZone {
			nodes = group.Min * (zones - 1)
		}
		pods += nodes * max(group.PodsPerNode-systemPods, 0)
		smallest := 0
		known = known && len(group.InstanceTypes) > 0
		for _, instance := range group.InstanceTypes {
			cores, ok := vcpus(instance)
			known = known && ok
			if smallest == 0 || cores < smallest {
				smallest = cores
			}
		}
		cpu += nodes * max(1000*smallest-systemCPU, 0)
	}
	return pods, cpu, known
}

const (
	// systemCPU is what kubelet and the agents of a node keep of its cores, in thousandths:
	// an estimate, of what EKS reserves (70 to 80 on two to four cores) and the agents ask
	// for: network, proxy, identity, secrets, the mesh's.
	systemCPU = 700
	// defaultShopCPU is what the shop's pods ask for unless told otherwise.
	defaultShopCPU = "250m"
)

// thousandths reads a quantity of CPU; empty is the shop's default.
func thousandths(cpu string) (int, bool) {
	if cpu == "" {
		cpu = defaultShopCPU
	}
	if !cpuForm.MatchString(cpu) {
		return 0, false
	}
	number, isPart := strings.CutSuffix(cpu, "m")
	value, err := strconv.Atoi(number)
	if !isPart {
		value *= 1000
	}
	return value, err == nil
}

var multipleForm = regexp.MustCompile(`^(\d*)xlarge$`)

// vcpus is how many an instance type has, by its size: two in a large, four in an xlarge
// (Amazon EC2 Instance Types). Smaller and metal ones follow no such rule.
func vcpus(instance string) (int, bool) {
	_, size, _ := strings.Cut(instance, ".")
	match := multipleForm.FindStringSubmatch(size)
	switch {
	case size == "large":
		return 2, true
	case match == nil:
		return 0, false
	case match[1] == "":
		return 4, true
	}
	times, err := strconv.Atoi(match[1])
	return 4 * times, err == nil
}
