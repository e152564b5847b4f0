package world

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"time"

	"retail/sandbox/world/control"
)

// startTimeout bounds the wait for a daemon, which first starts the control
// planes of the clusters that its world holds.
const startTimeout = 3 * time.Minute

// stopTimeout bounds the wait for a daemon to end what it started.
const stopTimeout = 30 * time.Second

// Start makes sure that a daemon of this very program serves the world in a
// folder, and tells its status. One of an older build is replaced: the world
// outlasts it.
func Start(ctx context.Context, folder string) (control.Status, error) {
	client := control.Dial(folder)
	status, err := client.Status()
	build, buildErr := Build()
	switch {
	case buildErr != nil:
		return status, buildErr
	case err == nil && status.Build == build:
		return status, nil
	case err == nil:
		if err := Stop(ctx, folder); err != nil {
			return status, err
		}
	case !errors.Is(err, control.ErrNotRunning):
		return status, err
	}
	if err := os.MkdirAll(folder, 0o700); err != nil {
		return status, err
	}
	ended, err := spawn(folder)
	if err != nil {
		return status, err
	}
	return await(ctx, client, folder, ended)
}

// spawn starts a detached daemon; the channel tells when it has ended.
func spawn(folder string) (<-chan error, error) {
	self, err := os.Executable()
	if err != nil {
		return nil, err
	}
	out, err := os.OpenFile(filepath.Join(folder, logFile), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return nil, err
	}
	defer func() { _ = out.Close() }() // the daemon has its own copy
	daemon := exec.Command(self, "serve", "--world", folder)
	daemon.Stdout, daemon.Stderr = out, out
	daemon.SysProcAttr = &syscall.SysProcAttr{Setsid: true} // it outlives this shell
	if err := daemon.Start(); err != nil {
		return nil, err
	}
	ended := make(chan error, 1)
	go func() { ended <- daemon.Wait() }()
	return ended, nil
}

// await waits until the daemon answers.
func await(ctx context.Context, client *control.Client, folder string, ended <-chan error) (control.Status, error) {
	ctx, cancel := context.WithTimeout(ctx, startTimeout)
	defer cancel()
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for {
		if status, err := client.Status(); err == nil {
			return status, nil
		}
		select {
		case <-tick.C:
		case err := <-ended:
			return control.Status{}, fmt.Errorf("the daemon ended at once (%w); see %s", err, filepath.Join(folder, logFile))
		case <-ctx.Done():
			return control.Status{}, fmt.Errorf("the daemon does not answer (%w); see %s", ctx.Err(), filepath.Join(folder, logFile))
		}
	}
}

// Stop ends the daemon of a world and waits until it is gone, with everything
// it started. No daemon is no error.
func Stop(ctx context.Context, folder string) error {
	client := control.Dial(folder)
	status, err := client.Status()
	if errors.Is(err, control.ErrNotRunning) {
		return nil
	}
	if err != nil {
		return err
	}
	if err := client.Stop(); err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, stopTimeout)
	defer cancel()
	for Alive(status.PID) {
		select {
		case <-ctx.Done():
			return fmt.Errorf("daemon %d has not ended after %s; see %s", status.PID, stopTimeout, filepath.Join(folder, logFile))
		case <-time.After(20 * time.Millisecond):
		}
	}
	return nil
}

// Alive tells whether a process exists and is no zombie.
func Alive(pid int) bool {
	if syscall.Kill(pid, 0) != nil {
		return false
	}
	stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return !errors.Is(err, os.ErrNotExist)
	}
	// "pid (name) state …"; the name may hold anything but the last ")" ends it.
	for i := len(stat) - 1; i > 0; i-- {
		if stat[i] == ')' {
			return i+2 >= len(stat) || stat[i+2] != 'Z'
		}
	}
	return true
}

// Build identifies this program: size and time of its file. A daemon tells its
// own, so that one of an older build is found out.
func Build() (string, error) {
	self, err := os.Executable()
	if err != nil {
		return "", err
	}
	info, err := os.Stat(self)
	if err != nil {
		return "", err
	}
	return fmt.Sprintf("%d-%d", info.Size(), info.ModTime().UnixNano()), nil
}
