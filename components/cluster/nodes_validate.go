package cluster

import (
	"fmt"
	"regexp"

	"retail/components/internal/tags"
	"retail/internal/problem"
	"retail/internal/versions"
)

// effects maps Kubernetes' names of taint effects to those of the EKS API.
var effects = map[string]string{
	"NoSchedule": "NO_SCHEDULE", "NoExecute": "NO_EXECUTE", "PreferNoSchedule": "PREFER_NO_SCHEDULE",
}

// groupName leaves room, within the 63 characters of a node group's name, for the
// cluster's name, a zone and the suffix that keeps old and new apart.
var groupName = regexp.MustCompile(`^[a-z0-9]([a-z0-9-]{0,18}[a-z0-9])?$`)

func (g NodeGroup) withDefaults() NodeGroup {
	if g.Family == "" {
		g.Family = AL2023
	}
	if g.Desired == 0 {
		g.Desired = g.Min
	}
	if g.DiskGiB == 0 {
		g.DiskGiB = 50
	}
	if g.MaxUnavailable == 0 {
		g.MaxUnavailable = 1
	}
	return g
}

func (a NodesArgs) withDefaults() NodesArgs {
	groups := make(map[string]NodeGroup, len(a.Groups))
	for name, group := range a.Groups {
		groups[name] = group.withDefaults()
	}
	a.Groups = groups
	return a
}

// validate returns every problem of the arguments at once.
func (a NodesArgs) validate() error {
	var problems problem.List
	if _, err := versions.Parse(a.Version); err != nil {
		problems.Join(problem.Under("version", err))
	}
	need(&problems, "cluster", a.Cluster != nil)
	need(&problems, "keyArn", a.KeyArn != nil)
	need(&problems, "subnets", len(a.Subnets) > 0)
	need(&problems, "groups", len(a.Groups) > 0)
	// Without the CNI no node becomes Ready, and the node group fails (E6).
	need(&problems, "after", len(a.After) > 0)
	for _, name := range tags.Sorted(a.Groups) {
		problems.Join(problem.Under("groups."+name, a.Groups[name].validate(name)))
	}
	return problems.Err()
}

func (g NodeGroup) validate(name string) error {
	var problems problem.List
	if !groupName.MatchString(name) {
		problems.Add("", "the name must be 1 to 20 lower-case letters, digits and inner hyphens", fmt.Sprintf("%q", name), "shorten it")
	}
	need(&problems, "instanceTypes", len(g.InstanceTypes) > 0)
	if _, err := AMIType(g.Family, g.InstanceTypes); err != nil {
		problems.Join(err)
	}
	if g.Min < 0 || g.Max < 1 || g.Desired < g.Min || g.Desired > g.Max {
		problems.Add("size", "must satisfy 0 ≤ min ≤ desired ≤ max and 1 ≤ max",
			fmt.Sprintf("min %d, desired %d, max %d", g.Min, g.Desired, g.Max), "put the three in order")
	}
	if g.DiskGiB < 20 {
		problems.Add("diskGiB", "must be at least 20: images and logs share the volume", g.DiskGiB, "make it larger")
	}
	if g.MaxUnavailable < 1 || g.MaxUnavailable > 100 {
		problems.Add("maxUnavailable", "must be 1 to 100 nodes", g.MaxUnavailable, "1 is the gentlest")
	}
	for i, taint := range g.Taints {
		path := fmt.Sprintf("taints[%d]", i)
		if taint.Key == "" || len(taint.Key) > 63 || len(taint.Value) > 63 {
			problems.Add(path, "wants a key, and at most 63 characters in key and value", fmt.Sprintf("%q=%q", taint.Key, taint.Value), "shorten it")
		}
		if _, known := effects[taint.Effect]; !known {
			problems.Add(path+".effect", "must be NoSchedule, PreferNoSchedule or NoExecute", fmt.Sprintf("%q", taint.Effect), "choose one of them")
		}
	}
	return problems.Err()
}
