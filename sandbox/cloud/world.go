package cloud

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"maps"
	"sync"
	"time"
)

// Epoch is where every world's virtual clock starts.
var Epoch = time.Date(2026, time.January, 5, 8, 0, 0, 0, time.UTC)

// World is the simulated AWS: all accounts and regions, the virtual clock, the
// call log and the faults that wait to strike. It is safe for concurrent use.
type World struct {
	mu       sync.Mutex
	registry *Registry
	facts    Facts
	org      *Organisation
	journal  Journal
	seed     string
	secret   string                     // signs cluster tokens
	records  map[string]map[key]*Record // by token
	lives    map[string]int             // successful calls by verb and URN, for identifiers
	calls    []*Entry
	faults   []*Fault
	clock    time.Duration // latest virtual end of any call
	change   *change       // what the running call has changed
	watchers map[*watcher]bool
	wall     func() time.Time
}

// Options of a world; the zero value is an empty world in memory.
type Options struct {
	// Registry of what is simulated; nil: nothing.
	Registry *Registry
	// Facts tables; nil: none, so that only the Specs' own rules hold.
	Facts Facts
	// Organisation of accounts and roles; nil: DefaultOrganisation.
	Organisation *Organisation
	// Seed of identifiers and names; empty: "retail".
	Seed string
	// Journal receives every change; nil: none, the world dies with the process.
	Journal Journal
	// Wall is the clock on the wall, for what ends while nobody calls AWS (a zonal
	// shift's expiry); nil: time.Now.
	Wall func() time.Time
}

// Journal makes a world outlast its process.
type Journal interface {
	// Load gives back all that was saved, nil when there is nothing yet.
	Load() (*Saved, error)
	// Append saves what one call changed, all or nothing.
	Append(Changes) error
}

// Saved is a world at rest.
type Saved struct {
	Records []*Record
	Calls   []*Entry
	Lives   map[string]int
	Meta    Meta
}

// Changes are the effect of one call on the world.
type Changes struct {
	Put, Drop []*Record
	Calls     []*Entry
	Lives     map[string]int // only those that changed
	Meta      Meta
}

// Meta is what a world holds beside records and calls.
type Meta struct {
	Seed   string        `json:"seed"`
	Secret string        `json:"secret"`
	Clock  time.Duration `json:"clock"`
	Faults []*Fault      `json:"faults"`
}

// NewWorld makes a world, or wakes the one that its journal holds.
func NewWorld(o Options) (*World, error) {
	w := &World{
		registry: o.Registry, facts: o.Facts, org: o.Organisation, seed: o.Seed, journal: o.Journal,
		records: map[string]map[key]*Record{}, lives: map[string]int{},
	}
	if w.registry == nil {
		w.registry = NewRegistry()
	}
	if err := errors.Join(w.registry.twice...); err != nil {
		return nil, err
	}
	if w.org == nil {
		w.org = DefaultOrganisation()
	}
	if w.seed == "" {
		w.seed = "retail"
	}
	if w.wall = o.Wall; w.wall == nil {
		w.wall = time.Now
	}
	w.secret = rand.Text()
	if w.journal == nil {
		return w, nil
	}
	saved, err := w.journal.Load()
	if err != nil || saved == nil {
		return w, err
	}
	for _, r := range saved.Records {
		w.put(r)
	}
	w.calls, w.faults, w.clock = saved.Calls, saved.Meta.Faults, saved.Meta.Clock
	w.seed, w.secret = saved.Meta.Seed, saved.Meta.Secret
	maps.Copy(w.lives, saved.Lives)
	return w, nil
}

// Registry is what the world simulates.
func (w *World) Registry() *Registry { return w.registry }

// Organisation is the world's accounts and roles.
func (w *World) Organisation() *Organisation { return w.org }

// Now is the virtual clock: the latest end of any call.
func (w *World) Now() time.Time {
	w.mu.Lock()
	defer w.mu.Unlock()
	return Epoch.Add(w.clock)
}

// Records are copies of all records, in order of account, region, token, ID.
func (w *World) Records() []*Record {
	w.mu.Lock()
	defer w.mu.Unlock()
	var out []*Record
	for token := range w.records {
		out = append(out, w.list(token, func(*Record) bool { return true })...)
	}
	sortRecords(out)
	return out
}

// View runs a reading function under the lock, as a call of the given account
// and region would see the world. What it changes is taken back.
func (w *World) View(account, region string, f func(*Call) error) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.begin()
	defer w.rollback()
	c := w.call(&Session{Account: account, Region: region}, "invoke", nil, "")
	return f(c)
}

// Change runs a function under the lock and keeps what it changes, unless it fails:
// what AWS's own services do to an account, such as scaling a group.
func (w *World) Change(account, region, who string, f func(*Call) error) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.begin()
	c := w.call(&Session{Account: account, Region: region}, "update", nil, who)
	if err := f(c); err != nil {
		w.rollback()
		return err
	}
	return w.commit()
}

// call starts a Call in the state its verb expects.
func (w *World) call(s *Session, verb string, spec *Spec, urn string) *Call {
	if verb != "read" && verb != "check" { // those make no identifiers
		who := verb + "|" + urn
		w.change.lives[who] = w.lives[who]
		w.lives[who]++
	}
	return &Call{
		Account: s.Account, Region: s.Region, Partition: "aws", Principal: s.Principal, DefaultTags: s.DefaultTags,
		Verb: verb, Spec: spec, URN: urn, world: w, actor: s.actor, start: max(s.started, 0),
	}
}

// Session is a caller: one configured provider instance, or one role session.
type Session struct {
	Account, Region string
	Principal       string // ARN of the role session
	DefaultTags     map[string]string

	started time.Duration
	actor   *Actor // nil unless a controller calls
}

// Begin sets the session's place on the virtual clock: nothing it calls starts
// earlier than what has ended by now.
func (w *World) Begin(s *Session) *Session {
	w.mu.Lock()
	defer w.mu.Unlock()
	s.started = w.clock
	return s
}

// wait runs what pulumi-aws waits for, without the lock, then stores its end.
func (w *World) wait(ctx context.Context, c *Call) error {
	if c.Spec.Wait == nil {
		return nil
	}
	finish, err := c.Spec.Wait(ctx, c)
	if err != nil {
		return fmt.Errorf("waiting for %s: %w", c.Spec.Token, err)
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	w.begin()
	if finish != nil {
		if err := finish(); err != nil {
			w.rollback()
			return err
		}
	}
	if c.Verb != "delete" {
		w.finished(c)
	}
	return w.commit()
}

// finished stores the state a wait ended with.
func (w *World) finished(c *Call) {
	if r := w.get(w.key(c.Spec.Token, c.Account, c.Region, c.ID)).clone(); r != nil {
		r.State, r.Unfinished = Clone(c.State), false
		w.set(r)
	}
}
