package stacks

import (
	"fmt"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"retail/components/cluster"
	"retail/components/frontdoor"
	"retail/components/zonalshift"
	"retail/internal/problem"
	"retail/internal/shifts"
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
	peaks := pulumi.Map{}
	if v.Shop != nil {
		for service, settings := range v.Shop.Services {
			peaks[service] = pulumi.Int(settings.Peak)
		}
	}
	return pulumi.Map{
		"zones": pulumi.ToStringArray(v.Zones), "clusters": shifted, "loadBalancers": balancers, "alarms": alarms, "peaks": peaks,
	}
}

// autoshift configures ARC for what of a VPC is registered with it. What goes off when
// customers notice a practice run is, for the front door, that it finds no target that
// answers, and for a colour, that its pods fail requests.
func (s *environmentStack) autoshift(
	name string, v config.VPC, door *frontdoor.FrontDoor, clusters map[config.Colour]*cluster.Cluster,
) error {
	shifted := s.config.Shifted(v)
	if len(shifted) == 0 {
		return nil
	}
	args := &zonalshift.Args{Resources: map[string]zonalshift.Resource{}, Practice: shifts.Practice(v.ZonalShift.Practice)}
	for key, auto := range shifted {
		resource := zonalshift.Resource{Arn: door.LoadBalancerArn, OutcomeAlarm: door.Alarms["errors"], Autoshift: auto}
		if key != config.FrontDoorKey {
			resource.Arn, resource.OutcomeAlarm = clusters[config.Colour(key)].Arn, door.Alarms[key+"-errors"]
		}
		args.Resources[key] = resource
	}
	_, err := zonalshift.New(s.ctx, name, args, pulumi.Providers(s.aws))
	return err
}

// observe tells observers of shifts; nothing without.
func (s *environmentStack) observe() error {
	o := s.config.Observers
	if o == nil {
		return nil
	}
	args := &zonalshift.ObserversArgs{
		PhysicalName: project + "-" + s.config.Name, Account: s.config.AWS.Account, Region: s.config.AWS.Region,
		Subscribers: map[string]shifts.Subscriber{}, EveryAutoshift: o.EveryAutoshift,
	}
	for name, subscriber := range o.Subscribers {
		args.Subscribers[name] = shifts.Subscriber(subscriber)
	}
	_, err := zonalshift.NewObservers(s.ctx, "observers", args, pulumi.Providers(s.aws))
	return problem.Under("retail:environment", err)
}

// autoshifted are what of a VPC AWS may shift by itself, in order.
func autoshifted(environment *config.Environment, v config.VPC) []string {
	var on []string
	shifted := environment.Shifted(v)
	for _, key := range sorted(shifted) {
		if shifted[key] {
			on = append(on, key)
		}
	}
	return on
}

// autoshiftOffFirst is case Z1: ARC deletes no configuration while autoshift is on, and a
// run does not get to switch it off before it deletes.
func autoshiftOffFirst(list *problem.List, path string, was StandingVPC, shifted map[string]bool) {
	for _, key := range was.Autoshift {
		if _, kept := shifted[key]; kept {
			continue
		}
		off := path + ".zonalShift.relax.noAutoshift"
		if key != config.FrontDoorKey {
			off = problem.Path(path, "clusters", key, "relax.noAutoshift") + " or " + off
		}
		list.Add(path+".zonalShift", fmt.Sprintf("autoshift of %s is on, and its configuration is not deleted so", key), nil,
			fmt.Sprintf("restore it, state a reason in %s in an update before, such as the one that moves the traffic, then remove it", off))
	}
}
