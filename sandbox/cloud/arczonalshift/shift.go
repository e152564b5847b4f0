package arczonalshift

import (
	"cmp"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"time"
	"unicode/utf8"

	"retail/sandbox/cloud"
	"retail/sandbox/cloud/ec2"
)

const (
	shortest = time.Minute
	longest  = 72 * time.Hour // "up to three days (72 hours)", StartZonalShift
	// practiceTime is how long a practice run lasts ("When ARC schedules, starts, and
	// ends practice runs", ARC Developer Guide).
	practiceTime = 30 * time.Minute
)

var expiresIn = regexp.MustCompile(`^([1-9][0-9]*)(m|h)$`)

// lasting reads "30m" or "2h".
func lasting(text string) (time.Duration, error) {
	found := expiresIn.FindStringSubmatch(text)
	if found == nil || len(text) > 5 {
		return 0, invalid("InvalidExpiresIn", "expiresIn %q must be a whole number and m or h, of 2 to 5 characters: 30m, 2h", text)
	}
	n, _ := strconv.Atoi(found[1]) // at most four digits
	d := time.Duration(n) * map[string]time.Duration{"m": time.Minute, "h": time.Hour}[found[2]]
	if d < shortest || d > longest {
		return 0, invalid("InvalidExpiresIn", "expiresIn %q must be one minute to three days (72h)", text)
	}
	return d, nil
}

func checkComment(text string) error {
	if n := utf8.RuneCountInString(text); n > 128 {
		return invalid("MissingValue", "comment has %d characters, at most 128 are allowed", n) // no reason for it is documented [inferred]
	}
	return nil
}

// checkZone demands a zone of the Region that the resource is in.
func checkZone(c *cloud.Call, r *resource, zone string) error {
	switch {
	case zone == "":
		return invalid("MissingValue", "awayFrom is required")
	case !slices.Contains(c.Zones(), zone):
		return invalid("InvalidAz", "awayFrom %q is no Availability Zone ID of %s", zone, c.Region)
	case !slices.Contains(r.zones, zone):
		return invalid("UnsupportedAz", "Resource %s is not in Availability Zone %s", r.arn, zone)
	}
	return nil
}

// Start is StartZonalShift: a person shifts a resource's traffic away from a zone. A
// practice run of the resource ends as interrupted; an autoshift stays and is not
// applied. Errors: ConflictException with ZonalShiftAlreadyExists while a person's
// shift of the resource is active away from this zone,
// SimultaneousZonalShiftsConflict while one is away from another [inferred];
// ResourceNotFoundException; ValidationException with InvalidExpiresIn, InvalidAz,
// UnsupportedAz, InvalidResourceIdentifier or MissingValue.
func Start(c *cloud.Call, in StartInput) (Shift, error) {
	r, err := find(c, in.ResourceIdentifier)
	if err != nil {
		return Shift{}, err
	}
	if err := checkZone(c, r, in.AwayFrom); err != nil {
		return Shift{}, err
	}
	if in.ExpiresIn == "" {
		return Shift{}, invalid("MissingValue", "expiresIn is required")
	}
	lasts, err := lasting(in.ExpiresIn)
	if err != nil {
		return Shift{}, err
	}
	if err := checkComment(in.Comment); err != nil {
		return Shift{}, err
	}
	for _, s := range activeShifts(c, r.arn) {
		if s.Type == KindPractice {
			continue
		}
		reason := "ZonalShiftAlreadyExists"
		if s.AwayFrom != in.AwayFrom {
			reason = "SimultaneousZonalShiftsConflict"
		}
		return Shift{}, conflict(reason, "Zonal shift %s of resource %s away from %s is active", s.ID, r.arn, s.AwayFrom)
	}
	interrupt(c, r.arn, "A zonal shift was started for the resource.")
	s := put(c, in, KindManual, lasts)
	emit(c, "Manual Shift Started", s.ResourceIdentifier, s.AwayFrom, s.Comment, "")
	return told(c, s), nil
}

// put stores a new shift.
func put(c *cloud.Call, in StartInput, kind string, lasts time.Duration) Shift {
	h := c.Hex(32)
	s := Shift{ID: fmt.Sprintf("%s-%s-%s-%s-%s", h[:8], h[8:12], h[12:16], h[16:20], h[20:]), ResourceIdentifier: in.ResourceIdentifier,
		AwayFrom: in.AwayFrom, Comment: in.Comment, StartTime: c.Wall(), Status: Active, Type: kind}
	s.ExpiryTime = s.StartTime.Add(lasts)
	if kind == KindPractice {
		s.PracticeRunOutcome = Pending
	}
	s.save(c)
	return s
}

// save writes a shift's record. It is fading: what has been shifted is no left-over.
func (s Shift) save(c *cloud.Call) {
	c.Put(&cloud.Record{Token: ZonalShift, ID: s.ID, Owner: "arc-zonal-shift", Fading: true, State: cloud.Props{
		"zonalShiftId": s.ID, "resourceIdentifier": s.ResourceIdentifier, "awayFrom": s.AwayFrom, "comment": s.Comment,
		"startTime": s.StartTime.Format(time.RFC3339), "expiryTime": s.ExpiryTime.Format(time.RFC3339), "status": s.Status,
		"shiftType": s.Type, "practiceRunOutcome": s.PracticeRunOutcome}})
}

// shiftOf reads a shift's record as it is now: one that is due counts as ended.
func shiftOf(c *cloud.Call, r *cloud.Record) Shift {
	s := stored(r)
	if s.due(c) {
		s.Status = Expired
	}
	return s
}

func (s Shift) due(c *cloud.Call) bool { return s.Status == Active && !c.Wall().Before(s.ExpiryTime) }

func stored(r *cloud.Record) Shift {
	at := func(name string) time.Time {
		t, _ := time.Parse(time.RFC3339, ec2.Text(r.State, name)) // as save wrote it
		return t
	}
	return Shift{ID: r.ID, ResourceIdentifier: ec2.Text(r.State, "resourceIdentifier"), AwayFrom: ec2.Text(r.State, "awayFrom"),
		Comment: ec2.Text(r.State, "comment"), StartTime: at("startTime"), ExpiryTime: at("expiryTime"),
		Status: ec2.Text(r.State, "status"), Type: ec2.Text(r.State, "shiftType"), PracticeRunOutcome: ec2.Text(r.State, "practiceRunOutcome")}
}

// activeShifts are a resource's, the oldest first, each with its applied status.
func activeShifts(c *cloud.Call, arn string) []Shift {
	var out []Shift
	for _, r := range c.List(ZonalShift) {
		if s := shiftOf(c, r); s.Status == Active && s.ResourceIdentifier == arn {
			out = append(out, s)
		}
	}
	slices.SortFunc(out, func(a, b Shift) int { return cmp.Or(a.StartTime.Compare(b.StartTime), cmp.Compare(a.ID, b.ID)) })
	return out
}

// told completes a shift with whether it is applied.
func told(c *cloud.Call, s Shift) Shift {
	s.AppliedStatus = NotApplied
	if _, kind := AwayFrom(c, s.ResourceIdentifier); s.Status == Active && kind == s.Type {
		s.AppliedStatus = Applied
	}
	return s
}

// get finds a shift by ID.
func get(c *cloud.Call, id string) (Shift, error) {
	if len(id) < 6 || len(id) > 36 {
		return Shift{}, invalid("InvalidToken", "zonalShiftId %q must have 6 to 36 characters", id) // [inferred]
	}
	r := c.Get(ZonalShift, id)
	if r == nil {
		return Shift{}, notFound("Zonal shift %s does not exist", id)
	}
	return shiftOf(c, r), nil
}

// Update is UpdateZonalShift: a new expiry counted from now, a new comment, or both.
// Errors: ConflictException with ZonalShiftStatusNotActive, ResourceNotFoundException,
// ValidationException.
func Update(c *cloud.Call, id string, in UpdateInput) (Shift, error) {
	s, err := get(c, id)
	if err != nil {
		return Shift{}, err
	}
	if s.Status != Active {
		return Shift{}, conflict("ZonalShiftStatusNotActive", "Zonal shift %s is %s", id, s.Status)
	}
	if in.ExpiresIn != nil {
		lasts, err := lasting(*in.ExpiresIn)
		if err != nil {
			return Shift{}, err
		}
		s.ExpiryTime = c.Wall().Add(lasts)
	}
	if in.Comment != nil {
		if err := checkComment(*in.Comment); err != nil {
			return Shift{}, err
		}
		s.Comment = *in.Comment
	}
	s.save(c)
	emit(c, "Manual Shift Updated", s.ResourceIdentifier, s.AwayFrom, s.Comment, "")
	return told(c, s), nil
}

// Cancel is CancelZonalShift: traffic returns to the zone. Errors: ConflictException
// with ZonalShiftStatusNotActive, ResourceNotFoundException, ValidationException.
func Cancel(c *cloud.Call, id string) (Shift, error) {
	s, err := get(c, id)
	if err != nil {
		return Shift{}, err
	}
	if s.Status != Active {
		return Shift{}, conflict("ZonalShiftStatusNotActive", "Zonal shift %s is %s", id, s.Status)
	}
	if s.Type == KindPractice {
		return CancelPracticeRun(c, id)
	}
	s.Status = Canceled
	s.save(c)
	emit(c, "Manual Shift Canceled", s.ResourceIdentifier, s.AwayFrom, s.Comment, "")
	return told(c, s), nil
}

// List is ListZonalShifts: people's shifts and practice runs, the newest first.
// Errors: ValidationException with InvalidStatus.
func List(c *cloud.Call, in ListInput) ([]Shift, error) {
	if in.Status != "" && !slices.Contains([]string{Active, Expired, Canceled}, in.Status) {
		return nil, invalid("InvalidStatus", "status %q must be ACTIVE, EXPIRED or CANCELED", in.Status)
	}
	out := []Shift{}
	for _, r := range c.List(ZonalShift) {
		s := shiftOf(c, r)
		if (in.Status == "" || s.Status == in.Status) && (in.ResourceIdentifier == "" || s.ResourceIdentifier == in.ResourceIdentifier) {
			out = append(out, told(c, s))
		}
	}
	slices.SortFunc(out, func(a, b Shift) int { return cmp.Or(b.StartTime.Compare(a.StartTime), cmp.Compare(a.ID, b.ID)) })
	return out, nil
}
