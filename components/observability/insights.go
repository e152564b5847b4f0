package observability

import (
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"retail/components/internal/logs"
	"retail/components/internal/names"
	"retail/components/internal/tags"
)

// newInsights makes the log groups that Container Insights writes into, before it does. It
// would make them itself, without an end to what is kept, outside the state and without a
// key of ours; and they outlive their colour, which is what they are for.
func (d *Durable) newInsights(ctx *pulumi.Context, name string, args *DurableArgs, child pulumi.ResourceOption) error {
	for _, colour := range tags.Sorted(args.Insights) {
		groups, err := logs.NewSet(ctx, names.Child(name, "insights", colour), &logs.Args{
			Account: args.Account, Region: args.Region, RetentionDays: args.LogRetentionDays, Unprotected: args.Unprotected, Tags: args.Tags,
		}, args.Insights[colour], child)
		if err != nil {
			return err
		}
		d.Insights[colour] = groups
	}
	return nil
}
