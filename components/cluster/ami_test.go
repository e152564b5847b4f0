package cluster

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestAMITypeFollowsTheProcessor(t *testing.T) {
	for _, c := range []struct {
		family Family
		types  []string
		want   string
	}{
		{AL2023, []string{"m7i.large", "m6a.large", "m5.large"}, "AL2023_x86_64_STANDARD"},
		{AL2023, []string{"m7i-flex.large"}, "AL2023_x86_64_STANDARD"},
		{AL2023, []string{"u7i-12tb.224xlarge"}, "AL2023_x86_64_STANDARD"},
		{AL2023, []string{"c7i.metal-24xl"}, "AL2023_x86_64_STANDARD"},
		{AL2023, []string{"t4g.small", "m7g.large", "m7gd.large", "c7gn.large", "r8g.metal-48xl"}, "AL2023_ARM_64_STANDARD"},
		{AL2023, []string{"a1.large", "im4gn.large", "is4gen.medium", "x2gd.large"}, "AL2023_ARM_64_STANDARD"},
		{Bottlerocket, []string{"m7i.large"}, "BOTTLEROCKET_x86_64"},
		{Bottlerocket, []string{"m7g.large"}, "BOTTLEROCKET_ARM_64"},
	} {
		got, err := AMIType(c.family, c.types)
		require.NoError(t, err, "%v", c.types)
		assert.Equal(t, c.want, got, "%v", c.types)
	}
}

func TestAMITypeRefuses(t *testing.T) {
	for _, c := range []struct {
		types []string
		want  string
	}{
		{[]string{"m7i.large", "m7g.large"}, "must all have one processor architecture"},
		{[]string{"large"}, "is no EC2 instance type"},
		{[]string{"m7i"}, "is no EC2 instance type"},
		{[]string{"g6.xlarge"}, "has an accelerator"},
		{[]string{"p5.48xlarge", "inf2.xlarge"}, `"inf2.xlarge" has an accelerator`},
	} {
		_, err := AMIType(AL2023, c.types)
		assert.ErrorContains(t, err, c.want, "%v", c.types)
	}
}
