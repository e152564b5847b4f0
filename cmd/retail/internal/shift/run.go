package shift

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"retail/internal/problem"
)

const (
	// patience is how many looks in a row may be bad, or fail, before a step is taken back:
	// a pod that is replaced is no outage, and nobody sees what customers see when nothing
	// can be asked.
	patience = 3
	// callTime bounds what must be done after an interruption and is no update.
	callTime = time.Minute
)

// move is a shift under way.
type move struct {
	Place
	Options
	clock   Clock
	report  *Report
	journal *Journal
	// resumed: a run that is gone may have been at the step; begun: this one has begun an
	// update.
	resumed, begun bool
}

// refusal ends a shift before it has changed anything.
type refusal struct{ reasons []string }

func (r *refusal) Error() string { return strings.Join(r.reasons, "\n") }

func refuse(err error) error {
	r := &refusal{}
	for _, p := range problem.All(err) {
		r.reasons = append(r.reasons, p.Error())
	}
	return r
}

// Do shifts a VPC's traffic. The report tells all; the error is that something could not
// be read before anything was changed.
func Do(ctx context.Context, place Place, clock Clock, o Options) (*Report, error) {
	m := &move{Place: place, Options: o, clock: clock, report: &Report{Stack: place.Stack, VPC: place.VPC, To: o.To, DryRun: o.DryRun, Began: clock.Now()}}
	err := m.do(ctx)
	var no *refusal
	if errors.As(err, &no) {
		m.report.Refused, err = no.reasons, nil
	}
	if err != nil {
		return nil, err
	}
	m.report.Finished = clock.Now()
	if now, readErr := m.Desired.Weights(); readErr == nil {
		m.report.Now = now
	}
	m.report.ExitCode = m.report.Exit()
	return m.report, nil
}

func (m *move) do(ctx context.Context) error {
	if err := m.open(); err != nil {
		return err
	}
	m.report.From, m.report.To = m.journal.From, m.journal.To
	if m.Abort || m.journal.Phase == RollingBack || m.journal.Phase == Stuck {
		why := m.journal.Why
		if why == "" {
			why = "taken back by the operator (--abort)"
		}
		m.takeBack(ctx, why)
		return nil
	}
	if err := m.gates(ctx); err != nil {
		if why := m.harmed(); why != "" {
			m.takeBack(ctx, why)
			return nil
		}
		return m.unfinished(err)
	}
	if m.DryRun {
		return m.rehearse(ctx)
	}
	if !m.resumed { // the phase tells the steps what a killed run may have begun
		if err := m.note(Ready); err != nil {
			return err
		}
	}
	m.steps(ctx)
	return nil
}

// wasAtWork tells whether a run that is gone may have put the next weights in force.
func (m *move) wasAtWork() bool {
	return m.resumed && (m.journal.Phase == Applying || m.journal.Phase == Baking)
}

// harmed tells why the step of a killed run must not stand until somebody decides: what takes
// a step back while it is watched is so now.
func (m *move) harmed() string {
	if !m.wasAtWork() || m.DryRun {
		return ""
	}
	var why []string
	for _, g := range m.report.Gates {
		if slices.Contains([]string{alarmGate, targetGate, smokeGate}, g.Name) {
			why = append(why, g.Problems...)
		}
	}
	return strings.Join(why, "; ")
}

// unfinished says beside an error what a killed run may have left in force.
func (m *move) unfinished(err error) error {
	if !m.wasAtWork() {
		return err
	}
	hint := fmt.Sprintf("%s may be in force: --resume once that is mended, or --abort now", m.journal.Wanted())
	var r *refusal
	if errors.As(err, &r) {
		m.report.Notes = append(m.report.Notes, hint)
		return err
	}
	return fmt.Errorf("%w\n%s", err, hint)
}

// open finds the shift that is to be gone on with, or plans one.
func (m *move) open() error {
	found, err := m.Journals.Load()
	if err != nil {
		return err
	}
	var list problem.List
	switch again := m.Resume || m.Abort; {
	case found == nil && again:
		list.Add("journal", "there must be a shift that did not come to its end", nil, "begin one without --resume and --abort")
		return refuse(list.Err())
	case found != nil && !again:
		list.Add("journal", "a shift must come to its end before the next one: "+found.String(), nil, "go on with it by --resume, or take it back by --abort")
		return refuse(list.Err())
	case found != nil:
		return m.reopen(found)
	}
	now, err := m.Desired.Weights()
	if err != nil {
		return err
	}
	steps, err := Plan(m.VPC, now, m.To, m.Shares)
	if err != nil {
		return refuse(err)
	}
	m.journal = &Journal{Stack: m.Stack, VPC: m.VPC, To: m.To, From: now, Steps: steps, LastGood: now, Phase: Ready, Began: m.clock.Now()}
	return nil
}

// reopen takes a shift up whose process is gone. The file must hold weights of it.
func (m *move) reopen(found *Journal) error {
	m.journal, m.resumed = found, true
	m.Say("%s", found)
	var list problem.List
	if m.To != "" && m.To != found.To {
		list.Add("--to", "must be the colour of the shift that did not come to its end, "+found.To, m.To, "leave --to out")
	}
	now, err := m.Desired.Weights()
	if err != nil {
		return err
	}
	if !now.Equal(found.LastGood) && !now.Equal(found.Wanted()) {
		list.Add("traffic", fmt.Sprintf("must be %s or %s, as the shift left it", found.LastGood, found.Wanted()), now,
			"somebody changed the file since: put it right by hand, or remove the journal if the weights are as they should be")
	}
	if err := list.Err(); err != nil {
		return refuse(err)
	}
	return nil
}

// note writes the journal.
func (m *move) note(phase Phase) error {
	m.journal.Phase, m.journal.Changed = phase, m.clock.Now()
	return m.Journals.Save(m.journal)
}

// gates asks everything that is asked once, before the first step.
func (m *move) gates(ctx context.Context) error {
	drift, err := m.Engine.Drift(ctx)
	if err != nil {
		return locked(err)
	}
	facts, err := m.World.Inspect(ctx)
	if err != nil {
		return err
	}
	if m.journal.Full == nil {
		m.journal.Full = facts.Full()
	}
	gates := append([]Gate{driftGate(drift, m.Carriers, m.resumed)}, Judge(facts, m.Older)...)
	gates = append(gates, targets(facts.To, m.journal.Full, m.share()))
	answers, err := m.ask(ctx)
	if err != nil {
		return err
	}
	gates = append(gates, smoke(answers, m.NoSmoke))
	m.report.Gates = gates
	return m.shut(gates)
}

// ask sends the smoke requests, unless told not to.
func (m *move) ask(ctx context.Context) ([]Answer, error) {
	if m.NoSmoke != "" {
		return nil, nil
	}
	return m.World.Smoke(ctx)
}

// shut says how gates are, and refuses when one is shut.
func (m *move) shut(gates []Gate) error {
	r := &refusal{}
	for _, g := range gates {
		state := "ok"
		if !g.Open() {
			state = "SHUT"
		}
		m.Say("  %-16s %-5s %s", g.Name, state, g.Detail)
		r.reasons = append(r.reasons, g.Problems...)
	}
	if len(r.reasons) > 0 {
		return r
	}
	return nil
}

// share is the target colour's after the next step.
func (m *move) share() int { return m.journal.Wanted()[m.journal.To] }
