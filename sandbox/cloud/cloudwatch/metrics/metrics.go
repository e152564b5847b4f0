// Package metrics keeps data points of CloudWatch metrics: what Elastic Load Balancing and
// VPC Lattice report of the requests that the sandbox follows. Services of AWS report
// once a minute ("CloudWatch metrics that are published by AWS services", basic
// monitoring of load balancers), so that a minute is the finest resolution here.
//
// CloudWatch's minute may be made shorter than the wall's (Pace), for tests that cannot
// wait for three of five minutes: periods, evaluations and retention shrink alike, and
// nothing else changes. Times go in and out by the clock on the wall.
package metrics

import (
	"cmp"
	"slices"
	"strings"
	"sync"
	"time"
)

// Pace tells how long CloudWatch's minute is.
type Pace struct{ Minute time.Duration }

// Limits of a pace: slower than the wall helps nobody, faster than a second there is no
// time to ask anything within a minute.
const (
	LongestMinute  = time.Minute
	ShortestMinute = time.Second
)

// At is a time on the wall in CloudWatch's seconds: sixty in each of its minutes.
func (p Pace) At(wall time.Time) int64 {
	minute, rest := wall.UnixNano()/int64(p.Minute), wall.UnixNano()%int64(p.Minute)
	return minute*60 + rest*60/int64(p.Minute)
}

// Wall is when a second of CloudWatch's begins.
func (p Pace) Wall(second int64) time.Time {
	return time.Unix(0, second/60*int64(p.Minute)+second%60*int64(p.Minute)/60).UTC()
}

// Metric is one metric of an account's in a Region.
type Metric struct {
	Account, Region, Namespace, Name string
	// Dimensions are NAME=VALUE, sorted and joined by commas: see Dimensions.
	Dimensions string
}

// Dimensions are those of a metric in the form that identifies it: two metrics whose
// dimensions differ are different metrics ("Dimensions", CloudWatch User Guide).
func Dimensions(of map[string]string) string {
	var out []string
	for name, value := range of {
		out = append(out, name+"="+value)
	}
	slices.Sort(out)
	return strings.Join(out, ",")
}

// kept is how many minutes of a metric are kept: the day that alarms may look back
// (PutMetricAlarm, EvaluationPeriods), and a little.
const kept = 1500

// most is how many metrics are kept; points of further ones are dropped and counted.
const most = 4000

// Store keeps data points in memory. It is safe for concurrent use.
type Store struct {
	mu      sync.Mutex
	pace    Pace
	metrics map[Metric]map[int64]*Point // by the second in which a minute begins
	dropped int
}

// New is an empty store.
func New(pace Pace) *Store { return &Store{pace: pace, metrics: map[Metric]map[int64]*Point{}} }

// Pace is the store's.
func (s *Store) Pace() Pace {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.pace
}

// SetPace changes the pace. Points of another pace mean nothing: they go.
func (s *Store) SetPace(p Pace) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if p != s.pace {
		s.pace, s.metrics, s.dropped = p, map[Metric]map[int64]*Point{}, 0
	}
}

// Dropped is how many points of metrics beyond those that are kept were dropped.
func (s *Store) Dropped() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.dropped
}

// Put adds a value, seen a number of times, to the minute of a time.
func (s *Store) Put(m Metric, at time.Time, value float64, times int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	points := s.metrics[m]
	if points == nil {
		if len(s.metrics) >= most {
			s.dropped++
			return
		}
		points = map[int64]*Point{}
		s.metrics[m] = points
	}
	minute := s.pace.At(at) / 60 * 60
	if points[minute] == nil {
		for old := range points {
			if old <= minute-kept*60 {
				delete(points, old)
			}
		}
		points[minute] = &Point{}
	}
	points[minute].add(value, float64(times))
}

// List are the metrics that have data, in order.
func (s *Store) List() []Metric {
	s.mu.Lock()
	defer s.mu.Unlock()
	var out []Metric
	for m := range s.metrics {
		out = append(out, m)
	}
	slices.SortFunc(out, func(a, b Metric) int {
		return cmp.Or(cmp.Compare(a.Account, b.Account), cmp.Compare(a.Region, b.Region), cmp.Compare(a.Namespace, b.Namespace),
			cmp.Compare(a.Name, b.Name), cmp.Compare(a.Dimensions, b.Dimensions))
	})
	return out
}

// Periods are the points of a metric in a number of periods before an end, by the second
// in which each period begins; a period without data has none. End and period are
// CloudWatch's seconds. In a period shorter than a minute there is data only where a
// minute begins (PutMetricAlarm, Period).
func (s *Store) Periods(m Metric, end, period int64, count int) map[int64]*Point {
	s.mu.Lock()
	defer s.mu.Unlock()
	out := map[int64]*Point{}
	for minute, p := range s.metrics[m] {
		if back := end - minute; back > 0 && (back-1)/period < int64(count) {
			begin := end - ((back-1)/period+1)*period
			if out[begin] == nil {
				out[begin] = &Point{}
			}
			out[begin].merge(p)
		}
	}
	return out
}
