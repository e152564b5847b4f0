package scenarios

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"retail/tests/internal/harness"
)

// quickMinute is how long CloudWatch's minute lasts in these stories: an alarm that wants
// three bad minutes of five goes off after three bad stretches of it.
const quickMinute = 3 * time.Second

// TestAShiftGoesBackWhenTheColourFails is a release with a fault in it: its pods are ready,
// and from the second step on it fails half of the customers' requests. Nothing but the
// load balancer's count of answers tells, by the front door's own alarm.
func TestAShiftGoesBackWhenTheColourFails(t *testing.T) {
	t.Parallel()
	needsStories(t)
	world := harness.Start(t)
	c := &customers{foundation: &foundation{world: world, network: world.Stack(t, "network"), dev: world.Stack(t, "dev")}}
	c.network.Up(t)
	c.dev.Up(t)
	world.Sandbox(t, "metrics", "--minute", quickMinute.String())
	ready(t, world, "green")

	ask := askingFor(t, func(seed int) (batch, error) {
		b := batch{began: time.Now()}
		// The command fails when a request does, after it has told of all.
		out, _ := world.TrySandbox("request", shopURL, "--count", "500", "--json", "--seed", fmt.Sprint(seed))
		err := json.NewDecoder(strings.NewReader(out)).Decode(&b.answers)
		b.ended = time.Now()
		return b, err
	})
	report := filepath.Join(t.TempDir(), "report.json")
	r := operate(t, world, "shift", "--stack", "dev", "--vpc", "main", "--to", "green", "--steps", "20,50,100",
		"--bake", (10 * quickMinute).String(), "--every", "1s", "--report", report)
	require.Eventually(t, func() bool { return strings.Count(r.text(), "; watching for ") == 2 }, 4*patience, 100*time.Millisecond,
		"the second step is in force")
	world.Sandbox(t, "errors", "retail-dev-main-green", "--percent", "50", "--status", "503")
	said := r.end(t)
	assert.Equal(t, 3, r.code, said)
	assert.Regexp(t, `alarm main-green-errors-\w+ is ALARM: back to `, said)

	var told []struct {
		Why   string
		Now   map[string]int
		Steps []struct{ Good bool }
	}
	text, err := os.ReadFile(report)
	require.NoError(t, err)
	require.NoError(t, json.Unmarshal(text, &told))
	require.Len(t, told, 1)
	assert.Regexp(t, `^alarm main-green-errors-\w+ is ALARM$`, told[0].Why)
	assert.Equal(t, map[string]int{"blue": 80, "green": 20}, told[0].Now, "the first step's, which were good")
	require.Len(t, told[0].Steps, 2)
	assert.True(t, told[0].Steps[0].Good)
	assert.False(t, told[0].Steps[1].Good)
	assert.Equal(t, map[string]any{"blue": 80, "green": 20}, c.dev.Get(t, traffic))
	assert.Empty(t, c.dev.Preview(t).Lines(), "file, state and world agree")

	failed := 0
	for _, b := range ask.stop(t) {
		for _, a := range b.answers {
			if a.Status != 200 {
				failed += a.Count
				assert.Equal(t, "retail-dev-main-green", a.Cluster, "%+v", a)
				assert.Equal(t, 503, a.Status, "%+v", a)
			}
		}
	}
	assert.NotZero(t, failed, "customers noticed")
	world.Sandbox(t, "errors", "retail-dev-main-green", "--off")
	counts := c.ask(t, 1000)
	assert.InDelta(t, 200, counts["green"], 60)
}

// ready waits until a colour may take the traffic: an update awaits pods, not that load
// balancers have found them healthy.
func ready(t *testing.T, world *harness.World, to string) {
	t.Helper()
	for limit := time.Now().Add(10 * time.Minute); ; {
		r := operate(t, world, "shift", "--stack", "dev", "--vpc", "main", "--to", to, "--dry-run")
		said := r.end(t)
		if r.code == 0 {
			return
		}
		require.True(t, time.Now().Before(limit), "%s may not take the traffic: %s", to, said)
		time.Sleep(2 * time.Second)
	}
}
