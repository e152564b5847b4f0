package request

import (
	"fmt"
	"slices"
	"strings"

	"retail/sandbox/cloud"
	"retail/sandbox/cloud/ec2"
)

// ErrorRate is the token of records that say what share of the requests that end at a
// cluster, by name, fails: see SetErrors.
const ErrorRate = "aws:sandbox/errorRate:ErrorRate"

// Errors are what share of the requests at a cluster fail, and how.
type Errors struct {
	Cluster string `json:"cluster"`
	// Percent of requests, above 0 to 100.
	Percent float64 `json:"percent"`
	// Status that they are answered with, 500 to 599.
	Status int `json:"status"`
}

// SetErrors lets a share of the requests that end at a cluster fail, as a release with a
// fault in it does: pods stay ready, health checks pass. Percent 0 ends it. Errors are
// that there is no such cluster, and numbers out of range.
func SetErrors(w *cloud.World, e Errors) error {
	var names []string
	for _, r := range w.Records() {
		if r.Token == "aws:eks/cluster:Cluster" && !r.Fading {
			names = append(names, r.ID)
		}
	}
	before, had := ErrorsOf(w.Records())[e.Cluster]
	switch {
	case !slices.Contains(names, e.Cluster) && (e.Percent != 0 || !had):
		return fmt.Errorf("there is no cluster %q; the clusters are [%s]", e.Cluster, strings.Join(names, ", "))
	case e.Percent < 0 || e.Percent > 100:
		return fmt.Errorf("--percent %v: the share of requests that fail must be from 0 to 100", e.Percent)
	case e.Percent > 0 && (e.Status < 500 || e.Status > 599):
		return fmt.Errorf("--status %d: a failure of the shop's is from 500 to 599", e.Status)
	}
	return w.Change("aws", "", "sandbox", func(c *cloud.Call) error {
		if e.Percent > 0 {
			c.Put(&cloud.Record{Token: ErrorRate, ID: e.Cluster, Owner: "sandbox", Fading: true, // it is no resource of a program's
				State: cloud.Props{"percent": e.Percent, "status": float64(e.Status)}})
		} else if had {
			c.Remove(c.Get(ErrorRate, before.Cluster))
		}
		return nil
	})
}

// ErrorsOf are the clusters of a world whose requests fail in part, by name.
func ErrorsOf(records []*cloud.Record) map[string]Errors {
	out := map[string]Errors{}
	for _, r := range records {
		if r.Token == ErrorRate {
			percent, _ := r.State["percent"].(float64)
			out[r.ID] = Errors{r.ID, percent, ec2.Number(r.State, "status")}
		}
	}
	return out
}

// spoil lets an answered request fail, as often as its cluster's errors say. Without any
// nothing is drawn, so that a seed's other draws stay as they are.
func (t *trace) spoil(cluster string) {
	e, some := t.errors[cluster]
	if !some || t.out.Status == 0 || t.out.Status >= 400 {
		return
	}
	if t.draw.Float64()*100 < e.Percent {
		t.end(e.Status, "%v %% of requests at %s fail: `sandbox errors`", e.Percent, cluster)
	}
}
