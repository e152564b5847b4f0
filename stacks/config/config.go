// Package config is what a person may decide about a stack: its types, their
// production-safe defaults, the rules that hold between them and how they are
// read from Pulumi's stack configuration.
//
// Every value is checked before the first resource is registered, and every
// error is reported at once with its path, the rule, the value and a remedy.
// Nothing here knows an environment by its name: environments differ in their
// values only. Where a value falls short of what production needs, it is
// switched on by stating why, under a key "relax".
//
//go:generate go run ./generate -out ../../docs/config.md
package config

// Config is a loaded stack configuration: exactly one of Network and
// Environment is set, and decides which kind of stack is deployed.
type Config struct {
	// Network is the value of retail:network.
	Network *Network
	// Environment is the value of retail:environment.
	Environment *Environment
}

// AWS says into which account a stack deploys, and as whom.
type AWS struct {
	// Account is the AWS account id: 12 digits, in quotes. The providers refuse
	// every other account. Required.
	Account string `json:"account"`
	// Region is the AWS Region, such as eu-west-1. Required.
	Region string `json:"region"`
	// DeployRole is the ARN of the IAM role that the program assumes; it must lie
	// in Account. Required.
	DeployRole string `json:"deployRole"`
	// SessionName is the name under which CloudTrail shows the program's calls.
	// Default: retail- and the stack's name.
	SessionName string `json:"sessionName"`
}

// Tags are put on every resource of the stack, by the providers. The project,
// the stack and "managed-by: pulumi" are added to them.
type Tags struct {
	// Owner is the team that answers for the resources. Required.
	Owner string `json:"owner"`
	// CostCentre is who pays for them. Required.
	CostCentre string `json:"costCentre"`
	// Extra are further tags by key.
	Extra map[string]string `json:"extra"`
}

// Reason switches a relaxation on by saying why it is acceptable here, in a
// sentence of at least 20 characters. Absent, the production-safe default holds.
type Reason string

// Given says whether the relaxation is on.
func (r Reason) Given() bool { return r != "" }

// Colour tells the two clusters of a VPC apart.
type Colour string

// The two colours; neither is special.
const (
	Blue  Colour = "blue"
	Green Colour = "green"
)

// Colours returns both colours in their usual order.
func Colours() []Colour { return []Colour{Blue, Green} }

// Other returns the colour that is not c.
func (c Colour) Other() Colour {
	if c == Blue {
		return Green
	}
	return Blue
}
