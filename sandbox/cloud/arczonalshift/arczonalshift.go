// Package arczonalshift simulates zonal shift and zonal autoshift of Amazon
// Application Recovery Controller (ARC): managed resources, shifts that people
// start, autoshifts that AWS starts, practice runs and their configurations.
//
// The functions are ARC's operations, by their names in the Zonal Shift API
// Reference. They run inside a cloud.Call, so that a caller with an actor asks IAM
// and fills the call log: actor.Do(ctx, "arc-zonal-shift:StartZonalShift", arn,
// func(c) { Start(c, in) }). Names, lengths, patterns, enumerations and error
// members are those of AWS's API model (version 2022-10-30).
//
// Shifts go by the clock on the wall (cloud.Call.Wall): an operator waits for them.
// One that is due counts as expired at once for whoever looks; Tick ends it in the
// world, with its event.
//
// Where ARC's documents do not say which reason a refusal has, the text here says
// [inferred].
package arczonalshift

import (
	"fmt"
	"time"

	"retail/sandbox/cloud"
)

// Tokens of the records. None is a pulumi-aws v6 type: shifts and autoshifts are
// history that no program owns, a configuration is made by Cloud Control or the API.
const (
	ZonalShift    = "aws:arczonalshift/zonalShift:ZonalShift"
	AutoshiftType = "aws:arczonalshift/autoshift:Autoshift"
	Configuration = "aws:arczonalshift/configuration:Configuration"
	Observer      = "aws:arczonalshift/observer:Observer"
)

// States of a shift (ZonalShiftStatus) and of an autoshift (AutoshiftExecutionStatus).
const (
	Active    = "ACTIVE"
	Expired   = "EXPIRED"
	Canceled  = "CANCELED"
	Completed = "COMPLETED"
)

// Kinds of shift (ShiftType). AWS FIS experiments are not simulated.
const (
	KindManual    = "ZONAL_SHIFT"
	KindPractice  = "PRACTICE_RUN"
	KindAutoshift = "ZONAL_AUTOSHIFT"
)

// Whether a shift is the one in effect for its resource (AppliedStatus), and
// whether autoshift or practice runs are on (ZonalAutoshiftStatus).
const (
	Applied    = "APPLIED"
	NotApplied = "NOT_APPLIED"
	Enabled    = "ENABLED"
	Disabled   = "DISABLED"
)

// Outcomes of a practice run (PracticeRunOutcome).
const (
	Pending     = "PENDING"
	Succeeded   = "SUCCEEDED"
	Failed      = "FAILED"
	Interrupted = "INTERRUPTED"
)

// Shift is a zonal shift: a person's, or a practice run's.
type Shift struct {
	ID                 string // zonalShiftId
	ResourceIdentifier string // ARN
	AwayFrom           string // zone ID, "euw1-az1"
	Comment            string
	StartTime          time.Time
	ExpiryTime         time.Time
	Status             string // Active, Expired or Canceled
	Type               string // KindManual or KindPractice
	// AppliedStatus tells whether this shift is the one in effect for the resource.
	AppliedStatus string
	// PracticeRunOutcome is empty unless Type is KindPractice.
	PracticeRunOutcome string
}

// Autoshift is a shift that AWS has started for a zone.
type Autoshift struct {
	AwayFrom  string // zone ID
	StartTime time.Time
	EndTime   time.Time // zero while active
	Status    string    // Active or Completed
	// AppliedStatus is set where an autoshift is told of one resource.
	AppliedStatus string
}

// Alarm is a ControlCondition: Type is "CLOUDWATCH", Identifier an alarm's ARN.
type Alarm struct{ Type, Identifier string }

// PracticeRun is a PracticeRunConfiguration.
type PracticeRun struct {
	OutcomeAlarms, BlockingAlarms []Alarm
	BlockedDates                  []string // YYYY-MM-DD, UTC
	BlockedWindows                []string // Mon:10:00-Mon:10:30, UTC
	AllowedWindows                []string // as BlockedWindows
}

// ManagedResource is a resource that ARC may shift.
type ManagedResource struct {
	ARN, Name string
	// AvailabilityZones are the zone IDs that the resource is in, in order.
	AvailabilityZones []string
	// AppliedWeights by zone ID: 1, or 0 where traffic is shifted away.
	AppliedWeights map[string]float64
	// Shifts are the active ones; Autoshifts likewise.
	Shifts     []Shift
	Autoshifts []Autoshift
	// Practice is nil without a practice run configuration.
	Practice             *PracticeRun
	ZonalAutoshiftStatus string // Enabled or Disabled
	PracticeRunStatus    string // Enabled when there is a configuration
}

// StartInput of StartZonalShift and StartPracticeRun; the latter takes no ExpiresIn.
type StartInput struct {
	ResourceIdentifier string // ARN
	AwayFrom           string // zone ID
	ExpiresIn          string // "30m", "2h": one minute to three days
	Comment            string
}

// UpdateInput of UpdateZonalShift; nil leaves a member as it is.
type UpdateInput struct{ ExpiresIn, Comment *string }

// ListInput of ListZonalShifts; empty members select everything.
type ListInput struct{ Status, ResourceIdentifier string }

// AutoshiftConfiguration is what GetManagedResource and the operations on
// configurations answer with.
type AutoshiftConfiguration struct {
	ARN, Name            string
	ZonalAutoshiftStatus string
	Practice             *PracticeRun
}

func conflict(reason, format string, args ...any) error {
	return &cloud.Error{Code: "ConflictException", Status: 409, Reason: reason, Message: fmt.Sprintf(format, args...)}
}

func invalid(reason, format string, args ...any) error {
	return &cloud.Error{Code: "ValidationException", Reason: reason, Message: fmt.Sprintf(format, args...)}
}

func notFound(format string, args ...any) error {
	return &cloud.Error{Code: "ResourceNotFoundException", Status: 404, Message: fmt.Sprintf(format, args...)}
}
