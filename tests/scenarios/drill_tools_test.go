package scenarios

import (
	"bufio"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"retail/tests/internal/harness"
)

// run is the operator's command under way.
type run struct {
	cmd          *exec.Cmd
	began, ended time.Time
	code         int
	done         chan struct{}

	guard sync.Mutex
	lines []said
}

// said is a line that a command printed, and when.
type said struct {
	text string
	at   time.Time
}

// drill starts `retail drill zone` on a zone.
func (d *drilled) drill(t *testing.T, zone string, flags ...string) *run {
	t.Helper()
	return operate(t, d.world, append([]string{"drill", "zone", "--stack", d.stack.Name, "--vpc", d.vpc, "--zone", zone, "--every", "1s"}, flags...)...)
}

// operate starts the operator's command in a world's project.
func operate(t *testing.T, world *harness.World, args ...string) *run {
	t.Helper()
	r := &run{cmd: exec.Command(filepath.Join(world.Root, "bin", "retail"), args...), began: time.Now(), done: make(chan struct{})}
	r.cmd.Dir, r.cmd.Env = filepath.Join(world.Dir, "project"), os.Environ()
	for key, value := range world.Env {
		r.cmd.Env = append(r.cmd.Env, key+"="+value)
	}
	out, err := r.cmd.StdoutPipe()
	require.NoError(t, err)
	r.cmd.Stderr = r.cmd.Stdout
	require.NoError(t, r.cmd.Start())
	t.Cleanup(func() { _ = r.cmd.Process.Kill() }) // it has ended, unless the test has failed
	go func() {
		for scanner := bufio.NewScanner(out); scanner.Scan(); {
			r.guard.Lock()
			r.lines = append(r.lines, said{scanner.Text(), time.Now()})
			r.guard.Unlock()
		}
		var exit *exec.ExitError
		if err := r.cmd.Wait(); errors.As(err, &exit) {
			r.code = exit.ExitCode()
		} else if err != nil {
			r.code = -1
		}
		r.ended = time.Now()
		close(r.done)
	}()
	return r
}

// at is when the command first printed a text; zero when it has not.
func (r *run) at(text string) time.Time {
	r.guard.Lock()
	defer r.guard.Unlock()
	for _, line := range r.lines {
		if strings.Contains(line.text, text) {
			return line.at
		}
	}
	return time.Time{}
}

// text is all that the command has printed.
func (r *run) text() string {
	r.guard.Lock()
	defer r.guard.Unlock()
	var all strings.Builder
	for _, line := range r.lines {
		all.WriteString(line.text + "\n")
	}
	return all.String()
}

// says waits until the command has printed a text.
func (r *run) says(t *testing.T, text string) {
	t.Helper()
	for limit := time.After(patience); r.at(text).IsZero(); {
		select {
		case <-r.done:
			require.False(t, r.at(text).IsZero(), "it has ended with %d and did not say %q:\n%s", r.code, text, r.text())
		case <-limit:
			require.Fail(t, "too late", "it does not say %q:\n%s", text, r.text())
		case <-time.After(20 * time.Millisecond):
		}
	}
}

// end waits for the end and gives all that was printed.
func (r *run) end(t *testing.T) string {
	t.Helper()
	select {
	case <-r.done:
	case <-time.After(patience):
		require.Fail(t, "it does not end", r.text())
	}
	return r.text()
}

// interrupt is Ctrl-C.
func (r *run) interrupt(t *testing.T) {
	t.Helper()
	require.NoError(t, r.cmd.Process.Signal(syscall.SIGINT))
}

// picture is what a shift touches, in every colour and in AWS: nodes with whether they
// take pods, endpoints with their zones, and identifiers of all that AWS holds. It is taken
// when all of that has come to rest.
func (d *drilled) picture(t *testing.T) []string {
	t.Helper()
	last := d.look(t)
	require.Eventually(t, func() bool {
		before := last
		last = d.look(t)
		return slices.Equal(before, last)
	}, patience, still, "the world comes to rest")
	return last
}

// still is how long nothing may change before a world is at rest: controllers look again at
// every second.
const still = 3 * time.Second

func (d *drilled) look(t *testing.T) []string {
	t.Helper()
	all := d.world.Snapshot(t)
	for _, colour := range []string{"blue", "green"} {
		nodes := d.kubectl(t, colour, "get", "nodes", "-o", `jsonpath={range .items[*]}node {.metadata.name} unschedulable={.spec.unschedulable}{"\n"}{end}`)
		endpoints := d.kubectl(t, colour, "get", "endpointslices", "-A", "-o", `jsonpath={range .items[*]}{range .endpoints[*]}endpoint {.targetRef.namespace}/{.targetRef.name} {.addresses[0]} {.zone} ready={.conditions.ready}{"\n"}{end}{end}`)
		for line := range strings.Lines(nodes + endpoints) {
			all = append(all, colour+" "+strings.TrimSpace(line))
		}
	}
	slices.Sort(all)
	return slices.Compact(all) // a pod may be behind several Services
}

// zoneOf is the zone, by ID, of the pod that answered.
func (d *drilled) zoneOf(t *testing.T, a reply) string {
	t.Helper()
	key := a.Cluster + " " + a.Pod
	if d.pods[key] == "" {
		d.pods = d.podZones(t)
	}
	require.NotEmpty(t, d.pods[key], key)
	return d.pods[key]
}

// podZones are the zones of all the shop's pods, by cluster and pod.
func (d *drilled) podZones(t *testing.T) map[string]string {
	t.Helper()
	zones := map[string]string{}
	for _, colour := range []string{"blue", "green"} {
		nodes := map[string]string{}
		for _, line := range strings.Fields(d.kubectl(t, colour, "get", "nodes", "-o", `jsonpath={range .items[*]}{.metadata.name}={.metadata.labels.topology\.k8s\.aws/zone-id}{"\n"}{end}`)) {
			name, zone, _ := strings.Cut(line, "=")
			nodes[name] = zone
		}
		for _, line := range strings.Fields(d.kubectl(t, colour, "-n", "store", "get", "pods", "-o", `jsonpath={range .items[*]}{.metadata.name}={.spec.nodeName}{"\n"}{end}`)) {
			name, node, _ := strings.Cut(line, "=")
			zones[d.cluster(colour)+" store/"+name] = nodes[node]
		}
	}
	return zones
}

// shifts are what ARC holds in the world.
type shifts struct {
	Shifts     []struct{ ID, Status, AwayFrom, ResourceIdentifier string }
	Autoshifts []struct{ Status, AwayFrom string }
}

// active are the resources that people have shifted away.
func (d *drilled) active(t *testing.T) []string {
	t.Helper()
	var all shifts
	d.world.JSON(t, &all, "shifts", "--json")
	var names []string
	for _, s := range all.Shifts {
		if s.Status == "ACTIVE" {
			names = append(names, s.ResourceIdentifier)
		}
	}
	return names
}

func (d *drilled) kubectl(t *testing.T, colour string, args ...string) string {
	t.Helper()
	return d.world.Sandbox(t, append([]string{"kubectl", d.cluster(colour)}, args...)...)
}
