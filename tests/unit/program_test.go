package unit

import (
	"testing"

	"retail/tests/internal/fixture"
	"retail/tests/internal/recorder"
	"retail/tests/internal/stackfile"
)

var (
	program    = fixture.Program
	hubOutputs = fixture.HubOutputs
)

// up deploys a committed stack, with edits of its configuration, against mocks. VPC Lattice,
// which tests/unit/lattice looks at, is off.
func up(t *testing.T, stack string, edits ...func(map[string]any)) *recorder.Recorder {
	t.Helper()
	return fixture.Up(t, recorder.New(t).Hub(hubOutputs()), stack, append([]func(map[string]any){stackfile.WithoutLattice}, edits...)...)
}
