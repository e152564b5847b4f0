package scenarios

import (
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// restart kills the world's daemon as a power cut would, starts it again and
// finds everything as it was: the simulated AWS, the clusters and what is in
// them.
func (f *foundation) restart(t *testing.T) {
	before := f.world.Snapshot(t)
	var status struct {
		PID int `json:"pid"`
	}
	f.world.JSON(t, &status, "status", "--json")
	require.Positive(t, status.PID)
	require.NoError(t, syscall.Kill(status.PID, syscall.SIGKILL))
	require.Eventually(t, func() bool { return syscall.Kill(status.PID, 0) != nil }, 10*time.Second, 50*time.Millisecond)

	f.world.Sandbox(t, "start")
	assert.Equal(t, before, f.world.Snapshot(t))
	for _, colour := range []string{"blue", "green"} {
		out, err := f.world.TrySandbox("kubectl", "retail-dev-main-"+colour, "wait", "node", "--all", "--for=condition=Ready", "--timeout=60s")
		require.NoError(t, err, out)
	}
	assert.Empty(t, f.dev.Preview(t).Lines())
}
