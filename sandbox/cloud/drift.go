package cloud

import (
	"fmt"
	"maps"
	"strconv"
	"strings"
)

// SetProperty changes a record's state behind Pulumi's back, as a hand in the
// console would. The record is named by ID or by the end of its URN; a nil
// value removes the property.
func (w *World) SetProperty(name, path string, value any) error {
	return w.byHand(name, func(r *Record) error {
		before, tagged := Clone(r.State), root(path) == "tags"
		if !assign(r.State, steps(path), cloneValue(value)) {
			return fmt.Errorf("%s %q: there is no place for %q in its state", r.Token, r.ID, path)
		}
		if tagged {
			r.State[tagsAll] = retagged(before, r.State["tags"])
		}
		w.set(r)
		return nil
	})
}

// retagged is tagsAll after a change of the resource's own tags.
func retagged(before Props, now any) Props {
	all, _ := cloneValue(before[tagsAll]).(Props)
	own, _ := before["tags"].(Props)
	changed, _ := now.(Props)
	if all == nil {
		all = Props{}
	}
	for name := range own {
		delete(all, name)
	}
	maps.Copy(all, changed)
	return all
}

// RemoveByHand deletes a record behind Pulumi's back, with what AWS made for
// it. What others hold is refused by AWS here too.
func (w *World) RemoveByHand(name string) error {
	return w.byHand(name, func(r *Record) error {
		c := w.call(&Session{Account: r.Account, Region: r.Region}, "delete", w.registry.specs[r.Token], "")
		c.ID, c.Inputs, c.Old, c.State = r.ID, r.Inputs, r.Inputs, r.State
		return c.take(r)
	})
}

func (w *World) byHand(name string, change func(*Record) error) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	found := w.named(name)
	if len(found) != 1 {
		return fmt.Errorf("%d resources are named %q, must be one: give an ID or the end of a URN", len(found), name)
	}
	w.begin()
	if err := change(found[0]); err != nil {
		w.rollback()
		return err
	}
	return w.commit()
}

// named are the records of an ID, of a line of the snapshot, or whose URN ends
// in the name: the logical name ("main-endpoints") or, where several types bear
// it, the type and the name ("aws:ec2/subnet:Subnet::main-private-euw1-az1").
func (w *World) named(name string) []*Record {
	var out []*Record
	for token := range w.records {
		out = append(out, w.list(token, func(r *Record) bool {
			return r.ID == name || r.Line() == name || r.URN == name || strings.HasSuffix(r.URN, "::"+name) || strings.HasSuffix(r.URN, "$"+name)
		})...)
	}
	sortRecords(out)
	return out
}

// MadeBy are the IDs of the records that a URN has made.
func (w *World) MadeBy(urn string) []string {
	w.mu.Lock()
	defer w.mu.Unlock()
	var ids []string
	for _, r := range w.named(urn) {
		if r.URN == urn {
			ids = append(ids, r.ID)
		}
	}
	return ids
}

// assign sets the value at a path and tells whether there was a place for it.
func assign(at any, path []string, value any) bool {
	if len(path) == 0 {
		return false
	}
	switch v := at.(type) {
	case map[string]any:
		if len(path) > 1 {
			return assign(v[path[0]], path[1:], value)
		}
		if v[path[0]] = value; value == nil {
			delete(v, path[0])
		}
		return true
	case []any:
		n, err := strconv.Atoi(path[0])
		if err != nil || n < 0 || n >= len(v) {
			return false
		}
		if len(path) > 1 {
			return assign(v[n], path[1:], value)
		}
		v[n] = value
		return true
	}
	return false
}
