package cloud

import "time"

// Call is one operation on the world as a service's code sees it. Its methods
// run under the world's lock, so service code needs none of its own.
type Call struct {
	Account, Region string // of the provider instance
	Partition       string // "aws"
	Verb            string // check | create | read | update | delete | invoke
	Preview         bool
	Spec            *Spec
	ID              string
	Inputs          Props // new inputs, checked and with defaults; for an invoke its arguments
	Old             Props // old inputs (update)
	State           Props // outputs to be stored
	world           *World
}

// The rest of Call's methods, by purpose (core.go implements them):
//
//	Find the world's records
//	  Get(token, id string) *Record            same account and region (global services: account), else nil
//	  GetBy(token, property, value string) *Record
//	  List(token string) []*Record             same account and region, by ID
//	  Everywhere(token string) []*Record       all accounts and regions, for sharing and uniqueness rules
//	  Shared(token, by, value string) *Record  own, or given to this account by a RAM share
//	Change the world (implied resources, side effects on others)
//	  Put(*Record)                              account and region default to the call's
//	  Remove(*Record)
//	  Save(*Record)                             after changing another record's State in place
//	Values
//	  NewID(prefix string) string               "vpc-" + 17 hex digits, reproducible from the world's seed
//	  Hex(n int) string
//	  ARN(service, resource string) string      with region and account
//	  GlobalARN(service, resource string) string
//	  Now() time.Time                           the virtual clock
//	  Str(path string) string, Bool(path string) bool, Num(path string) float64,
//	  Strs(path string) []string, Any(path string) any   read Inputs by dotted path; zero when absent or Unknown
//	  Known(path string) bool                   present and not Unknown
//	Errors
//	  Fail(code, format string, args ...any) error
type _ = time.Time
