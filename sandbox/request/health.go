package request

import (
	"net/netip"
	"slices"

	"retail/sandbox/cloud"
	"retail/sandbox/cloud/ec2"
	"retail/sandbox/cloud/elbv2"
)

// zone is the availability zone, by ID, of the subnet that holds an address.
func (w *World) zone(vpc, address string) string {
	key := vpc + "/" + address
	if known, ok := w.zones[key]; ok {
		return known
	}
	w.zones[key] = w.findZone(vpc, address)
	return w.zones[key]
}

func (w *World) findZone(vpc, address string) string {
	at, err := netip.ParseAddr(address)
	if err != nil {
		return ""
	}
	for _, s := range w.all(ec2.Subnet) {
		if p, err := netip.ParsePrefix(text(s.State, "cidrBlock")); err == nil && text(s.State, "vpcId") == vpc && p.Contains(at) {
			return text(s.State, "availabilityZoneId")
		}
	}
	return ""
}

// balancerHealthy is how Route 53 and Global Accelerator see a load balancer:
// each target group in use that takes requests has a healthy target ("How health
// checks work for alias records of load balancers").
func (w *World) balancerHealthy(lb *cloud.Record) bool {
	for _, l := range w.all(elbv2.Listener) {
		if text(l.State, "loadBalancerArn") != lb.ID {
			continue
		}
		actions := items(l.State, "defaultActions")
		for _, r := range w.rulesOf(l) {
			actions = append(actions, items(r.State, "actions")...)
		}
		for _, action := range actions {
			for _, g := range elbv2.Groups(action) {
				if g.Weight > 0 && !w.hasHealthy(g.Arn) {
					return false
				}
			}
		}
	}
	return true
}

func (w *World) hasHealthy(group string) bool {
	return slices.ContainsFunc(w.all(elbv2.Attachment), func(a *cloud.Record) bool {
		return text(a.State, "targetGroupArn") == group && text(a.State, "health.state") == elbv2.Healthy
	})
}
