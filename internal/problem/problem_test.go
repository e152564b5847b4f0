package problem_test

import (
	"errors"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"retail/internal/problem"
)

func TestErrorNamesPathRuleValueAndRemedy(t *testing.T) {
	var list problem.List
	list.Add("vpcs.main.traffic", "blue+green must be 100", "110 (blue 60, green 50)", "choose two weights that sum to 100")
	require.EqualError(t, list.Err(),
		"vpcs.main.traffic: blue+green must be 100, got 110 (blue 60, green 50): choose two weights that sum to 100")
}

func TestListWithoutProblemsIsNoError(t *testing.T) {
	var list problem.List
	list.Join(nil, nil)
	assert.NoError(t, list.Err())
}

func TestUnderPrefixesEveryProblem(t *testing.T) {
	var inner problem.List
	inner.Add("zones", "at least two are needed", 1, "add a zone")
	inner.Add("", "cidr is required", nil, "")
	inner.Join(errors.New("plain"))

	err := problem.Under("vpcs.main", inner.Err())
	require.EqualError(t, err, "vpcs.main.zones: at least two are needed, got 1: add a zone\n"+
		"vpcs.main: cidr is required\nvpcs.main: plain")
	assert.Len(t, problem.All(err), 3)
	assert.NoError(t, problem.Under("vpcs.main", nil))
}
