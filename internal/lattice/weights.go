package lattice

import (
	"fmt"
	"maps"
	"slices"

	"retail/internal/problem"
)

// Backend is a target group of VPC Lattice outside the clusters that takes a share of a
// service's requests, such as one of EC2 instances on the way out.
type Backend struct {
	// TargetGroupArn is the target group, in the environment's account and Region.
	TargetGroupArn string
	// Weight is its share in per cent.
	Weight int
}

// Weights divides a service's requests: backends outside the clusters have what is written
// for them, the clusters the rest, by their traffic. All sum to 100, so that a weight is a
// share in per cent.
//
// While a backend outside has a share, one colour has all of the traffic: two shares of a
// share would not always be whole numbers, and two moves at a time can be told apart by
// nobody. An error names traffic and backends, below the VPC.
func Weights[C ~string](traffic map[C]int, outside []Backend) (map[C]int, error) {
	var list problem.List
	taken := 0
	for i, backend := range outside {
		if backend.Weight < 0 || backend.Weight > 100 {
			list.Add(fmt.Sprintf("lattice.backends[%d].weight", i), "must be a whole number from 0 to 100", backend.Weight, "give the share in per cent")
		}
		taken += backend.Weight
	}
	if taken > 100 {
		list.Add("lattice.backends", "weights must sum to 100 at most", taken, "lower them: the clusters take what is left")
	}
	weights, sum := map[C]int{}, 0
	for _, colour := range slices.Sorted(maps.Keys(traffic)) {
		share := traffic[colour]
		sum += share
		weights[colour] = share * (100 - taken) / 100
		if taken > 0 && taken < 100 && share != 0 && share != 100 {
			list.Add("traffic", "one colour has all of the traffic while a backend outside the clusters has a share",
				fmt.Sprintf("%s %d, lattice.backends %d", colour, share, taken), "move the colours' traffic before or after, in updates of its own")
		}
	}
	if sum != 100 {
		list.Add("traffic", "must sum to 100", sum, "choose shares that do")
	}
	return weights, list.Err()
}
