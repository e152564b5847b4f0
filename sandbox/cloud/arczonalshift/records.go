package arczonalshift

import (
	"cmp"
	"slices"
	"time"

	"retail/sandbox/cloud"
	"retail/sandbox/cloud/ec2"
)

// BrokenZone is the token of records that say that a zone, by ID, is broken: see Break.
const BrokenZone = "aws:sandbox/brokenZone:BrokenZone"

// Away tells, from a world's records at a time, which zone (ID) each resource (ARN) is
// shifted away from, as AwayFrom does from inside the world.
func Away(records []*cloud.Record, now time.Time) map[string]string {
	out, rank := map[string]string{}, map[string]int{}
	note := func(arn, zone string, precedence int) {
		if precedence > rank[arn] {
			out[arn], rank[arn] = zone, precedence
		}
	}
	var auto []*cloud.Record
	for _, r := range records {
		if r.Token == AutoshiftType && ec2.Text(r.State, "status") == Active {
			auto = append(auto, r)
		}
	}
	slices.SortFunc(auto, func(a, b *cloud.Record) int { // the newest first, as in autoshifts
		return cmp.Or(cmp.Compare(ec2.Text(b.State, "startTime"), ec2.Text(a.State, "startTime")), cmp.Compare(ec2.Text(a.State, "awayFrom"), ec2.Text(b.State, "awayFrom")))
	})
	for _, r := range records {
		switch {
		case r.Token == ZonalShift:
			s := stored(r)
			if s.Status == Active && now.Before(s.ExpiryTime) {
				note(s.ResourceIdentifier, s.AwayFrom, map[string]int{KindManual: 3, KindPractice: 1}[s.Type])
			}
		case r.Token == Configuration && ec2.Text(r.State, "zonalAutoshiftStatus") == Enabled:
			for _, a := range auto {
				if a.Region == r.Region {
					note(r.ID, ec2.Text(a.State, "awayFrom"), 2)
				}
			}
		}
	}
	return out
}

// Break makes a zone of a Region fail in the way that zonal shift is for: what is in it
// answers health checks, and no request. Mended undoes it. An error is that there is no
// such zone.
func Break(w *cloud.World, region, zone string, mended bool) error {
	return w.Change(aws, region, "sandbox", func(c *cloud.Call) error {
		if !slices.Contains(c.Zones(), zone) {
			return &cloud.Error{Code: "InvalidAz", Message: "\"" + zone + "\" is no Availability Zone ID of " + region}
		}
		if r := c.Get(BrokenZone, zone); mended && r != nil {
			c.Remove(r)
		}
		if !mended {
			c.Put(&cloud.Record{Token: BrokenZone, ID: zone, Owner: "sandbox", Fading: true, State: cloud.Props{"zone": zone}})
		}
		return nil
	})
}

// Broken are the zones, by ID, that are broken.
func Broken(records []*cloud.Record) map[string]bool {
	out := map[string]bool{}
	for _, r := range records {
		if r.Token == BrokenZone {
			out[r.ID] = true
		}
	}
	return out
}
