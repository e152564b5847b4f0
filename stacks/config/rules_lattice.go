package config

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"retail/internal/lattice"
	"retail/internal/problem"
)

var (
	latticeGroupForm       = regexp.MustCompile(`^arn:aws[a-z-]*:vpc-lattice:([a-z0-9-]+):(\d{12}):targetgroup/tg-[0-9a-z]{17}$`)
	regionalCertificateArn = regexp.MustCompile(`^arn:aws[a-z-]*:acm:([a-z0-9-]+):(\d{12}):certificate/[0-9a-f-]{36}$`)
)

// shopNamespace is where the shop, and with it the route, is in every cluster.
const shopNamespace = "store"

// mostBackends leaves two of the ten target groups of a service to the colours, and some to
// spare (Amazon VPC Lattice User Guide, "Quotas": target groups per service).
const mostBackends = 5

// offers are the rules of the hub's side.
func offers(list *problem.List, n *Network) {
	for _, name := range sortedKeys(n.Environments) {
		offer := n.Environments[name].Lattice
		if offer == nil {
			continue
		}
		at := problem.Path("environments", name, "lattice")
		list.Join(problem.Under(at, lattice.CheckNetworkName(lattice.NetworkName(name))))
		seen := map[string]bool{}
		for _, caller := range offer.Callers {
			switch {
			case caller == n.Environments[name].Account:
				list.Add(at+".callers", "the environment's own account may call already", caller, "remove it")
			case seen[caller]:
				list.Add(at+".callers", "each account is listed once", caller, "remove the repetition")
			default:
				accountID(list, at+".callers", caller)
			}
			seen[caller] = true
		}
	}
}

// latticeNames is case V1 for VPCs of one account: the controller cuts names, and a service
// has one owner.
func latticeNames(list *problem.List, e *Environment) {
	taken := map[string]string{}
	for _, name := range sortedKeys(e.VPCs) {
		if e.VPCs[name].Lattice == nil {
			continue
		}
		path, route := problem.Path("vpcs", name), lattice.RouteName(name)
		list.Join(problem.Under(path, lattice.CheckServiceName(route, shopNamespace)))
		service := lattice.ServiceName(route, shopNamespace)
		if other, collides := taken[service]; collides {
			list.Add(path, "the controller cuts the route's name to "+service+", as it does that of vpcs."+other, route, "rename one of the two, within its first characters")
		}
		taken[service] = name
	}
}

// latticeRules are the rules of a VPC's place in VPC Lattice.
func latticeRules(list *problem.List, e *Environment, path string, v VPC) {
	at := path + ".lattice"
	if v.Lattice == nil {
		for _, colour := range sortedKeys(v.Clusters) {
			if v.Clusters[colour].Lattice != nil {
				list.Add(problem.Path(path, "clusters", string(colour), "lattice"), "needs the VPC's place in the service network: without its association the controller finds none", nil,
					"declare "+at+", or remove it")
			}
		}
		return
	}
	if v.Shop == nil {
		list.Add(at, "leads to the shop, and there is none", nil, "declare shop, or remove lattice")
	}
	latticeOwner(list, path, v)
	latticeColours(list, path, v)
	latticeDomain(list, at, e, v.Lattice)
	latticeBackends(list, path, e, v)
	if v.Lattice.Policy != "" {
		list.Join(problem.Under(at+".policy", lattice.CheckPolicy(v.Lattice.Policy)))
	}
}

// latticeOwner is case V1: one colour owns the route.
func latticeOwner(list *problem.List, path string, v VPC) {
	l, at := v.Lattice, path+".lattice"
	stands := func(key string, colour Colour) {
		oneOf(list, key, colour, Colours()...)
		if slices.Contains(Colours(), colour) && !slices.Contains(v.InLattice(), colour) {
			list.Add(key, "must be a colour whose cluster has lattice", string(colour),
				fmt.Sprintf("declare %s.clusters.%s.lattice, or name the other colour", path, colour))
		}
	}
	stands(at+".routes", l.Routes)
	if l.TakeOverFrom == "" {
		return
	}
	if l.TakeOverFrom == l.Routes {
		list.Add(at+".takeOverFrom", "nobody takes a route over from itself: one colour owns it", string(l.TakeOverFrom), "name the owner before, or remove it")
		return
	}
	stands(at+".takeOverFrom", l.TakeOverFrom)
}

// latticeColours refuses to send requests to a colour that offers nothing.
func latticeColours(list *problem.List, path string, v VPC) {
	for _, colour := range sortedKeys(v.Clusters) {
		if v.Traffic[colour] > 0 && v.Clusters[colour].Lattice == nil {
			list.Add(problem.Path(path, "clusters", string(colour), "lattice"), fmt.Sprintf("is required of a colour with traffic, it has %d: its share of east-west requests has no other way", v.Traffic[colour]),
				nil, "declare lattice: {}, or move its traffic first")
		}
		if l := v.Clusters[colour].Lattice; l != nil {
			between(list, problem.Path(path, "clusters", string(colour), "lattice", "replicas"), l.Replicas, 2, 9)
			between(list, problem.Path(path, "clusters", string(colour), "lattice", "certificateGeneration"), l.CertificateGeneration, 1, 1<<20)
		}
	}
}

func latticeDomain(list *problem.List, at string, e *Environment, l *Lattice) {
	if (l.Domain != "") != (l.CertificateArn != "") {
		list.Add(at+".domain", "goes with certificateArn, and only with it", quoted(l.Domain), "set both or neither")
	}
	if l.Domain != "" {
		zone := ""
		if e.Entrance != nil {
			zone = e.Entrance.Zone
		}
		if !hostForm.MatchString(l.Domain) || !strings.HasSuffix(l.Domain, "."+zone) || zone == "" {
			list.Add(at+".domain", "must be a host name in the entrance's zone, "+quoted(zone), quoted(l.Domain), "give a name such as api.shop.example.com")
		}
		if e.Entrance != nil && slices.Contains(e.Entrance.Hosts(), l.Domain) {
			list.Add(at+".domain", "is a name of the entrance already", l.Domain, "choose another one: a name leads to one place")
		}
	}
	if l.CertificateArn != "" {
		inAccount(list, at+".certificateArn", "a certificate of ACM", regionalCertificateArn, l.CertificateArn, e)
	}
}

// inAccount refuses an ARN of another form, account or Region.
func inAccount(list *problem.List, path, what string, form *regexp.Regexp, arn string, e *Environment) {
	match := form.FindStringSubmatch(arn)
	switch {
	case match == nil:
		list.Add(path, "must be the ARN of "+what, quoted(arn), "correct it")
	case match[1] != e.AWS.Region || match[2] != e.AWS.Account:
		list.Add(path, fmt.Sprintf("must lie in the environment's account and Region, %s in %s", e.AWS.Account, e.AWS.Region), arn, "name one that does")
	}
}

func latticeBackends(list *problem.List, path string, e *Environment, v VPC) {
	seen := map[string]bool{}
	for i, backend := range v.Lattice.Backends {
		at := fmt.Sprintf("%s.lattice.backends[%d].targetGroupArn", path, i)
		inAccount(list, at, "a target group of VPC Lattice", latticeGroupForm, backend.TargetGroupArn, e)
		if seen[backend.TargetGroupArn] {
			list.Add(at, "each target group is listed once", backend.TargetGroupArn, "remove the repetition")
		}
		seen[backend.TargetGroupArn] = true
	}
	if len(v.Lattice.Backends) > mostBackends {
		list.Add(path+".lattice.backends", fmt.Sprintf("at most %d: a service has ten target groups, and the colours need theirs", mostBackends), len(v.Lattice.Backends), "remove some")
	}
	if len(v.Lattice.Backends) == 0 || v.Traffic[Blue]+v.Traffic[Green] != 100 {
		return // the traffic's own rules report it
	}
	_, err := lattice.Weights(v.Traffic, v.Lattice.Outside())
	list.Join(problem.Under(path, err))
}
