package kube

import "time"

// Retries hold back what failed, for longer each time.
type Retries struct {
	held    map[string]*hold
	touched map[string]bool // asked for since the last sweep
}

type hold struct {
	delay time.Duration
	until time.Time
}

// The first and the longest pause after a failure, in real time. The controller's own
// are 5 milliseconds and 16 minutes, controller-runtime's defaults.
const (
	firstPause = 200 * time.Millisecond
	lastPause  = 10 * time.Second
)

// NewRetries hold back nothing yet.
func NewRetries() *Retries { return &Retries{held: map[string]*hold{}, touched: map[string]bool{}} }

// Due tells whether something may be tried now.
func (r *Retries) Due(key string) bool {
	r.touched[key] = true
	h := r.held[key]
	return h == nil || !time.Now().Before(h.until)
}

// Failed holds something back.
func (r *Retries) Failed(key string) {
	h := r.held[key]
	if h == nil {
		h = &hold{delay: firstPause / 2}
		r.held[key] = h
	}
	h.delay = min(2*h.delay, lastPause)
	h.until = time.Now().Add(h.delay)
}

// Behind holds something back for which the watch is behind: it is no failure, and does not
// wait longer each time.
func (r *Retries) Behind(key string) {
	r.held[key] = &hold{delay: firstPause / 2, until: time.Now().Add(firstPause)}
}

// Done lets what has worked go.
func (r *Retries) Done(key string) { delete(r.held, key) }

// Sweep forgets what nobody has asked for since the last time: it is gone.
func (r *Retries) Sweep() {
	for key := range r.held {
		if !r.touched[key] {
			delete(r.held, key)
		}
	}
	clear(r.touched)
}

// Next tells when the next of what is held back is due; zero when nothing is.
func (r *Retries) Next() time.Time {
	var first time.Time
	for _, h := range r.held {
		if first.IsZero() || h.until.Before(first) {
			first = h.until
		}
	}
	return first
}
