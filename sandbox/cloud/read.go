package cloud

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"slices"
)

// Read gives a resource's current state, and the inputs a program would have
// to give for it. A Result without ID says that it is gone.
func (w *World) Read(ctx context.Context, s *Session, q Request) (*Result, error) {
	spec, err := w.registry.spec(q.Token)
	if err != nil {
		return nil, err
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	w.begin()
	c := w.call(s, "read", spec, q.URN)
	c.ID, c.Inputs = q.ID, Clone(q.Old)
	r := w.get(w.key(spec.Token, s.Account, s.Region, q.ID)).clone()
	_, err = w.perform(ctx, c, spec.API.Read, 0, func() error {
		if r == nil {
			return nil
		}
		c.State, c.Inputs = Clone(r.State), Clone(r.Inputs)
		if spec.Read == nil {
			return nil
		}
		return spec.Read(c)
	})
	if err = errors.Join(err, w.commit()); err != nil {
		return nil, err
	}
	if r == nil {
		return &Result{}, nil
	}
	c.State = Clone(c.State)
	return &Result{ID: r.ID, State: c.State, Inputs: w.inputsOf(q, c.State, r.Inputs)}, nil
}

// inputsOf rebuilds inputs from a state: what the caller gave before at its
// present value, and what has changed behind its back. An import gave nothing
// before; then every input counts that the world was given.
func (w *World) inputsOf(q Request, state, made Props) Props {
	known := q.Old
	if known == nil {
		known = made
	}
	out := Props{}
	for name := range known {
		if v, ok := state[name]; ok && v != nil {
			out[name] = cloneValue(v)
		}
	}
	facts, ok := w.facts.Type(q.Token)
	if !ok || q.State == nil {
		return out
	}
	for _, name := range changedNames(q.State, state) {
		if v, ok := state[name]; ok && v != nil && slices.Contains(facts.Inputs(), name) && !reflect.DeepEqual(v, q.State[name]) {
			out[name] = cloneValue(v)
		}
	}
	return out
}

// Invoke answers a data source.
func (w *World) Invoke(ctx context.Context, s *Session, token string, args Props) (Props, error) {
	invoke, err := w.registry.invoke(token)
	if err != nil {
		return nil, err
	}
	if facts, ok := w.facts.Function(token); ok {
		var errs []error
		for _, v := range facts.Check(args) {
			errs = append(errs, &PropertyError{Path: v.Path, Reason: v.Reason})
		}
		if err := errors.Join(errs...); err != nil {
			return nil, fmt.Errorf("%s: %w", token, err)
		}
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	w.begin()
	c := w.call(s, "invoke", nil, "")
	c.invokeToken, c.Inputs = token, Clone(args)
	var out Props
	_, err = w.perform(ctx, c, invoke.API, 0, func() (err error) {
		out, err = invoke.Do(c)
		return err
	})
	return Clone(out), errors.Join(err, w.commit())
}
