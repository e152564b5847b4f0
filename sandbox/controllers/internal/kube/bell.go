package kube

import (
	"context"
	"time"
)

// Settle is how long a change waits for others before a controller looks: a rollout is many.
const Settle = 50 * time.Millisecond

// again is when a write is tried again that nothing else waits for.
const again = time.Second

// Bell wakes a controller that looks at everything whenever something has changed. It is
// heard once, however often it rang since the last look.
type Bell struct{ rung chan struct{} }

// NewBell has not rung yet.
func NewBell() *Bell { return &Bell{make(chan struct{}, 1)} }

// Ring asks for a look.
func (b *Bell) Ring() {
	select {
	case b.rung <- struct{}{}:
	default:
	}
}

// RingAgain asks for a look soon, for what an API server did not take.
func (b *Bell) RingAgain() { time.AfterFunc(again, b.Ring) }

// Rung is heard by one that waits for other things than Wait does.
func (b *Bell) Rung() <-chan struct{} { return b.rung }

// Wait returns when the bell rang, there are news (nil: never) or one of the times has come
// (zero: never), and the change has settled. False: the context has ended.
func (b *Bell) Wait(ctx context.Context, news <-chan struct{}, times ...time.Time) bool {
	select {
	case <-ctx.Done():
		return false
	case <-b.rung:
	case <-news:
	case <-first(times):
	}
	select {
	case <-ctx.Done():
		return false
	case <-time.After(Settle):
	}
	for _, heard := range []<-chan struct{}{b.rung, news} { // those that came meanwhile are looked at too
		select {
		case <-heard:
		default:
		}
	}
	return true
}

// first comes when the first of some times does.
func first(times []time.Time) <-chan time.Time {
	var at time.Time
	for _, t := range times {
		if !t.IsZero() && (at.IsZero() || t.Before(at)) {
			at = t
		}
	}
	if at.IsZero() {
		return nil
	}
	return time.After(time.Until(at))
}
