package request

import (
	"cmp"
	"errors"
	"fmt"
	"net/netip"
	"regexp"
	"slices"
	"strings"

	"retail/sandbox/cloud"
	"retail/sandbox/cloud/acm"
	"retail/sandbox/cloud/ec2"
	"retail/sandbox/cloud/iam"
	"retail/sandbox/cloud/vpclattice"
)

// Caller is who asks from inside AWS, or from the data centre, in a customer's place.
type Caller struct {
	// OnPremises is a client in the data centre, which a Transit Gateway joins to VPCs.
	OnPremises bool
	// Account is where the caller's VPC is.
	Account string
	// Role is the name of the IAM role that signs requests; empty: they are not signed.
	Role string
	// VPC of the account, by ID; empty: one whose service network knows the host, or the
	// account's first that is in a network.
	VPC string
}

var callers = regexp.MustCompile(`^(\d{12})(?:/([\w+=,.@-]+?))?(?:@(vpc-[0-9a-f]+))?$`)

// OnPremises is how ParseCaller knows a client in the data centre.
const OnPremises = "on-premises"

// ParseCaller reads ACCOUNT, ACCOUNT/ROLE, either with @VPC behind it, or on-premises;
// false: the text is none of these.
func ParseCaller(text string) (*Caller, bool) {
	if text == OnPremises {
		return &Caller{OnPremises: true}, true
	}
	m := callers.FindStringSubmatch(text)
	if m == nil {
		return nil, false
	}
	return &Caller{Account: m[1], Role: m[2], VPC: m[3]}, true
}

// View looks at a world as a call of an account and Region (cloud.World.View).
type View func(account, region string, f func(*cloud.Call) error) error

// Lattice lets requests go through VPC Lattice, of which the world's own code decides.
func (w *World) Lattice(view View) { w.view = view }

// place is where a caller is: a VPC, in a service network.
type place struct {
	caller            *Caller
	vpc               *cloud.Record
	association       *cloud.Record
	network, service  *cloud.Record
	principal, region string
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

// placeOf finds the caller's VPC and its service network; nil ends the request.
func (t *trace) placeOf(caller *Caller) *place {
	var in []*place
	for _, v := range t.all(ec2.Vpc) {
		if v.Account != caller.Account || caller.VPC != "" && v.ID != caller.VPC {
			continue
		}
		p := &place{caller: caller, vpc: v, region: v.Region}
		_ = t.view(v.Account, v.Region, func(c *cloud.Call) error { // it only reads
			p.association, p.network = vpclattice.AssociationOfVpc(c, v.ID), vpclattice.NetworkOfVpc(c, v.ID)
			if p.network != nil {
				p.service = vpclattice.ServiceOfDomain(c, p.network, domain(t.host))
			}
			return nil
		})
		in = append(in, p)
	}
	for _, fits := range []func(*place) bool{func(p *place) bool { return p.service != nil }, func(p *place) bool { return p.network != nil }} {
		if at := slices.IndexFunc(in, fits); at >= 0 {
			return in[at]
		}
	}
	if len(in) == 0 {
		t.end(0, "account %s has no VPC %s", caller.Account, caller.VPC)
		return nil
	}
	t.hop("vpc", in[0].vpc.ID, "account %s", caller.Account)
	t.end(0, "VPC %s is associated with no service network: %s does not answer there", in[0].vpc.ID, t.host)
	return nil
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
			found := false
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

// admit asks the auth policies of network and service, and the caller's own where the
// world knows its role.
func (t *trace) admit(c *cloud.Call, p *place) error {
	i := vpclattice.Invocation{SourceVpc: p.vpc.ID, SourceAccount: p.vpc.Account, Port: t.port, Method: t.request.Method,
		Path: cmp.Or(t.request.URL.Path, "/"), Headers: map[string][]string{}, Query: t.request.URL.Query()}
	for name, value := range t.request.Headers {
		i.Headers[strings.ToLower(name)] = []string{value}
	}
	if p.caller.Role != "" {
		arn := fmt.Sprintf("arn:aws:sts::%s:assumed-role/%s/sandbox", p.caller.Account, p.caller.Role)
		i.Caller = vpclattice.CallerOf(c, arn, nil)
		for _, r := range t.all(iam.Role) {
			if r.Account == p.caller.Account && text(r.State, "name") == p.caller.Role {
				i.Caller.Identity = t.identity(c, text(r.State, "arn"))
			}
		}
		note := "signed"
		if i.Caller.Identity == nil {
			note = "signed; the role is none of the world's, so that its own policies are taken to allow"
		}
		t.hop("caller", arn, "%s", note)
	} else {
		t.hop("caller", "anonymous", "not signed: name a role, --from %s/ROLE", p.caller.Account)
	}
	return vpclattice.Admit(c, p.network, p.service, i)
}

// identity asks the caller's own policies. The call is another account's where the service
// is: its role is looked for in the caller's.
func (t *trace) identity(c *cloud.Call, role string) func(action, resource string, context map[string]string) error {
	own := *c
	own.Account = strings.Split(role, ":")[4]
	return func(action, resource string, context map[string]string) error {
		return iam.Authorize(&own, role, action, resource, context)
	}
}

// latticeListener checks the protocol and the certificate.
func (t *trace) latticeListener(p *place, routed *vpclattice.Routed) bool {
	if routed == nil {
		t.end(0, "service %s has no listener on port %d", text(p.service.State, "name"), t.port)
		return false
	}
	protocol := text(routed.Listener.State, "protocol")
	t.hop("listener", fmt.Sprintf("%s:%d %s", text(p.service.State, "name"), t.port, protocol), "")
	switch encrypted := protocol == "HTTPS"; {
	case encrypted != (t.request.URL.Scheme == "https"):
		t.end(0, "the listener on port %d speaks %s, the request %s", t.port, protocol, t.request.URL.Scheme)
		return false
	case encrypted && domain(t.host) != domain(vpclattice.DomainName(p.service)) && !t.latticeCertified(p.service):
		t.end(0, "no certificate of service %s is for %s", text(p.service.State, "name"), t.host)
		return false
	}
	if routed.Rule == nil {
		t.hop("rule", "default", "")
	} else {
		t.hop("rule", "priority "+fmt.Sprint(number(routed.Rule.State, "priority")), "")
	}
	return true
}

func (t *trace) latticeCertified(service *cloud.Record) bool {
	for _, c := range t.all(acm.Certificate) {
		names := append(ec2.Texts(c.State, "subjectAlternativeNames[*]"), text(c.State, "domainName"))
		if text(c.State, "arn") == text(service.State, "certificateArn") && slices.ContainsFunc(names, func(n string) bool { return covers(n, t.host) }) {
			return true
		}
	}
	return false
}
