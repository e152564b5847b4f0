// Package once keeps values that a program generates: the first run's value stays, in the
// state, encrypted; later runs generate another one and discard it. Nothing changes until
// somebody raises the generation.
//
// It rests on the engine's own Stash, whose output is what its input was when the
// resource was made, and on ignoring changes of that input. Whoever makes one wants an
// explicit provider for the package pulumi among its options.
package once

import (
	"fmt"
	"strconv"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"retail/components/internal/names"
	"retail/internal/problem"
)

// Values are a kept set of texts, secret wherever they go.
type Values struct {
	stash *pulumi.Stash
	name  string
}

// New generates values and keeps those of the first run. Generation is part of the
// resource's name, 1 or more: raising it is the way to renew, and the new values replace
// the old ones in one update.
func New(
	ctx *pulumi.Context, name string, generation int, generate func() (map[string]string, error), opts ...pulumi.ResourceOption,
) (*Values, error) {
	if generation < 1 {
		return nil, &problem.Problem{
			Path: "generation", Rule: "must be 1 or more", Got: strconv.Itoa(generation), Remedy: "begin with 1 and add 1 to renew",
		}
	}
	made, err := generate()
	if err != nil {
		return nil, fmt.Errorf("%s cannot be generated: %w", name, err)
	}
	stash, err := pulumi.NewStash(ctx, names.Child(name, "generation", strconv.Itoa(generation)), &pulumi.StashArgs{
		Input: pulumi.ToSecret(pulumi.ToStringMap(made)),
	}, append([]pulumi.ResourceOption{
		pulumi.IgnoreChanges([]string{"input"}),
		// The engine would mark the input alone.
		pulumi.AdditionalSecretOutputs([]string{"input", "output"}),
	}, opts...)...)
	if err != nil {
		return nil, err
	}
	return &Values{stash: stash, name: name}, nil
}

// Get returns one of the values; it is secret. A key that was not generated is an error.
func (v *Values) Get(key string) pulumi.StringOutput {
	output := v.stash.Output.ApplyT(func(kept any) (string, error) {
		all, _ := kept.(map[string]any)
		text, found := all[key].(string)
		if !found {
			return "", fmt.Errorf("%s holds no %q: raise its generation to make it anew", v.name, key)
		}
		return text, nil
	}).(pulumi.StringOutput)
	return pulumi.ToSecret(output).(pulumi.StringOutput)
}

// Resource is what keeps the values, to depend on.
func (v *Values) Resource() pulumi.Resource { return v.stash }
