package customers

import (
	"fmt"
	"time"

	"retail/sandbox/cloud"
	"retail/sandbox/cloud/cloudwatch/metrics"
	"retail/sandbox/cloud/ec2"
	"retail/sandbox/cloud/elbv2"
	"retail/sandbox/request"
)

// Count tells the metrics of a request at a load balancer or a service of VPC Lattice, by
// the records as they are.
func (c *Crowd) Count(s request.Sample) { c.count(c.recorded(), s) }

// count tells the metrics of a request at an Application Load Balancer, as "CloudWatch
// metrics for your Application Load Balancer" has them: RequestCount where a target was
// chosen, targets' answers by target group and load balancer, the load balancer's own by
// load balancer, all with and without the zone of its node. Network Load Balancers know no
// requests.
func (c *Crowd) count(records []*cloud.Record, s request.Sample) {
	if s.Service != nil {
		c.countLattice(s)
		return
	}
	if ec2.Text(s.Balancer.State, "loadBalancerType") == "network" || ec2.Flag(s.Balancer.State, "internal") && s.Status == 0 {
		return
	}
	b := &board{c.store(), c.now(), s.Balancer, zoneName(records, s.Balancer, s.Zone)}
	family := fmt.Sprintf("%dXX", s.Status/100)
	if s.Group != nil {
		b.put("RequestCount", s.Group, 1)
	}
	switch {
	case s.Status == 0: // no answer, and nothing to count
	case s.ByTarget:
		b.put("HTTPCode_Target_"+family+"_Count", s.Group, 1)
		b.put("TargetResponseTime", s.Group, s.Took.Seconds())
	case s.Status >= 300:
		b.put("HTTPCode_ELB_"+family+"_Count", nil, 1)
		if s.Status == 500 || s.Status >= 502 && s.Status <= 504 {
			b.put(fmt.Sprintf("HTTPCode_ELB_%d_Count", s.Status), nil, 1)
		}
	}
}

// countLattice tells the metrics of a request at a service of VPC Lattice, by service and by
// target group ("CloudWatch metrics for Amazon VPC Lattice"; RequestTime is in
// milliseconds). Those by zone are left out.
func (c *Crowd) countLattice(s request.Sample) {
	put := func(of *cloud.Record, dimension, name string, value float64) {
		c.store().Put(metrics.Metric{Account: of.Account, Region: of.Region, Namespace: "AWS/VpcLattice", Name: name,
			Dimensions: metrics.Dimensions(map[string]string{dimension: of.ID})}, c.now(), value, 1)
	}
	for dimension, of := range map[string]*cloud.Record{"Service": s.Service, "TargetGroup": s.Group} {
		if of == nil || s.Status == 0 {
			continue
		}
		put(of, dimension, "TotalRequestCount", 1)
		put(of, dimension, fmt.Sprintf("HTTPCode_%dXX_Count", s.Status/100), 1)
		put(of, dimension, "RequestTime", float64(s.Took.Milliseconds()))
	}
}

// board is where a load balancer writes its metrics.
type board struct {
	store    *metrics.Store
	at       time.Time
	balancer *cloud.Record
	zone     string // name; "" is left out
}

// put writes one value, under each set of dimensions that the metric has: the load
// balancer's, and with a group the target group's too.
func (b *board) put(name string, group *cloud.Record, value float64) {
	b.under(name, value, nil, false)
	if group != nil {
		b.under(name, value, group, false)
	}
	if b.zone != "" {
		b.under(name, value, nil, true)
		if group != nil {
			b.under(name, value, group, true)
		}
	}
}

func (b *board) under(name string, value float64, group *cloud.Record, zonal bool) {
	of := map[string]string{"LoadBalancer": ec2.Text(b.balancer.State, "arnSuffix")}
	if group != nil {
		of["TargetGroup"] = ec2.Text(group.State, "arnSuffix")
	}
	if zonal {
		of["AvailabilityZone"] = b.zone
	}
	b.store.Put(metrics.Metric{Account: b.balancer.Account, Region: b.balancer.Region, Namespace: "AWS/ApplicationELB", Name: name,
		Dimensions: metrics.Dimensions(of)}, b.at, value, 1)
}

// zoneName is what a load balancer's account calls a zone; "" when it has no subnet there.
func zoneName(records []*cloud.Record, of *cloud.Record, zone string) string {
	for _, r := range records {
		if r.Token == ec2.Subnet && r.Account == of.Account && ec2.Text(r.State, "availabilityZoneId") == zone {
			return ec2.Text(r.State, "availabilityZone")
		}
	}
	return ""
}

// Health tells the metrics how many targets of each group of an Application Load Balancer
// are healthy and unhealthy, by target group and by zone; of a group without targets
// nothing. Targets that start or leave are neither.
func (c *Crowd) Health() {
	records := c.recorded()
	world := request.New(records, 0)
	for _, lb := range records {
		if lb.Token != elbv2.LoadBalancer || lb.Fading || ec2.Text(lb.State, "loadBalancerType") == "network" {
			continue
		}
		for _, group := range world.BalancerGroups(lb) {
			for zone, n := range hosts(world.TargetsOf(group)) {
				b := &board{c.store(), c.now(), lb, zoneName(records, lb, zone)}
				if zone != "" && b.zone == "" {
					continue
				}
				b.under("HealthyHostCount", n.healthy, group, zone != "")
				b.under("UnHealthyHostCount", n.unhealthy, group, zone != "")
			}
		}
	}
}

// counted is how many targets are healthy and unhealthy.
type counted struct{ healthy, unhealthy float64 }

// hosts counts targets by zone, and all under "".
func hosts(targets []request.Target) map[string]counted {
	out := map[string]counted{}
	for _, t := range targets {
		zones := []string{""}
		if t.Zone != "" {
			zones = append(zones, t.Zone)
		}
		for _, zone := range zones {
			n := out[zone]
			switch t.Health {
			case elbv2.Healthy:
				n.healthy++
			case elbv2.Unhealthy:
				n.unhealthy++
			}
			out[zone] = n
		}
	}
	return out
}
