package scenarios

import (
	"encoding/json"
	"io"
	"net"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"retail/tests/internal/harness"
)

// controllerName is the load balancer controller's Deployment.
const controllerName = "aws-load-balancer-controller"

func (d *takedown) kubectl(t *testing.T, colour string, args ...string) string {
	t.Helper()
	return d.world.Sandbox(t, append([]string{"kubectl", "retail-dev-main-" + colour}, args...)...)
}

// objects are the identities of blue's objects that serve customers; of pods an
// autoscaler adds some at any time.
func (d *takedown) objects(t *testing.T) string {
	t.Helper()
	return d.kubectl(t, "blue", "-n", "store", "get", "services,deployments.apps,targetgroupbindings.elbv2.k8s.aws", "-o",
		`jsonpath={range .items[*]}{.kind} {.metadata.name} {.metadata.uid}{"\n"}{end}`)
}

// owned are the lines of what a colour's controllers have made in AWS.
func (d *takedown) owned(t *testing.T, colour string) []string {
	t.Helper()
	var mine []string
	for _, line := range d.world.Snapshot(t, "--owners") {
		if _, owner, _ := strings.Cut(line, " "); strings.HasPrefix(owner, "retail-dev-main-"+colour+"/") {
			mine = append(mine, line)
		}
	}
	return mine
}

// silence says how a port answers whose API server is dead.
type silence bool

const (
	cutOff silence = false // whoever connects is cut off
	held   silence = true  // whoever connects waits for ever
)

// killServer kills a colour's API server and keeps its port, so that the sandbox cannot
// start it again before the function that it returns is called, or the test ends.
func (f *foundation) killServer(t *testing.T, colour string, how silence) (again func()) {
	t.Helper()
	folders, err := filepath.Glob(filepath.Join(f.world.Dir, "clusters", "*_retail-dev-main-"+colour))
	require.NoError(t, err)
	require.Len(t, folders, 1)
	outputs := f.dev.Outputs(t)
	made := outputs["clusters"].(map[string]any)["main"].(map[string]any)[colour].(map[string]any)
	endpoint, err := url.Parse(made["endpoint"].(string))
	require.NoError(t, err)
	var port net.Listener
	require.Eventually(t, func() bool {
		text, err := os.ReadFile(filepath.Join(folders[0], "kube-apiserver.pid"))
		if err != nil {
			return false
		}
		pid, err := strconv.Atoi(strings.TrimSpace(string(text)))
		if err != nil || !worksIn(pid, folders[0]) {
			return false
		}
		_ = syscall.Kill(pid, syscall.SIGKILL) // it may have ended by itself
		for range 50 {
			if port, err = net.Listen("tcp", endpoint.Host); err == nil {
				return true
			}
			time.Sleep(time.Millisecond)
		}
		return false
	}, time.Minute, 10*time.Millisecond)
	again = func() { _ = port.Close() }
	t.Cleanup(again)
	go answer(port, how)
	return again
}

// answer treats all callers of a port alike, until it is closed. Who is held may hang up.
func answer(port net.Listener, how silence) {
	for {
		caller, err := port.Accept()
		if err != nil {
			return
		}
		go func() {
			if how == held {
				_, _ = io.Copy(io.Discard, caller)
			}
			_ = caller.Close()
		}()
	}
}

// explain shows what the world's daemon said last, when the story failed.
func (d *takedown) explain(t *testing.T) {
	if text := read(t, filepath.Join(d.world.Dir, "daemon.log")); t.Failed() {
		t.Log(text[max(0, len(text)-4000):])
	}
}

// worksIn makes sure that a process number is still the one of this folder.
func worksIn(pid int, folder string) bool {
	cwd, err := os.Readlink("/proc/" + strconv.Itoa(pid) + "/cwd")
	return err == nil && cwd == folder
}

type stateResource struct {
	URN, Type string
	Outputs   map[string]any
}

func resources(t *testing.T, stack *harness.Stack) []stateResource {
	t.Helper()
	var state struct{ Resources []stateResource }
	require.NoError(t, json.Unmarshal(stack.State(t), &state))
	return state.Resources
}

// urn finds a resource by its type and logical name.
func urn(t *testing.T, stack *harness.Stack, resourceType, name string) string {
	t.Helper()
	for _, r := range resources(t, stack) {
		if r.Type == resourceType && strings.HasSuffix(r.URN, "::"+name) {
			return r.URN
		}
	}
	require.FailNow(t, "no "+resourceType+" "+name)
	return ""
}

// without leaves out the steps of the given lines.
func without(plan harness.Plan, lines ...string) harness.Plan {
	plan.Steps = slices.DeleteFunc(slices.Clone(plan.Steps), func(s harness.Step) bool { return slices.Contains(lines, s.String()) })
	return plan
}

func read(t *testing.T, path string) string {
	t.Helper()
	text, err := os.ReadFile(path)
	require.NoError(t, err)
	return string(text)
}
