package config

import (
	"fmt"
	"regexp"
	"strings"

	"retail/internal/problem"
)

var (
	hostForm  = regexp.MustCompile(`^([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,63}$`)
	topicForm = regexp.MustCompile(`^arn:aws[a-z-]*:sns:([a-z0-9-]+):\d{12}:[\w-]{1,256}$`)
	// patternForm is a path pattern of CloudFront (Amazon CloudFront API Reference,
	// CacheBehavior).
	patternForm = regexp.MustCompile(`^/[A-Za-z0-9_.*$/~"'@:+&?-]{0,254}$`)
	// firewallRules are the names of the firewall's rules.
	firewallRules = []string{"rate", "ipReputation", "common", "knownBadInputs", "sqlInjection"}
)

// Most further names beside the domain: a rule of a load balancer holds five values
// (Application Load Balancers, "Quotas"), of which the test header takes one and
// CloudFront's key two.
const (
	mostNames             = 3
	mostNamesOfCloudFront = 1
)

// frontDoorsAndEntrance lets neither stand without the other.
func frontDoorsAndEntrance(list *problem.List, e *Environment) {
	doors := e.doors()
	switch {
	case e.Entrance == nil && len(doors) > 0:
		list.Add("entrance", "is required with a front door", nil, "name the shop's domain there, or remove frontDoor of "+strings.Join(doors, ", "))
	case e.Entrance != nil && len(doors) == 0:
		list.Add("entrance", "leads to front doors, and no VPC has one", nil, "add frontDoor to a VPC, or remove the entrance")
	case e.Entrance != nil:
		entranceNames(list, e.Entrance)
		entranceShares(list, e.Entrance, doors)
		onlyWithCloudFront(list, e.Entrance, doors)
		firewall(list, e.Entrance.Firewall)
	}
}

func entranceNames(list *problem.List, e *Entrance) {
	oneOf(list, "entrance.kind", e.Kind, Route53, GlobalAccelerator, CloudFront)
	if !hostForm.MatchString(e.Zone) {
		list.Add("entrance.zone", "must be a domain", quoted(e.Zone), "give the name of the public zone, such as shop.example.com")
	}
	seen := map[string]bool{}
	for i, host := range e.Hosts() {
		path := "entrance.domain"
		if i > 0 {
			path = "entrance.names"
		}
		switch {
		case !hostForm.MatchString(host):
			list.Add(path, "must be host names in lower case, without wildcards", quoted(host), "give a name such as shop.example.com")
		case host != e.Zone && !strings.HasSuffix(host, "."+e.Zone):
			list.Add(path, "must lie in the zone "+e.Zone, host, "correct the name, or name the zone in which it lies in entrance.zone")
		case seen[host]:
			list.Add(path, "each name is listed once", host, "remove the repetition")
		}
		seen[host] = true
	}
	most := mostNames
	if e.Kind == CloudFront {
		most = mostNamesOfCloudFront
	}
	if len(e.Names) > most {
		list.Add("entrance.names", fmt.Sprintf("at most %d with kind %s: a rule of a load balancer holds five values", most, e.Kind), len(e.Names), "redirect other names elsewhere")
	}
}

// entranceShares is case B3 for VPCs.
func entranceShares(list *problem.List, e *Entrance, doors []string) {
	const path = "entrance.weights"
	if e.Kind == CloudFront {
		if len(e.Weights) > 0 {
			list.Add(path, "CloudFront has no weights", nil, "remove them, and name the VPC that serves in entrance.primary")
		}
		return
	}
	sum := 0
	for _, name := range doors {
		weight, weighed := e.Weights[name]
		if !weighed {
			list.Add(problem.Path(path, name), "every front door's share is written down", nil, "write 0 for one that takes no customers")
		}
		sum += weight
	}
	for _, name := range sortedKeys(e.Weights) {
		at := problem.Path(path, name)
		between(list, at, e.Weights[name], 0, 100)
		oneOf(list, at, name, doors...)
	}
	if sum != 100 {
		list.Add(path, "must sum to 100", fmt.Sprintf("%d (%v)", sum, e.Weights), "choose shares that do")
	}
}

func onlyWithCloudFront(list *problem.List, e *Entrance, doors []string) {
	if e.Kind != CloudFront {
		given := map[string]bool{
			"primary": e.Primary != "", "readOnlyPaths": len(e.ReadOnlyPaths) > 0, "originKeyGeneration": e.OriginKeyGeneration != 0,
			"relax.openOrigin": e.Relax.OpenOrigin.Given(),
		}
		for _, key := range sortedKeys(given) {
			if given[key] {
				list.Add("entrance."+key, "belongs to kind cloudFront", nil, "remove it, or choose that kind")
			}
		}
		return
	}
	oneOf(list, "entrance.primary", e.Primary, doors...)
	between(list, "entrance.originKeyGeneration", e.OriginKeyGeneration, 1, 1<<20)
	if len(doors) > 2 {
		list.Add("entrance.kind", "CloudFront fails over between two VPCs", fmt.Sprintf("%d (%s)", len(doors), strings.Join(doors, ", ")), "use globalAccelerator")
	}
	for _, pattern := range e.ReadOnlyPaths {
		if !patternForm.MatchString(pattern) {
			list.Add("entrance.readOnlyPaths", "must be path patterns that begin with /", quoted(pattern), "give one such as /catalog/*")
		}
	}
}

func firewall(list *problem.List, f Firewall) {
	between(list, "entrance.firewall.rateLimit", f.RateLimit, 10, 2_000_000_000)
	for _, rule := range sortedKeys(f.Count) {
		oneOf(list, "entrance.firewall.count", rule, firewallRules...)
		if !f.Count[rule].Given() {
			list.Add(problem.Path("entrance.firewall.count", rule), "a rule counts instead of refusing for a reason", nil, "state it, or remove the key")
		}
	}
}

// longestDrain is in seconds (Elastic Load Balancing API Reference, TargetGroupAttribute).
const longestDrain = 3600

func frontDoorRules(list *problem.List, path, region string, f *FrontDoor) {
	if f == nil {
		return
	}
	path += ".frontDoor"
	between(list, path+".drainSeconds", f.DrainSeconds, 1, longestDrain)
	between(list, path+".slowStartSeconds", f.SlowStartSeconds, 30, 900)
	between(list, path+".errorPercent", f.ErrorPercent, 1, 100)
	between(list, path+".latencyMillis", f.LatencyMillis, 1, 60000)
	between(list, path+".testKeyGeneration", f.TestKeyGeneration, 1, 1<<20)
	for _, topic := range f.AlarmTopics {
		match := topicForm.FindStringSubmatch(topic)
		switch {
		case match == nil:
			list.Add(path+".alarmTopics", "must be ARNs of SNS topics", quoted(topic), "give arn:aws:sns:"+region+":ACCOUNT:NAME")
		case match[1] != region:
			list.Add(path+".alarmTopics", "an alarm notifies topics of its own Region, "+region, topic, "choose a topic there")
		}
	}
	if len(f.AlarmTopics) == 0 && !f.Relax.SilentAlarms.Given() {
		list.Add(path+".alarmTopics", "somebody must hear the alarms", nil, "name an SNS topic, or state a reason in relax.silentAlarms")
	}
}

// entranceRelaxations lists what is relaxed at the way in.
func (e *Environment) entranceRelaxations(all map[string]Reason) {
	if e.Entrance != nil {
		all["entrance.relax.openOrigin"] = e.Entrance.Relax.OpenOrigin
		for rule, reason := range e.Entrance.Firewall.Count {
			all[problem.Path("entrance.firewall.count", rule)] = reason
		}
	}
	for name, v := range e.VPCs {
		if f := v.FrontDoor; f != nil {
			at := problem.Path("vpcs", name, "frontDoor.relax")
			all[at+".openTestRule"] = f.Relax.OpenTestRule
			all[at+".noZonalShift"] = f.Relax.NoZonalShift
			all[at+".silentAlarms"] = f.Relax.SilentAlarms
		}
	}
}
