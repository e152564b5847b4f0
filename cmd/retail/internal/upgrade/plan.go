// Package upgrade writes down how a VPC comes to run another version of Kubernetes: the
// idle colour is raised with it, the traffic is moved, the old colour goes. It makes a
// sequence of changes of the stack's file, each small enough for one pull request, from
// where the file stands: after each of them the rest of the sequence is the same.
//
// It asks nobody and writes nothing.
package upgrade

import (
	"fmt"
	"strings"

	"retail/cmd/retail/internal/shift"
	"retail/cmd/retail/internal/stackfile"
	"retail/internal/problem"
	"retail/internal/versions"
	"retail/stacks/config"
)

// Step is one change, and what is done with it.
type Step struct {
	Title string
	// Before and After are the file; the same where nothing is to be changed.
	Before, After *stackfile.File
	// Run is what puts it in force, or looks; Look what to look at before and after.
	Run  []string
	Look []string
}

// Diff is what the step changes in the file; empty when nothing.
func (s Step) Diff() string { return stackfile.Diff(s.Before, s.After) }

// Options of a plan.
type Options struct {
	Stack, VPC string
	// To is the version: "1.36".
	To string
	// Shares are those of the shift's steps in per cent.
	Shares []int
	// Keep leaves the old colour standing at weight 0, the way back.
	Keep bool
}

// plan is a plan being made.
type plan struct {
	Options
	file   *stackfile.File
	wanted *config.Environment
	vpc    config.VPC
	// old carries the traffic, next is to.
	old, next config.Colour
	steps     []Step
}

// Plan is the sequence of steps that are left.
func Plan(file *stackfile.File, wanted *config.Environment, o Options) ([]Step, error) {
	p := &plan{Options: o, file: file, wanted: wanted}
	if err := p.check(); err != nil {
		return nil, err
	}
	for _, part := range []func() error{p.raise, p.move, p.route, p.letGo, p.remove} {
		if err := part(); err != nil {
			return nil, err
		}
	}
	return p.steps, nil
}

// check finds out where the VPC stands. The old colour is the one that does not run the
// version and has traffic, or none any more.
func (p *plan) check() error {
	var list problem.List
	vpc, has := p.wanted.VPCs[p.VPC]
	if !has {
		list.Add("--vpc", "must be a VPC of stack "+p.Stack, p.VPC, "name one that its file declares")
		return list.Err()
	}
	p.vpc = vpc
	to, err := versions.Parse(p.To)
	if err != nil {
		return problem.Under("--to", err)
	}
	list.Join(shift.CheckShares(p.Shares))
	if p.Shares[len(p.Shares)-1] != 100 {
		list.Add("--steps", "must end at 100: the old colour goes", p.Shares[len(p.Shares)-1], "add 100")
	}
	p.old, p.next = config.Blue, config.Green
	switch blue, green := p.runs(config.Blue), p.runs(config.Green); {
	case blue == p.To && green == p.To, blue == "" && green == p.To, green == "" && blue == p.To:
		list.Add("--to", "every cluster of the VPC runs it already", p.To, "there is nothing to do")
		return list.Err()
	case blue == p.To || green != p.To && vpc.Traffic[config.Green] == 100:
		p.old, p.next = config.Green, config.Blue
	}
	at := fmt.Sprintf("vpcs.%s.traffic", p.VPC)
	if p.runs(p.next) != p.To && vpc.Traffic[p.old] != 100 {
		list.Add(at, "must be with one colour before the other is changed", stackfile.Weights{"blue": vpc.Traffic[config.Blue], "green": vpc.Traffic[config.Green]},
			fmt.Sprintf("move it: retail shift --stack %s --vpc %s --to %s", p.Stack, p.VPC, p.old))
	}
	for _, colour := range []config.Colour{p.old, p.next} {
		if v := p.runs(colour); v != "" {
			if runs, err := versions.Parse(v); err == nil && runs.Compare(to) > 0 {
				list.Add("--to", fmt.Sprintf("must not be older than what %s runs, %s", colour, v), p.To, "a cluster does not go back to an older version; name a newer one")
			}
		}
	}
	return list.Err()
}

// runs is the version of a colour's cluster; empty without a cluster.
func (p *plan) runs(c config.Colour) string { return p.vpc.Clusters[c].Version }

// add adds a step that changes the file.
func (p *plan) add(title string, change func(*stackfile.File) (*stackfile.File, error), run, look []string) error {
	after, err := change(p.file)
	if err != nil {
		return err
	}
	p.steps = append(p.steps, Step{Title: title, Before: p.file, After: after, Run: run, Look: look})
	p.file = after
	return nil
}

// deploy is how a change of the file is put in force.
func (p *plan) deploy() []string {
	return []string{"pulumi preview --refresh --stack " + p.Stack, "pulumi up --refresh --stack " + p.Stack}
}

func (p *plan) shift(more string) string {
	return strings.TrimSpace(fmt.Sprintf("retail shift --stack %s --vpc %s --to %s %s", p.Stack, p.VPC, p.next, more))
}

// raise gives the next colour the version: a new cluster at once, one that stands minor by
// minor.
func (p *plan) raise() error {
	look := []string{"every step of the preview names " + string(p.next) + "; none deletes or replaces"}
	if p.runs(p.next) == "" {
		return p.add(fmt.Sprintf("raise %s at %s beside %s, without traffic", p.next, p.To, p.old), func(f *stackfile.File) (*stackfile.File, error) {
			f, err := f.WithCluster(p.VPC, string(p.next), string(p.old), p.To)
			if err != nil {
				return nil, err
			}
			return f.WithTraffic(p.VPC, stackfile.Weights{string(p.old): 100, string(p.next): 0})
		}, p.deploy(), append(look, "the new cluster is a copy of "+string(p.old)+"'s: read it through, and what Kubernetes "+p.To+" removes"))
	}
	to, err := versions.Parse(p.To)
	if err != nil {
		return err
	}
	at, err := versions.Read(p.runs(p.next))
	for ; err == nil && at.Compare(to) < 0; at = at.Next() {
		version := at.Next().String()
		if err := p.add(fmt.Sprintf("upgrade %s, which has no traffic, to %s", p.next, version), func(f *stackfile.File) (*stackfile.File, error) {
			return f.WithVersion(p.VPC, string(p.next), version)
		}, p.deploy(), look); err != nil {
			return err
		}
	}
	return err
}

// move asks the gates and moves the traffic.
func (p *plan) move() error {
	now, err := p.file.Traffic(p.VPC)
	if err != nil {
		return err
	}
	if now[string(p.next)] == 100 {
		return nil
	}
	steps, err := shift.Plan(p.VPC, now, string(p.next), p.Shares)
	if err != nil {
		return err
	}
	p.steps = append(p.steps, Step{Title: fmt.Sprintf("ask whether %s can take the traffic", p.next), Before: p.file, After: p.file,
		Run: []string{p.shift("--dry-run")}, Look: []string{"every gate is ok, and each step's preview updates weights alone"}})
	for _, weights := range steps {
		share := weights[string(p.next)]
		if err := p.add(fmt.Sprintf("give %s %d %% of the traffic", p.next, share), func(f *stackfile.File) (*stackfile.File, error) {
			return f.WithTraffic(p.VPC, weights)
		}, []string{p.shift(fmt.Sprintf("--steps %d --commit", share))}, nil); err != nil {
			return err
		}
	}
	return nil
}

// route moves the ownership of VPC Lattice's route, in two updates: the new owner takes the
// service over while the old one still has it, which then lets go.
func (p *plan) route() error {
	l := p.vpc.Lattice
	if l == nil {
		return nil
	}
	if l.Routes == p.old {
		if err := p.add(fmt.Sprintf("let %s take the route of VPC Lattice over from %s", p.next, p.old), func(f *stackfile.File) (*stackfile.File, error) {
			f, err := f.WithLattice(p.VPC, "routes", string(p.next))
			if err != nil {
				return nil, err
			}
			return f.WithLattice(p.VPC, "takeOverFrom", string(p.old))
		}, p.deploy(), []string{"the preview creates " + string(p.next) + "'s route and deletes nothing"}); err != nil {
			return err
		}
	} else if l.TakeOverFrom == "" {
		return nil
	}
	return p.add(fmt.Sprintf("take the route out of %s, which no longer owns it", p.old), func(f *stackfile.File) (*stackfile.File, error) {
		return f.WithLattice(p.VPC, "takeOverFrom", "")
	}, p.deploy(), []string{"callers in the service network are answered before and after"})
}

// letGo switches autoshift of the old colour off, which ARC wants before its configuration
// goes (case Z1).
func (p *plan) letGo() error {
	if p.Keep || !p.wanted.Shifted(p.vpc)[string(p.old)] {
		return nil
	}
	return p.add(fmt.Sprintf("switch %s's autoshift off", p.old), func(f *stackfile.File) (*stackfile.File, error) {
		return f.WithRelaxation(p.VPC, string(p.old), "noAutoshift", "It carries no traffic and is about to go.")
	}, p.deploy(), []string{"the preview updates " + string(p.old) + "'s autoshift configuration alone"})
}

// remove takes the old colour away.
func (p *plan) remove() error {
	if _, stands := p.vpc.Clusters[p.old]; p.Keep || !stands {
		return nil
	}
	return p.add(fmt.Sprintf("take %s away", p.old), func(f *stackfile.File) (*stackfile.File, error) {
		f, err := f.WithTraffic(p.VPC, stackfile.Weights{string(p.next): 100})
		if err != nil {
			return nil, err
		}
		return f.WithoutCluster(p.VPC, string(p.old))
	}, p.deploy(), []string{
		"the preview updates what carries weights; all else are deletions, each of " + string(p.old),
		"until here the way back is: retail shift --stack " + p.Stack + " --vpc " + p.VPC + " --to " + string(p.old) + " --older REASON",
	})
}
