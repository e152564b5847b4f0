package config

import (
	"fmt"
	"net/netip"
	"regexp"

	"retail/internal/problem"
)

// organizationForm is the ARN of an organization or an organizational unit (AWS
// Organizations, "Resources defined by AWS Organizations").
var organizationForm = regexp.MustCompile(`^arn:aws[a-z-]*:organizations::\d{12}:(organization/o-[a-z0-9]{10,32}|ou/o-[a-z0-9]{10,32}/ou-[0-9a-z]{4,32}-[a-z0-9]{8,32})$`)

// privateASN says whether a number is one that the AWS side may use (Amazon EC2
// API Reference, CreateTransitGateway).
func privateASN(asn int) bool {
	return asn >= 64512 && asn <= 65534 || asn >= 4200000000 && asn <= 4294967294
}

const asnRule = "must be a private autonomous system number, 64512 to 65534 or 4200000000 to 4294967294"

func gatewayASN(list *problem.List, n *Network) {
	if !privateASN(n.TransitGateway.ASN) {
		list.Add("transitGateway.asn", asnRule, n.TransitGateway.ASN, "choose one, apart from those on premises")
	}
}

func acceptanceKnown(list *problem.List, n *Network) {
	oneOf(list, "transitGateway.acceptance", n.TransitGateway.Acceptance, Explicit, Automatic)
}

func sharingKnown(list *problem.List, n *Network) {
	oneOf(list, "sharing.mode", n.Sharing.Mode, ShareOrganization, ShareAccounts, ShareExternal)
}

// sharingPrincipal is case N6: RAM takes an organization by its ARN only.
func sharingPrincipal(list *problem.List, n *Network) {
	const path = "sharing.organization"
	switch {
	case n.Sharing.Mode == ShareOrganization && !organizationForm.MatchString(n.Sharing.Organization):
		list.Add(path, "mode organization needs the ARN of an organization or organizational unit", quoted(n.Sharing.Organization),
			"give arn:aws:organizations::MANAGEMENT-ACCOUNT:organization/o-ID, and enable sharing with AWS Organizations in RAM")
	case n.Sharing.Mode != ShareOrganization && n.Sharing.Organization != "":
		list.Add(path, "is for mode organization only", n.Sharing.Organization, "remove it, or choose mode organization")
	}
}

func environmentsGiven(list *problem.List, n *Network) {
	if len(n.Environments) == 0 {
		list.Add("environments", "at least one is required", nil, "list the environments that may attach")
	}
	for _, name := range sortedKeys(n.Environments) {
		nameForm(list, problem.Path("environments", name), name)
	}
}

func allocationAccounts(list *problem.List, n *Network) {
	for _, name := range sortedKeys(n.Environments) {
		accountID(list, problem.Path("environments", name, "account"), n.Environments[name].Account)
	}
}

func allocationRanges(list *problem.List, n *Network) {
	for _, name := range sortedKeys(n.Environments) {
		ranges(list, problem.Path("environments", name, "cidrs"), n.Environments[name].CIDRs)
	}
}

func onPremisesRanges(list *problem.List, n *Network) {
	ranges(list, "onPremises.cidrs", n.OnPremises.CIDRs)
}

// hubRangesDisjoint is case N2: a route table holds one route per destination,
// so of two equal ranges one is silently unreachable.
func hubRangesDisjoint(list *problem.List, n *Network) {
	var all []located
	for _, name := range sortedKeys(n.Environments) {
		all = append(all, locate(problem.Path("environments", name, "cidrs"), n.Environments[name].CIDRs)...)
	}
	all = append(all, locate("onPremises.cidrs", n.OnPremises.CIDRs)...)
	disjoint(list, all, "ranges on one Transit Gateway must not overlap")
}

func oneWayOnPremises(list *problem.List, n *Network) {
	if (n.OnPremises.VPN == nil) == (n.OnPremises.DirectConnect == nil) {
		list.Add("onPremises", "exactly one of vpn and directConnect joins the data centre", nil, "configure one of them")
	}
}

func vpnComplete(list *problem.List, n *Network) {
	vpn := n.OnPremises.VPN
	if vpn == nil {
		return
	}
	if address, err := netip.ParseAddr(vpn.Address); err != nil || !address.Is4() || address.IsPrivate() {
		list.Add("onPremises.vpn.address", "must be the public IPv4 address of the customer gateway device", quoted(vpn.Address), "give the address the tunnels end on")
	}
	if vpn.ASN < 1 || vpn.ASN > 4294967294 || vpn.ASN == n.TransitGateway.ASN {
		list.Add("onPremises.vpn.asn", "must be the data centre's autonomous system number, apart from the Transit Gateway's",
			fmt.Sprintf("%d (Transit Gateway %d)", vpn.ASN, n.TransitGateway.ASN), "give the number of the device's BGP configuration")
	}
}

// maxAllowedPrefixes is the quota of prefixes per Transit Gateway that AWS
// announces over Direct Connect (AWS Direct Connect User Guide, "Quotas").
const maxAllowedPrefixes = 200

func directConnectComplete(list *problem.List, n *Network) {
	dx := n.OnPremises.DirectConnect
	if dx == nil {
		return
	}
	const path = "onPremises.directConnect"
	if !privateASN(dx.ASN) || dx.ASN == n.TransitGateway.ASN {
		list.Add(path+".asn", asnRule+", apart from the Transit Gateway's",
			fmt.Sprintf("%d (Transit Gateway %d)", dx.ASN, n.TransitGateway.ASN), "choose another number")
	}
	ranges(list, path+".allowedPrefixes", dx.AllowedPrefixes)
	if len(dx.AllowedPrefixes) > maxAllowedPrefixes {
		list.Add(path+".allowedPrefixes", fmt.Sprintf("AWS announces at most %d", maxAllowedPrefixes), len(dx.AllowedPrefixes), "summarise the ranges")
	}
}
