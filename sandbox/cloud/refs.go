package cloud

import (
	"errors"
	"fmt"
	"slices"
	"time"
)

// checkRefs finds what a call's inputs name and does not exist, all at once.
func (c *Call) checkRefs() error {
	var errs []error
	for _, ref := range c.Spec.Refs {
		values, paths := All(c.Inputs, ref.Path)
		for i, v := range values {
			value, ok := v.(string)
			if !ok || value == "" || ref.Loose != nil && ref.Loose(value) || c.target(ref, value) != nil {
				continue
			}
			errs = append(errs, &Error{Code: ref.notFound(), Message: fmt.Sprintf(
				"%s: %q does not exist in account %s, region %s", paths[i], value, c.Account, c.Region)})
		}
	}
	return errors.Join(errs...)
}

func (r Ref) notFound() string {
	if r.NotFound == "" {
		return "ResourceNotFoundException"
	}
	return r.NotFound
}

// target is the record that a reference's value names; nil when there is none.
func (c *Call) target(ref Ref, value string) *Record {
	for _, token := range ref.To {
		var r *Record
		switch {
		case ref.Shared:
			r = c.Shared(token, ref.by(), value)
		default:
			r = c.GetBy(token, ref.by(), value)
		}
		if r != nil {
			return r
		}
	}
	return nil
}

func (r Ref) by() string {
	if r.By == "" {
		return "id"
	}
	return r.By
}

// checkHeld refuses to delete what others still name, as AWS does. What AWS
// made for the record itself does not hold it.
func (w *World) checkHeld(target *Record) error {
	if holders := w.holders(target); len(holders) > 0 {
		holder := holders[0]
		return &Error{Code: holder.code, Message: fmt.Sprintf(
			"%s %q has a dependent object: %s %q (%s) still names it and must be deleted first",
			target.Token, target.ID, holder.record.Token, holder.record.ID, holder.path)}
	}
	return nil
}

type holder struct {
	record     *Record
	code, path string
}

// holders are the records whose Holds references name a target, in order.
func (w *World) holders(target *Record) []holder {
	var out []holder
	for _, spec := range w.registry.Specs() {
		for _, ref := range spec.Refs {
			if ref.Holds == "" || !slices.Contains(ref.To, target.Token) {
				continue
			}
			value := target.value(ref.by())
			for _, r := range w.list(spec.Token, func(r *Record) bool { return !r.Fading && r.near(target, ref.Shared) }) {
				if r.key() == target.key() || r.Owner == target.ID {
					continue
				}
				if path, names := r.names(ref, value); names {
					out = append(out, holder{r, ref.Holds, path})
				}
			}
		}
	}
	return out
}

// near tells whether a reference of this record can reach the target.
func (r *Record) near(target *Record, shared bool) bool {
	region := r.Region == target.Region || target.Region == "" || r.Region == ""
	return region && (shared || r.Account == target.Account)
}

// names tells whether the record's current state holds a value at a reference.
func (r *Record) names(ref Ref, value string) (string, bool) {
	values, paths := All(r.State, ref.Path)
	for i, v := range values {
		if v == value {
			return paths[i], true
		}
	}
	return "", false
}

// after settles when the call starts on the virtual clock: not before what it
// names is ready, nor, for a delete, before its last dependent has let go.
func (c *Call) after(own *Record) {
	for _, ref := range c.Spec.Refs {
		values, _ := All(c.Inputs, ref.Path)
		for _, v := range values {
			value, _ := v.(string)
			if target := c.target(ref, value); target != nil {
				c.start = max(c.start, target.Ready)
			}
		}
	}
	if own != nil {
		c.start = max(c.start, own.Ready, own.Released)
	}
}

// release tells the records that a deleted one named when it let them go.
func (c *Call) release(gone *Record, end time.Duration) {
	for _, ref := range c.Spec.Refs {
		values, _ := All(gone.State, ref.Path)
		for _, v := range values {
			value, _ := v.(string)
			if target := c.target(ref, value); target != nil && target.Released < end {
				target.Released = end
				c.Save(target)
			}
		}
	}
}
