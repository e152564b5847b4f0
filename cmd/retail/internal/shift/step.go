package shift

import (
	"context"
	"fmt"
	"strings"
	"time"

	"retail/cmd/retail/internal/drill/readiness"
)

// steps takes the steps that are left, until the last or until one goes wrong.
func (m *move) steps(ctx context.Context) {
	for m.journal.Next < len(m.journal.Steps) {
		step := &Step{Weights: m.journal.Wanted()}
		m.report.Steps = append(m.report.Steps, step)
		m.Say("\nstep %d of %d: %s", m.journal.Next+1, len(m.journal.Steps), step.Weights)
		began := m.journal.Phase
		if why := m.before(ctx, step); why != "" {
			m.stop(ctx, began, why)
			return
		}
		if why := m.step(ctx, step); why != "" {
			m.interrupted(ctx)
			m.takeBack(ctx, why)
			return
		}
		step.Good = true
		m.journal.LastGood, m.resumed = step.Weights, false
		m.journal.Next++
		if err := m.note(Ready); err != nil {
			m.report.Notes = append(m.report.Notes, "the journal cannot be written: "+err.Error())
		}
	}
	m.report.Done = true
	m.forget()
}

// forget removes the journal of a shift that needs none any more.
func (m *move) forget() {
	if err := m.Journals.Remove(); err != nil {
		m.report.Notes = append(m.report.Notes, "the journal cannot be removed: "+err.Error())
	}
}

// stop ends a shift between two steps: nothing is changed since the last good one, unless
// a run that was killed was at this step already.
func (m *move) stop(ctx context.Context, began Phase, why string) {
	m.interrupted(ctx)
	if began != Ready {
		m.takeBack(ctx, why)
		return
	}
	m.report.Why = why
	m.report.Steps = m.report.Steps[:len(m.report.Steps)-1]
	m.forget()
}

func (m *move) interrupted(ctx context.Context) {
	if ctx.Err() != nil {
		m.report.Interrupted = true
		m.Interrupted()
	}
}

// before asks once more, since the last step may have taken long, and waits for targets
// that a share of the traffic needs. It tells what stands against the step.
func (m *move) before(ctx context.Context, step *Step) string {
	until := m.clock.Now().Add(m.Settle)
	for {
		facts, err := m.World.Watch(ctx)
		if err != nil {
			return "cannot look: " + err.Error()
		}
		quiet, enough := alarms(facts.Alarms), targets(facts.To, m.journal.Full, m.share())
		step.Gates = []Gate{quiet, enough}
		if !quiet.Open() {
			return strings.Join(quiet.Problems, "; ")
		}
		if enough.Open() {
			break
		}
		if !m.clock.Now().Before(until) {
			return fmt.Sprintf("after %s: %s", m.Settle, strings.Join(enough.Problems, "; "))
		}
		m.Say("waiting for targets: %s", enough.Detail)
		if !m.wait(ctx, m.Every) {
			return "interrupted"
		}
	}
	if m.journal.Next > 0 || m.resumed { // the first step's were just asked
		answers, err := m.ask(ctx)
		if err != nil {
			return "cannot send smoke requests: " + err.Error()
		}
		g := smoke(answers, m.NoSmoke)
		step.Gates = append(step.Gates, g)
		if !g.Open() {
			return strings.Join(g.Problems, "; ")
		}
	}
	if err := m.preview(ctx, step, m.resumed); err != nil {
		if ctx.Err() != nil {
			return "interrupted"
		}
		return err.Error()
	}
	return ""
}

// step changes the weights and watches. It tells why the step must be taken back, or
// nothing.
func (m *move) step(ctx context.Context, step *Step) string {
	if ctx.Err() != nil {
		return "interrupted"
	}
	if err := m.note(Applying); err != nil {
		return "the journal cannot be written: " + err.Error()
	}
	if _, err := m.Desired.Write(ctx, step.Weights, m.message(step.Weights)); err != nil {
		return "the file cannot be written: " + err.Error()
	}
	began := m.clock.Now()
	// An update is not cut short by an interruption: it takes seconds, and would leave
	// behind what nobody knows. A terminal's Ctrl-C reaches Pulumi by itself.
	update, cancel := context.WithTimeout(context.WithoutCancel(ctx), m.Update)
	err := m.update(update, m.Engine.Up)
	late := update.Err() != nil
	cancel()
	step.Updated = m.clock.Now().Sub(began)
	switch {
	case ctx.Err() != nil:
		return "interrupted"
	case late:
		return fmt.Sprintf("the update took longer than %s", m.Update)
	case err != nil:
		return "the update failed: " + err.Error()
	}
	if err := m.note(Baking); err != nil {
		return "the journal cannot be written: " + err.Error()
	}
	m.Say("updated in %s; watching for %s", step.Updated.Round(time.Second), m.Bake)
	return m.bake(ctx, step)
}

// message is that of a commit.
func (m *move) message(w Weights) string {
	return fmt.Sprintf("Send %s %s's traffic to %s", m.Stack, m.VPC, w)
}

// bake watches until the time is over; it tells what ended it before.
func (m *move) bake(ctx context.Context, step *Step) string {
	began, bad := m.clock.Now(), 0
	defer func() { step.Baked = m.clock.Now().Sub(began) }()
	for {
		facts, err := m.World.Watch(ctx)
		elapsed := m.clock.Now().Sub(began)
		switch {
		case ctx.Err() != nil:
			return "interrupted"
		case err != nil:
			bad++
			m.Say("+%s  cannot look: %v", elapsed.Round(time.Second), err)
			if bad >= patience {
				return fmt.Sprintf("%d looks in a row failed: %v", bad, err)
			}
		default:
			step.saw(facts.To)
			why, patient := m.judge(facts, step.Weights, elapsed)
			m.Say("+%s  %s", elapsed.Round(time.Second), line(facts))
			if bad++; why == "" {
				bad = 0
			}
			if why != "" && (!patient || bad >= patience) {
				return why
			}
		}
		if elapsed >= m.Bake {
			if bad > 0 {
				return "the time is over, and the last look was not good"
			}
			return ""
		}
		if !m.wait(ctx, min(m.Every, m.Bake-elapsed)) {
			return "interrupted"
		}
	}
}

// judge tells what is wrong, and whether it may be so for a few looks.
func (m *move) judge(f Facts, wanted Weights, elapsed time.Duration) (why string, patient bool) {
	for _, a := range f.Alarms {
		if a.State == readiness.Red || a.State == readiness.Missing {
			return fmt.Sprintf("alarm %s is %s", a.Name, a.State), false
		}
	}
	for _, c := range m.Carriers {
		if live, known := f.Live[c.Name]; known && !live.Equal(wanted) {
			return fmt.Sprintf("%s holds %s, not %s", c.Name, live, wanted), elapsed < m.Settle
		}
	}
	for _, c := range []Colour{f.To, f.From} {
		for _, kind := range c.kinds() {
			if wanted[c.Name] > 0 && c.healthy(kind) == 0 {
				return fmt.Sprintf("no target of %s in the %s is healthy", c.Name, kind), false
			}
		}
	}
	if g := targets(f.To, m.journal.Full, wanted[f.To.Name]); !g.Open() {
		return strings.Join(g.Problems, "; "), true
	}
	return "", true
}

// line is a look in one line.
func line(f Facts) string {
	var parts []string
	for _, c := range []Colour{f.To, f.From} {
		for _, g := range c.Groups {
			parts = append(parts, fmt.Sprintf("%s %s %d/%d healthy", c.Name, g.Kind, g.Healthy, g.Total))
		}
	}
	red := 0
	for _, a := range f.Alarms {
		if a.State == readiness.Red || a.State == readiness.Missing {
			red++
			parts = append(parts, "alarm "+a.Name+" "+a.State)
		}
	}
	return strings.Join(append(parts, fmt.Sprintf("%d of %d alarms quiet", len(f.Alarms)-red, len(f.Alarms))), "; ")
}

// wait sleeps; false when the context ended before.
func (m *move) wait(ctx context.Context, lasts time.Duration) bool {
	select {
	case <-ctx.Done():
		return false
	case <-m.clock.After(lasts):
		return true
	}
}
