package scenarios

import (
	"bufio"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/sys/unix"

	"retail/tests/internal/harness"
)

// insideEnv tells the test binary that it runs in the namespace without routes.
const insideEnv = "RETAIL_TEST_INSIDE_NAMESPACE"

// Both stacks come up in a network namespace that has the loopback interface
// and not one route. The kernel counts every attempt to send where no route
// leads; there must be none. So no packet can have left the machine, and none
// was even tried.
func TestNothingLeavesTheMachine(t *testing.T) {
	t.Parallel()
	world := harness.New(t)
	self, err := os.Executable()
	require.NoError(t, err)
	inside := exec.Command(self, "-test.run=^TestInsideTheNamespace$", "-test.v")
	inside.Env = append(os.Environ(), insideEnv+"="+world.Root, "RETAIL_SANDBOX_WORLD="+world.Dir)
	inside.Dir = world.Root
	inside.SysProcAttr = &syscall.SysProcAttr{Cloneflags: syscall.CLONE_NEWNET}
	if os.Getuid() != 0 {
		inside.SysProcAttr.Cloneflags |= syscall.CLONE_NEWUSER
		inside.SysProcAttr.UidMappings = []syscall.SysProcIDMap{{ContainerID: 0, HostID: os.Getuid(), Size: 1}}
		inside.SysProcAttr.GidMappings = []syscall.SysProcIDMap{{ContainerID: 0, HostID: os.Getgid(), Size: 1}}
	}
	out, err := inside.CombinedOutput()
	if errors.Is(err, syscall.EPERM) {
		t.Skip("this machine lets nobody make a network namespace")
	}
	require.NoError(t, err, string(out))
	assert.Contains(t, string(out), "--- PASS: TestInsideTheNamespace")
}

// TestInsideTheNamespace is the inner half of TestNothingLeavesTheMachine.
func TestInsideTheNamespace(t *testing.T) {
	root := os.Getenv(insideEnv)
	if root == "" {
		t.Skip("runs as a part of TestNothingLeavesTheMachine")
	}
	require.NoError(t, raiseLoopback())
	sandbox := filepath.Join(root, ".sandbox", "bin", "sandbox")
	defer func() { _ = exec.Command(sandbox, "stop").Run() }()
	out, err := exec.Command(sandbox, "up").CombinedOutput()
	require.NoError(t, err, string(out))
	assert.Zero(t, unroutable(t), "attempts to send off the machine")

	// The meter works: one attempt is counted as one.
	_, err = net.DialTimeout("tcp", "192.0.2.1:9", time.Second)
	require.ErrorIs(t, err, syscall.ENETUNREACH)
	assert.Equal(t, 1, unroutable(t))
}

// raiseLoopback switches the namespace's loopback interface on.
func raiseLoopback() error {
	socket, err := unix.Socket(unix.AF_INET, unix.SOCK_DGRAM, 0)
	if err != nil {
		return err
	}
	defer func() { _ = unix.Close(socket) }()
	request, err := unix.NewIfreq("lo")
	if err != nil {
		return err
	}
	request.SetUint16(unix.IFF_UP)
	return unix.IoctlIfreq(socket, unix.SIOCSIFFLAGS, request)
}

// unroutable is the kernel's count of sends that found no route (OutNoRoutes).
func unroutable(t *testing.T) int {
	t.Helper()
	file, err := os.Open("/proc/net/snmp")
	require.NoError(t, err)
	defer func() { _ = file.Close() }()
	var names []string
	for lines := bufio.NewScanner(file); lines.Scan(); {
		fields := strings.Fields(lines.Text())
		if len(fields) == 0 || fields[0] != "Ip:" {
			continue
		}
		if names == nil {
			names = fields
			continue
		}
		for i, name := range names {
			if name == "OutNoRoutes" {
				count, err := strconv.Atoi(fields[i])
				require.NoError(t, err)
				return count
			}
		}
	}
	require.NoError(t, fmt.Errorf("/proc/net/snmp has no OutNoRoutes"))
	return 0
}
