package request

import (
	"regexp"
	"slices"

	"retail/sandbox/cloud"
	"retail/sandbox/cloud/ec2"
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
