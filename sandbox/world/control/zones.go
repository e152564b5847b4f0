package control

import (
	"cmp"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"time"

	"retail/sandbox/cloud"
	"retail/sandbox/cloud/arczonalshift"
	"retail/sandbox/cloud/cloudwatch"
	"retail/sandbox/cloud/ec2"
	"retail/sandbox/cloud/sns"
)

// Place is an account's part of a Region.
type Place struct {
	Account string `json:"account"`
	Region  string `json:"region"`
}

// Alarm is an alarm and its state.
type Alarm struct {
	Place
	Name      string `json:"name"`
	ARN       string `json:"arn"`
	State     string `json:"state"`
	Reason    string `json:"reason"`
	Composite bool   `json:"composite"`
}

// AlarmState asks for an alarm to be in a state.
type AlarmState struct {
	Alarm  string `json:"alarm"` // name, where only one has it, or ARN
	State  string `json:"state"`
	Reason string `json:"reason"`
	// For is how long evaluations leave the state alone; 0: the next one may change it.
	For time.Duration `json:"for,omitempty"`
}

// ZoneChange asks for something to begin or end in a zone.
type ZoneChange struct {
	Zone string `json:"zone"` // ID
	End  bool   `json:"end"`
}

// Practice asks for a practice run of a resource.
type Practice struct {
	Resource string `json:"resource"` // name, where only one has it, or ARN
	Zone     string `json:"zone"`     // ID
	Comment  string `json:"comment"`
}

// Shifts are who is shifted away from where, now and before.
type Shifts struct {
	Shifts     []PlacedShift             `json:"shifts"`
	Autoshifts []arczonalshift.Autoshift `json:"autoshifts"`
	Broken     []string                  `json:"broken"` // zone IDs
}

// PlacedShift is a shift and where it is.
type PlacedShift struct {
	Place
	arczonalshift.Shift
}

// zones adds what has to do with zones and with what is told about them.
func (s *server) zones(mux *http.ServeMux) {
	mux.HandleFunc("GET /alarms", answer(func(*http.Request) (any, error) { return s.alarms(), nil }))
	mux.HandleFunc("POST /alarms", answer(s.setAlarm))
	mux.HandleFunc("GET /notifications", answer(s.notifications))
	mux.HandleFunc("POST /confirm", answer(s.confirm))
	mux.HandleFunc("GET /shifts", answer(s.shifts))
	mux.HandleFunc("POST /autoshift", answer(s.autoshift))
	mux.HandleFunc("POST /practice", answer(s.practice))
	mux.HandleFunc("POST /zone", answer(s.zone))
}

// each runs a reading function in every place that has records of one of the types.
func (s *server) each(f func(Place, *cloud.Call), tokens ...string) {
	places := []Place{}
	for _, r := range s.world.Records() {
		if p := (Place{r.Account, r.Region}); slices.Contains(tokens, r.Token) && !slices.Contains(places, p) {
			places = append(places, p)
		}
	}
	for _, p := range places {
		_ = s.world.View(p.Account, p.Region, func(c *cloud.Call) error { f(p, c); return nil }) // it only reads
	}
}

func (s *server) alarms() []Alarm {
	out := []Alarm{}
	s.each(func(p Place, c *cloud.Call) {
		for _, a := range cloudwatch.List(c) {
			out = append(out, Alarm{p, a.Name, a.ARN, a.State, a.Reason, a.Composite})
		}
	}, cloudwatch.MetricAlarm, cloudwatch.CompositeAlarm)
	return out
}

func (s *server) setAlarm(r *http.Request) (any, error) {
	q, err := read[AlarmState](r)
	if err != nil {
		return nil, err
	}
	var found []Alarm
	for _, a := range s.alarms() {
		if a.Name == q.Alarm || a.ARN == q.Alarm {
			found = append(found, a)
		}
	}
	if len(found) != 1 {
		return nil, fmt.Errorf("%d alarms are called %q, must be one: see `sandbox alarm list`, and give the ARN where several bear a name", len(found), q.Alarm)
	}
	at := found[0]
	return nil, s.world.Change(at.Account, at.Region, "alarm by hand", func(c *cloud.Call) error {
		return cloudwatch.HoldState(c, at.Name, q.State, q.Reason, q.For)
	})
}

// notifications are all messages to topics, in their order.
func (s *server) notifications(*http.Request) (any, error) {
	out := []*cloud.Record{}
	for _, r := range s.world.Records() {
		if r.Token == sns.Notification {
			out = append(out, r)
		}
	}
	slices.SortFunc(out, func(a, b *cloud.Record) int { return ec2.Number(a.State, "number") - ec2.Number(b.State, "number") })
	return out, nil
}

func (s *server) confirm(r *http.Request) (any, error) {
	endpoint, err := read[string](r)
	if err != nil {
		return nil, err
	}
	var places []Place
	s.each(func(p Place, _ *cloud.Call) { places = append(places, p) }, sns.Subscription)
	found := false
	for _, p := range places {
		err := s.world.Change(p.Account, p.Region, "reader", func(c *cloud.Call) error { return sns.Confirm(c, endpoint) })
		if err != nil && cloud.Code(err) != "NotFound" {
			return nil, err
		}
		found = found || err == nil
	}
	if !found {
		return nil, fmt.Errorf("no subscription has the endpoint %q", endpoint)
	}
	return nil, nil
}

func (s *server) shifts(*http.Request) (any, error) {
	out := Shifts{Shifts: []PlacedShift{}, Autoshifts: []arczonalshift.Autoshift{}, Broken: []string{}}
	var err error
	s.each(func(p Place, c *cloud.Call) {
		list, listErr := arczonalshift.List(c, arczonalshift.ListInput{})
		err = errors.Join(err, listErr)
		for _, shift := range list {
			out.Shifts = append(out.Shifts, PlacedShift{p, shift})
		}
	}, arczonalshift.ZonalShift)
	s.each(func(_ Place, c *cloud.Call) {
		list, listErr := arczonalshift.ListAutoshifts(c, "")
		err = errors.Join(err, listErr)
		out.Autoshifts = append(out.Autoshifts, list...)
	}, arczonalshift.AutoshiftType)
	for zone := range arczonalshift.Broken(s.world.Records()) {
		out.Broken = append(out.Broken, zone)
	}
	slices.SortFunc(out.Shifts, func(a, b PlacedShift) int { return cmp.Or(a.StartTime.Compare(b.StartTime), cmp.Compare(a.ID, b.ID)) })
	slices.Sort(out.Broken)
	return out, err
}

// regionOf is the Region that a zone, by ID, is in.
func regionOf(zone string) (string, error) {
	var all []string
	for region, zones := range cloud.DefaultOrganisation().Regions {
		if slices.Contains(zones, zone) {
			return region, nil
		}
		all = append(all, zones...)
	}
	slices.Sort(all)
	return "", fmt.Errorf("%q is no Availability Zone ID; the simulated ones are %v", zone, all)
}

func (s *server) autoshift(r *http.Request) (any, error) {
	q, region, err := zoneOf(r)
	switch {
	case err != nil:
		return nil, err
	case q.End:
		return nil, arczonalshift.EndAutoshift(s.world, region, q.Zone)
	}
	return nil, arczonalshift.StartAutoshift(s.world, region, q.Zone)
}

func (s *server) zone(r *http.Request) (any, error) {
	q, region, err := zoneOf(r)
	if err != nil {
		return nil, err
	}
	return nil, arczonalshift.Break(s.world, region, q.Zone, q.End)
}

func zoneOf(r *http.Request) (ZoneChange, string, error) {
	q, err := read[ZoneChange](r)
	if err != nil {
		return q, "", err
	}
	region, err := regionOf(q.Zone)
	return q, region, err
}

func (s *server) practice(r *http.Request) (any, error) {
	q, err := read[Practice](r)
	if err != nil {
		return nil, err
	}
	type match struct {
		Place
		arn string
	}
	var found []match
	s.each(func(p Place, c *cloud.Call) {
		for _, m := range arczonalshift.ListManagedResources(c) {
			if m.ARN == q.Resource || m.Name == q.Resource {
				found = append(found, match{p, m.ARN})
			}
		}
	}, "aws:eks/cluster:Cluster", "aws:lb/loadBalancer:LoadBalancer")
	if len(found) != 1 {
		return nil, fmt.Errorf("%d managed resources are called %q, must be one: give the ARN of a cluster or load balancer that zonal shift is enabled for", len(found), q.Resource)
	}
	at := found[0]
	var out arczonalshift.Shift
	err = s.world.Change(at.Account, at.Region, "practice run", func(c *cloud.Call) (err error) {
		out, err = arczonalshift.StartPracticeRun(c, arczonalshift.StartInput{ResourceIdentifier: at.arn, AwayFrom: q.Zone, Comment: q.Comment})
		return err
	})
	return PlacedShift{at.Place, out}, err
}
