package platform

import (
	"context"
	"fmt"
	"os"
	"regexp"
	"strconv"
	"strings"
	"syscall"

	"retail/cmd/retail/internal/shift"
)

// owner is how a self-managed backend names who holds a stack's lock: "created by
// USER@HOST (pid N) at TIME" (pulumi, pkg/backend/diy, checkForLock).
var owner = regexp.MustCompile(`created by (\S+)@(\S+) \(pid (\d+)\) at \S+`)

// lockOf reads a complaint that tells who holds the lock.
func lockOf(text string) *shift.Locked {
	var found []string
	for _, one := range owner.FindAllString(text, -1) {
		if !strings.Contains(strings.Join(found, ";"), one) {
			found = append(found, one)
		}
	}
	switch {
	case len(found) > 0:
		holders := strings.Join(found, "; ")
		return &shift.Locked{Holders: holders, Gone: gone(holders)}
	case strings.Contains(text, "[409]"):
		return &shift.Locked{Holders: "another update is in progress (409 Conflict)"}
	}
	return &shift.Locked{Holders: "the backend does not tell by whom"}
}

// gone tells whether every holder of a lock was a process of this machine that no longer
// lives.
func gone(holders string) bool {
	here, err := os.Hostname()
	found := owner.FindAllStringSubmatch(holders, -1)
	if err != nil || len(found) == 0 {
		return false
	}
	for _, f := range found {
		pid, err := strconv.Atoi(f[3])
		if err != nil || f[2] != here || alive(pid) {
			return false
		}
	}
	return true
}

// alive asks the kernel: signal 0 reaches nobody, and is refused where there is nobody.
func alive(pid int) bool {
	err := syscall.Kill(pid, 0)
	return err == nil || err == syscall.EPERM
}

// Release takes the stack's lock away.
func (e *Engine) Release(ctx context.Context) error {
	_, complaint, _, err := e.workspace.PulumiCommand().Run(ctx, e.workspace.WorkDir(), nil, nil, nil, nil, "cancel", "--yes", "--stack", e.stack.Name())
	if err != nil {
		return fmt.Errorf("pulumi cancel: %w: %s", err, strings.TrimSpace(complaint))
	}
	return nil
}
