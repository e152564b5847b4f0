package stacks

import (
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"retail/components/frontdoor"
	"retail/components/store"
	"retail/components/vpc"
	"retail/internal/problem"
	"retail/stacks/config"
)

// customers is what lets customers in: the shop's domain, and by VPC the front doors that its
// entrance leads to.
type customers struct {
	domain *frontdoor.Domain
	doors  map[string]frontdoor.Door
	// ready is what stands before customers come.
	ready               []pulumi.Resource
	testHeaders, alarms pulumi.Map
}

// openDomain makes the shop's names and keys; nil without an entrance.
func (s *environmentStack) openDomain() (err error) {
	e := s.config.Entrance
	if e == nil {
		return nil
	}
	s.customers = &customers{doors: map[string]frontdoor.Door{}, testHeaders: pulumi.Map{}, alarms: pulumi.Map{}}
	args := &frontdoor.DomainArgs{Zone: e.Zone, Hosts: e.Hosts(), Unprotected: s.config.Relax.Unprotected.Given()}
	if e.Kind == config.CloudFront {
		target := s.config.AWS
		target.Region = frontdoor.EdgeRegion
		if s.edge, err = newAWS(s.ctx, "edge", "retail:environment.aws", target, defaultTags(s.ctx, s.config.Tags)); err != nil {
			return err
		}
		args.Edge, args.OriginKeyGeneration = s.edge, e.OriginKeyGeneration
	}
	s.customers.domain, err = frontdoor.NewDomain(s.ctx, "shop", args, pulumi.Providers(s.aws, s.engine))
	return problem.Under("retail:environment.entrance", err)
}

// accepted are the keys that load balancers ask for.
func (s *environmentStack) accepted() []pulumi.StringInput {
	if s.config.Entrance.Closed() {
		return s.customers.domain.OriginKeys
	}
	return nil
}

// frontDoor makes a VPC's front door; nil when it has none.
func (s *environmentStack) frontDoor(name string, v config.VPC, made *vpc.VPC) (*frontdoor.FrontDoor, error) {
	f, e := v.FrontDoor, s.config.Entrance
	if f == nil {
		return nil, nil
	}
	// Pods of EKS Auto Mode's own node class are in the nodes' subnets, though the VPC
	// has a range for pods. Both ranges whatever the colours are, so that one that turns
	// to Auto Mode changes nothing of what all share.
	pods := []string{v.CIDR}
	if v.PodCIDR != "" {
		pods = append(pods, v.PodCIDR)
	}
	args := &frontdoor.Args{
		PhysicalName: s.physicalName(name), Account: s.config.AWS.Account, Region: s.config.AWS.Region,
		VpcID: made.ID, Subnets: made.Public, After: made.Egress, TargetCIDRs: pods, Target: target(f),
		Hosts: e.Hosts(), CertificateArn: s.customers.domain.CertificateArn, OnlyTLS13: f.OnlyTLS13, OriginKeys: s.accepted(),
		ErrorPercent: f.ErrorPercent, LatencyMillis: f.LatencyMillis, AlarmTopics: f.AlarmTopics,
		LogRetentionDays: s.config.LogRetentionDays, NoZonalShift: f.Relax.NoZonalShift.Given(), Unprotected: s.config.Unprotected(v),
	}
	args.Keepers = map[string]string{}
	for _, colour := range sorted(v.Clusters) {
		args.Colours = append(args.Colours, string(colour))
		if v.Clusters[colour].Compute == config.Auto {
			args.Keepers[string(colour)] = "auto"
		}
		if v.Traffic[colour] > 0 {
			args.Serving = append(args.Serving, string(colour))
		}
	}
	if !e.Closed() {
		rules := firewallRules(e)
		args.Firewall = &rules
	}
	if !f.Relax.OpenTestRule.Given() {
		args.TestKeyGeneration = f.TestKeyGeneration
	}
	door, err := frontdoor.New(s.ctx, name, args, pulumi.Providers(s.aws, s.engine))
	if err != nil {
		return nil, err
	}
	s.customers.doors[name] = frontdoor.Door{
		VpcID: made.ID, LoadBalancerArn: door.LoadBalancerArn, DNSName: door.DNSName, HostedZoneID: door.HostedZoneID,
	}
	s.customers.testHeaders[name], s.customers.alarms[name] = stringMap(door.TestHeaders), stringMap(door.Alarms)
	return door, nil
}

// target is what the target groups send requests to: the pods of the shop's entry.
func target(f *config.FrontDoor) frontdoor.Target {
	return frontdoor.Target{
		Port: store.ContainerPort, HealthPath: store.EntryHealthPath, DrainSeconds: f.DrainSeconds, SlowStartSeconds: f.SlowStartSeconds,
	}
}

func firewallRules(e *config.Entrance) frontdoor.Firewall {
	return frontdoor.Firewall{RateLimit: e.Firewall.RateLimit, Count: sorted(e.Firewall.Count)}
}

// divide sends customers to the VPC's colours, once what serves them stands.
func (s *environmentStack) divide(name string, v config.VPC, door *frontdoor.FrontDoor, serving []pulumi.Resource) error {
	if door == nil {
		return nil
	}
	weights := map[string]int{}
	for colour := range v.Clusters {
		weights[string(colour)] = v.Traffic[colour]
	}
	traffic, err := frontdoor.NewTraffic(s.ctx, name, &frontdoor.TrafficArgs{
		ListenerArn: door.ListenerArn, Hosts: s.config.Entrance.Hosts(), OriginKeys: s.accepted(),
		Weights: weights, TargetGroups: door.TargetGroups, After: serving, Unprotected: s.config.Unprotected(v),
	}, pulumi.Providers(s.aws))
	if err != nil {
		return err
	}
	for _, colour := range sorted(door.Attached) {
		s.customers.ready = append(s.customers.ready, door.Attached[colour]...)
	}
	s.customers.ready = append(s.customers.ready, traffic.Ready...)
	return nil
}

// openEntrance leads the shop's names to the front doors.
func (s *environmentStack) openEntrance() error {
	e, c := s.config.Entrance, s.customers
	if e == nil {
		return nil
	}
	args := &frontdoor.EntranceArgs{
		Kind: frontdoor.Kind(e.Kind), PhysicalName: project + "-" + s.config.Name, Region: s.config.AWS.Region,
		ZoneID: c.domain.ZoneID, Hosts: e.Hosts(), Doors: c.doors, Weights: e.Weights, After: c.ready,
		Unprotected: s.config.Relax.Unprotected.Given(),
	}
	if e.Kind == config.CloudFront {
		args.CDN = &frontdoor.CDNArgs{
			Edge: s.edge, Account: s.config.AWS.Account, Primary: e.Primary, ReadOnly: e.ReadOnlyPaths,
			CertificateArn: c.domain.EdgeCertificateArn, OriginKey: c.domain.OriginKeys[0],
			Firewall: firewallRules(e), LogRetentionDays: s.config.LogRetentionDays,
		}
	}
	entrance, err := frontdoor.NewEntrance(s.ctx, "entrance", args, pulumi.Providers(s.aws))
	if err != nil {
		return problem.Under("retail:environment", err)
	}
	s.ctx.Export("shop", pulumi.Map{
		"url": pulumi.String("https://" + e.Domain), "target": entrance.Target, "addresses": entrance.Addresses,
	})
	// How a person asks one colour: curl -H "x-retail-colour: VALUE" URL.
	s.ctx.Export("testHeaders", c.testHeaders)
	s.ctx.Export("alarms", c.alarms)
	return nil
}

func stringMap(of map[string]pulumi.StringOutput) pulumi.StringMap {
	all := pulumi.StringMap{}
	for key, value := range of {
		all[key] = value
	}
	return all
}
