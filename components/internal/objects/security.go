package objects

import "github.com/pulumi/pulumi/sdk/v3/go/pulumi"

// securityVersion is the API version of Istio's security kinds, of which the structs below
// have the fields that this program sets (Istio reference, "Authorization Policy" and
// "PeerAuthentication").
const securityVersion = securityGroup + "/v1"

// PeerAuthentication says what connections the pods of its namespace take.
type PeerAuthentication struct {
	MutualTLS MutualTLS `json:"mtls"`
}

// MutualTLS is its mode: [Strict].
type MutualTLS struct {
	Mode string `json:"mode"`
}

// Strict takes mutual TLS and nothing else.
const Strict = "STRICT"

// Kind implements [Spec].
func (PeerAuthentication) Kind() (apiVersion, kind string) {
	return securityVersion, "PeerAuthentication"
}

// AuthorizationPolicy allows what one of its rules matches. Without any rule it allows
// nothing. With neither Selector nor Targets it is for all pods of its namespace, but not
// for waypoints.
type AuthorizationPolicy struct {
	// Selector picks pods. Only what a connection shows may then be asked for, since
	// ztunnel reads no requests.
	Selector *WorkloadSelector `json:"selector"`
	// Targets are what a waypoint or a gateway stands for.
	Targets []PolicyTarget `json:"targetRefs,omitempty"`
	// Action is [Allow]; empty means the same.
	Action string              `json:"action,omitempty"`
	Rules  []AuthorizationRule `json:"rules,omitempty"`
}

// Allow is the action of a policy that allows.
const Allow = "ALLOW"

// WorkloadSelector picks pods by their labels.
type WorkloadSelector struct {
	MatchLabels pulumi.StringMap `json:"matchLabels"`
}

// PolicyTarget is what a policy is attached to: a Service or a Gateway.
type PolicyTarget struct {
	// Group is the kind's API group; empty for a Service.
	Group string `json:"group"`
	Kind  string `json:"kind"`
	Name  string `json:"name"`
}

// AuthorizationRule matches a request from one of From that does one of To.
type AuthorizationRule struct {
	From []AuthorizationFrom `json:"from,omitempty"`
	To   []AuthorizationTo   `json:"to,omitempty"`
}

// AuthorizationFrom holds a source.
type AuthorizationFrom struct {
	Source AuthorizationSource `json:"source"`
}

// AuthorizationSource is who calls: identities without their "spiffe://", or ranges of
// addresses that the connection comes from.
type AuthorizationSource struct {
	Principals []string `json:"principals,omitempty"`
	IPBlocks   []string `json:"ipBlocks,omitempty"`
}

// AuthorizationTo holds an operation.
type AuthorizationTo struct {
	Operation AuthorizationOperation `json:"operation"`
}

// AuthorizationOperation is what is asked for. Ports are the pods' own.
type AuthorizationOperation struct {
	Methods []string `json:"methods,omitempty"`
	Paths   []string `json:"paths,omitempty"`
	Ports   []string `json:"ports,omitempty"`
}

// Kind implements [Spec].
func (AuthorizationPolicy) Kind() (apiVersion, kind string) {
	return securityVersion, "AuthorizationPolicy"
}
