// Package cloud is the simulated AWS: one world of accounts and regions that
// stands behind the sandbox's `aws` resource provider. The core (this package)
// knows how to check, compare, create, read, update and delete a resource, how
// resources refer to one another, how faults are injected and calls recorded.
// What AWS's services are lies in one package per service, as Specs.
//
// Nothing is echoed that is not known: a token, property, invoke or filter
// without a Spec or a fact is an error that names the file to extend.
package cloud

import (
	"context"
	"time"
)

// Props is a resource's properties as plain data: nil, bool, float64, string,
// []any, map[string]any, and Unknown where a value is not known in a preview.
// Names are those of pulumi-aws v6 (camelCase).
type Props = map[string]any

// Spec declares one resource type.
type Spec struct {
	// Token is the Pulumi type, for example "aws:ec2/subnet:Subnet".
	Token string
	// Global: the type lives in no region (records have Region ""). Implied
	// for every type of IAM and of AWS's other global services.
	Global bool
	// About: the type's ID is that of another resource, which it only says something
	// about. What belongs to that resource stays when this one is deleted.
	About bool
	// API names the AWS operations behind each verb ("ec2:CreateSubnet"), for
	// the call log and for fault injection.
	API API
	// Latency is how long AWS takes, on the virtual clock.
	Latency Latency
	// AutoName fills a physical name as pulumi-aws does when none is given.
	// Nil: the type has no name of its own.
	AutoName *AutoName
	// Defaults are inputs that pulumi-aws itself fills in when absent. A path with
	// dots and [*] is for a member of an object that is given.
	Defaults Props
	// ReplaceOn lists top-level properties whose change replaces the resource,
	// in addition to what the facts tables say; UpdateOn takes some back where
	// pulumi-aws updates in place although CloudFormation would replace. Each
	// entry needs a comment in the service file with its source.
	ReplaceOn, UpdateOn []string
	// Replace overrules the tables and both lists for a single difference,
	// where what AWS does depends on the values (encryption may be switched on
	// in place but never off). Its second result is false where it has no say.
	// Values are old and new inputs and may be Unknown.
	Replace func(d Difference, old, now Props) (replace, decides bool)
	// Refs are the properties that name other resources.
	Refs []Ref
	// Check holds rules beyond the facts tables (required, enum, pattern,
	// range). They run in preview too: skip values that are Unknown.
	Check []func(*Call) error
	// Create gives the resource its ID (Call.ID) and computed outputs
	// (Call.State, which starts as a copy of the inputs). It may add implied
	// records (a VPC's default security group) with Call.Put.
	Create func(*Call) error
	// Read refreshes computed outputs. Nil: the stored state is returned.
	Read func(*Call) error
	// Update changes Call.State (which starts as old state overlaid with the
	// new inputs). Nil: the overlay is the update.
	Update func(*Call) error
	// Delete has effects beyond removing the record (implied records, members
	// of a list elsewhere). References with Holds are checked before it. When
	// the Wait after it failed, the next delete runs it again.
	Delete func(*Call) error
	// Wait is what pulumi-aws waits for after the API call (Call.Verb tells
	// which): real processes start and stop here, so it runs without the
	// world's lock. The function it returns, if any, runs under the lock and
	// stores the final state. On delete it runs before the record is removed.
	Wait func(ctx context.Context, c *Call) (func() error, error)
}

// API is the AWS operation behind each verb, "service:Operation". An empty
// Update means AWS has none: a change that needs one is a bug in the Spec.
type API struct{ Create, Read, Update, Delete string }

// Latency of each verb on the virtual clock.
type Latency struct{ Create, Update, Delete time.Duration }

// AutoName is pulumi-aws's auto-naming: logical name, "-" and 7 hex digits.
type AutoName struct {
	Property string // usually "name"
	Max      int    // longest physical name AWS takes
	Lower    bool   // pulumi-aws makes it lower case (S3)
}

// Ref is a property that names other resources.
type Ref struct {
	// Path of the property, with [*] for list elements:
	// "subnetIds[*]", "vpcConfig.securityGroupIds[*]".
	Path string
	// To lists the tokens it may name.
	To []string
	// By is the target's property that holds the value: "id" (default), "arn",
	// "name" or any other state property.
	By string
	// NotFound is AWS's error code when the target does not exist.
	NotFound string
	// Holds is AWS's error code when the target is deleted while this resource
	// still names it, usually "DependencyViolation". Empty: AWS lets it go.
	Holds string
	// Shared lets the target lie in another account when a RAM share of this
	// region gives it to this account.
	Shared bool
	// Loose skips values that AWS does not resolve (for example a principal
	// ARN of a role in an account outside the world).
	Loose func(value string) bool
}

// Invoke declares one data source.
type Invoke struct {
	Token string // "aws:index/getCallerIdentity:getCallerIdentity"
	API   string // "sts:GetCallerIdentity"
	Do    func(*Call) (Props, error)
}

// Record is one resource in the world.
type Record struct {
	Token   string    `json:"token"`
	Account string    `json:"account"`
	Region  string    `json:"region"` // "" for global services (IAM)
	ID      string    `json:"id"`
	Inputs  Props     `json:"inputs"`
	State   Props     `json:"state"`
	Created time.Time `json:"created"`
	// URN is the Pulumi resource that declared it; empty for implied records
	// and for what was put there by hand.
	URN string `json:"urn,omitempty"`
	// Unfinished: AWS accepted the create or update but what pulumi-aws waits
	// for afterwards has not been seen to end. The next update waits again.
	Unfinished bool `json:"unfinished,omitempty"`
	// Ready and Released are virtual times: when the last change to this
	// record ended, and when the last dependent let go of it.
	Ready    time.Duration `json:"ready,omitempty"`
	Released time.Duration `json:"released,omitempty"`
	// Owner is empty for what a program declared; else the ID of the resource
	// that AWS made it for (a VPC's default security group).
	Owner string `json:"owner,omitempty"`
	// Fading: deleted, but AWS keeps it for a while (a KMS key's waiting
	// period). Nothing is left over by it.
	Fading bool `json:"fading,omitempty"`
}
