package clusters

import (
	"fmt"
	"strings"
)

// Issue is a health issue as EKS reports it of node groups and add-ons.
type Issue struct {
	// Code is EKS's: NodeCreationFailure, InsufficientNumberOfReplicas, …
	Code string
	// Message is EKS's text for the code.
	Message string
	// ResourceIDs are what the issue is about: instances that did not join,
	// nodes that could not be drained. Empty for add-ons.
	ResourceIDs []string
}

// Error is "CODE: MESSAGE (RESOURCES)".
func (i *Issue) Error() string {
	text := fmt.Sprintf("%s: %s", i.Code, i.Message)
	if len(i.ResourceIDs) > 0 {
		text += " (" + strings.Join(i.ResourceIDs, ", ") + ")"
	}
	return text
}

// Codes of issues (EKS API reference, Issue, AddonIssue and ErrorDetail).
const (
	// NodeCreationFailure: instances did not join the cluster in time.
	NodeCreationFailure = "NodeCreationFailure"
	// PodEvictionFailure: pods could not be evicted from nodes to be replaced.
	PodEvictionFailure = "PodEvictionFailure"
	// InsufficientNumberOfReplicas: an add-on's pods are not all available.
	InsufficientNumberOfReplicas = "InsufficientNumberOfReplicas"
)
