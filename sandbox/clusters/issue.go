package clusters

import "fmt"

// Issue is a health issue as EKS reports it of node groups and add-ons.
type Issue struct {
	// Code is EKS's: NodeCreationFailure, InsufficientNumberOfReplicas, …
	Code string
	// Message is for people.
	Message string
}

// Error is "CODE: MESSAGE", as pulumi-aws prints an issue.
func (i *Issue) Error() string { return fmt.Sprintf("%s: %s", i.Code, i.Message) }

// Codes of issues (EKS API reference, Issue and AddonIssue).
const (
	// NodeCreationFailure: instances did not join the cluster in time.
	NodeCreationFailure = "NodeCreationFailure"
	// PodEvictionFailure: pods could not be evicted from nodes to be replaced.
	PodEvictionFailure = "PodEvictionFailure"
	// InsufficientNumberOfReplicas: an add-on's pods are not all available.
	InsufficientNumberOfReplicas = "InsufficientNumberOfReplicas"
)
