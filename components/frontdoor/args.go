package frontdoor

import (
	"fmt"
	"maps"
	"slices"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"retail/components/internal/waf"
	"retail/internal/entry"
	"retail/internal/problem"
)

// Args configures the front door of one VPC.
type Args struct {
	// PhysicalName begins the names of log groups, for example "retail-dev-main". Required.
	PhysicalName string
	// Account and Region are where the VPC lies. Required.
	Account, Region string
	// VpcID is the VPC. Required.
	VpcID pulumi.StringInput
	// Subnets are the public subnets by zone id, at least two. Required.
	Subnets map[string]pulumi.StringInput
	// After is what has to stand before an internet-facing load balancer can: the VPC's
	// way to the internet.
	After []pulumi.Resource
	// TargetCIDRs are the ranges from which pods take their addresses. Required.
	TargetCIDRs []string
	// Target is what the target groups send requests to. Required.
	Target Target
	// Hosts are the shop's host names; requests for another are answered 404. Required.
	Hosts []string
	// CertificateArn is a validated certificate for Hosts. Required.
	CertificateArn pulumi.StringInput
	// OnlyTLS13 refuses clients that do not speak TLS 1.3. Default false: TLS 1.2 with
	// forward secrecy is accepted too.
	OnlyTLS13 bool
	// Colours are the colours that stand, of "blue" and "green". Required.
	Colours []string
	// Keepers name, by colour, who keeps the targets of the colour's group; nothing for the
	// usual one. With another keeper the colour gets another group: a controller that lets go
	// of a group takes all targets out of it, its successor's too (case B4).
	Keepers map[string]string
	// Serving are the colours that carry traffic; their parts are guarded like shared ones.
	Serving []string
	// TestKeyGeneration is raised by one to replace the part of the test header's value that
	// customers cannot know; 0 leaves the colour's name alone as its value. See ColourHeader.
	TestKeyGeneration int
	// OriginKeys makes the load balancer CloudFront's origin: it then takes requests from
	// CloudFront's addresses only, and with one of these values in OriginHeader. CloudFront
	// sends the first; a second is accepted while it is replaced.
	OriginKeys []pulumi.StringInput
	// Firewall configures AWS WAF at the load balancer; nil where it stands at CloudFront.
	Firewall *Firewall
	// ErrorPercent is the share of failed requests from which an alarm goes off, 1 to 100.
	// Default 5.
	ErrorPercent int
	// LatencyMillis is the response time of the slowest hundredth from which an alarm goes
	// off, in milliseconds. Default 2000.
	LatencyMillis int
	// AlarmTopics are ARNs of the SNS topics that alarms notify. Default: none.
	AlarmTopics []string
	// LogRetentionDays is how long logs are kept, in days. Required.
	LogRetentionDays int
	// NoZonalShift leaves the load balancer out of ARC zonal shift. Default false.
	NoZonalShift bool
	// Unprotected drops the deletion guards, and empties the log bucket when it goes.
	// Default false.
	Unprotected bool
	// Tags are set on every resource, on top of the provider's default tags.
	Tags map[string]string
}

// Firewall says what AWS WAF refuses.
type Firewall = waf.Rules

// Target is a service that target groups send requests to.
type Target struct {
	// Port is the port on which its pods listen. Required.
	Port int
	// HealthPath is where they say that they are ready. Required.
	HealthPath string
	// DrainSeconds is how long a pod that leaves may finish requests, 0 to 3600. Pods must
	// live longer than that (case L7). Default 30.
	DrainSeconds int
	// SlowStartSeconds is how long a new pod's share grows, 30 to 900; 0 gives it its whole
	// share at once.
	SlowStartSeconds int
}

// Names of the request headers that rules look at.
const (
	// ColourHeader reaches one colour whatever the weights.
	ColourHeader = entry.ColourHeader
	// OriginHeader is what CloudFront proves itself with: its addresses are shared by all
	// its customers, so that anybody's distribution could name this load balancer as its
	// origin (Amazon CloudFront Developer Guide, "Restrict access to Application Load
	// Balancers").
	OriginHeader = "x-retail-origin"
)

const (
	defaultDrainSeconds  = 30
	defaultErrorPercent  = 5
	defaultLatencyMillis = 2000
	fewestZones          = 2 // Application Load Balancers, "Availability Zones and load balancer nodes"
	// conditionValues is how many values the conditions of one rule may have together
	// (Application Load Balancers, "Quotas").
	conditionValues = 5
)

// priorities are the test rules' places by colour. They go before the traffic rule and
// stay the same whichever colours stand.
var priorities = map[string]int{"blue": 10, "green": 20}

const trafficPriority = 100

func (a Args) withDefaults() Args {
	if a.Target.DrainSeconds == 0 {
		a.Target.DrainSeconds = defaultDrainSeconds
	}
	if a.ErrorPercent == 0 {
		a.ErrorPercent = defaultErrorPercent
	}
	if a.LatencyMillis == 0 {
		a.LatencyMillis = defaultLatencyMillis
	}
	a.Colours = slices.Sorted(slices.Values(a.Colours))
	return a
}

func (a Args) validate() error {
	var problems problem.List
	for path, missing := range map[string]bool{
		"physicalName": a.PhysicalName == "", "account": a.Account == "", "region": a.Region == "", "vpcId": a.VpcID == nil,
		"targetCidrs": len(a.TargetCIDRs) == 0, "target.port": a.Target.Port == 0, "target.healthPath": a.Target.HealthPath == "",
		"certificateArn": a.CertificateArn == nil, "colours": len(a.Colours) == 0, "logRetentionDays": a.LogRetentionDays == 0,
	} {
		if missing {
			problems.Add(path, "is required", nil, "set it")
		}
	}
	if len(a.Subnets) < fewestZones {
		problems.Add("subnets", "an Application Load Balancer needs subnets in at least two zones",
			fmt.Sprintf("%d (%v)", len(a.Subnets), slices.Sorted(maps.Keys(a.Subnets))), "add a zone to the VPC")
	}
	for _, colour := range a.Colours {
		if priorities[colour] == 0 {
			problems.Add("colours", "must be blue or green", colour, "name the cluster one of them")
		}
	}
	problems.Join(checkHosts(a.Hosts, len(a.OriginKeys)))
	if s := a.Target.SlowStartSeconds; s != 0 && (s < 30 || s > 900) {
		problems.Add("target.slowStartSeconds", "must be 0 or 30 to 900", s, "choose a period that target groups accept")
	}
	if d := a.Target.DrainSeconds; d < 0 || d > 3600 {
		problems.Add("target.drainSeconds", "must be 0 to 3600", d, "choose a period that target groups accept")
	}
	return problems.Err()
}

// checkHosts keeps the rules within the values that one rule may hold.
func checkHosts(hosts []string, keys int) error {
	var problems problem.List
	if most := MostHosts(keys); len(hosts) == 0 || len(hosts) > most {
		problems.Add("hosts", fmt.Sprintf("must be 1 to %d names: a rule holds %d values, of which the test header takes one and CloudFront's key up to two",
			most, conditionValues), len(hosts), "name fewer hosts")
	}
	return problems.Err()
}

// MostHosts is how many host names the rules have room for beside so many origin keys.
func MostHosts(originKeys int) int {
	if originKeys > 0 {
		return conditionValues - 1 - 2
	}
	return conditionValues - 1
}
