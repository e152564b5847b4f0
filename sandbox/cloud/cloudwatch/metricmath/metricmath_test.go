package metricmath_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"retail/sandbox/cloud/cloudwatch/metricmath"
)

type series = metricmath.Series

func TestExpressions(t *testing.T) {
	times := []int64{0, 60, 120}
	of := map[string]series{"errors": {0: 6, 60: 4}, "requests": {0: 20, 60: 10, 120: 5}, "none": {}, "zero": {0: 0}}
	for text, want := range map[string]series{
		// The program's own alarms.
		"IF(errors >= 5, 100 * errors / requests, 0)":                     {0: 30, 60: 0},
		"IF(errors >= 5, 100 * errors / (FILL(requests, 0) + errors), 0)": {0: 600. / 26, 60: 0},
		"IF(errors >= 5, 100 * errors / (FILL(none, 0) + errors), 0)":     {0: 100, 60: 0},
		"1 + 2 * errors":                    {0: 13, 60: 9},
		"(1 + 2) * errors":                  {0: 18, 60: 12},
		"-errors ^ 2":                       {0: -36, 60: -16},
		"2 ^ 3 ^ 2 + 0 * errors":            {0: 512, 60: 512},
		"requests / zero":                   {},
		"errors > 5 AND requests > 5":       {0: 1, 60: 0},
		"errors > 5 || requests > 5":        {0: 1, 60: 1},
		"errors == 4 OR errors != 4":        {0: 1, 60: 1},
		"IF(errors < 5, requests)":          {60: 10},
		"IF(1, errors)":                     {0: 6, 60: 4},
		"IF(0, errors, requests)":           {0: 20, 60: 10, 120: 5},
		"FILL(errors, requests)":            {0: 6, 60: 4, 120: 5},
		"SUM([errors, requests])":           {0: 26, 60: 14, 120: 5},
		"MAX([errors, requests])":           {0: 20, 60: 10, 120: 5},
		"MIN([errors, requests])":           {0: 6, 60: 4, 120: 5},
		"AVG([errors, requests])":           {0: 13, 60: 7, 120: 5},
		"CEIL(errors / 4) + FLOOR(1.5)":     {0: 3, 60: 2},
		"ABS(errors - requests) <= 1e1 * 1": {0: 0, 60: 1},
	} {
		e, err := metricmath.Parse(text)
		require.NoError(t, err, text)
		got, err := e.Evaluate(times, of)
		require.NoError(t, err, text)
		assert.InDeltaMapValues(t, map[int64]float64(want), map[int64]float64(got), 1e-9, text)
	}
}

func TestExpressionsThatAreRefused(t *testing.T) {
	for text, reason := range map[string]string{
		"":                        "it ends where a value is expected",
		"errors +":                "it ends where a value is expected",
		"errors requests":         `unexpected "requests"`,
		"(errors":                 `expected ")"`,
		"errors $ 2":              `unexpected "$"`,
		"Errors":                  `unexpected "Errors"`,
		"RATE(errors)":            "the function RATE is not simulated",
		"SEARCH(errors)":          "the function SEARCH is not simulated",
		"IF(errors)":              "IF takes 2 to 3 arguments, got 1",
		"FILL(errors, REPEAT)":    `unexpected "REPEAT"`,
		"SUM([errors; requests])": `unexpected ";"`,
	} {
		_, err := metricmath.Parse(text)
		require.ErrorContains(t, err, reason, text)
	}
	for text, reason := range map[string]string{
		"other + 1":          `undefined variable "other"`,
		"1 + 2":              "no time series",
		"[errors, errors]":   "several time series",
		"1 + [errors]":       "a list is only for the functions AVG, MAX, MIN, SUM",
		"SUM([1])":           "a list holds time series only",
		"SUM(errors)":        "SUM of what is no list",
		"FILL(1, errors)":    "FILL takes a time series first",
		"IF([errors], 1, 2)": "IF takes no list",
	} {
		e, err := metricmath.Parse(text)
		require.NoError(t, err, text)
		_, err = e.Evaluate([]int64{0}, map[string]series{"errors": {0: 1}})
		require.ErrorContains(t, err, reason, text)
	}
}

func TestIdentifiers(t *testing.T) {
	e, err := metricmath.Parse("IF(b > 1, a / b, SUM([c, a]))")
	require.NoError(t, err)
	assert.Equal(t, []string{"a", "b", "c"}, e.Identifiers())
}
