package lattice

import (
	"fmt"
	"regexp"

	"retail/internal/lattice"
	"retail/internal/problem"
)

// requirement is an argument and whether it is missing.
type requirement struct {
	path    string
	missing bool
}

func demand(problems *problem.List, all []requirement) {
	for _, one := range all {
		if one.missing {
			problems.Add(one.path, "is required", nil, "set it")
		}
	}
}

// between refuses a number outside what VPC Lattice takes.
func between(problems *problem.List, path string, value, low, high int) {
	if value < low || value > high {
		problems.Add(path, fmt.Sprintf("must be %d to %d", low, high), value, "correct it, or leave it out")
	}
}

// targetGroupForm is the ARN of a target group (Amazon VPC Lattice API Reference,
// CreateTargetGroup, arn).
var targetGroupForm = regexp.MustCompile(`^arn:aws[a-z-]*:vpc-lattice:[a-z0-9-]+:\d{12}:targetgroup/tg-[0-9a-z]{17}$`)

func checkBackends(problems *problem.List, backends []lattice.Backend) {
	for i, backend := range backends {
		if !targetGroupForm.MatchString(backend.TargetGroupArn) {
			problems.Add(fmt.Sprintf("outside[%d].targetGroupArn", i), "must be the ARN of a target group of VPC Lattice", fmt.Sprintf("%q", backend.TargetGroupArn), "correct it")
		}
	}
}
