package cloud

import (
	"context"
	"fmt"
	"path"
	"time"
)

// When a fault strikes, relative to the call's effect.
const (
	Before = "before" // AWS refuses or is not reached: nothing happens
	After  = "after"  // AWS did it, but the caller does not learn of it
)

// Kinds of fault.
const (
	KindError    = "error"    // the call fails with Code and Message
	KindTimeout  = "timeout"  // the call fails as a request that timed out
	KindThrottle = "throttle" // the AWS SDK is throttled Retries times
	KindHold     = "hold"     // the call does not answer until its caller has gone
	KindLost     = "lost"     // AWS did it, its answer is lost, and the AWS SDK asks again
)

// MaxAttempts is how often the AWS SDK tries a throttled call, as
// terraform-provider-aws sets it by default (max_retries 25).
const MaxAttempts = 25

// Fault waits to strike calls.
type Fault struct {
	ID int `json:"id"`
	// Operation is a pattern over "service:Operation" ("ec2:*"); empty: every
	// call that writes.
	Operation string `json:"operation,omitempty"`
	Account   string `json:"account,omitempty"` // empty: any
	// URN of the resource whose calls alone are struck; empty: any.
	URN string `json:"urn,omitempty"`
	// Nth matching call, counted from when the fault was added; 0 is 1.
	Nth int `json:"nth,omitempty"`
	// Times it strikes, from the n-th call on; 0 is 1, -1 is for ever.
	Times int `json:"times,omitempty"`
	// When is Before (default) or After.
	When string `json:"when,omitempty"`
	// Kind is KindError by default.
	Kind string `json:"kind,omitempty"`
	// Code and Message of the error; by default ServiceUnavailable.
	Code    string `json:"code,omitempty"`
	Message string `json:"message,omitempty"`
	// Retries of KindThrottle before the call passes; above MaxAttempts it
	// fails.
	Retries int `json:"retries,omitempty"`

	Seen   int `json:"seen"`   // matching calls so far
	Struck int `json:"struck"` // of them, how many it has hit
}

// AddFault arms a fault and gives it its ID.
func (w *World) AddFault(f Fault) (Fault, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if err := f.complete(); err != nil {
		return f, err
	}
	f.ID = 1
	for _, other := range w.faults {
		f.ID = max(f.ID, other.ID+1)
	}
	w.faults = append(w.faults, &f)
	w.begin()
	return f, w.commit()
}

func (f *Fault) complete() error {
	f.Nth = max(f.Nth, 1)
	if f.Times == 0 {
		f.Times = 1
	}
	if f.When == "" {
		f.When = Before
		if f.Kind == KindLost {
			f.When = After
		}
	}
	if f.Kind == "" {
		f.Kind = KindError
	}
	if f.When != Before && f.When != After {
		return fmt.Errorf("fault: when is %q, must be %s or %s", f.When, Before, After)
	}
	if _, err := path.Match(f.Operation, ""); err != nil {
		return fmt.Errorf("fault: operation %q: %w", f.Operation, err)
	}
	switch f.Kind {
	case KindError:
		if f.Code == "" {
			f.Code, f.Message = "ServiceUnavailable", "The request has failed due to a temporary failure of the server."
		}
	case KindThrottle:
		if f.Retries == 0 {
			f.Retries = 3
		}
	case KindLost:
		if f.When != After {
			return fmt.Errorf("fault: an answer can be lost only %s the call's effect, not %s", After, f.When)
		}
	case KindTimeout, KindHold:
	default:
		return fmt.Errorf("fault: kind is %q, must be error, timeout, throttle, hold or lost", f.Kind)
	}
	return nil
}

// Faults are the armed faults, in the order they were added.
func (w *World) Faults() []Fault {
	w.mu.Lock()
	defer w.mu.Unlock()
	out := []Fault{}
	for _, f := range w.faults {
		out = append(out, *f)
	}
	return out
}

// ClearFaults disarms every fault.
func (w *World) ClearFaults() error {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.faults = nil
	w.begin()
	return w.commit()
}

// strike counts a call against every fault and gives the first that hits it.
func (w *World) strike(e *Entry) *Fault {
	var hit *Fault
	for _, f := range w.faults {
		if !f.matches(e) {
			continue
		}
		f.Seen++
		due := f.Seen >= f.Nth && (f.Times < 0 || f.Seen < f.Nth+f.Times)
		if due && hit == nil {
			f.Struck++
			hit = f
		}
	}
	return hit
}

func (f *Fault) matches(e *Entry) bool {
	if f.Account != "" && f.Account != e.Account || f.URN != "" && f.URN != e.URN {
		return false
	}
	if f.Operation == "" {
		return e.Writes()
	}
	ok, _ := path.Match(f.Operation, e.Operation)
	return ok
}

// suffer is what a fault does to a call: nil when the call goes on.
func (w *World) suffer(ctx context.Context, f *Fault, e *Entry) error {
	switch f.Kind {
	case KindThrottle:
		return w.throttle(f, e)
	case KindTimeout:
		return &Error{Code: "RequestTimeout", Message: fmt.Sprintf("%s: request sent, no response received in time", e.Operation)}
	case KindHold:
		w.hold(ctx, e)
		return &Error{Code: "RequestCanceled", Message: fmt.Sprintf("%s: request context cancelled", e.Operation)}
	}
	return &Error{Code: f.Code, Message: f.Message}
}

// throttle models the SDK's retries with exponential back-off, at most 20 s
// apart, as the AWS SDK for Go does.
func (w *World) throttle(f *Fault, e *Entry) error {
	for i := range min(f.Retries, MaxAttempts) {
		pause := min(time.Second<<i, 20*time.Second)
		e.End += pause
	}
	w.clock = max(w.clock, e.End)
	if f.Retries < MaxAttempts {
		return nil
	}
	return &Error{Code: "ThrottlingException", Message: fmt.Sprintf(
		"%s: Rate exceeded (after %d attempts)", e.Operation, MaxAttempts)}
}

// hold lets the world go on while one call does not answer. The change so far
// is saved first, and a fresh one is begun for what follows.
func (w *World) hold(ctx context.Context, e *Entry) {
	_ = w.commit()
	w.mu.Unlock()
	<-ctx.Done()
	w.mu.Lock()
	w.begin()
	w.change.calls = append(w.change.calls, e)
}
