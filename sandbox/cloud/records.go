package cloud

import (
	"maps"
	"sort"
)

// key is a record's place in the world.
type key struct{ account, region, token, id string }

func (r *Record) key() key { return key{r.Account, r.Region, r.Token, r.ID} }

func sortRecords(rs []*Record) { sort.Slice(rs, func(i, j int) bool { return rs[i].less(rs[j]) }) }

func (w *World) key(token, account, region, id string) key {
	return key{account, w.region(token, region), token, id}
}

// region is where a type's records lie: "" for a global service.
func (w *World) region(token, region string) string {
	if s, ok := w.registry.specs[token]; ok && s.Global || globalModules[module(token)] {
		return ""
	}
	return region
}

// change remembers what the running call has changed, to take it back when it
// fails and to save it when it succeeds.
type change struct {
	before map[key]*Record // nil: there was none
	lives  map[string]int  // as they were, of what the call touched
	calls  []*Entry
}

// begin starts a change; the caller holds the lock until commit or rollback.
func (w *World) begin() {
	w.change = &change{before: map[key]*Record{}, lives: map[string]int{}}
}

// rollback takes the change back; log entries stay, since the call was made.
func (w *World) rollback() {
	for k, r := range w.change.before {
		delete(w.records[k.token], k)
		if r != nil {
			w.put(r)
		}
	}
	maps.Copy(w.lives, w.change.lives)
	w.change.before = map[key]*Record{}
}

// commit saves the change.
func (w *World) commit() error {
	if len(w.change.before) > 0 {
		w.tell()
	}
	if w.journal == nil {
		return nil
	}
	out := Changes{Calls: w.change.calls, Lives: map[string]int{}, Meta: w.meta()}
	for who := range w.change.lives {
		out.Lives[who] = w.lives[who]
	}
	for k, before := range w.change.before {
		switch now := w.get(k); {
		case now != nil:
			out.Put = append(out.Put, now)
		case before != nil:
			out.Drop = append(out.Drop, before)
		}
	}
	return w.journal.Append(out)
}

func (w *World) meta() Meta {
	return Meta{Seed: w.seed, Secret: w.secret, Clock: w.clock, Faults: w.faults}
}

func (w *World) put(r *Record) {
	if w.records[r.Token] == nil {
		w.records[r.Token] = map[key]*Record{}
	}
	w.records[r.Token][r.key()] = r
}

// set stores a record as part of the running change.
func (w *World) set(r *Record) {
	w.remember(r.key())
	w.put(r)
}

// unset removes a record as part of the running change.
func (w *World) unset(k key) {
	w.remember(k)
	delete(w.records[k.token], k)
}

func (w *World) remember(k key) {
	if _, done := w.change.before[k]; !done {
		w.change.before[k] = w.get(k)
	}
}
