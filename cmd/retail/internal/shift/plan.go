package shift

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"retail/internal/problem"
)

// MaxUpdates is how many resources a step may update in a VPC: the rule of its load
// balancer and the routes of its service network.
const MaxUpdates = 3

// Plan is the weights after each step. Steps that the colour has passed already are left
// out.
func Plan(vpc string, now Weights, to string, shares []int) ([]Weights, error) {
	var list problem.List
	from := ""
	for colour := range now {
		if colour != to {
			from = colour
		}
	}
	if _, stands := now[to]; !stands || from == "" || len(now) != 2 {
		list.Add("vpcs."+vpc+".traffic", "must hold two colours, of which --to is one", now, "raise "+to+" first, with weight 0 (retail upgrade)")
		return nil, list.Err()
	}
	list.Join(CheckShares(shares))
	if err := list.Err(); err != nil {
		return nil, err
	}
	var steps []Weights
	for _, share := range shares {
		if share > now[to] {
			steps = append(steps, Weights{to: share, from: 100 - share})
		}
	}
	if len(steps) == 0 {
		list.Add("--steps", fmt.Sprintf("must go above the %d per cent that %s has in VPC %s", now[to], to, vpc), join(shares),
			"there is nothing to do, or name the other colour with --to")
	}
	return steps, list.Err()
}

// CheckShares refuses shares that are no steps: whole numbers from 1 to 100, each more
// than the one before.
func CheckShares(shares []int) error {
	var list problem.List
	last := 0
	for _, share := range shares {
		if share < 1 || share > 100 {
			list.Add("--steps", "must be whole numbers from 1 to 100", share, "give shares in per cent, such as 5,25,50,100")
		} else if share <= last {
			list.Add("--steps", "must rise from step to step", join(shares), "give them in order, such as 5,25,50,100")
		}
		last = share
	}
	if len(shares) == 0 {
		list.Add("--steps", "must name one step at least", nil, "give shares in per cent, such as 5,25,50,100")
	}
	return list.Err()
}

func join(numbers []int) string {
	parts := make([]string, 0, len(numbers))
	for _, n := range numbers {
		parts = append(parts, fmt.Sprint(n))
	}
	return strings.Join(parts, ",")
}

// OnlyWeights refuses a step that would do more than change weights: every change must be
// an update of a carrier of the VPC's weights, of nothing but weights, and there may be
// MaxUpdates of them. None at all is refused too, unless the weights may stand already.
func OnlyWeights(changes []Change, carriers []Carrier, mayStand bool) error {
	var list problem.List
	for _, c := range changes {
		at := "preview: " + short(c.URN)
		switch {
		case c.Op != "update":
			list.Add(at, "a step only updates weights", c.Op, "deploy what else the file changes by an update of its own, then shift")
		case !slices.ContainsFunc(carriers, func(k Carrier) bool { return k.URN == c.URN }):
			list.Add(at, "a step only updates what carries the VPC's weights", "an update of "+strings.Join(c.Paths, ", "),
				"deploy what else the file changes by an update of its own, then shift")
		case !sameButWeights(c.Old, c.New):
			list.Add(at, "a step only updates weights", "an update of "+strings.Join(c.Paths, ", "),
				"deploy what else the file changes by an update of its own, then shift")
		}
	}
	if len(changes) > MaxUpdates {
		list.Add("preview", fmt.Sprintf("a step updates at most %d resources in a VPC", MaxUpdates), len(changes), "look at pulumi preview --diff")
	}
	if len(changes) == 0 && !mayStand {
		list.Add("preview", "the step must change the weights of something", "no changes",
			"give the VPC a front door: without one nothing divides its traffic")
	}
	return list.Err()
}

// sameButWeights compares two resources' inputs without what they hold under "weight",
// wherever that stands.
func sameButWeights(before, after any) bool {
	switch a := before.(type) {
	case map[string]any:
		b, is := after.(map[string]any)
		if !is {
			return false
		}
		keys := slices.Collect(maps.Keys(a))
		keys = slices.AppendSeq(keys, maps.Keys(b))
		return !slices.ContainsFunc(keys, func(key string) bool { return key != "weight" && !sameButWeights(a[key], b[key]) })
	case []any:
		b, is := after.([]any)
		if !is || len(a) != len(b) {
			return false
		}
		for i := range a {
			if !sameButWeights(a[i], b[i]) {
				return false
			}
		}
		return true
	default:
		return fmt.Sprint(before) == fmt.Sprint(after) && fmt.Sprintf("%T", before) == fmt.Sprintf("%T", after)
	}
}

// short is a URN's type and name: "aws:lb/listenerRule:ListenerRule main-traffic".
func short(urn string) string {
	parts := strings.Split(urn, "::")
	if len(parts) < 4 {
		return urn
	}
	kinds := strings.Split(parts[2], "$")
	return kinds[len(kinds)-1] + " " + strings.Join(parts[3:], "::")
}
