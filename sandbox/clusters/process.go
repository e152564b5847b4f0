package clusters

import (
	"bytes"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"sync"
	"syscall"
	"time"
)

// spawner starts programs from one operating system thread. The kernel sends
// a child its parent-death signal when the thread that started it ends, not the
// process, so the thread must live as long as the manager.
type spawner struct{ work chan func() }

func newSpawner() *spawner {
	s := &spawner{work: make(chan func())}
	go func() {
		runtime.LockOSThread()
		for f := range s.work {
			f()
		}
		// Still locked: the thread ends with this goroutine, and with it any
		// child that was missed.
	}()
	return s
}

func (s *spawner) start(cmd *exec.Cmd) error {
	result := make(chan error)
	s.work <- func() { result <- cmd.Start() }
	return <-result
}

func (s *spawner) close() { close(s.work) }

// program is one component of a cluster, as it is run.
type program struct {
	name string
	args []string
	env  []string
}

// process keeps a program running until it is stopped.
type process struct {
	program
	bin, folder string
	spawner     *spawner
	log         *slog.Logger

	mu      sync.Mutex
	cmd     *exec.Cmd
	stopped bool
	done    chan struct{} // closed when the process has ended for good
}

// Delays between the restarts of a program that ends by itself.
const (
	firstRestart = 200 * time.Millisecond
	lastRestart  = 5 * time.Second
)

// start runs the program and watches over it.
func (p *process) start() error {
	p.done = make(chan struct{})
	if err := p.launch(); err != nil {
		close(p.done)
		return err
	}
	go p.watch()
	return nil
}

func (p *process) launch() error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.stopped {
		return os.ErrProcessDone
	}
	out, err := os.OpenFile(filepath.Join(p.folder, p.name+".log"), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	defer func() { _ = out.Close() }()
	cmd := exec.Command(filepath.Join(p.bin, p.name), p.args...)
	cmd.Dir, cmd.Stdout, cmd.Stderr = p.folder, out, out
	// An empty home: no component may read the user's kubeconfig or settings.
	cmd.Env = append([]string{"HOME=" + p.folder, "PATH=" + p.bin, "TMPDIR=" + os.TempDir()}, p.env...)
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGKILL}
	if err := p.spawner.start(cmd); err != nil {
		return fmt.Errorf("start %s: %w", p.name, err)
	}
	p.cmd = cmd
	return os.WriteFile(p.pidFile(), []byte(strconv.Itoa(cmd.Process.Pid)), 0o600)
}

func (p *process) watch() {
	defer close(p.done)
	for delay := firstRestart; ; delay = min(2*delay, lastRestart) {
		started := time.Now()
		err := p.cmd.Wait()
		p.mu.Lock()
		stopped := p.stopped
		p.mu.Unlock()
		if stopped {
			return
		}
		if time.Since(started) > time.Minute {
			delay = firstRestart
		}
		p.log.Warn("component ended, starting it again", "component", p.name, "error", err, "delay", delay)
		time.Sleep(delay)
		if err := p.launch(); err != nil {
			if !errors.Is(err, os.ErrProcessDone) {
				p.log.Error("component does not start", "component", p.name, "error", err)
			}
			return
		}
	}
}

// stop asks the process group to end and kills it when it does not in time.
func (p *process) stop(patience time.Duration) error {
	p.mu.Lock()
	p.stopped = true
	pid := 0
	if p.cmd != nil {
		pid = p.cmd.Process.Pid
	}
	p.mu.Unlock()
	if pid == 0 {
		return nil
	}
	_ = syscall.Kill(-pid, syscall.SIGTERM)
	select {
	case <-p.done:
	case <-time.After(patience):
		_ = syscall.Kill(-pid, syscall.SIGKILL)
		<-p.done
	}
	return removeIfThere(p.pidFile())
}

func (p *process) pidFile() string { return filepath.Join(p.folder, p.name+".pid") }

// sweep ends what an earlier manager left running in a cluster's folder. A
// process number may have been given to a stranger since, so only a process
// whose working folder is this one is ended.
func sweep(folder string) error {
	var problems []error
	for _, name := range components {
		path := filepath.Join(folder, name+".pid")
		data, err := os.ReadFile(path)
		if errors.Is(err, os.ErrNotExist) {
			continue
		}
		if err != nil {
			problems = append(problems, err)
			continue
		}
		if pid, err := strconv.Atoi(string(bytes.TrimSpace(data))); err == nil {
			problems = append(problems, end(pid, folder))
		}
		problems = append(problems, removeIfThere(path))
	}
	return errors.Join(problems...)
}

// end kills a process that works in the folder and waits until it is gone.
func end(pid int, folder string) error {
	deadline := time.Now().Add(10 * time.Second)
	for worksIn(pid, folder) {
		if time.Now().After(deadline) {
			return fmt.Errorf("process %d of %s does not end", pid, folder)
		}
		if err := syscall.Kill(pid, syscall.SIGKILL); err != nil && !errors.Is(err, syscall.ESRCH) {
			return fmt.Errorf("end process %d: %w", pid, err)
		}
		time.Sleep(20 * time.Millisecond)
	}
	return nil
}

// worksIn reads the working folder from /proc; a zombie has none.
func worksIn(pid int, folder string) bool {
	cwd, err := os.Readlink(fmt.Sprintf("/proc/%d/cwd", pid))
	return err == nil && cwd == folder
}

func removeIfThere(path string) error {
	if err := os.Remove(path); err != nil && !errors.Is(err, os.ErrNotExist) {
		return err
	}
	return nil
}
