package config

import (
	"fmt"

	"retail/internal/problem"
)

func coloursKnown(list *problem.List, path string, v VPC) {
	for _, colour := range sortedKeys(v.Traffic) {
		oneOf(list, problem.Path(path, "traffic"), colour, Colours()...)
	}
	for _, colour := range sortedKeys(v.Clusters) {
		oneOf(list, problem.Path(path, "clusters"), colour, Colours()...)
	}
}

func clustersGiven(list *problem.List, path string, v VPC) {
	if len(v.Clusters) == 0 {
		list.Add(path+".clusters", "at least one is required", nil, "declare blue or green")
	}
}

func trafficRange(list *problem.List, path string, v VPC) {
	for _, colour := range sortedKeys(v.Traffic) {
		if weight := v.Traffic[colour]; weight < 0 || weight > 100 {
			list.Add(problem.Path(path, "traffic", string(colour)), "must be a whole number from 0 to 100", weight, "give the share in per cent")
		}
	}
}

// trafficSum is case B3: weights that are all zero mean an outage at some load
// balancers and everything at others.
func trafficSum(list *problem.List, path string, v VPC) {
	blue, green := v.Traffic[Blue], v.Traffic[Green]
	if blue+green != 100 {
		list.Add(path+".traffic", "blue+green must be 100", fmt.Sprintf("%d (blue %d, green %d)", blue+green, blue, green),
			"choose two weights that sum to 100")
	}
}

// trafficOfColours is cases B6 and B7: traffic goes only to a cluster that is
// declared, and every declared cluster's share is written down.
func trafficOfColours(list *problem.List, path string, v VPC) {
	for _, colour := range Colours() {
		weight, weighed := v.Traffic[colour]
		_, declared := v.Clusters[colour]
		at := problem.Path(path, "traffic", string(colour))
		switch {
		case weight > 0 && !declared:
			list.Add(at, "a colour without a cluster takes no traffic", weight,
				fmt.Sprintf("declare clusters.%s, or move its weight to %s first", colour, colour.Other()))
		case declared && !weighed:
			list.Add(at, "every cluster's share is written down", nil, "write 0 for a cluster that takes no traffic yet")
		}
	}
}
