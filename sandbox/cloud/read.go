package cloud

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"reflect"
)

// Read gives a resource's current state, and the inputs a program would have
// to give for it. A Result without ID says that it is gone.
func (w *World) Read(ctx context.Context, s *Session, q Request) (*Result, error) {
	spec, err := w.registry.spec(q.Token)
	if err != nil {
		return nil, err
	}
	c, r, err := w.read(ctx, s, spec, q)
	if err != nil {
		return nil, err
	}
	if r == nil {
		return &Result{}, nil
	}
	if r.Unfinished { // AWS has gone on by itself since the wait for it failed
		c.Verb = "create"
		if _, err := w.settle(ctx, c, r.Inputs, nil); err != nil {
			return nil, err
		}
	}
	return &Result{ID: r.ID, State: c.State, Inputs: w.inputsOf(q, c.State, r.Inputs)}, nil
}

// read makes the AWS call; the record is nil when the resource is gone.
func (w *World) read(ctx context.Context, s *Session, spec *Spec, q Request) (*Call, *Record, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.begin()
	c := w.call(s, "read", spec, q.URN)
	c.ID, c.Inputs = q.ID, Clone(q.Old)
	r := w.get(w.key(spec.Token, s.Account, s.Region, q.ID)).clone()
	_, err := w.perform(ctx, c, spec.API.Read, 0, func() error {
		if r == nil || r.Fading {
			r = nil
			return nil
		}
		c.State, c.Inputs = Clone(r.State), Clone(r.Inputs)
		if spec.Read == nil {
			return nil
		}
		return spec.Read(c)
	})
	c.State = Clone(c.State)
	return c, r, errors.Join(err, w.commit())
}

// inputsOf rebuilds inputs from a state: what the caller gave before at its
// present value, and tags that have changed behind its back. Most other inputs
// that a program leaves out are computed then, and their change is no drift. An
// import gave nothing before; then what the world was given counts.
func (w *World) inputsOf(q Request, state, made Props) Props {
	known, was := Given(q.Old), q.State
	if len(known) == 0 {
		known, was = made, state
	}
	if len(was) == 0 {
		was = state
	}
	out := asGiven(state, known, was).(Props)
	maps.DeleteFunc(out, func(name string, _ any) bool {
		_, given := known[name]
		return !given && name != tagsAll && name != "tags"
	})
	if filled, ok := q.Old[defaultsKey]; ok { // else the next check would take an automatic name for a given one
		out[defaultsKey] = filled
	}
	return out
}

// asGiven is a present value cut to the members that a program gave of an
// object, also of one in a list, and those that have changed since it last looked: what AWS computes
// beside them is no input. Objects in a list are cut one by one as long as the
// list is as long as the program's.
func asGiven(now, given, was any) any {
	if list, ok := now.([]any); ok {
		return listAsGiven(list, given, was)
	}
	object, ok := now.(map[string]any)
	members, had := given.(map[string]any)
	if !ok || !had {
		return cloneValue(now)
	}
	before, _ := was.(map[string]any)
	out := Props{}
	for name, v := range object {
		g, isGiven := members[name]
		if v != nil && (isGiven || !reflect.DeepEqual(v, before[name])) {
			out[name] = asGiven(v, g, before[name])
		}
	}
	return out
}

func listAsGiven(list []any, given, was any) any {
	elements, ok := given.([]any)
	before, had := was.([]any)
	if !ok || !had || len(elements) != len(list) || len(before) != len(list) {
		return cloneValue(list)
	}
	out := make([]any, len(list))
	for i := range list {
		out[i] = asGiven(list[i], elements[i], before[i])
	}
	return out
}

// Invoke answers a data source.
func (w *World) Invoke(ctx context.Context, s *Session, token string, args Props) (Props, error) {
	invoke, err := w.registry.invoke(token)
	if err != nil {
		return nil, err
	}
	if err := w.checkArguments(token, args); err != nil {
		return nil, err
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

// checkArguments finds every broken rule in a data source's arguments.
func (w *World) checkArguments(token string, args Props) error {
	if w.facts == nil {
		return nil
	}
	facts, ok := w.facts.Function(token)
	if !ok {
		return fmt.Errorf("the facts tables do not have %s: add it to sandbox/facts/generate/mapping/%s.yaml and generate",
			token, module(token))
	}
	var errs []error
	for _, v := range facts.Check(args) {
		errs = append(errs, fmt.Errorf("%s: %w", token, v))
	}
	return errors.Join(errs...)
}
