package stacks

import (
	"fmt"

	"retail/internal/problem"
	"retail/internal/versions"
	"retail/stacks/config"
)

// checkTransition refuses what must not follow from what stands now: it is a
// pure function of the last update's outcome (nil before the first) and the
// configuration. Paths are those of the configuration.
func checkTransition(standing *Standing, wanted *config.Environment) error {
	if standing == nil {
		return nil
	}
	var list problem.List
	sameAccount(&list, standing, wanted)
	for _, name := range sorted(standing.VPCs) {
		was, path := standing.VPCs[name], problem.Path("vpcs", name)
		now, kept := wanted.VPCs[name]
		if !kept {
			unprotectedFirst(&list, path, was)
			continue
		}
		sameRange(&list, path, was, now)
		autoshiftOffFirst(&list, path, was, wanted.Shifted(now))
		latticeStep(&list, path, was, now)
		for _, colour := range config.Colours() {
			at := problem.Path(path, "clusters", string(colour))
			old, stood := was.Clusters[colour]
			cluster, stands := now.Clusters[colour]
			switch {
			case stood && !stands:
				noTrafficLost(&list, at, colour, old)
			case stood && stands:
				versionStep(&list, at, old, cluster)
				untouchedUnderTraffic(&list, at, colour, old, cluster, now.Traffic[colour])
				meshStep(&list, at, colour, old, cluster, now.Traffic[colour])
			case stands:
				startsWithoutTraffic(&list, path, colour, now.Traffic[colour])
			}
		}
	}
	return list.Err()
}

// sameAccount is case S3: the state would describe one account and the program
// write into another.
func sameAccount(list *problem.List, standing *Standing, wanted *config.Environment) {
	const remedy = "restore it; for another account or Region make a new stack"
	if standing.Account != wanted.AWS.Account {
		list.Add("aws.account", "this stack's resources are in account "+standing.Account, wanted.AWS.Account, remedy)
	}
	if standing.Region != wanted.AWS.Region {
		list.Add("aws.region", "this stack's resources are in "+standing.Region, wanted.AWS.Region, remedy)
	}
}

func sameRange(list *problem.List, path string, was StandingVPC, now config.VPC) {
	if was.CIDR != now.CIDR {
		list.Add(path+".cidr", "a VPC's range is fixed at creation, it is "+was.CIDR, now.CIDR,
			"restore it, and declare a second VPC with the new range to move to")
	}
}

// unprotectedFirst is case B7 for a whole VPC: some colour always carries its
// traffic, so it goes in two steps, of which the first gives the reason.
func unprotectedFirst(list *problem.List, path string, was StandingVPC) {
	if !was.Unprotected {
		list.Add(path, "a VPC that serves traffic is not removed in one step", nil, fmt.Sprintf(
			"send its customers elsewhere, state the reason in %s.relax.unprotected in an update of its own, then remove it", path))
	}
}

// noTrafficLost is case B7.
func noTrafficLost(list *problem.List, path string, colour config.Colour, was StandingCluster) {
	if was.Weight > 0 {
		list.Add(path, fmt.Sprintf("colour %s has weight %d and cannot be removed", colour, was.Weight), nil,
			fmt.Sprintf("move its traffic to %s in an update of its own first, then remove it", colour.Other()))
	}
}

// versionStep is case E4.
func versionStep(list *problem.List, path string, was StandingCluster, now config.Cluster) {
	from, err := versions.Read(was.Version)
	if err != nil {
		list.Join(problem.Under(path+".version", err))
		return
	}
	to, err := versions.Parse(now.Version)
	if err != nil {
		return // the configuration's own rules report it
	}
	list.Join(problem.Under(path+".version", versions.CheckStep(from, to)))
}

// untouchedUnderTraffic refuses to change a cluster that carries traffic before
// or after the update, where raising the other colour does the same safely.
func untouchedUnderTraffic(list *problem.List, path string, colour config.Colour, was StandingCluster, now config.Cluster, weight int) {
	carried := max(was.Weight, weight)
	if carried == 0 || now.Relax.UpgradeInPlace.Given() {
		return
	}
	remedy := fmt.Sprintf("raise %s with it and move the traffic there, or state a reason in %s.relax.upgradeInPlace", colour.Other(), path)
	if was.Version != now.Version {
		list.Add(path+".version", fmt.Sprintf("colour %s has weight %d and is not upgraded in place, it runs %s", colour, carried, was.Version),
			now.Version, remedy)
	}
	if was.Compute != now.Compute {
		list.Add(path+".compute", fmt.Sprintf("colour %s has weight %d and keeps its compute, %s", colour, carried, was.Compute),
			string(now.Compute), remedy)
	}
}

// startsWithoutTraffic is case B6: traffic does not go to a cluster before it
// stands and was looked at.
func startsWithoutTraffic(list *problem.List, path string, colour config.Colour, weight int) {
	if weight > 0 {
		list.Add(problem.Path(path, "traffic", string(colour)), "a new colour starts with weight 0", weight,
			"raise the cluster first, and move traffic to it in an update of its own")
	}
}
