package zonalshift

import (
	"encoding/json"
	"slices"

	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/cloudcontrol"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"retail/components/internal/names"
	"retail/components/internal/tags"
	"retail/internal/problem"
	"retail/internal/shifts"
)

// configurationType is the CloudFormation type that stands for both the switch and the
// practice runs of one resource; pulumi-aws v6 has no resource of its own (case Z2).
const configurationType = "AWS::ARCZonalShift::ZonalAutoshiftConfiguration"

// Autoshift is the component.
type Autoshift struct {
	pulumi.ResourceState

	// Configurations are the configurations by the resources' names.
	Configurations map[string]pulumi.Resource
}

// New configures autoshift and practice runs for what stands in one VPC. It wants an
// explicit provider for the package aws among its options. Errors name the argument and
// the remedy.
func New(ctx *pulumi.Context, name string, args *Args, opts ...pulumi.ResourceOption) (*Autoshift, error) {
	if err := args.validate(); err != nil {
		return nil, problem.Under("zonalShift", err)
	}
	made := &Autoshift{Configurations: map[string]pulumi.Resource{}}
	if err := ctx.RegisterComponentResource("retail:zonalshift:Autoshift", name, made, opts...); err != nil {
		return nil, err
	}
	for _, key := range tags.Sorted(args.Resources) {
		configuration, err := cloudcontrol.NewResource(ctx, names.Child(name, "autoshift", key), &cloudcontrol.ResourceArgs{
			TypeName: pulumi.String(configurationType), DesiredState: desiredState(args.Resources[key], args.Practice),
		}, pulumi.Parent(made))
		if err != nil {
			return nil, err
		}
		made.Configurations[key] = configuration
	}
	return made, ctx.RegisterResourceOutputs(made, pulumi.Map{})
}

// desiredState is the configuration as Cloud Control takes it. The provider compares texts,
// and sends AWS the difference between the last text and this one: the same values must
// always give the same text, with keys and lists sorted, and no default of AWS's may be
// left to be read back.
//
// The status has one value, ENABLED: what is not enabled does not have it (CloudFormation's
// schema of the type; DISABLED, which ARC's own API knows, is refused).
func desiredState(r Resource, p shifts.Practice) pulumi.StringOutput {
	return pulumi.All(r.Arn, r.OutcomeAlarm).ApplyT(func(known []any) (string, error) {
		practice := map[string]any{"OutcomeAlarms": alarms(known[1].(string))}
		for key, list := range map[string][]string{"BlockedDates": p.BlockedDates, "BlockedWindows": p.BlockedWindows} {
			if len(list) > 0 {
				practice[key] = slices.Compact(slices.Sorted(slices.Values(list)))
			}
		}
		if p.BlockingAlarm != "" {
			practice["BlockingAlarms"] = alarms(p.BlockingAlarm)
		}
		state := map[string]any{"ResourceIdentifier": known[0].(string), "PracticeRunConfiguration": practice}
		if r.Autoshift {
			state["ZonalAutoshiftStatus"] = "ENABLED"
		}
		text, err := json.Marshal(state)
		return string(text), err
	}).(pulumi.StringOutput)
}

// alarms is a list of the one alarm that CloudFormation's schema allows; ARC's own API
// takes ten.
func alarms(arn string) []map[string]string {
	return []map[string]string{{"AlarmIdentifier": arn, "Type": "CLOUDWATCH"}}
}
