package shift

import (
	"context"
	"errors"
	"slices"
	"strings"

	"retail/internal/problem"
)

// rehearse previews every step from a copy of the file.
func (m *move) rehearse(ctx context.Context) error {
	for _, w := range m.journal.Steps {
		step := &Step{Weights: w}
		m.report.Steps = append(m.report.Steps, step)
		m.Say("\n%s", w)
		if err := m.preview(ctx, step, false); err != nil {
			return err
		}
	}
	return nil
}

// preview shows a step's difference and what it would do, and refuses all but weights.
func (m *move) preview(ctx context.Context, step *Step, mayStand bool) error {
	path, diff, remove, err := m.Desired.Trial(step.Weights)
	if err != nil {
		return err
	}
	defer remove()
	m.Say("%s", strings.TrimRight(diff, "\n"))
	changes, err := m.Engine.Preview(ctx, path)
	if err != nil {
		return locked(err)
	}
	step.Changes = changes
	if err := OnlyWeights(changes, m.Carriers, mayStand); err != nil {
		return refuse(err)
	}
	names := []string{}
	for _, c := range changes {
		names = append(names, short(c.URN))
	}
	slices.Sort(names)
	m.Say("preview: %d to update: %s", len(changes), strings.Join(names, ", "))
	return nil
}

// locked makes a refusal of the stack's lock, which is no fault of anything asked.
func locked(err error) error {
	var l *Locked
	if !errors.As(err, &l) {
		return err
	}
	remedy := "wait until they have ended"
	if l.Gone {
		remedy = "their process is gone: look what it left undone with pulumi preview --refresh, after pulumi cancel"
	}
	var list problem.List
	list.Add("lock", "nobody else may be working on the stack", l.Holders,
		remedy)
	return refuse(list.Err())
}

// update does an update of the stack. A lock that a killed update of this shift has left
// behind is taken away.
func (m *move) update(ctx context.Context, do func(context.Context) error) error {
	err := do(ctx)
	var l *Locked
	if errors.As(err, &l) && l.Gone && (m.resumed || m.begun) {
		m.Say("the stack's lock is of an update that is gone, and is released: %s", l.Holders)
		if err := m.Engine.Release(ctx); err != nil {
			return err
		}
		err = do(ctx)
	}
	if !errors.As(err, &l) {
		m.begun = true
	}
	return err
}
