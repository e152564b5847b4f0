package cloud

import (
	"context"
	"errors"
	"fmt"
	"strings"
)

// Authoriser decides whether a role may do an IAM action on a resource. The
// context holds condition keys ("aws:ResourceTag/x", "aws:RequestTag/x",
// "ec2:CreateAction"). Nil allows; the error is AWS's, usually AccessDenied. It
// runs under the world's lock.
type Authoriser func(c *Call, role, action, resource string, context map[string]string) error

// Actor is a controller's way into the simulated AWS: what runs in a cluster
// and makes, changes and deletes AWS's resources by itself. It goes the way that
// a program's provider goes, with the same checks, references, faults and call
// log, as a role whose policies are asked at every call. What it makes belongs
// to no program: its records have no URN, and Owner tells who made them.
type Actor struct {
	World           *World
	Account, Region string
	// Role is the ARN of the IAM role that the controller acts with.
	Role string
	// Session names the role session, "eks-blue-aws-load-ba".
	Session string
	// Tags of the session, which policies see as aws:PrincipalTag/KEY.
	Tags map[string]string
	// Owner is the label of what the actor makes. It must be no resource's ID,
	// since what belongs to a resource goes with it.
	Owner string
	// Authorise is asked before each call; nil allows everything.
	Authorise Authoriser
}

func (a *Actor) owner() string {
	if a == nil {
		return ""
	}
	return a.Owner
}

// declaredBy is the program's resource behind a call; empty for an actor's.
func (c *Call) declaredBy() string {
	if c.actor != nil {
		return ""
	}
	return c.URN
}

func (a *Actor) session() *Session {
	name := a.Role[strings.LastIndex(a.Role, "/")+1:]
	return a.World.Begin(&Session{
		Account: a.Account, Region: a.Region, actor: a,
		Principal: fmt.Sprintf("arn:aws:sts::%s:assumed-role/%s/%s", a.Account, name, a.Session),
	})
}

// urn stands in the call log where a program's resource would, and makes the
// identifiers of what the actor creates independent of the order of its calls.
func (a *Actor) urn(token, name string) string {
	return a.Owner + "::" + token + "::" + name
}

// Create makes a resource. The name is the actor's own, unique to what it makes
// of a type. Broken rules are AWS's ValidationError; other errors are as
// World.Create's.
func (a *Actor) Create(ctx context.Context, token, name string, inputs Props) (*Record, error) {
	s, urn := a.session(), a.urn(token, name)
	checked, err := a.check(s, CheckRequest{URN: urn, Token: token, Inputs: inputs, Seed: []byte(urn), Name: name})
	if err != nil {
		return nil, err
	}
	out, err := a.World.Create(ctx, s, Request{URN: urn, Token: token, Inputs: checked})
	if err != nil {
		return nil, err
	}
	return a.Get(token, out.ID), nil
}

// ErrReplaces is a change that AWS cannot make in place.
var ErrReplaces = errors.New("the change cannot be made in place")

// Update changes a resource in place; nothing is called when nothing differs. A
// change that would replace it is ErrReplaces.
func (a *Actor) Update(ctx context.Context, r *Record, inputs Props) error {
	s, urn := a.session(), a.urn(r.Token, r.ID)
	inputs = Clone(inputs)
	delete(inputs, tagsAll) // of the record; the check makes it anew
	checked, err := a.check(s, CheckRequest{URN: urn, Token: r.Token, Inputs: inputs, Old: r.Inputs})
	if err != nil {
		return err
	}
	diff, err := a.World.Diff(r.Token, r.Inputs, checked)
	if err != nil {
		return err
	}
	if diff.Replaces() {
		return fmt.Errorf("%s %q: %w", r.Token, r.ID, ErrReplaces)
	}
	if len(diff.Differences) == 0 {
		return nil
	}
	_, err = a.World.Update(ctx, s, Request{URN: urn, Token: r.Token, ID: r.ID, Inputs: checked, Old: r.Inputs, State: r.State})
	return err
}

// Delete takes a resource away; one that is gone already is no error.
func (a *Actor) Delete(ctx context.Context, token, id string) error {
	return a.World.Delete(ctx, a.session(), Request{URN: a.urn(token, id), Token: token, ID: id})
}

// check completes inputs and joins the broken rules.
func (a *Actor) check(s *Session, q CheckRequest) (Props, error) {
	checked, broken, err := a.World.Check(s, q)
	if err != nil {
		return nil, err
	}
	var errs []error
	for _, v := range broken {
		errs = append(errs, &Error{Code: "ValidationError", Message: (&PropertyError{Path: v.Path, Reason: v.Reason}).Error()})
	}
	return Given(checked), errors.Join(errs...)
}

// Get is a record of the actor's account and region; nil when there is none.
// Reading makes no entry in the call log: a controller looks far more often than
// anything changes.
func (a *Actor) Get(token, id string) *Record {
	var r *Record
	_ = a.View(func(c *Call) error { r = c.Get(token, id); return nil }) // it only reads
	return r
}

// List is every record of a type that a condition holds for; nil means all.
func (a *Actor) List(token string, is func(*Record) bool) []*Record {
	var out []*Record
	_ = a.View(func(c *Call) error { // it only reads
		for _, r := range c.List(token) {
			if is == nil || is(r) {
				out = append(out, r)
			}
		}
		return nil
	})
	return out
}

// Own is every record of a type that the actor made.
func (a *Actor) Own(token string) []*Record {
	return a.List(token, func(r *Record) bool { return r.Owner == a.Owner })
}

// View runs a reading function as World.View does.
func (a *Actor) View(f func(*Call) error) error { return a.World.View(a.Account, a.Region, f) }

// May asks whether the actor's role may do something that leaves no trace in
// the world, such as describing it.
func (a *Actor) May(operation, resource string) error {
	return a.View(func(c *Call) error {
		c.actor = a
		return c.ask(question{IAMAction(operation), resource, map[string]string{}})
	})
}

// Do makes an AWS call that is no resource's create, update or delete, such as
// registering targets. The resource is the ARN that IAM is asked about.
func (a *Actor) Do(ctx context.Context, operation, resource string, f func(*Call) error) error {
	return a.DoWith(ctx, operation, resource, nil, f)
}

// DoWith is Do for a call that brings condition keys of its own, such as the tags that it
// sets ("aws:RequestTag/KEY").
func (a *Actor) DoWith(ctx context.Context, operation, resource string, keys map[string]string, f func(*Call) error) error {
	w, s := a.World, a.session()
	w.mu.Lock()
	defer w.mu.Unlock()
	w.begin()
	c := w.call(s, "update", nil, a.urn("aws:index/call:Call", operation+" "+resource))
	c.invokeToken, c.onARN, c.onContext = "aws:index/call:Call", resource, keys
	_, err := w.perform(ctx, c, operation, 0, func() error { return f(c) })
	return errors.Join(err, w.commit())
}
