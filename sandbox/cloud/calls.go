package cloud

import (
	"context"
	"fmt"
	"strings"
	"time"
)

// Entry is one AWS call in the log.
type Entry struct {
	N         int           `json:"n"` // 1 is the world's first
	Operation string        `json:"operation"`
	Verb      string        `json:"verb"`
	Account   string        `json:"account"`
	Region    string        `json:"region"`
	Token     string        `json:"token"`
	ID        string        `json:"id,omitempty"`
	URN       string        `json:"urn,omitempty"`
	Result    string        `json:"result"` // "ok", or the error's code or text
	Start     time.Duration `json:"start"`  // virtual time since Epoch
	End       time.Duration `json:"end"`
}

// Writes tells whether the call meant to change something.
func (e *Entry) Writes() bool { return e.Verb == "create" || e.Verb == "update" || e.Verb == "delete" }

// Calls are the log's entries from the n-th (1: all), in order.
func (w *World) Calls(from int) []Entry {
	w.mu.Lock()
	defer w.mu.Unlock()
	var out []Entry
	for _, e := range w.calls {
		if e.N >= from {
			out = append(out, *e)
		}
	}
	return out
}

// CallCount is how many calls the log holds.
func (w *World) CallCount() int {
	w.mu.Lock()
	defer w.mu.Unlock()
	return len(w.calls)
}

// record adds a call to the log; its end moves the world's clock.
func (w *World) record(c *Call, operation string, took time.Duration) *Entry {
	e := &Entry{
		N: len(w.calls) + 1, Operation: operation, Verb: c.Verb, Account: c.Account, Region: c.Region,
		Token: c.token(), ID: c.ID, URN: c.URN, Result: "ok", Start: c.start, End: c.start + took,
	}
	w.calls = append(w.calls, e)
	w.change.calls = append(w.change.calls, e)
	w.clock = max(w.clock, e.End)
	return e
}

func (c *Call) token() string {
	if c.Spec == nil {
		return c.invokeToken
	}
	return c.Spec.Token
}

// result words an error for the log: AWS's code where there is one.
func result(err error) string {
	if err == nil {
		return "ok"
	}
	if code := Code(err); code != "" {
		return code
	}
	return err.Error()
}

// perform makes one AWS call: faults that strike before its effect, the
// effect, the log, and faults that strike after it. The caller holds the lock
// and has begun a change. The first result tells whether the effect remains.
func (w *World) perform(ctx context.Context, c *Call, operation string, took time.Duration, effect func() error) (bool, error) {
	if operation == "" {
		return false, fmt.Errorf("%s: no AWS operation is declared for %s: complete API in %s",
			c.token(), c.Verb, place(c.token()))
	}
	entry := w.record(c, operation, took)
	strike := w.strike(entry)
	if strike != nil && strike.When == Before {
		err := w.suffer(ctx, strike, entry)
		if err != nil {
			return false, w.refuse(entry, err)
		}
	}
	err := c.authorised(operation)
	if err == nil {
		err = effect()
	}
	entry.ID = c.ID
	if err != nil {
		return false, w.refuse(entry, err)
	}
	if strike != nil && strike.Kind == KindLost {
		return w.askAgain(c, entry, took, effect)
	}
	if strike != nil && strike.When == After {
		err = operationError(operation, w.suffer(ctx, strike, entry))
		entry.Result = result(err)
	}
	return true, err
}

// refuse ends a call that had no effect.
func (w *World) refuse(entry *Entry, err error) error {
	entry.Result = result(err)
	w.rollback()
	return operationError(entry.Operation, err)
}

// operationError names the operation before AWS's answer, as the AWS SDK for
// Go does.
func operationError(operation string, err error) error {
	if Code(err) == "" {
		return err
	}
	service, name, _ := strings.Cut(operation, ":")
	return fmt.Errorf("operation error %s: %s, %w", strings.ToUpper(service), name, err)
}
