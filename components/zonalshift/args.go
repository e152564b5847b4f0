package zonalshift

import (
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"retail/components/internal/tags"
	"retail/internal/problem"
	"retail/internal/shifts"
)

// Args configures autoshift for what stands in one VPC.
type Args struct {
	// Resources are what is shifted, by a name that lasts: "front-door", "blue". At least
	// one. Required.
	Resources map[string]Resource
	// Practice says when practice runs do not take place. Default: they may at any time.
	Practice shifts.Practice
}

// Resource is a cluster or load balancer that is registered for zonal shift.
type Resource struct {
	// Arn is its ARN. Required.
	Arn pulumi.StringInput
	// OutcomeAlarm is the ARN of the CloudWatch alarm that says whether customers noticed a
	// practice run; its going off ends the run as failed. In the resource's account and
	// Region. Required.
	OutcomeAlarm pulumi.StringInput
	// Autoshift lets AWS shift the resource by itself. Default false: there are practice
	// runs only. ARC deletes no configuration while this is on, so an update without it
	// comes before the resource, or this configuration, goes (case Z1).
	Autoshift bool
}

func (a Args) validate() error {
	var problems problem.List
	if len(a.Resources) == 0 {
		problems.Add("resources", "at least one is required", nil, "name what is shifted, or leave the component out")
	}
	for _, key := range tags.Sorted(a.Resources) {
		path := problem.Path("resources", key)
		if a.Resources[key].Arn == nil {
			problems.Add(path+".arn", "is required", nil, "give the resource's ARN")
		}
		if a.Resources[key].OutcomeAlarm == nil {
			problems.Add(path+".outcomeAlarm", "is required: ARC enables autoshift only with practice runs, and these only with an alarm", nil,
				"give the ARN of an alarm that goes off when customers notice")
		}
	}
	problems.Join(problem.Under("practice", a.Practice.Validate("", "")))
	return problems.Err()
}
