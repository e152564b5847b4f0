package cloud

import "time"

// Call is one operation on the world as a service's code sees it. Its methods
// run under the world's lock, so service code needs none of its own. What a
// call changed is taken back when it returns an error.
//
// By purpose:
//
//	Find the world's records (copies: change State, then Save)
//	  Get, GetBy, List, Everywhere, Shared
//	Change the world (implied resources, side effects on others)
//	  Put, Remove, Save
//	Values
//	  NewID, Hex, ARN, GlobalARN, Now, Organisation
//	  Str, Bool, Num, Strs, Any, Known           read Inputs by dotted path
//	Errors
//	  Fail (AWS's code), Invalid (a rule at an input's path)
type Call struct {
	Account, Region string // of the provider instance
	Partition       string // "aws"
	Principal       string // ARN of the caller's role session
	Verb            string // check | create | read | update | delete | invoke
	Preview         bool
	Spec            *Spec
	URN             string // the Pulumi resource; empty for an invoke
	ID              string
	Inputs          Props // new inputs, checked and with defaults; for an invoke its arguments
	Old             Props // old inputs (update)
	State           Props // outputs to be stored
	// DefaultTags of the provider instance; State's tagsAll holds them already.
	DefaultTags map[string]string

	world       *World
	actor       *Actor            // on whose behalf; nil for a program and for AWS itself
	invokeToken string            // of a data source
	onARN       string            // the resource of an actor's call without a Spec
	onContext   map[string]string // condition keys that such a call brings
	start       time.Duration     // virtual time at which the call began
	made        int               // identifiers handed out
}
