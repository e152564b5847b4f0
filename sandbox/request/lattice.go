package request

import (
	"cmp"
	"errors"
	"net/netip"
	"slices"
	"strings"

	"retail/sandbox/cloud"
	"retail/sandbox/cloud/ec2"
	"retail/sandbox/cloud/vpclattice"
)

// View looks at a world as a call of an account and Region (cloud.World.View).
type View func(account, region string, f func(*cloud.Call) error) error

// Lattice lets requests go through VPC Lattice, of which the world's own code decides.
func (w *World) Lattice(view View) { w.view = view }

// place is where a caller is: a VPC, in a service network.
type place struct {
	caller           *Caller
	vpc              *cloud.Record
	association      *cloud.Record
	network, service *cloud.Record
	region           string
}

// eastWest follows a request of a caller inside AWS to a service of VPC Lattice.
func (t *trace) eastWest() (location string) {
	caller := t.request.From
	if caller.OnPremises {
		t.onPremises()
		return ""
	}
	if t.view == nil {
		t.end(0, "VPC Lattice is not followed here")
		return ""
	}
	p := t.placeOf(caller)
	if p == nil {
		return ""
	}
	t.hop("vpc", p.vpc.ID, "account %s", caller.Account)
	if name := t.latticeName(p, t.host); name == "" {
		return ""
	}
	t.hop("service network", text(p.network.State, "name"), "of account %s", p.network.Account)
	if !t.throughAssociation(p) {
		return ""
	}
	var routed *vpclattice.Routed
	err := t.view(p.service.Account, p.service.Region, func(c *cloud.Call) error {
		if err := t.admit(c, p); err != nil {
			return err
		}
		routed = vpclattice.Route(c, p.service, vpclattice.Request{Port: t.port, Method: t.request.Method,
			Path: cmp.Or(t.request.URL.Path, "/"), Headers: t.request.Headers})
		return nil
	})
	switch aws := (*cloud.Error)(nil); {
	case errors.As(err, &aws):
		t.end(cmp.Or(aws.Status, 403), "%s", aws.Message)
	case err != nil:
		t.end(0, "%s", err)
	case t.latticeListener(p, routed):
		t.latticeForward(p, routed)
	}
	t.observedAt(p.service)
	return ""
}

// onPremises says what is so: link-local addresses are not routed, by no Transit Gateway.
// AWS's way in is a proxy in a VPC that is associated ("Guidance for External Connectivity
// to Amazon VPC Lattice"), or an endpoint of the service network in a VPC (Amazon VPC User
// Guide, "Access service networks through AWS PrivateLink"), which is not simulated.
func (t *trace) onPremises() {
	for _, s := range t.all(vpclattice.Service) {
		if domain(vpclattice.DomainName(s)) == domain(t.host) || domain(text(s.State, "customDomainName")) == domain(t.host) {
			t.hop("dns", t.host+" → "+vpclattice.DomainName(s), "")
			t.end(0, "%s has link-local addresses (169.254.171.0/24), which no Transit Gateway routes: from outside, ask an ingress in an associated VPC, "+
				"such as the shop's load balancer", t.host)
			return
		}
	}
	t.end(0, "%s is no service of VPC Lattice; other ways of callers on premises are not followed: extend sandbox/request/lattice.go", t.host)
}

// latticeName resolves the host as the VPC does: VPC Lattice's own names are public, a
// custom one needs a record in a zone of the VPC or a public one. The request then is for
// the service of the network whose name it is.
func (t *trace) latticeName(p *place, host string) string {
	name := domain(host)
	for range maxAliases {
		for _, s := range t.all(vpclattice.Service) {
			if domain(vpclattice.DomainName(s)) != name {
				continue
			}
			if p.service == nil {
				t.end(0, "service %s is not in the service network %s of VPC %s, or not by the name %s", text(s.State, "name"), text(p.network.State, "name"), p.vpc.ID, host)
				return ""
			}
			t.out.Account = p.service.Account
			return name
		}
		next := t.privateRecord(p.vpc.ID, name)
		if next == "" {
			var found bool
			if next, found = t.lookup(name); !found {
				return ""
			}
		} else {
			t.hop("dns", name+" → "+next, "")
		}
		name = domain(next)
		if lb := t.balancerOf(name); lb != nil {
			t.end(0, "%s leads to load balancer %s and not to VPC Lattice: ask as a customer, without --from", host, text(lb.State, "name"))
			return ""
		}
	}
	t.end(0, "%s: more than %d names in a chain", host, maxAliases)
	return ""
}

// privateRecord asks the private zones that a VPC is associated with, the closest first.
func (t *trace) privateRecord(vpc, name string) string {
	best, target := -1, ""
	for _, z := range t.all(zoneToken) {
		apex := domain(text(z.State, "name"))
		inside := slices.Contains(ec2.Texts(z.State, "vpcs[*].vpcId"), vpc) || slices.ContainsFunc(t.all("aws:route53/zoneAssociation:ZoneAssociation"),
			func(a *cloud.Record) bool { return text(a.State, "zoneId") == z.ID && text(a.State, "vpcId") == vpc })
		if !inside || name != apex && !strings.HasSuffix(name, "."+apex) || len(apex) <= best {
			continue
		}
		for _, r := range t.all(recordToken) {
			if text(r.State, "zoneId") != z.ID || domain(fqdn(r, z)) != name {
				continue
			}
			if aliases := items(r.State, "aliases"); len(aliases) > 0 {
				best, target = len(apex), text(aliases[0], "name")
			} else if values := ec2.Texts(r.State, "records[*]"); len(values) > 0 && text(r.State, "type") == "CNAME" {
				best, target = len(apex), values[0]
			}
		}
	}
	return target
}

// throughAssociation asks the association's security groups, which hold for clients of the
// VPC ("Control traffic in VPC Lattice using security groups").
func (t *trace) throughAssociation(p *place) bool {
	groups := ec2.Texts(p.association.State, "securityGroupIds[*]")
	admitted := false
	_ = t.view(p.vpc.Account, p.vpc.Region, func(c *cloud.Call) error { // it only reads
		from := netip.MustParseAddr("0.0.0.0")
		if blocks := ec2.CIDRs(c, p.vpc.ID); len(blocks) > 0 {
			from = blocks[0].Addr().Next().Next().Next().Next()
		}
		admitted = len(groups) == 0 || ec2.Admits(c, ec2.Peer{Address: from}, ec2.Peer{Address: latticeAddress, Groups: groups}, t.port)
		return nil
	})
	if !admitted {
		t.end(0, "the security groups of VPC %s's association with %s admit no packet on port %d from the VPC", p.vpc.ID, text(p.network.State, "name"), t.port)
	}
	return admitted
}

// latticeAddress is one of VPC Lattice's, of its managed prefix list.
var latticeAddress = netip.MustParseAddr("169.254.171.10")
