package config

import (
	"fmt"
	"slices"
	"time"

	"retail/internal/problem"
)

// Fault is a failure made on purpose in requests to one of the shop's services, by the
// waypoint in front of it, to see what becomes of the rest.
type Fault struct {
	// AbortPercent is the share of requests that are answered with abortStatus and do not
	// reach the service, 0 to 100. Default 0.
	AbortPercent int `json:"abortPercent"`
	// AbortStatus is the HTTP status of these answers, 400 to 599. Required with
	// abortPercent.
	AbortStatus int `json:"abortStatus"`
	// DelayPercent is the share of requests that wait for delayMillis, 0 to 100. Default 0.
	DelayPercent int `json:"delayPercent"`
	// DelayMillis is how long these wait, in milliseconds, up to 60000. Required with
	// delayPercent.
	DelayMillis int `json:"delayMillis"`
	// Until is when the fault is over, as "2026-12-01T16:00:00Z", at most seven days ahead.
	// The first update after that takes it away, with a warning; nothing does before.
	// Required.
	Until string `json:"until"`
	// SetBy is who wants the fault. Required.
	SetBy string `json:"setBy"`
	// Reason is what it is for. Required.
	Reason string `json:"reason"`
}

const (
	longestFault       = 7 * 24 * time.Hour
	longestDelayMillis = 60_000
)

// End is when the fault is over; the zero time when that cannot be read.
func (f Fault) End() time.Time {
	end, err := time.Parse(time.RFC3339, f.Until)
	if err != nil {
		return time.Time{}
	}
	return end
}

// Over says whether the fault is over.
func (f Fault) Over(now time.Time) bool { return !now.Before(f.End()) }

// faultRules are the rules of a cluster's faults that need no clock.
func faultRules(list *problem.List, path string, c Cluster) {
	if len(c.Faults) > 0 && c.Mesh != MeshL7 {
		list.Add(path+".faults", "need a mesh that reads requests", fmt.Sprintf("mesh %s", c.Mesh), "choose mesh l7, or remove them")
	}
	for _, name := range sortedKeys(c.Faults) {
		f, at := c.Faults[name], problem.Path(path, "faults", name)
		if !slices.Contains(shopServices, name) {
			list.Add(at, "must be one of "+joined(shopServices), quoted(name), "choose one of them")
		}
		for key, percent := range map[string]int{".abortPercent": f.AbortPercent, ".delayPercent": f.DelayPercent} {
			if percent < 0 || percent > 100 {
				list.Add(at+key, "must be 0 to 100", percent, "correct it")
			}
		}
		if f.AbortPercent == 0 && f.DelayPercent == 0 {
			list.Add(at, "must abort or delay some requests", nil, "set abortPercent or delayPercent, or remove the fault")
		}
		if f.AbortPercent > 0 && (f.AbortStatus < 400 || f.AbortStatus > 599) {
			list.Add(at+".abortStatus", "must be 400 to 599 with abortPercent", f.AbortStatus, "give the status of a failure, such as 503")
		}
		if f.DelayPercent > 0 && (f.DelayMillis < 1 || f.DelayMillis > longestDelayMillis) {
			list.Add(at+".delayMillis", fmt.Sprintf("must be 1 to %d with delayPercent", longestDelayMillis), f.DelayMillis, "say how long requests wait")
		}
		if f.End().IsZero() {
			list.Add(at+".until", "must say when the fault is over", quoted(f.Until), `write it as "2026-12-01T16:00:00Z"`)
		}
		if f.SetBy == "" || f.Reason == "" {
			list.Add(at, "must say who set it and why", nil, "give setBy and reason")
		}
	}
}

// FaultsAt returns the paths of the faults that are over, and the problems of those that last
// too long: whoever forgets one should not find it next year.
func (e *Environment) FaultsAt(now time.Time) (over []string, err error) {
	var list problem.List
	for _, name := range sortedKeys(e.VPCs) {
		for _, colour := range sortedKeys(e.VPCs[name].Clusters) {
			faults := e.VPCs[name].Clusters[colour].Faults
			for _, service := range sortedKeys(faults) {
				at, f := problem.Path("vpcs", name, "clusters", string(colour), "faults", service), faults[service]
				switch {
				case f.Over(now):
					over = append(over, at)
				case f.End().Sub(now) > longestFault:
					list.Add(at+".until", "must be at most seven days ahead", quoted(f.Until), "choose an earlier end, and set it anew if need be")
				}
			}
		}
	}
	return over, list.Err()
}
