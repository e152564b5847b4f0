package config

import (
	"fmt"
	"regexp"

	"retail/internal/problem"
)

// instanceForm is an EC2 instance type such as m7g.large.
var instanceForm = regexp.MustCompile(`^[a-z0-9-]+\.[a-z0-9-]+$`)

// groupForm leaves room for the cluster's name within the 63 characters of a
// node group's name.
var groupForm = regexp.MustCompile(`^[a-z][a-z0-9-]{0,19}$`)

func nodeGroupRules(list *problem.List, parent, name string, g NodeGroup) {
	path := problem.Path(parent, name)
	for _, rule := range []func(*problem.List, string, NodeGroup){
		instanceTypes, nodeFamily, nodeSizes, nodeUpdates, nodeDisk, nodeTaints, podsPerNode,
	} {
		rule(list, path, g)
	}
	if !groupForm.MatchString(name) {
		list.Add(path, "names are 1 to 20 lower case letters, digits and hyphens, beginning with a letter", quoted(name), "choose another name")
	}
}

func instanceTypes(list *problem.List, path string, g NodeGroup) {
	if len(g.InstanceTypes) == 0 {
		list.Add(path+".instanceTypes", "at least one is required", nil, "give an EC2 instance type such as m7g.large")
	}
	for _, instance := range g.InstanceTypes {
		if !instanceForm.MatchString(instance) {
			list.Add(path+".instanceTypes", "must be EC2 instance types", quoted(instance), "give them as m7g.large")
		}
	}
}

func nodeFamily(list *problem.List, path string, g NodeGroup) {
	oneOf(list, path+".family", g.Family, "AL2023", "Bottlerocket")
}

func nodeSizes(list *problem.List, path string, g NodeGroup) {
	if g.Min < 1 || g.Max < g.Min || g.Desired < g.Min || g.Desired > g.Max {
		list.Add(path, "1 ≤ min ≤ desired ≤ max must hold", fmt.Sprintf("min %d, desired %d, max %d", g.Min, g.Desired, g.Max),
			"correct the sizes; min defaults to one node per zone and desired to min")
	}
}

func nodeUpdates(list *problem.List, path string, g NodeGroup) {
	if g.MaxUnavailable < 1 || g.MaxUnavailable > 100 {
		list.Add(path+".maxUnavailable", "must be 1 to 100", g.MaxUnavailable, "leave it out to update one node at a time")
	}
}

func nodeDisk(list *problem.List, path string, g NodeGroup) {
	if g.DiskGiB < 20 || g.DiskGiB > 16384 {
		list.Add(path+".diskGiB", "must be 20 to 16384", g.DiskGiB, "leave it out for 50")
	}
}

func nodeTaints(list *problem.List, path string, g NodeGroup) {
	for i, taint := range g.Taints {
		at := fmt.Sprintf("%s.taints.%d", path, i)
		if taint.Key == "" {
			list.Add(at+".key", "is required", nil, "name the taint")
		}
		oneOf(list, at+".effect", taint.Effect, "NoSchedule", "PreferNoSchedule", "NoExecute")
	}
}

// podsPerNode is bounded by what EKS lets a node hold (Amazon EKS User Guide,
// "Maximum Pods").
func podsPerNode(list *problem.List, path string, g NodeGroup) {
	if g.PodsPerNode < 1 || g.PodsPerNode > 250 {
		list.Add(path+".podsPerNode", "must be 1 to 250", g.PodsPerNode, "leave it out for 110")
	}
}
