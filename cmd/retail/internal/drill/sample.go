package drill

import (
	"fmt"
	"slices"
	"strings"

	"retail/cmd/retail/internal/drill/readiness"
)

// resource is what is shifted.
type resource struct{ name, arn string }

// resources are what a drill shifts: clusters before load balancers, since a
// cluster takes its targets out of the load balancer by itself.
func resources(f readiness.Facts) []resource {
	var out []resource
	for _, c := range f.Clusters {
		out = append(out, resource{"cluster " + c.Name, c.ARN})
	}
	for _, b := range f.Balancers {
		out = append(out, resource{"load balancer " + b.Name, b.ARN})
	}
	return out
}

// sample is what one look saw.
type sample struct {
	// Endpoints and Targets are what is left in the zone.
	Endpoints, Targets int
	// Healthy of All targets elsewhere.
	Healthy, All int
	// Unshifted are resources that ARC has not taken out of the zone.
	Unshifted []string
	// Red are alarms that are red or gone; Quiet counts the others.
	Red   []string
	Quiet int
	// Short are services with fewer endpoints than they need; Dead those without any.
	Short, Dead []string
}

func sampleOf(f readiness.Facts, zone string) sample {
	var s sample
	for _, c := range f.Clusters {
		s.shifted(c.Name, c.Shifts, zone)
		for _, v := range c.Services {
			s.Endpoints += v.Ready[zone]
			switch rest := v.Without(zone); {
			case rest == 0:
				s.Dead = append(s.Dead, c.Name+" "+v.Key())
			case rest < v.Need:
				s.Short = append(s.Short, fmt.Sprintf("%s %s (%d of %d)", c.Name, v.Key(), rest, v.Need))
			}
		}
	}
	for _, b := range f.Balancers {
		s.shifted(b.Name, b.Shifts, zone)
		for _, g := range b.Groups {
			for _, t := range g.Targets {
				if t.Zone == zone {
					if t.State != "draining" && !f.Partial {
						s.Targets++
					}
					continue
				}
				s.All++
				if t.Healthy {
					s.Healthy++
				}
			}
		}
	}
	for _, a := range f.Alarms {
		if a.State == readiness.Red || a.State == readiness.Missing {
			s.Red = append(s.Red, a.Name)
		} else {
			s.Quiet++
		}
	}
	return s
}

func (s *sample) shifted(name string, shifts readiness.Shifts, zone string) {
	if !slices.Contains(shifts.Away, zone) {
		s.Unshifted = append(s.Unshifted, name)
	}
}

// effective tells whether the zone is out of service.
func (s sample) effective() bool { return s.Endpoints == 0 && s.Targets == 0 && len(s.Unshifted) == 0 }

// String is a line of progress.
func (s sample) String() string {
	text := fmt.Sprintf("in the zone %d endpoints, %d targets; elsewhere %d of %d targets healthy; alarms %d quiet", s.Endpoints, s.Targets, s.Healthy, s.All, s.Quiet)
	for _, part := range []struct {
		name string
		list []string
	}{{"RED", s.Red}, {"short", s.Short}, {"without endpoints", s.Dead}, {"not shifted yet", s.Unshifted}} {
		if len(part.list) > 0 {
			text += "; " + part.name + ": " + strings.Join(part.list, ", ")
		}
	}
	return text
}

// missing tells what is not back in the zone that was there before; nothing when
// all is.
func missing(before, now readiness.Facts, zone string) string {
	var left []string
	services := map[string]readiness.Service{}
	for _, c := range now.Clusters {
		for _, active := range c.Shifts.Active {
			left = append(left, c.Name+": "+active)
		}
		for _, s := range c.Services {
			services[c.Name+" "+s.Key()] = s
		}
	}
	for _, c := range before.Clusters {
		for _, s := range c.Services {
			if key := c.Name + " " + s.Key(); s.Ready[zone] > 0 && services[key].Ready[zone] == 0 {
				left = append(left, key+" has no endpoint in the zone")
			}
		}
	}
	back := map[string]int{}
	for _, b := range now.Balancers {
		for _, active := range b.Shifts.Active {
			left = append(left, b.Name+": "+active)
		}
		for _, g := range b.Groups {
			back[b.ARN+" "+g.Name], _ = g.Healthy(zone)
		}
	}
	for _, b := range before.Balancers {
		for _, g := range b.Groups {
			if had, _ := g.Healthy(zone); had > 0 && back[b.ARN+" "+g.Name] == 0 {
				left = append(left, "target group "+g.Name+" has no healthy target in the zone")
			}
		}
	}
	return strings.Join(left, "; ")
}
