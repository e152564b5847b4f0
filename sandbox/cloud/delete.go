package cloud

import (
	"context"
	"errors"
	"fmt"
)

// Delete takes a resource away. One that is gone already is no error, as
// pulumi-aws treats AWS's not-found answers.
func (w *World) Delete(ctx context.Context, s *Session, q Request) error {
	spec, err := w.registry.spec(q.Token)
	if err != nil {
		return err
	}
	c, record, err := w.deleting(s, spec, q)
	if err != nil || record == nil {
		return err
	}
	if spec.Wait != nil {
		return w.deleteWaiting(ctx, c, record)
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	w.begin()
	_, err = w.perform(ctx, c, spec.API.Delete, spec.Latency.Delete, func() error { return c.take(record) })
	return errors.Join(err, w.commit())
}

// deleting finds what is to be deleted; nil when it is gone already.
func (w *World) deleting(s *Session, spec *Spec, q Request) (*Call, *Record, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.begin()
	defer w.rollback()
	record := w.get(w.key(spec.Token, s.Account, s.Region, q.ID)).clone()
	if record == nil || record.Fading {
		return nil, nil, nil
	}
	c := w.call(s, "delete", spec, q.URN)
	c.ID, c.Inputs, c.Old, c.State = record.ID, Clone(record.Inputs), Clone(record.Inputs), Clone(record.State)
	c.after(record)
	if spec.API.Delete == "" {
		return nil, nil, fmt.Errorf("%s: no AWS operation is declared for delete: complete API in %s",
			spec.Token, place(spec.Token))
	}
	return c, record, nil
}

// deleteWaiting deletes what has an end to wait for: AWS accepts the call, the
// wait runs while others go on, and then the record goes. A failed wait keeps
// the record, so that the next delete finishes it.
func (w *World) deleteWaiting(ctx context.Context, c *Call, record *Record) error {
	accepted, err := w.accept(ctx, c, record)
	if !accepted || err != nil {
		return err
	}
	finish, err := c.Spec.Wait(ctx, c)
	if err != nil {
		return fmt.Errorf("waiting for the deletion of %s %q: %w", record.Token, record.ID, err)
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
	c.drop(record)
	return w.commit()
}

// accept makes the AWS call of a delete that is waited for.
func (w *World) accept(ctx context.Context, c *Call, record *Record) (bool, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.begin()
	done, err := w.perform(ctx, c, c.Spec.API.Delete, c.Spec.Latency.Delete, func() error {
		if err := c.mayGo(record); err != nil {
			return err
		}
		record.Ready = c.start + c.Spec.Latency.Delete
		c.Save(record)
		return nil
	})
	return done, errors.Join(err, w.commit())
}

// take is a delete's effect.
func (c *Call) take(record *Record) error {
	if err := c.mayGo(record); err != nil {
		return err
	}
	c.drop(record)
	return nil
}

// mayGo refuses what others hold and lets the service's code have its say.
func (c *Call) mayGo(record *Record) error {
	if err := c.world.checkHeld(record); err != nil {
		return err
	}
	if c.Spec.Delete != nil {
		return c.Spec.Delete(c)
	}
	return nil
}

// drop removes the record and what AWS made for it. One that the service's code
// has marked as fading stays for AWS's own time.
func (c *Call) drop(record *Record) {
	c.release(record, c.start+c.Spec.Latency.Delete)
	if now := c.world.get(record.key()); now != nil && now.Fading {
		return
	}
	if spec := c.world.registry.specs[record.Token]; spec != nil && spec.About {
		c.Remove(record)
		return
	}
	for token := range c.world.records {
		for _, implied := range c.world.list(token, func(r *Record) bool {
			return r.Owner == record.ID && r.Account == record.Account
		}) {
			c.Remove(implied)
		}
	}
	c.Remove(record)
}
