package cloud

import (
	"context"
	"errors"
	"fmt"
	"reflect"
)

// Update changes a resource in place, or finishes waiting for one that a
// failure left unfinished. Errors are as Create's.
func (w *World) Update(ctx context.Context, s *Session, q Request) (*Result, error) {
	spec, err := w.registry.spec(q.Token)
	if err != nil {
		return nil, err
	}
	if q.Preview {
		return &Result{ID: q.ID, Inputs: q.Inputs, State: overlay(q.State, q.Old, q.Inputs)}, nil
	}
	c, err := w.update(ctx, s, spec, q)
	if c == nil {
		return nil, err
	}
	return w.settle(ctx, c, q.Inputs, err)
}

// overlay is a state with new inputs in place of the old ones. Objects are
// merged in depth: AWS keeps computed members beside what a program gives (the
// security group that EKS adds to a cluster's vpcConfig).
func overlay(state, old, inputs Props) Props {
	out := Clone(state)
	if out == nil {
		out = Props{}
	}
	for name := range old {
		if _, kept := inputs[name]; !kept {
			delete(out, name)
		}
	}
	for name, v := range inputs {
		inner, isObject := v.(map[string]any)
		if had, ok := out[name].(map[string]any); ok && isObject {
			before, _ := old[name].(map[string]any)
			out[name] = overlay(had, before, inner)
			continue
		}
		out[name] = cloneValue(v)
	}
	return out
}

func (w *World) update(ctx context.Context, s *Session, spec *Spec, q Request) (*Call, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.begin()
	r := w.get(w.key(spec.Token, s.Account, s.Region, q.ID)).clone()
	if r == nil {
		return nil, &Error{Code: "ResourceNotFoundException", Status: 404, Message: fmt.Sprintf(
			"%s %q does not exist in account %s, region %s", spec.Token, q.ID, s.Account, s.Region)}
	}
	c := w.call(s, "update", spec, q.URN)
	c.ID, c.Inputs, c.Old = q.ID, Clone(q.Inputs), r.Inputs
	c.State = overlay(r.State, r.Inputs, q.Inputs)
	changed := changedNames(r.State, c.State)
	if len(changed) == 0 { // nothing for AWS to do: only the wait was missing
		if r.Unfinished {
			c.Verb = "create"
		}
		return c, nil
	}
	c.after(r)
	operation := spec.API.Update
	if onlyTags(changed) && (operation == "" || module(spec.Token) == "vpclattice") {
		operation = tagOperation(spec.Token)
	}
	done, err := w.perform(ctx, c, operation, spec.Latency.Update, func() error { return c.alter(r, changed) })
	err = errors.Join(err, w.commit())
	if !done {
		return nil, err
	}
	return c, err
}

// alter is an update's effect.
func (c *Call) alter(r *Record, changed []string) error {
	if err := c.checkRefs(); err != nil {
		return err
	}
	if c.Spec.Update != nil && !onlyTags(changed) {
		if err := c.Spec.Update(c); err != nil {
			return err
		}
	}
	c.State = Clone(c.State)
	r.Inputs, r.State, r.Unfinished = Clone(c.Inputs), Clone(c.State), c.Spec.Wait != nil
	r.Ready = c.start + c.Spec.Latency.Update
	if by := c.declaredBy(); by != "" {
		r.URN = by
	}
	c.Save(r)
	return nil
}

// changedNames are the top-level properties that differ.
func changedNames(old, now Props) []string {
	var names []string
	for name := range now {
		if !reflect.DeepEqual(old[name], now[name]) {
			names = append(names, name)
		}
	}
	for name := range old {
		if _, kept := now[name]; !kept {
			names = append(names, name)
		}
	}
	return names
}

func onlyTags(names []string) bool {
	for _, name := range names {
		if name != "tags" && name != "tagsAll" {
			return false
		}
	}
	return true
}

// tagOperation is the AWS operation that changes only tags.
func tagOperation(token string) string {
	switch m := module(token); m {
	case "ec2", "ec2transitgateway":
		return "ec2:CreateTags"
	case "vpclattice":
		return "vpc-lattice:TagResource"
	default:
		return m + ":TagResource"
	}
}
