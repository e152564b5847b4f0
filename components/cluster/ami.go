package cluster

import (
	"fmt"
	"regexp"

	"retail/internal/problem"
)

// instanceType splits an EC2 instance type into family, generation, attributes and size
// (Amazon EC2 User Guide, "Amazon EC2 instance type naming conventions").
var instanceType = regexp.MustCompile(`^([a-z]+)(\d+)([a-z0-9-]*)\.(\d*[a-z]+(?:-\d+[a-z]*)?)$`)

// accelerated are the families with GPUs or other accelerators: they need AMIs with
// drivers, which neither of the two families here has.
var accelerated = regexp.MustCompile(`^(g|gr|p|inf|trn|dl|vt|f)$`)

// isArm says whether an instance type has a Graviton processor: the attribute "g" after
// the generation, or the first generation "a1".
func isArm(text string) (arm bool, err error) {
	parts := instanceType.FindStringSubmatch(text)
	if parts == nil {
		return false, fmt.Errorf("%q is no EC2 instance type", text)
	}
	family, attributes := parts[1], parts[3]
	if accelerated.MatchString(family) {
		return false, fmt.Errorf("%q has an accelerator, for which the AMIs have no driver", text)
	}
	if family == "a" {
		return true, nil
	}
	for _, attribute := range attributes {
		if attribute == '-' { // what follows is no attribute: m7i-flex
			break
		}
		if attribute == 'g' {
			return true, nil
		}
	}
	return false, nil
}

// AMIType returns the EKS AMI type for an operating system and instance types, which
// must all have one processor architecture: a node group has one AMI.
func AMIType(family Family, types []string) (string, error) {
	var problems problem.List
	arms := 0
	for _, text := range types {
		arm, err := isArm(text)
		if err != nil {
			problems.Add("instanceTypes", err.Error(), nil, "choose general purpose, compute, memory or storage types")
		}
		if arm {
			arms++
		}
	}
	if arms != 0 && arms != len(types) {
		problems.Add("instanceTypes", "must all have one processor architecture", types, "make one node group for Graviton types and one for the others")
	}
	if err := problems.Err(); err != nil {
		return "", err
	}
	byArchitecture := map[Family][2]string{
		AL2023:       {"AL2023_x86_64_STANDARD", "AL2023_ARM_64_STANDARD"},
		Bottlerocket: {"BOTTLEROCKET_x86_64", "BOTTLEROCKET_ARM_64"},
	}
	amis, known := byArchitecture[family]
	if !known {
		choose(&problems, "family", family, AL2023, Bottlerocket)
		return "", problems.Err()
	}
	if arms > 0 {
		return amis[1], nil
	}
	return amis[0], nil
}
