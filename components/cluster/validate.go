package cluster

import (
	"fmt"
	"net/netip"
	"regexp"
	"slices"

	"retail/internal/problem"
	"retail/internal/versions"
)

// logTypes are all control plane logs (Amazon EKS API Reference, LogSetup).
var logTypes = []string{"api", "audit", "authenticator", "controllerManager", "scheduler"}

// builtInNodePools are the node pools that EKS Auto Mode brings (Amazon EKS User
// Guide, "Enable or disable built-in NodePools").
var builtInNodePools = []string{"general-purpose", "system"}

const defaultServiceCIDR = "172.20.0.0/16"

// withDefaults returns a copy of the arguments in which every default is written out.
func (a Args) withDefaults() Args {
	if a.Compute == "" {
		a.Compute = Managed
	}
	if a.Support == "" {
		a.Support = Standard
	}
	if a.ServiceCIDR == "" {
		a.ServiceCIDR = defaultServiceCIDR
	}
	if a.LogTypes == nil {
		a.LogTypes = logTypes
	}
	if a.Compute == Auto && a.AutoNodePools == nil {
		a.AutoNodePools = builtInNodePools
	}
	return a
}

// validate returns every problem of the arguments at once.
func (a Args) validate() error {
	var problems problem.List
	checkName(&problems, a.Environment, a.VPC, a.Colour)
	if _, err := versions.Parse(a.Version); err != nil {
		problems.Join(problem.Under("version", err))
	}
	a.checkRequired(&problems)
	a.checkChoices(&problems)
	a.checkNetwork(&problems)
	a.checkAccess(&problems)
	return problems.Err()
}

func (a Args) checkRequired(problems *problem.List) {
	need(problems, "region", a.Region != "")
	need(problems, "vpcId", a.VpcID != nil)
	need(problems, "keyArn", a.KeyArn != nil)
	need(problems, "logGroup", a.LogGroup != nil)
	if len(a.Subnets) < 2 {
		problems.Add("subnets", "EKS wants subnets in at least two zones", len(a.Subnets), "add a zone")
	}
}

// need refuses a value that was not given.
func need(problems *problem.List, path string, given bool) {
	if !given {
		problems.Add(path, "is required", nil, "set it")
	}
}

func (a Args) checkChoices(problems *problem.List) {
	choose(problems, "compute", a.Compute, Managed, Auto)
	choose(problems, "support", a.Support, Standard, Extended)
	for _, logType := range a.LogTypes {
		choose(problems, "logTypes", logType, logTypes...)
	}
	for _, pool := range a.AutoNodePools {
		choose(problems, "autoNodePools", pool, builtInNodePools...)
	}
	if a.Compute == Managed && a.AutoNodePools != nil {
		problems.Add("autoNodePools", "belongs to compute auto only", a.AutoNodePools, "remove it, or set compute to auto")
	}
}

// choose refuses a value that is none of the allowed ones.
func choose[T ~string](problems *problem.List, path string, got T, allowed ...T) {
	if !slices.Contains(allowed, got) {
		problems.Add(path, fmt.Sprintf("must be one of %v", allowed), fmt.Sprintf("%q", got), "choose one of them")
	}
}

// private are the ranges inside which EKS accepts Service addresses (Amazon EKS API
// Reference, KubernetesNetworkConfigRequest).
var private = []netip.Prefix{
	netip.MustParsePrefix("10.0.0.0/8"), netip.MustParsePrefix("172.16.0.0/12"), netip.MustParsePrefix("192.168.0.0/16"),
}

func (a Args) checkNetwork(problems *problem.List) {
	service, err := netip.ParsePrefix(a.ServiceCIDR)
	inside := func(p netip.Prefix) bool { return p.Contains(service.Addr()) && p.Bits() <= service.Bits() }
	switch {
	case err != nil || service != service.Masked():
		problems.Add("serviceCidr", "must be an IPv4 network", a.ServiceCIDR, "write the network's first address and its length")
	case service.Bits() < 12 || service.Bits() > 24 || !slices.ContainsFunc(private, inside):
		problems.Add("serviceCidr", "must be /12 to /24 inside 10.0.0.0/8, 172.16.0.0/12 or 192.168.0.0/16", a.ServiceCIDR,
			"choose a private range that no VPC and no on-premises network uses")
	}
	checkSources(problems, "publicCidrs", a.PublicCIDRs)
	checkSources(problems, "privateCidrs", a.PrivateCIDRs)
}

// checkSources refuses what is no network, and the network of everyone (E11).
func checkSources(problems *problem.List, path string, texts []string) {
	for _, text := range texts {
		cidr, err := netip.ParsePrefix(text)
		switch {
		case err != nil || !cidr.Addr().Is4() || cidr != cidr.Masked():
			problems.Add(path, "must be IPv4 networks", text, "write the network's first address and its length")
		case cidr.Bits() == 0:
			problems.Add(path, "must not open the API endpoint to everyone", text,
				"list the networks of operators and of the deployment runner")
		}
	}
}

// principal is an IAM role or user. An assumed-role session is none: EKS wants the role.
var principal = regexp.MustCompile(`^arn:aws[a-z-]*:iam::\d{12}:(role|user)/[\w+=,.@/-]+$`)

// checkAccess makes sure that every principal has one way in (E10): EKS refuses a
// second access entry for the same principal, and AWS would refuse it half way.
func (a Args) checkAccess(problems *problem.List) {
	seen := map[string]string{}
	check := func(path, arn string) {
		if !principal.MatchString(arn) {
			problems.Add(path, "must be the ARN of an IAM role or user", fmt.Sprintf("%q", arn),
				"for a session arn:aws:sts::…:assumed-role/NAME/… give arn:aws:iam::…:role/NAME")
		}
		if first, twice := seen[arn]; twice {
			problems.Add(path, "a principal can have one access entry only, this one has it by "+first, arn, "remove it here")
			return
		}
		seen[arn] = path
	}
	check("deployRoleArn", a.DeployRoleArn)
	for _, arn := range a.Admins {
		check("admins", arn)
	}
	for _, arn := range a.Viewers {
		check("viewers", arn)
	}
}
