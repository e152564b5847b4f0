// Package stacks wires components into the two kinds of stack: the network hub
// and an environment. It holds calls and wiring only; what things are lies in
// the components, what a person decides in the configuration.
package stacks

import (
	"maps"
	"slices"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"retail/stacks/config"
)

// project begins the physical names of what the stacks make.
const project = "retail"

// Deploy deploys the kind of stack that the configuration describes.
func Deploy(ctx *pulumi.Context, loaded *config.Config) error {
	if loaded.Network != nil {
		return deployNetwork(ctx, loaded.Network)
	}
	return deployEnvironment(ctx, loaded.Environment)
}

// announce shows what falls short of production-safe defaults, and why, on
// every run: as warnings where customers depend on the stack.
func announce(ctx *pulumi.Context, criticality config.Criticality, relaxations []config.Relaxation) error {
	log := ctx.Log.Info
	if criticality == config.High {
		log = ctx.Log.Warn
	}
	for _, relaxation := range relaxations {
		if err := log(relaxation.Path+": relaxed: "+string(relaxation.Reason), nil); err != nil {
			return err
		}
	}
	return nil
}

// sorted returns a map's keys in order, so that resources are registered and
// errors reported in the same order on every run.
func sorted[K ~string, V any](m map[K]V) []K { return slices.Sorted(maps.Keys(m)) }
