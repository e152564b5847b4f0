package cloud

import (
	"context"
	"errors"
	"fmt"
)

// Request is what a provider asks of the world about one resource.
type Request struct {
	URN, Token string
	ID         string // all but create
	Inputs     Props  // checked inputs; for an invoke its arguments
	Old        Props  // old inputs (update, diff, read)
	State      Props  // the caller's idea of the state (read, diff)
	Preview    bool
}

// Result is what a provider learns about one resource.
type Result struct {
	ID     string // "" after a read: the resource is gone
	Inputs Props
	State  Props
}

// Create makes a resource. An *UnfinishedError says that AWS made it although
// the call failed; any other error leaves nothing behind.
func (w *World) Create(ctx context.Context, s *Session, q Request) (*Result, error) {
	spec, err := w.registry.spec(q.Token)
	if err != nil {
		return nil, err
	}
	if q.Preview {
		state, err := w.planned(q)
		return &Result{Inputs: q.Inputs, State: state}, err
	}
	c, err := w.create(ctx, s, spec, q)
	if c == nil {
		return nil, err
	}
	return w.settle(ctx, c, q.Inputs, err)
}

// planned is the state a preview shows: the inputs, and every other output not
// known yet.
func (w *World) planned(q Request) (Props, error) {
	state := Clone(q.Inputs)
	facts, err := w.typeFacts(q.Token)
	if facts != nil {
		for _, name := range facts.Outputs() {
			if _, given := state[name]; !given {
				state[name] = Unknown{}
			}
		}
	}
	return state, err
}

// create makes the AWS call. The call is nil when nothing remains of it.
func (w *World) create(ctx context.Context, s *Session, spec *Spec, q Request) (*Call, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.begin()
	c := w.call(s, "create", spec, q.URN)
	c.Inputs = Clone(q.Inputs)
	c.after(nil)
	done, err := w.perform(ctx, c, spec.API.Create, spec.Latency.Create, func() error {
		c.ID, c.Inputs, c.State = "", Clone(q.Inputs), Clone(q.Inputs)
		return c.make()
	})
	if saved := w.commit(); saved != nil {
		err = errors.Join(err, saved)
	}
	if !done {
		return nil, err
	}
	return c, err
}

// make is a create's effect: references, the service's code, the record.
func (c *Call) make() error {
	if err := c.checkRefs(); err != nil {
		return err
	}
	if c.Spec.Create == nil {
		return fmt.Errorf("%s has no Create: complete its Spec in %s", c.Spec.Token, place(c.Spec.Token))
	}
	if err := c.Spec.Create(c); err != nil {
		return err
	}
	if c.ID == "" {
		return fmt.Errorf("%s: Create gave no ID: mend its Spec in %s", c.Spec.Token, place(c.Spec.Token))
	}
	k := c.world.key(c.Spec.Token, c.Account, c.Region, c.ID)
	if c.world.get(k) != nil {
		return fmt.Errorf("%s %q exists already: its Create in %s must give AWS's error for that",
			c.Spec.Token, c.ID, place(c.Spec.Token))
	}
	c.State = Clone(c.State)
	c.world.set(&Record{
		Token: k.token, Account: k.account, Region: k.region, ID: k.id, URN: c.declaredBy(), Owner: c.actor.owner(),
		Inputs: Clone(c.Inputs), State: Clone(c.State), Created: c.Now(),
		Unfinished: c.Spec.Wait != nil, Ready: c.start + c.Spec.Latency.Create,
	})
	return nil
}

// settle waits as pulumi-aws does after a create or an update, unless the call
// itself failed after its effect.
func (w *World) settle(ctx context.Context, c *Call, inputs Props, err error) (*Result, error) {
	if err == nil {
		err = w.wait(ctx, c)
	}
	if err != nil {
		return nil, &UnfinishedError{ID: c.ID, Inputs: inputs, State: c.State, Cause: err}
	}
	return &Result{ID: c.ID, Inputs: inputs, State: c.State}, nil
}
