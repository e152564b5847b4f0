package main

import (
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"retail/sandbox/world"
)

func TestChangesAreCountedFromTheEnginesSummary(t *testing.T) {
	log := []byte(`{"preludeEvent":{}}
{"summaryEvent":{"resourceChanges":{"create":2,"same":3}}}
{"cancelEvent":{}}
`)
	did := count(log)
	assert.Equal(t, "2 created, 3 unchanged", did.String())
	assert.True(t, did.any())
	assert.False(t, changes{"same": 3}.any())
	assert.Empty(t, count([]byte(`{"preludeEvent":{}}`)), "an engine that was cut off has no summary")
}

func TestCoverageTableIsFresh(t *testing.T) {
	var fresh strings.Builder
	writeCoverage(&fresh, world.Registry(nil))
	committed, err := os.ReadFile("../../../docs/sandbox-coverage.md")
	require.NoError(t, err)
	assert.Equal(t, fresh.String(), string(committed), "run: make generate")
}

func TestExportsSurviveAShell(t *testing.T) {
	assert.Equal(t, `'/a path/it'\''s'`, quote("/a path/it's"))
}
