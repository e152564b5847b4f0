package scenarios

import (
	"bytes"
	"encoding/json"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"retail/tests/internal/harness"
)

// disturbance is what goes wrong once in a deployment.
type disturbance struct {
	stage *stage
	at    call
	when  string // relative to the call's effect: before, after
	kind  string // of fault: error, timeout, lost, or hold, during which the engine is killed
}

func (d disturbance) String() string {
	verb := map[string]string{"hold": "killed"}[d.kind]
	if verb == "" {
		verb = d.kind
	}
	return strings.Join([]string{d.stage.stack, verb, d.when, d.at.String()}, " ")
}

// run deploys with the disturbance, deploys again and compares.
func (d disturbance) run(t *testing.T) {
	world := d.stage.base.Copy(t)
	fault := []string{"fault", "add", d.at.Operation, "--when", d.when, "--kind", d.kind, "--account", d.at.Account,
		"--nth", strconv.Itoa(d.at.Nth)}
	if d.at.URN != "" {
		fault = append(fault, "--urn", d.at.URN)
	}
	world.Sandbox(t, fault...)
	if d.kind == "hold" {
		d.kill(t, world)
	} else {
		d.fail(t, world)
	}

	text, err := engine(world, upOf(d.stage.stack)...).Run()
	require.NoError(t, err, "the second up: %s", text)
	d.stage.want.same(t, stateOf(t, world))
	text, err = engine(world, "preview", "--expect-no-changes", "--stack", d.stage.stack).Run()
	assert.NoError(t, err, "a preview finds nothing left to do: %s", text)
}

// fail deploys into the fault. A lost answer need not fail the deployment: AWS
// may recognise the second request, or make a second resource.
func (d disturbance) fail(t *testing.T, world *harness.World) {
	t.Helper()
	text, err := engine(world, upOf(d.stage.stack)...).Run()
	require.True(t, struck(t, world), "the call was made: %s", text)
	if d.kind == "lost" {
		world.Sandbox(t, "recover", "--delete-lost", d.stage.stack)
		return
	}
	require.Error(t, err, "a failed call fails the deployment: %s", text)
}

// kill kills the engine while the call is on its way, then recovers as the
// runbook says.
func (d disturbance) kill(t *testing.T, world *harness.World) {
	t.Helper()
	doomed := world.Engine(upOf(d.stage.stack)...)
	ended, err := doomed.Start()
	require.NoError(t, err)
	for !struck(t, world) {
		select {
		case err := <-ended:
			require.FailNow(t, "the deployment ended before the call", "%v", err)
		case <-time.After(200 * time.Millisecond):
		}
	}
	doomed.Kill()
	require.Error(t, <-ended)
	told := world.Sandbox(t, "recover", d.stage.stack)
	require.Contains(t, told, "settling what an interrupted run of "+d.stage.stack+" left", "the call in flight was pending")
}

// engine prepares a run that will not be killed.
func engine(world *harness.World, args ...string) *harness.Engine {
	return world.Engine(args...).Unbroken()
}

// struck tells whether the world's only fault has hit its call.
func struck(t *testing.T, world *harness.World) bool {
	t.Helper()
	var faults []struct{ Struck int }
	world.JSON(t, &faults, "fault", "list", "--json")
	require.Len(t, faults, 1)
	return faults[0].Struck > 0
}

// state is what a world holds, comparable with another's.
type state struct {
	normalised map[string]string // by logical name
	types      map[string]int    // records by type
}

func stateOf(t *testing.T, world *harness.World) state {
	t.Helper()
	var snapshot struct {
		Identifiers []string
		Normalised  map[string]string
	}
	world.JSON(t, &snapshot, "snapshot", "--normalised", "--json")
	types := map[string]int{}
	for _, line := range snapshot.Identifiers {
		parts := strings.Split(line, "/") // account, region, the type in two parts, identifier
		types[parts[2]+"/"+parts[3]]++
	}
	return state{snapshot.Normalised, types}
}

// same compares, telling only the records that differ.
func (s state) same(t *testing.T, got state) {
	t.Helper()
	assert.Equal(t, s.types, got.types, "resources by type: none twice, none missing")
	for name, want := range s.normalised {
		if want != got.normalised[name] { // told line by line: a record is long
			assert.Equal(t, indented(want), indented(got.normalised[name]), name)
		}
	}
	for name := range got.normalised {
		_, known := s.normalised[name]
		assert.True(t, known, "%s: a resource that no undisturbed deployment makes", name)
	}
}

// indented is a record with a line for each value.
func indented(record string) string {
	var out bytes.Buffer
	text, unfinished := strings.CutSuffix(record, " unfinished")
	if err := json.Indent(&out, []byte(text), "", "  "); err != nil {
		return record
	}
	if unfinished {
		out.WriteString("\nunfinished")
	}
	return out.String()
}
