// Package shift moves a VPC's traffic from one colour to the other in steps, and back
// to the last good weights when a step goes wrong.
//
// The weights are desired state: a step writes them into the stack's file and lets
// Pulumi do the rest. Around that lie gates, which ask before anything is changed
// whether the colour can take its share, and a watch over alarms and targets while a
// step bakes. Going back writes the last good weights into the file and updates what
// carries weights alone, so that no other part of the stack, and no API server of a
// colour that may be the trouble, is asked.
//
// Every change is noted in a journal before it is made: a run that was killed can be
// resumed, or taken back, by the next one.
//
// Nothing here talks to Pulumi, AWS or a cluster: they are behind interfaces, time
// behind a clock.
package shift

import (
	"context"
	"time"

	"retail/cmd/retail/internal/stackfile"
)

// Weights are the colours' shares of a VPC's requests in per cent.
type Weights = stackfile.Weights

// Engine is Pulumi on the stack.
type Engine interface {
	// Drift is how what stands differs from what the last update left.
	Drift(ctx context.Context) ([]Change, error)
	// Preview is what an update would do with a configuration file: only what changes.
	Preview(ctx context.Context, file string) ([]Change, error)
	// Up updates the stack.
	Up(ctx context.Context) error
	// Restore updates one carrier of weights and nothing else, after it has looked how
	// it stands.
	Restore(ctx context.Context, c Carrier) error
	// Release takes the stack's lock away.
	Release(ctx context.Context) error
}

// Locked is the error of an Engine whose stack somebody else is working on.
type Locked struct {
	// Holders are who, in the backend's words.
	Holders string
	// Gone: they are processes of this machine that no longer live.
	Gone bool
}

// Error says so.
func (l *Locked) Error() string { return "the stack is locked: " + l.Holders }

// Change is what Pulumi would do to a resource, or finds has been done to it.
type Change struct {
	URN string `json:"urn"`
	// Op is the engine's: "update", "create", "delete", "replace".
	Op string `json:"op"`
	// Paths are the properties that differ.
	Paths []string `json:"paths,omitempty"`
	// Old and New are its inputs before and after.
	Old, New map[string]any `json:"-"`
}

// Carrier is a resource that carries a VPC's weights.
type Carrier struct {
	URN string `json:"urn"`
	// Name is what people call it: "listener rule main-traffic".
	Name string `json:"name"`
	// ByHand is the command that sets weights without Pulumi; empty when there is none, or
	// it is not known yet.
	ByHand func(Weights) string `json:"-"`
}

// World is AWS with the clusters of a VPC.
type World interface {
	// Inspect tells all that the gates ask, for which it asks the API server of the
	// colour that is to take the traffic.
	Inspect(ctx context.Context) (Facts, error)
	// Watch tells how customers fare: alarms, targets, the weights in force. It asks no
	// API server.
	Watch(ctx context.Context) (Facts, error)
	// Smoke sends requests to the colour that is to take the traffic, whatever the
	// weights.
	Smoke(ctx context.Context) ([]Answer, error)
}

// Desired is the stack's file.
type Desired interface {
	// Weights are those that it holds now.
	Weights() (Weights, error)
	// Trial writes a copy with other weights, for a preview, and gives its path, the
	// difference, and what removes it.
	Trial(w Weights) (path, diff string, remove func(), err error)
	// Write writes other weights into it, says the difference and, where asked to, keeps
	// it as a commit with the message.
	Write(ctx context.Context, w Weights, message string) (diff string, err error)
}

// Journals keep the journal of a VPC's shift.
type Journals interface {
	// Load is the journal of a shift that did not come to its end; nil without.
	Load() (*Journal, error)
	Save(j *Journal) error
	Remove() error
}

// Clock is time.
type Clock interface {
	Now() time.Time
	After(d time.Duration) <-chan time.Time
}

// Place is one VPC of one stack, and all that is needed to shift its traffic.
type Place struct {
	Stack, VPC string
	Engine     Engine
	World      World
	Desired    Desired
	Journals   Journals
	// Carriers are the resources that carry the VPC's weights, in the order in which
	// they are taken back: those that need no API server first.
	Carriers []Carrier
}

// Options of a shift.
type Options struct {
	// To is the colour that takes the traffic, Shares its shares after each step in per
	// cent.
	To     string
	Shares []int
	// Bake is how long a step is watched, Every how often.
	Bake, Every time.Duration
	// Settle is how long a step may wait for targets before it is taken, and after it
	// for the weights to show.
	Settle time.Duration
	// Update bounds one update of the stack.
	Update time.Duration
	// DryRun asks the gates and previews, and changes nothing.
	DryRun bool
	// Resume goes on with the shift that the journal holds, Abort takes it back.
	Resume, Abort bool
	// NoSmoke is why no smoke requests are sent, Older why the colour may run an older
	// version than the other; empty: they are, and it may not.
	NoSmoke, Older string
	// Say prints a line of progress.
	Say func(format string, args ...any)
	// Interrupted is called when the operator ends the shift, before it is taken back.
	Interrupted func()
}
