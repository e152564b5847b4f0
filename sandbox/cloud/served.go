package cloud

import (
	"context"
	"errors"
	"maps"
)

// servedToken stands in the call log for calls that come by HTTP.
const servedToken = "http:index/call:Call"

// Operation is a call of AWS's HTTP API.
type Operation struct {
	// Name is "service:Operation", as in the call log: "elbv2:DescribeLoadBalancers".
	Name string
	// Writes: the call may change something.
	Writes bool
	// Resource is the ARN that IAM is asked about; "*" where the action knows none.
	Resource string
	// Context holds the condition keys that the call brings beside the resource's own.
	Context map[string]string
}

// Serve makes a call of AWS's HTTP API as a role session: IAM is asked, faults
// strike, the call log shows it, and what it changes stays unless it fails.
func (w *World) Serve(ctx context.Context, caller Caller, region string, o Operation, authorise Authoriser, f func(*Call) error) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.begin()
	verb := "read"
	if o.Writes {
		verb = "update"
	}
	actor := &Actor{World: w, Account: caller.Account, Region: region, Role: caller.Role(), Authorise: authorise}
	s := &Session{Account: caller.Account, Region: region, Principal: caller.Principal, started: w.clock, actor: actor}
	c := w.call(s, verb, nil, "")
	c.invokeToken, c.onARN = servedToken, o.Resource
	c.onContext = maps.Clone(o.Context)
	_, err := w.perform(ctx, c, o.Name, 0, func() error { return f(c) })
	return errors.Join(err, w.commit())
}
