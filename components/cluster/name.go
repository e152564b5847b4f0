package cluster

import (
	"fmt"
	"regexp"
	"strings"

	"retail/internal/problem"
)

// Project is the first part of every cluster's physical name.
const Project = "retail"

// nameLimit is the longest cluster name EKS accepts, in characters (Amazon EKS API
// Reference, CreateCluster).
const nameLimit = 100

// Name returns the physical name of a cluster: retail-<environment>-<vpc>-<colour>.
// It is fixed so that everything that must know a cluster before it exists can: log
// group, kubeconfig, tags and trust policies.
func Name(environment, vpc, colour string) string {
	return strings.Join([]string{Project, environment, vpc, colour}, "-")
}

// LogGroupName returns the log group to which EKS sends a cluster's control plane logs.
// EKS prescribes the form (Amazon EKS User Guide, "Control plane logging").
func LogGroupName(cluster string) string { return "/aws/eks/" + cluster + "/cluster" }

// namePart is what may stand between the hyphens of a cluster's name.
var namePart = regexp.MustCompile(`^[a-z0-9]([a-z0-9-]*[a-z0-9])?$`)

// checkName refuses parts that would make no valid cluster name.
func checkName(problems *problem.List, environment, vpc, colour string) {
	parts := []struct{ path, value string }{{"environment", environment}, {"vpc", vpc}, {"colour", colour}}
	for _, part := range parts {
		if !namePart.MatchString(part.value) {
			problems.Add(part.path, "must be lower-case letters, digits and inner hyphens", fmt.Sprintf("%q", part.value),
				"it becomes part of the cluster's name")
		}
	}
	if name := Name(environment, vpc, colour); len(name) > nameLimit {
		problems.Add("", fmt.Sprintf("the cluster name must have at most %d characters", nameLimit),
			fmt.Sprintf("%d (%s)", len(name), name), "shorten the name of the environment or of the VPC")
	}
}
