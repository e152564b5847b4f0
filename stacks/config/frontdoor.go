package config

// Entrance configures how customers reach the shop: its name, and what the name leads to
// over the front doors of the environment's VPCs.
type Entrance struct {
	// Kind is what the name leads to: "route53" (the load balancers themselves, by weight),
	// "globalAccelerator" (two fixed addresses announced near the customer, by weight) or
	// "cloudFront" (the primary VPC, and for what only reads the other one when it fails; the
	// load balancers then take requests from CloudFront alone). With the first two, AWS
	// leaves a VPC out in which one of the colours has no healthy target, one without
	// traffic too: give a VPC weight 0 while a colour is raised in it. ARC routing controls
	// are not built: a cluster of them costs more than the rest of the entrance, see
	// docs/decisions/0011-what-the-entrance-leaves-out.md. Default route53.
	Kind EntranceKind `json:"kind"`
	// Domain is the shop's host name, such as shop.example.com. Required.
	Domain string `json:"domain"`
	// Names are further host names of the shop: at most three, with kind cloudFront at most
	// one. Default: none.
	Names []string `json:"names"`
	// Zone is the public Route 53 zone in which domain and names lie. It exists before, in
	// the environment's account. Default: the value of domain.
	Zone string `json:"zone"`
	// Weights are the VPCs' shares in per cent: whole numbers that sum to 100, one for every
	// VPC with a front door. Refused with kind cloudFront. Default: all to the only VPC.
	Weights map[string]int `json:"weights"`
	// Primary is the VPC that CloudFront sends requests to. Only with kind cloudFront.
	// Default: the only VPC.
	Primary string `json:"primary"`
	// ReadOnlyPaths are path patterns under which the shop only reads, so that CloudFront may
	// ask the other VPC when the primary one fails. Only with kind cloudFront. Default: the
	// shop's front page, catalog and assets.
	ReadOnlyPaths []string `json:"readOnlyPaths"`
	// OriginKeyGeneration is raised by one to replace the key by which the load balancers
	// know CloudFront; they go on taking the one before, until the next time. Only with kind
	// cloudFront. Default 1.
	OriginKeyGeneration int `json:"originKeyGeneration"`
	// Firewall configures AWS WAF, which stands at CloudFront, else at every load balancer.
	Firewall Firewall `json:"firewall"`
	// Relax departs from production-safe defaults, with reasons.
	Relax EntranceRelaxations `json:"relax"`
}

// EntranceKind is what the shop's name leads to.
type EntranceKind string

// The kinds of entrance.
const (
	Route53           EntranceKind = "route53"
	GlobalAccelerator EntranceKind = "globalAccelerator"
	CloudFront        EntranceKind = "cloudFront"
)

// Firewall configures AWS WAF. Its rules refuse what they find; their names are rate,
// ipReputation, common, knownBadInputs and sqlInjection.
type Firewall struct {
	// RateLimit is how many requests one address may make in five minutes, 10 to
	// 2000000000. Default 2000.
	RateLimit int `json:"rateLimit"`
	// Count are rules that only count what they would refuse, by name, each with the reason.
	Count map[string]Reason `json:"count"`
}

// EntranceRelaxations are an entrance's departures from production-safe defaults.
type EntranceRelaxations struct {
	// OpenOrigin leaves the load balancers open to everybody, and their own firewalls in
	// place, with kind cloudFront. It is the first of two updates that put CloudFront before
	// a shop that has customers, and the last but one that takes it away: between the two,
	// names that resolvers still hold lead to the load balancers.
	OpenOrigin Reason `json:"openOrigin"`
}

// FrontDoor configures a VPC's load balancer. Nothing about it is sticky: a cookie would
// keep customers with a colour whatever its weight.
type FrontDoor struct {
	// OnlyTLS13 refuses clients that do not speak TLS 1.3. Default false: TLS 1.2 with
	// forward secrecy is accepted too.
	OnlyTLS13 bool `json:"onlyTls13"`
	// DrainSeconds is how long a pod that leaves may finish its requests, 1 to 3600. Default
	// 30.
	DrainSeconds int `json:"drainSeconds"`
	// SlowStartSeconds is the time over which a new pod comes to its full share of requests,
	// 30 to 900. Default 30.
	SlowStartSeconds int `json:"slowStartSeconds"`
	// ErrorPercent is the share of failed requests from which alarms go off, 1 to 100.
	// Default 5.
	ErrorPercent int `json:"errorPercent"`
	// LatencyMillis is the response time of the slowest hundredth of requests from which an
	// alarm goes off, 1 to 60000 milliseconds. Default 2000.
	LatencyMillis int `json:"latencyMillis"`
	// AlarmTopics are ARNs of SNS topics that alarms notify, in the VPC's Region. Required.
	AlarmTopics []string `json:"alarmTopics"`
	// TestKeyGeneration is raised by one to replace the secret part of the header that
	// reaches one colour; the output testHeaders holds its values. Default 1.
	TestKeyGeneration int `json:"testKeyGeneration"`
	// Relax departs from production-safe defaults, with reasons.
	Relax FrontDoorRelaxations `json:"relax"`
}

// FrontDoorRelaxations are a front door's departures from production-safe defaults.
type FrontDoorRelaxations struct {
	// OpenTestRule makes the colour's name alone the value of the header x-retail-colour, so
	// that everybody can reach a colour that has no traffic.
	OpenTestRule Reason `json:"openTestRule"`
	// NoZonalShift leaves the load balancer out of ARC zonal shift.
	NoZonalShift Reason `json:"noZonalShift"`
	// SilentAlarms allows alarms that notify nobody.
	SilentAlarms Reason `json:"silentAlarms"`
}

// Closed says whether the load balancers take requests from CloudFront alone.
func (e *Entrance) Closed() bool { return e.Kind == CloudFront && !e.Relax.OpenOrigin.Given() }

// Hosts are the shop's host names, the main one first.
func (e *Entrance) Hosts() []string { return append([]string{e.Domain}, e.Names...) }

// doors are the names of the VPCs with a front door, in order.
func (e *Environment) doors() []string {
	var names []string
	for _, name := range sortedKeys(e.VPCs) {
		if e.VPCs[name].FrontDoor != nil {
			names = append(names, name)
		}
	}
	return names
}

// defaultReadOnlyPaths are what the shop's ui answers without writing anything (AWS
// Containers Retail Store sample, src/ui).
var defaultReadOnlyPaths = []string{"/", "/home", "/catalog", "/catalog/*", "/assets/*"}

func (e *Entrance) setDefaults(doors []string) {
	or(&e.Kind, Route53)
	or(&e.Zone, e.Domain)
	or(&e.Firewall.RateLimit, 2000)
	only := ""
	if len(doors) == 1 {
		only = doors[0]
	}
	switch {
	case e.Kind == CloudFront:
		or(&e.Primary, only)
		or(&e.OriginKeyGeneration, 1)
		if e.ReadOnlyPaths == nil {
			e.ReadOnlyPaths = append([]string{}, defaultReadOnlyPaths...)
		}
	case len(e.Weights) == 0 && only != "":
		e.Weights = map[string]int{only: 100}
	}
}

func (f *FrontDoor) setDefaults() {
	or(&f.DrainSeconds, 30)
	or(&f.SlowStartSeconds, 30)
	or(&f.ErrorPercent, 5)
	or(&f.LatencyMillis, 2000)
	or(&f.TestKeyGeneration, 1)
}
