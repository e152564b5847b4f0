package cluster

import (
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"retail/components/internal/names"
	"retail/internal/problem"
	"retail/internal/versions"
)

// CheckUpgrade refuses a version change of a standing cluster that EKS would refuse
// (E4), and one of a protected cluster, which carries traffic, unless allowed.
func CheckUpgrade(cluster, current, wanted string, protected, allowed bool) error {
	if current == wanted {
		return nil
	}
	to, err := versions.Parse(wanted)
	if err != nil {
		return problem.Under(cluster+".version", err)
	}
	// A cluster may run a version the table no longer holds: the step still counts.
	from, err := versions.Read(current)
	if err != nil {
		return problem.Under(cluster+".version", err)
	}
	if err := versions.CheckStep(from, to); err != nil {
		return problem.Under(cluster+".version", err)
	}
	if protected && !allowed {
		return &problem.Problem{
			Path: cluster + ".version", Rule: "must not change while the cluster carries traffic, it runs " + current, Got: wanted,
			Remedy: "raise the other colour with version " + wanted + " and move traffic to it, or set upgradeProtected",
		}
	}
	return nil
}

// newUpgradeGuard returns a hook that runs CheckUpgrade before the cluster is updated.
// It compares with the state of the stack, so it needs no lookup and knows the very
// version the update would start from; it runs in previews too.
func newUpgradeGuard(ctx *pulumi.Context, name string, args Args) (*pulumi.ResourceHook, error) {
	return ctx.RegisterResourceHook(names.Child(name, "upgrade-guard"), func(update *pulumi.ResourceHookArgs) error {
		current, wanted := update.OldInputs["version"], update.NewInputs["version"]
		if !current.IsString() || !wanted.IsString() {
			return nil
		}
		return CheckUpgrade(args.name(), current.StringValue(), wanted.StringValue(), args.Protect, args.UpgradeProtected)
	}, &pulumi.ResourceHookOptions{OnDryRun: true})
}
