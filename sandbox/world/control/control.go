// Package control is the daemon's side door: JSON over HTTP on a unix socket in
// the world's folder, for the sandbox command line, the `aws` stand-in and the
// tests. Handler serves it, Client asks it.
package control

import (
	"time"

	"retail/sandbox/cloud"
)

// Socket is the socket's name in the world's folder.
const Socket = "control.sock"

// Status is what a daemon says of itself.
type Status struct {
	World     string         `json:"world"` // folder
	PID       int            `json:"pid"`
	Build     string         `json:"build"` // of the program that serves
	Started   time.Time      `json:"started"`
	Clock     time.Time      `json:"clock"` // virtual
	Resources int            `json:"resources"`
	Accounts  map[string]int `json:"accounts"` // resources by account
	Calls     int            `json:"calls"`
	Faults    int            `json:"faults"`
}

// Snapshot is the world's content, for comparison.
type Snapshot struct {
	Identifiers []string          `json:"identifiers"`
	Normalised  map[string]string `json:"normalised,omitempty"`
}

// Drift is a change behind Pulumi's back.
type Drift struct {
	Resource string `json:"resource"` // ID or the end of a URN
	Path     string `json:"path,omitempty"`
	Value    any    `json:"value,omitempty"`
	Delete   bool   `json:"delete,omitempty"`
}

// Rotation asks for a new password in a secret that a service manages.
type Rotation struct {
	Secret string `json:"secret"` // ARN
}

// TokenRequest asks for a cluster token.
type TokenRequest struct {
	Cluster string `json:"cluster"`
	Region  string `json:"region"`
	Role    string `json:"role,omitempty"` // empty: the caller's own
}

// Token is a cluster token.
type Token struct {
	Token   string    `json:"token"`
	Expires time.Time `json:"expires"`
}

// Problem is an error on the wire.
type Problem struct {
	Code    string `json:"code,omitempty"` // AWS's, where it is one
	Message string `json:"message"`
}

// Error renders the code, where there is one, and the message.
func (p *Problem) Error() string {
	if p.Code == "" {
		return p.Message
	}
	return p.Code + ": " + p.Message
}

// Calls are log entries.
type Calls = []cloud.Entry
