package stacks

import (
	"fmt"

	"retail/internal/problem"
	"retail/stacks/config"
)

// latticeStep says what may become of a standing VPC's route in VPC Lattice. Whoever deletes
// an owner's route deletes the service, with the name that callers know: the route goes from
// one colour to the other in two updates, of which the first waits until the new owner has
// taken over (V1).
func latticeStep(list *problem.List, path string, was StandingVPC, now config.VPC) {
	owner := was.Lattice.Routes
	switch {
	case owner == "" && now.Lattice == nil:
		return
	case owner == "":
		nothingToTakeOver(list, path, now)
		return
	case now.Lattice == nil:
		if !was.Unprotected {
			list.Add(path+".lattice", fmt.Sprintf("callers reach the shop by it, %s owns its route", owner), nil, fmt.Sprintf(
				"state the reason in %s.relax.unprotected in an update of its own, then remove it", path))
		}
		return
	}
	ownerStays(list, path, was, now)
	takeOver(list, path, was, now)
	exportsStay(list, path, was, now)
	if was.Lattice.Domain != now.Lattice.Domain {
		list.Add(path+".lattice.domain", fmt.Sprintf("a service's domain is fixed at creation, it is %q", was.Lattice.Domain), now.Lattice.Domain,
			"restore it; for another one remove lattice first, which callers notice")
	}
}

// nothingToTakeOver is for a route that is new.
func nothingToTakeOver(list *problem.List, path string, now config.VPC) {
	if from := now.Lattice.TakeOverFrom; from != "" {
		list.Add(path+".lattice.takeOverFrom", "there is no route yet that could be taken over", string(from), "remove it")
	}
}

// ownerStays refuses to remove the owner, or the one before while a takeover is under way.
func ownerStays(list *problem.List, path string, was StandingVPC, now config.VPC) {
	for _, colour := range config.Colours() {
		cluster, stands := now.Clusters[colour]
		if stands && cluster.Lattice != nil {
			continue
		}
		at := problem.Path(path, "clusters", string(colour))
		if stands {
			at += ".lattice"
		}
		switch colour {
		case was.Lattice.Routes:
			list.Add(at, fmt.Sprintf("colour %s owns the route of VPC Lattice and cannot be removed", colour), nil, fmt.Sprintf(
				"set %s.lattice.routes: %s and takeOverFrom: %s in an update of its own, remove takeOverFrom in the next, then remove it", path, colour.Other(), colour))
		case was.Lattice.TakeOverFrom:
			list.Add(at, fmt.Sprintf("colour %s still has the route that %s took over", colour, was.Lattice.Routes), nil,
				fmt.Sprintf("remove %s.lattice.takeOverFrom in an update of its own first", path))
		}
	}
}

// takeOver lets the route change its owner only from one that stands to one that stands.
func takeOver(list *problem.List, path string, was StandingVPC, now config.VPC) {
	before, after := was.Lattice, now.Lattice
	if before.TakeOverFrom != "" {
		if after.Routes != before.Routes || after.TakeOverFrom != "" && after.TakeOverFrom != before.TakeOverFrom {
			list.Add(path+".lattice", fmt.Sprintf("%s has taken the route over from %s: one thing at a time", before.Routes, before.TakeOverFrom),
				fmt.Sprintf("routes: %s, takeOverFrom: %q", after.Routes, after.TakeOverFrom),
				fmt.Sprintf("remove takeOverFrom and leave routes at %s in an update of its own, then move it again", before.Routes))
		}
		return
	}
	if after.Routes == before.Routes {
		if after.TakeOverFrom != "" {
			list.Add(path+".lattice.takeOverFrom", fmt.Sprintf("%s owns the route already", after.Routes), string(after.TakeOverFrom), "remove it")
		}
		return
	}
	if after.TakeOverFrom != before.Routes {
		list.Add(path+".lattice.routes", fmt.Sprintf("%s owns the route: deleting its own would delete the service", before.Routes), string(after.Routes),
			fmt.Sprintf("set takeOverFrom: %s beside it, and remove that in the update after", before.Routes))
	}
	if stood, found := was.Clusters[after.Routes]; !found || !stood.Lattice {
		list.Add(path+".lattice.routes", "a colour that takes the route over has offered the shop before", string(after.Routes),
			fmt.Sprintf("declare %s.clusters.%s.lattice in an update of its own first", path, after.Routes))
	}
}

// exportsStay refuses to take an export away from under its share of the requests: the backend
// goes to 0, then leaves the route, then its export goes.
func exportsStay(list *problem.List, path string, was StandingVPC, now config.VPC) {
	for _, colour := range config.Colours() {
		old := was.Clusters[colour]
		cluster, stands := now.Clusters[colour]
		if stands && old.Lattice && cluster.Lattice == nil && old.Weight > 0 && colour != was.Lattice.Routes {
			list.Add(problem.Path(path, "clusters", string(colour), "lattice"), fmt.Sprintf("colour %s has weight %d and goes on offering the shop", colour, old.Weight), nil,
				fmt.Sprintf("move its traffic to %s in an update of its own first, then remove it", colour.Other()))
		}
	}
}
