package shift

import (
	"context"
	"errors"
	"fmt"
	"strings"
)

// takeBack puts the last good weights back: into the file, then into one carrier after
// the other, so that what can be put back is, whatever the state of the rest. It looks
// how the weights then are.
func (m *move) takeBack(ctx context.Context, why string) {
	ctx = context.WithoutCancel(ctx)
	m.report.Why, m.report.RolledBack, m.journal.Why = why, true, why
	m.Say("\n%s: back to %s", why, m.journal.LastGood)
	if err := m.note(RollingBack); err != nil {
		m.report.Notes = append(m.report.Notes, "the journal cannot be written: "+err.Error())
	}
	good := m.journal.LastGood
	diff, err := m.Desired.Write(ctx, good, m.message(good))
	if err != nil {
		m.report.Left = append(m.report.Left, fmt.Sprintf("the file: %v: write traffic: %s by hand", err, good))
	} else if diff != "" {
		m.Say("%s", strings.TrimRight(diff, "\n"))
	}
	switch {
	case err == nil && (m.begun || m.resumed):
		for _, c := range m.Carriers {
			m.restore(ctx, c)
		}
	case err != nil: // an update would put the file's weights in force
		m.report.Left = append(m.report.Left, "what carries the weights, since an update takes them from the file")
	}
	m.verify(ctx)
	if len(m.report.Left) > 0 {
		m.report.Left = append(m.report.Left, fmt.Sprintf("to finish, once the cause is gone: retail shift --stack %s --vpc %s --abort", m.Stack, m.VPC))
		if err := m.note(Stuck); err != nil {
			m.report.Notes = append(m.report.Notes, "the journal cannot be written: "+err.Error())
		}
		return
	}
	m.forget()
	if m.journal.Next == 0 && !m.begun && !m.resumed { // the file is as it was, and nothing else was touched
		m.report.Refused, m.report.RolledBack, m.report.Steps = []string{why}, false, nil
	}
}

// restore puts one carrier back. Its failure is told with the way to do it by hand.
func (m *move) restore(ctx context.Context, c Carrier) {
	update, cancel := context.WithTimeout(ctx, m.Update)
	defer cancel()
	err := m.update(update, func(ctx context.Context) error { return m.Engine.Restore(ctx, c) })
	if err == nil {
		m.Say("%s: %s", c.Name, m.journal.LastGood)
		return
	}
	var l *Locked
	if errors.As(err, &l) {
		err = fmt.Errorf("somebody else is working on the stack (%s)", l.Holders)
	}
	left := fmt.Sprintf("%s: %v", c.Name, err)
	if c.ByHand != nil {
		if command := c.ByHand(m.journal.LastGood); command != "" {
			left += "\n    by hand until then: " + command
		}
	}
	m.report.Left = append(m.report.Left, left)
	m.Say("%s: NOT BACK: %v", c.Name, err)
}

// verify looks whether the last good weights are in force. A carrier that could not be
// updated, though it holds them because the step never reached it, is told all the same:
// Pulumi's state may not know.
func (m *move) verify(ctx context.Context) {
	ctx, cancel := context.WithTimeout(ctx, callTime)
	defer cancel()
	facts, err := m.World.Watch(ctx)
	if err != nil {
		m.report.Notes = append(m.report.Notes, "the weights in force could not be looked at: "+err.Error())
		return
	}
	for _, c := range m.Carriers {
		if live, known := facts.Live[c.Name]; known && !live.Equal(m.journal.LastGood) {
			m.report.Left = append(m.report.Left, fmt.Sprintf("%s holds %s, not %s", c.Name, live, m.journal.LastGood))
		}
	}
}
