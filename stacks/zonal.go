package stacks

import (
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"retail/components/cluster"
	"retail/components/frontdoor"
	"retail/stacks/config"
)

// keyZonal is the output from which `retail drill zone` learns what to shift.
const keyZonal = "zonal"

// zonal is one VPC's part of the output: its zones by id, in order; name and ARN of each
// colour's cluster; the load balancers by role; and the names of the alarms that must stay
// quiet while a zone is away. What was left out of zonal shift, by relax, is left out here.
func zonal(v config.VPC, door *frontdoor.FrontDoor, clusters map[config.Colour]*cluster.Cluster) pulumi.Map {
	shifted := pulumi.Map{}
	for colour, made := range clusters {
		if !v.Clusters[colour].Relax.NoZonalShift.Given() {
			shifted[string(colour)] = pulumi.Map{"name": made.Name, "arn": made.Arn}
		}
	}
	balancers, alarms := pulumi.Map{}, pulumi.Array{}
	if door != nil {
		if !v.FrontDoor.Relax.NoZonalShift.Given() {
			balancers["frontDoor"] = door.LoadBalancerArn
		}
		for _, key := range sorted(door.AlarmNames) {
			alarms = append(alarms, door.AlarmNames[key])
		}
	}
	return pulumi.Map{
		"zones": pulumi.ToStringArray(v.Zones), "clusters": shifted, "loadBalancers": balancers, "alarms": alarms,
	}
}
