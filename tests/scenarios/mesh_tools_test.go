package scenarios

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"retail/tests/internal/harness"
)

// Pods of the mesh in the shop's namespace.
const (
	storeGateway = "store-gateway"
	waypoint     = "waypoint"
)

// way is what a request passes on its way to ui.
type way struct{ gateway, waypoint bool }

// ended is where requests ended, and the way of one of them.
type ended struct {
	Count, Status                 int
	Cluster, Pod, Gateway, Reason string
	Example                       struct {
		TargetPod string
		Hops      []struct{ What, Name string }
	}
}

// ends follows a hundred requests with a colour's test header.
func (m *meshed) ends(t *testing.T, colour string) []ended {
	t.Helper()
	headers := m.dev.Outputs(t)["testHeaders"].(map[string]any)["main"].(map[string]any)
	text, _ := m.world.TrySandbox("request", shopURL, "--count", "100", "--seed", "1", "--json", "--header", "x-retail-colour="+headers[colour].(string))
	var all []ended
	// After the answers the command says it when not all were good.
	require.NoError(t, json.NewDecoder(strings.NewReader(text)).Decode(&all), text)
	require.NotEmpty(t, all)
	return all
}

// way is what requests to a colour pass, all of them, and each is answered by ui.
func (m *meshed) way(t *testing.T, colour string) way {
	t.Helper()
	var passed []way
	for _, end := range m.ends(t, colour) {
		assert.Equal(t, 200, end.Status, "%+v", end)
		assert.Equal(t, "retail-dev-main-"+colour, end.Cluster)
		assert.True(t, strings.HasPrefix(end.Pod, "store/ui-"), "%+v", end)
		one := way{gateway: strings.HasPrefix(end.Gateway, "store/"+storeGateway+"-")}
		for _, hop := range end.Example.Hops {
			one.waypoint = one.waypoint || hop.What == waypoint && hop.Name == "store/"+waypoint
		}
		passed = append(passed, one)
	}
	require.Len(t, slices.Compact(passed), 1, "%v", passed)
	return passed[0]
}

// customersAsk lets customers ask until the function that it returns is called, which wants
// every request to have been answered.
func (m *meshed) customersAsk(t *testing.T) (stop func()) {
	t.Helper()
	enough, done, asked, bad := make(chan struct{}), make(chan struct{}), 0, []string(nil)
	go func() {
		defer close(done)
		for {
			select {
			case <-enough:
				return
			default:
			}
			if text, err := m.world.TrySandbox("request", shopURL, "--count", "50"); err != nil {
				bad = append(bad, text)
			}
			asked += 50
		}
	}()
	return func() {
		close(enough)
		<-done
		assert.Empty(t, bad, "of %d requests", asked)
		assert.Greater(t, asked, 100, "while the update ran")
	}
}

// steps compares a plan's steps on a colour with testdata/<name>.txt, in which any colour
// is called so. The Gateway API's definitions, which stay in a cluster, are left out.
func (m *meshed) steps(t *testing.T, plan harness.Plan, colour, name string) {
	t.Helper()
	var lines []string
	for _, line := range plan.Lines() {
		if strings.Contains(line, "main-"+colour) && !strings.Contains(line, "gateway-api") && !strings.Contains(line, "retail:gatewayapi:") {
			lines = append(lines, strings.ReplaceAll(line, "main-"+colour, "main-COLOUR"))
		}
	}
	golden, got := filepath.Join("testdata", name+".txt"), strings.Join(lines, "\n")+"\n"
	if *update {
		require.NoError(t, os.WriteFile(golden, []byte(got), 0o600))
		t.Errorf("wrote %s: read it, then run without -update", golden)
		return
	}
	want, err := os.ReadFile(golden)
	require.NoError(t, err)
	assert.Equal(t, string(want), got, name)
}

// onlyColours fails for a step on what is of neither colour.
func onlyColours(t *testing.T, plan harness.Plan) {
	t.Helper()
	for _, step := range plan.Steps {
		ours := strings.Contains(step.Name, "green") || strings.Contains(step.Name, "blue") || step.Type == "pulumi:pulumi:Stack"
		assert.True(t, ours, step.String())
	}
}

// refused wants a preview with another value to fail, and puts the value back.
func (m *meshed) refused(t *testing.T, path string, value any, says ...string) {
	t.Helper()
	before := m.dev.Get(t, path)
	m.dev.Set(t, path, value)
	plan, err := m.dev.TryPreview()
	require.Error(t, err, "must be refused")
	for _, words := range says {
		assert.Contains(t, err.Error()+plan.Text, words)
	}
	if before == nil {
		m.dev.Unset(t, path)
		return
	}
	m.dev.Set(t, path, before)
}

// bind lets green's binding to the front door name another Service.
func (m *meshed) bind(t *testing.T, service string) {
	t.Helper()
	m.kubectl(t, "green", "-n", "store", "patch", "targetgroupbindings.elbv2.k8s.aws", "ui", "--type", "merge",
		"--patch", `{"spec": {"serviceRef": {"name": "`+service+`"}}}`)
}

// targets are the states of the targets in target groups whose name holds this.
func (m *meshed) targets(t *testing.T, group string) []string {
	t.Helper()
	var snapshot struct{ Normalised map[string]string }
	m.world.JSON(t, &snapshot, "snapshot", "--normalised", "--json")
	var states []string
	for name, record := range snapshot.Normalised {
		if !strings.Contains(name, "targetGroupAttachment") {
			continue
		}
		var target struct {
			TargetGroupArn string
			Health         struct{ State string }
		}
		require.NoError(t, json.Unmarshal([]byte(record), &target), record)
		if strings.Contains(target.TargetGroupArn, group) {
			states = append(states, target.Health.State)
		}
	}
	return states
}

// all says whether every target is in that state, and that there are any.
func all(states []string, state string) bool {
	return len(states) > 0 && !slices.ContainsFunc(states, func(is string) bool { return is != state })
}

// reword changes a text in the state that the last update left, once.
func (m *meshed) reword(t *testing.T, from, to string) {
	t.Helper()
	file := filepath.Join(t.TempDir(), "state.json")
	text, err := m.world.Engine("stack", "export", "--stack", "dev", "--show-secrets", "--file", file).Run()
	require.NoError(t, err, text)
	state := read(t, file)
	require.Equal(t, 1, strings.Count(state, from), fmt.Sprintf("%s in the state", from))
	require.NoError(t, os.WriteFile(file, []byte(strings.Replace(state, from, to, 1)), 0o600))
	text, err = m.world.Engine("stack", "import", "--stack", "dev", "--file", file).Run()
	require.NoError(t, err, text)
}
