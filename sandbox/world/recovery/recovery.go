// Package recovery settles what a killed Pulumi engine left behind.
//
// An engine that dies while a create is on its way leaves a pending operation
// in its state: it cannot know whether the resource exists. The next `up` would
// make it again, and AWS would then hold two. Before that, recovery asks a
// Finder whether the resource exists. One that does is put into the state under
// its ID, and a refresh reads the rest; one that does not is struck off. Updates
// and deletes need no care: the next run repeats them.
//
// `pulumi refresh --import-pending-creates` would be the shorter way, but
// Pulumi 3.274 only marks the operation and never imports it.
//
// The routine is not tied to the sandbox. On a real AWS the Finder looks for a
// resource by its type, default tags and Name tag, and the operator confirms.
package recovery

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
)

// Pending is a resource whose create was on its way.
type Pending struct {
	URN, Type string
	Inputs    map[string]any
}

// Finder gives the IDs of the existing resources that a pending create may have
// made.
type Finder func(Pending) ([]string, error)

// Objects finds Kubernetes objects beside what another Finder finds: an object's
// ID follows from its name, and the refresh drops one that does not exist.
func Objects(others Finder) Finder {
	return func(p Pending) ([]string, error) {
		if !strings.HasPrefix(p.Type, "kubernetes:") {
			return others(p)
		}
		metadata, _ := p.Inputs["metadata"].(map[string]any)
		name, _ := metadata["name"].(string)
		if name == "" {
			return nil, nil
		}
		if namespace, _ := metadata["namespace"].(string); namespace != "" {
			name = namespace + "/" + name
		}
		return []string{name}, nil
	}
}

// Settled is what became of a stack's pending operations.
type Settled struct {
	Checkpoint []byte   // for `pulumi stack import`
	Found      []string // URNs that exist and are now in the state; to be refreshed
	Missing    []string // URNs that were never made
}

// Settle reads a stack as `pulumi stack export` prints it and settles its
// pending operations; nil when it has none. A resource that is found more than
// once is for a human to decide: all such are told at once.
func Settle(export []byte, find Finder) (*Settled, error) {
	var document map[string]any
	if err := json.Unmarshal(export, &document); err != nil {
		return nil, fmt.Errorf("the stack's state: %w", err)
	}
	deployment, _ := document["deployment"].(map[string]any)
	pending, _ := deployment["pending_operations"].([]any)
	if len(pending) == 0 {
		return nil, nil
	}
	out, resources := &Settled{}, list(deployment["resources"])
	var problems []error
	for _, operation := range pending {
		operation, _ := operation.(map[string]any)
		resource, _ := operation["resource"].(map[string]any)
		if operation["type"] != "creating" || resource["custom"] != true {
			continue
		}
		urn, _ := resource["urn"].(string)
		kind, _ := resource["type"].(string)
		inputs, _ := resource["inputs"].(map[string]any)
		ids, err := find(Pending{urn, kind, inputs})
		if err != nil {
			return nil, err
		}
		ids = slices.DeleteFunc(ids, func(id string) bool { return knows(resources, urn, id) })
		switch len(ids) {
		case 0:
			out.Missing = append(out.Missing, urn)
		case 1:
			resources = adopt(resources, resource, ids[0])
			out.Found = append(out.Found, urn)
		default:
			problems = append(problems, fmt.Errorf("%s: %d resources may be it (%s): import the right one and delete the others",
				urn, len(ids), strings.Join(ids, ", ")))
		}
	}
	if err := errors.Join(problems...); err != nil {
		return nil, err
	}
	deployment["resources"] = resources
	delete(deployment, "pending_operations")
	var err error
	out.Checkpoint, err = json.Marshal(document)
	return out, err
}

func list(v any) []any { l, _ := v.([]any); return l }

// knows tells whether the state holds a resource of that URN and ID.
func knows(resources []any, urn, id string) bool {
	return slices.ContainsFunc(resources, func(r any) bool {
		resource, _ := r.(map[string]any)
		return resource["urn"] == urn && resource["id"] == id
	})
}

// adopt adds a resource under its ID. One of the same URN is what it replaces:
// the next run deletes that, as the killed one would have done.
func adopt(resources []any, resource map[string]any, id string) []any {
	for _, r := range resources {
		if old, _ := r.(map[string]any); old["urn"] == resource["urn"] {
			old["delete"] = true
		}
	}
	resource["id"] = id
	if resource["outputs"] == nil {
		resource["outputs"] = map[string]any{}
	}
	return append(resources, resource)
}
