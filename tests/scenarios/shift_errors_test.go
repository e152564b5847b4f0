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

// failing is dev with a release in it whose pods are ready, and which fails half of the
// customers' requests from the second step of a shift on. Nothing but the load balancer's
// count of answers tells, by the front door's own alarm.
type failing struct{ *customers }

// backed is what a shift that was taken back reports.
type backed struct {
	Why   string
	Now   map[string]int
	Steps []struct{ Good bool }
}

func TestAShiftGoesBackWhenTheColourFails(t *testing.T) {
	t.Parallel()
	needsStories(t)
	world := harness.Start(t)
	f := &failing{&customers{foundation: &foundation{world: world, network: world.Stack(t, "network"), dev: world.Stack(t, "dev")}}}
	f.network.Up(t)
	f.dev.Up(t)
	world.Sandbox(t, "metrics", "--minute", quickMinute.String())
	t.Run("by an alarm", func(t *testing.T) {
		f.fails(t, []int{20, 50, 100}, func(r *run, _ string) *run { return r })
	})
	t.Run("with green's API server dead", func(t *testing.T) {
		f.fails(t, []int{40, 70, 100}, func(r *run, _ string) *run {
			again := f.killServer(t, "green", cutOff)
			defer again()
			r.end(t)
			return r
		})
	})
	t.Run("with the command killed, and resumed", func(t *testing.T) {
		f.fails(t, []int{60, 80, 100}, func(r *run, report string) *run {
			require.NoError(t, r.cmd.Process.Kill())
			r.end(t)
			next := operate(t, world, "shift", "--stack", "dev", "--vpc", "main", "--to", "green")
			assert.Contains(t, next.end(t), "a shift must come to its end before the next one")
			assert.Equal(t, map[string]any{"blue": 20, "green": 80}, f.dev.Get(t, traffic), "as the killed one left it")
			return operate(t, world, f.flags(report, "--resume")...)
		})
	})
}

// flags are those of a shift of the VPC.
func (f *failing) flags(report string, more ...string) []string {
	return append([]string{"shift", "--stack", "dev", "--vpc", "main", "--bake", (10 * quickMinute).String(), "--every", "1s", "--report", report}, more...)
}

// fails lets green fail in the second step of a shift, and wants the first step's weights back
// after what is done then, which gives the last command.
func (f *failing) fails(t *testing.T, steps []int, then func(r *run, report string) *run) {
	ready(t, f.world, "green")
	ask := f.asks(t)
	report := filepath.Join(t.TempDir(), "report.json")
	r := operate(t, f.world, f.flags(report, "--to", "green", "--steps", strings.Trim(strings.Join(strings.Fields(fmt.Sprint(steps)), ","), "[]"))...)
	require.Eventually(t, func() bool { return strings.Count(r.text(), "; watching for ") == 2 }, 4*patience, 100*time.Millisecond,
		"the second step is in force")
	f.world.Sandbox(t, "errors", "retail-dev-main-green", "--percent", "50", "--status", "503")
	r = then(r, report)
	said := r.end(t)
	assert.Equal(t, 3, r.code, said)
	good := map[string]int{"blue": 100 - steps[0], "green": steps[0]}
	assert.Regexp(t, fmt.Sprintf(`(alarm main-green-errors-\w+ is ALARM|smoke: .*): back to \{blue: %d, green: %d\}`, good["blue"], good["green"]), said)

	var told []backed
	text, err := os.ReadFile(report)
	require.NoError(t, err)
	require.NoError(t, json.Unmarshal(text, &told))
	require.Len(t, told, 1)
	assert.Regexp(t, `^(alarms?[ .]main-green-errors-\w+|smoke)`, told[0].Why)
	assert.Equal(t, good, told[0].Now, "the first step's, which were good")
	for i, step := range told[0].Steps {
		assert.Equal(t, i == 0 && len(told[0].Steps) == 2, step.Good, "%+v", told[0].Steps)
	}
	assert.Equal(t, map[string]any{"blue": good["blue"], "green": good["green"]}, f.dev.Get(t, traffic))
	f.noticed(t, ask)
	f.world.Sandbox(t, "errors", "retail-dev-main-green", "--off")
	assert.InDelta(t, 10*steps[0], f.ask(t, 1000)["green"], 60)
	ready(t, f.world, "green")
	assert.Empty(t, f.dev.Preview(t).Lines(), "file, state and world agree")
}

// asks has customers ask until the function that it returns is called.
func (f *failing) asks(t *testing.T) *asker {
	return askingFor(t, func(seed int) (batch, error) {
		b := batch{began: time.Now()}
		// The command fails when a request does, after it has told of all.
		out, _ := f.world.TrySandbox("request", shopURL, "--count", "500", "--json", "--seed", fmt.Sprint(seed))
		err := json.NewDecoder(strings.NewReader(out)).Decode(&b.answers)
		b.ended = time.Now()
		return b, err
	})
}

// noticed wants some customers to have been failed by green, and none by anything else.
func (f *failing) noticed(t *testing.T, ask *asker) {
	t.Helper()
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
