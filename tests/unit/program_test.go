package unit

import (
	"testing"

	"retail/tests/internal/fixture"
	"retail/tests/internal/recorder"
)

var (
	program    = fixture.Program
	hubOutputs = fixture.HubOutputs
)

// up deploys a committed stack, with edits of its configuration, against mocks.
func up(t *testing.T, stack string, edits ...func(map[string]any)) *recorder.Recorder {
	t.Helper()
	return fixture.Up(t, recorder.New(t).Hub(hubOutputs()), stack, edits...)
}
