package config

import "retail/internal/shifts"

// ZonalShift lets AWS move the VPC's customers out of an availability zone that fails: ARC
// zonal autoshift of the front door and the clusters. Shifts that a person starts, as by
// `retail drill zone`, need nothing of this.
type ZonalShift struct {
	// Practice says when ARC may not try it out: it takes every zone away for half an hour
	// about once a week.
	Practice Practice `json:"practice"`
	// Relax departs from production-safe defaults, with reasons.
	Relax ZonalShiftRelaxations `json:"relax"`
}

// Practice configures practice runs. Days and times are UTC.
type Practice struct {
	// BlockedDates are days without practice runs, such as 2026-11-27. At most 15. Default:
	// none.
	BlockedDates []string `json:"blockedDates"`
	// BlockedWindows are times of a day without practice runs, such as
	// Mon:10:00-Mon:18:30. At most 15; they leave at least half an hour. Default: none.
	BlockedWindows []string `json:"blockedWindows"`
	// BlockingAlarm is the ARN of a CloudWatch alarm of this account and Region that keeps
	// runs from starting, and ends them, while it is on. What ends a run as failed are the
	// front door's own alarms. Default: none.
	BlockingAlarm string `json:"blockingAlarm"`
}

// ZonalShiftRelaxations are departures from production-safe defaults.
type ZonalShiftRelaxations struct {
	// NoAutoshift leaves it to people to start shifts; practice runs go on. It is also the
	// first of two updates that remove zonalShift or the front door: ARC deletes no
	// configuration with autoshift on. A cluster's own relax.noAutoshift does it for one
	// colour; relax.unprotected of the VPC or the environment does the same as this.
	NoAutoshift Reason `json:"noAutoshift"`
	// ClustersByHand configures autoshift of the front door only. CloudFormation's text
	// names load balancers alone, ARC's own names EKS clusters too: where AWS refuses them
	// through Cloud Control, state it here and configure them in ARC's console.
	ClustersByHand Reason `json:"clustersByHand"`
}

// Observers are who is told when a zone is shifted away in the account, by whomever, or a
// practice run begins or ends. The message goes through an encrypted SNS topic.
type Observers struct {
	// Subscribers are who is told, by a name of your choice. Required, at least one.
	Subscribers map[string]Subscriber `json:"subscribers"`
	// EveryAutoshift tells of autoshifts too in which nothing of the account took part. The
	// switch is the account's in the Region: one stack may hold it. Default false.
	EveryAutoshift bool `json:"everyAutoshift"`
}

// Subscriber is one who is told.
type Subscriber struct {
	// Protocol is "email" (its reader confirms a message from AWS first), "https" or "sqs".
	// Required.
	Protocol string `json:"protocol"`
	// Endpoint is an address for email, a URL for https, the ARN of a queue for sqs, whose
	// policy lets the topic send. Required.
	Endpoint string `json:"endpoint"`
}

// FrontDoorKey names a VPC's front door among what is shifted, beside its colours.
const FrontDoorKey = "front-door"

// Shifted is what has a configuration for autoshift in the VPC, by FrontDoorKey and colour,
// and whether AWS may shift it by itself. Weights have no say in it: moving traffic changes
// nothing but the traffic (case B11).
func (e *Environment) Shifted(v VPC) map[string]bool {
	shifted := map[string]bool{}
	if v.ZonalShift == nil || v.FrontDoor == nil {
		return shifted
	}
	auto := !v.ZonalShift.Relax.NoAutoshift.Given() && !e.Unprotected(v)
	if !v.FrontDoor.Relax.NoZonalShift.Given() {
		shifted[FrontDoorKey] = auto
	}
	for colour, cluster := range v.Clusters {
		if !cluster.Relax.NoZonalShift.Given() && !v.ZonalShift.Relax.ClustersByHand.Given() {
			shifted[string(colour)] = auto && !cluster.Relax.NoAutoshift.Given()
		}
	}
	return shifted
}

// rules are the practice runs as ARC's rules take them.
func (p Practice) rules() shifts.Practice { return shifts.Practice(p) }
