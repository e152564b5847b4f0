package picture

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"github.com/pulumi/pulumi/sdk/v3/go/common/apitype"
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource/urn"
)

// Op is what a preview would do to a resource.
type Op string

// The operations, as they are drawn. Replacing is creating and deleting.
const (
	Same    Op = "same"
	Create  Op = "create"
	Update  Op = "update"
	Replace Op = "replace"
	Delete  Op = "delete"
)

// Resource is what is read of one resource.
type Resource struct {
	URN, Type, Name, Parent string
	// Values are its outputs, and its inputs where there is no output.
	Values map[string]any
	Op     Op
}

// Stack is a stack as read.
type Stack struct {
	Name      string
	Resources []*Resource
	// Config is the stack's configuration by key, known from a preview only.
	Config map[string]string
	// Preview: the operations are those of a preview.
	Preview bool
}

// preview is the part read of what `pulumi preview --json` prints (pkg/display,
// PreviewDigest, in Pulumi's repository).
type preview struct {
	Config map[string]string `json:"config"`
	Steps  []struct {
		Op       string              `json:"op"`
		URN      string              `json:"urn"`
		NewState *apitype.ResourceV3 `json:"newState"`
		OldState *apitype.ResourceV3 `json:"oldState"`
	} `json:"steps"`
	Diagnostics []struct {
		Severity string `json:"severity"`
		Message  string `json:"message"`
	} `json:"diagnostics"`
}

// Read reads a stack from what `pulumi stack export` printed and, unless it is
// empty, what `pulumi preview --json` printed. A preview that failed is an error
// with the preview's own words.
func Read(name string, state, plan []byte) (*Stack, error) {
	s := &Stack{Name: name}
	var export apitype.UntypedDeployment
	if err := json.Unmarshal(state, &export); err != nil {
		return nil, fmt.Errorf("the state of %s is not what `pulumi stack export` prints: %w", name, err)
	}
	var deployment apitype.DeploymentV3
	if len(export.Deployment) > 0 {
		if err := json.Unmarshal(export.Deployment, &deployment); err != nil {
			return nil, fmt.Errorf("the state of %s: %w", name, err)
		}
	}
	known := map[string]*Resource{}
	for i := range deployment.Resources {
		if r := &deployment.Resources[i]; !r.Delete {
			s.put(known, r, Same)
		}
	}
	if len(plan) == 0 {
		return s, nil
	}
	return s, s.overlay(known, plan)
}

func (s *Stack) overlay(known map[string]*Resource, plan []byte) error {
	var p preview
	if err := json.Unmarshal(plan, &p); err != nil {
		return fmt.Errorf("the preview of %s is not what `pulumi preview --json` prints: %w", s.Name, err)
	}
	for _, d := range p.Diagnostics {
		if d.Severity == "error" {
			return errors.New("the preview failed: " + strings.TrimSpace(d.Message))
		}
	}
	s.Config, s.Preview = p.Config, true
	for _, step := range p.Steps {
		state := step.NewState
		if state == nil {
			state = step.OldState
		}
		if op := operation(step.Op); op != "" && state != nil {
			s.put(known, state, op)
		}
	}
	return nil
}

// operation sorts the engine's operations; "" for those that change nothing.
func operation(op string) Op {
	switch op {
	case "create", "import":
		return Create
	case "update":
		return Update
	case "delete", "discard":
		return Delete
	case "replace", "create-replacement", "delete-replaced", "import-replacement", "discard-replaced", "remove-pending-replace":
		return Replace
	case "same":
		return Same
	}
	return ""
}

// put adds a resource or says anew what happens to it. Of a replacement's steps
// none turns it into something lesser.
func (s *Stack) put(known map[string]*Resource, state *apitype.ResourceV3, op Op) {
	id := string(state.URN)
	r, found := known[id]
	if !found {
		r = &Resource{URN: id, Type: string(state.Type), Name: urn.URN(id).Name()}
		known[id] = r
		s.Resources = append(s.Resources, r)
	}
	if r.Op != Replace {
		r.Op = op
	}
	r.Parent = string(state.Parent)
	values := map[string]any{}
	for _, properties := range []map[string]any{r.Values, state.Inputs, state.Outputs} {
		for key, value := range properties {
			values[key] = value
		}
	}
	r.Values = values
}

// text is a property as text: "" where it is not known or not plain.
func (r *Resource) text(path ...string) string {
	var value any = r.Values
	for _, key := range path {
		object, ok := value.(map[string]any)
		if !ok {
			return ""
		}
		value = object[key]
	}
	switch v := value.(type) {
	case string:
		if v == unknown {
			return ""
		}
		return v
	case float64:
		return fmt.Sprint(v)
	}
	return ""
}

// unknown stands in a preview for a value that only AWS will tell (sdk/go/common/
// resource/plugin, UnknownStringValue).
const unknown = "04da6b54-80e4-46f7-96ec-b56ff0331ba9"
