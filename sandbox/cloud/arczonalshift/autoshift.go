package arczonalshift

import (
	"cmp"
	"fmt"
	"slices"
	"time"

	"retail/sandbox/cloud"
	"retail/sandbox/cloud/ec2"
)

// aws is the account of records that belong to AWS itself.
const aws = "aws"

// StartAutoshift is what AWS does when it sees a zone impaired: it shifts the traffic
// of every resource whose zonal autoshift is enabled away from it, in all accounts.
// Practice runs of these end as interrupted; a person's shift stays in effect. The zone
// is an ID. An error is that there is no such zone, or that its autoshift runs already.
func StartAutoshift(w *cloud.World, region, zone string) error {
	err := w.Change(aws, region, "autoshift", func(c *cloud.Call) error {
		if !slices.Contains(c.Zones(), zone) {
			return fmt.Errorf("%q is no Availability Zone ID of %s; its zones are %v", zone, region, c.Zones())
		}
		for _, a := range autoshifts(c) {
			if a.Status == Active && a.AwayFrom == zone {
				return fmt.Errorf("the autoshift away from %s is active already", zone)
			}
		}
		start := c.Wall().Format(time.RFC3339)
		c.Put(&cloud.Record{Token: AutoshiftType, ID: "autoshift-" + zone + "-" + c.Hex(8), Owner: "arc-zonal-shift", Fading: true,
			State: cloud.Props{"awayFrom": zone, "startTime": start, "status": Active}})
		return nil
	})
	if err != nil {
		return err
	}
	return eachAccount(w, region, func(c *cloud.Call) {
		arns := included(c, zone)
		for _, arn := range arns {
			interrupt(c, arn, "An autoshift was started.")
		}
		if len(arns) > 0 || observing(c) {
			emitFor(c, "Autoshift In Progress", arns, zone, "AWS has started an autoshift. Traffic shifts away from the Availability Zone.", "")
		}
	})
}

// EndAutoshift is AWS's autoshift of a zone ending. An error is that none is active.
func EndAutoshift(w *cloud.World, region, zone string) error {
	err := w.Change(aws, region, "autoshift", func(c *cloud.Call) error {
		for _, r := range c.List(AutoshiftType) {
			if ec2.Text(r.State, "awayFrom") == zone && ec2.Text(r.State, "status") == Active {
				r.State["status"], r.State["endTime"] = Completed, c.Wall().Format(time.RFC3339)
				c.Save(r)
				return nil
			}
		}
		return fmt.Errorf("no autoshift away from %q is active in %s", zone, region)
	})
	if err != nil {
		return err
	}
	return eachAccount(w, region, func(c *cloud.Call) {
		if arns := included(c, zone); len(arns) > 0 || observing(c) {
			emitFor(c, "Autoshift Completed", arns, zone, "AWS has ended the autoshift. Traffic returns to the Availability Zone.", "")
		}
	})
}

// included are the resources that an autoshift away from a zone concerns.
func included(c *cloud.Call, zone string) []string {
	var out []string
	for _, r := range managed(c) {
		config := c.Get(Configuration, r.arn)
		if config != nil && ec2.Text(config.State, "zonalAutoshiftStatus") == Enabled && slices.Contains(r.zones, zone) {
			out = append(out, r.arn)
		}
	}
	return out
}

// eachAccount runs a function as ARC in every account that holds something.
func eachAccount(w *cloud.World, region string, f func(*cloud.Call)) error {
	accounts := map[string]bool{}
	for _, r := range w.Records() {
		accounts[r.Account] = r.Account != aws
	}
	for account, real := range accounts {
		if !real {
			continue
		}
		if err := w.Change(account, region, "arc-zonal-shift", func(c *cloud.Call) error { f(c); return nil }); err != nil {
			return err
		}
	}
	return nil
}

// autoshifts are the Region's, the newest first.
func autoshifts(c *cloud.Call) []Autoshift {
	var out []Autoshift
	for _, r := range c.Everywhere(AutoshiftType) {
		if r.Region != c.Region {
			continue
		}
		start, _ := time.Parse(time.RFC3339, ec2.Text(r.State, "startTime")) // as it was written
		end, _ := time.Parse(time.RFC3339, ec2.Text(r.State, "endTime"))     // zero while active
		out = append(out, Autoshift{AwayFrom: ec2.Text(r.State, "awayFrom"), StartTime: start, EndTime: end, Status: ec2.Text(r.State, "status")})
	}
	slices.SortFunc(out, func(a, b Autoshift) int {
		return cmp.Or(b.StartTime.Compare(a.StartTime), cmp.Compare(a.AwayFrom, b.AwayFrom))
	})
	return out
}

// ListAutoshifts are AWS's autoshifts of the Region, the newest first. Status selects
// Active or Completed ones; empty all. Errors: ValidationException with InvalidStatus.
func ListAutoshifts(c *cloud.Call, status string) ([]Autoshift, error) {
	if status != "" && status != Active && status != Completed {
		return nil, invalid("InvalidStatus", "status %q must be ACTIVE or COMPLETED", status)
	}
	return slices.DeleteFunc(autoshifts(c), func(a Autoshift) bool { return status != "" && a.Status != status }), nil
}

// autoshiftsOf are the active autoshifts that concern a resource. A person's shift
// takes precedence over them.
func autoshiftsOf(c *cloud.Call, r *resource) []Autoshift {
	config := c.Get(Configuration, r.arn)
	if config == nil || ec2.Text(config.State, "zonalAutoshiftStatus") != Enabled {
		return nil
	}
	applied := Applied
	if slices.ContainsFunc(activeShifts(c, r.arn), func(s Shift) bool { return s.Type == KindManual }) {
		applied = NotApplied
	}
	var out []Autoshift
	for _, a := range autoshifts(c) {
		if a.Status == Active && slices.Contains(r.zones, a.AwayFrom) {
			a.AppliedStatus = applied
			applied = NotApplied // "no more than one applied zonal shift at a given time"
			out = append(out, a)
		}
	}
	return out
}

// ObserverStatus is GetAutoshiftObserverNotificationStatus: Enabled where the account is
// told of every autoshift of the Region, Disabled (the default) where only of those that
// concern its resources.
func ObserverStatus(c *cloud.Call) string {
	if observing(c) {
		return Enabled
	}
	return Disabled
}

// SetObserverStatus is UpdateAutoshiftObserverNotificationStatus. Errors:
// ValidationException with InvalidStatus.
func SetObserverStatus(c *cloud.Call, status string) error {
	if status != Enabled && status != Disabled {
		return invalid("InvalidStatus", "status %q must be ENABLED or DISABLED", status)
	}
	c.Put(&cloud.Record{Token: Observer, ID: "observer", Owner: "arc-zonal-shift", Fading: true, State: cloud.Props{"status": status}})
	return nil
}

func observing(c *cloud.Call) bool {
	r := c.Get(Observer, "observer")
	return r != nil && ec2.Text(r.State, "status") == Enabled
}
