package stacks

import (
	"errors"
	"fmt"
	"slices"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"retail/internal/problem"
)

// outputsOf returns a getter of a stack's outputs by key; nil means absent.
func outputsOf(reference *pulumi.StackReference) func(key string) (any, error) {
	return func(key string) (any, error) {
		details, err := reference.GetOutputDetails(key)
		if err != nil {
			return nil, err
		}
		if details.SecretValue != nil {
			return details.SecretValue, nil
		}
		return details.Value, nil
	}
}

// lastOutputs looks up the outputs of a stack's last update; none before the
// first. A stack that is not there is an error. Outputs that are secret come in plain, and
// are no business of the callers.
func lastOutputs(ctx *pulumi.Context, stack string, engine pulumi.ProviderResource) (map[string]any, error) {
	args := struct {
		Name string `pulumi:"name"`
	}{stack}
	var found struct {
		Outputs map[string]any `pulumi:"outputs"`
	}
	// Invoke would refuse to return anything as soon as one output is secret.
	_, err := ctx.InvokePackageRaw("pulumi:pulumi:readStackOutputs", &args, &found, "", pulumi.Provider(engine))
	return found.Outputs, err
}

// outputReader reads outputs by key and notes what is wrong with them.
type outputReader struct {
	stack, prefix string
	get           func(string) (any, error)
	problems      problem.List
}

func (r *outputReader) refuse(key, rule string, got any, remedy string) {
	r.problems.Add(fmt.Sprintf("output %q of stack %s", problem.Path(r.prefix, key), r.stack), rule, got, remedy)
}

// value reads one output; one that is absent or empty is refused (cases S1, S7).
func (r *outputReader) value(key string) (any, bool) {
	value, err := r.get(key)
	switch {
	case err != nil:
		r.problems.Join(fmt.Errorf("stack %s cannot be read: %w: deploy it first, or correct hub.stack", r.stack, err))
	case value == nil || value == "":
		r.refuse(key, "is missing or empty", nil, "run pulumi up on that stack with this release of the program, until it succeeds")
	default:
		return value, true
	}
	return nil, false
}

func (r *outputReader) number(key string) int {
	value, ok := r.value(key)
	number, isNumber := value.(float64)
	if ok && !isNumber {
		r.refuse(key, "must be a number", value, "deploy that stack with this release of the program")
	}
	return int(number)
}

func (r *outputReader) flag(key string) bool {
	value, ok := r.value(key)
	flag, isFlag := value.(bool)
	if ok && !isFlag {
		r.refuse(key, "must be true or false", value, "deploy that stack with this release of the program")
	}
	return flag
}

func (r *outputReader) text(key string) string {
	value, ok := r.value(key)
	text, isText := value.(string)
	if ok && !isText {
		r.refuse(key, "must be text", value, "deploy that stack with this release of the program")
	}
	return text
}

func (r *outputReader) texts(key string) []string {
	value, ok := r.value(key)
	list, isList := value.([]any)
	var texts []string
	for _, one := range list {
		text, isText := one.(string)
		isList = isList && isText
		texts = append(texts, text)
	}
	if ok && (!isList || slices.Contains(texts, "")) {
		r.refuse(key, "must be a list of texts", value, "deploy that stack with this release of the program")
	}
	return texts
}

func (r *outputReader) object(key string) map[string]any {
	value, ok := r.value(key)
	object, isObject := value.(map[string]any)
	if ok && !isObject {
		r.refuse(key, "must be an object", value, "deploy that stack with this release of the program")
	}
	return object
}

// inside reads the properties of an output that is an object.
func (r *outputReader) inside(prefix string, value any) *outputReader {
	object, _ := value.(map[string]any)
	return &outputReader{stack: r.stack, prefix: prefix, get: func(key string) (any, error) {
		if object == nil {
			return nil, errors.New(prefix + " is no object")
		}
		return object[key], nil
	}}
}
