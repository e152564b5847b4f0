package config

import (
	"fmt"
	"strings"

	"retail/internal/problem"
)

// CheckAllocation checks the environment's ranges against what the hub allots
// to it and what the data centre uses (case N2).
func (e *Environment) CheckAllocation(allotted, onPremises []string) error {
	var list problem.List
	data := locate("the data centre", onPremises)
	for _, name := range sortedKeys(e.VPCs) {
		v, path := e.VPCs[name], problem.Path("vpcs", name)
		for _, block := range locate(path+".cidr", []string{v.CIDR}) {
			if !within(block.block, locate("", allotted)) {
				list.Add(block.path, "must lie in what the hub allots to "+e.Name+" ("+strings.Join(allotted, ", ")+")", v.CIDR,
					"choose a range there, or add to environments."+e.Name+".cidrs of the hub")
			}
		}
		for _, route := range locate(path+".onPremisesRoutes", v.OnPremisesRoutes) {
			if !within(route.block, data) {
				list.Add(route.path, "must lie in the data centre's ranges ("+strings.Join(onPremises, ", ")+")", route.block, "correct the route")
			}
		}
		for _, colour := range sortedKeys(v.Clusters) {
			for _, services := range locate(problem.Path(path, "clusters", string(colour), "serviceCidr"), []string{v.Clusters[colour].ServiceCIDR}) {
				for _, other := range data {
					if services.block.Overlaps(other.block) {
						list.Add(services.path, "must be apart from every network that pods reach",
							fmt.Sprintf("%s, which overlaps %s of %s", services.block, other.block, other.path), "choose another range")
					}
				}
			}
		}
	}
	return list.Err()
}
