package live

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"

	"retail/internal/problem"
)

// Stack is what is read of an environment's outputs.
type Stack struct {
	Account    string `json:"account"`
	Region     string `json:"region"`
	DeployRole string `json:"deployRole"`
	// Zonal is what may be shifted, by VPC.
	Zonal map[string]VPC `json:"zonal"`
	// Clusters are all clusters, by VPC and colour.
	Clusters map[string]map[string]struct {
		Name string `json:"name"`
	} `json:"clusters"`
	// TestHeaders are the values of the header by which a colour is reached whatever the
	// weights, by VPC and colour.
	TestHeaders map[string]map[string]string `json:"testHeaders"`
	// Lattice are the VPCs' services in VPC Lattice: the name, and the colour that owns the
	// route.
	Lattice map[string]struct {
		Service string `json:"service"`
		Route   string `json:"route"`
	} `json:"lattice"`
}

// VPC is one VPC's part.
type VPC struct {
	// Zones by ID.
	Zones []string `json:"zones"`
	// Clusters by colour, LoadBalancers' ARNs by role: those registered for zonal
	// shift. Alarms tell by name whether customers notice.
	Clusters      map[string]Named  `json:"clusters"`
	LoadBalancers map[string]string `json:"loadBalancers"`
	Alarms        []string          `json:"alarms"`
	// Peaks are how many pods of each of the shop's services must serve at the busiest
	// time.
	Peaks map[string]int `json:"peaks"`
}

// Named is a cluster.
type Named struct {
	Name string `json:"name"`
	ARN  string `json:"arn"`
}

// ReadStack takes the outputs of a stack as `pulumi stack output --json` prints them.
func ReadStack(stack string, outputs []byte) (*Stack, error) {
	var out Stack
	if err := json.Unmarshal(outputs, &out); err != nil {
		return nil, fmt.Errorf("the outputs of stack %s: %w", stack, err)
	}
	missing := []string{}
	for name, has := range map[string]bool{"zonal": out.Zonal != nil, "region": out.Region != "", "account": out.Account != ""} {
		if !has {
			missing = append(missing, name)
		}
	}
	if len(missing) > 0 {
		slices.Sort(missing)
		return nil, &problem.Problem{Path: "stack " + stack, Rule: "must be up, with the outputs zonal, region and account",
			Got: "no " + strings.Join(missing, ", "), Remedy: "run pulumi up --stack " + stack + " with this release of the program until it succeeds; only environments have clusters"}
	}
	return &out, nil
}

// Choose is the VPC of a drill, with the clusters of the colours asked for (all of
// them when none is), and whether a cluster of the VPC is left out.
func (s *Stack) Choose(stack, name, zone string, colours []string) (vpc VPC, partial bool, err error) {
	var list problem.List
	vpc, has := s.Zonal[name]
	if !has {
		list.Add("--vpc", "must be a VPC of stack "+stack+": "+strings.Join(slices.Sorted(maps.Keys(s.Zonal)), ", "), name, "name one of them")
		return vpc, false, list.Err()
	}
	if !slices.Contains(vpc.Zones, zone) {
		list.Add("--zone", "must be the ID of one of the VPC's zones: "+strings.Join(vpc.Zones, ", "), zone, "name one of them; names such as eu-west-1a differ between accounts")
	}
	chosen := map[string]Named{}
	for colour, c := range vpc.Clusters {
		if len(colours) == 0 || slices.Contains(colours, colour) {
			chosen[colour] = c
		}
	}
	for _, colour := range colours {
		if _, has := vpc.Clusters[colour]; !has {
			list.Add("--colour", "must be a cluster of the VPC that zonal shift is enabled for: "+strings.Join(slices.Sorted(maps.Keys(vpc.Clusters)), ", "), colour, "name one of them, or leave --colour out")
		}
	}
	vpc.Clusters = chosen
	return vpc, len(chosen) < len(s.Clusters[name]), list.Err()
}
